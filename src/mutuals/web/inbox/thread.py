"""A conversation as the screen prints it: messages, notes, and what was done with it, in the order of time."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.urls import reverse

from mutuals import connectors
from mutuals.base import journal
from mutuals.base.models import Entry
from mutuals.capture.models import Outgoing, SendState
from mutuals.connectors.contract import Do
from mutuals.history import queries as history
from mutuals.history.models import Attachment, Direction, Interaction, Status
from mutuals.inbox.answer import Ways
from mutuals.inbox.models import Outcome, Purpose, Turn
from mutuals.listening import queries as listening
from mutuals.people.visibility import sees_contacts, unaddressed
from mutuals.rules import queries as rules
from mutuals.staff.models import User
from mutuals.staff.permissions import may
from mutuals.web.frame import talk
from mutuals.web.listening.shown import Mark, mark_of

WINDOW, ROOM, MOST = 50, 30, 200
"""Messages that a thread opens with, how many more a live refresh can bring, and the largest window."""
_MARKS = re.compile(r"^(\s*(re|aw|fwd?|wg|sv|rv)\s*:)+", re.IGNORECASE)
_STATES = {
    Status.QUEUED: ("clock", "Leaves in a moment"),
    Status.SENDING: ("send", "Being sent"),
    Status.SENT: ("check", "Sent"),
    Status.FAILED: ("alert", "Not sent"),
    Status.UNKNOWN: ("help", "It may have been sent; that is not confirmed."),
    Status.CANCELLED: ("undo", "Taken back, not sent"),
}
_ICONS = {
    "conversation.assigned": "person",
    "conversation.closed": "check",
    "conversation.reopened": "undo",
    "conversation.pending": "clock",
    "conversation.snoozed": "snooze",
    "conversation.woken": "snooze",
    "conversation.routed": "flat",
    "case.opened": "case",
    "case.changed": "case",
}


@dataclass(slots=True)
class Said:
    """One message, or one line about what was done (`event` is then its words)."""

    at: datetime
    id: int = 0
    event: str = ""
    css: str = ""
    who: str = ""
    icon: str = ""
    kind: str = ""
    text: str = ""
    subject: str = ""
    original: str = ""
    status: str = ""
    status_icon: str = ""
    status_words: str = ""
    error: str = ""
    url: str = ""
    files: Sequence[Attachment] = ()
    seen_by: str = ""  # public, private; "" = among us, or never sent
    is_deleted: bool = False
    is_edited: bool = False
    is_first_new: bool = False
    new: int = 0
    may_like: bool = False
    may_unsay: bool = False
    mark: Mark | None = None  # how it was understood; None = not read, or our own
    anew: str = ""  # where a new answer is written with these words: it left and came back, so it is not tried again


@dataclass(slots=True)
class Window:
    """A stretch of a conversation, oldest first."""

    items: list[Said] = field(default_factory=list)
    older: str = ""  # where to go on backwards; "" = the beginning
    first: str = ""  # the place of the oldest message shown
    count: int = 0
    first_new: int = 0
    is_broken: bool = False  # more came than a refresh could bring


def opened(turn: Turn, viewer: User, ways: Ways | None, *, before: str = "") -> Window:
    """The newest messages, or those before a place."""
    place = talk.place_of(before)
    walk = history.thread(turn.conversation, before=place, limit=WINDOW)
    new = _first_new(walk.rows, turn.unread) if not before else 0
    until = place[0] if place else None
    return _window(turn, viewer, ways, walk.rows, talk.mark(walk.after), until=until, first_new=new)


def refreshed(turn: Turn, viewer: User, ways: Ways | None, *, first: str, count: int, first_new: int) -> Window:
    """The newest messages down to one that is shown already, so that what was loaded above stays where it is."""
    start = talk.place_of(first)
    limit = min(max(count, WINDOW) + ROOM, MOST)
    walk = history.thread(turn.conversation, limit=limit)
    rows = [row for row in walk.rows if start is None or (row.occurred_at, row.pk) >= start]
    is_broken = start is not None and len(rows) == len(walk.rows) and walk.after is not None
    new = first_new or _first_new(rows, turn.unread)
    found = _window(turn, viewer, ways, rows, "", until=None, first_new=new)
    found.is_broken = is_broken
    return found


def aim(window: Window, ways: Ways, viewer: User, *, answers: str, public: str) -> str:
    """What to say where the composer was shown for message `answers` and now answers another one; "" = as it was."""
    target = ways.target
    if target is None or not answers or ways.is_closed:
        return ""
    shown = "true" if ways.is_public else "false"
    if answers == str(target.pk) and public in ("", shown):
        return ""
    items = {str(item.id): item for item in window.items if item.id}
    now = items.get(str(target.pk))
    who = now.who if now else talk.named(target.profile, full=sees_contacts(viewer))
    is_gone = answers in items and items[answers].is_deleted
    news = "What you saw was deleted; the newest message is from" if is_gone else "New message from"
    return f"{news} {who} — your answer now goes to them, in {'public' if ways.is_public else 'private'}."


def _first_new(rows: Sequence[Interaction], unread: int) -> int:
    """The oldest of the newest `unread` messages from outside, as an id; 0 = nothing is new."""
    theirs = [row.pk for row in rows if row.direction == Direction.IN and row.kind not in talk.RUNS]
    return theirs[min(unread, len(theirs)) - 1] if unread and theirs else 0


def _window(
    turn: Turn,
    viewer: User,
    ways: Ways | None,
    rows: Sequence[Interaction],
    older: str,
    *,
    until: datetime | None,
    first_new: int,
) -> Window:
    files = history.attachments(rows)
    full = sees_contacts(viewer)
    does = _does(turn) if may(viewer, "interaction.delete") else frozenset()
    subject = bare(turn.conversation.subject)
    items = [_said(row, viewer, files.get(row.pk, ()), subject, full=full) for row in rows]
    theirs, retried = 0, _may_retry(rows)
    readings = listening.readings_of([row.pk for row in rows if row.direction == Direction.IN])
    by_rules = rules.writers(rows, viewer)
    for row, item in zip(rows, items, strict=True):
        if row.pk in by_rules:
            item.who = by_rules[row.pk][0].upper() + by_rules[row.pk][1:]
        theirs += row.direction == Direction.IN
        item.mark = mark_of(readings.get(row.pk))
        item.is_first_new = row.pk == first_new
        item.new = theirs if item.is_first_new else 0
        answered = ways is not None and not ways.refused
        item.may_like = answered and ways.can_like and row.direction == Direction.IN and not item.is_deleted  # type: ignore[union-attr]
        if row.status == Status.FAILED and row.pk not in retried:
            item.anew = f"{reverse('conversation', args=[turn.pk])}?undone={row.pk}#words"
        item.may_unsay = Do.DELETE in does and row.direction == Direction.OUT and row.status == Status.SENT
    since = rows[-1].occurred_at if rows and older else None
    items += _events(turn, viewer, since=since, until=until)
    items.sort(key=lambda item: (item.at, item.id))
    first = talk.mark((rows[-1].occurred_at, rows[-1].pk)) if rows else ""
    return Window(items, older, first, len(rows), first_new)


def lines_of(rows: Sequence[Interaction], viewer: User) -> list[Said]:
    """Messages of several conversations as one list prints them, without what can be done to each in its own thread."""
    files, full = history.attachments(rows), sees_contacts(viewer)
    by_rules = rules.writers(rows, viewer)
    found = [_said(row, viewer, files.get(row.pk, ()), "", full=full) for row in rows]
    for row, item in zip(rows, found, strict=True):
        if row.pk in by_rules:
            item.who = by_rules[row.pk][0].upper() + by_rules[row.pk][1:]
    return found


def _may_retry(rows: Sequence[Interaction]) -> set[int]:
    """Those of the failed answers that never left; asked only where something failed."""
    failed = [row.pk for row in rows if row.status == Status.FAILED]
    if not failed:
        return set()
    waiting = Outgoing.objects.filter(interaction_id__in=failed, state=SendState.FAILED)
    return {number for number in waiting.values_list("interaction_id", flat=True) if number is not None}


def _does(turn: Turn) -> frozenset[Do]:
    source = turn.conversation.source
    known = connectors.all_connectors().get(source.connector) if source else None
    return known.does if known else frozenset()


def bare(subject: str) -> str:
    """A subject without the marks that answering and passing on put before it."""
    return _MARKS.sub("", subject).strip()


def _said(row: Interaction, viewer: User, files: Sequence[Attachment], subject: str, *, full: bool) -> Said:
    is_note, is_out = row.direction == Direction.NOTE, row.direction == Direction.OUT
    css = "full is-note" if is_note else "out" if is_out else ""
    is_back = row.status == Status.CANCELLED
    css += " is-back" if is_back else " is-public" if row.is_public else ""
    css += " failed" if row.status == Status.FAILED else ""
    state = _STATES.get(Status(row.status), ("", "")) if is_out else ("", "")
    return Said(
        at=row.occurred_at,
        id=row.pk,
        css=css,
        who=_who(row, viewer, full=full),
        icon=talk.icon_for(row),
        kind=_kind(row, is_note=is_note, is_out=is_out),
        text=row.text,
        subject=row.subject if bare(row.subject) != subject else "",
        original=row.extra.get("original", "") if isinstance(row.extra, dict) else "",
        status=row.status,
        status_icon=state[0],
        status_words=state[1],
        error=row.error if full else unaddressed(row.error),
        url=row.url if row.url.startswith(("https://", "http://")) else "",
        files=files,
        seen_by="" if is_note or is_back else "public" if row.is_public else "private",
        is_deleted=row.deleted_at is not None,
        is_edited=row.edited_at is not None,
    )


def _who(row: Interaction, viewer: User, *, full: bool) -> str:
    if row.direction == Direction.IN:
        person = row.profile.person.canonical if row.profile and row.profile.person else None
        if person and person.name:
            return person.name
        return talk.named(row.profile, full=full) if row.profile else talk.unknown_author(row)
    if row.by_id == viewer.pk:
        return "You"
    return str(row.by or row.channel or "We")


def _kind(row: Interaction, *, is_note: bool, is_out: bool) -> str:
    if is_note:
        return "call" if row.kind == "call" else "internal note"
    network = talk.label_of(row.network)
    if row.kind in talk.RUNS:
        return f"{row.kind}d" if row.kind != "follow" else "followed"
    what = {"mail": "mail", "message": f"message, {network}", "review": "review"}.get(
        row.kind, f"{row.kind}, {network}"
    )
    return f"{what} as {row.channel}" if is_out and row.channel and row.by_id else what


def _events(turn: Turn, viewer: User, *, since: datetime | None, until: datetime | None) -> list[Said]:
    """What was done with the conversation in a stretch of time, from the journal; at most 60 lines."""
    entries = journal.of(f"conversation:{turn.pk}").filter(kind__in=list(_ICONS))
    entries = entries.filter(at__gte=since) if since else entries
    entries = entries.filter(at__lt=until) if until else entries
    found = list(entries[:60])
    names = _names(found, viewer)
    by_rules = rules.named([entry.data["via"][-1] for entry in found if entry.data.get("via")], viewer)
    return [Said(at=entry.at, event=_words(entry, names, by_rules), icon=_ICONS[entry.kind]) for entry in found]


def _names(entries: Sequence[Entry], viewer: User) -> Mapping[str, str]:
    """Staff by their text key, in one query; none where only the viewer acted."""
    keys = {entry.by for entry in entries} | {f"staff:{entry.data['to']}" for entry in entries if entry.data.get("to")}
    ids = {int(key[6:]) for key in keys if key.startswith("staff:") and key[6:].isdecimal()} - {viewer.pk}
    known = {f"staff:{user.pk}": str(user) for user in User.objects.filter(pk__in=ids)} if ids else {}
    return {**known, f"staff:{viewer.pk}": "You"}


def _words(entry: Entry, names: Mapping[str, str], by_rules: Mapping[int, str]) -> str:
    by, data = names.get(entry.by, "Mutuals"), entry.data
    if data.get("via"):
        rule = by_rules[data["via"][-1]]
        by = f"{rule[0].upper()}{rule[1:]}, of {'you' if by == 'You' else by},"
    if entry.kind == "conversation.assigned":
        to = names.get(f"staff:{data.get('to')}", "") if data.get("to") else ""
        if to and to == by:
            return f"{by} took it"
        return f"{by} gave it to {'you' if to == 'You' else to}" if to else f"{by} put it back into the queue"
    if entry.kind == "conversation.closed":
        purpose, outcome = _label(Purpose.choices, data.get("purpose")), _label(Outcome.choices, data.get("outcome"))
        return f"{by} closed it: {purpose}, {outcome.lower()}"
    words: dict[str, Any] = {
        "conversation.reopened": f"{by} took it up again",
        "conversation.pending": f"{by} said it is their turn",
        "conversation.snoozed": f"{by} snoozed it",
        "conversation.woken": "It came back from its snooze",
        "conversation.routed": f"{by} routed it to {data.get('pillar')}",
        "case.opened": f"{by} opened case {data.get('case')}",
        "case.changed": f"{by} changed case {data.get('case')}: {data.get('state')}, {data.get('priority')}",
    }
    return str(words[entry.kind])


def _label(choices: Sequence[tuple[str, Any]], value: Any) -> str:
    return str(dict(choices).get(str(value), value or "unknown"))
