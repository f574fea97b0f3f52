"""How something of this room goes through its process: to an end, or from the start again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from mutuals.base.refusals import Refusal
from mutuals.processes import run, steps
from mutuals.processes.models import Item, ItemState, Passage, Process
from mutuals.staff.models import User


@transaction.atomic
def begin(
    about: str, process: Process, *, by: User, now: datetime, owner: User | None = None, because: str = ""
) -> Item:
    """Let something run; what ran there before and has ended begins at its start again. Twice is once."""
    item = run.start(about, process, by=by, now=now, owner=owner)
    if item.state == ItemState.RUNNING:
        return item
    row = run.held(item, by=by)
    told = steps.shape_of(row.version)
    first = told.step(told.start)
    assert first is not None  # `shape.read` sees to it
    return steps.leave(row, told, first, by=by, now=now, because=because or "It begins again.", is_back=True)


@transaction.atomic
def to_end(
    item: Item, *, by: User, now: datetime, is_lost: bool = False, because: str = "", seen: int | None = None
) -> Item:
    """Let something end, lost or not, as `processes.run.end` does it. Twice is once.

    Refused: what ended otherwise, what a colleague moved since `seen`, and what the step in which it is asks for.
    """
    row = run.held(item, by=by)
    if row.state == ItemState.RUNNING:
        run.fresh(row, seen)
        return run.end(row, by=by, now=now, is_lost=is_lost, because=because)
    if is_lost is not (row.state == ItemState.DROPPED or row.end == "lost"):
        raise Refusal("This has ended already; open it again to go on with it.")
    return row


def why(item: Item) -> str:
    """The reason that was given when something moved last."""
    last = Passage.objects.filter(item=item).order_by("-pk").first()
    return last.because if last else ""
