"""Today: what waits for this user, and what else there is to know before one begins."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F
from django.db.models.expressions import OrderBy
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

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
from mutuals.web.frame.doors import caller, needs
from mutuals.web.listening import digesting

MOST = 8
_NEWEST = (
    OrderBy(F("heard__last_at"), descending=True, nulls_last=True),
    OrderBy(F("pk"), descending=True),
)  # one index
_RELATED = ("conversation__opener__person__canonical", "conversation__source", "assignee", "team")


@needs()
def today(request: HttpRequest) -> HttpResponse:
    """The page."""
    viewer, now = caller(request), clock.now()
    full = sees_contacts(viewer)
    visible = inbox.visible_to(viewer).select_related(*_RELATED)
    mine = visible.filter(assignee=viewer, state=TurnState.OPEN).order_by("waiting_since", "moved_at")
    free = visible.filter(assignee=None, state=TurnState.OPEN)
    if viewer.team_ids():
        free = free.filter(team__in=viewer.team_ids())
    asleep = visible.filter(assignee=viewer, state=TurnState.SNOOZED).order_by("snoozed_until")
    hour = timezone.localtime(now).hour
    context: dict[str, Any] = {
        "greeting": "Good morning" if hour < 12 else "Good afternoon" if hour < 18 else "Good evening",
        "me": viewer,
        "now": timezone.localtime(now),
        "zone": timezone.get_current_timezone_name(),
        "mine": [_line(turn, now, full=full) for turn in mine[: MOST + 1]],
        "free": [_line(turn, now, full=full) for turn in free.order_by("-moved_at")[: MOST + 1]],
        "asleep": [_line(turn, now, full=full) for turn in asleep[:MOST]],
        "stuck": _stuck(viewer),
        "troubled": list(channels.troubled()[:MOST]) if may(viewer, "source.view") else [],
        "parked": parked.count(viewer) if may(viewer, "parked.view") else 0,
        "told": _told(viewer, now),
        "heard": _heard(viewer),
        "digest": digesting.lines(viewer) if may(viewer, "listening.view") else [],
        "may_begin": may(viewer, "source.manage") and may(viewer, "import.run"),
        "sources_url": _address("sources"),
        "parked_url": _address("parked"),
        "teach": asking.left(by=viewer),
        "first": asking.FIRST,
    }
    context["waiting"] = min(len(context["mine"]), MOST) + len(context["stuck"])
    return render(request, "today/page.html", context)


def _told(viewer: User, now: datetime) -> list[dict[str, Any]]:
    """What rules told this user in the last three days, with where it leads."""
    entries = journal.of(f"staff:{viewer.pk}").filter(kind="staff.told", at__gt=now - timedelta(days=3))
    ways = {"conversation": "/inbox/", "person": "/customers/", "rule": "/rules/"}
    found = []
    for entry in entries[:MOST]:
        kind, _, number = str(entry.data.get("thing", "")).partition(":")
        url = f"{ways[kind]}{number}/" if kind in ways and number.isdecimal() else ""
        found.append({"text": entry.data.get("text", ""), "at": entry.at, "url": url})
    return found


def _line(turn: Turn, now: Any, *, full: bool) -> dict[str, Any]:
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


def _stuck(viewer: User) -> list[Outgoing]:
    """Answers that did not leave or are not confirmed: one's own, and all for those who may assign.

    Why they did not may name the address, which not everybody may read.
    """
    rows = Outgoing.objects.filter(state__in=[SendState.FAILED, SendState.UNKNOWN], interaction_id__isnull=False)
    rows = rows if may(viewer, "conversation.assign") else rows.filter(by=viewer)
    found = list(rows.filter(do__in=["reply", "post"]).select_related("channel", "source", "by").order_by("-pk")[:MOST])
    for one in found if not sees_contacts(viewer) else ():
        one.error = unaddressed(one.error)
    return found


def _heard(viewer: User) -> list[Person]:
    return list(visible_to(viewer).filter(heard__last_at__isnull=False).order_by(*_NEWEST)[:MOST])


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
