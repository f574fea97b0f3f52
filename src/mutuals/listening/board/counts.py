"""Counts of topics in a stretch of time, from coarse tables: curves by the hour, whole days of UTC, hours at the ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from mutuals.base import bulk
from mutuals.listening.models import ANY

LONGEST = timedelta(days=92)
"""The longest stretch of time that is counted."""


@dataclass(frozen=True, slots=True)
class Span:
    """From when until before when; `zone` says where days begin."""

    since: datetime
    until: datetime
    zone: str

    @property
    def before(self) -> Span:
        """As long, just before."""
        return Span(self.since - (self.until - self.since), self.since, self.zone)

    @property
    def step(self) -> str:
        """What one mark of a chart stands for."""
        return "hour" if self.until - self.since <= timedelta(days=3) else "day"


@dataclass(frozen=True, slots=True)
class Only:
    """Which mentions count at all; "" and None = all."""

    network: str = ""
    language: str = ""
    mood: str = ""
    is_customer: bool | None = None

    def told(self) -> dict[str, Any]:
        """The columns with what they have to be."""
        told = {"network": self.network or None, "language": self.language or None, "mood": self.mood or None}
        return {name: value for name, value in {**told, "is_customer": self.is_customer}.items() if value is not None}

    def sql(self) -> str:
        """The same as the end of a condition; its values are `list(told().values())`."""
        return "".join(f" AND {name} = %s" for name in self.told())


ALL = Only()


@dataclass(slots=True)
class Board:
    """Counts of one version in a stretch of time. `steps`: moment -> mood -> mentions; `before` has `steps` of the stretch
    before. `aside`: mentions that do not count.
    """

    n: int = 0
    aside: int = 0
    questions: int = 0
    by_customers: int = 0
    steps: dict[datetime, dict[str, int]] = field(default_factory=dict)
    networks: dict[str, int] = field(default_factory=dict)
    languages: dict[str, int] = field(default_factory=dict)
    moods: dict[str, int] = field(default_factory=dict)
    before: Board | None = None

    @property
    def net(self) -> int | None:
        """Net sentiment: positive less negative in a hundred; None of nothing."""
        return round(100 * (self.moods.get("positive", 0) - self.moods.get("negative", 0)) / self.n) if self.n else None


def board(version_id: int, span: Span, only: Only = ALL) -> Board:
    """All that the tiles and charts of a topic show, of this stretch and the one before; two queries."""
    found = Board(before=Board())
    parts, values = _parts([version_id], [span.before, span], only)
    sql = (
        "SELECT at >= %s, mood, network, language, is_customer, sum(n), sum(aside), sum(questions)"  # noqa: S608
        f" FROM ({parts}) told GROUP BY GROUPING SETS ((1, mood), (1, network), (1, language), (1, is_customer))"
    )
    for is_now, mood, network, language, is_customer, n, aside, questions in bulk.execute(sql, [span.since, *values]):
        into = found if is_now or found.before is None else found.before
        if mood is not None:
            into.n, into.aside, into.questions = into.n + n, into.aside + aside, into.questions + questions
            into.moods[mood] = n
        elif network is not None:
            into.networks[network] = n
        elif language is not None:
            into.languages[language] = n
        elif is_customer:
            into.by_customers += n
    for at, is_now, mood, n in _steps(version_id, span, only):
        into = found if is_now or found.before is None else found.before
        moods = into.steps.setdefault(at.astimezone(ZoneInfo(span.zone)), {})
        moods[mood] = moods.get(mood, 0) + n
    return found


def totals(version_ids: Sequence[int], span: Span, only: Only = ALL) -> dict[int, int]:
    """How many mentions each version has; one query."""
    if not version_ids:
        return {}
    parts, values = _parts(version_ids, [span], only)
    rows = bulk.execute(f"SELECT version_id, sum(n) FROM ({parts}) told GROUP BY 1", values)  # noqa: S608
    return {int(version): int(n) for version, n in rows}


def grown(now: int, before: int) -> str:
    """How much more something was said than before, in words: new, +40 %, −10 %, as before."""
    if not before:
        return "new"
    change = round(100 * (now - before) / before)
    return f"{change:+,} %".replace("-", "−") if change else "as before"


def _parts(version_ids: Sequence[int], spans: Sequence[Span], only: Only) -> tuple[str, list[Any]]:
    """The counts of some stretches as a SELECT: whole days of UTC, and the hours before and after them."""
    parts, values = list[str](), list[Any]()
    for span in spans:
        first, last = _whole(span)
        stretches = (
            ("count", "hour", span.since, first),
            ("day", "day", first, last),
            ("count", "hour", last, span.until),
        )
        for table, at, since, until in stretches:
            if since < until:
                parts.append(
                    f"SELECT version_id, {at} AS at, network, language, mood, is_customer, n, aside, questions"  # noqa: S608
                    f" FROM listening_{table} WHERE version_id = ANY(%s::bigint[]) AND {at} >= %s AND {at} < %s{only.sql()}"
                )
                values += [bulk.numbers(version_ids), since, until, *only.told().values()]
    return " UNION ALL ".join(parts), values


def _whole(span: Span) -> tuple[datetime, datetime]:
    """From which midnight of UTC until which; the end twice where no whole day lies between."""
    first, last = (
        one.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) for one in (span.since, span.until)
    )
    first += timedelta(days=first < span.since)
    return (first, last) if first < last else (span.until, span.until)


def _steps(version_id: int, span: Span, only: Only) -> list[tuple[datetime, bool, str, int]]:
    """Step by step by the clocks of the zone, mood by mood: from pulses, and from strands of a source or a language."""
    told = only.told()
    n = {None: "n", True: "by_customers", False: "n - by_customers"}[told.pop("is_customer", None)]
    table = "pulse"
    if only.network or only.language:
        table, told = "strand", {"network": ANY, "language": ANY, **told}
    sql = (
        f"SELECT date_trunc(%s, hour, %s), hour >= %s, mood, sum({n}) FROM listening_{table}"  # noqa: S608
        " WHERE version_id = %s AND hour >= %s AND hour < %s" + "".join(f" AND {name} = %s" for name in told)
    )
    return bulk.execute(
        f"{sql} GROUP BY 1, 2, 3",
        [span.step, span.zone, span.since, version_id, span.before.since, span.until, *told.values()],
    )
