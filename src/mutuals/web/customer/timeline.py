"""A person's timeline as the screen prints it: days, one line a happening, runs of small things as one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.http import QueryDict
from django.utils.safestring import SafeString

from mutuals.history import queries as history
from mutuals.history.models import Direction, Status
from mutuals.inbox import queries as inbox
from mutuals.inbox.models import Outcome
from mutuals.listening import queries as listening
from mutuals.people.models import Profile
from mutuals.people.visibility import sees_contacts
from mutuals.staff.models import User
from mutuals.staff.permissions import Scope, may, scope
from mutuals.web.frame import talk
from mutuals.web.frame.compiled import fragment
from mutuals.web.frame.templatetags.look import day
from mutuals.web.listening.shown import Mark, mark_of

KINDS = (
    ("post", "Posts"),
    ("reply", "Replies"),
    ("message", "Messages"),
    ("mail", "Mails"),
    ("review", "Reviews"),
    ("article", "Articles"),
    ("order", "Orders"),
    ("note", "Notes"),
    ("call", "Calls"),
    ("like", "Likes"),
    ("share", "Shares"),
    ("follow", "Follows"),
)
DIRECTIONS = (("in", "From them"), ("out", "From us"), ("note", "Among us"))
SEEN_BY = (("all", "Public only"), ("few", "Private only"))
_WISHES = ("post", "reply", "message", "mail", "review", "article", "note", "call")
_OUTCOMES = dict(Outcome.choices)
_STATES: dict[str, tuple[str, str, str]] = {
    Status.FAILED: ("late", "alert", "Not sent"),
    Status.UNKNOWN: ("care", "help", "Not confirmed"),
    Status.QUEUED: ("", "clock", "Leaves in a moment"),
    Status.SENDING: ("", "send", "Being sent"),
    Status.CANCELLED: ("line", "undo", "Taken back"),
}


@dataclass(slots=True)
class Happening:
    """One line of the timeline; `run` holds the further ones of a run."""

    id: int
    at: datetime
    css: str
    icon: str
    did: str
    who: str
    text: str
    subject: str
    seen_by: str  # note, public, private
    is_deleted: bool
    chip: tuple[str, str, str] | None
    conversation_id: int | None
    url: str
    kind: str
    mark: Mark | None
    may_make: bool  # an idea of it
    run: list[Happening] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Filter:
    """What of the timeline is asked for, as the address says it; "" = all."""

    type: str = ""
    network: str = ""
    direction: str = ""
    outcome: str = ""
    seen_by: str = ""

    @classmethod
    def read(cls, query: QueryDict) -> Filter:
        """Whatever is unknown counts as not asked for."""

        def one(name: str, allowed: Iterable[str]) -> str:
            return query.get(name, "") if query.get(name, "") in set(allowed) else ""

        return cls(
            one("type", dict(KINDS)),
            query.get("network", "")[:30].replace("\0", ""),
            one("direction", dict(DIRECTIONS)),
            one("outcome", _OUTCOMES),
            one("seen_by", dict(SEEN_BY)),
        )

    def wanted(self) -> history.Wanted:
        """The same for the room."""

        def many(value: str) -> tuple[str, ...]:
            return (value,) if value else ()

        public = {"all": True, "few": False}.get(self.seen_by)
        return history.Wanted(many(self.type), many(self.network), many(self.direction), many(self.outcome), public)

    def is_on(self) -> bool:
        """Whether anything is left out."""
        return any((self.type, self.network, self.direction, self.outcome, self.seen_by))


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days with their happenings, newest first, and where to go on."""

    days: list[tuple[str, list[Happening]]]
    older: str
    last_day: str
    is_partial: bool  # a viewer with a queue of their own sees only what stands in it
    lines: Sequence[history.Line] = ()

    def printed(self, filter_query: str, older_url: str = "") -> SafeString:
        """The list of days; `older_url` is where htmx asks for more ("" = the page's own address)."""
        return fragment("customer/days.html", {"stretch": self, "asked": filter_query, "older_url": older_url})


def stretch(viewer: User, profiles: Sequence[Profile], asked: Filter, *, after: str, last_day: str = "") -> Stretch:
    """Fifty happenings of some profiles from a place on; one query."""
    known = {one.pk: one for one in profiles}
    rows, more = inbox.timeline_lines(viewer, list(known), wanted=asked.wanted(), after=talk.place_of(after))
    full = sees_contacts(viewer)
    readings = listening.readings_of([row.id for row in rows if row.direction == Direction.IN])
    days: list[tuple[str, list[Happening]]] = []
    for row in rows:
        name = day(row.occurred_at)
        if not days or days[-1][0] != name:
            days.append((name, []))
        mark = mark_of(readings.get(row.id))
        _add(days[-1][1], _happening(row, known.get(row.profile_id or 0), viewer, mark, full=full))
    shown = [("" if name == last_day else name, items) for name, items in days]
    is_partial = scope(viewer, "conversation.view") is Scope.OWN
    return Stretch(shown, talk.mark(more), days[-1][0] if days else last_day, is_partial, rows)


def _add(items: list[Happening], one: Happening) -> None:
    last = items[-1] if items else None
    if last and one.kind in talk.RUNS and last.kind == one.kind and last.seen_by == one.seen_by:
        last.run.append(one)
        last.did = talk.run_words(one.kind, len(last.run) + 1)
    else:
        items.append(one)


def _happening(row: history.Line, profile: Profile | None, viewer: User, mark: Mark | None, *, full: bool) -> Happening:
    is_note = row.direction == Direction.NOTE
    did, who = _deed(row, profile, viewer, full=full)
    return Happening(
        row.id,
        row.occurred_at,
        "is-note" if is_note else "is-public" if row.is_public else "",
        talk.icon_for(row),
        did,
        who,
        row.text,
        row.subject,
        "note" if is_note else "public" if row.is_public else "private",
        row.is_deleted,
        _chip(row),
        row.conversation_id,
        row.url if row.url.startswith(("https://", "http://")) else "",
        row.kind,
        mark,
        row.direction != Direction.OUT and row.kind in _WISHES and bool(row.text) and may(viewer, "idea.edit"),
    )


def _deed(row: history.Line, profile: Profile | None, viewer: User, *, full: bool) -> tuple[str, str]:
    """What was done and by or as whom: ("Replied", "as @bea.pours")."""
    if row.direction == Direction.IN:
        if row.kind == "order":
            return "Ordered", ""
        as_whom = talk.handle_of(profile, full=full) if profile else "somebody unknown"
        return talk.did(row.kind), f"{'from' if row.kind == 'mail' else 'as'} {as_whom}"
    by = "You" if row.by_id == viewer.pk else row.by or row.channel or "We"
    if row.direction == Direction.NOTE:
        return by, "kept a call" if row.kind == "call" else "noted"
    as_whom = f" as {row.channel}" if row.channel and row.channel != by else ""
    return by, f"answered by {talk.label_of(row.network)}{as_whom}"


def _chip(row: history.Line) -> tuple[str, str, str] | None:
    """(class, icon, words) of the state or outcome that stands on an item."""
    state = _STATES.get(row.status)
    if state:
        return state
    if row.outcome:
        return (
            "good" if row.outcome in ("solved", "answered") else "",
            "check",
            _OUTCOMES.get(row.outcome, row.outcome),
        )
    return None
