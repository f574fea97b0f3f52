"""Cases and what runs about them: the two begin, end and go on together."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from mutuals.base import journal, wake
from mutuals.base.refusals import Refusal
from mutuals.inbox.models import Case, CaseState
from mutuals.processes import run, usual
from mutuals.processes.models import Item, ItemState, Process
from mutuals.processes.shape import Step
from mutuals.staff.models import User
from mutuals.staff.permissions import require


def entered(item: Item, step: Step | None, by: User, now: datetime) -> None:
    """Write where it stands to the case: open while it runs, solved at an end, dropped at a lost end or where it was dropped.

    Refused: a case that runs in another process, one that has ended, and one to be opened again beside another open one.
    """
    row = locked(item.about)
    if row.item_id not in (None, item.pk):
        raise Refusal(f"{row.reference} runs in another process already.")
    if row.item_id is None and row.state != CaseState.OPEN:
        raise Refusal(f"{row.reference} has ended; open it again before it runs in a process.")
    state = CaseState.OPEN
    if item.state != ItemState.RUNNING:
        state = CaseState.DROPPED if step is None or step.end == "lost" else CaseState.SOLVED
    if state == CaseState.OPEN != row.state:
        alone(row)
    before = row.state
    row.item, row.state = item, state
    row.ended_at = None if state == CaseState.OPEN else row.ended_at or now
    row.save(update_fields=["item", "state", "ended_at"])
    if before != state:
        journal.note(
            "case.changed", about_of(row), by=by,
            case=row.reference, state=row.state, priority=row.priority, before=[before, row.priority],
        )  # fmt: skip
    wake.changed("inbox", [row.conversation_id] if row.conversation_id else [])


@transaction.atomic
def start(case: Case, *, by: User, now: datetime, process: Process | None = None) -> Item:
    """Let a case run in a process, in the usual one of its pillar without one. What runs already is kept.

    Refused: a case that has ended, a process in which no case can start.
    """
    require(by, "case.edit", case)
    there = Item.objects.filter(case=case.pk).first()
    if there is not None:
        return there
    in_which = process or usual.of("case", by=by, now=now, pillar=case.pillar)
    return run.start(f"case:{case.pk}", in_which, by=by, now=now)


def follow(case: Case, state: str, *, by: User, now: datetime) -> None:
    """Bring what runs about a case to the state that the case is to have: to an end, or on from where it was.

    Refused: what its step asks for and is not there; ending otherwise what has ended.
    """
    item = Item.objects.filter(case=case.pk).first()
    if item is None:
        return
    is_running = item.state == ItemState.RUNNING
    if state == CaseState.OPEN:
        run.again(item, by=by, now=now, because="The case was opened again.")
    elif is_running:
        run.end(item, by=by, now=now, is_lost=state == CaseState.DROPPED, because="The case was ended.")
    elif state != Case.objects.values_list("state", flat=True).get(pk=case.pk):
        raise Refusal("It ended on its steps; open it again to end it otherwise.")


def alone(row: Case) -> None:
    """Refuse to open one again where another is open in its conversation."""
    if row.conversation_id is None:
        return
    others = Case.objects.filter(conversation=row.conversation_id, state=CaseState.OPEN).exclude(pk=row.pk)
    if others.exists():
        raise Refusal("Another case is open in this conversation.")


def about_of(row: Case) -> str:
    """What entries about a case are kept under: its conversation, else its person."""
    return f"conversation:{row.conversation_id}" if row.conversation_id else f"person:{row.person_id}"


def locked(about: str) -> Case:
    """The case of a text key, for this transaction."""
    row = Case.objects.select_for_update(of=("self",)).filter(pk=int(about.removeprefix("case:"))).first()
    if row is None:
        raise Refusal("This case is not there any more.")
    return row
