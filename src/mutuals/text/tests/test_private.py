"""What is masked, and what is not."""

from __future__ import annotations

import pytest

from mutuals.text.private import mask


@pytest.mark.parametrize(
    ("text", "masked", "kinds"),
    [
        ("write to a.b@c.example please", "write to [mail] please", ("mail",)),
        ("card 4111 1111 1111 1111 was charged", "card [card] was charged", ("card",)),
        ("IBAN DE89 3704 0044 0532 0130 00, thanks", "IBAN [iban], thanks", ("iban",)),
        ("ring +44 20 7946 0958 or 0151 23456789", "ring [phone] or [phone]", ("phone",)),
        ("PNR: QWERTY", "PNR: [booking]", ("booking",)),
        ("my ref is K7XW2P, help", "my ref is [booking], help", ("booking",)),
    ],
)
def test_what_tells_who_somebody_is_goes(text, masked, kinds):
    assert mask(text) == (masked, kinds)


@pytest.mark.parametrize(
    "text",
    [
        "order 1234567890123456 since 12.05.2024",
        "0000 0000 0000 0000",
        "06:45 on 2024-05-12 for £1,000.00",
        "booking FAILED again",
        "DE00 3704 0044 0532 0130 00",
        "@ann and #A1B2C3",
        "",
    ],
)
def test_other_numbers_and_words_stay(text):
    assert mask(text) == (text, ())


@pytest.mark.parametrize(
    "flood", ["1 " * 50_000, "a@" * 50_000, "A1" * 50_000, "+" * 100_000, "DE89 " * 20_000, "0" * 100_000]
)
def test_floods_are_masked_or_left(flood):
    assert len(mask(flood)[0]) <= len(flood)


def test_a_flood_of_blanks_after_a_booking_is_passed_over():
    text = "booking" + " " * 199_000 + "a"

    assert mask(text) == (text, ())
