"""Acts on records of types of the house's own making: write down, edit, take an edit back, trash and restore, hand over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from mutuals.base import gate, journal
from mutuals.base import trash as trash_of_house
from mutuals.base.fields import currency_key, flat
from mutuals.base.refusals import Refusal, one_line
from mutuals.records import book, values
from mutuals.records.kinds import LONGEST_TITLE, Kind, folded
from mutuals.records.models import Own, Type
from mutuals.staff.models import Team, User
from mutuals.staff.permissions import require

KEPT = timedelta(days=30)  # in the trash
PURGE = "own.purge"
_FIELDS = ("title", "owner", "team", "custom")


class Gone(Refusal):
    """The record is in the trash, or not there any more."""


@transaction.atomic
def add(
    kind: Kind,
    *,
    by: User,
    now: datetime,
    title: str,
    owner: User | None = None,
    team: Team | None = None,
    custom: Mapping[str, Any] | None = None,
) -> Own:
    """A new record of a type, with the type's next number. Nobody named: it is looked after by who writes it down.

    Refused: a retired type, no title, values that do not fit, and required fields that are not told (Misfit).
    """
    require(by, "own.edit")
    gate.enter()
    made = values.read(kind.record, custom or {}, by=by, is_new=True)
    line = one_line(title, what="Title", longest=LONGEST_TITLE)
    row = Own(
        type_id=kind.id,
        number=numbers(kind, 1),
        title=line,
        title_key=folded(line),
        owner=owner or by,
        team=team,
        custom=values.finished(kind.record, flat(made)),
        created_at=now,
        changed_at=now,
    )
    row.save(force_insert=True)
    _claim(kind, row, made)
    journal.note("own.added", row, by=by, type=kind.key, number=row.number)
    return row


@transaction.atomic
def edit(row: Own, *, by: User, changes: Mapping[str, Any], now: datetime) -> Own:
    """Change title, owner, team (rows, or None), and values by key under `custom`. The journal keeps before and after.

    What is not named stays, so that two who edit different fields take nothing from each other. Twice is once. Refused: Gone,
    and as `add`.
    """
    require(by, "own.edit")
    gate.enter()
    row, kind = held(row)
    unknown = sorted(set(changes) - set(_FIELDS))
    if unknown:
        raise Refusal(f"There is no field “{unknown[0][:40]}” to edit. There are: {', '.join(_FIELDS)}.")
    made = values.read(kind.record, changes.get("custom") or {}, by=by)
    told = {name: changes[name] for name in ("title", "owner", "team") if name in changes}
    if "title" in told:
        told["title"] = one_line(told["title"], what="Title", longest=LONGEST_TITLE)
    return _write(row, kind, told, made, by=by, now=now, kind_of_entry="own.edited")


@transaction.atomic
def take_back(row: Own, *, by: User, now: datetime) -> Own:
    """Undo the newest edit of a record, value by value; what somebody changed since stays as it is.

    Refused: nothing was edited, or all of it was changed since.
    """
    require(by, "own.edit")
    gate.enter()
    row, kind = held(row)
    entry = journal.of(row).filter(kind__in=("own.edited", "own.taken_back")).first()
    if entry is None or entry.kind == "own.taken_back" or not entry.data.get("changes"):
        raise Refusal("There is no edit that could be taken back.")
    known = {one.key for one in book.shapes(kind.record)}
    told: dict[str, Any] = {}
    custom = dict(row.custom)
    for name, (before, after) in entry.data["changes"].items():
        key = name.removeprefix("custom.")
        if key != name and custom.get(key) == after and key.removesuffix("__currency") in known:
            custom |= {key: before}
        elif name == "title" and row.title == after:
            told["title"] = before
        elif name in ("owner", "team") and getattr(row, f"{name}_id") == after:
            told[f"{name}_id"] = before
    custom = {key: value for key, value in custom.items() if value is not None}
    if not told and custom == row.custom:
        raise Refusal("All of it was changed since, so nothing is taken back.")
    return _write(row, kind, told, None, by=by, now=now, kind_of_entry="own.taken_back", custom=custom)


def trash(row: Own, *, by: User, now: datetime) -> Own:
    """Put it into the trash: out of every list, and restored whole for thirty days. Twice is once."""
    return _trash(row, by=by, at=now)


def restore(row: Own, *, by: User) -> Own:
    """Take it out of the trash. Twice is once. Refused: another record has one of its unique values meanwhile."""
    return _trash(row, by=by, at=None)


def purge(*, now: datetime) -> int:
    """Delete for ever what has been in the trash for thirty days; says how many."""
    with transaction.atomic():
        rows = Own.objects.select_for_update().filter(trashed_at__lt=now - KEPT).select_related("type")[:1_000]
        gone = {row.pk: f"{row.type.kind.record}:{row.pk}" for row in rows}
        values.forget(gone.values())
        Own.objects.filter(pk__in=gone).delete()
        trash_of_house.forget([f"own:{number}" for number in gone])
        journal.note_many("own.removed", [f"own:{number}" for number in gone], by="machine:records")
    return len(gone)


def held_by(user: User) -> int:
    """How many records somebody looks after."""
    return Own.objects.filter(owner=user, trashed_at=None).count()


@transaction.atomic
def hand_over(user: User, to: User) -> int:
    """Give all records that somebody looks after to another: part of ending their access."""
    rows = list(Own.objects.select_for_update().filter(owner=user).order_by("pk").values_list("pk", flat=True))
    Own.objects.filter(pk__in=rows).update(owner=to)
    keys = [f"own:{number}" for number in rows]
    journal.note_many("own.given", keys, by="machine:staff", to=to.pk, **{"from": user.pk})
    return len(rows)


def held(row: Own) -> tuple[Own, Kind]:
    """The record as it is now, locked for the caller's transaction, and its type. Refused: Gone."""
    found = Own.objects.select_for_update(of=("self",)).select_related("type").filter(pk=row.pk).first()
    if found is None or found.trashed_at is not None:
        raise Gone("This record is in the trash, or not there any more.")
    return found, found.type.kind


def numbers(kind: Kind, many: int) -> int:
    """The first of as many numbers of a type that follow each other. Refused: a type that is retired."""
    row = Type.objects.select_for_update(no_key=True).get(pk=kind.id)
    if row.retired_at is not None:
        raise Refusal(f"{row.plural} are retired: nothing new is written down.")
    first = row.last_number + 1
    row.last_number += many
    row.save(update_fields=["last_number"])
    return first


def joined(kind: Kind, kept: Mapping[str, Any], made: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept, with these values in place of what it had, and formulas reckoned anew."""
    gone = {*made, *(currency_key(key) for key in made)}
    return values.finished(kind.record, {key: one for key, one in kept.items() if key not in gone} | flat(made))


def _write(
    row: Own,
    kind: Kind,
    told: Mapping[str, Any],
    made: Mapping[str, Any] | None,
    *,
    by: User,
    now: datetime,
    kind_of_entry: str,
    custom: Mapping[str, Any] | None = None,
) -> Own:
    before = {"title": row.title, "owner": row.owner_id, "team": row.team_id} | _named(row.custom)
    for name, value in told.items():
        setattr(row, name, value)
    if made:
        row.custom = joined(kind, row.custom, made)
    if custom is not None:
        row.custom = values.finished(kind.record, custom)
    row.title_key = folded(row.title)
    after = {"title": row.title, "owner": row.owner_id, "team": row.team_id} | _named(row.custom)
    changed = {
        name: [before.get(name), after.get(name)] for name in {**before, **after} if before.get(name) != after.get(name)
    }
    if changed:
        row.changed_at = now
        row.save()
        _claim(kind, row, made if made is not None else row.custom)
        journal.note(kind_of_entry, row, by=by, changes=changed)
    return row


def _named(custom: Mapping[str, Any]) -> dict[str, Any]:
    return {f"custom.{key}": value for key, value in custom.items()}


@transaction.atomic
def _trash(row: Own, *, by: User, at: datetime | None) -> Own:
    require(by, "own.edit")
    gate.enter()
    found = Own.objects.select_for_update(of=("self",)).select_related("type").filter(pk=row.pk).first()
    if found is None:
        raise Gone("This record is not there any more.")
    if (found.trashed_at is None) != (at is None):
        found.trashed_at, found.trashed_by = at, by if at else None
        found.save(update_fields=["trashed_at", "trashed_by"])
        if at is None:
            _claim(found.type.kind, found, found.custom)
        else:
            values.forget([f"{found.type.kind.record}:{found.pk}"])
        journal.note("own.trashed" if at else "own.restored", found, by=by)
    return found


def _claim(kind: Kind, row: Own, told: Mapping[str, Any]) -> None:
    """Note which unique values are this one's. Misfit: one of those told is another's."""
    if told:
        values.settle(kind.record, {row.pk: row.custom})
        values.refuse_taken(kind.record, row.pk, row.custom, told)


def give(kind: Kind, ids: Sequence[int], to: User, *, by: User, now: datetime) -> int:
    """Let somebody look after these records; says how many were another's. All or none."""
    require(by, "own.edit")
    with transaction.atomic():
        rows = Own.objects.filter(pk__in=list(ids), type_id=kind.id, trashed_at=None).exclude(owner=to).order_by("pk")
        return len([edit(row, by=by, changes={"owner": to}, now=now) for row in rows])
