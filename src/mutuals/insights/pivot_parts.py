"""Groups and figures of a report to SQL: moments by the clock of a zone, amounts by the rate of their day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    Aggregate,
    Avg,
    Case,
    CharField,
    Count,
    DateField,
    DateTimeField,
    DecimalField,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    Sum,
    TextField,
    Value,
    When,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, NullIf, Round, TruncDate, TruncMonth, TruncQuarter, TruncYear
from django.db.models.lookups import GreaterThanOrEqual, IsNull

from mutuals.base import money
from mutuals.base.filters import All, Condition, Either, Field, Kind, Not, Refused, Test
from mutuals.base.filters.days import start
from mutuals.base.models import Rate
from mutuals.insights.pivot_asked import By, Measure
from mutuals.insights.pivot_subjects import Subject

_NUMBER = DecimalField(max_digits=40, decimal_places=10)
_GROUPED = (Kind.TEXT, Kind.CHOICE, Kind.BOOL, Kind.NUMBER, Kind.DAY, Kind.TIME, Kind.TAGS)
_WITH_DAYS = (Kind.DAY, Kind.TIME)
_TRUNCATED: dict[str, Any] = {"month": TruncMonth, "quarter": TruncQuarter, "year": TruncYear}
_LONG = {"month": 1, "quarter": 3, "year": 12}
AGES = ((0, "today"), (2, "1 to 2 days"), (6, "3 to 6 days"), (29, "7 to 29 days"), (89, "30 to 89 days"))
"""Age of a group at most, in days, and its words; older ones and those to come stand after and before."""
TO_COME, OLDEST = -1, len(AGES)


@dataclass(frozen=True, slots=True)
class Days:
    """How days are counted: the zone, the day on which a week begins (0 = Monday), and which day it is there."""

    zone: ZoneInfo
    first_weekday: int
    today: date


class _Week(Func):
    """The first day of the week that holds a day; weeks begin so many days after Monday."""

    template = "(date_trunc('week', (%(expressions)s) - %(shift)s)::date + %(shift)s)"
    output_field = DateField()


class _Each(Func):
    """Each word of a list on a row of its own; one row without a word where the list is empty."""

    template = "unnest(COALESCE(NULLIF((%(expressions)s)::text[], '{}'), ARRAY[NULL]::text[]))"
    output_field = TextField()


class _Median(Aggregate):
    """The middle value; the mean of the two in the middle where there are two (percentile_cont)."""

    template = "(percentile_cont(0.5) WITHIN GROUP (ORDER BY %(expressions)s))::numeric"
    output_field = _NUMBER


_RECKONED: dict[str, Callable[[Any], Any]] = {
    "sum": lambda told: Sum(told, output_field=_NUMBER),
    "mean": lambda told: Avg(told, output_field=_NUMBER),
    "median": _Median,
    "distinct": lambda told: Count(told, distinct=True),
}


def can_group(field: Field) -> bool:
    """Whether rows can be grouped by a field, and each group opened again by a condition."""
    return field.kind in _GROUPED and not field.masked and not (field.is_json and field.kind is Kind.TAGS)


def can_measure(field: Field, how: str) -> bool:
    """Whether a figure can be made of a field. Relations to one row can be counted: "different customers"."""
    if field.kind is Kind.RELATION:
        return how == "distinct" and field.path == "pk" and field.own != "pk"
    if how == "distinct":
        return can_group(field) and field.kind is not Kind.TAGS
    return field.kind in (Kind.NUMBER, Kind.MONEY) and field.me is None


def group_of(by: By, subject: Subject, viewer: Any) -> tuple[By, Field]:
    """A group with its field; days without a length are grouped by the month. Refused: what cannot be grouped by."""
    field = subject.of.field(by.field, viewer)
    if not can_group(field):
        raise Refused(f"Rows cannot be grouped by “{field.label}”.", field="rows")
    if field.kind in _WITH_DAYS:
        return By(by.field, by.every or "month"), field
    if by.every:
        raise Refused(f"“{field.label}” is no day, so it has no {by.every}.", field="rows")
    return by, field


def grouped(by: By, field: Field, days: Days) -> Any:
    """A group as SQL; null = it has no value."""
    told = _value(field)
    if field.kind in _WITH_DAYS:
        return _age(told, field, days) if by.every == "age" else _span(told, by.every, field, days)
    if field.kind is Kind.TAGS:
        return _Each(told)
    if field.kind in (Kind.TEXT, Kind.CHOICE):
        return NullIf(Cast(told, TextField()), Value(""), output_field=TextField())
    return told


def _value(field: Field) -> Any:
    if field.beside is not None:
        model, key = field.beside
        rows = model._default_manager.filter(**{key: OuterRef("pk")})
        is_list = field.kind is Kind.TAGS
        return Subquery(rows.values(field.path)[:1], output_field=ArrayField(CharField()) if is_list else None)
    if not field.is_json:
        return F(field.own if field.kind is Kind.RELATION else field.path)
    column, _, key = field.path.partition("__")
    told = KeyTextTransform(key, F(column))
    into: Any = {Kind.NUMBER: _NUMBER, Kind.MONEY: _NUMBER, Kind.DAY: DateField(), Kind.TIME: DateTimeField()}.get(
        field.kind
    )
    return Cast(told, into) if into is not None else told


def _span(told: Any, every: str, field: Field, days: Days) -> Any:
    in_zone: dict[str, Any] = {"tzinfo": days.zone} if field.kind is Kind.TIME else {}
    if every in _TRUNCATED:
        return _TRUNCATED[every](told, output_field=DateField(), **in_zone)
    day = TruncDate(told, **in_zone) if field.kind is Kind.TIME else told
    return day if every == "day" else _Week(day, shift=days.first_weekday)


def _age(told: Any, field: Field, days: Days) -> Any:
    def since(back: int) -> Any:
        day = days.today - timedelta(days=back)
        return start(day, days.zone) if field.kind is Kind.TIME else day

    cases = [When(_from(told, since(-1)), then=Value(TO_COME))]
    cases += [When(_from(told, since(most)), then=Value(number)) for number, (most, _) in enumerate(AGES)]
    return Case(*cases, When(IsNull(told, False), then=Value(OLDEST)), output_field=IntegerField())


def _from(told: Any, edge: Any) -> Any:
    return GreaterThanOrEqual(told, Value(edge, DateTimeField() if isinstance(edge, datetime) else DateField()))


# Figures


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure with what it is reckoned of. `currency` is the way to it where each currency stands apart.

    `known` is what a row has, `reckon` what of it is in the house's currency: where that is null, the row is left out.
    """

    measure: Measure
    label: str
    reckon: Any = None
    known: Any = None
    is_money: bool = False
    currency: str = ""
    why_left: str = ""

    @property
    def sql(self) -> Any:
        """The aggregate."""
        return Count("*") if self.measure.how == "count" else _RECKONED[self.measure.how](self.reckon)


def figure(measure: Measure, subject: Subject, viewer: Any, *, house: str, into_house: bool) -> Figure:
    """A measure of a subject for a viewer. Refused: a field that is none of theirs, or has nothing to reckon."""
    if measure.how == "count":
        return Figure(measure, subject.words)
    extra = subject.extras.get(measure.of)
    if extra is not None:
        label, told, is_money = extra.label, extra.reckon(), extra.is_money
        if extra.of_house:
            return Figure(measure, label, told, Value(1), is_money, why_left="no cost is known")
        home = None
    else:
        field = subject.of.field(measure.of, viewer)
        if not can_measure(field, measure.how):
            raise Refused(f"There is no {measure.how} of “{field.label}”.", field="measures")
        label, told, is_money = field.label, _value(field), field.kind is Kind.MONEY
        home = subject.home.get(measure.of)
        if is_money and field.is_json:
            return Figure(measure, label, told, is_money=measure.how != "distinct", currency=f"{field.path}__currency")
    if not is_money or measure.how == "distinct":
        return Figure(measure, label, told)
    if not into_house or not (home or subject.day):
        return Figure(measure, label, told, is_money=True, currency=subject.currency)
    reckon = F(home) if home else _converted(told, subject, house)
    return Figure(measure, label, reckon, told, is_money=True, why_left="no rate is known")


def _converted(told: Any, subject: Subject, house: str) -> Any:
    """An amount in the currency of the house by the last rate known on or before its day, rounded; null without one."""
    currency, day = OuterRef(subject.currency), OuterRef(subject.day)
    of = Rate.objects.filter(Q(currency=currency, against=house) | Q(currency=house, against=currency))
    of = of.filter(on_day__lte=Cast(day, DateField()) if not subject.day.endswith("_on") else day)
    rate = Case(When(against=house, then=F("rate")), default=Value(Decimal(1)) / F("rate"), output_field=_NUMBER)
    straight = Case(When(against=house, then=Value(0)), default=Value(1))
    last = Subquery(of.order_by("-on_day", straight).values_list(rate)[:1], output_field=_NUMBER)
    whole = Case(
        When(**{subject.currency: house}, then=Value(Decimal(1))), default=last, output_field=_NUMBER
    ) * told  # fmt: skip
    return Round(Cast(whole, _NUMBER), precision=money.digits(house), output_field=_NUMBER)


# Back to conditions


def opens(by: By, field: Field, raw: Any, days: Days) -> Condition:
    """What rows of a group fit, in the language of conditions, so that every figure opens its rows."""
    name = by.field
    if raw is None:
        if field.kind is Kind.BOOL:
            return Not(Either((Test(name, "is", "true"), Test(name, "is", "false"))))
        return Test(name, "empty")
    if field.kind is Kind.TAGS:
        return Test(name, "has", raw)
    if field.kind not in _WITH_DAYS:
        return Test(name, "is", str(raw).lower() if isinstance(raw, bool) else _plain(raw))
    if by.every != "age":
        return Test(name, "between", [str(raw), str(last_day(raw, by.every))])
    if raw == TO_COME:
        return Test(name, "after", str(days.today))
    if raw == OLDEST:
        return Test(name, "before", str(days.today - timedelta(days=AGES[-1][0])))
    newest = AGES[raw - 1][0] + 1 if raw else 0
    span = [str(days.today - timedelta(days=back)) for back in (AGES[raw][0], newest)]
    return Test(name, "between", span)


def together(where: Condition | None, tests: list[Condition]) -> Condition:
    """A condition and what a group adds to it."""
    return All(((where,) if where is not None else ()) + tuple(tests))


def _plain(raw: Any) -> str:
    return f"{raw.normalize():f}" if isinstance(raw, Decimal) else str(raw)


def last_day(first: date, every: str) -> date:
    """The last day of a group that begins on a day."""
    if every == "day":
        return first
    if every == "week":
        return first + timedelta(days=6)
    return next_first(first, every) - timedelta(days=1)


def next_first(first: date, every: str) -> date:
    """The first day of the group after."""
    if every in ("day", "week"):
        return first + timedelta(days=1 if every == "day" else 7)
    year, month = divmod(first.year * 12 + first.month - 1 + _LONG[every], 12)
    return date(year, month + 1, 1)


def said_day(first: date, every: str) -> str:
    """A group of days in words: 5 Nov 2026, week of 2 Nov 2026, Nov 2026, Q4 2026, 2026."""
    if every in ("day", "week"):
        return f"{'week of ' if every == 'week' else ''}{first.day} {first:%b %Y}"
    if every == "month":
        return f"{first:%b %Y}"
    return f"Q{(first.month + 2) // 3} {first.year}" if every == "quarter" else str(first.year)


def said_age(number: int) -> str:
    """An age in words."""
    return "to come" if number == TO_COME else "90 days or more" if number == OLDEST else AGES[number][1]
