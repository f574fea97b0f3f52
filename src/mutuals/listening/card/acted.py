"""What became of cards: the share that was acted on, by week and by kind, and how long it took."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from mutuals.base import bulk
from mutuals.listening.card.cards import visible_to
from mutuals.listening.models import CardKind
from mutuals.staff.models import User

_COUNTED = """
SELECT date_trunc('week', made_at AT TIME ZONE %s)::date, kind, count(*),
    count(*) FILTER (WHERE state = 'acted'), count(*) FILTER (WHERE state = 'delegated'),
    count(*) FILTER (WHERE state = 'dismissed'),
    extract(epoch FROM percentile_cont(0.5) WITHIN GROUP (ORDER BY settled_at - made_at)
        FILTER (WHERE settled_at IS NOT NULL)) / 3600
FROM listening_card WHERE made_at >= %s AND id = ANY(%s::bigint[])
GROUP BY GROUPING SETS ((), (1), (2)) ORDER BY 1 DESC NULLS FIRST, 2 NULLS FIRST
"""
_MOST = 20_000  # newest cards that are counted


@dataclass(frozen=True, slots=True)
class Measure:
    """How cards ended. `week` and `kind` say of which, None and "" = all; `hours` is the median time until they ended."""

    made: int = 0
    acted: int = 0
    delegated: int = 0
    dismissed: int = 0
    hours: float | None = None
    week: date | None = None
    kind: str = ""

    @property
    def ended(self) -> int:
        """How many ended at all."""
        return self.acted + self.delegated + self.dismissed

    @property
    def share(self) -> int | None:
        """Those that ended, in a hundred; None where none was made."""
        return round(100 * self.ended / self.made) if self.made else None

    @property
    def acted_share(self) -> int | None:
        """Those that were acted on or given to somebody, in a hundred: the measure of insights acted on."""
        return round(100 * (self.acted + self.delegated) / self.made) if self.made else None

    @property
    def days(self) -> float | None:
        """The median time in days."""
        return None if self.hours is None else self.hours / 24

    @property
    def kind_words(self) -> str:
        """The kind in words."""
        return str(CardKind(self.kind).label) if self.kind in CardKind.values else self.kind


@dataclass(frozen=True, slots=True)
class Measures:
    """All of them, the weeks in which one was made, the newest first, and the kinds."""

    whole: Measure
    weeks: tuple[Measure, ...]
    kinds: tuple[Measure, ...]


def measured(*, viewer: User, since: datetime, zone: str = "UTC") -> Measures:
    """What became of the cards that were made since then; weeks begin on Mondays by the clocks of `zone`."""
    rows = visible_to(viewer).filter(made_at__gte=since).order_by("-made_at").values_list("pk", flat=True)[:_MOST]
    found = bulk.execute(_COUNTED, [zone, since, bulk.numbers(rows)])
    told = [
        Measure(int(n), int(acted), int(given), int(no), None if hours is None else float(hours), week, kind or "")
        for week, kind, n, acted, given, no, hours in found
    ]
    return Measures(
        next((one for one in told if one.week is None and not one.kind), Measure()),
        tuple(one for one in told if one.week is not None),
        tuple(sorted((one for one in told if one.kind), key=lambda one: -one.made)),
    )
