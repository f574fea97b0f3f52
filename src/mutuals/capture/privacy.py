"""What this room holds of one person: handed over, or erased."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import Q

from mutuals.base import files
from mutuals.capture.models import Import, ImportTrouble, Outgoing, RawEvent
from mutuals.history.privacy import Gone
from mutuals.identity.models import Link
from mutuals.people.privacy import Holder

KEPT = "Nightly backups still hold them until the oldest one is replaced, seven days from now."


def export(who: Holder, interaction_ids: list[int]) -> dict[str, Any]:
    """What went out to them, and the rows of files that were not taken as they stood."""
    return {
        "outgoing": list(
            Outgoing.objects.filter(interaction_id__in=interaction_ids).values("do", "state", "created_at")
        ),
        "import rows": [row.row for row in _troubles(who)],
    }


def erase(who: Holder, gone: Gone, import_ids: list[int]) -> dict[str, int]:
    """Blank the bytes that their words came in by, rows and files of imports that name them, and what we sent."""
    counts = {
        "raw events blanked": RawEvent.objects.filter(pk__in=gone.raw_ids).update(body=b"") + _unread(who),
        "outgoing emptied": Outgoing.objects.filter(interaction_id__in=gone.interaction_ids).update(
            action={}, receipt={}
        ),
        "import rows": 0,
        "import files": 0,
    }
    troubles = [row.pk for row in _troubles(who)]
    counts["import rows"] = ImportTrouble.objects.filter(pk__in=troubles).delete()[0]
    for row in Import.objects.filter(pk__in=import_ids).exclude(blob=None):
        name = str(row.blob_id)
        row.blob, row.sniffed = None, {**row.sniffed, "sample": [], "sample_rows": []}
        row.save(update_fields=["blob", "sniffed"])
        if not Import.objects.filter(blob_id=name).exists():
            files.drop(name)
        counts["import files"] += 1
    return counts


def imports_of(who: Holder) -> list[int]:
    """The imports that brought this person, known from their links; asked before the links are gone."""
    by = Link.objects.filter(Q(person__in=who.person_ids) | Q(profile__in=who.profile_ids), by__startswith="import:")
    return sorted({int(text.split(":")[1]) for text in by.values_list("by", flat=True)})


def _needles(who: Holder) -> list[str]:
    return [key for network, key in who.handles if network != "mutuals" and len(key) > 3]


def _troubles(who: Holder) -> list[ImportTrouble]:
    needles = [needle.casefold() for needle in _needles(who)]
    if not needles:
        return []
    hit = "EXISTS (SELECT 1 FROM unnest(%s::text[]) n WHERE strpos(lower(row::text), n) > 0)"
    sql = f"SELECT * FROM capture_importtrouble WHERE {hit}"  # noqa: S608
    return list(ImportTrouble.objects.raw(sql, [needles]))


def _unread(who: Holder) -> int:
    """Raws that never became interactions (put aside, ignored, waiting) but hold one of their handles."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE capture_rawevent SET body = ''::bytea, state = 'refused', reason = 'Its author asked to be erased.'"
            " WHERE state IN ('parked', 'received', 'dropped', 'ignored') AND EXISTS ("
            "  SELECT 1 FROM unnest(%s::text[]) n WHERE position(convert_to(n, 'UTF8') IN body) > 0)",
            [_needles(who)],
        )
        return int(cursor.rowcount)
