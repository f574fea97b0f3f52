"""What is held here of one person: records of the house's own making that name them; and what staff typed, for the search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from mutuals.base.fields import FieldKind
from mutuals.base.models import Entry
from mutuals.records import book, holders
from mutuals.records.models import Own, Relation

_LABELS = """
SELECT 'customfield:' || id, 'field', NULL::bigint, concat_ws(' ', label, section, help, options::text) FROM records_customfield
UNION ALL SELECT 'type:' || id, 'type', NULL::bigint, concat_ws(' ', name, plural, title_label) FROM records_type
UNION ALL SELECT 'relation:' || id, 'note', NULL::bigint, note FROM records_relation WHERE note <> ''
UNION ALL SELECT 'relationkind:' || id, 'words', NULL::bigint, concat_ws(' ', words, inverse) FROM records_relationkind
UNION ALL SELECT 'own:' || id, 'title or fields', owner_id, concat_ws(' ', title, custom::text) FROM records_own
"""


def typed() -> str:
    """One statement over names of types and fields, the records of types, and the values of all other kinds of records."""
    tables = ((one.record, one.rows().model._meta.db_table) for one in holders.brought())
    return _LABELS + "".join(
        f"UNION ALL SELECT '{record}:' || id, 'fields', NULL::bigint, custom::text FROM {table} WHERE custom <> '{{}}'\n"  # noqa: S608
        for record, table in tables
    )


def export(person_ids: Sequence[int]) -> dict[str, Any]:
    """Records that name them, those in the trash as well: of which type, under which title, in which field."""
    told = [
        {"record": f"own:{row.pk}", "title": row.title, "field": key}
        for key, about, row in _named(person_ids)
        if row.custom.get(key) == about
    ]
    related = [
        {
            "kind": row.kind,
            "from": row.one,
            "to": row.other,
            "since": _day(row.since),
            "until": _day(row.until),
            "note": row.note,
        }
        for row in _related(person_ids)
    ]
    return {"named by records of own types": told, "relations": related}


def erase(person_ids: Sequence[int]) -> dict[str, int]:
    """Records stay, and name them no more; nor does what the journal tells of their edits."""
    keys = {f"person:{number}" for number in person_ids}
    touched = {row.pk: row for _, _, row in _named(person_ids)}
    for row in touched.values():
        row.custom = {key: value for key, value in row.custom.items() if value not in keys}
    Own.objects.bulk_update(touched.values(), ["custom"], batch_size=500)
    _forget(touched, keys)
    return {"named by records of own types": len(touched), "relations": _related(person_ids).delete()[0]}


def naming(person_ids: Sequence[int]) -> set[int]:
    """The records of types that name them."""
    return {row.pk for _, _, row in _named(person_ids)}


def _related(person_ids: Sequence[int]) -> QuerySet[Relation]:
    keys = [f"person:{number}" for number in person_ids]
    return Relation.objects.filter(Q(one__in=keys) | Q(other__in=keys))


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _named(person_ids: Iterable[int]) -> list[tuple[str, str, Own]]:
    """Every field, retired ones too, that leads to people and names one of these."""
    found, rows = [], dict[int, Own]()
    for kind in book.kinds():
        for shape in book.every(kind.record):
            if shape.kind is not FieldKind.REFERENCE or shape.leads_to != "person":
                continue
            for about in (f"person:{number}" for number in person_ids):
                asked = Q(type_id=kind.id, custom__contains={shape.key: about}) & ~Q(custom={})
                found += [(shape.key, about, rows.setdefault(row.pk, row)) for row in Own.objects.filter(asked)]
    return found


def _forget(numbers: Iterable[int], keys: set[str]) -> None:
    """Empty the entries about these records that name one of the keys, also where the field names somebody else by now."""
    for entry in Entry.objects.filter(about__in=[f"own:{number}" for number in numbers], kind__startswith="own."):
        changes = entry.data.get("changes") or {}
        kept = {name: pair for name, pair in changes.items() if not keys.intersection(map(str, pair))}
        if len(kept) < len(changes):
            Entry.objects.filter(pk=entry.pk).update(data={**entry.data, "changes": kept})
