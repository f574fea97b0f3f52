"""Acts on types, the kinds of records of the house's own making; and what the forms of a record leave out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from mutuals.base import journal
from mutuals.base.refusals import Refusal, one_line
from mutuals.records import book, holders
from mutuals.records.definitions import free, slug
from mutuals.records.models import Layout, Type
from mutuals.staff.models import User
from mutuals.staff.permissions import require

MOST = 50
LONGEST_KEY = 24
ICONS = {
    "box": "Box", "cart": "Cart", "book": "Book", "file": "Sheet", "clip": "Clip", "flag": "Flag", "gear": "Gear",
    "globe": "Globe", "idea": "Lamp", "link": "Link", "lock": "Lock", "org": "House", "person": "Person", "phone": "Phone",
    "shield": "Shield", "star": "Star", "tag": "Label", "clock": "Clock",
}  # fmt: skip
"""Icons that a type may have, with their words."""
_CHANGED = {"name": 60, "plural": 60, "title_label": 60, "prefix": 6}
_WORDS = {"name": "Name", "plural": "Plural", "title_label": "Title label", "prefix": "Prefix"}


@transaction.atomic
def add(*, by: User, now: datetime, name: str, plural: str = "", key: str = "", **more: Any) -> Type:
    """A new type, with a list, pages, search and API at once. `more` takes what `change` takes.

    Refused: a plural that another type in use has, an unknown icon, a key that is taken, over 50 types.
    """
    require(by, "type.edit")
    if Type.objects.count() >= MOST:
        raise Refusal(f"There are at most {MOST} types.")
    row = Type(made_at=now)
    _take(row, {"name": name, "plural": plural or f"{str(name).strip()}s", **more})
    row.key = _key(key, row.name)
    _save(row)
    journal.note("type.added", row, by=by, name=row.name, key=row.key)
    book.changed()
    return row


@transaction.atomic
def change(row: Type, *, by: User, changes: Mapping[str, Any]) -> Type:
    """Another name, plural, icon, label of the title, or letters before numbers. The key stays."""
    require(by, "type.edit")
    row = Type.objects.select_for_update().get(pk=row.pk)
    before = {name: getattr(row, name) for name in (*_CHANGED, "icon")}
    _take(row, changes)
    changed = {name: [value, getattr(row, name)] for name, value in before.items() if getattr(row, name) != value}
    if changed:
        _save(row)
        journal.note("type.changed", row, by=by, changes=changed)
        book.changed()
    return row


@transaction.atomic
def retire(row: Type, *, by: User, now: datetime) -> Type:
    """Nobody is offered it from now on; its records stay, for when it is brought back. Twice is once."""
    require(by, "type.edit")
    row = Type.objects.select_for_update().get(pk=row.pk)
    if row.retired_at is None:
        row.retired_at = now
        row.save(update_fields=["retired_at"])
        journal.note("type.retired", row, by=by, key=row.key)
        book.changed()
    return row


@transaction.atomic
def bring_back(row: Type, *, by: User) -> Type:
    """A retired type is used again, with the records that it had. Refused: another one took its plural meanwhile."""
    require(by, "type.edit")
    row = Type.objects.select_for_update().get(pk=row.pk)
    if row.retired_at is not None:
        row.retired_at = None
        _save(row)
        journal.note("type.brought_back", row, by=by, key=row.key)
        book.changed()
    return row


@transaction.atomic
def leave_out(record: str, names: Sequence[str], *, by: User) -> Layout:
    """Which of the fields that the house brought are not asked for on the forms of a kind of record; the rest is.

    Twice is once. What is known already stays. What a form cannot do without is asked for all the same.
    """
    require(by, "field.edit")
    holders.holder(record)
    told = sorted({one_line(name, what="Field", longest=40) for name in names})
    row, _ = Layout.objects.select_for_update().get_or_create(record=record)
    if row.hidden != told:
        before, row.hidden = row.hidden, told
        row.save(update_fields=["hidden"])
        journal.note("layout.changed", f"fields:{record}", by=by, hidden=[before, told])
        book.changed()
    return row


def _take(row: Type, changes: Mapping[str, Any]) -> None:
    for name, value in changes.items():
        if name == "icon":
            if value not in ICONS:
                raise Refusal(f"There is no icon “{str(value)[:20]}”.", fields={"icon": "Please choose one."})
            row.icon = value
        elif name in _CHANGED:
            line = one_line(value, what=_WORDS[name], longest=_CHANGED[name], needed=name != "prefix")
            setattr(row, name, line)
        else:
            raise Refusal(f"“{name[:40]}” of a type cannot be changed.")
    row.prefix = row.prefix.upper()
    if row.prefix and not re.fullmatch(r"[A-Z][A-Z0-9]{0,5}", row.prefix):
        words = "One to six letters, such as M."
        raise Refusal("Before numbers stand letters.", fields={"prefix": words})


def _key(told: str, name: str) -> str:
    taken = {*Type.objects.values_list("key", flat=True), "types", "find"}
    if not told:
        return free(slug(name)[: LONGEST_KEY - 4].strip("_") or "type", taken)
    if not re.fullmatch(rf"[a-z][a-z0-9_]{{0,{LONGEST_KEY - 1}}}", told) or "__" in told:
        raise Refusal("A key is made of small letters, digits and single _.", fields={"key": "Such as machine."})
    if told in taken:
        raise Refusal(f"There is a type with the key “{told}” already.", fields={"key": "Choose another one."})
    return told


def _save(row: Type) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Refusal(f"There are “{row.plural}” already.", fields={"plural": "Choose another name."}) from error
