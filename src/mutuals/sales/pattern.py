"""How somebody usually buys, and what was otherwise lately: rhythm, basket, amount. Pure.

All figures are medians, so that one large order or one long break moves none of them (Tukey, Exploratory Data Analysis,
1977). What rests on too few orders is None, and the page says so.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import median

FEWEST = 3  # order days that make a rhythm: two gaps
FEWEST_AMOUNTS = 5  # orders before the last one, from which on its amount can be unusual
SHARE = 3  # in one of so many orders at least an article belongs to the basket
HIATUS = 2  # so many times the usual interval without an order is late
GONE = 0.05  # an article is gone where so long a run of orders without it had a chance below this
_FAR = Decimal("3.5")
_SIGMA = Decimal("0.6745")


@dataclass(frozen=True, slots=True)
class Position:
    """One line that was bought. `article` is its number, or its name where it has none; "" = an order without lines.

    `amount` is quantity times price, or the order's total where there are no lines.
    """

    order_id: int
    day: date
    article: str
    name: str
    quantity: Decimal
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Interval:
    """Days from one order day to the next, as a rule, out of so many gaps."""

    days: float
    gaps: int


@dataclass(frozen=True, slots=True)
class Late:
    """So many days after the order that was to be expected on a day by their own rhythm."""

    by: float
    expected: date


@dataclass(frozen=True, slots=True)
class Article:
    """What stands in at least a third of the orders: in how many, how much of it as a rule, and for how much.

    `missing` = orders since one had it.
    """

    article: str
    name: str
    orders: int
    quantity: Decimal
    amount: Decimal
    missing: int


@dataclass(frozen=True, slots=True)
class Unusual:
    """The last order's amount where it is far from the usual one."""

    order_id: int
    amount: Decimal
    usual: Decimal


@dataclass(frozen=True, slots=True)
class Pattern:
    """What there is to tell. `basket` goes by how many orders have an article."""

    orders: int
    first: date | None = None
    last: date | None = None
    last_order_id: int = 0
    currency: str = ""
    interval: Interval | None = None
    late: Late | None = None
    usual_amount: Decimal | None = None
    unusual: Unusual | None = None
    basket: tuple[Article, ...] = ()
    gone: tuple[Article, ...] = ()

    @property
    def has_too_little(self) -> bool:
        """Whether there are too few orders to tell any rhythm."""
        return self.interval is None


def of(positions: Sequence[Position], *, today: date) -> Pattern:
    """The pattern of what somebody bought, oldest first; lines of one order stand together."""
    if not positions:
        return Pattern(0)
    orders: dict[int, list[Position]] = defaultdict(list)
    for one in positions:
        orders[one.order_id].append(one)
    last = next(reversed(orders))
    currency = Counter(lines[0].currency for lines in orders.values()).most_common(1)[0][0]
    amounts = {
        number: sum((one.amount for one in lines), Decimal(0))
        for number, lines in orders.items()
        if lines[0].currency == currency
    }
    days = sorted({lines[0].day for lines in orders.values()})
    interval = usual_interval(days)
    basket = usual_basket(list(orders.values()), currency)
    return Pattern(
        orders=len(orders),
        first=days[0],
        last=days[-1],
        last_order_id=last,
        currency=currency,
        interval=interval,
        late=lateness(days[-1], interval, today),
        usual_amount=_money(median(amounts.values())) if len(amounts) >= FEWEST else None,
        unusual=unusual_amount(amounts, last),
        basket=basket,
        gone=tuple(one for one in basket if is_gone(one.orders / len(orders), one.missing)),
    )


def usual_interval(days: Sequence[date]) -> Interval | None:
    """The median of the gaps between order days, oldest first; several orders of one day are one. None below three days."""
    if len(days) < FEWEST:
        return None
    gaps = [(after - before).days for before, after in pairwise(days)]
    return Interval(float(median(gaps)), len(gaps))


def lateness(last: date, interval: Interval | None, today: date) -> Late | None:
    """How late they are by their own rhythm, once twice the usual interval is over (a hiatus rule, as in Wübben and von
    Wangenheim, Journal of Marketing 72, 2008, with a break of one's own length for each customer).
    """
    if interval is None or (today - last).days <= HIATUS * interval.days:
        return None
    return Late((today - last).days - interval.days, last + timedelta(days=round(interval.days)))


def usual_basket(orders: Sequence[Sequence[Position]], currency: str) -> tuple[Article, ...]:
    """Articles in at least a third of the orders, with the medians of their quantity and amount per order that has them.

    Amounts are those of orders in `currency`; an article that was only bought in others has none.
    """
    if len(orders) < FEWEST:
        return ()
    found: dict[str, dict[int, list[Position]]] = defaultdict(lambda: defaultdict(list))
    for place, lines in enumerate(orders):
        for one in lines:
            if one.article:
                found[one.article][place].append(one)
    told = [
        _article(article, by_order, len(orders), currency)
        for article, by_order in found.items()
        if SHARE * len(by_order) >= len(orders)
    ]
    return tuple(sorted(told, key=lambda one: (-one.orders, -one.amount, one.article)))


def _article(article: str, by_order: dict[int, list[Position]], count: int, currency: str) -> Article:
    amounts = [
        sum((one.amount for one in lines), Decimal(0))
        for lines in by_order.values()
        if lines[0].currency == currency
    ]  # fmt: skip
    return Article(
        article=article,
        name=by_order[max(by_order)][-1].name,
        orders=len(by_order),
        quantity=median(sum((one.quantity for one in lines), Decimal(0)) for lines in by_order.values()),
        amount=_money(median(amounts)) if amounts else Decimal(0),
        missing=count - 1 - max(by_order),
    )


def is_gone(share: float, missing: int) -> bool:
    """Whether an article that stands in this share of the orders would be missing from that many in a row by chance once in
    twenty times at most (independent orders: `(1 - share) ** missing`).
    """
    return missing > 0 and (1 - share) ** missing <= GONE


def unusual_amount(amounts: dict[int, Decimal], last: int) -> Unusual | None:
    """The last order where its amount is an outlier among those before: a modified z-score beyond 3.5, by the median of
    the absolute deviations (Iglewicz and Hoaglin, How to Detect and Handle Outliers, 1993).

    Where those before are all alike, anything that differs from them by more than half is.
    """
    before = [amount for number, amount in amounts.items() if number != last]
    if last not in amounts or len(before) < FEWEST_AMOUNTS:
        return None
    usual = median(before)
    spread = median(abs(amount - usual) for amount in before)
    apart = abs(amounts[last] - usual)
    is_far = _SIGMA * apart > _FAR * spread if spread else 2 * apart > usual
    return Unusual(last, _money(amounts[last]), _money(usual)) if is_far else None


def _money(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"))
