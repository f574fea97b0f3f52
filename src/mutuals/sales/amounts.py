"""Amounts as the tables hold them: rounded first, half away from zero, then measured."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal

from mutuals.base import house, money
from mutuals.base.refusals import Refusal

CENT, PRICE, QUANTITY = Decimal("0.01"), Decimal("0.0001"), Decimal("0.001")
"""Steps of totals, of what one costs, and of how many."""
_MOST = {CENT: Decimal(10) ** 12, PRICE: Decimal(10) ** 10, QUANTITY: Decimal(10) ** 9}
_LONGEST = Decimal(10) ** 15  # beyond it there are no figures left to round


def rounded(value: Decimal, step: Decimal) -> Decimal:
    """The amount in whole steps, as accounts round: 2.665 is 2.67, and -2.665 is -2.67."""
    return value.quantize(step, ROUND_HALF_UP)


def held(value: Decimal, step: Decimal, *, field: str = "amount") -> Decimal:
    """The same, refused where no column holds it: a total is below 10^12, a price below 10^10, a quantity below 10^9."""
    found = rounded(value, step) if value.is_finite() and abs(value) < _LONGEST else None
    if found is None or abs(found) >= _MOST[step]:
        raise Refusal(f"The amount {str(value)[:30]} is too large.", fields={field: "This is too large."})
    return found


def currency_of(text: str) -> str:
    """Three capital letters, or a refusal."""
    found = text.strip().upper()
    if len(found) != 3 or not found.isascii() or not found.isalpha():
        words = "A currency is three letters, such as EUR."
        raise Refusal(words, fields={"currency": words})
    return found


def home_of(amount: Decimal, currency: str, at: datetime) -> Decimal | None:
    """An amount in the currency of the house, by the rate of the day (UTC) of a moment; None where none is known by then."""
    to = house.currency()
    rates = money.Rates(()) if currency == to else house.rates({currency})
    return money.home(amount, currency, at.astimezone(UTC).date(), house=to, rates=rates)
