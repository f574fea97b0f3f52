"""A page of a list, found by its key: no OFFSET, so that the last page costs what the first one does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan

from mutuals.base.filters import Condition, check, plan
from mutuals.base.lists import cursors
from mutuals.base.lists.listing import Listing, Sort, along
from mutuals.base.patience import TooSlow, within

LONGEST_PAGE = 200
IN_ORDER = 0.4  # seconds that a narrowed list is walked in its order, before those that fit are looked for
FEW = 1_000  # rows that fit up to which all of them are fetched and sorted
TOO_SLOW = (
    "This list takes too long. Take a filter away, or add one that fewer fit, such as a day or a beginning of a name."
)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which rows, and how they stand: what an address, a program or a command says of a list.

    `kept` are the list's own narrowing words; `zone` and `now` are the viewer's, for days.
    """

    viewer: Any
    zone: ZoneInfo
    now: datetime
    where: Condition | None = None
    sort: str = ""
    kept: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is asked of the rows."""
        return self.where is not None or any(self.kept.values())


@dataclass(frozen=True, slots=True)
class Page:
    """Rows, and the cursors of the neighbouring pages ("" = there is none)."""

    rows: tuple[Any, ...]
    next: str = ""
    previous: str = ""
    is_whole: bool = False  # there is nothing else in the list


Place = tuple[Any, int, bool]
"""Value, key, and whether the walk goes back."""


def walk(of: Listing, asked: Asked, *, after: str = "", limit: int = 50, patience: float | None = None) -> Page:
    """A page of a list. `after` is a cursor of another page of the same list in the same order.

    Refused: unknown sorts, foreign cursors, unusable conditions. Unseen: narrowed to what the viewer does not see. TooSlow:
    not found within `patience` seconds (None: as the installation says).
    """
    sort, limit = of.sort(asked.sort), max(1, min(limit, LONGEST_PAGE))
    if of.page is not None:
        found: Page = of.page(asked, after=after, limit=limit, patience=patience)
        return found
    name = f"{of.record} {sort.name}"
    place: Place | None = tuple(cursors.unpack(after, of=name)) or None
    rows = of.beside(rows_of(of, asked))
    found_rows = _found(rows, sort, place, limit + 1, settings.PATIENCE if patience is None else patience)
    page = page_of(found_rows, sort, place, limit, name)
    if of.dress is not None and page.rows:
        of.dress(list(page.rows), asked.viewer)
    return page


def walk_among(of: Listing, rows: QuerySet[Any], asked: Asked, *, after: str = "", limit: int = 50) -> Page:
    """The same among `rows`, all of which the viewer may see, read with what the caller needs of them."""
    return walk(
        replace(of, visible_to=lambda _: rows, beside=lambda some: some, dress=None), asked, after=after, limit=limit
    )


def rows_of(of: Listing, asked: Asked) -> QuerySet[Any]:
    """The rows of a list that the viewer may see, in no order."""
    rows = of.visible_to(asked.viewer)
    for one in of.narrows:
        if value := asked.kept.get(one.name, ""):
            rows = one.rows(rows, value, asked.viewer)
    if asked.where is not None:
        record = of.of
        where = check(asked.where, record, viewer=asked.viewer)
        rows = plan.narrowed(rows, where, record, zone=asked.zone, now=asked.now)
    return rows.order_by()


def page_of(found: list[Any], sort: Sort, place: Place | None, limit: int, name: str) -> Page:
    """A page out of up to `limit` + 1 rows, in the order in which they were walked."""
    is_back = bool(place and place[2])
    has_more = len(found) > limit
    found = found[:limit][::-1] if is_back else found[:limit]
    if not found:
        return Page((), is_whole=not place)

    def cursor(row: Any, *, is_back: bool) -> str:
        return cursors.pack([along(row, sort.path), row.pk, is_back], of=name)

    forth = cursor(found[-1], is_back=False) if has_more or is_back else ""
    back = cursor(found[0], is_back=True) if place and (has_more or not is_back) else ""
    return Page(tuple(found), forth, back, is_whole=not place and not has_more)


def _found(rows: QuerySet[Any], sort: Sort, place: Place | None, limit: int, patience: float) -> list[Any]:
    """Up to `limit` rows, in two ways of which the planner cannot know the better one.

    Where many fit, the walk in the order of the list meets them soon. Where that takes too long, hardly any fits: these are
    looked for in any order, all at once. A list of everything is walked, for there is nothing to miss.
    """
    if not rows.query.where:
        return stretch(rows, sort, place, limit)
    try:
        with within(min(IN_ORDER, patience), TOO_SLOW):
            return stretch(rows, sort, place, limit)
    except TooSlow:
        with within(patience, TOO_SLOW):
            few = list(rows.order_by().values_list("pk", flat=True)[: FEW + 1])
            return stretch(rows.filter(pk__in=few) if len(few) <= FEW else rows, sort, place, limit)


def stretch(rows: QuerySet[Any], sort: Sort, place: Place | None, limit: int) -> list[Any]:
    """Up to `limit` rows from a place on, forwards or back; rows without a value stand at the end."""
    value, pk, is_back = place or (None, 0, False)
    falling = sort.descending is not is_back
    by_key = OrderBy(F("pk"), descending=falling)
    if sort.path == "pk":
        rows = rows.filter(_beyond("", None, pk, falling=falling)) if place else rows
        return list(rows.order_by(by_key)[:limit])
    nulls = {}
    if sort.nullable and sort.descending:  # as its index has them; one that rises has them last by itself
        nulls = {"nulls_last": falling or None, "nulls_first": not falling or None}
    by_value = OrderBy(F(sort.path), descending=falling, **nulls)
    known = rows.filter(**{f"{sort.path}__isnull": False}) if sort.nullable else rows
    parts: list[tuple[QuerySet[Any], list[OrderBy], bool]] = [(known, [by_value, by_key], True)]
    if sort.nullable:
        parts.append((rows.filter(**{f"{sort.path}__isnull": True}), [by_key], False))
    found: list[Any] = []
    for some, order, has_value in reversed(parts) if is_back else parts:
        if place and has_value == (value is not None):
            some = some.filter(_beyond(sort.path if has_value else "", value, pk, falling=falling))
        elif place and has_value is not is_back:
            continue  # this part lies behind the place
        found += some.order_by(*order)[: limit - len(found)]
        if len(found) >= limit:
            break
    return found


def _beyond(column: str, value: Any, pk: int, *, falling: bool) -> Any:
    """Rows after a place, written so that the index is entered at it.

    Compared as a pair, however many rows have one value; over two tables no index knows the pair, so the value comes first.
    """
    word = "lt" if falling else "gt"
    if not column:
        return Q(**{f"pk__{word}": pk})
    if "__" in column:
        return Q(**{f"{column}__{word}e": value}) & (Q(**{f"{column}__{word}": value}) | Q(**{f"pk__{word}": pk}))
    return (TupleLessThan if falling else TupleGreaterThan)(Tuple(F(column), F("pk")), (value, pk))
