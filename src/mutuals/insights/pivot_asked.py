"""A report as it is asked: which rows, grouped by what, and what is reckoned. Read from JSON and from addresses; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from mutuals.base.filters import Condition, Refused, from_json, read, to_json, write

MOST_ROWS, MOST_MEASURES = 2, 4
EVERY = ("day", "week", "month", "quarter", "year", "age")
"""How moments and days are grouped; age is how long ago, in whole days of the zone."""
HOW = {"count": "Number", "sum": "Sum", "mean": "Mean", "median": "Median", "distinct": "Different"}
CHARTS = {"bars": "Bars", "stacked": "Stacked bars", "lines": "Lines", "none": "No picture"}
MONEYS = {"home": "in the house's currency", "own": "each currency apart"}


@dataclass(frozen=True, slots=True)
class By:
    """A group: the name of a field, and for moments and days how long one group is (`every`)."""

    field: str
    every: str = ""

    def __str__(self) -> str:
        return f"{self.field}:{self.every}" if self.every else self.field


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure: `how` of HOW, and of which field; "count" is of rows and has none."""

    how: str = "count"
    of: str = ""

    def __str__(self) -> str:
        return f"{self.how}:{self.of}" if self.of else self.how


@dataclass(frozen=True, slots=True)
class Asked:
    """A whole report. `zone` "" is that of whoever looks; `money` is "home" or "own"."""

    record: str
    where: Condition | None = None
    rows: tuple[By, ...] = ()
    column: By | None = None
    measures: tuple[Measure, ...] = (Measure(),)
    zone: str = ""
    money: str = "home"
    chart: str = "bars"

    @property
    def groups(self) -> tuple[By, ...]:
        """Rows, and the column last."""
        return (*self.rows, *((self.column,) if self.column else ()))

    def narrowed(self, **changes: Any) -> Asked:
        """The same with something changed."""
        return replace(self, **changes)


def by_of(told: object) -> By:
    """ "opened:month" as a group. The name of a field of the house's own holds a dot, and never a colon."""
    name, _, every = str(told).partition(":")
    if every and every not in EVERY:
        raise Refused(f"Days are grouped by: {', '.join(EVERY)}.", field="rows")
    return By(name.strip()[:60], every)


def measure_of(told: object) -> Measure:
    """ "sum:amount" or "count"."""
    how, _, of = str(told).partition(":")
    if how not in HOW:
        raise Refused(f"A figure is one of: {', '.join(HOW)}.", field="measures")
    if (how == "count") is bool(of):
        raise Refused(
            "A number of rows has no field, every other figure has one, such as sum:amount.", field="measures"
        )
    return Measure(how, of.strip()[:60])


def made(
    record: str,
    where: Condition | None = None,
    rows: Sequence[object] = (),
    column: object = "",
    measures: Sequence[object] = (),
    *,
    zone: str = "",
    money: str = "home",
    chart: str = "bars",
) -> Asked:
    """A report of its parts in short words. Refused: too many groups or figures, unknown words, the same twice."""
    groups = tuple(by_of(one) for one in rows if str(one))
    figures = tuple(dict.fromkeys(measure_of(one) for one in measures if str(one))) or (Measure(),)
    across = by_of(column) if column else None
    if len(groups) > MOST_ROWS:
        raise Refused(f"A report has at most {MOST_ROWS} groups down.", field="rows")
    if len(figures) > MOST_MEASURES:
        raise Refused(f"A report has at most {MOST_MEASURES} figures.", field="measures")
    every = (*groups, *((across,) if across else ()))
    if len(set(every)) < len(every):
        raise Refused("A report groups by the same only once.", field="rows")
    if zone and zone not in available_timezones():
        raise Refused("A zone is a name such as Europe/Berlin.", field="zone")
    for word, known, name in ((money, MONEYS, "money"), (chart, CHARTS, "chart")):
        if word not in known:
            raise Refused(f"This is one of: {', '.join(known)}.", field=name)
    return Asked(record[:40], where, groups, across, figures, zone, money, chart)


def from_body(told: Mapping[str, Any]) -> Asked:
    """A report as it is kept and as programs say it."""
    if not isinstance(told, Mapping):
        raise Refused("A report is an object.")
    where = told.get("where")
    condition = from_json(where) if isinstance(where, Mapping) else read(str(where)) if where else None
    rows, figures = told.get("rows") or (), told.get("measures") or ()
    if not all(isinstance(one, list | tuple) for one in (rows, figures)):
        raise Refused("Rows and measures are lists of words.")
    return made(
        str(told.get("record", "")), condition, rows, told.get("column") or "", figures, zone=str(told.get("zone") or ""),
        money=str(told.get("money") or "home"), chart=str(told.get("chart") or "bars"),
    )  # fmt: skip


def to_body(asked: Asked) -> dict[str, Any]:
    """The same as JSON."""
    return {
        "record": asked.record,
        "where": to_json(asked.where) if asked.where is not None else None,
        "rows": [str(one) for one in asked.rows],
        "column": str(asked.column or ""),
        "measures": [str(one) for one in asked.measures],
        "zone": asked.zone,
        "money": asked.money,
        "chart": asked.chart,
    }


def to_words(asked: Asked) -> list[tuple[str, str]]:
    """The same as the parts of an address."""
    told = [("record", asked.record)]
    told += [("where", write(asked.where))] if asked.where is not None else []
    told += [("row", str(one)) for one in asked.rows]
    told += [("column", str(asked.column))] if asked.column else []
    told += [("measure", str(one)) for one in asked.measures]
    more = (("zone", asked.zone), ("money", asked.money), ("chart", asked.chart))
    return [*told, *((name, value) for name, value in more if value)]


def zone_of(asked: Asked, viewer: Any) -> ZoneInfo:
    """The zone in which days begin: that of the report, else of whoever looks."""
    return ZoneInfo(asked.zone or getattr(viewer, "zone", "") or "UTC")
