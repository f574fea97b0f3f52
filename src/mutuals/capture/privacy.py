"""What this room holds of one person: handed over, or erased."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Q

from mutuals.base import files
from mutuals.base.models import Entry
from mutuals.capture.models import Import, ImportTrouble, Outgoing, RawEvent, SendState
from mutuals.history.models import Interaction
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
        "outgoing emptied": _silence(gone.interaction_ids),
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
    """The imports that brought this person or their words, by their links and sources; asked before those are gone."""
    by = Link.objects.filter(Q(person__in=who.person_ids) | Q(profile__in=who.profile_ids), by__startswith="import:")
    named = {int(text.split(":")[1]) for text in by.values_list("by", flat=True)}
    sources = Interaction.objects.filter(profile__in=who.profile_ids).values("source_id")
    return sorted(named | set(Import.objects.filter(source__in=sources).values_list("pk", flat=True)))


def _silence(interaction_ids: Sequence[int]) -> int:
    """What has not left does not leave any more; what was sent is emptied; what was told of either is forgotten."""
    rows = Outgoing.objects.filter(interaction_id__in=interaction_ids)
    about = [f"outgoing:{number}" for number in rows.values_list("pk", flat=True)]
    Entry.objects.filter(about__in=about).update(data={})
    rows.exclude(state=SendState.SENT).update(state=SendState.CANCELLED)
    return rows.update(action={}, receipt={}, error="")


def _needles(who: Holder) -> list[str]:
    """Regular expressions of their handles, each as a whole: Bea's address is no part of Libea's, 1002 none of 21002.

    They are asked of bytes in PostgreSQL's format "escape", in small letters. A handle of three letters finds too much.
    """
    keys = [key.casefold() for network, key in who.handles if network != "mutuals" and len(key) > 3]
    plain = ["".join(chr(byte) if byte < 128 else f"\\{byte:03o}" for byte in key.encode()) for key in keys]
    return [rf"(^|[^a-z0-9._+%-]){re.escape(one)}($|[^a-z0-9@_+%-])" for one in plain]


def _troubles(who: Holder) -> list[ImportTrouble]:
    hit = "lower(encode(convert_to(row::text, 'UTF8'), 'escape')) ~ ANY(%s)"
    sql = f"SELECT * FROM capture_importtrouble WHERE {hit}"  # noqa: S608
    return list(ImportTrouble.objects.raw(sql, [_needles(who)]))


def _unread(who: Holder) -> int:
    """Raws that never became interactions (put aside, ignored, waiting) but hold one of their handles."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE capture_rawevent SET body = ''::bytea, state = 'refused', reason = 'Its author asked to be erased.'"
            " WHERE state IN ('parked', 'received', 'dropped', 'ignored') AND lower(encode(body, 'escape')) ~ ANY(%s)",
            [_needles(who)],
        )
        return int(cursor.rowcount)
