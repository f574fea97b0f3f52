"""What was done with a person's record, in words: who did it, what, and to which presence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mutuals.base import journal
from mutuals.base.models import Entry
from mutuals.people import queries as people
from mutuals.people.models import Person, Profile
from mutuals.people.visibility import sees_contacts
from mutuals.staff.models import User
from mutuals.web.frame import talk

ENTRIES = 100
_WORDS = {
    "person.added": "entered this person",
    "person.edited": "changed the record",
    "person.merged": "joined two people",
    "person.unmerged": "took a merge back",
    "person.split": "split presences off",
    "person.unsplit": "took a split back",
    "person.affiliated": "noted a place in an organisation",
    "person.left": "ended a place in an organisation",
    "person.noted": "wrote a note",
    "profile.linked": "linked {presence}",
    "profile.unlinked": "unlinked {presence}",
    "profile.proven": "proved {presence} to be theirs",
    "profile.unproven": "found a proof of {presence} gone",
    "profile.contradicted": "found that {presence} may be somebody else’s",
    "profile.renamed": "saw {presence} change its handle and its name",
    "profile.labelled": "labelled {presence}",
    "code.made": "sent a code",
    "code.returned": "got the code back from {presence}",
    "code.withdrawn": "withdrew a code",
    "account.signed_in": "saw them sign in as {presence}",
    "account.vouched": "vouched for {presence}",
}
_WHO = {"machine:proofs": "A proof", "machine:identity": "The clues", "machine:renames": "The watch on names"}


def entries(person: Person, viewer: User) -> list[dict[str, Any]]:
    """What was done with the person's record, newest first, with before and after."""
    rows = journal.of(*(f"person:{number}" for number in people.cluster(person)))[:ENTRIES]
    found = list({_deed(one): one for one in rows}.values())
    ids = {int(one.by[6:]) for one in found if one.by.startswith("staff:") and one.by[6:].isdecimal()}
    names = _WHO | {f"staff:{user.pk}": str(user) for user in User.objects.filter(pk__in=ids)}
    presences = _presences(found, full=sees_contacts(viewer))
    return [
        {
            "at": one.at,
            "who": names.get(one.by, one.by.replace(":", " ").capitalize()),
            "what": _words(one, presences),
            "changes": sorted(_data(one).get("changes", {}).items()),
        }
        for one in found
    ]


def _words(entry: Entry, presences: dict[int, str]) -> str:
    words = _WORDS.get(entry.kind, entry.kind.replace(".", " ").replace("_", " "))
    number = _data(entry).get("profile")
    presence = presences.get(number, f"presence {number}") if isinstance(number, int) else "a presence"
    return words.replace("{presence}", presence)


def _presences(found: Iterable[Entry], *, full: bool) -> dict[int, str]:
    ids = {number for one in found if isinstance(number := _data(one).get("profile"), int)}
    return {row.pk: talk.handle_of(row, full=full) for row in Profile.objects.filter(pk__in=ids)}


def _data(entry: Entry) -> dict[str, Any]:
    return entry.data if isinstance(entry.data, dict) else {}


def _deed(entry: Entry) -> tuple[str, int]:
    """A merge or a split is noted of both persons; on one page it is one line."""
    data = _data(entry)
    return (entry.kind, data.get("merge") or data.get("split") or -entry.pk)
