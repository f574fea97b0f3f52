"""Tasks that rules and steps of processes make by themselves."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import NAMESPACE_OID, uuid5

from mutuals.base import journal
from mutuals.base.refusals import Refusal
from mutuals.inbox import tasks
from mutuals.inbox.models import Task, Turn
from mutuals.inbox.tasks_read import LONGEST_TITLE, TaskIn
from mutuals.people.models import Person
from mutuals.processes.automatic import automatic
from mutuals.processes.models import Item
from mutuals.rules.registry import Answer, Event, Staff, action
from mutuals.staff import named
from mutuals.staff import queries as staff
from mutuals.staff.models import User

KINDS = Literal["task", "call"]
TITLE = Annotated[str, Answer("What is to be done", most=LONGEST_TITLE)]
HOURS = Annotated[int, Answer("Due in hours (empty = some time)", most=8_760)]  # a year
WHOM = Annotated[Staff, Answer("Who does it (empty = whoever looks after the customer)")]


@action(
    "make_task",
    sentence="make the {kind} “{title}”, due in {hours} hours, for {to}",
    right="task.add",
    lane="task",
)
def make_task(
    event: Event, *, by: User, now: datetime, title: TITLE, kind: KINDS = "task", hours: HOURS = 0, to: WHOM = ""
) -> str:
    """Write down what is to be done. Without a colleague it is for whoever looks after the customer, then for whoever has the
    conversation, then for the rule's owner. The same event makes it once.
    """
    person = Person.objects.select_related("canonical__owner").filter(pk=event.person_id or 0).first()
    who = person.canonical if person else None
    turn = Turn.objects.select_related("assignee").filter(pk=event.conversation_id or 0).first()
    own = [one for one in (who.owner if who else None, turn.assignee if turn else None) if one and one.is_active]
    talk = f"conversation:{turn.pk}" if turn else ""
    told = TaskIn(
        title, kind=kind, about=event.about if _may_be_about(event.about) else talk, person=who,
        assignee=_colleague(to) if to else (own[0] if own else by), due_at=now + timedelta(hours=hours) if hours else None,
    )  # fmt: skip
    rule = journal.way()[-1] if journal.way() else 0
    task, is_new = tasks.add(
        told,
        by=by,
        now=now,
        key=uuid5(NAMESPACE_OID, f"{rule}:{event.key}:{title}"),
        via=f"rule:{rule}" if rule else "",
    )
    return f"Task “{task}” for {task.assignee}" if is_new else f"Task “{task}” was there already"


@automatic("make_task", sentence="make the task “{title}”, due in {hours} hours")
def make_task_of_step(item: Item, *, by: User, now: datetime, title: str, hours: int = 0) -> str:
    """Write down what is to be done about what runs, for whoever has it, or its team. One that is open already is kept."""
    kind, _ = named.split(item.about)
    about = item.about if kind else ""
    there = (
        Task.objects.filter(about=about, title=title, done_at=None, trashed_at=None) if about else Task.objects.none()
    )
    if there.exists():
        return f"Task “{title}” is open already"
    assignee = item.owner or (None if item.team else by)
    due = now + timedelta(hours=hours) if hours > 0 else None
    told = TaskIn(title, about=about, assignee=assignee, team=item.team, due_at=due)
    task, _ = tasks.add(told, by=by, now=now)
    return f"Task “{task}” for {task.assignee or task.team}"


def _may_be_about(key: str) -> bool:
    """Whether a task is about such a record: not about another task or a promise."""
    return bool(key) and key.partition(":")[0] in named.kinds() and not key.startswith(("task:", "promise:"))


def _colleague(email: str) -> User:
    user = staff.by_email(email)
    if user is None or not user.is_active:
        raise Refusal(f"Nobody who works here has the address {email}.")
    return user
