"""Looking for somebody in bytes that were made so that nobody looks for ever."""

from __future__ import annotations

import base64

import pytest

from mutuals.capture._named import Named
from mutuals.people.names import fold

MARKS = "\u0301\u0316" * 500_000  # in a normal form the marks of a letter are sorted
HERS = base64.b64encode(b"Ask bea@kettle.example about it.")
PART = b"\nContent-Transfer-Encoding: base64\n\n" + HERS


@pytest.mark.parametrize(
    "body",
    [
        b"Content-Type: text/plain" + b";" * 1_000_000 + PART,
        b"Subject: " + b"=?utf-8?q?a" * 100_000 + PART,
        b"To: =?utf-8?b?" + HERS + b"?=\n\n" + MARKS.encode(),
    ],
    ids=["parameters", "encoded words", "marks"],
)
def test_a_mail_made_to_be_read_for_ever_is_searched_to_its_end(body: bytes) -> None:
    bea, ann = Named(["bea@kettle.example"]), Named(["ann@kettle.example"])

    found = (bea.in_bytes(body), ann.in_bytes(body))

    assert found == (True, False)


def test_a_name_of_a_million_marks_is_looked_up_as_the_name() -> None:
    name = f"Bea {MARKS}"

    folded = fold(name)

    assert folded == "bea"
