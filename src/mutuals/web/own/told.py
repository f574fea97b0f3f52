"""What was done with a record of a type, in words: by whom, when, and what stood there before and after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from mutuals.base import fields, journal
from mutuals.base.fields import FieldKind, Shape
from mutuals.records import book, values
from mutuals.records.kinds import Kind
from mutuals.records.models import Own
from mutuals.staff.models import Team, User

SHOWN = 30
_DID = {
    "own.added": "Written down",
    "own.edited": "Edited",
    "own.taken_back": "Last edit taken back",
    "own.trashed": "Put into the trash",
    "own.restored": "Taken out of the trash",
    "own.given": "Handed over",
}


@dataclass(frozen=True, slots=True)
class Did:
    """One entry. `changes` are (label, before, after), "" where there was nothing."""

    who: str
    what: str
    at: datetime
    changes: list[tuple[str, str, str]]
    is_edit: bool = False


def history(kind: Kind, row: Own, *, viewer: User, zone: ZoneInfo) -> list[Did]:
    """The newest thirty entries about a record."""
    entries = [one for one in journal.of(row)[:SHOWN] if one.kind in _DID]
    staff = {int(one.by[6:]) for one in entries if one.by.startswith("staff:") and one.by[6:].isdecimal()}
    pairs = [(name, pair) for one in entries for name, pair in (one.data.get("changes") or {}).items()]
    staff |= {number for name, pair in pairs if name == "owner" for number in pair if number}
    names = {user.pk: user.name for user in User.objects.filter(pk__in=staff)} if staff else {}
    wanted = {number for name, pair in pairs if name == "team" for number in pair if number}
    teams = {team.pk: team.name for team in Team.objects.filter(pk__in=wanted)} if wanted else {}
    shapes = {one.key: one for one in book.shapes(kind.record)}
    leads = [(shapes[name[7:]], one) for name, pair in pairs if name[7:] in shapes for one in pair]
    called = values.named(leads, viewer=viewer)
    told = []
    for one in entries:
        who = names.get(int(one.by[6:]), "") if one.by.startswith("staff:") and one.by[6:].isdecimal() else ""
        changes = []
        for name, (before, after) in (one.data.get("changes") or {}).items():
            if not name.startswith("custom.") or name[7:] in shapes:
                said = partial(_said, name, shapes=shapes, names=names, teams=teams, called=called, zone=zone)
                changes.append((_label(kind, name, shapes), said(before), said(after)))
        told.append(Did(who or "Mutuals", _DID[one.kind], one.at, changes, is_edit=one.kind == "own.edited"))
    return told


def _label(kind: Kind, name: str, shapes: dict[str, Shape]) -> str:
    if name.startswith("custom."):
        return shapes[name[7:]].label
    return kind.title_label if name == "title" else name.capitalize()


def _said(
    name: str,
    value: Any,
    shapes: dict[str, Shape],
    names: dict[int, str],
    teams: dict[int, str],
    called: dict[str, str],
    zone: ZoneInfo,
) -> str:
    if value is None:
        return ""
    if name in ("owner", "team"):
        return (names if name == "owner" else teams).get(value, "")
    shape = shapes.get(name.removeprefix("custom."))
    if shape is None:
        return str(value)
    if shape.kind is FieldKind.REFERENCE:
        return called.get(value, "somebody who is not known any more")
    return fields.words(shape, {shape.key: value}, zone=zone)
