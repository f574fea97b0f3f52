"""The list as the screen prints it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mutuals.channels import queries as channels
from mutuals.inbox import queries
from mutuals.inbox.models import Outcome, Purpose, Turn, TurnState
from mutuals.people.visibility import sees_contacts
from mutuals.staff import queries as staff
from mutuals.staff.models import Pillar, User
from mutuals.staff.permissions import may
from mutuals.web.frame import talk
from mutuals.web.inbox.forms import STATES, Place

PAGE, MOST = 50, 200
TABS = (("mine", "Mine"), ("unassigned", "Unassigned"), ("team", "Team"), ("all", "All"))


@dataclass
class Row:
    """One conversation of the list."""

    id: int
    name: str
    tint: int | str
    icon: str
    is_public: bool
    count: int
    moved_at: datetime
    text: str
    unread: int
    owner: str
    owner_id: int
    waits: str
    state: str
    pillar: str


def row_of(turn: Turn, viewer: User, now: datetime, *, full: bool) -> Row:
    """A turn with its conversation, opener and assignee, as `queries.turns` fetches it."""
    told = turn.conversation
    opener = told.opener
    person = opener.person.canonical if opener and opener.person else None
    name = (person.name if person else "") or talk.named(opener, full=full)
    waits = talk.ago(turn.waiting_since, now) if turn.state == TurnState.OPEN else ""
    return Row(
        turn.pk,
        name,
        person.pk if person else name,
        talk.icon_of(turn.network),
        turn.is_public,
        told.message_count,
        turn.moved_at,
        told.snippet or told.subject or "(no words)",
        turn.unread,
        "You" if turn.assignee_id == viewer.pk else str(turn.assignee or ""),
        turn.assignee_id or 0,
        waits,
        turn.get_state_display() if turn.state != TurnState.OPEN else "",
        turn.pillar,
    )


def listed(viewer: User, place: Place, *, after: str, limit: int, open_id: int | None, now: datetime) -> dict[str, Any]:
    """One page of the list with its tabs; `limit` rows from a place on."""
    counts = queries.counts(viewer, place.asked("all"))
    tab = place.tab or next((name for name, _ in TABS if counts[name][0]), "all")
    here = Place(**{**place.__dict__, "tab": tab})
    limit = max(1, min(limit, MOST))
    found = queries.turns(viewer, here.asked(tab), after=talk.place_of(after), limit=limit)
    full = sees_contacts(viewer)
    return {
        "rows": [vars(row_of(turn, viewer, now, full=full)) for turn in found.turns],
        "place": here,
        "query": here.address(),
        "amp": here.address() + ("&" if here.address() else "?"),
        "tabs": [(name, words, here.address(tab=name), counts[name], name == tab) for name, words in TABS],
        "older": talk.mark(found.after),
        "shown": limit + (PAGE if after else 0),
        "open_id": open_id,
        "states": [(here.address(state=name), words, name == here.state) for name, words in STATES],
        "state_words": dict(STATES)[here.state],
        "chips": _chips(here, viewer),
        "may_assign": may(viewer, "conversation.assign"),
    }


def choices(viewer: User) -> dict[str, Any]:
    """What the filters and the assign menus offer; three small queries."""
    sources = list(channels.visible_to(viewer).only("id", "name", "connector", "owner", "stand_in", "team"))
    return {
        "sources": sources,
        "networks": sorted({(one.connector, talk.label_of(one.connector)) for one in sources}),
        "pillars": Pillar.choices,
        "colleagues": [user for user in staff.visible_to(viewer) if user.is_active],
        "teams": list(staff.teams_visible_to(viewer)),
        "purposes": Purpose.choices,
        "outcomes": Outcome.choices,
    }


def _chips(place: Place, viewer: User) -> list[tuple[str, str, str]]:
    """Filters that are on: (name, value, address without it). What the viewer may not see has no name."""
    names = {"network": "Network", "pillar": "Pillar", "seen_by": "Seen by"}
    words = {"all": "everyone", "few": "only us and them", **dict(Pillar.choices)}
    found = []
    for field, name in names.items():
        value = getattr(place, field)
        if value:
            shown = talk.label_of(value) if field == "network" else words.get(value, value)
            found.append((name, shown, place.address(**{field: ""}) or "?"))
    if place.source:
        source = channels.visible_to(viewer).filter(pk=place.source).first()
        found.append(("Source", str(source or "unknown"), place.address(source="") or "?"))
    if place.assignee:
        owner = staff.visible_to(viewer).filter(pk=place.assignee).first()
        found.append(("Owner", str(owner or "unknown"), place.address(assignee="") or "?"))
    return found
