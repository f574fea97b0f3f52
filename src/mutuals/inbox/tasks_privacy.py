"""What the tasks hold of one person: handed over, erased, moved by splits; and whose they are when somebody of us leaves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import F, Q
from django.db.models.functions import Greatest

from mutuals.base import clock, wake
from mutuals.base.models import Entry
from mutuals.inbox.models import Participant, Task
from mutuals.inbox.tasks_asked import held_by
from mutuals.people.hanging import Hanging, Ids, Move, Thing, register
from mutuals.people.privacy import Holder
from mutuals.staff import accounts
from mutuals.staff.models import User

TYPED = """
UNION ALL SELECT 'task:' || id, 'title, notes or result', assignee_id, concat_ws(' ', title, notes, result) FROM inbox_task
"""
"""What staff typed, to stand behind the statement of the room."""
_TOLD = (
    "kind",
    "title",
    "notes",
    "due_at",
    "due_on",
    "starts_at",
    "ends_at",
    "done_at",
    "outcome",
    "result",
    "made_at",
)


def export(who: Holder) -> dict[str, Any]:
    """The tasks that were for them, and the meetings at which they were, as plain JSON values."""
    at_it = Participant.objects.filter(person__in=who.person_ids).values("task")
    rows = Task.objects.filter(Q(person__in=who.person_ids) | Q(pk__in=at_it)).order_by("pk")
    return {"tasks": list(rows.values(*_TOLD))}


def erase(who: Holder) -> dict[str, int]:
    """The tasks that were for them go, with what was told of them; from meetings with others they are taken out."""
    rows = list(Task.objects.filter(person__in=who.person_ids).values_list("pk", flat=True))
    told = [f"task:{number}" for number in rows]
    Entry.objects.filter(kind="staff.told", data__thing__in=told).update(data={})
    left = Participant.objects.filter(person__in=who.person_ids).exclude(task__in=rows).delete()[0]
    Task.objects.filter(follows__in=rows).exclude(pk__in=rows).update(follows=None)
    gone = Task.objects.filter(pk__in=rows).delete()[1].get("inbox.Task", 0)
    return {"tasks": gone, "places at meetings": left}


def hang_tasks() -> None:
    """Make it known to splits and merges: tasks hang on the person whom they were made for, as places at meetings do."""
    register(Hanging("tasks", _tasks, "person", _made_for, _move))
    register(Hanging("places at meetings", _places, "person", _at_meetings, _move_places))


def _tasks(person_ids: Ids, _profile_ids: Ids) -> int:
    return Task.objects.filter(person__in=person_ids).count()


def _made_for(person_ids: Ids, _profile_ids: Ids) -> list[Thing]:
    rows = Task.objects.filter(person__in=person_ids).order_by("pk")
    return [Thing(row.pk, str(row), row.person_id) for row in rows if row.person_id is not None]


def _move(moves: Sequence[Move]) -> set[int]:
    return {move.id for move in moves if Task.objects.filter(pk=move.id, person=move.holder).update(person=move.to)}


def _places(person_ids: Ids, _profile_ids: Ids) -> int:
    return Participant.objects.filter(person__in=person_ids).count()


def _at_meetings(person_ids: Ids, _profile_ids: Ids) -> list[Thing]:
    rows = Participant.objects.filter(person__in=person_ids).select_related("task").order_by("pk")
    return [Thing(row.pk, f"At “{row.task}”", row.person_id) for row in rows if row.person_id is not None]


def _move_places(moves: Sequence[Move]) -> set[int]:
    """A place that the other one has as well stays where it is."""
    went = set()
    for move in moves:
        row = Participant.objects.filter(pk=move.id, person=move.holder).first()
        if row is None or Participant.objects.filter(task=row.task_id, person=move.to).exists():
            continue
        Participant.objects.filter(pk=row.pk).update(person=move.to)
        went.add(row.pk)
    return went


def hold_tasks() -> None:
    """Make it known to whoever ends an access: open tasks go to somebody else."""
    accounts.hold("open tasks", count=held_by, move=hand_over)


def hand_over(user: User, to: User) -> int:
    """Give all open tasks from one user to another: part of ending somebody's access, which asks the right."""
    rows = Task.objects.filter(assignee=user, done_at=None, trashed_at=None)
    now = clock.now()
    count = rows.update(assignee=to, sequence=F("sequence") + 1, changed_at=Greatest(F("changed_at"), now))
    wake.changed("today", [user.pk, to.pk])
    return count
