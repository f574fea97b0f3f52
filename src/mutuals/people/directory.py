"""Questions about organisations: the list, who is there, and whose words belong on their page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Q

from mutuals.people.models import Affiliation, Organisation, Profile
from mutuals.people.names import fold
from mutuals.people.visibility import organisations_visible_to, visible_to

Place = tuple[str, int]
"""Where a walk through the list stands: (folded name, id) of the last row."""


@dataclass(frozen=True, slots=True)
class Page:
    """Rows with `people`, how many have a place there now, and where to go on (None = the end)."""

    rows: tuple[Organisation, ...]
    after: Place | None


@dataclass(frozen=True, slots=True)
class Span:
    """A profile, and from when to when its words are the organisation's; both days belong to it, None = open."""

    profile_id: int
    since: date | None = None
    until: date | None = None


def list_organisations(viewer: Any, *, text: str = "", after: Place | None = None, limit: int = 50) -> Page:
    """A page of organisations by name, of those whose name or domain holds `text`."""
    rows = _found(viewer, text).order_by("name_key", "pk")
    if after:
        rows = rows.filter(Q(name_key__gt=after[0]) | Q(name_key=after[0], pk__gt=after[1]), name_key__gte=after[0])
    found = list(rows.select_related("owner")[: limit + 1])
    shown = found[:limit]
    counted = dict(
        Affiliation.objects.filter(organisation__in=[one.pk for one in shown], until=None)
        .values("organisation")
        .annotate(people=Count("person__canonical", distinct=True))
        .values_list("organisation", "people")
    )
    for one in shown:
        one.people = counted.get(one.pk, 0)
    return Page(tuple(shown), (shown[-1].name_key, shown[-1].pk) if len(found) > limit else None)


def places_in(viewer: Any, organisation: Organisation, *, limit: int = 200) -> list[Affiliation]:
    """Who has or had a place there, of those that `viewer` may see; present ones first."""
    rows = Affiliation.objects.filter(organisation=organisation, person__canonical__in=visible_to(viewer))
    ordered = rows.order_by(F("until").desc(nulls_first=True), "person__canonical__name_key", "pk")
    return list(ordered.select_related("person__canonical")[:limit])


def spans_of(organisation: Organisation) -> list[Span]:
    """The organisation's own profiles, and those of its people for the time that they were there."""
    own = [Span(pk) for pk in Profile.objects.filter(organisation=organisation).values_list("pk", flat=True)]
    times: dict[int, list[tuple[date | None, date | None]]] = {}
    places = Affiliation.objects.filter(organisation=organisation)
    for person, since, until in places.values_list("person__canonical_id", "since", "until"):
        times.setdefault(person, []).append((since, until))
    theirs = Profile.objects.filter(person__canonical__in=times).values_list("pk", "person__canonical_id")
    return own + [Span(pk, *time) for pk, person in theirs for time in times[person]]


def _found(viewer: Any, text: str) -> Any:
    rows = organisations_visible_to(viewer)
    key = fold(text)[:200]
    return rows.filter(Q(name_key__contains=key) | Q(domain__contains=key)) if key else rows
