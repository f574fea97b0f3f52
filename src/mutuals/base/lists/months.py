"""A list as a calendar: the weeks of one month, with what falls on each day."""

from __future__ import annotations

from calendar import Calendar
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F
from django.db.models.functions import TruncDate

from mutuals.base.filters import Kind, Refused, days
from mutuals.base.lists.listing import Listing, along
from mutuals.base.lists.walking import TOO_SLOW, Asked, rows_of
from mutuals.base.patience import within

SHOWN = 4  # rows of a day; the others are counted
MOST = 1_000  # rows of a month that are read


@dataclass(slots=True)
class Day:
    """One day: how many rows fall on it, and the first of them. `is_other`: it belongs to a neighbouring month."""

    on: date
    is_other: bool = False
    count: int = 0
    rows: list[Any] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Month:
    """The weeks of a month, whole ones, in the days of the viewer."""

    first: date
    weeks: list[list[Day]]
    count: int


def month(of: Listing, asked: Asked, first: date, *, first_weekday: int = 0) -> Month:
    """What falls into the month that begins with `first`; weeks begin with `first_weekday` (0 = Monday).

    Refused: a list without a day. TooSlow: there is too much to count.
    """
    column = next((one for one in of.visible_columns(asked.viewer) if one.name == of.month), None)
    known = of.field_of(column) if column else None
    if known is None:
        raise Refused(f"{of.words[1].capitalize()} have no calendar.", field="view")
    weeks = [
        [Day(on, on.month != first.month) for on in week]
        for week in Calendar(first_weekday).monthdatescalendar(first.year, first.month)
    ]
    start, end = weeks[0][0].on, weeks[-1][-1].on
    is_moment = known.kind is Kind.TIME
    bounds: tuple[Any, Any] = (start, end + timedelta(days=1))
    if is_moment:
        bounds = (days.start(bounds[0], asked.zone), days.start(bounds[1], asked.zone))
    path = known.path
    by_day: Any = TruncDate(path, tzinfo=asked.zone) if is_moment else F(path)
    with within(None, TOO_SLOW):
        rows = rows_of(of, asked).filter(**{f"{path}__gte": bounds[0], f"{path}__lt": bounds[1]})
        counts = dict(rows.annotate(on_day=by_day).values_list("on_day").annotate(many=Count("pk")).order_by("on_day"))
        found = list(of.beside(rows).order_by(path, "pk")[:MOST])
    there = {day.on: day for week in weeks for day in week}
    for row in found:
        value = along(row, path)
        day = there[value.astimezone(asked.zone).date() if isinstance(value, datetime) else value]
        if len(day.rows) < SHOWN:
            day.rows.append(row)
    for on, many in counts.items():
        there[on].count = many
    return Month(first, weeks, sum(day.count for day in there.values() if not day.is_other))
