"""Values of a record on their way in and out: what was told -> what is kept, and what is kept -> words."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from mutuals.base import fields
from mutuals.base.fields import FieldKind, Misfit, Shape
from mutuals.records import book, holders
from mutuals.records.kinds import folded
from mutuals.records.models import Claim
from mutuals.staff.models import User
from mutuals.staff.permissions import may, require

_NUMBERED = re.compile(r"([a-z][a-z0-9_]*:)?[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Shown:
    """One value on a page: its field, its words, and where a reference leads ("" = nowhere)."""

    shape: Shape
    words: str
    url: str = ""


def read(record: str, told: Mapping[str, Any], *, by: User, is_new: bool = False) -> dict[str, Any]:
    """What staff told of a record's fields, by key as it is to be kept; None = the field is to be emptied.

    Refused (Misfit): a field that there is not or that is retired, a value that it cannot take, a reference to what `by` does
    not see, nothing in a field that is required: where it is told so, and for a new record where it is not told at all.
    """
    shapes = {one.key: one for one in book.shapes(record)} if told or is_new else {}
    if told:
        require(by, "field.view")
    zone = ZoneInfo(by.zone or "UTC")
    found: dict[str, Any] = {}
    for key, value in told.items():
        if key not in shapes:
            raise Misfit(f"There is no field “{key[:40]}” of this record.", key=key[:40])
        found[key] = fields.stored(shapes[key], _numbered(shapes[key], value, by), zone=zone)
    for one in shapes.values():
        if one.is_required and found.get(one.key) is None and (is_new or one.key in found):
            raise Misfit(f"“{one.label}” is needed.", key=one.key)
    _check_references([(shapes[key], value) for key, value in found.items() if value is not None], by)
    return found


def finished(record: str, custom: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a record with what its formulas make of them. A record without values asks nothing."""
    return fields.reckoned(custom, book.every(record)) if custom else {}


def shown(record: str, custom: Mapping[str, Any], *, viewer: Any, zone: ZoneInfo) -> list[Shown]:
    """All fields of one record in their order for a page, those without a value as well."""
    if not may(viewer, "field.view"):
        return []
    shapes = book.shapes(record)
    names = named(((one, custom.get(one.key)) for one in shapes), viewer=viewer)
    return [
        Shown(one, fields.words(one, custom, zone=zone, names=names), _address(custom.get(one.key), names))
        if one.kind is FieldKind.REFERENCE
        else Shown(one, fields.words(one, custom, zone=zone))
        for one in shapes
    ]


def plain(record: str, custom: Mapping[str, Any], *, viewer: Any) -> dict[str, Any]:
    """The values of one record for programs, by key; none for those who do not see fields."""
    return told(record, custom) if custom and may(viewer, "field.view") else {}


def named(pairs: Iterable[tuple[Shape, Any]], *, viewer: Any) -> dict[str, str]:
    """What references name, as far as `viewer` sees it: text key -> words. One query for each kind of record, or two."""
    wanted: dict[str, set[int]] = {}
    for shape, value in pairs:
        if shape.kind is FieldKind.REFERENCE and isinstance(value, str):
            record, _, number = value.partition(":")
            wanted.setdefault(record, set()).add(int(number))
    found: dict[str, str] = {}
    for record, numbers in wanted.items():
        holder = holders.holder(record)
        became = {one: one for one in numbers} | (holder.merged(numbers) if holder.merged else {})
        rows = {row.pk: str(row) for row in holder.visible_to(viewer).filter(pk__in=set(became.values()))}
        found |= {f"{record}:{one}": rows[other] for one, other in became.items() if other in rows}
    return found


def lay(record: str, row: Any, made: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Lay what `read` gave into a row's column, formulas reckoned anew; says what changed as the journal keeps it. The caller
    saves the row, then calls `claim`.
    """
    if not made:
        return {}
    before, gone = row.custom, {*made, *(fields.currency_key(key) for key in made)}
    kept = {key: value for key, value in before.items() if key not in gone}
    row.custom = finished(record, {**kept, **fields.flat(made)})
    both = {**before, **row.custom}
    pairs = {key: [before.get(key), row.custom.get(key)] for key in both}
    return {f"custom.{key}": pair for key, pair in pairs.items() if pair[0] != pair[1]}


def claim(record: str, row: Any, made: Mapping[str, Any]) -> None:
    """Note which unique values are this row's, after it was saved. Misfit: one of those told is another's."""
    if made:
        settle(record, {row.pk: row.custom})
        refuse_taken(record, row.pk, row.custom, made)


def told(record: str, custom: Mapping[str, Any]) -> dict[str, Any]:
    """The values of one record for programs, where whoever sees the record sees its fields."""
    return {one.key: fields.plain(one, custom) for one in book.shapes(record) if one.key in custom} if custom else {}


def settle(
    record: str, held: Mapping[int, Mapping[str, Any]], *, others: Mapping[int, Iterable[int]] | None = None
) -> None:
    """Note who holds which value of the unique fields; what somebody else holds stays with them, see `lacking`.

    `others` are rows that were merged into one of these: what they held is theirs now.
    """
    unique = [one for one in book.every(record) if one.is_unique]
    if not unique or not held:
        return
    wanted = {
        (one.id, digest, f"{record}:{pk}") for pk, custom in held.items() for one, digest in _held(unique, custom)
    }
    abouts = {f"{record}:{pk}" for pk in held} | {f"{record}:{pk}" for those in (others or {}).values() for pk in those}
    there = {(row.field_id, bytes(row.digest), row.about): row.pk for row in Claim.objects.filter(about__in=abouts)}
    ids = {one.id for one in unique}
    gone = [pk for told, pk in there.items() if told not in wanted and told[0] in ids]
    if gone:
        Claim.objects.filter(pk__in=gone).delete()
    rows = [Claim(field_id=one, digest=digest, about=about) for one, digest, about in sorted(wanted - there.keys())]
    if rows:
        Claim.objects.bulk_create(rows, ignore_conflicts=True)


def refuse_taken(record: str, number: int, custom: Mapping[str, Any], keys: Iterable[str]) -> None:
    """Misfit where a value of these unique fields is held by another record, after `settle`."""
    asked = set(keys)
    unique = [one for one in book.shapes(record) if one.is_unique and one.key in asked]
    for one, digest in _held(unique, custom):
        about = Claim.objects.filter(field_id=one.id, digest=digest).values_list("about", flat=True).first()
        if about not in (None, f"{record}:{number}"):
            raise Misfit(f"“{one.label}”: another record has this value already, and each may stand once.", key=one.key)


def who_holds(shape: Shape, kept: Any) -> str:
    """The text key of the record that holds a value of a unique field; "" = nobody does."""
    digest = _digest(fields.plain(shape, fields.flat({shape.key: kept})))
    return Claim.objects.filter(field_id=shape.id, digest=digest).values_list("about", flat=True).first() or ""


def forget(abouts: Iterable[str]) -> int:
    """Let go of what these records hold, as they are erased."""
    return Claim.objects.filter(about__in=list(abouts)).delete()[0]


def _held(unique: Iterable[Shape], custom: Mapping[str, Any]) -> list[tuple[Shape, bytes]]:
    return [(one, _digest(fields.plain(one, custom))) for one in unique if one.key in custom]


def _digest(value: Any) -> bytes:
    text = value.casefold() if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return hashlib.sha256(text.encode()).digest()


def _numbered(shape: Shape, told: Any, by: User) -> Any:
    """A reference that was told by a name -> its number. Misfit: nobody is called so, or several are."""
    text = " ".join(str(told or "").split())
    if shape.kind is not FieldKind.REFERENCE or not text or _NUMBERED.fullmatch(text):
        return told
    holder = holders.holder(shape.leads_to)
    rows = holder.visible_to(by)
    column = next((one.name for one in rows.model._meta.fields if one.name in ("name_key", "title_key")), "")
    found = list(rows.filter(**{column: folded(text)}).values_list("pk", flat=True)[:6]) if column else []
    if len(found) == 1:
        return str(found[0])
    if not found:
        raise Misfit(f"“{shape.label}”: nothing among {holder.words.lower()} is called “{text[:60]}”.", key=shape.key)
    numbers = ", ".join(map(str, found[:5]))
    raise Misfit(f"“{shape.label}”: several are called “{text[:60]}”. Tell the number: {numbers}.", key=shape.key)


def _check_references(told: Iterable[tuple[Shape, Any]], by: User) -> None:
    pairs = [(shape, value) for shape, value in told if shape.kind is FieldKind.REFERENCE]
    names = named(pairs, viewer=by)
    for shape, value in pairs:
        if value not in names:
            raise Misfit(f"“{shape.label}”: there is no {shape.leads_to} {value.partition(':')[2]}.", key=shape.key)


def _address(value: Any, names: Mapping[str, str]) -> str:
    if not isinstance(value, str) or value not in names:
        return ""
    record, _, number = value.partition(":")
    return f"{holders.holder(record).address}{number}/"
