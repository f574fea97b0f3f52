"""A person's presences with how sure we are, and how we know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from mutuals.identity import queries
from mutuals.identity.evidence import percent
from mutuals.identity.link import links_of
from mutuals.identity.models import Link, LinkState
from mutuals.identity.renamed import CLUE
from mutuals.identity.why import in_words
from mutuals.people.models import Person, Profile
from mutuals.people.visibility import Called, called, sees_contacts
from mutuals.staff.models import User
from mutuals.staff.permissions import may
from mutuals.web.frame import talk
from mutuals.web.review.shown import Told, clues, decision

OWN = "mutuals"
MOST = 12  # clues of one presence
_ORDER = {LinkState.PROVEN: 0, LinkState.CONFIRMED: 1, LinkState.SUGGESTED: 2, LinkState.REJECTED: 3}


@dataclass(frozen=True, slots=True)
class Identity:
    """One presence, its state, and how we know: clues with their weights and leads, how probable, among how many."""

    id: int  # of the profile
    link_id: int
    icon: str
    name: str
    network: str
    label: str  # personal, work, shared, bot, or ""
    url: str
    state: str
    words: str  # the state as a screen says it
    is_rejected: bool
    is_suggested: bool
    clues: list[Told]
    said: str  # the decision in a sentence
    by: str
    by_url: str  # the import that told it, for those who may look at imports
    since: datetime | None
    sure: float | None
    percent: str
    pool: int | None
    edge_id: int | None  # of a suggestion, or an account that may have been passed on: the pair in the review
    changed: str  # that handle and shown name changed at once, and when


def identities(person: Person, profiles: Sequence[Profile], viewer: User) -> list[Identity]:
    """Live links first, rejected ones last; the own record is not shown. At most two queries, three with suggestions."""
    links = links_of(person)
    names = _names(links)
    pairs = _pairs(links, person)
    found = [
        _identity(link.profile, link, names, pairs.get(link.profile_id), viewer)
        for link in links
        if link.profile.network != OWN
    ]
    linked = {link.profile_id for link in links}
    rest = [one for one in profiles if one.pk not in linked and one.network != OWN]
    found += [_identity(one, None, names, None, viewer) for one in rest]
    return sorted(found, key=lambda one: (_ORDER.get(LinkState(one.state), 2), one.network, one.id))


@dataclass(frozen=True, slots=True)
class Double:
    """Somebody else on record who may be the same human, and the pair in the review."""

    edge_id: int
    name: Called
    person_id: int
    sure: float | None
    percent: str


def doubles(person: Person, profiles: Sequence[Profile], viewer: User) -> list[Double]:
    """Who is asked about as perhaps one with a person, likeliest first; one query. Empty for who may not answer."""
    own = [one.pk for one in profiles if one.network == OWN]
    if not own or not may(viewer, "person.merge"):
        return []
    full, found = sees_contacts(viewer), []
    for edge in queries.of_profiles(own):
        other = next((who for end in (edge.a, edge.b) if (who := queries.person_of(end)) not in (None, person)), None)
        if other is not None and edge.a.network == edge.b.network == OWN:
            told = called(other, full=full), other.pk, edge.probability, percent(edge.probability)
            found.append(Double(edge.pk, *told))
    return found


def _pairs(links: Sequence[Link], person: Person) -> dict[int, int]:
    """Where each suggestion, and each account that may have been passed on, waits in the review: edge by profile."""
    asked = {link.profile_id for link in links if link.state == LinkState.SUGGESTED or _changed(link)}
    found: dict[int, int] = {}
    for edge in queries.of_profiles(asked) if asked else []:
        ends = {edge.a_id: edge.b, edge.b_id: edge.a}
        for number, other in ends.items():
            if number in asked and other.person is not None and other.person.canonical_id == person.pk:
                found[number] = edge.pk
    return found


def _identity(
    profile: Profile, link: Link | None, names: dict[str, str], edge_id: int | None, viewer: User
) -> Identity:
    full = sees_contacts(viewer)
    state = link.state if link else LinkState.CONFIRMED.value
    sure = link.probability if link else None
    return Identity(
        profile.pk,
        link.pk if link else 0,
        talk.icon_of(profile.network),
        talk.handle_of(profile, full=full),
        talk.label_of(profile.network),
        "bot" if profile.is_bot else profile.label,
        profile.url if profile.url.startswith("https://") else "",
        state,
        in_words(state, link.by) if link else state,
        state == LinkState.REJECTED,
        state == LinkState.SUGGESTED,
        clues(link, full=full)[:MOST],
        decision(link),
        _by(link, names),
        _import_of(link, viewer),
        link.since if link else None,
        sure,
        percent(sure),
        link.pool if link else None,
        edge_id,
        _changed(link) if link else "",
    )


def _changed(link: Link) -> str:
    return next((str(one.get("words", "")) for one in link.because if one.get("clue") == CLUE), "")


def _by(link: Link | None, names: dict[str, str]) -> str:
    """Who said so; "" where nothing is kept, and where the words of the state say it already."""
    if link is None or in_words(link.state, link.by) != link.state:
        return ""
    return names.get(link.by, link.by.replace(":", " "))


def _import_of(link: Link | None, viewer: User) -> str:
    kind, _, number = link.by.partition(":") if link else ("", "", "")
    known = kind == "import" and number.isascii() and number.isdecimal() and len(number) < 19
    return reverse("import", args=[int(number)]) if known and may(viewer, "import.run") else ""


def _names(links: Sequence[Link]) -> dict[str, str]:
    ids = {int(one.by[6:]) for one in links if one.by.startswith("staff:") and one.by[6:].isdecimal()}
    known = (
        {f"staff:{user.pk}": str(user) for user in User.objects.filter(pk__in=ids).only("name", "email")} if ids else {}
    )
    return {**known, "machine:identity": "a machine", "machine:proofs": "a proof"}
