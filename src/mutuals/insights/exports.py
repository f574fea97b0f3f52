"""Taking a list or everything out of the house: asked for here, written by a worker (`exports_run`), fetched by who asked.

Rights are asked when it is made, again by the worker, and again when it is fetched. The file is kept for some days; it goes at
once when a person is erased, for it may hold them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from mutuals.base import files, jobs, journal, wake
from mutuals.base.filters import Condition, check, to_json
from mutuals.base.lists import Asked, Listing, rows_of, sentence
from mutuals.base.models import Blob
from mutuals.base.refusals import Refusal
from mutuals.insights import exports_lists
from mutuals.insights.models import Export, ExportForm, ExportState
from mutuals.rules.engine import zone_of
from mutuals.staff.models import User
from mutuals.staff.permissions import may, require

JOB = "insights.export"
KEPT = timedelta(days=7)
"""How long the file of an export is kept."""
REMEMBERED = timedelta(days=180)
MOST_TICKED = 1_000
MOST_WAITING = 10
ALL_COLUMNS = "*"
CARDS = ("person", "organisation")
"""Records of which there are cards."""
LIVE = (ExportState.WAITING, ExportState.RUNNING)
ERASED = "Somebody was erased since it was asked for, and this file may have held them. Make it again."


def make(
    record: str,
    *,
    by: User,
    now: datetime,
    form: str = ExportForm.CSV,
    where: Condition | None = None,
    kept: Mapping[str, str] | None = None,
    columns: Sequence[str] = (),
    sort: str = "",
    ids: Sequence[int] = (),
) -> Export:
    """Ask for a list as a file. `columns` () are the usual ones, ("*",) all that `by` may see; `ids` only those rows.

    Refused: who may not see or take out this list, unknown lists, columns, orders and forms, cards of what has none, a
    condition that cannot be used, an eleventh export that waits.
    """
    require(by, "list.export")
    of = allowed(record, by)
    if form not in ExportForm.values or form == ExportForm.ZIP:
        raise Refusal("A list becomes csv, xlsx, parquet, jsonl or vcard.", fields={"form": "Choose one of them."})
    if form == ExportForm.VCARD and record not in CARDS:
        raise Refusal("Cards are made of people and organisations.", fields={"form": "Choose another form."})
    if len(ids) > MOST_TICKED:
        raise Refusal(f"At most {MOST_TICKED:,} ticked rows; narrow the list instead.")
    known = [one.name for one in of.visible_columns(by)]
    if strange := [name for name in columns if name not in known and name != ALL_COLUMNS]:
        raise Refusal(
            f"There is no column {strange[0][:60]}. There are: {', '.join(known)}.", fields={"columns": "Unknown."}
        )
    told = {name: value for name, value in (kept or {}).items() if value and of.narrow(name) is not None}
    order_of(of, sort, by)
    checked = check(where, of.of, viewer=by) if where is not None else None
    rows_of(of, Asked(by, zone_of(by), now, where=checked, kept=told))  # what cannot be narrowed is refused now
    asked = {
        "where": to_json(where) if where is not None else None, "kept": told, "columns": list(columns), "sort": sort,
        "ids": [int(one) for one in ids],
    }  # fmt: skip
    words = f"{len(ids)} ticked {of.words[1]}" if ids else sentence(of, where, by)
    words += ", as shown" if told and not ids else ""
    return _asked_for(record, form, asked, words, by=by, now=now)


def make_all(*, by: User, now: datetime) -> Export:
    """Ask for everything: one ZIP of JSON Lines by table, with the files and a README that says what is what. Admins only."""
    require(by, "export.everything")
    return _asked_for("", ExportForm.ZIP, {}, "Everything", by=by, now=now)


@transaction.atomic
def _asked_for(record: str, form: str, asked: dict[str, Any], words: str, *, by: User, now: datetime) -> Export:
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    if Export.objects.filter(by=by, state__in=LIVE).count() >= MOST_WAITING:
        raise Refusal(f"{MOST_WAITING} of your exports are still being written. Wait for one of them, or withdraw it.")
    row = Export.objects.create(
        by=by, record=record, form=form, asked=asked, words=words[:300], zone=zone_of(by).key, made_at=now
    )
    journal.note("export.made", row, by=by, record=record or "everything", form=form, words=row.words)
    later(row)
    return row


def later(row: Export) -> None:
    """Have it written by the next worker that is free."""
    jobs.later(JOB, once=f"export:{row.pk}", lock=f"export:{row.pk}", export_id=row.pk)


def allowed(record: str, by: User) -> Listing:
    """The list of a record, for who may see it and take it out. Unseen: there is none of it."""
    of = exports_lists.listing(record)
    require(by, of.right)
    if of.exports is None:
        raise Refusal(f"The list of {of.words[1]} is not taken out as a file.")
    of.exports(by)
    return of


def ask_right(row: Export, by: User) -> None:
    """Raise NotAllowed unless `by` may take out now what this export holds."""
    if row.record:
        require(by, "list.export")
        allowed(row.record, by)
    else:
        require(by, "export.everything")


def order_of(of: Listing, name: str, viewer: Any) -> tuple[str, bool]:
    """The way to the value by which a list stands, and whether the largest comes first; also by a sortable field of its own.

    Refused: orders that there are not.
    """
    if "." in name:
        field = of.of.field(name[:60], viewer)
        if field.sortable:
            return field.path, True
    sort = of.sort(name)
    return sort.path, sort.descending


def visible_to(viewer: Any) -> QuerySet[Export]:
    """One's own, newest first; those of all for who may take out everything."""
    rows = Export.objects.select_related("by", "blob").order_by("-pk")
    if may(viewer, "export.everything"):
        return rows
    return rows.filter(by=viewer) if may(viewer, "list.export") else rows.none()


def fetch(row: Export, *, by: User) -> Blob:
    """The file, for who asked for it and for admins; the journal keeps who fetched it. Refused: where there is none."""
    if row.by_id != by.pk:
        require(by, "export.everything")
    ask_right(row, by)
    fresh = Export.objects.select_related("blob").get(pk=row.pk)
    if fresh.blob is None or not files.path(fresh.blob.sha256).exists():
        raise Refusal(
            fresh.error or ("It is still being written." if fresh.state in LIVE else "This file is not kept any more.")
        )
    journal.note("export.fetched", fresh, by=by, record=fresh.record or "everything", rows=fresh.rows)
    return fresh.blob


@transaction.atomic
def withdraw(row: Export, *, by: User, now: datetime) -> Export:
    """Not wanted any more: what is being written stops, and the file goes. Twice is once."""
    require(by, "list.export")
    if row.by_id != by.pk:
        require(by, "export.everything")
    fresh = Export.objects.select_for_update().get(pk=row.pk)
    if fresh.state != ExportState.GONE:
        _gone(fresh, "Withdrawn.", now)
        journal.note("export.withdrawn", fresh, by=by, record=fresh.record or "everything")
    return fresh


def _gone(row: Export, why: str, now: datetime) -> None:
    """The file goes; whoever still writes it finds itself overtaken."""
    name, row.blob = row.blob_id, None
    row.state, row.error, row.turn, row.ended_at = ExportState.GONE, why, row.turn + 1, now
    row.save(update_fields=["blob", "state", "error", "turn", "ended_at"])
    if name:
        files.drop_unused([name])
    wake.changed("export", [row.pk])


def tidy(*, now: datetime) -> int:
    """For the clock: files that were kept long enough go, and what is half a year old is forgotten; how many files."""
    with transaction.atomic():
        over = Export.objects.select_for_update(skip_locked=True).filter(state=ExportState.READY, expires_at__lte=now)
        found = list(over[:500])
        for row in found:
            _gone(row, "", row.ended_at or now)
    Export.objects.filter(state__in=(ExportState.GONE, ExportState.FAILED), made_at__lt=now - REMEMBERED).delete()
    return len(found)


def take_up(*, now: datetime, after: timedelta = timedelta(minutes=2)) -> int:
    """For the clock: what a worker that was killed left behind is done again; one that is being written stays alone."""
    left = list(Export.objects.filter(state__in=LIVE, made_at__lt=now - after))
    for row in left:
        later(row)
    return len(left)


@transaction.atomic
def erased(*, now: datetime) -> int:
    """A person was erased: files that may hold them go, and what is being written begins again; how many files went."""
    rows = Export.objects.select_for_update().exclude(record="product")
    ready = list(rows.filter(state=ExportState.READY).order_by("pk"))
    for row in ready:
        _gone(row, ERASED, now)
    for row in rows.filter(state=ExportState.RUNNING).order_by("pk"):
        row.turn, row.state, row.rows = row.turn + 1, ExportState.WAITING, 0
        row.save(update_fields=["turn", "state", "rows"])
        later(row)
    return len(ready)
