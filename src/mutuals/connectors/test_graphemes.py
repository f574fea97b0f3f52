"""Counting what a reader sees, against the tables of a library that knows all of Unicode."""

from __future__ import annotations

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from mutuals.connectors import _graphemes


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("Kettle", 6),
        ("e\u0301a\u0308", 2),
        ("a\r\nb", 3),
        ("👨‍👩‍👧‍👦", 1),
        ("👍🏽👍", 2),
        ("🇩🇪🇫🇷🇬", 3),
        ("❤️☕️1️⃣", 3),
        ("🏴󠁧󠁢󠁳󠁣󠁴󠁿", 1),
        ("각각", 2),
        ("नि", 1),
        ("a‍b", 2),
    ],
)
def test_what_a_reader_sees_as_one_counts_as_one(text: str, length: int) -> None:
    assert _graphemes.count(text) == length


@given(st.text(alphabet=st.sampled_from("ae\u0301\u200d👨👩👧🏽🇩🇪❤\ufe0f1\u20e3한ᄀ각ᆨ\r\n नि☕"), max_size=30))
def test_a_text_is_never_found_shorter_than_it_is(text: str) -> None:
    assert _graphemes.count(text) >= len(regex.findall(r"\X", text))


@given(st.text(max_size=40))
def test_any_text_is_counted_and_never_as_more_than_its_code_points(text: str) -> None:
    assert len(regex.findall(r"\X", text)) <= _graphemes.count(text) <= len(text)


def test_no_character_is_swallowed_by_the_one_before_it() -> None:
    points = [chr(point) for point in range(0x30000) if not 0xD800 <= point < 0xE000]

    swallowed = [here for here in points if _graphemes.count("a" + here) < len(regex.findall(r"\X", "a" + here))]

    assert swallowed == []
