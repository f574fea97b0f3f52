"""Who looks after whom: territories give an owner, and a team, to people and organisations that have none.

Newcomers are placed by a job every five minutes; all that is nobody's by a click, which tells before how many would go where,
and can be undone. Nobody who has an owner is given to another one. The first territory that fits counts, in their order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, Max, Q, QuerySet

from mutuals.base import clock, filters, gate, jobs, journal
from mutuals.base.filters import Condition, Refused, from_json, to_json, to_q
from mutuals.base.models import Batch, BatchState, Change
from mutuals.base.patience import within
from mutuals.base.refusals import Refusal, one_line
from mutuals.people.models import Organisation, Person, Placed, Territory
from mutuals.staff.models import Team, User
from mutuals.staff.permissions import require

PLACE = "territories.place"
NEWCOMERS = "territories.newcomers"
RECORDS = {"person": "people", "organisation": "organisations"}
STRETCH = 500
"""Rows of one transaction."""
PATIENCE = 10.0
"""Seconds for a count."""
MOST = 200
"""Territories of one record."""


@dataclass(frozen=True, slots=True)
class Share:
    """A territory, how many that are nobody's would go to it, and why it cannot be asked ("" = it can)."""

    territory: Territory
    number: int
    wrong: str = ""


def rows_of(record: str) -> QuerySet[Any]:
    """All people or organisations that can be placed: not those merged into others, nor those in the trash."""
    if record == "person":
        return Person.objects.filter(canonical=F("pk"), trashed_at=None)
    if record == "organisation":
        return Organisation.objects.filter(merged_into=None, trashed_at=None)
    raise Refusal("Territories are of people or of organisations.", fields={"record": "Choose one of the two."})


def listed(record: str = "") -> list[Territory]:
    """The territories in the order in which they count."""
    rows = Territory.objects.filter(record=record) if record else Territory.objects.all()
    return list(rows.select_related("owner", "team", "made_by").order_by("record", "position", "pk"))


@transaction.atomic
def add(
    *, by: User, name: str, record: str, condition: Condition, owner: User, team: Team | None = None
) -> Territory:  # fmt: skip
    """A new territory, which counts after those that are there. Refused: a name that is used, an owner without access."""
    require(by, "territory.edit")
    values = _read(record, name=name, condition=condition, owner=owner, team=team, by=by)
    there = Territory.objects.filter(record=record)
    if there.count() >= MOST:
        raise Refusal(f"At most {MOST} territories of {RECORDS[record]}.")
    last = there.aggregate(last=Max("position"))["last"] or 0
    row = Territory.objects.create(record=record, position=last + 1, made_by=by, **values)
    journal.note("territory.added", row, by=by, name=row.name, record=record, owner=row.owner_id)
    return row


@transaction.atomic
def edit(territory: Territory, *, by: User, changes: Mapping[str, Any]) -> Territory:
    """Change name, condition, owner, team or position. Whoever changes the condition lends it their rights."""
    require(by, "territory.edit")
    row = Territory.objects.select_for_update(of=("self",)).select_related("owner", "team").get(pk=territory.pk)
    values = _read(row.record, by=by, but=row.pk, **{name: one for name, one in changes.items() if name != "position"})
    if "condition" in values:
        values["made_by"] = by
    if "position" in changes:
        _put_at(row, int(changes["position"]))
    for name, value in values.items():
        setattr(row, name, value)
    if values:
        row.save(update_fields=list(values))
    if changes:
        journal.note("territory.edited", row, by=by, fields=sorted(changes), owner=row.owner_id)
    return row


@transaction.atomic
def remove(territory: Territory, *, by: User) -> None:
    """Take it away. Who was given by it keeps their owner."""
    require(by, "territory.edit")
    journal.note("territory.removed", territory, by=by, name=territory.name, record=territory.record)
    Territory.objects.filter(pk=territory.pk).delete()


def shares(record: str, *, by: User, now: datetime) -> list[Share]:
    """How many that are nobody's would go to each territory now; nothing is written. TooSlow: not counted in time."""
    require(by, "territory.view")
    found = []
    with within(PATIENCE, "This takes too long to count. Make the conditions plainer."):
        for territory, asked, wrong in _asked(record, now):
            number = _nobodys(record).filter(asked).count() if not wrong else 0
            found.append(Share(territory, number, wrong))
    return found


def place(record: str, *, by: User, now: datetime) -> Batch:
    """Give all that is nobody's to its territory, as a batch that can be undone. Few at once, many by a worker.

    Refused: nothing fits.
    """
    require(by, "territory.place")
    total = sum(one.number for one in shares(record, by=by, now=now))
    if not total:
        raise Refusal(f"No {RECORDS[record]} without an owner fit a territory.")
    with transaction.atomic():
        words = f"{total:,} {RECORDS[record]} placed by territories"
        batch = Batch.objects.create(
            kind="place", record=record, words=words, by=f"staff:{by.pk}", total=total, todo={"after": 0}
        )
        journal.note("batch.begun", f"batch:{batch.pk}", by=by, record=record, rows=total, words=words)
    if total <= STRETCH:
        return work(batch, now=now)
    jobs.later(PLACE, lock=f"batch {batch.pk}", batch=batch.pk)
    return batch


def work(batch: Batch, *, now: datetime, between: Callable[[], None] = lambda: None) -> Batch:
    """Write all that is left of a batch, a stretch a transaction. Killed and begun again it goes on; twice is once."""
    while True:
        with transaction.atomic():
            gate.enter()
            row = Batch.objects.select_for_update().get(pk=batch.pk)
            if row.state != BatchState.RUNNING:
                return row
            placed = _stretch(row.record, after=int(row.todo["after"]), by=row.by, now=now)
            Change.objects.bulk_create(
                [Change(batch=row, about=one, before=b, after=a) for one, b, a in placed.changes]
            )
            row.done += len(placed.changes)
            row.todo = {"after": placed.last} if placed.last else {}
            row.state = BatchState.RUNNING if placed.last else BatchState.DONE
            row.total = max(row.total, row.done) if placed.last else row.done
            row.save(update_fields=["done", "todo", "state", "total"])
            if not placed.last:
                return row
        between()


def place_newcomers(*, now: datetime, between: Callable[[], None] = lambda: None) -> int:
    """Give those who came since the last run to their territories; how many were given. Every one is looked at twice."""
    count = 0
    for record in RECORDS:
        mark, _ = Placed.objects.get_or_create(record=record, defaults=_today(record))
        newest = rows_of(record).model._default_manager.aggregate(last=Max("pk"))["last"] or 0
        after = mark.up_to
        while Territory.objects.filter(record=record).exists():
            with transaction.atomic():
                gate.enter()
                placed = _stretch(record, after=after, by="machine:territories", now=now)
            count += len(placed.changes)
            if not placed.last:
                break
            after = placed.last
            between()
        Placed.objects.filter(record=record).update(up_to=mark.next_to, next_to=newest)
    return count


def place_job(batch: int) -> None:
    """What a worker does of a batch that is to be written."""
    work(Batch.objects.get(pk=batch), now=clock.now(), between=jobs.may_go_on)


@dataclass(frozen=True, slots=True)
class _Placed:
    """What one stretch did: (text key, before, after) of each, and the last row that was looked at; 0 = that was all."""

    changes: list[tuple[str, dict[str, Any], dict[str, Any]]]
    last: int


def _stretch(record: str, *, after: int, by: str, now: datetime) -> _Placed:
    """The next rows that are nobody's and fit, given to their territories, and noted one by one."""
    told = [(territory, asked) for territory, asked, wrong in _asked(record, now) if not wrong]
    fits = Q(pk__in=[])
    for _, asked in told:
        fits |= asked
    free = _nobodys(record).filter(pk__gt=after)
    ids = list(free.filter(fits).order_by("pk").values_list("pk", flat=True)[:STRETCH])
    held = _nobodys(record).select_for_update(no_key=True, of=("self",)).filter(pk__in=ids).order_by("pk")
    teams = dict(held.values_list("pk", "team_id"))
    changes = []
    for territory, asked in told:
        mine = sorted(set(free.filter(asked, pk__in=ids).values_list("pk", flat=True)) & teams.keys())
        for pk in mine:
            before = {"owner": None, "team": _text(teams[pk])}
            after_it = {"owner": str(territory.owner_id), "team": _text(teams[pk] or territory.team_id)}
            changes.append((f"{record}:{pk}", before, after_it))
        rows = rows_of(record).model._default_manager.filter(pk__in=mine)
        rows.filter(team=None).update(team=territory.team)
        rows.update(owner=territory.owner, changed_at=now)
        abouts = [f"{record}:{pk}" for pk in mine]
        journal.note_many(
            f"{record}.placed", abouts, by=by, territory=territory.pk, changes={"owner_id": [None, territory.owner_id]}
        )
    return _Placed(changes, ids[-1] if len(ids) == STRETCH else 0)


def _nobodys(record: str) -> QuerySet[Any]:
    return rows_of(record).filter(owner=None)


def _asked(record: str, now: datetime) -> list[tuple[Territory, Q, str]]:
    """Each territory with what it takes of those that the ones before it leave; or why it cannot be read."""
    told, before = [], Q()
    of = filters.record(record)
    for territory in listed(record):
        try:
            if not territory.owner.is_active:
                raise Refused(f"{territory.owner} has no access any more.")
            condition = filters.check(from_json(territory.condition), of, viewer=territory.made_by)
        except (Refused, Refusal) as error:
            told.append((territory, Q(pk__in=[]), str(error)))
            continue
        asked = to_q(condition, of, zone=ZoneInfo(territory.made_by.zone or "UTC"), now=now)
        told.append((territory, asked & before, ""))
        before &= ~asked
    return told


def _read(record: str, *, by: User, but: int = 0, **told: Any) -> dict[str, Any]:
    rows_of(record)
    values: dict[str, Any] = {}
    if "name" in told:
        values["name"] = one_line(told["name"], what="Name", longest=80)
        if Territory.objects.filter(record=record, name=values["name"]).exclude(pk=but).exists():
            raise Refusal("There is a territory of this name.", fields={"name": "This name is used already."})
    if "condition" in told:
        filters.check(told["condition"], filters.record(record), viewer=by)
        values["condition"] = to_json(told["condition"])
    if "owner" in told:
        if told["owner"] is None or not told["owner"].is_active:
            raise Refusal("Choose an owner who has access.", fields={"owner": "Choose somebody who works here."})
        values["owner"] = told["owner"]
    if "team" in told:
        values["team"] = told["team"]
    return values


def _put_at(row: Territory, position: int) -> None:
    """Move it to that place, from 1, among the territories of its record."""
    others = [one.pk for one in listed(row.record) if one.pk != row.pk]
    at = min(max(position, 1), len(others) + 1) - 1
    for place_, pk in enumerate([*others[:at], row.pk, *others[at:]], start=1):
        Territory.objects.filter(pk=pk).update(position=place_)
    row.position = at + 1


def _today(record: str) -> dict[str, int]:
    """Where the first run begins: those who were there before are placed by a click."""
    last = rows_of(record).model._default_manager.aggregate(last=Max("pk"))["last"] or 0
    return {"up_to": last, "next_to": last}


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)


# What staff have here


def held_by(user: User) -> int:
    """How many territories lead to somebody, or are read with their rights."""
    return Territory.objects.filter(Q(owner=user) | Q(made_by=user)).count()


def hand_over(user: User, to: User) -> int:
    """Another takes them over: part of ending somebody's access."""
    rows: Sequence[int] = list(Territory.objects.filter(Q(owner=user) | Q(made_by=user)).values_list("pk", flat=True))
    Territory.objects.filter(pk__in=rows, owner=user).update(owner=to)
    Territory.objects.filter(pk__in=rows, made_by=user).update(made_by=to)
    return len(rows)
