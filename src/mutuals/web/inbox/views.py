"""The inbox: list, thread and card on one page; each part also comes alone."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from mutuals.base import clock
from mutuals.base.ids import new_key
from mutuals.history import queries as history
from mutuals.history.models import Interaction
from mutuals.inbox import answer, queries, work
from mutuals.inbox.models import Turn
from mutuals.people.visibility import sees_contacts
from mutuals.staff.models import User
from mutuals.staff.permissions import may
from mutuals.web.frame import talk
from mutuals.web.frame.doors import caller, is_fragment, needs
from mutuals.web.inbox import listed, thread
from mutuals.web.inbox.card import card_of
from mutuals.web.inbox.forms import SNOOZES, Place

_RELATED = (
    "conversation__opener__person__canonical",
    "conversation__source",
    "conversation__channel",
    "assignee",
    "team",
)
_COUNTS = {"mastodon": "mastodon", "bluesky": "graphemes"}


def turn_of(viewer: User, number: int) -> Turn:
    """The turn of a conversation that the viewer may see, or 404."""
    rows: QuerySet[Turn] = queries.visible_to(viewer).select_related(*_RELATED)
    found = rows.filter(pk=number).first() if number < 2**63 else None
    if found is None:
        raise Http404
    return found


def message_of(viewer: User, number: int) -> Interaction:
    """A message of a conversation that the viewer may see, or 404."""
    rows = Interaction.objects.select_related("source", "channel", "profile", "conversation")
    row = rows.filter(pk=number, conversation__isnull=False).first() if number < 2**63 else None
    if row is None or not queries.visible_to(viewer).filter(pk=row.conversation_id).exists():
        raise Http404
    return row


@needs("conversation.view")
def inbox(request: HttpRequest, conversation_id: int | None = None) -> HttpResponse:
    """The page; for htmx the conversation alone."""
    viewer, place = caller(request), Place.read(request.GET)
    shown = conversation(request, viewer, conversation_id) if conversation_id is not None else {}
    if shown and is_fragment(request):
        return render(request, "inbox/_open.html", {**shown, "query": place.address(), **listed.choices(viewer)})
    return page(request, viewer, conversation_id, shown)


def page(
    request: HttpRequest, viewer: User, conversation_id: int | None, shown: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """The list with what is shown beside it."""
    now, place = clock.now(), Place.read(request.GET)
    found = listed.listed(
        viewer, place, after=request.GET.get("after", ""), limit=listed.PAGE, open_id=conversation_id, now=now
    )
    commands = [{"name": "Inbox: unassigned", "url": "?tab=unassigned", "icon": "inbox", "group": "Inbox"}]
    context = {**found, **shown, **listed.choices(viewer), "commands": commands, "me": viewer}
    return render(request, "inbox/page.html", context, status=status)


@needs("conversation.view")
def rows(request: HttpRequest) -> HttpResponse:
    """Rows of the list: more of them, or those that are shown anew."""
    shown = request.GET.get("n", "")
    open_id = request.GET.get("open", "")
    found = listed.listed(
        caller(request),
        Place.read(request.GET),
        after=request.GET.get("after", ""),
        limit=int(shown) if shown.isdecimal() and len(shown) < 5 else listed.PAGE,
        open_id=int(open_id) if open_id.isdecimal() and len(open_id) < 19 else None,
        now=clock.now(),
    )
    is_more = bool(request.GET.get("after"))
    waiting = queries.waiting_for(caller(request))
    return render(request, "inbox/_rows.html", {**found, "is_more": is_more, "waiting": waiting, "is_fragment": True})


@needs("conversation.view")
def newest(request: HttpRequest, conversation_id: int) -> HttpResponse:
    """The newest messages anew: what came, and how far ours have come."""
    viewer = caller(request)
    context = newest_of(request, viewer, turn_of(viewer, conversation_id))
    answered = render(request, "inbox/_newest.html", context)
    if context["window"].is_broken:
        answered.headers["HX-Refresh"] = "true"
    return answered


def newest_of(request: HttpRequest, viewer: User, turn: Turn) -> dict[str, Any]:
    """The same for a turn at hand, after an act. Where more came than fits, the page is to be fetched anew.

    `aim` tells where the shown composer was meant for another message: it now answers the newest one. `is_moved` tells that
    the state is another than the one shown, so that closing and reopening are to be offered anew.
    """
    asked = request.GET if request.method == "GET" else request.POST
    count, new = asked.get("count", ""), asked.get("new", "")
    ways = answer.ways(turn, by=viewer)
    window = thread.refreshed(
        turn,
        viewer,
        ways,
        first=asked.get("first", ""),
        count=int(count) if count.isdecimal() and len(count) < 4 else 0,
        first_new=int(new) if new.isdecimal() and len(new) < 19 else 0,
    )
    work.seen(turn, by=viewer)
    return {
        "turn": turn,
        "window": window,
        "ways": ways,
        "aim": thread.aim(window, ways, viewer, answers=asked.get("answers", ""), public=asked.get("public", "")),
        "is_fragment": True,
        "is_moved": asked.get("state", turn.state) != turn.state,
        "me": viewer,
        "waits": talk.ago(turn.waiting_since, clock.now()),
    }


@needs("conversation.view")
def older(request: HttpRequest, conversation_id: int) -> HttpResponse:
    """Messages before a place."""
    viewer = caller(request)
    turn = turn_of(viewer, conversation_id)
    before = request.GET.get("before", "")
    window = thread.opened(turn, viewer, answer.ways(turn, by=viewer), before=before)
    context = {"turn": turn, "window": window, "me": viewer}
    if is_fragment(request):
        return render(request, "inbox/_older.html", context)
    return render(request, "inbox/older.html", context)


@needs("conversation.view")
def wordings(request: HttpRequest, interaction_id: int) -> HttpResponse:
    """What an edited message said before."""
    row = message_of(caller(request), interaction_id)
    context = {"row": row, "before": history.revisions(row)[:50]}
    return render(request, "inbox/_wordings.html" if is_fragment(request) else "inbox/wordings.html", context)


def conversation(request: HttpRequest, viewer: User, number: int) -> dict[str, Any]:
    """All that the middle and the right pane show; opening it marks it seen by the one whose turn it is."""
    turn = turn_of(viewer, number)
    ways = answer.ways(turn, by=viewer)
    window = thread.opened(turn, viewer, ways, before=request.GET.get("before", ""))
    work.seen(turn, by=viewer)
    told = turn.conversation
    full = sees_contacts(viewer)
    person = told.opener.person.canonical if told.opener and told.opener.person else None
    return {
        "turn": turn,
        "window": window,
        "ways": ways,
        "key": new_key(clock.now()),
        "taken_back": _taken_back(request, turn, viewer),
        "may_connect": bool(told.source_id) and may(viewer, "source.manage"),
        "counts_as": _COUNTS.get(told.source.connector if told.source else "", "characters"),
        "title": told.subject or (person.name if person else "") or talk.named(told.opener, full=full),
        "network_words": talk.label_of(turn.network),
        "network_icon": talk.icon_of(turn.network),
        "waits": talk.ago(turn.waiting_since, clock.now()),
        "snoozes": SNOOZES,
        "may_assign": may(viewer, "conversation.assign"),
        "card": card_of(turn, viewer, window.items),
        "me": viewer,
    }


def _taken_back(request: HttpRequest, turn: Turn, viewer: User) -> str:
    """The text of an own answer that was just taken back, of anybody's that came back, or that a rule laid ready."""
    if "prepared" in request.GET:
        return turn.draft
    number = request.GET.get("undone", "")
    if not (number.isdecimal() and len(number) < 19):
        return ""
    rows = Interaction.objects.filter(pk=number, conversation_id=turn.pk, direction="out")
    row = rows.filter(Q(by=viewer, status="cancelled") | Q(status="failed")).first()
    return row.text if row else ""
