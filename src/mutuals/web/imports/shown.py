"""What the wizard prints of an import: the file in words, counts as a bar, the time that is left. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from mutuals.capture.imports.report import Progress
from mutuals.capture.models import Import, ImportState
from mutuals.web.imports.forms import DELIMITERS

STEPS = ("Upload", "Read", "Map and preview", "Run", "Report")
_AT = {
    ImportState.UPLOADED: 3,
    ImportState.CHECKING: 3,
    ImportState.READY: 3,
    ImportState.RUNNING: 4,
    ImportState.DONE: 5,
    ImportState.FAILED: 3,
}
_WORDS = {
    "new": ("is-new", "new"),
    "updated": ("is-updated", "updated"),
    "same": ("is-same", "known already, nothing changes"),
    "doubtful": ("is-doubtful", "doubtful, left for you"),
    "errors": ("is-error", "not read"),
}
_FORMATS = {
    "csv": "text table",
    "xlsx": "workbook",
    "parquet": "Parquet",
    "jsonl": "JSON Lines",
    "mbox": "mailbox",
    "vcard": "address cards",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One outcome: how many rows, and its piece of a bar of 1,000 parts."""

    kind: str
    count: int
    words: str
    at: int
    size: int


def at_step(row: Import) -> int:
    """Which of the five steps."""
    return 4 if row.state == ImportState.FAILED and row.counts else _AT[ImportState(row.state)]


def file_words(row: Import) -> str:
    """What was recognised: rows, columns, encoding, separator."""
    told = row.sniffed
    parts = [f"about {row.rows_total:,} rows" if row.rows_total else "", f"{len(told.get('columns', []))} columns"]
    parts += [_FORMATS.get(told.get("format", ""), ""), told.get("encoding", "")]
    if told.get("delimiter"):
        parts.append(f"{DELIMITERS.get(told['delimiter'], told['delimiter'])} between fields")
    return ", ".join(part for part in parts if part)


def parts(counts: Mapping[str, int]) -> list[Part]:
    """The five outcomes of a preview or a run; those that are there are at least three parts wide."""
    total = sum(counts.values()) or 1
    told, at = [], 0
    for name, (kind, words) in _WORDS.items():
        count = counts.get(name, 0)
        size = max(3, 1000 * count // total) if count else 0
        told.append(Part(kind, count, words, at, size))
        at += size
    return told


def left(progress: Progress, now: datetime) -> tuple[str, datetime | None]:
    """How much longer in words, and when it is through; nothing is said before anything is measured."""
    if progress.seconds_left is None:
        return "", None
    seconds = int(progress.seconds_left)
    words = f"about {seconds} s" if seconds < 90 else f"about {seconds // 60} min"
    return words, now + timedelta(seconds=seconds)


def percent(progress: Progress) -> int:
    """How far, of 100; an estimate that is passed stays at 99."""
    return min(99, 100 * progress.done // progress.total) if progress.total else 0
