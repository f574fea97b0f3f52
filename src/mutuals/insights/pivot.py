"""Reports: rows of a record that somebody may see, grouped and reckoned by the database in one statement.

Days are those of one zone, which the answer names. Amounts are in the currency of the house, each row by the
rate of its day; or one row a currency: they are never added up across. Every figure opens its rows by a condition (`opened`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, QuerySet, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from mutuals.base import house
from mutuals.base.filters import Condition, Field, Kind, Refused, Test, check, plan, said
from mutuals.base.patience import within
from mutuals.base.refusals import Refusal
from mutuals.insights.pivot_asked import HOW, Asked, By, Measure, zone_of
from mutuals.insights.pivot_parts import (
    Days,
    Figure,
    can_group,
    can_measure,
    figure,
    group_of,
    grouped,
    next_first,
    opens,
    said_age,
    said_day,
    together,
)
from mutuals.insights.pivot_subjects import Subject, subject
from mutuals.people.fields import own_teams, own_user
from mutuals.staff.models import Team, User
from mutuals.staff.permissions import may, require

MOST_CELLS = 2_000
TOO_SLOW = "This report takes too long. Narrow it: fewer months, one team, or a condition that fewer rows fit."
NOTHING = "none"
"""How a group without a value is called."""


@dataclass(frozen=True, slots=True)
class Told:
    """A value of a group: as the database has it, and in words. None = without a value."""

    raw: Any
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a report: its values, and for each column the figures (None = no such rows, or nothing to reckon)."""

    values: tuple[Told, ...]
    cells: tuple[tuple[Decimal | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Pivot:
    """A report with its figures. `columns` is one nameless where nothing goes across; `heads` name what goes down.

    `kinds` are the words of each figure; `money` whether it is an amount. `currency` "" = none, or each row names its own.
    `totals` add up what adds up (numbers and sums where no row stands in two groups); [] = nothing does.
    """

    asked: Asked
    title: str
    heads: tuple[str, ...]
    across: str
    columns: tuple[Told, ...]
    kinds: tuple[str, ...]
    money: tuple[bool, ...]
    lines: tuple[Line, ...]
    zone: str
    currency: str
    apart: bool
    sentence: str
    totals: tuple[tuple[Decimal | None, ...], ...] = ()
    notes: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class _Plan:
    asked: Asked
    subject: Subject
    viewer: Any
    days: Days
    now: datetime
    groups: list[tuple[By, Field]]
    figures: list[Figure]
    currency: str  # the way to the currency where each stands apart
    house: str

    @property
    def where(self) -> Condition | None:
        """The condition, checked for this viewer."""
        return check(self.asked.where, self.subject.of, viewer=self.viewer) if self.asked.where is not None else None


def run(asked: Asked, *, viewer: Any, now: datetime, patience: float | None = None) -> Pivot:
    """The report as a viewer may see it. Refused: unknown parts, over 2,000 cells. TooSlow: not within `patience` seconds."""
    require(viewer, "report.view")
    plan_of = planned(asked, viewer, now)
    asked_of = {f"g{number}": grouped(by, of, plan_of.days) for number, (by, of) in enumerate(plan_of.groups)}
    if plan_of.currency:
        asked_of["money"] = _currency(plan_of.currency)
    figures: dict[str, Any] = {f"m{number}": one.sql for number, one in enumerate(plan_of.figures)}
    for number, one in enumerate(plan_of.figures):
        if one.why_left:
            figures[f"known{number}"], figures[f"in{number}"] = Count(one.known), Count(one.reckon)
    with within(patience, TOO_SLOW):
        rows = _rows(plan_of, plan_of.where)
        if asked_of:
            rows = rows.annotate(**asked_of).values(*asked_of).annotate(**figures).order_by()
            found = list(rows[: MOST_CELLS + 1])
        else:
            found = [rows.aggregate(**figures)]
    return _shaped(plan_of, found)


def opened(asked: Asked, values: Sequence[Any], across: Any = None, *, viewer: Any, now: datetime) -> Condition:
    """The condition of the rows behind a figure: `values` of its line (with its currency last), and that of its column."""
    return opener(asked, viewer=viewer, now=now)(values, across)


def opener(asked: Asked, *, viewer: Any, now: datetime) -> Callable[[Sequence[Any], Any], Condition]:
    """The same for many figures of one report."""
    plan_of = planned(asked, viewer, now)

    def condition(values: Sequence[Any], across: Any) -> Condition:
        raws = list(values)[: len(asked.rows)] + ([across] if asked.column else [])
        tests = [opens(by, of, raw, plan_of.days) for (by, of), raw in zip(plan_of.groups, raws, strict=True)]
        if plan_of.currency and len(values) > len(asked.rows) and plan_of.subject.of.named("currency") is not None:
            raw = values[len(asked.rows)]
            tests.append(Test("currency", "is", raw) if raw else Test("currency", "empty"))
        return together(asked.where, tests)

    return condition


@dataclass(frozen=True, slots=True)
class Choices:
    """What a viewer may choose for a report of a subject: fields to group by, those of them that are days, and figures."""

    groups: list[Field]
    days: list[Field]
    measures: list[tuple[Measure, str]]


def choices(of: Subject, viewer: Any) -> Choices:
    """What a viewer may choose; figures with their words, the number of rows first."""
    fields = of.of.visible_fields(viewer)
    groups = [one for one in fields if can_group(one)]
    figures = [(Measure(), of.words)]
    for how in ("sum", "mean", "median", "distinct"):
        told = [(name, one.label) for name, one in of.extras.items() if how != "distinct"]
        told += [(one.name, one.label) for one in fields if can_measure(one, how)]
        figures += [(Measure(how, name), f"{HOW[how]} of {label[:1].lower()}{label[1:]}") for name, label in told]
    return Choices(groups, [one for one in groups if one.kind in (Kind.DAY, Kind.TIME)], figures)


def rows_of(asked: Asked, *, viewer: Any, now: datetime) -> QuerySet[Any]:
    """All rows that a report counts, newest first."""
    require(viewer, "report.view")
    plan_of = planned(asked.narrowed(rows=(), column=None), viewer, now)
    return _rows(plan_of, plan_of.where).order_by("-pk")


def planned(asked: Asked, viewer: Any, now: datetime) -> _Plan:
    """A report with its parts looked up, before anything is asked. Refused: what this viewer cannot ask."""
    of, here = subject(asked.record, viewer), house.row()
    zone = zone_of(asked, viewer)
    days = Days(zone, here.first_weekday, now.astimezone(zone).date())
    groups = [group_of(by, of, viewer) for by in asked.groups]

    def figures(*, into_house: bool) -> list[Figure]:
        return [figure(one, of, viewer, house=here.currency, into_house=into_house) for one in asked.measures]

    told = figures(into_house=asked.money == "home")
    if any(one.currency for one in told):
        told = figures(into_house=False)
    ways = {one.currency for one in told if one.is_money and one.currency}
    if len(ways) > 1:
        raise Refused("These amounts are in currencies of their own each: make a report of each.", field="measures")
    return _Plan(asked, of, viewer, days, now, groups, told, next(iter(ways), ""), here.currency)


def _rows(planned: _Plan, where: Condition | None) -> QuerySet[Any]:
    rows = planned.subject.visible_to(planned.viewer).order_by()
    if len(rows.query.alias_map) > 1:  # what is joined may stand there twice
        rows = rows.model._default_manager.filter(pk__in=rows.values("pk"))
    if where is None:
        return rows
    return plan.narrowed(rows, where, planned.subject.of, zone=planned.days.zone, now=planned.now)


def _currency(way: str) -> Any:
    column, _, key = way.partition("__")
    return Cast(KeyTextTransform(key, F(column)), TextField()) if column == "custom" else F(way)


def _shaped(planned: _Plan, found: list[dict[str, Any]]) -> Pivot:
    asked, many = planned.asked, len(planned.figures)
    down = [f"g{number}" for number in range(len(asked.rows))] + (["money"] if planned.currency else [])
    over = f"g{len(asked.rows)}" if asked.column else ""
    cells: dict[tuple[Any, ...], dict[Any, tuple[Decimal | None, ...]]] = {}
    for one in found:
        figures = tuple(_decimal(one[f"m{number}"]) for number in range(many))
        cells.setdefault(tuple(one[name] for name in down), {})[one[over] if over else None] = figures
    _fill(planned, cells)
    columns = list(dict.fromkeys(raw for line in cells.values() for raw in line)) if over else [None]
    if max(len(cells) * len(columns), len(found)) * many > MOST_CELLS:
        raise Refusal(
            f"This report would have more than {MOST_CELLS:,} cells. Group more coarsely, or narrow it by a condition.",
            fields={"rows": "Too many groups."},
        )
    names = [_names(planned, by, of, number, cells, columns) for number, (by, of) in enumerate(planned.groups)]
    weight = _weights(cells, over)
    order = [_order(planned, number, names, weight) for number in range(len(planned.groups))]
    if over:
        columns.sort(key=order[-1])
    keys = sorted(cells, key=lambda key: tuple(order[number](key[number]) for number in range(len(asked.rows))))
    lines = []
    for key in keys:
        values = [Told(raw, names[number][raw]) for number, raw in enumerate(key[: len(asked.rows)])]
        values += [Told(key[-1], str(key[-1] or "no currency"))] if planned.currency else []
        told = tuple(cells[key].get(raw, (None,) * many) for raw in columns)
        lines.append(Line(tuple(values), told))
    heads = [of.label for _, of in planned.groups[: len(asked.rows)]] + (["Currency"] if planned.currency else [])
    return Pivot(
        asked, planned.subject.words, tuple(heads), planned.groups[-1][1].label if over else "",
        tuple(Told(raw, names[-1][raw]) if over else Told(None, "") for raw in columns),
        tuple(_words(one) for one in planned.figures), tuple(one.is_money for one in planned.figures), tuple(lines),
        str(planned.days.zone), planned.house if any(one.is_money for one in planned.figures) and not planned.currency else "",
        bool(planned.currency), said(asked.where, planned.subject.of, viewer=planned.viewer),
        _totals(planned, lines, len(columns)), tuple(_notes(planned, found)),
    )  # fmt: skip


def _decimal(value: Any) -> Decimal | None:
    return value if value is None or isinstance(value, Decimal) else Decimal(str(value))


def _words(one: Figure) -> str:
    how = HOW[one.measure.how]
    return one.label if one.measure.how == "count" else f"{how} of {one.label[:1].lower()}{one.label[1:]}"


def _fill(planned: _Plan, cells: dict[tuple[Any, ...], dict[Any, Any]]) -> None:
    """Days, weeks and months without a row are told as such, where they are all that goes down."""
    asked = planned.asked
    if len(asked.rows) != 1 or planned.currency or planned.groups[0][0].every in ("", "age"):
        return
    raws = sorted(key[0] for key in cells if isinstance(key[0], date))
    every = planned.groups[0][0].every
    if not raws:
        return
    first, room = raws[0], MOST_CELLS // len(planned.figures)
    nothing = tuple(Decimal(0) if one.measure.how == "count" else None for one in planned.figures)
    filled = dict[Any, Any]()
    while first < raws[-1] and len(filled) <= room:
        filled[(first,)] = {} if asked.column else {None: nothing}
        first = next_first(first, every)
    if len(filled) <= room:
        for key, line in filled.items():
            cells.setdefault(key, line)


def _names(
    planned: _Plan, by: By, of: Field, number: int, cells: dict[tuple[Any, ...], Any], columns: list[Any]
) -> dict[Any, str]:
    """Each value of a group in words."""
    raws = {key[number] for key in cells} if number < len(planned.asked.rows) else set(columns)
    known = _called(of, {one for one in raws if one is not None}, planned.viewer)
    return {raw: NOTHING if raw is None else known.get(raw) or _said(by, of, raw) for raw in raws}


def _called(of: Field, raws: set[Any], viewer: Any) -> dict[Any, str]:
    if of.me is own_user:
        if not may(viewer, "user.view"):
            return {raw: viewer.name if raw == viewer.pk else "a colleague" for raw in raws}
        return dict(User.objects.filter(pk__in=raws).values_list("pk", "name"))
    if of.me is own_teams:
        return dict(Team.objects.filter(pk__in=raws).values_list("pk", "name"))
    return {}


def _said(by: By, of: Field, raw: Any) -> str:
    if by.every == "age":
        return said_age(raw)
    if by.every:
        return said_day(raw, by.every)
    if of.kind is Kind.BOOL:
        return "yes" if raw else "no"
    if isinstance(raw, Decimal):
        return f"{raw.normalize():f}"
    return dict(of.choices).get(str(raw), str(raw))


def _weights(cells: dict[tuple[Any, ...], Any], over: str) -> list[dict[Any, Decimal]]:
    """What each value of each group comes to by the first figure."""
    told: dict[int, dict[Any, Decimal]] = {}
    for key, line in cells.items():
        for raw, figures in line.items():
            for number, value in enumerate((*key, *((raw,) if over else ()))):
                into = told.setdefault(number, {})
                into[value] = into.get(value, Decimal(0)) + (figures[0] or Decimal(0))
    return [told[number] for number in sorted(told)]


def _order(planned: _Plan, number: int, names: list[dict[Any, str]], weights: list[dict[Any, Decimal]]) -> Any:
    """Days and ages by time, choices as they are told, all else by the first figure; without a value last."""
    by, of = planned.groups[number]
    choices = {value: place for place, (value, _) in enumerate(of.choices)}
    place = number + 1 if planned.currency and number >= len(planned.asked.rows) else number
    heavy = weights[place] if place < len(weights) else {}

    def key(raw: Any) -> tuple[Any, ...]:
        if raw is None:
            return (1, 0, "")
        if by.every:
            return (0, raw, "")
        if choices:
            return (0, choices.get(str(raw), len(choices)), names[number].get(raw, ""))
        return (0, -heavy.get(raw, Decimal(0)), names[number].get(raw, ""))

    return key


def _totals(planned: _Plan, lines: list[Line], many: int) -> tuple[tuple[Decimal | None, ...], ...]:
    """What adds up over all lines, for each column; () where there is nothing to add."""
    if len(lines) < 2 or planned.currency or any(of.kind is Kind.TAGS for _, of in planned.groups):
        return ()
    adds = [one.measure.how in ("count", "sum") for one in planned.figures]
    if not any(adds):
        return ()
    return tuple(
        tuple(
            sum((line.cells[place][number] or Decimal(0) for line in lines), Decimal(0)) if adds[number] else None
            for number in range(len(adds))
        )
        for place in range(many)
    )


def _notes(planned: _Plan, found: list[dict[str, Any]]) -> list[str]:
    notes = []
    for number, one in enumerate(planned.figures):
        left = sum(row[f"known{number}"] - row[f"in{number}"] for row in found) if one.why_left else 0
        if left:
            notes.append(f"{left:,} rows are not in “{_words(one)}”: {one.why_left} for them.")
    if planned.currency and planned.asked.money == "home":
        notes.append("Amounts stand apart by currency: their rows have no day whose rate would hold.")
    return notes
