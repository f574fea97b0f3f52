"""The last two steps of an import: a check that writes nothing, and the run, which may be killed anywhere and goes on.

Both walk through the same file in the same batches with the same planner. The run commits what a batch brings together
with how many rows are done, so nothing is lost or taken twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from mutuals.base import clock, gate, jobs, journal
from mutuals.base.locks import Space, in_turn
from mutuals.base.models import BatchState
from mutuals.base.wake import changed
from mutuals.capture.imports import forget, written
from mutuals.capture.imports.begin import Unusable, remember
from mutuals.capture.imports.decisions import KEPT_OUT, Decision, Outcome, Planner, RowIn, Shadow, planner_of
from mutuals.capture.imports.naming import erased_in
from mutuals.capture.imports.rows import AT_HOME, batches, read
from mutuals.capture.models import Import, ImportState, ImportTrouble
from mutuals.connectors.contract import Unreadable
from mutuals.connectors.files.mapping import AS_WRITTEN
from mutuals.people.names import tidy
from mutuals.staff.models import User
from mutuals.staff.permissions import require

CHECK, RUN = "imports.check", "imports.run"
SIZE = 1000  # rows a batch
MOST_ERRORS = 100_000  # beyond this it is the mapping that is wrong, not the rows
_KEPT_OUT = f"{KEPT_OUT} It names somebody who asked to be forgotten."


class Overtaken(RuntimeError):
    """Another process carries this import on; this one has nothing left to do."""


def check(of: Import, *, by: User) -> Import:
    """Have the preview made in the background. Refused (Unusable) for one that runs, is done, or lacks a mapping."""
    require(by, "import.run")
    with transaction.atomic():
        of = _locked(of.pk, ImportState.UPLOADED, ImportState.READY, ImportState.FAILED)
        if of.sniffed.get("columns") and not of.mapping:
            raise Unusable("Choose first what the columns mean.", field="mapping")
        _turn(of, ImportState.CHECKING, preview={}, rows_done=0, started_at=None, finished_at=None, error="")
        jobs.later(CHECK, once=f"import:{of.pk}", lock=f"import:{of.pk}", import_id=of.pk)
    return of


def run(of: Import, *, by: User) -> Import:
    """Have the import done in the background. Refused (Unusable) unless its preview is there."""
    require(by, "import.run")
    with transaction.atomic():
        of = _locked(of.pk, ImportState.READY, ImportState.FAILED, ImportState.DONE)
        if of.undoing == BatchState.UNDONE:  # what was taken back may be brought again, from its first row
            _turn(of, ImportState.READY, batch=None, rows_done=0, counts={}, started_at=None)
        elif of.undoing or of.state == ImportState.DONE:
            raise Unusable("This import cannot do that now: it ran, and was not taken back.", field="state")
        if not of.preview:
            raise Unusable("Let the file be checked first.", field="state")
        if of.state == ImportState.READY:
            of.troubles.all().delete()
            _turn(of, rows_done=0, counts={}, started_at=None)
            written.begin(of)
            remember(of, now=clock.now())
            journal.note("import.begun", of, by=by, preview=of.preview)
        _turn(of, ImportState.RUNNING, finished_at=None, error="")
        jobs.later(RUN, once=f"import:{of.pk}", lock=f"import:{of.pk}", import_id=of.pk)
    return of


def check_now(import_id: int, *, size: int = SIZE) -> None:
    """The job behind `check`. Begins anew when it was killed; does nothing where the import is not being checked."""
    with transaction.atomic():  # locked, so that a second one cannot wipe out what the first has just finished
        of = Import.objects.select_for_update(of=("self",)).select_related("source").filter(pk=import_id).first()
        if of is None or of.state != ImportState.CHECKING:  # taken away, or done by another process, since it was asked
            return
        of.troubles.all().delete()
        _turn(of, rows_done=0, preview={}, started_at=clock.now(), sniffed={**of.sniffed, AT_HOME: 0})
    _walk(of, size=size, is_check=True, before_commit=_nothing)


def run_now(import_id: int, *, size: int = SIZE, before_commit: Callable[[Import], None] | None = None) -> None:
    """The job behind `run`. Goes on after the last row that was committed; does nothing where nothing is to be done.

    `before_commit` is called with the import at the end of every batch, within its transaction: what it raises undoes
    that batch and ends the run as a crash would.
    """
    of = Import.objects.select_related("source").filter(pk=import_id).first()
    if of is None or of.state != ImportState.RUNNING:
        return
    if of.started_at is None:
        _turn(of, started_at=clock.now())
    _through(import_id, size=size, before_commit=before_commit or _nothing)


def take_up(*, now: datetime, after: timedelta = timedelta(minutes=5)) -> int:
    """Defer again what a killed worker left behind; for the clock. The queue's own lock keeps a living one single."""
    left = Import.objects.filter(state__in=[ImportState.CHECKING, ImportState.RUNNING], created_at__lt=now - after)
    for of in left:
        label = CHECK if of.state == ImportState.CHECKING else RUN
        jobs.later(label, once=f"import:{of.pk}", lock=f"import:{of.pk}", import_id=of.pk)
    return len(left)


@gate.giving_way
def _through(import_id: int, *, size: int, before_commit: Callable[[Import], None]) -> None:
    """Walk to the end. Where a batch met somebody, such as a merge, it goes back and the walk begins anew behind those that
    are done: what the planner remembers of a batch that went back is not so.
    """
    of = Import.objects.select_related("source").get(pk=import_id)
    _walk(of, size=size, is_check=False, before_commit=before_commit)


def _nothing(_of: Import) -> None:
    return


def _walk(of: Import, *, size: int, is_check: bool, before_commit: Callable[[Import], None]) -> None:
    shadow = Shadow()
    planner = planner_of(of.target)(of, shadow)
    try:
        for rows, is_done in batches(read(of), planner.group, size=size, skip=of.rows_done):
            jobs.may_go_on()
            if is_done:
                planner.pass_over(rows)
                continue
            counts = _preview(of, planner, rows) if is_check else _take(of, planner, rows, before_commit)
            if counts.get(Outcome.ERRORS.value, 0) > MOST_ERRORS:
                raise Unreadable(f"More than {MOST_ERRORS:,} rows cannot be read: is the mapping right?")
        _finish(of, is_check=is_check)
    except Overtaken:
        return
    except (Unreadable, OSError) as error:
        _turn(of, ImportState.FAILED, error=tidy(str(error), at_most=500), finished_at=clock.now())
        changed("import", [of.pk])
    finally:
        shadow.close()


def _preview(of: Import, planner: Planner, rows: Sequence[RowIn]) -> dict[str, int]:
    decisions = planner.plan(rows, now=clock.now())
    planner.pretend()
    with transaction.atomic():
        of = _expected(of, ImportState.CHECKING)
        _count(of, decisions, "preview")
        if at_home := sum(bool(row.values.get(AS_WRITTEN)) for row in rows if not row.error):
            _turn(of, sniffed={**of.sniffed, AT_HOME: of.sniffed.get(AT_HOME, 0) + at_home})
    return dict(of.preview)


def _take(
    of: Import, planner: Planner, rows: Sequence[RowIn], before_commit: Callable[[Import], None]
) -> dict[str, int]:
    """One batch, all or nothing."""
    with transaction.atomic():
        gate.enter()
        in_turn(Space.IMPORTS)
        of = _expected(of, ImportState.RUNNING)
        now = clock.now()
        decisions = planner.plan(rows, now=now)
        planner.apply(now=now)
        _count(of, decisions, "counts")
        before_commit(of)
    return dict(of.counts)


def _expected(of: Import, state: ImportState) -> Import:
    """The import, locked; Overtaken where another process went on with it meanwhile."""
    fresh = Import.objects.select_for_update().get(pk=of.pk)
    if fresh.state != state or fresh.rows_done != of.rows_done:
        raise Overtaken
    return of


def _count(of: Import, decisions: Sequence[Decision], column: str) -> None:
    told = Counter({outcome.value: getattr(of, column).get(outcome.value, 0) for outcome in Outcome})
    told.update(decision.outcome.value for decision in decisions)
    ImportTrouble.objects.bulk_create(_troubles(of, decisions), ignore_conflicts=True)
    setattr(of, column, dict(told))
    _turn(of, rows_done=of.rows_done + len(decisions), preview=of.preview, counts=of.counts)
    changed("import", [of.pk])


def _troubles(of: Import, decisions: Sequence[Decision]) -> list[ImportTrouble]:
    """The rows that are not taken as they stood. Of one that names somebody who was erased only its number is kept."""
    left = [decision for decision in decisions if decision.reason]
    named = erased_in([decision.row.original for decision in left], of)
    troubles = []
    for decision, is_out in zip(left, named, strict=True):
        of_erased = decision.reason.startswith(KEPT_OUT)
        reason = _KEPT_OUT if is_out and not of_erased else tidy(decision.reason, at_most=500)
        row = {} if is_out or of_erased else _plain(decision.row.original)
        is_doubt = decision.outcome is Outcome.DOUBTFUL
        troubles.append(ImportTrouble(of=of, number=decision.row.number, is_doubt=is_doubt, reason=reason, row=row))
    return troubles


def _finish(of: Import, *, is_check: bool) -> None:
    with transaction.atomic():
        of = _expected(of, ImportState.CHECKING if is_check else ImportState.RUNNING)
        nothing = {outcome.value: 0 for outcome in Outcome}
        _turn(of, sniffed={**of.sniffed, "sample_rows": _first_rows(of) if is_check else []})
        if is_check:
            _turn(of, ImportState.READY, preview=nothing | of.preview, rows_total=of.rows_done, finished_at=clock.now())
        else:
            _turn(of, ImportState.DONE, counts=nothing | of.counts, rows_total=of.rows_done, finished_at=clock.now())
            journal.note("import.done", of, by=f"import:{of.pk}", counts=of.counts)
            if of.troubles.filter(reason__startswith=KEPT_OUT).exists():  # their row stands in it, word for word
                forget.file(of, why="", now=clock.now())
        changed("import", [of.pk])


def _first_rows(of: Import) -> list[Mapping[str, object]]:
    """The rows that the wizard shows of the file, without those of people who were erased."""
    shown = of.sniffed.get("sample_rows", [])
    return [row for row, is_out in zip(shown, erased_in(shown, of), strict=True) if not is_out]


def _locked(pk: int, *states: ImportState) -> Import:
    of = Import.objects.select_for_update(of=("self",)).select_related("source").get(pk=pk)
    if of.state not in states:
        raise Unusable(f"This import cannot do that now: it is {ImportState(of.state).label.lower()}.", field="state")
    if of.blob_id is None:
        raise Unusable("The file of this import is not kept any more: upload it again.", field="state")
    return of


def _turn(of: Import, state: ImportState | None = None, **values: object) -> None:
    told = {**values, **({"state": state.value} if state else {})}
    for name, value in told.items():
        setattr(of, name, value)
    of.save(update_fields=list(told))


def _plain(row: Mapping[str, object]) -> dict[str, object]:
    """A row as it stood, without what JSON columns cannot hold."""
    return {
        tidy(name, at_most=200): tidy(value, at_most=2000) if isinstance(value, str) else value
        for name, value in row.items()
    }
