"""Acts on fields: make, change, order, retire, bring back; and how many records fill them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from mutuals.base import jobs, journal
from mutuals.base.fields import LONGEST_KEY, FieldKind, Formula
from mutuals.base.fields.formula import Unreadable
from mutuals.base.filters import is_known
from mutuals.base.filters import record as asked
from mutuals.base.patience import TooSlow, within
from mutuals.base.refusals import Refusal, one_line
from mutuals.records import book, holders, reckon
from mutuals.records.models import CustomField
from mutuals.staff.models import User
from mutuals.staff.permissions import require

MOST = 200  # fields of one kind of record
MOST_OPTIONS = 200
COUNTING = 1.0  # seconds after which a count of filled fields is given up
_LISTS = (FieldKind.CHOICE, FieldKind.MANY)
_UNIQUE = (FieldKind.TEXT, FieldKind.NUMBER, FieldKind.EMAIL, FieldKind.PHONE, FieldKind.DAY)
_CHANGED = ("label", "options", "formula", "is_required", "is_unique", "section", "help")


@transaction.atomic
def add(record: str, *, by: User, now: datetime, label: str, kind: str, **more: Any) -> CustomField:
    """A new field of a kind of record. `more` takes what `change` takes, and `key` where it is not to follow from the label.

    Refused: a record that takes none, a kind that there is not, a label that another field has (of those in use, or brought by
    the house), over 200 fields.
    """
    require(by, "field.edit")
    holders.holder(record)
    if kind not in list(FieldKind):
        raise Refusal(f"A field is one of: {', '.join(FieldKind)}.", fields={"kind": "Please choose one."})
    count = CustomField.objects.filter(record=record).count()
    if count >= MOST:
        raise Refusal(f"A record has at most {MOST} fields.")
    key = _key(record, str(more.pop("key", "") or ""), label)
    last = CustomField.objects.filter(record=record).aggregate(last=Max("position"))["last"] or 0
    row = CustomField(record=record, key=key, kind=kind, position=last + 1, made_at=now)
    _take(row, {"label": label, "options": [], "formula": "", **more})
    _save(row)
    journal.note("field.added", row, by=by, record=record, key=key, label=row.label, of=kind)
    _renewed(row)
    return row


@transaction.atomic
def change(row: CustomField, *, by: User, changes: Mapping[str, Any]) -> CustomField:
    """Another label, options, formula, section or help; required or not, unique or not. Kind and key stay.

    Refused: to take away an option that a record has; to ask for unique values where records have some already.
    """
    require(by, "field.edit")
    row = CustomField.objects.select_for_update().get(pk=row.pk)
    before = {name: getattr(row, name) for name in _CHANGED}
    _take(row, changes)
    changed = {name: [before[name], getattr(row, name)] for name in _CHANGED if before[name] != getattr(row, name)}
    if not changed:
        return row
    _refuse_lost(row, before)
    _save(row)
    journal.note("field.changed", row, by=by, changes=changed)
    _renewed(row, is_reckoned="formula" in changed)
    return row


@transaction.atomic
def retire(row: CustomField, *, by: User, now: datetime) -> CustomField:
    """Nobody sees or fills the field from now on; its values stay, for when it is brought back. Twice is once."""
    require(by, "field.edit")
    row = CustomField.objects.select_for_update().get(pk=row.pk)
    if row.retired_at is None:
        row.retired_at = now
        row.save(update_fields=["retired_at"])
        journal.note("field.retired", row, by=by, record=row.record, key=row.key)
        _renewed(row, is_reckoned=False)
    return row


@transaction.atomic
def bring_back(row: CustomField, *, by: User) -> CustomField:
    """A retired field is used again, with the values that it had. Refused: another one took its label meanwhile."""
    require(by, "field.edit")
    row = CustomField.objects.select_for_update().get(pk=row.pk)
    if row.retired_at is not None:
        row.retired_at = None
        _save(row)
        journal.note("field.brought_back", row, by=by, record=row.record, key=row.key)
        _renewed(row)
    return row


@transaction.atomic
def order(record: str, keys: Sequence[str], *, by: User) -> None:
    """The fields of a record in this order; those that are not named follow as they stood."""
    require(by, "field.edit")
    rows = list(CustomField.objects.select_for_update().filter(record=record).order_by("position", "pk"))
    unknown = set(keys) - {row.key for row in rows}
    if unknown:
        raise Refusal(f"There is no field “{sorted(unknown)[0][:40]}” of this record.")
    wanted = {key: place for place, key in enumerate(dict.fromkeys(keys))}
    ordered = sorted(rows, key=lambda row: wanted.get(row.key, len(wanted)))
    if ordered == rows:
        return
    for place, row in enumerate(ordered):
        row.position = place + 1
    CustomField.objects.bulk_update(ordered, ["position"])
    journal.note("field.ordered", f"fields:{record}", by=by, keys=[row.key for row in ordered])
    book.changed()


def filled(record: str) -> dict[str, int] | None:
    """How many records have a value in each field, by key; None where counting takes too long. One read of those with any."""
    rows = holders.holder(record).rows().exclude(custom={})
    counts: dict[str, int] = {}
    try:
        with within(COUNTING, "Counting takes too long."):
            for custom in rows.values_list("custom", flat=True).iterator(chunk_size=2_000):
                for key in custom:
                    counts[key] = counts.get(key, 0) + 1
    except TooSlow:
        return None
    return counts


def _take(row: CustomField, changes: Mapping[str, Any]) -> None:
    for name, value in changes.items():
        if name not in _CHANGED:
            raise Refusal(f"“{name[:40]}” of a field cannot be changed.")
        if name == "options":
            row.options = _options(row, value)
        elif name == "formula":
            row.formula = str(value or "").strip()
        elif name.startswith("is_"):
            setattr(row, name, bool(value))
        else:
            longest = {"label": 80, "section": 80, "help": 300}[name]
            what = {"label": "Label", "section": "Section", "help": "Help"}[name]
            setattr(row, name, one_line(value, what=what, longest=longest, needed=name == "label"))
    _check(row)


def _check(row: CustomField) -> None:
    kind = FieldKind(row.kind)
    brought = asked(row.record).fields if is_known(row.record) else ()
    if row.label.casefold() in {one.label.casefold() for one in brought}:
        words = f"“{row.label}” is there already; the house brought it."
        raise Refusal(words, fields={"label": words})
    if row.is_unique and kind not in _UNIQUE:
        raise Refusal(
            f"Unique may be: {', '.join(one.words.lower() for one in _UNIQUE)}.",
            fields={"is_unique": "Not of this kind."},
        )
    if row.is_required and kind is FieldKind.FORMULA:
        raise Refusal("What is reckoned cannot be required.", fields={"is_required": "Not of this kind."})
    if kind is not FieldKind.FORMULA:
        row.formula = ""
        return
    try:
        names = Formula.read(row.formula).names
    except Unreadable as error:
        raise Refusal(f"The formula cannot be read. {error}", fields={"formula": str(error)}) from error
    known = {one.key: one for one in book.every(row.record)}
    for name in sorted(names):
        if name not in known or known[name].kind is FieldKind.FORMULA:
            raise Refusal(
                f"The formula names “{name}”, which is no field that it could reckon with.",
                fields={"formula": f"There is no field “{name}”; formulas do not use each other."},
            )


def _options(row: CustomField, told: Any) -> list[list[str]]:
    """Options as they are kept: [value, words]. A new one is told by its words alone; its value follows from them."""
    kind = FieldKind(row.kind)
    if kind is FieldKind.REFERENCE:
        names = [one if isinstance(one, str) else one[0] for one in told or ()]
        holder = holders.holder(str(names[0]) if len(names) == 1 else "")
        return [[holder.record, holder.words]]
    if kind not in _LISTS:
        return []
    before = {words: value for value, words in row.options}
    found: dict[str, str] = {}
    for one in told or ():
        given, words = ("", one) if isinstance(one, str) else (str(one[0]), one[1])
        words = one_line(words, what="Options", longest=80)
        value = given or before.get(words) or free(slug(words) or "option", set(found) | set(before.values()))
        found[value[:LONGEST_KEY]] = words
    if not 1 <= len(found) <= MOST_OPTIONS or len({words.casefold() for words in found.values()}) < len(found):
        raise Refusal(
            f"A list has 1 to {MOST_OPTIONS} options, each once.", fields={"options": "One in each line, each once."}
        )
    return [[value, words] for value, words in found.items()]


def _refuse_lost(row: CustomField, before: Mapping[str, Any]) -> None:
    rows = holders.holder(row.record).rows()
    if row.is_unique and not before["is_unique"] and rows.filter(custom__has_key=row.key).exists():
        raise Refusal(
            "Records have values in this field already, which nobody compared: make a new field for unique ones.",
            fields={"is_unique": "Only of a field that nobody fills."},
        )
    if row.kind not in _LISTS:
        return
    for value, words in before["options"]:
        if value in dict(row.options):
            continue
        held = {row.key: value if row.kind == FieldKind.CHOICE else [value]}
        if rows.filter(custom__contains=held).exclude(custom={}).exists():
            raise Refusal(
                f"“{words}” is the value of some records, so it stays.", fields={"options": f"Keep “{words}”."}
            )


def _renewed(row: CustomField, *, is_reckoned: bool = True) -> None:
    book.changed()
    if is_reckoned and row.kind == FieldKind.FORMULA:
        jobs.later(reckon.JOB, once=f"reckon:{row.record}", record=row.record)


def _save(row: CustomField) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Refusal(f"There is a field “{row.label}” already.", fields={"label": "Choose another name."}) from error


def _key(record: str, told: str, label: str) -> str:
    if told:
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", told) or "__" in told:
            raise Refusal(
                "A key is made of small letters, digits and single _.", fields={"key": "Such as renewal_month."}
            )
        return told
    taken = set(CustomField.objects.filter(record=record).values_list("key", flat=True))
    return free(slug(label) or "field", taken)


def slug(text: str) -> str:
    """A key out of words; "" where no letter of them can stand in one."""
    bare = unicodedata.normalize("NFKD", str(text)).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "_", bare).strip("_")[: LONGEST_KEY - 4].strip("_")
    return slug if slug[:1].isalpha() else f"f_{slug}" if slug else ""


def free(slug: str, taken: set[str]) -> str:
    """That key, or the first of it with a number that is not taken."""
    names = (slug if number == 1 else f"{slug}_{number}" for number in range(1, 10_000))
    return next(name for name in names if name not in taken)
