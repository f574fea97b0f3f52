"""Cases and tasks in the trash."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from mutuals.base import gate, journal, trash, wake
from mutuals.base.refusals import Refusal
from mutuals.base.trash import Kind
from mutuals.inbox import cases, tasks, tasks_asked
from mutuals.inbox.models import Case, CaseState, Task
from mutuals.staff.models import User
from mutuals.staff.permissions import require


def trash_case(case: Case, by: User, now: datetime) -> None:
    """Out of every list; its conversations and promises stay. Twice is once."""
    _case(case, by, now)


def restore_case(case: Case, by: User, now: datetime) -> None:
    """Back as it was. Twice is once. Refused: another case is open in its conversation meanwhile."""
    del now
    _case(case, by, None)


@transaction.atomic
def _case(case: Case, by: User, at: datetime | None) -> None:
    require(by, "case.edit", case)
    gate.enter()
    row = Case.objects.select_for_update(of=("self",), no_key=True).filter(pk=case.pk).first()
    if row is None:
        raise Refusal("This case is not there any more.")
    if (row.trashed_at is None) == (at is None):
        return
    others = Case.objects.filter(conversation=row.conversation_id, state=CaseState.OPEN, trashed_at=None)
    if at is None and row.conversation_id and row.state == CaseState.OPEN and (other := others.first()):
        raise Refusal(f"{other.reference} is open in its conversation meanwhile. End that one first.")
    Case.objects.filter(pk=row.pk).update(trashed_at=at)
    journal.note("case.trashed" if at else "case.restored", row, by=by, case=row.reference)
    wake.changed("inbox", [row.conversation_id] if row.conversation_id else [])


@transaction.atomic
def purge_cases(now: datetime) -> Sequence[str]:
    """Delete some that have been there for thirty days; promises and conversations stay without them."""
    gone = [row.pk for row in trash.old(Case.objects.all(), now)]
    keys = [f"case:{number}" for number in gone]
    Case.objects.filter(pk__in=gone).delete()
    trash.forget(keys)
    return keys


@transaction.atomic
def purge_tasks(now: datetime) -> Sequence[str]:
    """Delete some that have been there for thirty days."""
    gone = [row.pk for row in trash.old(Task.objects.all(), now)]
    keys = [f"task:{number}" for number in gone]
    Task.objects.filter(follows__in=gone).exclude(pk__in=gone).update(follows=None)
    Task.objects.filter(pk__in=gone).delete()
    trash.forget(keys)
    return keys


def _called(row: Case, viewer: User) -> str:
    del viewer
    return f"{row.reference} {row.title}"


TRASHED = (
    Kind(
        "case", "Cases", cases.with_trash, trash_case, restore_case, lambda row: "its checklist, parts and conversations",
        purge_cases, call=_called,
    ),
    Kind(
        "task", "Tasks", tasks_asked.with_trash, lambda row, by, now: tasks.trash(row, by=by, now=now),
        lambda row, by, now: tasks.restore(row, by=by, now=now), lambda row: "its reminder and who is at it", purge_tasks,
    ),
)  # fmt: skip
