"""One step of a run: leaving it, entering the next, what is done there by itself, and whose turn it is then."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from mutuals.base import journal
from mutuals.base.filters import Refused, predicate
from mutuals.base.filters import check as check_condition
from mutuals.base.refusals import Refusal
from mutuals.processes import automatic, hours, kinds, shape
from mutuals.processes.models import Handover, Item, ItemState, Passage, Version
from mutuals.processes.shape import Shape, Step, Way
from mutuals.staff.models import Role, Team, User

MOST_BY_ITSELF = 20
"""Steps in a row that an item takes by itself."""


def shape_of(version: Version) -> Shape:
    """The shape of a version; read once for each wording."""
    return _read(json.dumps(version.body))


@lru_cache(maxsize=200)
def _read(body: str) -> Shape:
    return shape.read(json.loads(body))


def name(told: Shape, key: str) -> str:
    """A step's name; its key where the version does not have it."""
    found = told.step(key)
    return found.name if found else key


def may_leave(item: Item, told: Shape, way: Way, *, by: User, now: datetime) -> None:
    """Refuse to go on where a field is empty or a condition does not hold; `fields` names what is to be filled."""
    here = told.step(item.step)
    assert here is not None
    to = told.step(way.to)
    at_end = kinds.kind(item.process.kind).at_end if to is not None and to.end else ()
    needs = tuple(dict.fromkeys((*here.needs, *at_end)))
    row = _row(item) if needs or here.guard is not None or way.condition is not None else {}
    empty = [field for field in needs if row.get(field) in (None, "", [], ())]
    if empty:
        words = (
            f"“{here.name if set(empty) & set(here.needs) or to is None else to.name}” asks for: {', '.join(empty)}."
        )
        raise Refusal(words, fields=dict.fromkeys(empty, "Please fill this in."))
    if here.guard is not None and not holds(item, here.guard, row, by=by, now=now):
        raise Refusal(f"It cannot go on from “{here.name}” yet: its condition does not hold.")
    if way.condition is not None and not holds(item, way.condition, row, by=by, now=now):
        raise Refusal(f"The way to “{name(told, way.to)}” is not open: its condition does not hold.")


def holds(item: Item, told: Any, row: Mapping[str, Any], *, by: User, now: datetime) -> bool:
    """Whether a condition of the one language holds for the record; one that cannot be asked does not hold."""
    of = kinds.kind(item.process.kind).asked
    if of is None:
        return False
    try:
        asked = check_condition(shape.condition(told), of, viewer=by)
    except Refused:
        return False
    zone = ZoneInfo(shape_of(item.version).week.zone)
    return predicate(asked, of, zone=zone, now=now)(row)


def leave(item: Item, told: Shape, to: Step, *, by: User, now: datetime, because: str, is_back: bool = False) -> Item:
    """Write that a step was left, then enter the next one. The item is locked by the caller."""
    been = set(Passage.objects.filter(item=item).values_list("frm", flat=True)) | {item.step}
    is_again = is_back or to.key in been
    frm = item.step
    _passed(item, told, to.key, by=by, now=now, because=because, is_back=is_again, is_out=to.end == "lost")
    item.is_again = is_again
    journal.note(
        "process.back" if is_back else "process.moved", item.about, by=by,
        process=item.process.name, item=item.pk, **{"from": frm, "to": to.key, "because": because},
    )  # fmt: skip
    return enter(item, to, by=by, now=now, came_from=frm, because=because)


def enter(
    item: Item, step: Step, *, by: User, now: datetime, came_from: str = "", because: str = "", depth: int = 0
) -> Item:
    """Put an item into a step: owner, clock, what is done by itself, acceptance, and on by itself where the step says so.

    The room of the record is told by its `entered`; a Refusal of it is left to the caller's transaction.
    """
    told = shape_of(item.version)
    is_fresh = not came_from and not item.step
    giver = (item.team, item.owner)
    item.step, item.entered_at, item.told_at = step.key, now, None
    item.due_at = hours.due(now, step.limit, told.week) if step.limit else None
    item.state, item.end, item.ended_at = ItemState.RUNNING, "", None
    if step.end:
        item.state, item.end, item.ended_at, item.due_at = ItemState.DONE, step.end, now, None
    team, user, role = _owner(step)
    if step.accept and not step.end and (team or user or role):
        _give(item, step, team, user, role, giver=giver, by=by, now=now, back_to=came_from, because=because)
    elif team or user or role:
        keeps = item.owner is not None and not user and _is_of(item.owner, team, role)
        item.team, item.role, item.owner = team, role, item.owner if keeps else user
    if not is_fresh:
        item.changes += 1
    item.save()
    if is_fresh:
        Passage.objects.create(item=item, version=item.version, frm="", to=step.key, at=now, by=by)
    _told(item, step, by=by, now=now)
    _by_itself(item, step, by=by, now=now)
    if step.end:
        journal.note("process.ended", item.about, by=by, process=item.process.name, item=item.pk, end=step.end)
    if step.itself and depth < MOST_BY_ITSELF:
        return _on(item, told, step, by=by, now=now, depth=depth)
    return item


def out(item: Item, *, by: User | None, now: datetime, because: str) -> Item:
    """Drop an item where it stands. Without `by` its room did so itself and need not be told."""
    told = shape_of(item.version)
    _passed(item, told, "", by=by, now=now, because=because, is_back=False, is_out=True)
    item.state, item.ended_at, item.due_at, item.is_waiting = ItemState.DROPPED, now, None, False
    item.changes += 1
    item.save()
    if by is not None:
        _told(item, None, by=by, now=now)
    journal.note(
        "process.dropped", item.about, by=by or "machine:processes",
        process=item.process.name, item=item.pk, **{"from": item.step, "because": because},
    )  # fmt: skip
    return item


def _told(item: Item, step: Step | None, *, by: User, now: datetime) -> None:
    entered = kinds.kind(item.process.kind).entered
    if entered is not None:
        entered(item, step, by, now)


def _on(item: Item, told: Shape, step: Step, *, by: User, now: datetime, depth: int) -> Item:
    """The first way that is open, as for people: fields, guard and condition. Where none is, it waits here."""
    for way in step.ways:
        to = told.step(way.to)
        if to is None or not _is_open(item, told, way, by=by, now=now):
            continue
        been = set(Passage.objects.filter(item=item).values_list("frm", flat=True))
        is_again = to.key in been
        _passed(item, told, to.key, by=by, now=now, because="", is_back=is_again, is_out=to.end == "lost")
        item.is_again = is_again  # of the stay that begins; what was written is about the one that ends
        journal.note(
            "process.moved", item.about, by="machine:processes",
            process=item.process.name, item=item.pk, **{"from": step.key, "to": to.key},
        )  # fmt: skip
        return enter(item, to, by=by, now=now, came_from=step.key, depth=depth + 1)
    return item


def _is_open(item: Item, told: Shape, way: Way, *, by: User, now: datetime) -> bool:
    try:
        may_leave(item, told, way, by=by, now=now)
    except Refusal:
        return False
    return True


def visited(item: Item, told: Shape) -> list[str]:
    """Steps where it was and can be sent back to, the last first. One that goes on by itself keeps nothing."""
    been = (
        Passage.objects.filter(item=item).exclude(frm__in=("", item.step)).order_by("-pk").values_list("frm", flat=True)
    )
    return [key for key in dict.fromkeys(been) if (step := told.step(key)) is not None and not step.itself]


def _passed(
    item: Item, told: Shape, to: str, *, by: User | None, now: datetime, because: str, is_back: bool, is_out: bool
) -> None:
    step = told.step(item.step)
    limit = step.limit if step else None
    ended = item.state != ItemState.RUNNING  # what had ended took no time
    spent = 0 if ended else hours.spent(item.entered_at, now, told.week, working=bool(limit and limit.working))
    Passage.objects.create(
        item=item, version=item.version, frm=item.step, to=to, at=now, by=by, seconds=spent,
        in_time=None if limit is None or ended else spent <= limit.seconds,
        is_back=is_back, was_again=item.is_again, is_out=is_out, because=because,
    )  # fmt: skip


def _give(
    item: Item, step: Step, team: Team | None, user: User | None, role: str, *,
    giver: tuple[Team | None, User | None], by: User, now: datetime, back_to: str, because: str,
) -> None:  # fmt: skip
    Handover.objects.create(
        item=item, step=step.key, back_to=back_to, from_team=giver[0], from_user=giver[1] or by, to_team=team,
        to_user=user, to_role=role, reason=because, next_action=step.name, given_at=now, given_by=by,
    )  # fmt: skip
    item.is_waiting = True
    journal.note(
        "process.handed_over", item.about, by=by,
        process=item.process.name, item=item.pk, to=str(user or team or role), reason=because,
        to_user=user.pk if user else None, to_team=team.pk if team else None,
    )  # fmt: skip


def _owner(step: Step) -> tuple[Team | None, User | None, str]:
    sort, _, told = step.owner.partition(":")
    if sort == "team":
        return Team.objects.filter(name=told).first(), None, ""
    if sort == "pillar":
        return Team.objects.filter(pillar=told).order_by("pk").first(), None, ""
    if sort == "role":
        return None, None, Role(told).value
    if sort == "staff":
        return None, User.objects.filter(email__iexact=told, is_active=True).first(), ""
    return None, None, ""


def _is_of(user: User, team: Team | None, role: str) -> bool:
    return (team is not None and team.pk in user.team_ids()) or (bool(role) and user.role == role)


def _by_itself(item: Item, step: Step, *, by: User, now: datetime) -> None:
    """Acts of a step, each in a savepoint; what came of them stands with the passage that entered it."""
    did: list[dict[str, str]] = []
    for act, answers in step.acts:
        try:
            known, told = automatic.read(act, answers)
            with transaction.atomic():
                did.append({"act": act, "did": known.run(item, by=by, now=now, **told)[:300]})
        except (ValueError, PermissionError) as error:
            did.append({"act": act, "failed": str(error)[:300]})
    if did:
        last = Passage.objects.filter(item=item).order_by("-pk").first()
        if last is not None:
            Passage.objects.filter(pk=last.pk).update(did=did)
        journal.note("process.by_itself", item.about, by="machine:processes", item=item.pk, did=did)


def _row(item: Item) -> Mapping[str, Any]:
    return kinds.kind(item.process.kind).read([item.about]).get(item.about, {})


@automatic.automatic("note", sentence="note {text}")
def _note(item: Item, *, by: User, now: datetime, text: str) -> str:
    """Write words into the journal of the record."""
    journal.note("process.noted", item.about, by=by, item=item.pk, text=text)
    return f"noted: {text}"
