"""What this room holds of one person: handed over, or erased."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any

from django.db import connection
from django.db.models import Q

from mutuals.base import clock, files, ids, undo
from mutuals.base.models import Entry, Once
from mutuals.capture import intake
from mutuals.capture._named import SHORTEST, Named
from mutuals.capture._packed import blobs_of
from mutuals.capture.imports import forget
from mutuals.capture.imports.naming import handles, names
from mutuals.capture.models import Cursor, Import, ImportTrouble, Outgoing, RawEvent, RawState, SendState
from mutuals.capture.seen import Looked, Seen, settled
from mutuals.history.privacy import Gone
from mutuals.identity.models import Link, LinkState
from mutuals.people.erased import Veil
from mutuals.people.models import Affiliation, Person, Profile
from mutuals.people.privacy import Holder

KEPT = (
    "Nightly backups still hold them until the oldest one is replaced, seven days from now; so do databases that a restore put"
    " aside, until they are dropped."
)
_NAMED_THEM = "Its file named somebody who was erased meanwhile and is gone. Upload one without them."
TYPED = """
SELECT 'source:' || id, 'name or governance', owner_id, concat_ws(' ', name, purpose, legal_basis, data_class, went_live_anyway)
    FROM channels_source
UNION ALL SELECT 'import:' || id, 'name of its file', by_id, file_name FROM capture_import
UNION ALL SELECT 'list:' || id, 'name or filters', owner_id, name || ' ' || query FROM staff_savedview
"""
"""What staff typed here and in the rooms below, as `typed` asks for it."""


def export(who: Holder, interaction_ids: list[int]) -> dict[str, Any]:
    """What went out to them, and the rows of files that were not taken as they stood."""
    return {
        "outgoing": list(
            Outgoing.objects.filter(interaction_id__in=interaction_ids).values("do", "state", "created_at")
        ),
        "import rows": [row.row for row in _troubles(who, Looked())],
    }


def search(who: Holder, touched: Gone) -> Seen:
    """Look through everything that takes long, before erasing goes alone; `touched` is what they stand in by now."""
    upto = [settled(model) for model in (RawEvent, ImportTrouble, Once)]
    kept = Import.objects.exclude(blob=None).exclude(pk__in=_linked(who))
    return Seen(
        who,
        raws=Looked([*_addressed(who, Looked()), *_unread(who, Looked())], upto[0]),
        troubles=Looked([row.pk for row in _troubles(who, Looked())], upto[1]),
        answers=Looked(_answers(who, touched, Looked()), upto[2]),
        imports={row.pk: (_asked(row), _names_them(row, who)) for row in kept},
    )


def erase(who: Holder, gone: Gone, import_ids: list[int], seen: Seen) -> dict[str, int]:
    """Blank the bytes that their words came in by, rows and files of imports that name them, and what we sent.

    Of raws, left out rows and kept answers only what was found, or is newer than what was `seen`, is looked at.
    """
    opened = RawEvent.objects.filter(pk__in=_addressed(who, seen.raws)).exclude(state=RawState.RECEIVED)
    raw_ids = {*gone.raw_ids, *opened.values_list("pk", flat=True)}
    counts = {
        "raw events blanked": intake.hide(raw_ids) + _refuse(_unread(who, seen.raws)),
        "outgoing emptied": _silence(gone.interaction_ids),
        "import rows": 0,
        "import files": 0,
        "answers kept for repeated requests": _empty(_answers(who, gone, seen.answers)),
        "what imports wrote of them": _forget_changes(who, raw_ids),
        "doubtful rows about them": _forget_doubts(who),
    }
    _forget_places(who, gone)
    troubles = [row.pk for row in _troubles(who, seen.troubles)]
    counts["import rows"] = ImportTrouble.objects.filter(pk__in=troubles).delete()[0]
    for row in Import.objects.filter(pk__in=import_ids).exclude(blob=None):
        forget.file(row, why=_NAMED_THEM, now=clock.now())
        counts["import files"] += 1
    return counts


def _forget_doubts(who: Holder) -> int:
    """Profiles that are nobody's, of rows that may be about them: while nobody said otherwise, they count as theirs."""
    asked = Link.objects.filter(
        person__in=who.person_ids, state=LinkState.SUGGESTED, until=None, by__startswith="import:"
    )
    rows = Profile.objects.filter(pk__in=asked.values("profile"), person=None, organisation=None)
    undo.forget([f"profile:{number}" for number in rows.values_list("pk", flat=True)])
    return rows.delete()[1].get("people.Profile", 0)


def _forget_changes(who: Holder, raw_ids: Iterable[int]) -> int:
    """What is kept of them so that an import could be taken back: nothing of theirs would come back by that."""
    places = Affiliation.objects.filter(person__in=who.person_ids).values_list("pk", flat=True)
    told: dict[str, Iterable[int]] = {
        "person": who.person_ids,
        "profile": who.profile_ids,
        "affiliation": places,
        "raw": raw_ids,
    }
    return undo.forget([f"{record}:{number}" for record, numbers in told.items() for number in numbers])


def imports_of(who: Holder, seen: Seen) -> list[int]:
    """The imports that brought this person, by their links, or whose file names them; asked before those are gone.

    They are locked, so that none of them goes on meanwhile. A file that was `seen` is not read again.
    """
    linked, found = _linked(who), []
    for row in Import.objects.exclude(blob=None).order_by("pk"):
        asked, is_named = seen.imports.get(row.pk, (None, False))
        if row.pk in linked or (is_named if asked == _asked(row) else _names_them(row, who)):
            found.append(row.pk)
    return list(Import.objects.select_for_update().filter(pk__in=found).order_by("pk").values_list("pk", flat=True))


def _linked(who: Holder) -> set[int]:
    by = Link.objects.filter(Q(person__in=who.person_ids) | Q(profile__in=who.profile_ids), by__startswith="import:")
    return {int(text.split(":")[1]) for text in by.values_list("by", flat=True)}


def _asked(of: Import) -> tuple[Any, ...]:
    """All by which the file of an import is read."""
    return of.blob_id, of.target, of.source_id, of.sniffed, of.mapping, of.options


def _names_them(of: Import, who: Holder) -> bool:
    return names(of, named=_sure(who), theirs=set(who.handles))


def _silence(interaction_ids: Sequence[int]) -> int:
    """What has not left does not leave any more; what was sent is emptied; what was told of either is forgotten."""
    rows = Outgoing.objects.filter(interaction_id__in=interaction_ids)
    about = [f"outgoing:{number}" for number in rows.values_list("pk", flat=True)]
    Entry.objects.filter(about__in=about).update(data={})
    carried = [name for (packed,) in rows.values_list("action") for name in blobs_of(packed)]
    rows.exclude(state=SendState.SENT).update(state=SendState.CANCELLED)
    count = rows.update(action={}, receipt={}, error="")
    files.drop_unused(carried)
    return count


def _named(who: Holder) -> Named:
    return Named(key for network, key in who.handles if network != "mutuals")


def sure_of(who: Holder) -> list[str]:
    """Their handles that are nobody else's wherever they stand. The number of a customer may be that of a street."""
    return [key for network, key in who.handles if not (network == "mutuals" or _is_number(network, key))]


def _sure(who: Holder) -> Named:
    return Named(sure_of(who))


def _is_number(network: str, key: str) -> bool:
    """Also a phone number without its country: another country has it as well."""
    is_at_home = network == "phone" and not key.startswith("+")
    return network.startswith("crm:") or is_at_home or (key.isdigit() and len(key) < 8)


_LIKELY = """
SELECT id FROM capture_importtrouble WHERE {looked} AND (
    lower(encode(convert_to(row::text || ' ' || reason, 'UTF8'), 'escape')) ~ %s
    OR regexp_replace(row::text, '[^0-9]', '', 'g') LIKE ANY(%s) OR row::text LIKE ANY(%s)
)
"""


def _troubles(who: Holder, looked: Looked) -> list[ImportTrouble]:
    """Left out rows that name them."""
    named, theirs = _sure(who), set(who.handles)
    numbers = [f"%{key[-6:]}%" for network, key in theirs if network == "phone" and key.startswith("+")]
    ids = ["%" + re.sub(r"([\\%_])", r"\\\1", key) + "%" for network, key in theirs if _is_number(network, key)]
    with connection.cursor() as cursor:
        words = named.like if named else "(?!)"
        cursor.execute(_LIKELY.replace("{looked}", looked.where), [*looked.values, words, numbers, ids])
        likely = [row[0] for row in cursor.fetchall()]
    rows = ImportTrouble.objects.filter(pk__in=likely).select_related("of").order_by("pk")
    return [row for row in rows if (named and named.in_text(_told(row))) or theirs & handles(row.row, row.of)]


def _told(row: ImportTrouble) -> str:
    return f"{json.dumps(row.row, ensure_ascii=False)} {row.reason}"


def _forget_places(who: Holder, gone: Gone) -> None:
    """Cursors remember posts to look at again, and whose page is whose: what is theirs is looked at no more."""
    veil = Veil(who.handles, gone.keys)
    for row in Cursor.objects.select_for_update().order_by("pk"):
        value = veil.without(row.value)
        if value != row.value:
            Cursor.objects.filter(pk=row.pk).update(value=value)


def _addressed(who: Holder, looked: Looked) -> list[int]:
    """Raws under a key that is an address of theirs, such as those of deletions and of what others did with their posts."""
    addresses = [key for network, key in who.handles if network != "mutuals" and ":" in key and len(key) >= SHORTEST]
    if not addresses:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM capture_rawevent WHERE {looked.where} AND key LIKE ANY(%s)",  # noqa: S608
            [*looked.values, ["%" + re.sub(r"([\\%_])", r"\\\1", key) + "%" for key in addresses]],
        )
        return [row[0] for row in cursor.fetchall()]


def _unread(who: Holder, looked: Looked) -> list[int]:
    """Raws that never became interactions (put aside, ignored, waiting) but hold one of their handles."""
    named = _named(who)
    if not named:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM capture_rawevent WHERE {looked.where}"  # noqa: S608
            " AND state IN ('parked', 'received', 'dropped', 'ignored')"
            " AND lower(encode(body, 'escape')) ~ %s ORDER BY id",
            [*looked.values, named.like],
        )
        likely = [row[0] for row in cursor.fetchall()]
    bodies = (RawEvent.objects.filter(pk=number).values_list("pk", "body").first() for number in likely)
    return [row[0] for row in bodies if row and named.in_bytes(bytes(row[1]))]


def _refuse(raw_ids: list[int]) -> int:
    RawEvent.objects.filter(pk__in=raw_ids).update(state=RawState.REFUSED, reason="Its author asked to be erased.")
    return intake.hide(raw_ids)


def _empty(answer_ids: list[int]) -> int:
    """The keys stay, so that a request that is sent again is not done again; `_once` says that the answer is gone."""
    return Once.objects.filter(pk__in=answer_ids).update(body=b"", status=HTTPStatus.GONE)


def _answers(who: Holder, gone: Gone, looked: Looked) -> list[int]:
    """Answers of the API that are kept for a day, to be given again, and may be about them."""
    words = [one for one in (_named(who), Named(names_of(who))) if one]
    theirs = {*who.person_ids, *who.profile_ids, *gone.conversation_ids, *gone.interaction_ids}
    hits = []
    for row in Once.objects.filter(looked.q).exclude(body=b"").only("body", "about").iterator(chunk_size=100):
        text = bytes(row.body).decode("utf-8", "replace")
        told = ids.named([re.findall(r"\d+", row.about), _read(text)])
        if row.about == "*" or theirs & told or any(one.in_text(text) for one in words):
            hits.append(row.pk)
    return hits


def _read(text: str) -> Any:
    """An answer as JSON; one that is none, as the words in it."""
    try:
        return json.loads(text)
    except ValueError:
        return re.split(r"\W+", text)


def names_of(who: Holder) -> set[str]:
    """Their names, and what their presences are called; to be asked while those are still there."""
    people = Person.objects.filter(pk__in=who.person_ids).values_list("name", flat=True)
    profiles = Profile.objects.filter(pk__in=who.profile_ids).values_list("name", "shown")
    return {*people, *(name for pair in profiles for name in pair)}
