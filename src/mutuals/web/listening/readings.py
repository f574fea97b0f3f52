"""Why something was understood so, and what staff say instead; and mentions that are not relevant."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from mutuals.base import clock
from mutuals.history.models import Interaction
from mutuals.listening import queries
from mutuals.listening.learning import correct as correcting
from mutuals.listening.learning.meant import LABELS
from mutuals.listening.models import Correction, Reading
from mutuals.staff.permissions import may
from mutuals.text.read import Label
from mutuals.web.frame.doors import caller, is_fragment, needs
from mutuals.web.frame.forms import REFUSALS
from mutuals.web.listening import shown
from mutuals.web.listening.views import topic_of

_NAMES = {"mood": "Mood", "emotion": "Emotion", "intents": "What they want", "urgency": "Urgency"}


@needs("listening.view")
def why(request: HttpRequest, interaction_id: int) -> HttpResponse:
    """The labels of one interaction, how probable each is, and the words it rests on."""
    return _told_why(request, interaction_id)


def _told_why(request: HttpRequest, interaction_id: int, **more: Any) -> HttpResponse:
    """The same, as a page or as a part of one. With `done`, the label that was just spoken of, the mark of the mention that
    stands on the page comes with it.
    """
    rows = Interaction.objects.select_related("profile").filter(deleted_at=None)
    row = rows.filter(pk=interaction_id).first() if interaction_id < 2**63 else None
    reading = queries.readings_of([interaction_id]).get(interaction_id) if row else None
    if row is None or reading is None:
        raise Http404
    told = correcting.why(row, by=caller(request))
    pieces = shown.short([(row.text, False)])
    context: dict[str, Any] = {
        "row": row,
        "pieces": pieces,
        "whole": shown.whole(row.text, pieces),
        "reading": reading,
        "lines": _lines(reading, told),
        "phrases": told.understood.phrases,
        "met": told.met,
        "meant": told.meant,
        "is_same": told.is_same_reader,
        "may_judge": may(caller(request), "listening.judge"),
        "back": request.GET.get("back", ""),
        "is_part": is_fragment(request),
        "mark": shown.mark_of(reading) if more and "/listening/" in request.headers.get("HX-Current-URL", "") else None,
        **more,
    }
    return render(request, "listening/_why.html" if is_fragment(request) else "listening/why.html", context)


def _is_in_place(request: HttpRequest) -> bool:
    """Whether the answer goes into the box that stands on a page, so that the page stays as it is."""
    return is_fragment(request) and "part" in request.POST


def _lines(reading: Reading, told: correcting.Why) -> list[dict[str, Any]]:
    """For each label: what stands, what the machine says with its chance and words, and who said otherwise."""
    found = told.understood
    machine: dict[str, tuple[Label, ...]] = {
        "mood": (found.mood,), "emotion": (found.emotion,), "intents": found.intents, "urgency": (found.urgency,),
    }  # fmt: skip
    said = {one.label: one for one in told.corrections}
    lines = []
    for label, names in LABELS.items():
        value = getattr(reading, label)
        stands = value if isinstance(value, list) else [value]
        lines.append(
            {
                "label": label,
                "name": _NAMES[label],
                "stands": ", ".join(stands) or "none",
                "machine": [_said(one) for one in machine[label]],
                "choices": [(name, name in stands) for name in names],
                "is_many": label == "intents",
                "said": said.get(label),
                "was": _told(said[label].was) if label in said else "",
            }
        )
    return lines


def _said(one: Label) -> tuple[str, int, str]:
    """What the reader says: the label, its chance in a hundred, and the words that it rests on."""
    return one.name, round(100 * one.probability), ", ".join(filter(_is_word, one.because))


def _is_word(told: str) -> bool:
    """Signs alone say nothing to people."""
    return any(map(str.isalnum, told))


def _told(text: str) -> str:
    value = json.loads(text)
    return ", ".join(value) or "none" if isinstance(value, list) else value or "none"


@needs("listening.judge", methods="POST")
def correct(request: HttpRequest, interaction_id: int) -> HttpResponse:
    """Say what a label is."""
    label, values = request.POST.get("label", ""), request.POST.getlist("value")[:10]
    try:
        made = correcting.correct(interaction_id, label, values, by=caller(request), now=clock.now())
        if _is_in_place(request):
            return _told_why(request, interaction_id, done=label)
        messages.success(
            request,
            "Corrected. It stays so, whatever is read later.",
            extra_tags=reverse("reading_undo", args=[made.pk]),
        )
    except REFUSALS as error:
        if _is_in_place(request):
            return _told_why(request, interaction_id, refused=str(error))
        messages.error(request, str(error))
    return back_to(request, reverse("reading", args=[interaction_id]))


@needs("listening.judge", methods="POST")
def undo(request: HttpRequest, correction_id: int) -> HttpResponse:
    """Take a correction back."""
    row = Correction.objects.filter(pk=correction_id).first() if correction_id < 2**63 else None
    if row is None:
        raise Http404
    try:
        correcting.undo(row, by=caller(request), now=clock.now())
        if _is_in_place(request):
            return _told_why(request, row.interaction_id, done=row.label)
        messages.success(request, "Taken back: what was read stands again.")
    except REFUSALS as error:
        messages.error(request, str(error))
    return back_to(request, reverse("reading", args=[row.interaction_id]))


@needs("listening.judge", methods="POST")
def judge(request: HttpRequest, topic_id: int, interaction_id: int) -> HttpResponse:
    """Not relevant to a topic, with a reason; or relevant after all."""
    topic = topic_of(caller(request), topic_id)
    try:
        if "relevant" in request.GET or "relevant" in request.POST:
            correcting.relevant(topic, interaction_id, by=caller(request), now=clock.now())
            messages.success(request, "It counts again.")
        else:
            because = request.POST.get("because", "")
            correcting.not_relevant(topic, interaction_id, because=because, by=caller(request), now=clock.now())
            way = reverse("mention_judge", args=[topic.pk, interaction_id])
            messages.success(request, "It counts no more in this topic.", extra_tags=f"{way}?relevant=1")
    except REFUSALS as error:
        messages.error(request, str(error))
    return back_to(request, reverse("topic", args=[topic.pk]))


def back_to(request: HttpRequest, usual: str) -> HttpResponse:
    """To where the form stood, if that is one of our pages."""
    back = request.POST.get("back", "")
    is_ours = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return redirect(back if is_ours else usual)
