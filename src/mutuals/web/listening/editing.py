"""The editor of a topic, with a live sample of what its words meet."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from mutuals.base import clock
from mutuals.base.patience import within
from mutuals.base.refusals import Refusal
from mutuals.listening import queries
from mutuals.listening.models import Kind, Topic
from mutuals.listening.read import words_of
from mutuals.listening.topic import sampling, simple, topics
from mutuals.listening.topic.hits import marked
from mutuals.listening.topic.wanted import FARTHEST, LONGEST, NEAR, read
from mutuals.people.visibility import sees_contacts
from mutuals.web.frame import talk
from mutuals.web.frame.doors import caller, is_fragment, needs
from mutuals.web.frame.forms import REFUSALS, Asked, typed
from mutuals.web.listening.views import topic_of

_PARTED = re.compile(r"[,;\n]+")
_SECONDS = 4.0
_SIMPLE = ("all_of", "any_of", "none_of", "near", "within")
_LETTERS = 300


class TopicForm(Asked):
    """What is listened for. Its simple fields write the words, unless somebody wrote into the text itself: that stands."""

    use_required_attribute = False  # the words may be those that the simple fields write

    name = forms.CharField(max_length=80, label="Name")
    kind = forms.ChoiceField(choices=Kind.choices, label="It is", initial=Kind.THEME)
    all_of = forms.CharField(max_length=LONGEST, required=False, label="All of", help_text="kettle, hot water")
    any_of = forms.CharField(max_length=LONGEST, required=False, label="Any of", help_text="leak*, drips, @kettleworks")
    none_of = forms.CharField(max_length=LONGEST, required=False, label="None of", help_text="toy, doll")
    near = forms.CharField(max_length=LONGEST, required=False, label="Near each other", help_text="Two: lid, broke*")
    within = forms.IntegerField(min_value=1, max_value=FARTHEST, required=False, label="Words between them, at most")
    words = forms.CharField(
        max_length=LONGEST,
        label="The same as text",
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "data-words": ""}),
        help_text='kettle AND (leak* OR "hot water" NEAR(5) floor) NOT toy',
    )
    was = forms.CharField(required=False, widget=forms.HiddenInput)
    languages = forms.CharField(max_length=300, required=False, label="Languages", help_text="en, de; none = all")
    without = forms.CharField(max_length=4_000, required=False, label="Without authors", help_text="@shop, @bot")
    budget = forms.CharField(
        max_length=100,
        label="False alarms",
        initial="one a month",
        help_text="At most so many: one a month, 2 a quarter",
    )

    def __init__(self, data: Any = None, *, initial: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        data, initial = _simply(data), _simply(initial or {})
        super().__init__(data, initial=initial, **kwargs)
        if not (initial if data is None else data)["is_simple"]:
            for name in _SIMPLE:
                del self.fields[name]
            self.fields["words"].label = "Words"
            self.fields["words"].help_text = "More than the simple form can show; what stands here is asked."


def _simply(told: Any) -> Any:
    """What a form was told, with the words that it asks for and the simple fields that show them."""
    if told is None:
        return None
    told = told.dict() if isinstance(told, QueryDict) else dict(told)
    words, was = (str(told.get(name) or "").replace("\r", "") for name in ("words", "was"))
    all_of, any_of, none_of, near = (simple.parted(str(told.get(name) or "")) for name in _SIMPLE[:4])
    asked = simple.Simple(all_of, any_of, none_of, near, _within(told.get("within")))
    before = _shown(words)
    if words == was and before is not None and asked.text != before.text and any(name in told for name in _SIMPLE):
        words, before = asked.text, _shown(asked.text) or asked
    told |= {"words": words, "was": words, "is_simple": before is not None}
    if before is not None:
        told |= {name: ", ".join(getattr(before, name)) for name in _SIMPLE[:4]} | {"within": before.within}
    return told


def _shown(words: str) -> simple.Simple | None:
    try:
        return simple.shown(words)
    except Refusal:  # what is no question yet is said beside the text
        return None


def _within(told: Any) -> int:
    return min(max(int(told), 1), FARTHEST) if str(told).isdecimal() and len(str(told)) < 4 else NEAR


@needs("topic.edit", methods="GET POST")
def new(request: HttpRequest) -> HttpResponse:
    """Begin to listen for something."""
    form = TopicForm(typed(request)) if "try" not in request.POST else TopicForm(initial=request.POST.dict())
    if form.is_bound:
        made = form.try_act(lambda told: topics.make(_wanted(told), by=caller(request), now=clock.now()))
        if made is not None:
            messages.success(request, f"{made.name}: history is read now, newest first.")
            return redirect("topic", made.pk)
    return _editor(request, form, None)


@needs("topic.edit", methods="GET POST")
def edit(request: HttpRequest, topic_id: int) -> HttpResponse:
    """Ask otherwise, or call it otherwise. What a colleague changed meanwhile is told beside what was typed, which stays."""
    topic = topic_of(caller(request), topic_id)
    held = _held(topics.held_by(topic, topic.versions.order_by("-number").first()))
    form = (
        TopicForm(typed(request), initial=held) if "try" not in request.POST else TopicForm(initial=request.POST.dict())
    )
    told = request.POST.get("seen", str(topic.edition))
    seen = int(told) if told.isdecimal() and len(told) < 9 else None
    theirs = list[tuple[str, str]]()
    if form.is_bound:
        by, now = caller(request), clock.now()
        done = form.try_act(lambda asked: topics.change(topic, _wanted(asked), by=by, now=now, seen=seen))
        if done is not None:
            return redirect("topic", topic.pk)
        if seen not in (None, topic.edition):  # whoever saves again has seen what stands there now
            theirs, seen = _theirs(form, held), topic.edition
            form.errors.pop(NON_FIELD_ERRORS, None)  # the page says the same, field by field
    return _editor(request, form, topic, seen=seen, theirs=theirs)


def _held(asked: topics.Wanted) -> dict[str, str]:
    """What a topic is, as the form shows it."""
    return {
        "name": asked.name,
        "kind": asked.kind,
        "budget": asked.budget,
        "words": asked.words,
        "languages": ", ".join(asked.languages),
        "without": ", ".join(asked.without),
    }


def _theirs(form: TopicForm, held: Mapping[str, str]) -> list[tuple[str, str]]:
    """What stands there now and is not what was typed: the label of a field, and its value."""
    names = {"name": "Name", "kind": "It is", "words": "Words", "languages": "Languages", "without": "Without authors"}
    kinds = dict(Kind.choices)
    typed_in = {name: " ".join(str(form.data.get(name, "")).split()) for name in held}
    return [
        (label, kinds.get(held[name], held[name]) or "none")
        for name, label in (names | {"budget": "False alarms"}).items()
        if typed_in[name] != held[name]
    ]


@needs("topic.edit")
def tried(request: HttpRequest) -> HttpResponse:
    """What the words of the form would find, beside the form that asks: no page of its own."""
    if not is_fragment(request):
        return redirect("topic_new")
    number = request.GET.get("topic", "")
    topic = topic_of(caller(request), int(number)) if number.isdecimal() and len(number) < 19 else None
    context = _sample(request, TopicForm(request.GET), topic)
    return render(request, "listening/_sample.html", context)


@needs("topic.edit", methods="POST")
def away(request: HttpRequest, topic_id: int) -> HttpResponse:
    """Listen no more."""
    topic = topic_of(caller(request), topic_id)
    topics.put_away(topic, by=caller(request), now=clock.now())
    messages.success(request, f"{topic.name} was put away.")
    return redirect("listening")


def _editor(
    request: HttpRequest, form: TopicForm, topic: Topic | None, *, seen: int | None = None,
    theirs: Sequence[tuple[str, str]] = (),
) -> HttpResponse:  # fmt: skip
    feedback = queries.feedback_of(topic) if topic else None
    context: dict[str, Any] = {"form": form, "topic": topic, "feedback": feedback, "seen": seen, "theirs": theirs}
    told = form.initial if not form.is_bound else form.data
    if told.get("words"):
        context |= _sample(request, TopicForm(told), topic)
    return render(request, "listening/topic.html", context, status=422 if form.is_bound else 200)


def _sample(request: HttpRequest, form: TopicForm, topic: Topic | None) -> dict[str, Any]:
    words = str(form.data.get("words", ""))[: LONGEST + 1]
    if not words.strip():
        return {"unclear": ""}
    told = {name: str(form.data.get(name, "")) for name in ("languages", "without")}
    wanted = topics.Wanted("sample", words, languages=_parts(told["languages"]), without=_parts(told["without"]))
    try:
        with within(_SECONDS, "Trying these words took too long. Save them to have history read in the background."):
            found = sampling.sample(wanted, by=caller(request), topic=topic)
    except REFUSALS as error:
        return {"unclear": str(error)}
    full, node = sees_contacts(caller(request)), read(words)
    rows = [
        (
            row,
            talk.named(row.profile, full=full) if row.profile else "Author unknown",
            marked([node], words_of(row)[:_LETTERS]),
        )
        for row in found.newest
    ]
    noise = found.noise
    range_ = [round(100 * one) for one in (noise.share, noise.low, noise.high)] if noise else None
    return {"sample": found, "sampled": rows, "noise": range_, "asked_words": words}


def _wanted(told: dict[str, Any]) -> topics.Wanted:
    return topics.Wanted(
        told["name"], told["words"], told["kind"], _parts(told["languages"]), _parts(told["without"]), told["budget"]
    )


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in _PARTED.split(text) if part.strip())
