"""Tasks, calls and meetings: writing one down, changing, moving, ending it, taking that back; and what comes of it.

A call or meeting with somebody becomes, when it is done, an entry of the one contact history on the person's own record. One
that repeats makes its next one when it is done.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction

from mutuals.base import gate, journal, wake
from mutuals.base.refusals import Refusal
from mutuals.history import own, tally
from mutuals.history.models import Interaction
from mutuals.identity.remark import own_record
from mutuals.inbox import tasks_about
from mutuals.inbox import tasks_dates as dates
from mutuals.inbox.models import Participant, Task, TaskKind, TaskOutcome
from mutuals.inbox.tasks_read import COLUMNS, FIELDS, MOST_AT, TaskIn, read, told_of, zone_of
from mutuals.people import persons
from mutuals.people.models import Person
from mutuals.staff.models import User
from mutuals.staff.permissions import require

OUTCOMES: Mapping[str, tuple[TaskOutcome, ...]] = {
    TaskKind.TASK: (TaskOutcome.DONE,),
    TaskKind.CALL: (TaskOutcome.REACHED, TaskOutcome.MISSED, TaskOutcome.LEFT_WORD),
    TaskKind.MEETING: (TaskOutcome.HELD, TaskOutcome.FELL_THROUGH),
}
"""What may come of each kind; the first is meant where nothing is said."""
LONGEST_RESULT = 2_000
MOST_AT_ONCE = 500
_WAYS = ("starts_at", "due_at", "due_on")


class Gone(Refusal):
    """The task is in the trash, or not there any more."""


@transaction.atomic
def add(told: TaskIn, *, by: User, now: datetime, key: UUID | None = None, via: str = "") -> tuple[Task, bool]:
    """Write one down, and whether it is new. Without somebody and without a team it is one's own.

    `key` is drawn once for each form that is shown: what is sent twice with it is one task. `via` is the key of the rule or
    step that makes it in the name of `by`. Refused: as `tasks_read.read`, and a record that `by` cannot see.
    """
    require(by, "task.add")
    gate.enter()
    uid = uuid5(key, f"task:{by.pk}") if key else None
    if uid and (there := Task.objects.filter(uid=uid).first()) is not None:
        return there, False
    values = {name: getattr(told, name) for name in FIELDS}
    if told.assignee is None and told.team is None:
        values["assignee"] = by
    values["about"], person = tasks_about.read(by, told.about)
    values["person"] = told.person or person
    if values["person"] is not None:
        values["person"] = persons.held(values["person"].canonical_id)
    plain = read(values, zone=zone_of(values["assignee"] or by))
    row = Task(**{name: plain[name] for name in COLUMNS}, made_by=via or f"staff:{by.pk}", made_at=now, changed_at=now)
    if uid:
        row.uid = uid
    row.save(force_insert=True)
    _put_at(row, told.users, told.persons)
    journal.note("task.added", row, by=by, task_kind=row.kind, assignee=row.assignee_id, team=row.team_id, of=row.about)
    _changed(row)
    return row, True


@transaction.atomic
def edit(task: Task, *, by: User, changes: Mapping[str, Any], now: datetime) -> Task:
    """Change what is given (`TaskIn` names the fields). Twice is once. A reminder goes along where the time is moved.

    Refused: as `add`, and Gone.
    """
    row = held(task, by=by)
    unknown = sorted(set(changes) - set(FIELDS))
    if unknown:
        raise Refusal(f"A task has no field “{unknown[0][:40]}”.", fields={unknown[0]: "There is no such field."})
    told = dict(changes)
    if told.get("about", row.about) != row.about:
        told["about"], person = tasks_about.read(by, str(told["about"]))
        told.setdefault("person", person or row.person)
    told |= _other_ways(row, told)
    if isinstance(told.get("person"), Person):
        told["person"] = persons.held(told["person"].canonical_id)
    before = {name: getattr(row, name) for name in COLUMNS}
    values = read({**told_of(row), **{name: told[name] for name in told if name in COLUMNS}}, zone=_zone(row, told, by))
    if "remind_at" not in told and row.remind_at and row.due_at and values["due_at"] and row.told_at is None:
        values["remind_at"] = row.remind_at + (values["due_at"] - row.due_at)
    for name in COLUMNS:
        setattr(row, name, values[name])
    if row.remind_at != before["remind_at"]:
        row.told_at = None
    changed = [name for name in COLUMNS if getattr(row, name) != before[name]]
    at = _put_at(row, told.get("users"), told.get("persons"))
    if changed or at:
        _kept(row, now)
        noted = {name: [_plain(before[name]), _plain(getattr(row, name))] for name in changed if name in _NOTED}
        journal.note("task.edited", row, by=by, fields=[*changed, *at], changes=noted)
        _changed(row, before["assignee"])
    return row


def _other_ways(row: Task, told: Mapping[str, Any]) -> dict[str, Any]:
    """Another way to say when puts the others out; what begins elsewhere lasts as long as before."""
    more: dict[str, Any] = {}
    if any(told.get(name) is not None for name in _WAYS):
        more = {name: None for name in _WAYS if name not in told}
    begins = told.get("starts_at", more.get("starts_at", row.starts_at))
    if "ends_at" not in told and begins != row.starts_at:
        lasts = row.ends_at - row.starts_at if row.ends_at and row.starts_at else None
        more["ends_at"] = begins + lasts if begins and lasts else None
    return more


_NOTED = ("kind", "assignee", "team", "due_at", "due_on", "starts_at", "ends_at", "repeat")


def move(task: Task, *, by: User, now: datetime, to: datetime | date) -> Task:
    """To another moment, or to a day: then it has no time any more, but for a call or meeting, which keeps its time of day."""
    zone = zone_of(task.assignee or by)
    if not isinstance(to, datetime) and task.starts_at is not None:
        to = dates.at(to, task.starts_at.astimezone(zone).time(), zone)
    if not isinstance(to, datetime):
        return edit(task, by=by, changes={"due_on": to}, now=now)
    if task.starts_at is None:
        return edit(task, by=by, changes={"due_at": to}, now=now)
    return edit(task, by=by, changes={"starts_at": to}, now=now)


def remind(task: Task, *, by: User, now: datetime, at: datetime | None) -> Task:
    """Tell whoever does it at that moment; None: not any more."""
    return edit(task, by=by, changes={"remind_at": at}, now=now)


@transaction.atomic
def done(task: Task, *, by: User, now: datetime, outcome: str = "", result: str = "") -> Task:
    """It is done, with what came of it. Twice is once: what was said first stands.

    Refused: an outcome that its kind does not know, Gone.
    """
    row = held(task, by=by)
    if row.done_at is not None:
        return row
    known = OUTCOMES[row.kind]
    if outcome and outcome not in known:
        words = f"What came of it is one of: {', '.join(known)}."
        raise Refusal(words, fields={"outcome": words})
    words = " ".join(str(result).replace("\0", " ").split())
    if len(words) > LONGEST_RESULT:
        raise Refusal("What came of it is too long.", fields={"result": f"At most {LONGEST_RESULT:,} letters."})
    row.done_at, row.outcome, row.result = now, outcome or known[0], words
    _kept(row, now)
    if row.kind != TaskKind.TASK:
        _into_history(row, by=by, now=now)
    following = _next(row, now=now)
    journal.note("task.done", row, by=by, outcome=row.outcome, next=following.pk if following else None)
    _changed(row)
    return row


@transaction.atomic
def reopen(task: Task, *, by: User, now: datetime) -> Task:
    """It is not done after all: its entry in the history goes, and the next one of its series, unless somebody touched it."""
    row = held(task, by=by)
    if row.done_at is None:
        return row
    row.done_at, row.outcome, row.result = None, "", ""
    _kept(row, now)
    said = Interaction.objects.filter(about=f"task:{row.pk}", source=None)
    whose = sorted({one for one in said.values_list("profile__person__canonical_id", flat=True) if one})
    said.delete()
    tally.recount(whose)
    Task.objects.filter(follows=row.pk, done_at=None, trashed_at=None, sequence=0).delete()
    journal.note("task.reopened", row, by=by)
    _changed(row)
    return row


@transaction.atomic
def trash(task: Task, *, by: User, now: datetime) -> Task:
    """Out of every list; calendars are told that it is cancelled. Twice is once."""
    gate.enter()
    row = _locked(task)
    require(by, "task.edit", row)
    if row.trashed_at is None:
        row.trashed_at = now
        _kept(row, now)
        journal.note("task.trashed", row, by=by)
        _changed(row)
    return row


@transaction.atomic
def restore(task: Task, *, by: User, now: datetime) -> Task:
    """Out of the trash again. Twice is once."""
    gate.enter()
    row = _locked(task)
    require(by, "task.edit", row)
    if row.trashed_at is not None:
        row.trashed_at = None
        _kept(row, now)
        journal.note("task.restored", row, by=by)
        _changed(row)
    return row


def done_many(rows: Sequence[Task], *, by: User, now: datetime) -> list[Task]:
    """Those of some tasks that are done by this; each for itself, so that one which cannot be keeps no other from it."""
    went = []
    for row in rows[:MOST_AT_ONCE]:
        try:
            if row.done_at is None:
                went.append(done(row, by=by, now=now))
        except (Refusal, PermissionError):
            continue
    return went


def held(task: Task, *, by: User) -> Task:
    """The task as it is now, locked for the caller's transaction, where `by` may change it. Refused: Gone, NotAllowed."""
    gate.enter()
    row = _locked(task)
    require(by, "task.edit", row)
    if row.trashed_at is not None:
        raise Gone("This task is in the trash.")
    return row


def _locked(task: Task) -> Task:
    rows = Task.objects.select_for_update(no_key=True, of=("self",)).select_related("assignee", "team", "person")
    row = rows.filter(pk=task.pk).first()
    if row is None:
        raise Gone("This task is not there any more.")
    return row


def _kept(row: Task, now: datetime) -> None:
    row.sequence += 1
    row.changed_at = now
    row.save()


def _changed(row: Task, *others: User | None) -> None:
    """Tell the screens of those whose page of today it stands on."""
    numbers = {row.assignee_id, *(one.pk for one in others if one)} - {None}
    wake.changed("today", sorted(number for number in numbers if number))
    wake.changed("tasks", [row.pk])


def _put_at(row: Task, users: Iterable[User] | None, people: Iterable[Person] | None) -> list[str]:
    """Who is at it, where that is told (None = as it is); which of the two changed. Refused: more than a table can seat."""
    changed = []
    for name, told in (("user", users), ("person", people)):
        if told is None:
            continue
        wanted = {one.pk if isinstance(one, User) else one.canonical_id for one in told}
        if len(wanted) > MOST_AT:
            raise Refusal(f"At most {MOST_AT} of us and {MOST_AT} others are at it.", fields={f"{name}s": "Too many."})
        there = row.participants.filter(**{f"{name}__isnull": False})
        known = set(there.values_list(f"{name}_id", flat=True))
        there.exclude(**{f"{name}__in": wanted}).delete()
        Participant.objects.bulk_create(Participant(task=row, **{f"{name}_id": one}) for one in sorted(wanted - known))
        if wanted != known:
            changed.append(f"{name}s")
    return changed


def _into_history(row: Task, *, by: User, now: datetime) -> None:
    """An entry on each person that it was with, at the time at which a meeting began, unless that is still to come."""
    at = row.starts_at if row.kind == TaskKind.MEETING and row.starts_at and row.starts_at < now else now
    those = {row.person_id, *row.participants.filter(person__isnull=False).values_list("person_id", flat=True)}
    people = {one.canonical_id for one in Person.objects.filter(pk__in=[one for one in those if one])}
    for number in sorted(people):
        who = persons.held(number)
        made = own.note(
            number=uuid5(row.uid, f"person:{number}"), by=by, text=row.result or row.title, now=now,
            profile=own_record(who, now=now), kind="call",
        )  # fmt: skip
        subject = f"Meeting: {row.title}" if row.kind == TaskKind.MEETING else row.title
        Interaction.objects.filter(pk=made.pk).update(
            subject=subject[:300], outcome=row.outcome, about=f"task:{row.pk}", occurred_at=at
        )
    tally.recount(sorted(people))


def _next(row: Task, *, now: datetime) -> Task | None:
    """The next one of a series; None where it does not repeat, is past its end, or was made already."""
    if not row.repeat or row.due_at is None or Task.objects.filter(follows=row.pk).exists():
        return None
    zone = zone_of(row.assignee)
    day = row.due_on or row.due_at.astimezone(zone).date()
    coming = dates.next_day(day, row.repeat, month_day=row.repeat_day, since=now.astimezone(zone).date())
    if row.repeat_until and coming > row.repeat_until:
        return None
    days = (coming - day).days

    def later(moment: datetime | None) -> datetime | None:
        return dates.moved(moment, days, zone) if moment else None

    values = {name: getattr(row, name) for name in COLUMNS}
    made = Task.objects.create(
        **{
            **values,
            "starts_at": later(row.starts_at),
            "ends_at": later(row.ends_at),
            "due_at": dates.end_of(coming, zone) if row.due_on else later(row.due_at),
            "due_on": coming if row.due_on else None,
            "remind_at": later(row.remind_at),
        },
        follows=row,
        made_by=row.made_by,
        made_at=now,
        changed_at=now,
    )
    rows = row.participants.values_list("user_id", "person_id")
    Participant.objects.bulk_create(Participant(task=made, user_id=user, person_id=person) for user, person in rows)
    return made


def _zone(row: Task, told: Mapping[str, Any], by: User) -> Any:
    return zone_of(told.get("assignee", row.assignee) or by)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value.pk if hasattr(value, "pk") else value
