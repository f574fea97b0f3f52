"""Hand-overs: to a team or a colleague, with the reason and what comes next; they accept, or say why not."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from mutuals.base import journal
from mutuals.base.refusals import Refusal, one_line
from mutuals.processes import kinds, run, steps
from mutuals.processes.models import Handover, Item, ItemState, Passage
from mutuals.staff.models import Team, User
from mutuals.staff.permissions import NotAllowed, may


@transaction.atomic
def hand_over(
    item: Item, *, by: User, now: datetime, reason: str, next_action: str = "",
    team: Team | None = None, user: User | None = None, seen: int | None = None,
) -> Handover:  # fmt: skip
    """Offer something to a team or a colleague; it stays where it is until they accept. The same offer twice is one.

    Refused: nobody, or both; who has it; a colleague who may not work on it; no reason; what is offered to another already.
    """
    row = run.held(item, by=by)
    if (team is None) == (user is None):
        raise Refusal("It is handed over to one team or to one colleague.", fields={"to": "Choose one."})
    if user is not None:
        run.can_have(user, kinds.kind(row.process.kind), row.about)
        if user.pk == row.owner_id:
            raise Refusal(f"{user} has it already.")
    said = one_line(reason, what="Reason", longest=run.LONGEST)
    after = one_line(next_action, what="Next action", longest=run.LONGEST, needed=False)
    there = Handover.objects.filter(item=row, accepted_at=None, declined_at=None).first()
    if there is not None:
        if (there.to_team_id, there.to_user_id) == (team.pk if team else None, user.pk if user else None):
            return there
        raise Refusal("It is offered to somebody already; they accept or decline first.")
    run.fresh(row, seen)
    if row.state != ItemState.RUNNING:
        raise Refusal("This has ended; nothing is left to hand over.")
    made = Handover.objects.create(
        item=row, step=row.step, from_team=row.team, from_user=row.owner, to_team=team, to_user=user, reason=said,
        next_action=after, given_at=now, given_by=by,
    )  # fmt: skip
    row.is_waiting, row.changes = True, row.changes + 1
    row.save(update_fields=["is_waiting", "changes"])
    journal.note(
        "process.handed_over", row.about, by=by,
        process=row.process.name, item=row.pk, to=str(user or team), reason=said, next=after,
        to_user=user.pk if user else None, to_team=team.pk if team else None,
    )  # fmt: skip
    return made


@transaction.atomic
def accept(handover: Handover, *, by: User, now: datetime) -> Handover:
    """Take what was offered: it is one's own from then on. Twice is once.

    Refused: somebody it was not offered to, and what was declined or accepted by a colleague.
    """
    one, item = _held(handover, by)
    if one.accepted_at is not None and one.answered_by_id == by.pk:
        return one
    _open(one)
    _is_for(one, by)
    one.accepted_at, one.answered_by = now, by
    one.save(update_fields=["accepted_at", "answered_by"])
    item.owner, item.team, item.role = by, one.to_team, one.to_role
    item.is_waiting, item.changes = False, item.changes + 1
    item.save(update_fields=["owner", "team", "role", "is_waiting", "changes"])
    journal.note("process.accepted", item.about, by=by, process=item.process.name, item=item.pk)
    return one


@transaction.atomic
def decline(handover: Handover, *, by: User, now: datetime, because: str) -> Handover:
    """Say no, with a reason: it stays with the giver, in the step that it came from. Twice is once."""
    one, item = _held(handover, by)
    if one.declined_at is not None and one.answered_by_id == by.pk:
        return one
    _open(one)
    _is_for(one, by, also_giver=True)
    said = one_line(because, what="Because", longest=run.LONGEST)
    one.declined_at, one.answered_by, one.because = now, by, said
    one.save(update_fields=["declined_at", "answered_by", "because"])
    item.is_waiting = False
    journal.note("process.declined", item.about, by=by, process=item.process.name, item=item.pk, because=said)
    told = steps.shape_of(item.version)
    step = told.step(one.back_to) if one.back_to else None
    if step is not None and step.itself:  # it would go on at once, to whom has just declined it
        step = told.step(next(iter(steps.visited(item, told)), ""))
    if step is not None and item.step == one.step:
        item = steps.leave(item, told, step, by=by, now=now, because=said, is_back=True)
        if not item.is_waiting:
            item.team, item.owner = one.from_team, one.from_user
            item.save(update_fields=["team", "owner"])
        return one
    item.changes += 1
    item.save(update_fields=["is_waiting", "changes"])
    return one


def may_decline(one: Handover, user: User) -> bool:
    """Whether somebody may end an offer: who may accept it, who gave it, and who draws processes."""
    return is_for(one, user) or user.pk in (one.from_user_id, one.given_by_id) or may(user, "process.edit")


def is_for(one: Handover, user: User) -> bool:
    """Whether somebody may accept it: it was offered to them, to their team, or to their role."""
    return (
        one.to_user_id == user.pk
        or (one.to_team_id is not None and one.to_team_id in user.team_ids())
        or bool(one.to_role and one.to_role == user.role)
    )


def _held(handover: Handover, by: User) -> tuple[Handover, Item]:
    item = run.held(Item(pk=handover.item_id), by=by)
    rows = Handover.objects.select_for_update(of=("self",)).select_related(
        "to_team", "to_user", "from_team", "from_user"
    )
    one = rows.filter(pk=handover.pk).first()
    if one is None:
        raise Refusal("This hand-over is not there any more.")
    return one, item


def _open(one: Handover) -> None:
    if not one.is_open:
        did = "accepted" if one.accepted_at else "declined"
        raise Refusal(f"{one.answered_by or 'Somebody'} {did} this already.")


def _is_for(one: Handover, by: User, *, also_giver: bool = False) -> None:
    if not (is_for(one, by) or (also_giver and may_decline(one, by)) or may(by, "process.edit")):
        raise NotAllowed(f"This was offered to {one.to_user or one.to_team or one.to_role}.")


def history(item: Item) -> list[Passage | Handover]:
    """Every movement and every hand-over of one item, oldest first: the context that its receiver reads."""
    moved = list(Passage.objects.filter(item=item).select_related("by", "version"))
    given = list(Handover.objects.filter(item=item).select_related(
        "from_team", "from_user", "to_team", "to_user", "given_by", "answered_by"
    ))  # fmt: skip
    return sorted([*moved, *given], key=_when)


def _when(row: Passage | Handover) -> tuple[datetime, bool, int]:
    """What a movement led to stands behind it."""
    return (row.at, False, row.pk) if isinstance(row, Passage) else (row.given_at, True, row.pk)
