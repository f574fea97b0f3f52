"""What Today itself has to show: turns, answers that did not leave, sources, what rules told, who was heard from."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F
from django.db.models.expressions import OrderBy
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from mutuals.base import clock, journal
from mutuals.capture import parked
from mutuals.capture.models import Outgoing, SendState
from mutuals.channels import queries as channels
from mutuals.inbox import queries as inbox
from mutuals.inbox.models import Turn, TurnState
from mutuals.listening.learning import asking
from mutuals.people.models import Person
from mutuals.people.visibility import sees_contacts, unaddressed, visible_to
from mutuals.staff.models import User
from mutuals.staff.permissions import may
from mutuals.web.frame import talk
from mutuals.web.frame.doors import caller
from mutuals.web.listening import digesting
from mutuals.web.today.sections import MOST, SIDE, Body, Section, body

_NEWEST = (
    OrderBy(F("heard__last_at"), descending=True, nulls_last=True),
    OrderBy(F("pk"), descending=True),
)  # one index
_RELATED = ("conversation__opener__person__canonical", "conversation__source", "assignee", "team")
_WAYS = {"conversation": "/inbox/", "person": "/customers/", "rule": "/rules/", "task": "/tasks/"}


def mine(request: HttpRequest) -> Body:
    """Conversations of this user's in which somebody waits, the longest first."""
    viewer = caller(request)
    rows = inbox.visible_to(viewer).select_related(*_RELATED).filter(assignee=viewer, state=TurnState.OPEN)
    lines = _lines(viewer, list(rows.order_by("waiting_since", "moved_at")[:MOST]))
    kbd = mark_safe('inbox <span class="kbd">g</span> <span class="kbd">i</span>')
    first = reverse("conversation", args=[lines[0]["id"]]) if lines else ""
    return body(
        request, "today/_mine.html", {"mine": lines}, waits=len(lines), first=first,
        note="longest waiting first" if lines else "", more=_more(reverse("inbox") + "?tab=mine", kbd),
    )  # fmt: skip


def stuck(request: HttpRequest) -> Body | None:
    """Answers that did not leave or are not confirmed: one's own, and all for those who may assign.

    Why they did not may name the address, which not everybody may read.
    """
    viewer = caller(request)
    rows = Outgoing.objects.filter(state__in=[SendState.FAILED, SendState.UNKNOWN], interaction_id__isnull=False)
    rows = rows if may(viewer, "conversation.assign") else rows.filter(by=viewer)
    there = list(rows.filter(do__in=["reply", "post"]).select_related("channel", "source", "by").order_by("-pk")[:MOST])
    for one in there if not sees_contacts(viewer) else ():
        one.error = unaddressed(one.error)
    many = len(there)
    return body(request, "today/_stuck.html", {"stuck": there}, waits=many, note=str(many)) if there else None


def free(request: HttpRequest) -> Body:
    """What nobody has taken, in the teams of this user."""
    viewer = caller(request)
    rows = inbox.visible_to(viewer).select_related(*_RELATED).filter(assignee=None, state=TurnState.OPEN)
    if viewer.team_ids():
        rows = rows.filter(team__in=viewer.team_ids())
    lines = _lines(viewer, list(rows.order_by("-moved_at")[:MOST]))
    more = _more(reverse("inbox") + "?tab=unassigned", "all unassigned")
    return body(request, "today/_free.html", {"free": lines}, note="in your teams", more=more)


def asleep(request: HttpRequest) -> Body | None:
    """What this user snoozed, the soonest first."""
    viewer = caller(request)
    rows = inbox.visible_to(viewer).select_related(*_RELATED).filter(assignee=viewer, state=TurnState.SNOOZED)
    lines = _lines(viewer, list(rows.order_by("snoozed_until")[:MOST]))
    return body(request, "today/_asleep.html", {"asleep": lines}, note="snoozed by you") if lines else None


def digest(request: HttpRequest) -> Body | None:
    """The viewer's digest of what was said."""
    viewer = caller(request)
    lines = digesting.lines(viewer) if may(viewer, "listening.view") else []
    if not lines:
        return None
    more = _more(reverse("digest"), "how much, how often")
    return body(request, "today/_digest.html", {"digest": lines}, note="your digest", more=more)


def sources(request: HttpRequest) -> Body | None:
    """Sources that are not well, and events that were put aside."""
    viewer = caller(request)
    troubled = list(channels.troubled()[:MOST]) if may(viewer, "source.view") else []
    aside = parked.count(viewer) if may(viewer, "parked.view") else 0
    if not troubled and not aside:
        return None
    url = _address("sources")
    values = {"troubled": troubled, "parked": aside, "sources_url": url, "parked_url": _address("parked")}
    return body(request, "today/_sources.html", values, more=_more(url, "all") if url else "")


def told(request: HttpRequest) -> Body | None:
    """What rules told this user in the last three days, with where it leads."""
    lines = _told(caller(request), clock.now())
    return body(request, "today/_told.html", {"told": lines}) if lines else None


def teach(request: HttpRequest) -> Body | None:
    """How many messages this user may still say the mood of."""
    left = asking.left(by=caller(request))
    return body(request, "today/_teach.html", {"teach": left, "first": asking.FIRST}) if left else None


def heard(request: HttpRequest) -> Body:
    """The people who spoke last."""
    viewer = caller(request)
    rows: list[Person] = list(visible_to(viewer).filter(heard__last_at__isnull=False).order_by(*_NEWEST)[:MOST])
    may_begin = may(viewer, "source.manage") and may(viewer, "import.run")
    return body(request, "today/_heard.html", {"heard": rows, "may_begin": may_begin})


SECTIONS = (
    Section(10, "My replies due", mine),
    Section(20, "Did not leave", stuck),
    Section(30, "Nobody's yet", free),
    Section(40, "Coming back", asleep),
    Section(50, "What was said", digest),
    Section(10, "Sources", sources, SIDE),
    Section(20, "Told by rules", told, SIDE),
    Section(30, "Teach the reader", teach, SIDE),
    Section(40, "Heard from lately", heard, SIDE),
)


def _lines(viewer: User, turns: list[Turn]) -> list[dict[str, Any]]:
    now, full = clock.now(), sees_contacts(viewer)
    return [_line(turn, now, full=full) for turn in turns]


def _line(turn: Turn, now: datetime, *, full: bool) -> dict[str, Any]:
    """A turn as one line."""
    opener = turn.conversation.opener
    person = opener.person.canonical if opener and opener.person else None
    name = (person.name if person else "") or talk.named(opener, full=full)
    return {
        "id": turn.pk,
        "name": name,
        "person_id": person.pk if person else None,
        "text": turn.conversation.snippet or turn.conversation.subject or "(no words)",
        "icon": talk.icon_of(turn.network),
        "is_public": turn.is_public,
        "waits": talk.ago(turn.waiting_since, now),
        "where": str(turn.conversation.source or ""),
        "until": turn.snoozed_until,
    }


def _told(viewer: User, now: datetime) -> list[dict[str, Any]]:
    entries = journal.of(f"staff:{viewer.pk}").filter(kind="staff.told", at__gt=now - timedelta(days=3))
    lines = []
    for entry in entries[:MOST]:
        kind, _, number = str(entry.data.get("thing", "")).partition(":")
        url = f"{_WAYS[kind]}{number}/" if kind in _WAYS and number.isdecimal() else ""
        lines.append({"text": entry.data.get("text", ""), "at": entry.at, "url": url})
    return lines


def _more(url: str, words: SafeString | str) -> SafeString:
    return format_html('<a class="link s push" href="{}">{}</a>', url, words)


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
