"""The digest of whoever reads: how often and how much they want, and what it holds."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from mutuals.base import clock
from mutuals.listening import queries
from mutuals.listening.board import digest
from mutuals.listening.board.digest import LONGEST, Shown
from mutuals.listening.learning.correct import BECAUSE
from mutuals.listening.models import Rhythm
from mutuals.people.visibility import sees_contacts
from mutuals.rules import send
from mutuals.staff.models import User
from mutuals.web.frame import talk
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS, Asked, typed
from mutuals.web.listening.readings import back_to

_LETTERS = 240


class Wishes(Asked):
    """How somebody wants to be told."""

    rhythm = forms.ChoiceField(choices=Rhythm.choices, label="How often", help_text="In the morning of your time zone")
    most = forms.IntegerField(min_value=1, max_value=LONGEST, label="At most", help_text="Items; never more than this")
    topics = forms.MultipleChoiceField(
        required=False, widget=forms.CheckboxSelectMultiple, label="Of these topics", help_text="None = all"
    )
    by_mail = forms.BooleanField(
        required=False, label="By mail too", help_text="A letter says why and where, not the words"
    )


@needs("listening.view", methods="GET POST")
def page(request: HttpRequest) -> HttpResponse:
    """The newest digest, and how it is wished for; with `now` one is made at once."""
    viewer = caller(request)
    held = digest.wishes_of(viewer)
    if request.method == "POST" and "now" in request.POST:
        made = digest.make(viewer, now=clock.now())
        messages.success(request, f"{len(made)} item{'s' * (len(made) != 1)}." if made else "Nothing new to tell.")
        return redirect("digest")
    if request.method == "POST" and "stop" in request.POST:
        digest.stop_mails(viewer)
        messages.success(request, "No more mails. The digest still stands here.")
        return redirect("digest")
    form = Wishes(
        typed(request),
        initial={"rhythm": held.rhythm, "most": held.most, "topics": held.topics, "by_mail": held.by_mail},
    )
    topics: Any = form.fields["topics"]
    topics.choices = [(one.pk, one.name) for one in queries.visible_to(viewer)]
    if request.method == "POST":
        done = form.try_act(
            lambda told: digest.wish(
                by=viewer,
                rhythm=told["rhythm"],
                most=told["most"],
                topics=[int(one) for one in told["topics"]],
                by_mail=told["by_mail"],
            )
        )
        if done is not None:
            messages.success(request, "Kept.")
            return redirect("digest")
    items = lines(viewer)
    context = {
        "form": form,
        "nothing": None if items or held.told_at is None else digest.why_empty(viewer, now=held.told_at),
        "reader": viewer,
        "is_mailed": held.by_mail,
        "may_leave": send.mailbox() is not None,
        "items": items,
        "told_at": held.told_at,
        "because": list(BECAUSE.items()),
    }
    return render(request, "listening/digest.html", context, status=422 if form.is_bound else 200)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def off(request: HttpRequest, mark: str) -> HttpResponse:
    """The way out in a mail: one button, or the one click of a mail program, and no more mails come. The mark is the right.

    Looking alone stops nothing, because programs that guard mailboxes open every address.
    """
    reader = digest.reader_of(mark)
    if reader is None:
        return render(request, "listening/off.html", {"is_known": False}, status=404)
    if request.method == "POST":
        digest.stop_mails(reader)
    return render(request, "listening/off.html", {"is_known": True, "is_off": not digest.wishes_of(reader).by_mail})


@needs("listening.view", methods="POST")
def judge(request: HttpRequest, told_id: int) -> HttpResponse:
    """Whether an item was worth it; with `unsay` what was said is taken back."""
    said = {"yes": True, "no": False}.get(request.POST.get("worth", ""))
    try:
        digest.judge(told_id, is_relevant=None if "unsay" in request.GET else said, by=caller(request))
        if said is False:
            way = f"{reverse('digest_judge', args=[told_id])}?unsay=1"
            messages.success(request, "Less of this from now on.", extra_tags=way)
        elif said:
            messages.success(request, "More of this from now on.")
    except REFUSALS as error:
        messages.error(request, str(error))
    return back_to(request, reverse("digest"))


def lines(viewer: User, most: int | None = None) -> list[dict[str, Any]]:
    """The items of the newest digest as a page prints them."""
    full = sees_contacts(viewer)
    return [_line(one, full=full) for one in digest.newest_of(viewer)[:most]]


def _line(one: Shown, *, full: bool) -> dict[str, Any]:
    row = one.row
    return {
        "id": one.told.pk,
        "why": one.told.why,
        "who": talk.named(row.profile, full=full) if row.profile else talk.unknown_author(row),
        "icon": talk.icon_for(row),
        "is_public": row.is_public,
        "text": " ".join(row.text.split())[:_LETTERS],
        "at": row.occurred_at,
        "topic": one.told.topic,
        "is_liked": one.told.is_relevant,
        "url": f"{reverse('conversation', args=[row.conversation_id])}#m{row.pk}"
        if row.conversation_id
        else reverse("topic", args=[one.told.topic_id]),
    }
