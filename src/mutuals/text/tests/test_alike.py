"""Texts that say nearly the same."""

from __future__ import annotations

from mutuals.text.alike import groups, print_of

PARCEL = "My parcel from NordPost has been stuck in Leeds for nine days and nobody answers the phone, what is going on?"


def test_copies_with_other_names_and_links_are_one():
    copies = [PARCEL, f"@nordpost {PARCEL}", f"RT {PARCEL.upper()} https://x.example/1", f"{PARCEL}!!!"]

    assert groups([print_of(text) for text in copies]) == [0, 0, 0, 0]


def test_different_texts_stay_apart():
    texts = [
        PARCEL,
        "Lovely crew on the flight to Faro, thank you for the extra blanket",
        "what are your hours on Sunday",
    ]

    assert groups([print_of(text) for text in texts]) == [0, 1, 2]


def test_texts_without_words_are_like_nothing():
    assert print_of("!!! 😡") == 0
    assert groups([0, 0]) == [0, 1]


def test_a_flood_of_one_text_is_one_group():
    assert set(groups([print_of(PARCEL)] * 100_000)) == {0}
