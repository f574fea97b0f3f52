"""What is done about a mention where it stands: a case, taking it, a tag; and leaving a word out of its topic."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from mutuals.base import clock
from mutuals.base.patience import within
from mutuals.history.models import Interaction
from mutuals.inbox import cases, work
from mutuals.inbox import queries as inbox
from mutuals.inbox.models import Turn
from mutuals.listening.read import words_of
from mutuals.listening.topic import without
from mutuals.listening.topic.hits import marked
from mutuals.listening.topic.wanted import read
from mutuals.people import many
from mutuals.people.models import Person
from mutuals.people.visibility import sees_contacts
from mutuals.web.frame import talk
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS
from mutuals.web.listening.readings import back_to
from mutuals.web.listening.views import topic_of

_TITLE, _LETTERS = 120, 300


@needs("case.open", methods="POST")
def case(request: HttpRequest, topic_id: int, interaction_id: int) -> HttpResponse:
    """Open a case about what was said, or find the one that is open."""
    topic, row = topic_of(caller(request), topic_id), _row(interaction_id)
    turn, person = _turn(request, row), _person(row)
    try:
        title = " ".join(words_of(row).split())[:_TITLE] or topic.name
        conversation = turn.conversation if turn else None
        made, is_new = cases.open_case(
            by=caller(request), now=clock.now(), title=title, conversation=conversation, person=person
        )
        messages.success(request, f"{made.reference} {'is open' if is_new else 'was open already'}.")
    except REFUSALS as error:
        messages.error(request, str(error))
    return back_to(request, reverse("topic", args=[topic.pk]))


@needs("conversation.assign", methods="POST")
def take(request: HttpRequest, topic_id: int, interaction_id: int) -> HttpResponse:
    """Take the conversation: it is one's own turn now."""
    topic, turn = topic_of(caller(request), topic_id), _turn(request, _row(interaction_id))
    if turn is None:
        messages.error(request, "There is no conversation to take.")
        return back_to(request, reverse("topic", args=[topic.pk]))
    before = turn.assignee_id
    work.assign(turn, by=caller(request), to=caller(request), team=turn.team, now=clock.now())
    undo = f"{reverse('conversation_assign', args=[turn.pk])}?to={before or ''}"
    messages.success(request, "It is yours now.", extra_tags=undo)
    return back_to(request, reverse("topic", args=[topic.pk]))


@needs("person.edit", methods="POST")
def tag(request: HttpRequest, topic_id: int, interaction_id: int) -> HttpResponse:
    """Give the author a tag; with `off` it is taken again."""
    topic, person = topic_of(caller(request), topic_id), _person(_row(interaction_id))
    word = request.POST.get("tag", "") or request.GET.get("tag", "")
    try:
        if person is None:
            messages.error(request, "Nobody knows who wrote this, so there is nobody to tag.")
        elif "off" in request.GET:
            many.untag([person.pk], word, by=caller(request), now=clock.now())
            messages.success(request, "The tag is taken away.")
        else:
            is_new = many.tag([person.pk], word, by=caller(request), now=clock.now())
            messages.success(request, f"{person} has the tag “{word}”{'' if is_new else ' already'}.")
    except REFUSALS as error:
        messages.error(request, str(error))
    return back_to(request, reverse("topic", args=[topic.pk]))


@needs("topic.edit", methods="GET POST")
def leave_out(request: HttpRequest, topic_id: int) -> HttpResponse:
    """What the topic loses without a word; then its next version, which can be taken back."""
    topic, by = topic_of(caller(request), topic_id), caller(request)
    word = (request.POST.get("word") or request.GET.get("word") or "")[:100]
    context: dict[str, Any] = {"topic": topic, "word": word}
    try:
        if request.method == "POST" and "back" in request.GET:
            without.take_back(topic, word, by=by, now=clock.now())
            messages.success(request, "Taken back: its next version asks as before.")
            return redirect("topic", topic.pk)
        if request.method == "POST":
            without.leave_out(topic, word, by=by, now=clock.now())
            way = f"{reverse('topic_without', args=[topic.pk])}?back=1&word={word}"
            messages.success(request, f"The next version does without “{word}”; it reads history now.", extra_tags=way)
            return redirect("topic", topic.pk)
        with within(4.0, "Trying this took too long."):
            found = without.trial(topic, word, by=by)
        full, node = sees_contacts(by), read(f'"{found.word}"' if " " in found.word else found.word)
        context["dropped"] = found
        context["sampled"] = [
            (
                row,
                talk.named(row.profile, full=full) if row.profile else "Author unknown",
                marked([node], words_of(row)[:_LETTERS]),
            )
            for row in found.newest
        ]
    except REFUSALS as error:
        context["unclear"] = str(error)
    return render(request, "listening/without.html", context, status=422 if "unclear" in context else 200)


def _row(number: int) -> Interaction:
    rows = Interaction.objects.filter(deleted_at=None).select_related("profile__person__canonical")
    found = rows.filter(pk=number).first() if number < 2**63 else None
    if found is None:
        raise Http404
    return found


def _turn(request: HttpRequest, row: Interaction) -> Turn | None:
    rows = inbox.visible_to(caller(request)).select_related("conversation", "team")
    return rows.filter(pk=row.conversation_id).first() if row.conversation_id else None


def _person(row: Interaction) -> Person | None:
    return row.profile.person.canonical if row.profile and row.profile.person else None
