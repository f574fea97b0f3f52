"""Questions about records of types of the house's own making: which somebody sees, found by words, and naming somebody."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from mutuals.base.fields import FieldKind, Shape, stored
from mutuals.base.patience import TooSlow, within
from mutuals.records import book, values
from mutuals.records.kinds import Kind, folded
from mutuals.records.models import Own
from mutuals.staff.permissions import may

_PATIENCE = 0.4  # seconds for records found by words


def visible_to(viewer: Any, kind: Kind) -> QuerySet[Own]:
    """The records of a type that a user may see: all or none, without the trash."""
    return with_gone(viewer, kind).filter(trashed_at=None)


def with_gone(viewer: Any, kind: Kind) -> QuerySet[Own]:
    """The same, with those in the trash."""
    rows = Own.objects.filter(type_id=kind.id)
    return rows if may(viewer, "own.view") else rows.none()


def find(viewer: Any, words: str, *, limit: int) -> list[tuple[Kind, Own]]:
    """Records of all types in use by words of their title, or by what people call them ("M-12"); the newest first.

    None where looking takes too long. Where the house made no types nothing is asked of the table.
    """
    kinds = {one.id: one for one in book.kinds() if not one.is_retired}
    text = folded(words)
    if not kinds or not text or not may(viewer, "own.view"):
        return []
    asked = Q(title_key__contains=text)
    letters, _, number = text.rpartition("-")
    if number.isascii() and number.isdecimal() and len(number) < 10:
        called = [one.id for one in kinds.values() if one.prefix.casefold() == letters]
        asked |= Q(type__in=called, number=int(number))
    try:
        with within(_PATIENCE, "too long"):
            rows = list(Own.objects.filter(asked, type__in=kinds, trashed_at=None).order_by("-pk")[:limit])
    except TooSlow:
        return []
    return [(kinds[row.type_id], row) for row in rows]


def references(record: str) -> list[tuple[Kind, Shape]]:
    """Which fields of types in use lead to a kind of record; of what this process remembers, so nothing is asked."""
    return [
        (kind, shape)
        for kind in book.remembered()
        if not kind.is_retired
        for shape in book.shapes(kind.record)
        if shape.kind is FieldKind.REFERENCE and shape.leads_to == record
    ]


def naming(viewer: Any, record: str, numbers: Iterable[int], *, limit: int = 20) -> list[tuple[Kind, Shape, list[Own]]]:
    """Records that name one of these by a reference, by field; the newest first, `limit` of each field."""
    if not may(viewer, "own.view") or not may(viewer, "field.view"):
        return []
    keys = [f"{record}:{number}" for number in numbers]
    found = []
    for kind, shape in references(record):
        asked = Q()
        for key in keys:
            asked |= Q(custom__contains={shape.key: key})
        rows = list(visible_to(viewer, kind).filter(asked).exclude(custom={}).order_by("-pk")[:limit])
        if rows:
            found.append((kind, shape, rows))
    return found


def holding(rows: QuerySet[Own], shape: Shape, told: str, *, by: Any) -> Own | None:
    """The one of `rows` that holds a value of a unique field, as somebody writes it. Misfit: no value of that field."""
    about = values.who_holds(shape, stored(shape, told, zone=ZoneInfo(by.zone or "UTC")))
    return rows.filter(pk=int(about.rpartition(":")[2])).first() if about else None
