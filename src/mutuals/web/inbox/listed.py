"""The list as the screen prints it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from mutuals.channels import queries as channels
from mutuals.inbox import queries
from mutuals.inbox.models import Outcome, Purpose, TurnState
from mutuals.people.visibility import sees_contacts
from mutuals.staff import queries as staff
from mutuals.staff.models import Pillar, User
from mutuals.staff.permissions import may
from mutuals.web.frame import talk
from mutuals.web.frame.compiled import fragment
from mutuals.web.inbox.forms import SNOOZES, STATES, Place

PAGE, MOST = 50, 200
LONG = 1000  # from this count on the numbers of the tabs stand under their words
TABS = (("mine", "Mine"), ("unassigned", "Unassigned"), ("team", "Team"), ("all", "All"))


class Row(NamedTuple):
    """One conversation of the list, in words; numbers are texts with their thousands parted."""

    id: str
    href: str
    name: str
    tint: int | str
    icon: str
    is_public: bool
    messages: str
    moved_at: datetime
    text: str
    unread: str
    owner: str
    waits: str
    state: str
    pillar: str
    is_open: bool


def row_of(
    line: queries.Line, viewer: User, now: datetime, *, full: bool, query: str = "", open_id: int | None = None
) -> Row:
    """A line of the list as the screen prints it; `open_id` is the conversation that is open, whose words are read."""
    name = line.person or talk.called(
        line.opener_network, line.opener_shown, line.opener_name or line.opener_key, full=full
    )
    is_open = line.state == TurnState.OPEN
    return Row(
        str(line.id),
        f"/inbox/{line.id}/{query}",
        name,
        line.person_id or name,
        talk.icon_of(line.network),
        line.is_public,
        f"{line.messages:,}" if line.messages > 1 else "",
        line.moved_at,
        line.snippet or line.subject or "(no words)",
        f"{line.unread:,}" if line.unread and line.id != open_id else "",
        "You" if line.assignee_id == viewer.pk else line.assignee or ("Somebody" if line.assignee_id else ""),
        talk.ago(line.waiting_since, now) if is_open else "",
        "" if is_open else TurnState(line.state).label,
        line.pillar,
        line.id == open_id,
    )


def listed(viewer: User, place: Place, *, after: str, limit: int, open_id: int | None, now: datetime) -> dict[str, Any]:
    """One page of the list with its tabs; `limit` rows from a place on.

    The conversation that is open stands first where it belongs to the list but lies further down than the list reaches.
    """
    if open_id is not None and place == Place():
        place = _holding(viewer, open_id)
    counts = queries.counts(viewer, place.asked("all"))
    tab = place.tab or next((name for name, _ in TABS if counts[name] not in (None, (0, True))), "all")
    here = Place(**{**place.__dict__, "tab": tab})
    limit = max(1, min(limit, MOST))
    lines, more = queries.lines(viewer, here.asked(tab), after=talk.place_of(after), limit=limit)
    if open_id is not None:
        lines = _with_open(viewer, here.asked(tab), lines, open_id, is_first_page=not after)
    full = sees_contacts(viewer)
    rows = [row_of(line, viewer, now, full=full, query=here.address(), open_id=open_id) for line in lines]
    return {
        "rows": rows,
        "rows_html": fragment("inbox/rows.html", {"rows": rows}),
        "place": here,
        "query": here.address(),
        "amp": here.address() + ("&" if here.address() else "?"),
        "tabs": [(name, words, here.address(tab=name), counts[name], name == tab) for name, words in TABS],
        "is_long": any(count and count[0] >= LONG for count in counts.values()),
        "older": talk.mark(more),
        "shown": limit + (PAGE if after else 0),
        "open_id": open_id,
        "states": [(here.address(state=name), words, name == here.state) for name, words in STATES],
        "state_words": dict(STATES)[here.state],
        "chips": _chips(here, viewer),
        "may_assign": may(viewer, "conversation.assign"),
    }


def _holding(viewer: User, number: int) -> Place:
    """Where a conversation stands that was opened from elsewhere: the first tab that holds it, first among what is open."""
    for state in (TurnState.OPEN.value, "any"):
        for tab, _ in TABS:
            place = Place(tab=tab, state=state)
            if queries.line(viewer, place.asked(tab), number) is not None:
                return place
    return Place()


def _with_open(
    viewer: User, asked: queries.Asked, lines: list[queries.Line], number: int, *, is_first_page: bool
) -> list[queries.Line]:
    if not is_first_page:
        return [line for line in lines if line.id != number]
    if any(line.id == number for line in lines):
        return lines
    own = queries.line(viewer, asked, number)
    return [own, *lines] if own else lines


def choices(viewer: User) -> dict[str, Any]:
    """What the filters and the assign menus offer; three small queries."""
    sources = list(channels.visible_to(viewer).select_related(None).only("name", "connector"))
    return {
        "sources": sources,
        "networks": sorted({(one.connector, talk.label_of(one.connector)) for one in sources}),
        "pillars": Pillar.choices,
        "colleagues": list(staff.visible_to(viewer).filter(is_active=True).only("name", "email")),
        "teams": list(staff.teams_of(viewer)),
        "purposes": Purpose.choices,
        "outcomes": Outcome.choices,
        "snoozes": SNOOZES,
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
