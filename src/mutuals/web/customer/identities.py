"""A person's presences with how sure we are, and how we know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mutuals.identity.link import links_of
from mutuals.identity.models import Link, LinkState
from mutuals.people.models import Person, Profile
from mutuals.people.visibility import masked, sees_contacts
from mutuals.staff.models import User
from mutuals.web.frame import talk

OWN = "mutuals"
_ORDER = {LinkState.PROVEN: 0, LinkState.CONFIRMED: 1, LinkState.SUGGESTED: 2, LinkState.REJECTED: 3}


@dataclass(frozen=True, slots=True)
class Identity:
    """One presence, its state, and the clues in words: (words, detail, whether it speaks for it)."""

    id: int  # of the profile
    link_id: int
    icon: str
    name: str
    network: str
    label: str
    url: str
    state: str
    is_rejected: bool
    clues: list[tuple[str, str, bool]]
    by: str
    since: datetime | None


def identities(person: Person, profiles: Sequence[Profile], viewer: User) -> list[Identity]:
    """Live links first, rejected ones last; the own record is not shown. At most two queries."""
    links = links_of(person)
    full = sees_contacts(viewer)
    names = _names(links)
    found = [_identity(link.profile, link, names, full=full) for link in links if link.profile.network != OWN]
    linked = {link.profile_id for link in links}
    found += [_identity(one, None, names, full=full) for one in profiles if one.pk not in linked and one.network != OWN]
    return sorted(found, key=lambda one: (_ORDER.get(LinkState(one.state), 2), one.network, one.id))


def _identity(profile: Profile, link: Link | None, names: dict[str, str], *, full: bool) -> Identity:
    state = link.state if link else LinkState.CONFIRMED.value
    clues = [
        (
            str(one.get("words") or one.get("clue", "")),
            _detail(str(one.get("detail", "")), full=full),
            bool(one.get("for", True)),
        )
        for one in (link.because if link else [])
        if isinstance(one, dict)
    ]
    return Identity(
        profile.pk,
        link.pk if link else 0,
        talk.icon_of(profile.network),
        talk.handle_of(profile, full=full),
        talk.label_of(profile.network),
        profile.label,
        profile.url if profile.url.startswith("https://") else "",
        state,
        state == LinkState.REJECTED,
        clues,
        names.get(link.by, link.by.replace(":", " ")) if link else "",
        link.since if link else None,
    )


def _detail(text: str, *, full: bool) -> str:
    return text if full or ("@" not in text and not text.startswith("+")) else masked(text)


def _names(links: Sequence[Link]) -> dict[str, str]:
    ids = {int(one.by[6:]) for one in links if one.by.startswith("staff:") and one.by[6:].isdecimal()}
    known = (
        {f"staff:{user.pk}": str(user) for user in User.objects.filter(pk__in=ids).only("name", "email")} if ids else {}
    )
    return {**known, "machine:identity": "the network's own id", "machine:proofs": "a proof"}
