"""What becomes of an idea: its state, the process that it runs in, and that those who asked were told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from mutuals.base import gate, journal
from mutuals.base.refusals import Refusal, one_line
from mutuals.communities.ideas import held, there
from mutuals.communities.models import TOLD, Asker, Idea, IdeaState
from mutuals.communities.queries import tree
from mutuals.processes import run, steps, usual
from mutuals.processes.models import Item, ItemState, Passage, Process
from mutuals.processes.shape import Step
from mutuals.staff.models import User
from mutuals.staff.permissions import require

LONGEST = 500
_OF_STEPS = {
    **{state.value: state for state in IdeaState},
    **dict.fromkeys(("look", "later", "try"), IdeaState.REVIEW),
    **dict.fromkeys(("build", "tell"), IdeaState.PLANNED),
}
"""States of steps by their keys, as the shipped process has them, or as a step is called after a state."""


@transaction.atomic
def set_state(idea: Idea, *, state: str, by: User, now: datetime, because: str = "") -> Idea:
    """Say how far it has come. `because` is needed where it is declined, in words that can be told. Twice is once.

    Refused: a state that there is not, no reason, an idea that runs in a process (its step says it), Gone.
    """
    require(by, "idea.edit")
    if state not in IdeaState.values:
        raise Refusal(f"An idea is one of: {', '.join(IdeaState.values)}.", fields={"state": "Choose one."})
    row = held(idea)
    reason = one_line(because, what="Because", longest=LONGEST, needed=False)
    if row.item is not None and row.item.state == ItemState.RUNNING and row.state != state:
        raise Refusal(f"This idea runs in “{row.item.process}”: move it there, and its state follows.")
    if state == IdeaState.DECLINED and not (reason or row.reason):
        raise Refusal("Say why it is declined.", fields={"because": "Please say why, in words that can be told."})
    return _put(row, IdeaState(state), reason, by=by, now=now)


@transaction.atomic
def start(idea: Idea, *, by: User, now: datetime, process: Process | None = None) -> Item:
    """Let it run in a process, the usual one for ideas without `process`; its state follows the steps. Twice is once.

    Refused: as `processes.run.start`, where it runs in another one, Gone.
    """
    require(by, "idea.edit")
    gate.enter()
    row = there(idea)  # not locked: what runs is locked first, then what it is about
    if row.item is not None and row.item.state == ItemState.RUNNING and process is None:
        return row.item
    return run.start(f"idea:{row.pk}", process or usual.of("idea", by=by, now=now), by=by, now=now)


def entered(item: Item, step: Step | None, by: User, now: datetime) -> None:
    """What runs about an idea has entered a step, or was dropped (None): the state follows. Called by `processes`.

    Refused: an idea in the trash, one that runs in another process.
    """
    row = held(Idea(pk=int(item.about.partition(":")[2])))
    if row.item is not None and row.item_id != item.pk and row.item.state == ItemState.RUNNING:
        raise Refusal(f"This idea runs in “{row.item.process}” already; end it there first.")
    if row.item_id != item.pk:
        Idea.objects.filter(pk=row.pk).update(item=item)
    if step is None:
        return
    is_first = steps.shape_of(item.version).start == step.key
    state = IdeaState.NEW if is_first and not step.end else state_of(step, IdeaState(row.state))
    reason = ""
    if state == IdeaState.DECLINED:
        last = Passage.objects.filter(item=item).order_by("-pk").first()
        reason = (last.because if last else "") or step.name
    _put(row, state, reason, by=by, now=now)


def state_of(step: Step, before: IdeaState) -> IdeaState:
    """The state of an idea that stands in a step: an end that is lost is declined, another one done, else by its key.

    A step of which nothing is known takes an idea under review, and leaves one that is planned.
    """
    if step.end:
        return IdeaState.DECLINED if step.end == "lost" else IdeaState.DONE
    return _OF_STEPS.get(step.key, before if before == IdeaState.PLANNED else IdeaState.REVIEW)


@transaction.atomic
def told(idea: Idea, asker_ids: Sequence[int], *, by: User, now: datetime) -> int:
    """Note that these were told of the state it is in; says how many askings were not answered before.

    Who asked several times is told once: all that they asked counts as answered. Refused: a state that tells nothing.
    """
    require(by, "idea.edit")
    row = held(idea)
    if row.state not in TOLD:
        raise Refusal("There is nothing to tell yet: it is neither planned, done nor declined.")
    askings = Asker.objects.filter(idea__in=tree(row.pk))
    people = askings.filter(pk__in=list(asker_ids), profile__person__isnull=False).values(
        "profile__person__canonical_id"
    )
    theirs = Q(pk__in=list(asker_ids)) | Q(profile__person__canonical_id__in=people)
    numbers = list(askings.filter(theirs).exclude(told=row.state).values_list("pk", flat=True))
    Asker.objects.filter(pk__in=numbers).update(told=row.state, told_at=now)
    if numbers:
        journal.note("idea.told", row, by=by, state=row.state, askers=len(numbers))
    return len(numbers)


@transaction.atomic
def hand_over(user: User, to: User) -> int:
    """Give all ideas that somebody looks after to another: part of ending their access."""
    rows = Idea.objects.select_for_update(no_key=True).filter(owner=user).order_by("pk")
    numbers = list(rows.values_list("pk", flat=True))
    Idea.objects.filter(pk__in=numbers).update(owner=to)
    keys = [f"idea:{number}" for number in numbers]
    journal.note_many("idea.given", keys, by="machine:staff", to=to.pk, **{"from": user.pk})
    return len(numbers)


def _put(row: Idea, state: IdeaState, reason: str, *, by: User, now: datetime) -> Idea:
    """Write it where it is another one, with the reason of a refusal; what was told before counts for its own state only."""
    del now
    why = (reason or row.reason) if state == IdeaState.DECLINED else ""
    if (row.state, row.reason) != (state, why):
        before = row.state
        row.state, row.reason = state, why
        row.save(update_fields=["state", "reason"])
        if before != state:
            journal.note("idea.state", row, by=by, state=state, before=before, because=why)
    return row
