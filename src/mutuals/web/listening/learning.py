"""Teaching the reader: what it asks, which version reads, what phrases mean here, and reading history again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from mutuals.base import clock
from mutuals.base.refusals import Refusal
from mutuals.listening.learning import asking, lessons, rereading, sayings
from mutuals.listening.learning.asking import FIRST, Ask
from mutuals.listening.learning.meant import LABELS
from mutuals.listening.models import Lesson, Rereading, Saying
from mutuals.listening.read import words_of
from mutuals.people.visibility import sees_contacts
from mutuals.staff.models import User
from mutuals.staff.permissions import may
from mutuals.text.labels import MOODS
from mutuals.web.frame import talk
from mutuals.web.frame.doors import caller, is_fragment, needs
from mutuals.web.frame.forms import REFUSALS
from mutuals.web.listening import shown

_SHOWN = 12
"""Versions on the page."""
_NAMES = {"mood": "Mood", "emotion": "Emotion", "intents": "What they want", "urgency": "Urgency"}
_BECAUSE = {"corrections": "by itself", "asked for": "asked for", "as it came": "came with Mutuals"}


@dataclass(frozen=True, slots=True)
class Row:
    """A version as a line: what it is, how each label did, and whether one can go to it."""

    lesson: Lesson
    state: str
    because: str
    heads: tuple[tuple[str, str, bool], ...]
    is_kept: bool


@needs("listening.view")
def page(request: HttpRequest) -> HttpResponse:
    """The page."""
    viewer = caller(request)
    told, used = asking.progress(), lessons.in_use()
    asked = asking.queue(by=viewer) if may(viewer, "listening.judge") else []
    context: dict[str, Any] = {
        "told": told,
        "first": FIRST,
        "asked": [_ask(one, viewer) for one in asked],
        "moods": list(enumerate(MOODS, 1)),
        "right": _right(told),
        "used": used,
        "unlearned": lessons.unlearned(),
        "rows": [_row(row) for row in lessons.versions()[:_SHOWN]],
        "phrases": [(row, _NAMES[row.label]) for row in sayings.standing()],
        "labels": [
            (_NAMES[label], [(f"{label}:{value}", value) for value in values]) for label, values in LABELS.items()
        ],
        "may_learn": may(viewer, "listening.learn"),
        **_again(),
    }
    return render(request, "listening/learning.html", context)


def _ask(one: Ask, viewer: User) -> dict[str, Any]:
    row = one.interaction
    full = sees_contacts(viewer)
    return {
        "id": row.pk,
        "text": "".join(piece for piece, _ in shown.short([(words_of(row), False)])),
        "at": row.occurred_at,
        "who": talk.named(row.profile, full=full) if row.profile else talk.unknown_author(row),
        "language": one.language,
        "mood": one.mood,
        "chance": round(one.chance / 10),
        "why": "asked by chance, to see how often it is right" if one.is_random else "the reader is unsure",
    }


def _right(told: asking.Progress) -> str:
    if told.right is None:
        return ""
    share = told.right
    return f"{100 * share.share:.0f} % ({100 * share.low:.0f} to {100 * share.high:.0f} %) of {share.of}"


def _row(row: Lesson) -> Row:
    kept = lessons.is_kept(row)
    state = "Reads now" if row.is_used else "" if kept else "Not kept any more" if row.is_taken else "Not taken"
    heads = tuple((_NAMES[head], lessons.in_words(told), bool(told["is_taken"])) for head, told in row.figures.items())
    return Row(row, state, _BECAUSE.get(row.because, row.because), heads, kept and not row.is_used)


def _again() -> dict[str, Any]:
    """What is offered of history, or how far it is."""
    behind, of = rereading.behind()
    last = Rereading.objects.order_by("-pk").first()
    running = last if last is not None and last.ended_at is None else None
    return {
        "behind": behind,
        "behind_of": of,
        "running": running,
        "percent": rereading.progress(running) if running else 0,
        "last": last,
    }


@needs("listening.judge", methods="POST")
def answer(request: HttpRequest, interaction_id: int) -> HttpResponse:
    """Tell the mood of one, or skip it. In place of a page come the figures, and questions that do not stand there yet."""
    mood, by, now = request.POST.get("mood", ""), caller(request), clock.now()
    words, way, is_refused = "", "", False
    if interaction_id >= 2**63:
        raise Http404
    try:
        if mood == "skip":
            asking.skip(interaction_id, by=by, now=now)
        else:
            made = asking.answer(interaction_id, mood, by=by, now=now)
            words, way = f"Told: {mood}.", reverse("reading_undo", args=[made.pk])
    except REFUSALS as error:
        words, is_refused = str(error), True
    if is_fragment(request):
        return _answered(request, words, way, is_refused=is_refused)
    if words:
        (messages.error if is_refused else messages.success)(request, words, extra_tags=way)
    return redirect("learning")


def _answered(request: HttpRequest, words: str, way: str, *, is_refused: bool) -> HttpResponse:
    viewer, told = caller(request), asking.progress()
    there = set(request.POST.getlist("shown"))
    further = [one for one in asking.queue(by=viewer, many=asking.MOST) if str(one.interaction.pk) not in there][:1]
    asked = [_ask(one, viewer) for one in further]
    context = {"told": told, "first": FIRST, "right": _right(told), "asked": asked, "moods": list(enumerate(MOODS, 1))}
    shown = render(request, "listening/_answered.html", context)
    if words:
        toast = {"text": words, "failed": is_refused} | ({"undo": way} if way else {})
        shown.headers["HX-Trigger"] = json.dumps({"toast": toast})
    return shown


@needs("listening.learn", methods="POST")
def use(request: HttpRequest, lesson_id: int) -> HttpResponse:
    """Go to a version."""
    row = Lesson.objects.filter(pk=lesson_id).first() if lesson_id < 2**63 else None
    if row is None:
        raise Http404
    try:
        was = lessons.use(row, by=caller(request), now=clock.now())
        text = f"New messages are read {'as it came' if row.number == 0 else f'by version {row.number}'} from now on."
        messages.success(request, text, extra_tags=reverse("lesson_use", args=[was.pk]))
    except REFUSALS as error:
        messages.error(request, str(error))
    return redirect("learning")


@needs("listening.learn", methods="POST")
def learn(request: HttpRequest) -> HttpResponse:
    """Learn now."""
    lessons.ask(by=caller(request))
    messages.success(request, "It learns now; that takes seconds. What comes of it stands below.")
    return redirect("learning")


@needs("listening.learn", methods="POST")
def again(request: HttpRequest) -> HttpResponse:
    """Read history again, or stop that."""
    try:
        if "stop" in request.POST:
            rereading.stop(by=caller(request), now=clock.now())
            messages.success(request, "Stopped. What was read again stays.")
        else:
            rereading.begin(by=caller(request), now=clock.now())
            messages.success(request, "History is being read again, the newest first.")
    except REFUSALS as error:
        messages.error(request, str(error))
    return redirect("learning")


@needs("listening.learn", methods="GET POST")
def phrase(request: HttpRequest) -> HttpResponse:
    """What a phrase would change; with POST it means that from now on."""
    told = request.POST if request.method == "POST" else request.GET
    words, (label, _, value) = told.get("words", "")[:200], told.get("means", "")[:40].partition(":")
    context: dict[str, Any] = {"words": words, "means": f"{label}:{value}"}
    context["means_words"] = f"{_NAMES.get(label, label).lower()}: {value}"
    try:
        if request.method == "POST":
            made = sayings.say(words, label, value, by=caller(request), now=clock.now())
            way = reverse("phrase_away", args=[made.pk])
            messages.success(
                request, f"{made} from now on. Only what comes is read so; history can be read again.", extra_tags=way
            )
            return redirect("learning")
        context["found"] = sayings.preview(words, label, value, by=caller(request), now=clock.now())
    except Refusal as error:
        if request.method == "POST":
            messages.error(request, str(error))
            return redirect("learning")
        context["refused"] = str(error)
    return render(request, "listening/_phrase.html" if is_fragment(request) else "listening/phrase.html", context)


@needs("listening.learn", methods="POST")
def unsay(request: HttpRequest, saying_id: int) -> HttpResponse:
    """A phrase means nothing more."""
    row = Saying.objects.filter(pk=saying_id).first() if saying_id < 2**63 else None
    if row is None:
        raise Http404
    try:
        sayings.take_back(row, by=caller(request), now=clock.now())
        messages.success(request, f"“{row.words}” means nothing of its own any more.")
    except REFUSALS as error:
        messages.error(request, str(error))
    return redirect("learning")
