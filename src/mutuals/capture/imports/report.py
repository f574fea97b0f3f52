"""How an import stands, and what it could not take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from mutuals.base.cells import csv_line
from mutuals.capture.imports.rows import AT_HOME
from mutuals.capture.models import Import, ImportState, ImportTrouble
from mutuals.connectors.files.fields import Target
from mutuals.staff.models import User
from mutuals.staff.permissions import may, require


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` and `total` in rows (total may be an estimate until the check is through), `rate` in rows a second.

    `seconds_left` is None while nothing is running or nothing is measured yet.
    """

    state: ImportState
    done: int
    total: int | None
    rate: float
    seconds_left: float | None


def progress(of: Import, *, now: datetime) -> Progress:
    """How far the check or the run has come, from its start on."""
    state = ImportState(of.state)
    seconds = ((of.finished_at or now) - of.started_at).total_seconds() if of.started_at else 0.0
    rate = of.rows_done / seconds if seconds > 0 else 0.0
    left = None
    if state in (ImportState.CHECKING, ImportState.RUNNING) and rate and of.rows_total:
        left = max(of.rows_total - of.rows_done, 0) / rate
    return Progress(state, of.rows_done, of.rows_total, rate, left)


def without_country(of: Import) -> int:
    """In how many rows, as the check found, a phone number names no country and is kept as written."""
    return int(of.sniffed.get(AT_HOME, 0))


def is_without_authors(of: Import) -> bool:
    """Whether posts name their authors by nothing but a shown name, or not at all: then nobody can be told apart by them."""
    told = set(of.mapping.values()) & {"author_id", "author_handle"}
    return of.target == Target.POSTS and bool(of.mapping) and not told


def visible_to(user: Any) -> QuerySet[Import]:
    """The imports that `user` may see, newest first."""
    rows = Import.objects.select_related("source", "by", "batch").order_by("-pk")
    return rows if may(user, "import.run") else rows.none()


def troubles_csv(of: Import, *, by: User, doubts: bool | None = None) -> Iterator[str]:
    """The rows that were not taken, each with its number and reason, as CSV of UTF-8; streamed.

    `doubts` True or False gives only those or only errors. Cells that a spreadsheet would run are made harmless.
    """
    require(by, "import.run")
    columns = [name for name in of.sniffed.get("columns", ()) if name]
    rows = ImportTrouble.objects.filter(of=of).order_by("number")
    if doubts is not None:
        rows = rows.filter(is_doubt=doubts)
    yield csv_line(["Row", "Reason", *columns] if columns else ["Row", "Reason", "Content"])
    for trouble in rows.iterator(chunk_size=1000):
        cells = [_text(trouble.row.get(name, "")) for name in columns]
        if not any(cells):
            cells = [_text(trouble.row.get("", ""))]
        yield csv_line([str(trouble.number), trouble.reason, *cells])


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "; ".join(map(str, value))
