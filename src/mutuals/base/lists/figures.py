"""How many stand in a list, what they add up to, and the same for each value of a column: each with patience."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Count, QuerySet
from django.db.models import Sum as Added

from mutuals.base.filters import Field, Kind, Refused
from mutuals.base.lists.listing import Column, Listing
from mutuals.base.lists.walking import TOO_SLOW, Asked, Page, rows_of
from mutuals.base.patience import TooSlow, within

COUNTING = 0.7  # seconds after which a count says "more than"
COUNTED = 10_000  # rows up to which a list is counted and added up
MOST_GROUPS = 200
_GROUPED = (Kind.TEXT, Kind.CHOICE, Kind.BOOL, Kind.NUMBER)


@dataclass(frozen=True, slots=True)
class Sum:
    """What a column adds up to; money once for each currency, else currency is ""."""

    column: str
    amount: Decimal
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """One value of a column: how many rows have it, and what theirs add up to. `value` None or "": they have none."""

    value: Any
    count: int
    sums: tuple[Sum, ...] = ()


def count(of: Listing, asked: Asked, *, page: Page | None = None, limit: int = COUNTED) -> tuple[int, bool]:
    """How many there are, and whether that is exact; counting stops at `limit`: then there are more.

    `page` is one of the list, where that is known: if it is all of it, nothing is counted, and if counting takes too long,
    there are more than stand on it.
    """
    if page is not None and page.is_whole:
        return len(page.rows), True
    if of.counted is not None:
        return of.counted(asked, page=page, limit=limit)
    try:
        with within(min(COUNTING, settings.PATIENCE), TOO_SLOW):
            found = rows_of(of, asked).values("pk")[: limit + 1].count()
    except TooSlow:
        return len(page.rows) if page else 0, False
    return min(found, limit), found <= limit


def sums(of: Listing, asked: Asked, columns: list[Column]) -> list[Sum] | None:
    """What the figures of these columns add up to over the whole list, in their order; None where that takes too long.

    For lists that were counted exactly: what has millions of rows is not added up while somebody waits.
    """
    added = _added(of, columns)
    if not added or of.page is not None:
        return []
    try:
        with within(min(COUNTING, settings.PATIENCE), TOO_SLOW):
            return _grouped(rows_of(of, asked), "", added).get(None, [])
    except TooSlow:
        return None


def grouped(of: Listing, asked: Asked, by: str, columns: list[Column]) -> list[Group]:
    """How many rows each value of a column has, and what theirs add up to; most rows first, at most 200 values.

    Refused: a column that cannot be counted by. TooSlow: there is too much to count.
    """
    column = next((one for one in of.visible_columns(asked.viewer) if one.name == by and one.groups), None)
    field = of.field_of(column) if column else None
    if field is None or field.kind not in _GROUPED or field.beside is not None or of.page is not None:
        can = ", ".join(one.name for one in of.visible_columns(asked.viewer) if one.groups)
        raise Refused(f"This list can be grouped by: {can or 'nothing'}.", field="group")
    added = _added(of, columns)
    with within(None, TOO_SLOW):
        rows = rows_of(of, asked)
        path = field.path
        counted = rows.values_list(path).annotate(rows_in=Count("pk")).order_by("-rows_in", path)
        found = list(counted[:MOST_GROUPS])
        told = _grouped(rows, path, added) if added else {}
    return [Group(value, many, tuple(told.get(value, ()))) for value, many in found]


def _added(of: Listing, columns: list[Column]) -> list[tuple[Column, Field]]:
    told = [(one, of.field_of(one)) for one in columns if one.sums]
    return [(column, field) for column, field in told if field is not None]


def _grouped(rows: QuerySet[Any], path: str, added: list[tuple[Column, Field]]) -> dict[Any, list[Sum]]:
    """The sums for each value of `path` ("" = of all), by one statement for all columns of one currency."""
    found: dict[Any, list[Sum]] = {}
    for currency in dict.fromkeys(column.currency for column, _ in added):
        ours = {f"sum_{column.name}": (column, field) for column, field in added if column.currency == currency}
        keys = [key.replace(".", "__") for key in (path, currency) if key]
        asked = {name: Added(field.path) for name, (_, field) in ours.items()}
        told = rows.values(*keys).annotate(**asked).order_by(*keys) if keys else [rows.aggregate(**asked)]
        for one in told:
            into = found.setdefault(one[path] if path else None, [])
            money = str(one[currency.replace(".", "__")]) if currency else ""
            into += [Sum(column.name, one[name] or Decimal(0), money) for name, (column, _) in ours.items()]
    return found
