"""Words and marks for what people say: networks, authors, kinds. Shared by the screens that show talk."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from mutuals import connectors
from mutuals.base import clock
from mutuals.channels.models import Source
from mutuals.history.models import Direction, Interaction
from mutuals.history.queries import Line
from mutuals.people.models import Profile
from mutuals.people.visibility import CONTACT, masked

_ICONS = {
    "email": "mail",
    "mastodon": "fedi",
    "bluesky": "butterfly",
    "feed": "feed",
    "phone": "phone",
    "mutuals": "note",
    "order": "cart",
    "files": "file",
    "webhook": "hook",
}
_LABELS = {"email": "mail", "phone": "phone", "mutuals": "own record", "order": "order"}
_KIND_ICONS = {
    "note": "note",
    "call": "phone",
    "order": "cart",
    "like": "star",
    "share": "out",
    "follow": "plus",
    "mail": "mail",
    "review": "star",
    "article": "feed",
}
_DID = {
    "post": "Posted",
    "reply": "Replied",
    "message": "Wrote",
    "mail": "Wrote a mail",
    "article": "Published",
    "review": "Reviewed us",
    "like": "Liked",
    "share": "Shared",
    "follow": "Followed",
    "order": "Ordered",
    "call": "Call",
    "note": "Note",
}
RUNS = ("like", "share", "follow")
"""Kinds that say little one by one: a run of them is shown as one line."""
_RUN_WORDS = {"like": "likes", "share": "shares", "follow": "follows"}


def icon_of(network: str) -> str:
    """The icon of a network."""
    return _ICONS.get(network) or ("db" if network.startswith(("crm:", "shop:")) else "chat")


def label_of(network: str) -> str:
    """What a network is called in a sentence."""
    if network in _LABELS:
        return _LABELS[network]
    kind, _, where = network.partition(":")
    if kind in ("crm", "crm-org", "shop"):
        return f"customer number of {_source_named(where)}" if where else "customer number"
    known = connectors.all_connectors().get(network)
    return known.label if known else network.partition(":")[2] or network


def _source_named(where: str) -> str:
    """The name of a source by its id, as the network of a customer number has it; else what stands there."""
    rows = Source.objects.filter(pk=int(where)) if where.isascii() and where.isdecimal() and len(where) < 19 else ()
    return next((row.name for row in rows), where)


def named(profile: Profile | None, *, full: bool) -> str:
    """What a presence is called; addresses and numbers are masked unless the viewer may read them in `full`."""
    if profile is None:
        return "Author unknown"
    return called(profile.network, profile.shown, profile.name or profile.key, full=full)


def called(network: str | None, shown: str | None, name: str | None, *, full: bool) -> str:
    """The same of what a list has of it: how it calls itself, else its name or id on `network`; None = nobody."""
    if not network or not name:
        return "Author unknown"
    return shown or (masked(name) if not full and network in CONTACT else name)


def handle_of(profile: Profile, *, full: bool) -> str:
    """How a presence is known on its network."""
    name = profile.name or profile.key
    return masked(name) if not full and profile.network in CONTACT else name


def icon_for(row: Interaction | Line) -> str:
    """The icon of one interaction: its kind where that says more than its network."""
    return _KIND_ICONS.get(row.kind) or icon_of(row.network)


def did(kind: str) -> str:
    """What somebody did, in one or two words."""
    return _DID.get(kind, "Wrote")


def run_words(kind: str, count: int) -> str:
    """A run of small things as one line: "8 likes"."""
    return f"{count} {_RUN_WORDS.get(kind, kind)}"


def unknown_author(row: Interaction) -> str:
    """The name that a source gave for an author that it does not let us know."""
    shown = row.extra.get("author_shown") if isinstance(row.extra, dict) else None
    return str(shown)[:80] if shown else "Author unknown"


def is_from_them(row: Interaction) -> bool:
    """Whether somebody outside said it."""
    return row.direction == Direction.IN


def ago(since: datetime | None, now: datetime) -> str:
    """How long something lasts by now, in its largest unit: 11 min, 3 h, 2 days."""
    if since is None:
        return ""
    past = max(now - since, timedelta())
    minutes = int(past.total_seconds() // 60)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 60 * 48:
        return f"{minutes // 60} h"
    return f"{minutes // 1440:,} days"


def place_of(text: str) -> tuple[datetime, int] | None:
    """Where a walk goes on, as `mark` wrote it; None for nothing and for what is unreadable."""
    at, _, number = text.partition("_")
    moment = clock.read(at)
    if moment is None or not (number.isascii() and number.isdigit() and len(number) < 20):
        return None
    return (moment, int(number)) if 0 < int(number) < 2**63 else None


def mark(place: Any) -> str:
    """A place of a walk as part of an address; "" at the end."""
    return f"{place[0].isoformat()}_{place[1]}" if place else ""
