"""Amounts with their currency: minor units, rounding half up, and the rate of a day. Pure; no storage, no clock.

A *rate* says what one unit of a currency is worth in another: 1 USD = 0.92 EUR is `Told("USD", "EUR", day, 0.92)`. It holds
from its day on until the next one is told: converting by a day takes the last rate known on or before it, and refuses in
words where there is none, because an invented rate would be worse than an empty field.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext

from mutuals.base.refusals import Refusal

_WHOLE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
MINOR = dict.fromkeys(_WHOLE.split(), 0) | dict.fromkeys(_THREE.split(), 3) | {"CLF": 4, "UYW": 4}
"""Digits behind the point (ISO 4217) of currencies that do not have two."""
CODE = re.compile(r"[A-Z]{3}")
_SPENT = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLF CLP
CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS
INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU
MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK
SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYI UYU UYW UZS VED VES VND VUV
WST XAF XCD XOF XPF YER ZAR ZMW ZWG
"""
CURRENCIES = frozenset(_SPENT.split())
"""What is paid with today (ISO 4217, without metals, units of account and codes for tests). Files may tell older ones."""
MOST_RATE = Decimal(10) ** 9
"""Rates lie above zero and below this; they are kept with ten digits behind the point."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of a currency. Sums of two currencies are refused: convert first."""

    amount: Decimal
    currency: str

    def rounded(self) -> Money:
        """To the smallest unit that the currency has: 2.345 EUR is 2.35, 2.5 JPY is 3, -2.5 JPY is -3."""
        return Money(rounded(self.amount, self.currency), self.currency)

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount - other.amount, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __str__(self) -> str:
        return f"{self.rounded().amount:,} {self.currency}"

    def _same(self, other: Money) -> None:
        if other.currency != self.currency:
            raise Refusal(f"{self.currency} and {other.currency} are not added up: convert one of them first.")


@dataclass(frozen=True, slots=True)
class Told:
    """What one unit of `currency` is worth in `against`, from `on_day` on."""

    currency: str
    against: str
    on_day: date
    rate: Decimal


class Rates:
    """Rates by currency and day, for many conversions."""

    def __init__(self, rates: Iterable[Told]) -> None:
        self._known: dict[tuple[str, str], list[tuple[date, Decimal]]] = {}
        for one in sorted(rates, key=lambda one: one.on_day):
            self._known.setdefault((one.currency, one.against), []).append((one.on_day, one.rate))

    def of(self, currency: str, against: str, on: date) -> tuple[date, Decimal]:
        """The day of the rate and the rate that holds on a day, told either way round. Refused: none known by then."""
        if currency == against:
            return on, Decimal(1)
        straight, turned = self._last(currency, against, on), self._last(against, currency, on)
        if straight and (turned is None or turned[0] <= straight[0]):
            return straight
        if turned:
            with localcontext() as context:
                context.prec = 28
                return turned[0], 1 / turned[1]
        raise Refusal(
            f"No rate of {currency} to {against} is known on or before {on:%d %b %Y}. Add one under Settings, House.",
            fields={"currency": f"No rate to {against} by {on:%d %b %Y}."},
        )

    def _last(self, currency: str, against: str, on: date) -> tuple[date, Decimal] | None:
        known = self._known.get((currency, against), [])
        place = bisect_right(known, on, key=lambda one: one[0])
        return known[place - 1] if place else None


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum of amounts in one currency. `without`: currencies that had no rate, and how many amounts were left out."""

    total: Money
    without: dict[str, int]


def digits(currency: str) -> int:
    """Digits behind the point: EUR 2, JPY 0, KWD 3. A currency that is not named here has two."""
    return MINOR.get(currency, 2)


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Half up, away from zero, to the currency's smallest unit."""
    return amount.quantize(Decimal(1).scaleb(-digits(currency)), ROUND_HALF_UP)


def code(told: object, *, field: str = "currency") -> str:
    """A currency as three capital letters. Refused: anything else."""
    found = str(told if told is not None else "").strip().upper()
    if not found.isascii() or not CODE.fullmatch(found):
        raise Refusal("A currency is three letters, such as EUR.", fields={field: "Three letters, such as EUR."})
    return found


def spendable(told: object, *, field: str = "currency") -> str:
    """A currency that somebody may choose today. Refused: what is none, also three letters that mean nothing, such as XXX."""
    found = code(told, field=field)
    if found not in CURRENCIES:
        raise Refusal(f"There is no currency {found}.", fields={field: "No such currency; EUR, USD and GBP are some."})
    return found


def converted(money: Money, to: str, on: date, rates: Rates) -> Money:
    """An amount in another currency by the rate of a day, rounded once, at the end. Refused: no rate known by then."""
    if money.currency == to:
        return money.rounded()
    return Money(money.amount * rates.of(money.currency, to, on)[1], to).rounded()


def home(amount: Decimal, currency: str, on: date, *, house: str, rates: Rates) -> Decimal | None:
    """An amount in the currency of the house, as records keep it beside their own; None where no rate is known by then."""
    try:
        return converted(Money(amount, currency), house, on, rates).amount
    except Refusal:
        return None


def summed(amounts: Iterable[tuple[Money, date]], house: str, rates: Rates) -> Sum:
    """Each amount by the rate of its day, rounded, then added up, so that a sum is what its rows show."""
    total, without = Decimal(0), dict[str, int]()
    for money, on in amounts:
        found = home(money.amount, money.currency, on, house=house, rates=rates)
        if found is None:
            without[money.currency] = without.get(money.currency, 0) + 1
        else:
            total += found
    return Sum(Money(rounded(total, house), house), without)
