"""The last step of the walk but one: how far each message of a batch came, counted from the rows that it left behind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from mutuals.base import bulk
from mutuals.capture import pace
from mutuals.capture.intake import Waiting
from mutuals.capture.models import RawState
from mutuals.history.keep import Kept
from mutuals.history.models import Direction
from mutuals.insights.models import Passage
from mutuals.listening.read import KINDS
from mutuals.rules import judge

KEPT_DAYS = 60
"""Days that counts are kept: what is usual for a source is learned from them."""
_OPENED = (RawState.DONE, RawState.IGNORED, RawState.REFUSED)
_LONGEST = timedelta(days=3_650)
_STAGES = ("said", "linked", "read", "ruled", "fired", "met")
_COLUMNS = ("slot", "source_id", "arrived", "quiet", "known", "stored", *_STAGES, "waited", "slowest")
_ADD = "(slot, source_id) DO UPDATE SET " + ", ".join(
    f"{name} = greatest(insights_passage.{name}, EXCLUDED.{name})"
    if name == "slowest"
    else f"{name} = insights_passage.{name} + EXCLUDED.{name}"
    for name in _COLUMNS[2:]
)
_LEFT = """
SELECT g.slot, count(*), count(*) FILTER (WHERE f.person_id IS NOT NULL OR f.organisation_id IS NOT NULL),
    count(r.interaction_id), count(*) FILTER (WHERE g.ruled),
    count(*) FILTER (WHERE EXISTS (SELECT 1 FROM rules_firing x WHERE x.interaction_id = g.id AND x.outcome <> 'held')),
    count(*) FILTER (WHERE EXISTS (SELECT 1 FROM listening_mention m WHERE m.interaction_id = g.id))
FROM {g} LEFT JOIN people_profile f ON f.id = g.profile LEFT JOIN listening_reading r ON r.interaction_id = g.id
GROUP BY g.slot
"""


def count(raws: Sequence[Waiting], kept: Sequence[Kept], *, now: datetime) -> None:
    """Add what this batch left behind to the counts of its source, in the caller's transaction; two statements.

    Parked events are not counted: they are where they are until somebody lets them be opened again.
    """
    opened = [raw for raw in raws if raw.state in _OPENED]
    if not opened:
        return
    new = [one for one in kept if one.is_new and one.interaction_id]
    fresh = {one.placed.arrived.raw_id for one in new}
    told = defaultdict[datetime, list[int]](lambda: [0] * (len(_COLUMNS) - 2))
    for raw in opened:
        row, waited = told[pace.slot(raw.received_at)], _milliseconds(raw.received_at, now)
        row[0] += 1
        row[1] += raw.state != RawState.DONE
        row[2] += raw.state == RawState.DONE and raw.pk not in fresh
        row[-2] += waited
        row[-1] = max(row[-1], waited)
    for one in new:
        told[pace.slot(one.placed.arrived.received_at)][3] += 1
    for slot, *numbers in _left_behind(new):
        told[slot][4:-2] = list(map(int, numbers))
    rows = [(slot, opened[0].source.pk, *numbers) for slot, numbers in sorted(told.items())]
    bulk.insert(Passage, _COLUMNS, rows, conflict=_ADD)


def _left_behind(new: Sequence[Kept]) -> list[tuple[Any, ...]]:
    """By quarter of an hour: how many others said in words, and how many of these have left which row behind."""
    judged = {one.interaction_id for one in judge.news(new)}
    said = [
        (
            one.interaction_id,
            pace.slot(one.placed.arrived.received_at),
            one.placed.profile_id,
            one.interaction_id in judged,
        )
        for one in new
        if one.direction is Direction.IN and one.placed.arrived.envelope.kind in KINDS
    ]
    types = {"id": "bigint", "slot": "timestamptz", "profile": "bigint", "ruled": "boolean"}
    return bulk.run(_LEFT, types, said)


def _milliseconds(since: datetime, now: datetime) -> int:
    """From arrival until now; a clock that was set back counts as no time."""
    return int(min(max(now - since, timedelta(0)), _LONGEST) / timedelta(milliseconds=1))


def forget(*, now: datetime) -> int:
    """Job: counts that are older than `KEPT_DAYS` go; returns how many rows."""
    return Passage.objects.filter(slot__lt=now - timedelta(days=KEPT_DAYS)).delete()[0]
