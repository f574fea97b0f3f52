"""Who buys when: own rhythm per person, some regularity, and a chance to stay away after each purchase.

Mean interval lognormal, intervals gamma with shape 1.64 (median regularity measured on household purchases), dropping
out after a purchase with a person's own probability from Beta(0.72, 2.16) (BG/NBD fitted to CDNOW). See README.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from mutuals.town.shapes import Line, Order, Person
from mutuals.town.talk import PRODUCTS

SHAPE = 1.64
DROP_A, DROP_B = 0.72, 2.16
_PRICES = tuple(
    Decimal(price) for price in ("39.90", "34.90", "64.00", "45.50", "29.90", "24.50", "79.00", "119.00", "149.00")
)
_PARTS = (
    ("KW-P01", "Spare lid", "9.90"), ("KW-P02", "Gasket set", "4.50"), ("KW-P03", "Scale filter", "6.90"),
    ("KW-P04", "Descaler 500 ml", "7.90"), ("KW-T01", "Green tea 100 g", "8.50"),
    ("KW-T02", "Breakfast tea 250 g", "11.90"),
)  # fmt: skip
_STATUS = (("delivered", 88), ("returned", 5), ("cancelled", 3), ("sent", 4))


def orders(rng: Random, person: Person, start: datetime, now: datetime, *, loyal: bool = False) -> Iterator[Order]:
    """The orders of one customer in the window, oldest first. `loyal`: one that never drops out."""
    if not person.customer_ids:
        return
    mean = rng.lognormvariate(4.6, 0.7)  # days, median 100: kettles are bought rarely, filters and tea more often
    drop = 0.0 if loyal else rng.betavariate(DROP_A, DROP_B)
    if loyal:
        mean = 21.0
    days = (now - start).total_seconds() / 86_400
    at = start + timedelta(days=min(mean, days * 0.8) * rng.random())
    count = 0
    while at < now:
        count += 1
        yield _order(rng, person, at.replace(microsecond=0), now, count)
        if rng.random() < drop:
            return
        at += timedelta(days=max(rng.gammavariate(SHAPE, mean / SHAPE), 0.05))


def _order(rng: Random, person: Person, at: datetime, now: datetime, count: int) -> Order:
    lines: list[Line] = []
    if count == 1 or rng.random() < 0.12:
        place = min(int(rng.expovariate(0.45)), len(PRODUCTS) - 1)
        lines.append(Line(f"KW-K{place + 1:02d}", PRODUCTS[place], 1, _PRICES[place]))
    for _ in range(rng.choices((0, 1, 2, 3), (45, 35, 15, 5))[0] or (0 if lines else 1)):
        sku, name, price = rng.choice(_PARTS)
        if all(line.sku != sku for line in lines):
            lines.append(Line(sku, name, rng.choices((1, 2, 3, 10), (70, 20, 8, 2))[0], Decimal(price)))
    status = rng.choices([name for name, _ in _STATUS], [share for _, share in _STATUS])[0]
    if status == "sent" and now - at > timedelta(days=10):
        status = "delivered"
    customer = rng.choice(person.customer_ids)
    number = f"{customer.replace('K-', 'KW-')}-{count:03d}"
    email = rng.choice(person.emails) if person.emails else ""
    return Order(number, customer, person.id, email, person.name, at, status, lines)
