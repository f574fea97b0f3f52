"""How an export is written: keys of the rows from one statement, the rows a thousand at a time, each thousand then forgotten.

The keys come from a cursor in the database, so the file holds the rows that there were when it was begun, in their order; what
was erased meanwhile is not in it. A worker that is told to end stops between two pages, and the next one begins again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.expressions import OrderBy

from mutuals.base import clock, files, jobs, journal, locks, wake
from mutuals.base.filters import Refused, from_json
from mutuals.base.lists import Asked, Column, Listing, rows_of
from mutuals.base.patience import TooSlow, within
from mutuals.base.refusals import Refusal
from mutuals.base.writing import MEDIA, writer
from mutuals.insights import exports, exports_all, exports_lists
from mutuals.insights.exports_columns import cards, heads, reader
from mutuals.insights.models import Export, ExportForm, ExportState
from mutuals.records import book
from mutuals.staff.models import User

SIZE = 1_000
COUNTING = 10.0  # seconds for knowing beforehand how many rows there are
_TOLD = 1.0  # seconds between two words on how far it has come
_ENDINGS = {"vcard": "vcf"}


class Overtaken(RuntimeError):
    """It was withdrawn, or is to begin again: what is being written here is not wanted any more."""


Step = Callable[[int], None]
"""To be told, between two pages, how many rows are written. Raises Overtaken, or jobs.Ending."""


def run_now(export_id: int, *, size: int = SIZE) -> None:
    """The job: write one export from its beginning. Does nothing where another process is at it, or nothing is to be done."""
    with locks.held(locks.Space.EXPORT, export_id) as mine:
        row = _begun(export_id) if mine else None
        if row is None:
            return
        try:
            with files.draft() as draft, book.once():
                counts = _write(row, draft, size)
                _ready(row, draft, counts)
        except Overtaken:
            return
        except jobs.Ending:
            with suppress(Overtaken):
                _tell(row, state=ExportState.WAITING, rows=0)
            raise
        except (Refusal, Refused, PermissionError, OSError) as error:
            with suppress(Overtaken):
                _failed(row, str(error))


@transaction.atomic
def _begun(export_id: int) -> Export | None:
    row = Export.objects.select_for_update(of=("self",)).select_related("by").filter(pk=export_id).first()
    if row is None or row.state not in exports.LIVE:
        return None
    row.state, row.turn, row.rows, row.total, row.error = ExportState.RUNNING, row.turn + 1, 0, None, ""
    row.save(update_fields=["state", "turn", "rows", "total", "error"])
    wake.changed("export", [row.pk])
    return row


def _tell(row: Export, **values: Any) -> None:
    """Write down how far it has come, as long as this is still the turn that counts."""
    if not Export.objects.filter(pk=row.pk, turn=row.turn, state=ExportState.RUNNING).update(**values):
        raise Overtaken
    wake.changed("export", [row.pk])


def _stepping(row: Export) -> Step:
    last = [time.monotonic()]

    def step(rows: int) -> None:
        jobs.may_go_on()
        row.rows = rows
        if time.monotonic() - last[0] >= _TOLD:
            last[0] = time.monotonic()
            _tell(row, rows=rows)

    return step


def _write(row: Export, draft: Path, size: int) -> dict[str, int]:
    """Write the draft; the rows by table where it is everything."""
    by = User.objects.get(pk=row.by_id)
    exports.ask_right(row, by)
    step = _stepping(row)
    if not row.record:
        _tell(row, total=exports_all.about())
        counts = exports_all.write(draft, step, now=row.made_at)
        row.rows = sum(counts.values())
        return counts
    of = exports.allowed(row.record, by)
    asked = _asked(row, by)
    rows = rows_in_order(of, asked, row.asked.get("ids") or ())
    with suppress(TooSlow), within(COUNTING, ""):
        row.total = rows.order_by().count()
    _tell(row, total=row.total)
    pages = pages_of(of, rows, asked, by, size)
    if row.form == ExportForm.VCARD:
        _write_cards(row, draft, pages, step)
    else:
        columns = _columns(of, row, by)
        row.rows = write_rows(row.form, draft, of, columns, pages, step, asked.zone)
    return {}


def write_rows(
    form: str,
    draft: Path,
    of: Listing,
    columns: Sequence[Column],
    pages: Iterator[list[Any]],
    step: Step,
    zone: ZoneInfo,
) -> int:
    """Write pages of a list as a file of rows; how many there were."""
    told = writer(form, draft, heads(of, columns), zone=zone, title=of.words[1].capitalize())
    read = reader(of, columns)
    done = 0
    try:
        for page in pages:
            told.write(map(read, page))
            done += len(page)
            step(done)
        told.close()
    finally:
        told.drop()
    return done


def _write_cards(row: Export, draft: Path, pages: Iterator[list[Any]], step: Step) -> None:
    done = 0
    with draft.open("w", encoding="utf-8", errors="replace", newline="") as out:
        for page in pages:
            out.writelines(cards(row.record, page))
            done += len(page)
            step(done)
    row.rows = done


def _asked(row: Export, by: User) -> Asked:
    where = from_json(row.asked["where"]) if row.asked.get("where") is not None else None
    kept = row.asked.get("kept") or {}
    return Asked(by, ZoneInfo(row.zone), row.made_at, where=where, sort=row.asked.get("sort", ""), kept=kept)


def _columns(of: Listing, row: Export, by: User) -> list[Column]:
    names = row.asked.get("columns") or []
    return of.visible_columns(by) if exports.ALL_COLUMNS in names else of.chosen(names, by)


def rows_in_order(of: Listing, asked: Asked, ids: Sequence[int]) -> QuerySet[Any]:
    """The rows in their order, the key deciding between equals; without a value at the end."""
    path, falling = exports.order_of(of, asked.sort, asked.viewer)
    rows = rows_of(of, asked)
    rows = rows.filter(pk__in=list(ids)) if ids else rows
    by_key = OrderBy(F("pk"), descending=falling)
    return rows.order_by(*([] if path == "pk" else [OrderBy(F(path), descending=falling, nulls_last=True)]), by_key)


def pages_of(of: Listing, rows: QuerySet[Any], asked: Asked, by: User, size: int) -> Iterator[list[Any]]:
    """Pages of whole rows: those that are still there and still seen."""
    keys = iter(rows.values_list("pk", flat=True).iterator(chunk_size=size))
    while some := list(islice(keys, size)):
        found = {one.pk: one for one in of.beside(of.visible_to(by).filter(pk__in=some)).order_by()}
        page = [found[key] for key in some if key in found]
        if of.dress is not None and page:
            of.dress(page, by)
        yield page


def _ready(row: Export, draft: Path, counts: dict[str, int]) -> None:
    now = clock.now()
    with transaction.atomic():
        fresh = Export.objects.select_for_update().get(pk=row.pk)
        if fresh.turn != row.turn or fresh.state != ExportState.RUNNING:
            raise Overtaken
        size = draft.stat().st_size
        blob = files.adopt(draft, media_type=MEDIA[row.form])
        _tell(
            row, state=ExportState.READY, rows=row.rows, total=row.rows, counts=counts, blob=blob, size=size,
            file_name=_name(row), ended_at=now, expires_at=now + exports.KEPT,
        )  # fmt: skip
        journal.note("export.ready", row, by="machine:exports", rows=row.rows, form=row.form)
        _say(row, f"Your export is ready: {row.words}, {row.rows:,} {'row' if row.rows == 1 else 'rows'}.")


def _failed(row: Export, why: str) -> None:
    with transaction.atomic():
        _tell(row, state=ExportState.FAILED, error=why[:500], ended_at=clock.now())
        journal.note("export.failed", row, by="machine:exports")
        _say(row, f"Your export could not be made: {row.words}. {why}"[:500])


def _say(row: Export, words: str) -> None:
    journal.note(
        "staff.told", f"staff:{row.by_id}", by="machine:exports", text=words, thing=f"export:{row.pk}",
        at=clock.now().isoformat(),
    )  # fmt: skip


def _name(row: Export) -> str:
    day = f"{row.made_at.astimezone(ZoneInfo(row.zone)):%Y-%m-%d}"
    if not row.record:
        return f"mutuals-{day}.zip"
    words = exports_lists.listing(row.record).words[1]
    plain = "".join(letter if letter.isalnum() else "-" for letter in words)[:60]
    return f"{plain}-{day}.{_ENDINGS.get(row.form, row.form)}"
