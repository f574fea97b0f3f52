"""One person's way out: everything we hold handed over, or erased, room by room, with a receipt that is true."""

from __future__ import annotations

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from django.db import transaction

from mutuals.base import files, gate, journal, leaving
from mutuals.base.ids import new_token
from mutuals.base.models import Blob, Entry
from mutuals.capture import privacy as capture
from mutuals.capture.models import Outgoing
from mutuals.capture.seen import Seen
from mutuals.capture.typed import Place, Sought
from mutuals.history import privacy as history
from mutuals.history.models import Direction, Interaction
from mutuals.people import privacy as people
from mutuals.people.models import Person, Receipt
from mutuals.people.persons import held
from mutuals.staff.models import User
from mutuals.staff.permissions import require

MOST_PLACES = 200
_NAMED = "What staff typed ({places}) is not rewritten. Their names, addresses and numbers were searched in it: {found}"


@transaction.atomic
def export(person: Person, *, by: User, now: datetime) -> tuple[Blob, Receipt]:
    """A ZIP with one JSON file a room and the files themselves, and a receipt that counts what is in it.

    Refused (Gone): somebody who was erased meanwhile.
    """
    require(by, "person.export", person)
    who = people.holder(held(person.canonical_id))
    parts = leaving.exported(leaving.Leaver(who, now))
    with tempfile.TemporaryFile() as draft:
        _zip(draft, parts, now)
        draft.seek(0)
        digest = hashlib.file_digest(draft, "sha256").hexdigest()
        draft.seek(0)
        blob = files.keep(iter(lambda: draft.read(1 << 20), b""), media_type="application/zip")
    counts = {room: {name: len(rows) for name, rows in part.items()} for room, part in parts.items()}
    receipt = _receipt("export", by=by, now=now, counts=counts, kept=[], sha256=digest)
    journal.note("person.exported", person, by=by, receipt=receipt.reference)
    return blob, receipt


def _zip(draft: IO[bytes], parts: dict[str, dict[str, Any]], now: datetime) -> None:
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as package:
        for room, part in parts.items():
            package.writestr(f"{room}.json", json.dumps(part, default=str, ensure_ascii=False, indent=1))
        for row in parts["history"]["files"]:
            if row["blob_id"] and files.path(row["blob_id"]).exists():
                package.write(files.path(row["blob_id"]), f"files/{row['interaction_id']}-{_safe(row['name'])}")
        for row in parts["staff"]["files"]:
            if files.path(row["blob_id"]).exists():
                package.write(files.path(row["blob_id"]), f"files/on-records-{row['id']}-{_safe(row['name'])}")
        package.writestr("README.txt", f"Everything Mutuals held of one person on {now:%Y-%m-%d %H:%M} UTC, by room.\n")


def _safe(name: str) -> str:
    kept = "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in name)
    return kept.lstrip(".")[:80] or "file"


def erase(person: Person, *, by: User, now: datetime) -> Receipt:
    """Erase one person from every table and file, and keep their handles out. It cannot be undone; the receipt stays.

    Bytes and files are searched first, while everybody works on. Then it waits for what is on its way in and for those
    who write about people; they wait for it, and find that the person is gone. Refused (Gone): somebody who was erased
    before.
    """
    require(by, "person.erase", person)
    who = people.holder(person)
    named = _typed(Sought(who))
    return _erase(person, by=by, now=now, seen=capture.search(who, history.touched(who)), named=named)


def _typed(sought: Sought, among: Sequence[Place] | None = None) -> list[Place]:
    """Where words that staff typed name one person; looked for again in the records of `among` alone, where it is given."""
    return [place for part in leaving.parts() if part.typed for place in sought.places(part.typed, among=among)]


@transaction.atomic
def _erase(person: Person, *, by: User, now: datetime, seen: Seen, named: Sequence[Place]) -> Receipt:
    """The part that goes alone."""
    gate.shut()
    who = people.holder(held(person.canonical_id))
    them = leaving.Leaver(who, now, seen=seen.of(who))
    _hold_outgoing(who)
    packages = _drop_packages(who)
    journal.note("person.erased", person, by=by)
    sought = Sought(who)
    counts: dict[str, dict[str, int]] = {"packages handed over before": {"files": packages}} if packages else {}
    counts |= leaving.erased(them)
    places = _typed(sought, among=named if them.seen.who is not None else None)
    kept = [words for part in leaving.parts() if (words := part.kept(counts.get(part.room, {})))]
    kept.append(_said_of(places))
    return _receipt("erase", by=by, now=now, counts=counts, kept=kept, places=places[:MOST_PLACES])


@dataclass(frozen=True, slots=True)
class Told:
    """A place as a receipt shows it: the text key of the record, where in it, and the name of whose it is (None = nobody's)."""

    about: str
    where: str
    owner: str | None


def places_of(receipt: Receipt) -> list[Told]:
    """The places in which staff's words name who was erased, as the receipt keeps them."""
    names = dict(User.objects.filter(pk__in=[one["of"] for one in receipt.places]).values_list("pk", "name"))
    return [Told(one["about"], one["where"], names.get(one["of"])) for one in receipt.places]


def _said_of(places: Sequence[Place]) -> str:
    """What the receipt says of them in a sentence."""
    searched = ", ".join(part.typed_in for part in leaving.parts() if part.typed_in)
    if not places:
        return _NAMED.format(places=searched, found="they stand nowhere.")
    more = f", of which the first {MOST_PLACES} are listed" if len(places) > MOST_PLACES else ""
    found = "one place names them" if len(places) == 1 else f"{len(places)} places name them"
    return _NAMED.format(places=searched, found=f"{found}{more}. Somebody has to decide about each.")


def _hold_outgoing(who: people.Holder) -> None:
    """Let what is being sent to them right now be noted first: that locks the same rows, beginning with these."""
    numbers = Interaction.objects.filter(profile__in=who.profile_ids, direction=Direction.OUT).values_list(
        "pk", flat=True
    )
    list(Outgoing.objects.select_for_update().filter(interaction_id__in=list(numbers)).order_by("pk").values_list("pk"))


def _drop_packages(who: people.Holder) -> int:
    """Delete the packages of earlier exports, which the journal knows by their receipts."""
    about = [f"person:{number}" for number in who.person_ids]
    told = Entry.objects.filter(kind="person.exported", about__in=about).values_list("data__receipt", flat=True)
    names = Receipt.objects.filter(reference__in=list(told)).exclude(sha256="").values_list("sha256", flat=True)
    there = [name for name in names if files.path(name).exists()]
    files.drop_unused(there)
    return len(there)


def _receipt(
    kind: str,
    *,
    by: User,
    now: datetime,
    counts: dict[str, dict[str, int]],
    kept: list[str],
    sha256: str = "",
    places: Sequence[Place] = (),
) -> Receipt:
    return Receipt.objects.create(
        reference=f"{kind}-{now:%Y%m%d}-{new_token()[:10]}",
        kind=kind,
        at=now,
        by=by,
        counts=counts,
        kept=kept,
        places=[place.plain() for place in places],
        sha256=sha256,
    )
