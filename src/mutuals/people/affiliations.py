"""Places that people have in organisations: changed, taken out again, and what an address suggests. A person may have several
at once, and had others before; nobody but staff decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from mutuals.base import clock, journal
from mutuals.people.models import Affiliation, Organisation, Person, Profile
from mutuals.people.names import tidy
from mutuals.people.persons import Unfit, held
from mutuals.people.visibility import organisations_visible_to, visible_to
from mutuals.staff.models import User
from mutuals.staff.permissions import require

_MOST = 200
_SUGGESTED = 3
_FIELDS = ("role", "since", "until", "is_main")


def check_days(since: date | None, until: date | None) -> None:
    """Unfit: a day out of any calendar, or an end before its beginning."""
    for field, day in (("since", since), ("until", until)):
        if day and not 1900 <= day.year <= 2200:
            raise Unfit("A day lies between 1900 and 2200.", field=field)
    if since and until and until < since:
        raise Unfit("The end lies before the beginning.", field="until")


def seen(viewer: Any) -> QuerySet[Affiliation]:
    """The places that a user may see: of people whom they see, in organisations."""
    rows = Affiliation.objects.filter(person__canonical__in=visible_to(viewer))
    return rows.filter(organisation__in=organisations_visible_to(viewer)).select_related(
        "person__canonical", "organisation"
    )


def of_person(viewer: Any, person: Person) -> list[Affiliation]:
    """Where somebody is and was, in all their merged rows: the main place first, then those of today, then former ones."""
    rows = seen(viewer).filter(person__canonical=person.canonical_id)
    return list(
        rows.order_by("-is_main", F("until").desc(nulls_first=True), F("since").desc(nulls_last=True), "pk")[:_MOST]
    )


@transaction.atomic
def change(place: Affiliation, *, by: User, changes: Mapping[str, Any]) -> Affiliation:
    """Change role, days and whether it is the main place. The same again is nothing.

    Unfit: days out of order, or a place that the person has already.
    """
    row = _held(place, by=by)
    unknown = next((name for name in changes if name not in _FIELDS), None)
    if unknown is not None:
        raise Unfit(f"There is no field “{unknown[:40]}” to edit.", field=unknown)
    before = {name: getattr(row, name) for name in _FIELDS}
    after = before | dict(changes)
    after["role"] = tidy(str(after["role"] or ""), at_most=120)
    check_days(after["since"], after["until"])
    if after["until"] and after["until"] < clock.now().date():  # a former place is nobody's main one
        after["is_main"] = False
    theirs = Affiliation.objects.filter(person__canonical=row.person.canonical_id).exclude(pk=row.pk)
    if theirs.filter(organisation=row.organisation_id, role=after["role"], since=after["since"]).exists():
        raise Unfit("They have this very place already.", field="role")
    if before == after:
        return row
    if after["is_main"]:
        theirs.filter(is_main=True).update(is_main=False)
    for name, value in after.items():
        setattr(row, name, value)
    row.save(update_fields=list(_FIELDS))
    changed = {name: [_plain(before[name]), _plain(after[name])] for name in _FIELDS if before[name] != after[name]}
    journal.note("person.place_changed", row.person.canonical, by=by, organisation=row.organisation_id, changes=changed)
    return row


@transaction.atomic
def remove(place: Affiliation, *, by: User) -> None:
    """Take out a place that never was. Who was there and left keeps the place, with its last day."""
    row = _held(place, by=by)
    journal.note("person.place_removed", row.person.canonical, by=by, organisation=row.organisation_id, role=row.role)
    row.delete()


def suggested(viewer: Any, person: Person) -> list[Organisation]:
    """Organisations whose web domain one of somebody's addresses is of, where they have no place yet. Never more than a
    suggestion: the domains of mail providers are nobody's, and whoever writes from an office need not work there.
    """
    keys = Profile.objects.filter(person__canonical=person.canonical_id, network="email").values_list("key", flat=True)
    domains = {key.rpartition("@")[2].casefold() for key in keys[:_MOST]} - {""}
    if not domains:
        return []
    there = Affiliation.objects.filter(person__canonical=person.canonical_id).values("organisation")
    rows = organisations_visible_to(viewer).filter(domain__in=domains).exclude(pk__in=there)
    return list(rows.order_by("pk")[:_SUGGESTED])


def _held(place: Affiliation, *, by: User) -> Affiliation:
    """The place as it is now, its person held. Unfit: it is not there any more."""
    require(by, "person.edit", place.person)
    held(place.person_id)
    row = (
        Affiliation.objects.select_for_update(of=("self",))
        .select_related("person__canonical")
        .filter(pk=place.pk)
        .first()
    )
    if row is None:
        raise Unfit("This place is not there any more.", field="")
    return row


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
