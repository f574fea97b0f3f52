"""What the header fields of a stranger's answer may say: waits, numbers, times and types of any length."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mutuals.base.net import Headers, Reply
from mutuals.connectors import _answers
from mutuals.connectors.mastodon.client import further
from mutuals.connectors.mastodon.parse import moment

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "told",
    [
        "9" * 100_000,
        "²",
        "9999-12-31T23:59:59-23:59",
        "0001-01-01T00:00:00+23:59",
        "Mon, " + "," * 100_000,
        "1e400",
        "1.",
    ],
)
def test_a_server_that_tells_no_time_is_asked_again_after_a_while_but_within_a_day(told: str) -> None:
    again = _answers.retry_at(Headers([("Retry-After", told)]), now=NOON)

    assert NOON < again <= NOON + timedelta(days=1)


@pytest.mark.parametrize(
    ("told", "known"), [("17", 17), (" 0 ", 0), ("9" * 5000, None), ("²", None), ("-1", None), ("", None)]
)
def test_how_many_calls_are_left_is_a_number_that_somebody_can_count(told: str, known: int | None) -> None:
    left = _answers.number(Headers([("X-Left", told)]), "x-left")

    assert left == known


def test_a_type_of_a_megabyte_of_parameters_is_read_to_its_bound() -> None:
    reply = Reply(
        200, Headers([("Content-Type", "text/plain; charset=koi8-r" + ";" * 1_000_000)]), "чай".encode("koi8-r"), ""
    )

    text = reply.text()

    assert text == "чай"


def test_an_older_page_at_an_address_that_is_none_is_found_by_its_number() -> None:
    link = '<https://[town/?max_id=7&limit=40>; rel="next", <https://town.example/x?min_id=9#a>; rel="prev"'

    pages = further(Reply(200, Headers([("Link", link)]), b"", ""))

    assert pages == {"max_id": "7", "min_id": "9"}


@pytest.mark.parametrize("told", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "infinity", 7, None])
def test_a_time_outside_of_the_calendar_is_no_time(told: object) -> None:
    found = moment(told)

    assert found is None
