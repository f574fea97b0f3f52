from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from mutuals.connectors.files.times import NeedsOrder, NeedsZone, guess_day_first, parse_date, parse_time
from mutuals.connectors.files.values import (
    NeedsCountry,
    NeedsDecimal,
    guess_decimal,
    parse_domain,
    parse_email,
    parse_money,
    parse_phone,
)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2024-03-05T06:07:08Z", (2024, 3, 5, 6, 7, 8)),
        ("2024-03-05 06:07:08 +0200", (2024, 3, 5, 4, 7, 8)),
        ("2024-03-05 06:07:08.123456 UTC", (2024, 3, 5, 6, 7, 8, 123456)),
        ("Tue, 05 Mar 2024 06:07:08 -0100", (2024, 3, 5, 7, 7, 8)),
        ("Tue Mar 05 06:07:08 +0000 2024", (2024, 3, 5, 6, 7, 8)),
        ("1709618828", (2024, 3, 5, 6, 7, 8)),
        ("1709618828000", (2024, 3, 5, 6, 7, 8)),
        ("2024-03-05", (2024, 3, 4, 23)),
        ("20240305", (2024, 3, 4, 23)),
        ("05.03.2024 06:07", (2024, 3, 5, 5, 7)),
        ("5.3.24", (2024, 3, 4, 23)),
        ("31/03/2024 12:00", (2024, 3, 31, 10)),
        ("3/31/2024, 1:30:05 PM", (2024, 3, 31, 11, 30, 5)),
        ("5. März 2024, 06:07 Uhr", (2024, 3, 5, 5, 7)),
        ("March 5, 2024 6:07 am", (2024, 3, 5, 5, 7)),
        ("5 de marzo de 2024", (2024, 3, 4, 23)),
        ("5 févr. 2024 06h07", (2024, 2, 5, 5, 7)),
    ],
)
def test_times_are_read_as_people_and_programs_write_them(text, utc):
    found = parse_time(text, zone="Europe/Berlin", day_first=None)

    assert found.utc == datetime(*utc, tzinfo=UTC)
    assert found.original == text


def test_a_time_without_zone_asks_for_one():
    with pytest.raises(NeedsZone):
        parse_time("2/23/2015 9:29", zone=None, day_first=False)


def test_a_date_that_can_be_read_two_ways_asks():
    with pytest.raises(NeedsOrder):
        parse_time("03/04/2024", zone="UTC", day_first=None)

    assert parse_time("03/04/2024", zone="UTC", day_first=True).utc.month == 4
    assert parse_time("03/04/2024", zone="UTC", day_first=False).utc.month == 3


@pytest.mark.parametrize(
    "text", ["31.11.2026", "2024-02-30", "soon", "", "99/99/2024", "2024-01-01 25:00", "0001-01-01", "9" * 400]
)
def test_what_is_no_time_is_refused(text):
    with pytest.raises(ValueError, match=r"\S"):
        parse_time(text, zone="UTC", day_first=True)


def test_the_order_of_day_and_month_is_proved_by_the_sample_or_left_open():
    assert guess_day_first(["2/23/2015 9:29", "2/3/2015 9:29"]) is False
    assert guess_day_first(["23/2/2015", "1/2/2015"]) is True
    assert guess_day_first(["03.11.2026"]) is True
    assert guess_day_first(["1/2/2015", "2015-02-03", ""]) is None
    assert guess_day_first(["23/2/2015", "2/23/2015"]) is None
    assert parse_date("02/03/1980", day_first=True) == date(1980, 3, 2)


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("1.234,50", "1234.50", ""), ("€ 12", "12", "EUR"), ("1,234.50", "1234.50", ""), ("12,50 €", "12.50", "EUR"),
        ("1 234,50 EUR", "1234.50", "EUR"), ("1'234.50 CHF", "1234.50", "CHF"), ("(12.00)", "-12.00", ""),
        ("-$5", "-5", "USD"), ("12.50-", "-12.50", ""), ("1.234.567", "1234567", ""), ("0,125", "0.125", ""),
        ("1\u00a0234,5", "1234.5", ""), ("12,34,567.80", "1234567.80", ""), ("2.55", "2.55", ""),
    ],
)  # fmt: skip
def test_money_is_exact(text, amount, currency):
    found = parse_money(text)

    assert found.amount == Decimal(amount)
    assert found.currency == currency


def test_an_amount_that_can_be_read_two_ways_asks():
    with pytest.raises(NeedsDecimal):
        parse_money("1.234")

    assert parse_money("1.234", decimal=".").amount == Decimal("1.234")
    assert parse_money("1.234", decimal=",").amount == Decimal(1234)
    assert guess_decimal(["1.234", "12,50"]) == ","
    assert guess_decimal(["1.234"]) is None
    assert guess_decimal(["1,234.5", "1.5"]) == "."


@pytest.mark.parametrize("text", ["", "abc", "1.2.3,4,5", "NaN", "1e5", "--5", "12 apples"])
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(ValueError, match=r"\S"):
        parse_money(text)


def test_addresses_get_one_writing_and_keep_their_dots():
    assert parse_email(" Bea.Brand+x@B\u00fccher.example ") == "bea.brand+x@xn--bcher-kva.example"
    assert parse_email("<MAILTO:bea@b.example>".lower()) == "bea@b.example"
    assert parse_domain("https://www.Kettle.example/a?b") == "kettle.example"


@pytest.mark.parametrize(
    "text",
    [
        "lena.at.ostrow",
        "a@b",
        "a@@b.example",
        "a b@c.example",
        "a@b..example",
        ".a@b.example",
        "a@-b.example",
        "a@1.2.3.4",
        "x" * 300 + "@b.example",
        'a"<script>@b.example',
    ],
)
def test_what_is_no_address_is_refused(text):
    with pytest.raises(ValueError, match=r"not an? "):
        parse_email(text)


def test_phones_are_written_e164_by_the_region_that_was_given():
    assert parse_phone("0221 1234567", region="DE") == "+492211234567"
    assert parse_phone("+31 20 123 4567", region=None) == "+31201234567"


@pytest.mark.parametrize("text", ["0221 1234567", "0049 221 1234567", "(0221) 12-34", "4711"])
def test_a_number_dialled_at_home_asks_for_its_country(text):
    with pytest.raises(NeedsCountry, match="names no country"):
        parse_phone(text, region=None)


@pytest.mark.parametrize("text", ["on request", "+999 12345", "12", "1" * 30])
def test_what_is_no_number_in_any_country_is_refused_as_such(text):
    with pytest.raises(ValueError, match="not a") as refused:
        parse_phone(text, region=None)

    assert not isinstance(refused.value, NeedsCountry)
