"""What is decided for each row of a file, by the same code for the preview and for the result."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

KEPT_OUT = "Kept out: erased."  # begins the reason of every row that is not taken for somebody who was erased
Pair = tuple[str, str]  # network and key of a profile
Ref = int | str  # a row's id, or "new:12" for what row 12 is about to make


class Outcome(StrEnum):
    """What becomes of a row. The five add up to the rows of the file."""

    NEW = "new"
    UPDATED = "updated"
    SAME = "same"
    DOUBTFUL = "doubtful"
    ERRORS = "errors"


@dataclass(frozen=True, slots=True)
class RowIn:
    """One record of the file. `values` is typed and complete; where `error` is set nothing of it may be used."""

    number: int
    original: Mapping[str, Any]
    values: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    mail: bytes = b""


@dataclass(frozen=True, slots=True)
class Decision:
    """One row, what becomes of it, and why it was not taken."""

    row: RowIn
    outcome: Outcome
    reason: str = ""


class Planner(Protocol):
    """One kind of target. `plan` reads only; then `apply` writes, or `pretend` remembers what would be written."""

    def group(self, row: RowIn) -> str:
        """Rows in sequence with the same text are decided together; "" = by itself."""

    def plan(self, rows: Sequence[RowIn], *, now: datetime) -> list[Decision]: ...
    def apply(self, *, now: datetime) -> None:
        """Write what the last plan decided, in the caller's transaction."""

    def pretend(self) -> None:
        """Let the next plan believe that the last one was applied."""

    def pass_over(self, rows: Sequence[RowIn]) -> None:
        """Rows that an earlier run has finished: remember only that they were in this file."""


class Shadow:
    """What a preview would have written so far, in a temporary file, so that memory does not grow with the import."""

    def __init__(self) -> None:
        self._store = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._store.execute("PRAGMA journal_mode = OFF")
        self._store.execute("CREATE TABLE kept (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID")

    def get(self, keys: Iterable[str]) -> dict[str, Any]:
        """What is kept under these keys."""
        found = self._store.execute(
            "SELECT key, value FROM kept WHERE key IN (SELECT value FROM json_each(?))", [json.dumps(list(set(keys)))]
        )
        return {key: json.loads(value) for key, value in found}

    def put(self, values: Mapping[str, Any]) -> None:
        """Keep values, in place of older ones."""
        self._store.execute("BEGIN")
        self._store.executemany(
            "INSERT OR REPLACE INTO kept VALUES (?, ?)", [(key, json.dumps(value)) for key, value in values.items()]
        )
        self._store.execute("COMMIT")

    def close(self) -> None:
        """Drop the temporary file."""
        self._store.close()


_planners: dict[str, Callable[[Any, Shadow], Planner]] = {}
_prefixed: dict[str, Callable[[Any, Shadow], Planner]] = {}


def plans(target: str, planner: Callable[[Any, Shadow], Planner]) -> None:
    """Registry: rows of this target are decided by this planner, made of the `Import` and a shadow. The same again replaces."""
    _planners[target] = planner


def plans_more(prefix: str, planner: Callable[[Any, Shadow], Planner]) -> None:
    """The same for all targets whose names begin so: kinds of the house's own making."""
    _prefixed[prefix] = planner


def planner_of(target: str) -> Callable[[Any, Shadow], Planner]:
    """Who decides about the rows of this target."""
    return _planners.get(target) or next(one for prefix, one in _prefixed.items() if target.startswith(prefix))


def joined(pair: Pair) -> str:
    """A pair as a key of the shadow (its store cannot hold NUL)."""
    return "\x1f".join(pair)


def parted(key: str) -> Pair:
    """The pair in a key of the shadow, "seen:" or the like before it."""
    network, _, own = key.partition(":")[2].partition("\x1f")
    return network, own
