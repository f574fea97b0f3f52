"""What this room holds of one person: handed over, or erased."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from mutuals.base import undo
from mutuals.base.models import Entry
from mutuals.people import erased
from mutuals.people.models import Affiliation, Consent, Fact, Person, Profile
from mutuals.people.profiles import OWN, Pair, page_of
from mutuals.records import values as house

TYPED = """
SELECT 'purpose:' || id, 'label or words of a purpose', NULL::bigint, concat_ws(' ', label, words) FROM people_purpose
UNION ALL SELECT 'person:' || person_id, 'words of a consent', NULL::bigint, words FROM people_consent
    WHERE words <> '' AND person_id IS NOT NULL
"""
"""What staff typed here of people, as `capture.typed` asks for it."""
_READ = ("pk", "network", "key", "url", "name", "fields")
_Row = tuple[int, str, str, str, str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Holder:
    """One human in all their rows: merged persons and every profile, with the handles that must stay out."""

    person: Person
    person_ids: tuple[int, ...]
    profile_ids: tuple[int, ...]
    handles: tuple[tuple[str, str], ...]


def holder(person: Person) -> Holder:
    """Everything by which the other rooms find what they hold of a person; two queries, or three where they have accounts.

    An address or number that staff wrote down for them is theirs as well, with the profile of it that is nobody's;
    so is the page of an account, under which it would come in again, and the row of the same account that is nobody's.
    """
    people = {row[0]: row[1:] for row in _rows(person)}
    told = [("email", row[0]) for row in people.values()] + [("phone", row[1]) for row in people.values()]
    written = {(network, key) for network, key in told if key}
    theirs = Q(person__in=people)
    for network, key in written:
        theirs |= Q(network=network, key=key, person=None, organisation=None)
    rows = list(Profile.objects.filter(theirs).values_list(*_READ))
    rows += _doubles(rows)
    written |= {
        (name, str(fields[name].get("value")))
        for _, network, _, _, _, fields in rows
        if network == OWN
        for name in ("email", "phone")
        if fields.get(name, {}).get("value")
    }
    handles = {(network, key) for _, network, key, *_ in rows} | written
    handles |= {page for _, network, key, url, *_ in rows if (page := page_of((network, key), url))}
    return Holder(person, tuple(people), tuple(row[0] for row in rows), tuple(sorted(handles)))


def _doubles(rows: Iterable[_Row]) -> list[_Row]:
    """The rows of the same accounts that are nobody's: one was known by its page before the other came with its id."""
    asked, pages = Q(), set[Pair]()
    for _, network, key, url, name, _ in rows:
        page = page_of((network, key), url)
        if name and (page or ("@" in name and key == url)):
            pages.add(page or (network, key))
            asked |= Q(network=network, key=page[1], name=name) if page else Q(network=network, url=key, name=name)
    if not pages:
        return []
    free = Profile.objects.filter(asked, person=None, organisation=None, is_ours=False)
    return [row for row in free.values_list(*_READ) if row[1:3] in pages or page_of(row[1:3], row[3]) in pages]


def _rows(person: Person) -> list[tuple[int, str, str]]:
    return list(Person.objects.filter(canonical_id=person.canonical_id).values_list("pk", "email", "phone"))


def export(who: Holder) -> dict[str, Any]:
    """Persons, profiles, affiliations, facts and the journal, as plain JSON values."""
    return {
        "persons": list(Person.objects.filter(pk__in=who.person_ids).values()),
        "profiles": list(Profile.objects.filter(pk__in=who.profile_ids).values()),
        "affiliations": list(
            Affiliation.objects.filter(person__in=who.person_ids).values(
                "organisation__name", "role", "since", "until", "is_main"
            )
        ),
        "facts": list(
            Fact.objects.filter(person__in=who.person_ids).values("name", "value", "source", "confidence", "at")
        ),
        "consents": list(
            _consents(who)
            .order_by("at", "pk")
            .values("purpose__key", "purpose__label", "basis", "state", "at", "until", "source", "words", "by")
        ),
        "journal": list(Entry.objects.filter(about__in=_keys(who)).values("at", "kind", "by", "data")),
    }


def erase(who: Holder, *, now: datetime) -> dict[str, int]:
    """Delete the rows, empty the journal of values, and keep the handles out. Called last: other rooms need the rows."""
    erased.keep_out([pair for pair in who.handles if pair[0] != "mutuals"], now=now)
    counts = {
        "affiliations": Affiliation.objects.filter(person__in=who.person_ids).delete()[0],
        "facts": Fact.objects.filter(person__in=who.person_ids).delete()[0],
        "consents": _consents(who).delete()[0],
        "changes of lists": undo.forget([f"person:{number}" for number in who.person_ids]),
        "unique values": house.forget(f"person:{number}" for number in who.person_ids),
        "profiles": Profile.objects.filter(pk__in=who.profile_ids).delete()[1].get("people.Profile", 0),
        "journal entries emptied": Entry.objects.filter(about__in=_keys(who)).update(data={}),
    }
    with connection.cursor() as cursor:  # in one statement, as merged persons point at each other
        cursor.execute("DELETE FROM people_heard WHERE person_id = ANY(%s)", [list(who.person_ids)])
        cursor.execute("DELETE FROM people_person WHERE id = ANY(%s)", [list(who.person_ids)])
        counts["persons"] = int(cursor.rowcount)
    return counts


def _consents(who: Holder) -> QuerySet[Consent]:
    return Consent.objects.filter(Q(person__in=who.person_ids) | Q(profile__in=who.profile_ids))


def _keys(who: Holder) -> list[str]:
    return [f"person:{number}" for number in who.person_ids] + [f"profile:{number}" for number in who.profile_ids]
