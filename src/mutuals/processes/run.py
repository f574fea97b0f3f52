"""What runs: start, move on, back, drop. One row is locked at a time; a stale `seen` is told in words; twice is once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from mutuals.base import gate, journal
from mutuals.base.refusals import Refusal, one_line
from mutuals.processes import kinds, steps
from mutuals.processes.models import Handover, Item, ItemState, Passage, Process, Version, VersionState
from mutuals.processes.shape import Step
from mutuals.staff.models import User
from mutuals.staff.permissions import NotAllowed, may, require

MOST = 1_000  # of one batch
LONGEST = 500


@dataclass(frozen=True, slots=True)
class Batch:
    """What came of many: those that were done, and why the others were not (key or id -> words)."""

    done: list[Item] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)


@transaction.atomic
def start(about: str, process: Process, *, by: User, now: datetime, owner: User | None = None) -> Item:
    """Let something run in the version in use; it belongs to `owner`, `by` themselves without one. Twice is once.

    Refused: a retired process, one without a version in use, a key of another kind or of nothing that is there.
    """
    require(by, "process.work", process)
    gate.enter()  # nothing begins about somebody who is being erased
    kind = kinds.kind(process.kind)
    key = _mine(kind, kinds.checked(kind, about), by)
    row = Process.objects.filter(pk=process.pk).first()
    there = Item.objects.filter(process=process, about=key).first()
    if there is not None:
        return there
    if row is None or row.retired_at is not None:
        raise Refusal(f"“{process.name}” is retired: nothing new starts in it.")
    version = row.versions.filter(state=VersionState.IN_USE).first()
    if version is None:
        raise Refusal(f"“{row.name}” has no version in use yet; publish one first.")
    if key not in kind.read([key]):
        raise Refusal(f"There is no {kind.label.lower()} {key}.")
    if owner is not None:
        can_have(owner, kind, key)
    Item.objects.bulk_create(
        [Item(process=row, version=version, about=key, owner=owner or by, began_at=now, entered_at=now)],
        ignore_conflicts=True,
    )
    item = Item.objects.select_for_update(of=("self",), no_key=True).get(process=row, about=key)
    if item.step:  # a colleague was faster, by a moment
        return item
    item.version = version
    told = steps.shape_of(version)
    journal.note("process.started", key, by=by, process=row.name, item=item.pk, version=version.number)
    first = told.step(told.start)
    assert first is not None
    return steps.enter(item, first, by=by, now=now)


@transaction.atomic
def move(
    item: Item,
    *,
    to: str,
    by: User,
    now: datetime,
    because: str = "",
    values: Mapping[str, Any] | None = None,
    seen: int | None = None,
) -> Item:
    """Let something go on to a step that a way leads to; `values` fills fields of the record first.

    Twice is once. Refused, in words: no such way, a condition that does not hold, fields that are empty (`fields` names
    them), a hand-over that nobody accepted, an item that a colleague moved since `seen` (its `changes`).
    """
    row = held(item, by=by)
    if row.step == to and row.state == ItemState.RUNNING:
        return row
    told = steps.shape_of(row.version)
    step = told.step(to)
    if row.step == to and step is not None and step.end:
        return row
    fresh(row, seen)
    _running(row)
    way = told.way(row.step, to)
    if way is None or step is None:
        here = told.step(row.step)
        open_ways = ", ".join(one.to for one in here.ways) if here else ""
        raise Refusal(
            f"No way leads from “{steps.name(told, row.step)}” to “{str(to)[:40]}”. There are: {open_ways or 'none'}."
        )
    reason = _reason(step, because)
    if values:
        kind = kinds.kind(row.process.kind)
        if kind.fill is None:
            raise Refusal(f"The fields of a {kind.label.lower()} are filled on its own page.")
        kind.fill(row.about, values, by, now)
    steps.may_leave(row, told, way, by=by, now=now)
    return steps.leave(row, told, step, by=by, now=now, because=reason)


@transaction.atomic
def back(item: Item, *, by: User, now: datetime, because: str, to: str = "", seen: int | None = None) -> Item:
    """Send something back to a step where it was, the one before without `to`; also what has ended: it runs again.

    It counts as rework. Refused: no reason, a step where it never was or that goes on by itself, one that is not there.
    """
    row = held(item, by=by)
    fresh(row, seen)
    reason = one_line(because, what="Because", longest=LONGEST)
    if row.is_waiting:
        _running(row)
    told = steps.shape_of(row.version)
    visited = steps.visited(row, told)
    wanted = to or (visited[0] if visited else "")
    step = told.step(wanted)
    if step is None or wanted not in visited:
        was = f"It was never at “{str(wanted)[:40] or 'a step before'}”."
        if step is not None and step.itself:
            was = f"“{step.name}” goes on by itself and keeps nothing."
        raise Refusal(f"{was} It can go back to: {', '.join(visited) or 'none'}.")
    return steps.leave(row, told, step, by=by, now=now, because=reason, is_back=True)


@transaction.atomic
def drop(item: Item, *, by: User, now: datetime, because: str, seen: int | None = None) -> Item:
    """Let something run no further. Twice is once. Refused: no reason, what has ended."""
    row = held(item, by=by)
    if row.state == ItemState.DROPPED:
        return row
    fresh(row, seen)
    if row.state != ItemState.RUNNING:
        raise Refusal("This has ended; nothing is left to drop.")
    reason = one_line(because, what="Because", longest=LONGEST)
    _take_back(row, by=by, now=now, because="It was dropped.")
    return steps.out(row, by=by, now=now, because=reason)


@transaction.atomic
def end(item: Item, *, by: User, now: datetime, is_lost: bool = False, because: str = "") -> Item:
    """Let something end because its record was ended: for the room that has the record. Twice is once.

    It goes to an end that its step leads to, and what the step asks for is asked; where none is so near, to the first end of
    that sort (lost, or not). What was lost and knows no such end is dropped. Refused: a process with no end but lost ones.
    """
    row = held(item, by=by)
    if row.state != ItemState.RUNNING:
        return row
    reason = one_line(because, what="Because", longest=LONGEST, needed=False)
    told = steps.shape_of(row.version)
    ends = {one.key: one for one in told.steps if one.end and (one.end == "lost") is is_lost}
    if not ends and is_lost:
        return drop(row, by=by, now=now, because=reason or "Its record was dropped.")
    if not ends:
        raise Refusal(f"“{row.process.name}” has no end but a lost one; move it on its steps.")
    here = told.step(row.step)
    way = next((one for one in here.ways if one.to in ends), None) if here else None
    if way is not None:
        steps.may_leave(row, told, way, by=by, now=now)
    _take_back(row, by=by, now=now, because="It ended.")
    return steps.leave(row, told, ends[way.to if way else next(iter(ends))], by=by, now=now, because=reason)


@transaction.atomic
def again(item: Item, *, by: User, now: datetime, because: str = "") -> Item:
    """Let what has ended run again, from the step where it was last: because its record was opened again. Twice is once."""
    row = held(item, by=by)
    if row.state == ItemState.RUNNING:
        return row
    told = steps.shape_of(row.version)
    was = row.step if row.state == ItemState.DROPPED else next(iter(steps.visited(row, told)), told.start)
    step = told.step(was)
    if step is None:
        raise Refusal("It cannot go on: the step where it was is not there any more.")
    reason = one_line(because, what="Because", longest=LONGEST, needed=False)
    return steps.leave(row, told, step, by=by, now=now, because=reason, is_back=True)


@transaction.atomic
def lapse(abouts: Sequence[str], *, now: datetime, because: str) -> int:
    """Drop what runs about these keys, because their records ended without anybody's act; how many. Nobody is asked or told."""
    rows = Item.objects.select_for_update(of=("self",), no_key=True).select_related("process", "version")
    found = list(rows.filter(about__in=list(abouts), state=ItemState.RUNNING).order_by("pk"))
    for row in found:
        _take_back(row, by=None, now=now, because=because)
        steps.out(row, by=None, now=now, because=because)
    return len(found)


@transaction.atomic
def give(item: Item, *, to: User, by: User) -> Item:
    """Let one person have it, without asking them: taking it oneself, or giving it within a team. Twice is once.

    Refused: who has no access any more, and who may not work on it.
    """
    row = held(item, by=by)
    _running(row)
    if row.owner_id != to.pk:
        can_have(to, kinds.kind(row.process.kind), row.about)
        row.owner, row.changes = to, row.changes + 1
        row.save(update_fields=["owner", "changes"])
        journal.note("process.given", row.about, by=by, item=row.pk, to=to.pk)
    return row


def start_many(abouts: Sequence[str], process: Process, *, by: User, now: datetime) -> Batch:
    """The same for many keys, told in their order; what is refused stops nobody else.

    It is done in the order of the keys' letters, so that two who start the same ones never wait in a circle.
    """
    told = _batch(sorted(set(abouts)), lambda about: start(about, process, by=by, now=now), str)
    order = {about: at for at, about in reversed(list(enumerate(abouts)))}
    told.done.sort(key=lambda row: order[row.about])
    return told


def move_many(items: Sequence[Item], *, to: str, by: User, now: datetime, because: str = "") -> Batch:
    """The same for many, in the order of their ids, so that two who move the same ones never wait in a circle."""
    rows = sorted(items, key=lambda row: row.pk)
    return _batch(rows, lambda row: move(row, to=to, by=by, now=now, because=because), lambda row: str(row.pk))


@transaction.atomic
def hand_all(user: User, to: User) -> int:
    """Give what somebody has, and what is offered to them or by them, to another: part of ending their access."""
    rows = Item.objects.select_for_update(no_key=True).filter(owner=user, state=ItemState.RUNNING).order_by("pk")
    found = dict(rows.values_list("pk", "about"))
    Item.objects.filter(pk__in=list(found)).update(owner=to, changes=F("changes") + 1)
    journal.note_many("process.given", list(found.values()), by="machine:processes", to=to.pk, **{"from": user.pk})
    open_ones = Handover.objects.filter(accepted_at=None, declined_at=None)
    open_ones.filter(from_user=user).update(from_user=to)  # it comes back to them where it is declined
    return len(found) + open_ones.filter(to_user=user).update(to_user=to)


def held_by(user: User) -> int:
    """How much of what runs somebody has, or is offered to them."""
    offered = Handover.objects.filter(accepted_at=None, declined_at=None, to_user=user)
    return Item.objects.filter(owner=user, state=ItemState.RUNNING).count() + offered.count()


def forget(abouts: Sequence[str]) -> int:
    """Erase what ran about these keys, with every reason that was given: for the room whose records are erased."""
    return Item.objects.filter(about__in=list(abouts)).delete()[1].get("processes.Item", 0)


def held(item: Item, *, by: User) -> Item:
    """The item, locked, for somebody who may work on it; the room of its record may write about people from then on."""
    require(by, "process.work", item)
    gate.enter()
    rows = Item.objects.select_for_update(of=("self",), no_key=True)
    row = rows.select_related("process", "version", "owner", "team").filter(pk=item.pk).first()
    if row is None:
        raise Refusal("This does not run any more.")
    _mine(kinds.kind(row.process.kind), row.about, by)
    return row


def can_have(to: User, kind: kinds.Kind, key: str) -> None:
    """Refuse to give something to somebody who could not open it."""
    if not to.is_active:
        raise Refusal(f"{to} has no access any more.")
    if not (may(to, "process.work") and kind.may(to, key)):
        raise Refusal(f"{to} may not work on {key}.", fields={"to": "Choose somebody who may see it."})


def _take_back(row: Item, *, by: User | None, now: datetime, because: str) -> None:
    """End the offer that nobody has answered."""
    offers = Handover.objects.filter(item=row, accepted_at=None, declined_at=None)
    offers.update(declined_at=now, answered_by=by, because=because)
    row.is_waiting = False


def _mine(kind: kinds.Kind, key: str, by: User) -> str:
    if not kind.may(by, key):
        raise NotAllowed(f"You may not work on {key}.")
    return key


def fresh(row: Item, seen: int | None) -> None:
    """Refuse, naming who was faster, where `seen` is not what the row is now."""
    if seen is not None and seen != row.changes:
        last = Passage.objects.filter(item=row).select_related("by").order_by("-pk").first()
        who = last.by if last and last.by else "Somebody"
        here = steps.name(steps.shape_of(row.version), row.step)
        raise Refusal(f"{who} changed this since you opened it: it is at “{here}” now. Look at it, then decide.")


def _running(row: Item) -> None:
    if row.state != ItemState.RUNNING:
        raise Refusal("This has ended; send it back to a step to go on with it.")
    if row.is_waiting:
        one = Handover.objects.select_related("to_team", "to_user").get(item=row, accepted_at=None, declined_at=None)
        raise Refusal(f"{one.to_user or one.to_team or one.to_role} has to accept it first.")


def _reason(step: Step, because: str) -> str:
    if step.reason and not because.strip():
        raise Refusal(f"“{step.name}” asks for a reason.", fields={"because": "Please say why."})
    return one_line(because, what="Because", longest=LONGEST, needed=False)


def _batch(rows: Sequence[Any], act: Callable[[Any], Item], key: Callable[[Any], str]) -> Batch:
    if len(rows) > MOST:
        raise Refusal(f"At most {MOST:,} at once.")
    told = Batch()
    with transaction.atomic():
        for row in rows:
            try:
                told.done.append(act(row))
            except (Refusal, NotAllowed) as error:
                told.refused[key(row)] = str(error)
    return told


def newest(process: Process) -> Version | None:
    """The version in use."""
    return process.versions.filter(state=VersionState.IN_USE).first()
