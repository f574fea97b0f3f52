"""Amounts with currencies: units, rounding, the rate of a day, and sums that are what their rows show."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutuals.base import money
from mutuals.base.money import Money, Rates, Told, converted, home, summed
from mutuals.base.refusals import Refusal

DAY = date(2026, 11, 20)
RATES = Rates(
    [
        Told("USD", "EUR", date(2026, 11, 2), Decimal("0.90")),
        Told("USD", "EUR", DAY, Decimal("0.95")),
        Told("JPY", "EUR", date(2026, 1, 1), Decimal("0.0060")),
        Told("EUR", "KWD", date(2026, 1, 1), Decimal("0.3333")),
    ]
)


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [("2.345", "EUR", "2.35"), ("-2.345", "EUR", "-2.35"), ("2.5", "JPY", "3"), ("1.4999", "JPY", "1"),
     ("0.0005", "KWD", "0.001")],
)  # fmt: skip
def test_amounts_are_rounded_half_up_to_what_their_currency_has(amount, currency, shown):
    assert Money(Decimal(amount), currency).rounded().amount == Decimal(shown)
    assert str(Money(Decimal(amount), currency)) == f"{shown} {currency}"


def test_a_conversion_takes_the_last_rate_known_on_or_before_the_day():
    dollars = Money(Decimal(10), "USD")

    assert converted(dollars, "EUR", DAY, RATES) == Money(Decimal("9.50"), "EUR")
    assert converted(dollars, "EUR", DAY - timedelta(days=1), RATES) == Money(Decimal("9.00"), "EUR")
    assert converted(dollars, "EUR", DAY + timedelta(days=900), RATES) == Money(Decimal("9.50"), "EUR")
    assert converted(Money(Decimal("1.005"), "EUR"), "EUR", DAY, Rates([])).amount == Decimal("1.01")


def test_a_rate_holds_the_other_way_round_as_well():
    assert converted(Money(Decimal("9.50"), "EUR"), "USD", DAY, RATES) == Money(Decimal("10.00"), "USD")
    assert converted(Money(Decimal(1), "KWD"), "EUR", DAY, RATES) == Money(Decimal("3.00"), "EUR")
    assert converted(Money(Decimal(1), "EUR"), "JPY", DAY, RATES) == Money(Decimal(167), "JPY")


def test_without_a_rate_by_then_it_is_refused_in_words():
    with pytest.raises(Refusal, match="No rate of USD to EUR is known on or before 01 Nov 2026"):
        converted(Money(Decimal(1), "USD"), "EUR", date(2026, 11, 1), RATES)
    assert home(Decimal(1), "USD", date(2026, 11, 1), house="EUR", rates=RATES) is None
    assert home(Decimal(1), "USD", DAY, house="EUR", rates=RATES) == Decimal("0.95")


def test_two_currencies_are_not_added_up():
    with pytest.raises(Refusal, match="EUR and USD"):
        Money(Decimal(1), "EUR") + Money(Decimal(1), "USD")
    assert Money(Decimal(3), "EUR") - Money(Decimal(1), "EUR") == -Money(Decimal(-2), "EUR")


def test_a_sum_names_what_it_left_out():
    told = [(Money(Decimal(10), "USD"), DAY), (Money(Decimal(1), "EUR"), DAY), (Money(Decimal(1), "CHF"), DAY)]

    found = summed(told, "EUR", RATES)

    assert (found.total, found.without) == (Money(Decimal("10.50"), "EUR"), {"CHF": 1})


@pytest.mark.parametrize("told", ["", "EU", "EURO", "E1R", "ÄÖÜ", None, "€"])
def test_a_currency_is_three_letters(told):
    with pytest.raises(Refusal, match="three letters"):
        money.code(told)
    assert money.code(" eur ") == "EUR"


@pytest.mark.parametrize("told", ["XXX", "XTS", "XAU", "DEM", "ABC"])
def test_what_nobody_pays_with_is_not_chosen_though_a_file_may_tell_it(told):
    assert money.code(told) == told
    with pytest.raises(Refusal, match=f"no currency {told}"):
        money.spendable(told)


@given(
    st.lists(
        st.tuples(
            st.decimals(-(10**9), 10**9, places=2, allow_nan=False),
            st.sampled_from(["EUR", "USD", "JPY", "CHF"]),
            st.integers(-40, 40),
        )
    )
)
def test_a_sum_is_the_sum_of_what_its_rows_show(rows):
    told = [(Money(amount, currency), DAY + timedelta(days=days)) for amount, currency, days in rows]

    found = summed(told, "EUR", RATES)

    shown = [home(one.amount, one.currency, on, house="EUR", rates=RATES) for one, on in told]
    assert found.total.amount == sum((one for one in shown if one is not None), Decimal(0))
    assert sum(found.without.values()) == shown.count(None)
