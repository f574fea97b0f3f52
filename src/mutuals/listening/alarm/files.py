"""`mutuals watch`: a file of counts in, a file of alarms out, without a server."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from mutuals.connectors.files.work import Counts, Refused, Told, silent
from mutuals.connectors.files.writing import check, writing
from mutuals.listening.alarm import budget
from mutuals.listening.alarm.budget import Budget, Replay, replay
from mutuals.listening.alarm.chance import Floats, in_words
from mutuals.listening.alarm.counts import bring
from mutuals.listening.alarm.even import Even, Said, shown, spell
from mutuals.listening.alarm.verdict import Incident, judge
from mutuals.listening.alarm.watch import Counts as Steps
from mutuals.listening.alarm.watch import Marks, Watch

DEFAULT = "at most one false alarm a month"
_COLUMNS = {
    "series": pa.string(), "began": pa.string(), "ended": pa.string(), "level": pa.string(), "value": pa.float64(),
    "expected": pa.float64(), "chance": pa.float64(), "chance_in_words": pa.string(), "peak_at": pa.string(),
    "strictness": pa.float64(),
}  # fmt: skip


def watch(
    path: Path,
    out: Path,
    *,
    said: Said,
    allowed: str = DEFAULT,
    real: Path | None = None,
    now: float,
    told: Told = silent,
) -> Counts:
    """Read counts, find the strictness that keeps the budget over each series' own history, and write its alarms.

    ALARMS has a row an incident, in the order of series and time; `ended` is empty while it may go on, `value`,
    `expected` and `chance` are of its least usual step. `now` in seconds of 1970. Refused: see `counts.bring`, a budget
    that says nothing, a place that cannot be written to.
    """
    wanted = _budget(allowed)
    check(out, path)
    even = bring(path, said=said, now=now, told=told)
    found, raised, replays, known = list[Incident](), 0, list[Replay](), 0
    with writing(out, _COLUMNS) as file:
        for first, block in even.blocks():
            marks = _marks(even, block, said.zone, first, told)
            one = replay(marks, wanted)
            standing = dict[int, Incident]()
            incidents = judge(marks, one.strictness, standing) + list(standing.values())
            incidents.sort(key=lambda each: (each.series, each.began))
            file.add(_rows(even, first, incidents, one))
            found += incidents
            raised += len({each.series for each in incidents})
            replays.append(one)
            known += int(marks.known.any(axis=0).sum())
    return _said(even, found, replays, known, wanted) | {"series with an alarm": raised}


def _budget(words: str) -> Budget:
    try:
        return budget.read(words)
    except ValueError as error:
        raise Refused(str(error)) from error


def _marks(even: Even, block: Floats, zone: str, first: int, told: Told) -> Marks:
    """Marks of one block of series, told as it goes on, a part of the steps at a time."""
    steps, width = block.shape
    one = Watch(width, even.step, zone or "UTC")
    total, parts = steps * len(even.names), list[Marks]()
    for start in range(0, steps, 2_000):
        piece = Steps(block[start : start + 2_000])
        parts.append(one.take(piece, began=even.began + start * even.step))
        told("watching", first * steps + (start + len(piece.posts)) * width, total)
    return joined(parts)


def joined(parts: Sequence[Marks]) -> Marks:
    """Marks of steps that follow upon each other, as one."""
    if len(parts) == 1:
        return parts[0]
    cubes = {
        name: np.concatenate([getattr(part, name) for part in parts], axis=1)
        for name in ("marks", "values", "expected", "chances")
    }
    flat = {
        name: np.concatenate([getattr(part, name) for part in parts]) for name in ("times", "doubled", "parts", "known")
    }
    return Marks(step=parts[0].step, **cubes, **flat)


def _rows(even: Even, first: int, incidents: Sequence[Incident], found: Replay) -> dict[str, list[object]]:
    return {
        "series": [even.names[first + one.series] for one in incidents],
        "began": [shown(one.began) for one in incidents],
        "ended": [shown(one.ended) if one.ended is not None else None for one in incidents],
        "level": [one.level.name.lower() for one in incidents],
        "value": [one.value for one in incidents],
        "expected": [round(one.expected, 2) for one in incidents],
        "chance": [one.chance for one in incidents],
        "chance_in_words": [in_words(one.chance, step=even.step) for one in incidents],
        "peak_at": [shown(one.peak_at) for one in incidents],
        "strictness": [float(found.strictness[one.series]) for one in incidents],
    }


def _said(even: Even, found: Sequence[Incident], replays: Sequence[Replay], known: int, wanted: Budget) -> Counts:
    strictness = np.concatenate([one.strictness for one in replays])
    weeks = float(np.concatenate([one.weeks for one in replays]).sum())
    notes = list(even.notes)
    if known < len(even.names):
        notes.append(
            f"{len(even.names) - known:,} of {len(even.names):,} series have less than three days (or 14 steps) of counts: "
            "nothing can be said of them yet."
        )
    return {
        "rows": even.rows,
        "series": len(even.names),
        "step": spell(even.step),
        "from": shown(even.began),
        "to": shown(even.began + (int(even.at.max()) + 1) * even.step),
        "alarms": len(found),
        "still going on": sum(one.ended is None for one in found),
        "alarms a week and series": round(len(found) / weeks, 3) if weeks else 0.0,
        "budget": wanted.words,
        "strictness": f"{strictness.min():g} to {strictness.max():g}",
        "notes": notes,
    }
