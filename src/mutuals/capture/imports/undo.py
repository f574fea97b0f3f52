"""Taking a whole import back, newest first, and keeping what was done since (decision 0020).

What the import made is taken away unless somebody edited it or something hangs on it; what it changed goes back where it is
still what the import wrote. What another import says as well stays, until that one is taken back too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db import transaction
from django.db.models import F

from mutuals.base import bulk, clock, gate, jobs, journal
from mutuals.base.locks import Space, in_turn
from mutuals.base.models import Batch, BatchState, Change
from mutuals.base.wake import changed
from mutuals.capture.imports.begin import Unusable
from mutuals.capture.imports.ways import Undoing, Way, way_of
from mutuals.capture.models import Brought, Import, ImportState
from mutuals.connectors.files.fields import Target
from mutuals.staff.models import User
from mutuals.staff.permissions import require

UNDO = "imports.undo"
SIZE = 1000
"""Changes of one transaction."""
WAY_IS_NONE = "There is no way to take this back."
_ENDS = (ImportState.DONE, ImportState.FAILED)


_KEPT = "UPDATE base_change c SET kept = g.kept FROM {g} WHERE c.id = g.id"
_SUMS = """
SELECT split_part(about, ':', 1), count(*) FILTER (WHERE made AND coalesce(kept, '{}') = '{}'),
    count(*) FILTER (WHERE NOT made AND coalesce(kept, '{}') = '{}'), count(*) FILTER (WHERE coalesce(kept, '{}') <> '{}')
FROM base_change WHERE batch_id = %s AND (made OR before <> after) GROUP BY 1 ORDER BY 1
"""


def may_be_undone(of: Import) -> bool:
    """Whether it ran, to its end or until it stopped, and was not taken back yet."""
    return of.batch is not None and of.state in _ENDS and not of.undoing


def begin(of: Import, *, by: User, now: datetime) -> Import:
    """Have an import taken back in the background. Twice is once. Refused (Unusable): one that runs or never ran."""
    require(by, "import.run")
    with transaction.atomic():
        of = Import.objects.select_for_update(of=("self",)).select_related("source", "batch").get(pk=of.pk)
        if of.undoing:
            return of
        if of.batch is None or not may_be_undone(of):
            raise Unusable("Only an import that has run can be taken back, and only once it has ended.", field="state")
        row = of.batch
        row.total, row.done, row.refused = row.changes.count(), 0, 0
        row.state, row.undone_at, row.undone_by = BatchState.UNDOING, now, f"staff:{by.pk}"
        row.save()
        journal.note("import.undone", of, by=by, changes=row.total)
        jobs.later(UNDO, once=f"import:{of.pk}", lock=f"import:{of.pk}", import_id=of.pk)
    changed("import", [of.pk])
    return of


def undo_now(import_id: int, *, size: int = SIZE, before_commit: Callable[[Import], None] | None = None) -> None:
    """The job behind `begin`: a stretch a transaction. Killed, it goes on after the last one; does nothing where all is done.

    `before_commit` is called at the end of every stretch, within its transaction.
    """
    while _stretch(import_id, size=size, before_commit=before_commit):
        jobs.may_go_on()


def take_up() -> int:
    """Defer again what a killed worker left behind; for the clock."""
    left = Import.objects.filter(batch__state=BatchState.UNDOING, batch__undone_at__isnull=False).values_list(
        "pk", flat=True
    )
    for number in left:
        jobs.later(UNDO, once=f"import:{number}", lock=f"import:{number}", import_id=number)
    return len(left)


@gate.giving_way
@transaction.atomic
def _stretch(import_id: int, *, size: int, before_commit: Callable[[Import], None] | None) -> bool:
    """Take back up to `size` rows; False where nothing is left."""
    gate.enter()
    in_turn(Space.IMPORTS)
    of = Import.objects.select_for_update(of=("self",)).select_related("source", "batch").filter(pk=import_id).first()
    if of is None or of.batch is None or of.batch.state != BatchState.UNDOING:
        return False
    if of.target == Target.POSTS:
        in_turn(Space.OPEN, of.source_id)
    batch = Batch.objects.select_for_update().get(pk=of.batch.pk)
    by = User.objects.get(pk=int(batch.undone_by.partition(":")[2]))
    undoing = Undoing(of, batch, by, clock.now())
    left = list(batch.changes.filter(kept__isnull=True, said="").order_by("-id")[:size])
    for record, rows in groupby(left, key=lambda one: one.about.partition(":")[0]):
        _back(list(rows), way_of(record), undoing)
    bulk.run(_KEPT, {"id": "bigint", "kept": "jsonb"}, [(one.pk, json.dumps(one.kept)) for one in left])
    batch.done, batch.refused = F("done") + len(left), F("refused") + sum(bool(one.kept) for one in left)
    if len(left) < size:
        batch.state = BatchState.UNDONE
        if not batch.todo.get("again"):
            _again(batch)
        batch.todo = {name: value for name, value in batch.todo.items() if name != "again"}
        journal.note("import.taken_back", of, by=by, **_counted(batch))
    batch.save(update_fields=["done", "refused", "state", "todo"])
    changed("import", [of.pk])
    if before_commit:
        before_commit(of)
    return len(left) == size


def _again(batch: Batch) -> None:
    """Imports that were taken back before, of which something stayed that this one wrote too, are looked at once more."""
    abouts = batch.changes.values("about")
    stood = Change.objects.filter(about__in=abouts, kept__isnull=False, batch__kind="import").exclude(kept={})
    before = stood.filter(batch__state=BatchState.UNDONE).exclude(batch=batch.pk)
    for row in Batch.objects.filter(pk__in=before.values("batch")).order_by("pk"):
        left = row.changes.filter(kept__isnull=False).exclude(kept={}).update(kept=None)
        row.state, row.todo, row.done, row.refused = BatchState.UNDOING, {**row.todo, "again": True}, row.done - left, 0
        row.save()
        for number in row.imports.values_list("pk", flat=True):
            jobs.later(UNDO, once=f"import:{number}", lock=f"import:{number}", import_id=number)


def _back(rows: Sequence[Change], way: Way | None, undoing: Undoing) -> None:
    """Take back changes of one record; what stays is written into their `kept`."""
    if way is None:
        for one in rows:
            one.kept = {"": WAY_IS_NONE} if one.made or one.before != one.after else {}
        return
    ids = {_number(one): one for one in rows}
    names = sorted({name for one in rows for name in one.after})
    now = way.told(list(ids), names, undoing)
    others = _others(rows, undoing)
    values: dict[int, dict[str, Any]] = {}
    gone: list[int] = []
    for number, one in ids.items():
        if number not in now:
            one.kept = {}
            continue
        kept = {name: now[number].get(name) for name, told in one.after.items() if now[number].get(name) != told}
        said = others.get(one.about)
        if one.made:
            one.kept = _of_another(said) if said else kept
            if not one.kept:
                gone.append(number)
            continue
        same = {name for name, told in one.after.items() if said and said.after.get(name) == told}
        one.kept = {name: value for name, value in kept.items() if one.before.get(name) != one.after[name]}
        back = {
            name: one.before.get(name)
            for name, told in one.after.items()
            if name not in kept and name not in same and one.before.get(name) != told
        }
        one.kept |= _of_another(said) if said and any(one.before.get(name) != one.after[name] for name in same) else {}
        if back:
            values[number] = back
    reasons = {**(way.write(values, undoing) if values else {}), **(way.remove(gone, undoing) if gone else {})}
    for number, why in reasons.items():
        ids[number].kept = {**(ids[number].kept or {}), "": why}
    taken = [f"{ids[number].about}" for number in gone if number not in reasons]
    Brought.objects.filter(about__in=bulk.among_texts(taken)).delete()


def _others(rows: Sequence[Change], undoing: Undoing) -> dict[str, Change]:
    """Of each record the newest word of another import that was not taken back."""
    told = Change.objects.filter(about__in=bulk.among_texts(one.about for one in rows), batch__kind="import")
    told = told.exclude(batch=undoing.batch.pk).exclude(batch__state__in=[BatchState.UNDOING, BatchState.UNDONE])
    return {one.about: one for one in told.select_related("batch").order_by("id")}


def _of_another(said: Change) -> dict[str, str]:
    return {"": f"{said.batch.words} says so too."[:300]}


def _number(one: Change) -> int:
    return int(one.about.partition(":")[2])


@dataclass(frozen=True, slots=True)
class Sum:
    """Of one record, how many rows would go or went back, and how many stay: "person", made 9, changed 1, kept 2."""

    record: str
    made: int
    changed: int
    kept: int


def sums(of: Import) -> list[Sum]:
    """What undoing is about, record by record; before, all of it counts as what would go back. One statement."""
    if of.batch is None:
        return []
    return [Sum(*row) for row in bulk.execute(_SUMS, [of.batch.pk])]


def _counted(batch: Batch) -> dict[str, int]:
    changes = batch.changes.filter(kept__isnull=False)
    stays = changes.exclude(kept={}).count()
    return {"kept": stays, "back": changes.count() - stays}


@dataclass(frozen=True, slots=True)
class Stayed:
    """One row that undoing left: its text key, and why, in a sentence."""

    about: str
    why: str


def stayed(of: Import, *, limit: int = 200, after: int = 0) -> Iterator[Stayed]:
    """What undoing left as it is, in the order in which the import wrote it."""
    if of.batch is None:
        return
    rows = of.batch.changes.filter(kept__isnull=False, pk__gt=after).exclude(kept={}).order_by("id")
    for one in rows[:limit]:
        kept = dict(one.kept or {})
        why = str(kept.pop("", ""))
        if kept:
            names = ", ".join(sorted(name.removeprefix("f:") for name in kept))
            why = f"{why} Changed since: {names}.".strip()
        yield Stayed(one.about, why)
