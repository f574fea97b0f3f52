"""Streams of the pillars: what each found, to be worked through; and what every pillar reads in one mention, with the words."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from mutuals.base import clock
from mutuals.base.patience import TooSlow, within
from mutuals.base.refusals import Refusal
from mutuals.history.models import Interaction
from mutuals.inbox.take import take as taking
from mutuals.listening.ears import words_of_pillars
from mutuals.listening.models import Bar, Rising
from mutuals.listening.pillar import cues, fourfold
from mutuals.listening.pillar.fourfold import VIEWS, Precision, Shown
from mutuals.listening.pillar.pillars import ANY, BAR, ENOUGH, LISTED, Way, shipped
from mutuals.listening.read import words_of
from mutuals.listening.topic.hits import marked
from mutuals.listening.topic.wanted import Phrase, folded, words
from mutuals.people.visibility import sees_contacts
from mutuals.staff.models import Team, User
from mutuals.staff.permissions import may
from mutuals.web.frame import talk
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS
from mutuals.web.listening import shown
from mutuals.web.listening.readings import back_to

_SLOW = "Looking took too long. Try again in a moment."
_LETTERS, _READ = 180, 4_000
_FIRST = {"sales": Way.SALES, "marketing": Way.MARKETING, "innovation": Way.INNOVATION}


def way_of(name: str) -> Way:
    """A way by its name, or 404."""
    if name not in Way.values:
        raise Http404
    return Way(name)


@needs("listening.view")
def first(request: HttpRequest) -> HttpResponse:
    """The stream of the viewer's own pillar; service where they have none."""
    viewer = caller(request)
    told = (
        Team.objects.filter(pk__in=viewer.team_ids()).exclude(pillar="").order_by("pk").values_list("pillar", flat=True)
    )
    way = _FIRST.get(told.first() or "", Way.SERVICE)
    query = f"?{urlencode({'at': request.GET['at']})}" if request.GET.get("at") else ""
    return redirect(reverse("pillar", args=[way.value]) + query)


@needs("listening.view")
def page(request: HttpRequest, way: str) -> HttpResponse:
    """A stream beside one mention with all its readings."""
    viewer, chosen = caller(request), way_of(way)
    view = request.GET.get("view", "waiting")
    view = view if view in VIEWS else "waiting"
    context: dict[str, Any] = {
        "way": chosen, "ways": [(one, one is chosen) for one in Way], "view": view, "views": VIEWS.items(),
        "may_judge": may(viewer, "listening.judge"), "may_edit": may(viewer, "topic.edit"), "is_listed": chosen in LISTED,
        "bar": cues.bar_of(chosen) // 10, "usual_bar": BAR // 10, "enough": ENOUGH,
        "moves": [(one, one.was // 10, one.value // 10) for one in Bar.objects.filter(way=chosen).order_by("-at")[:3]],
        "moved": cues.bars().get(chosen),
    }  # fmt: skip
    try:
        with within(None, _SLOW):
            context |= _listed(request, chosen, view, viewer)
    except TooSlow as error:
        context |= {"slow": str(error), "rows": []}
    return render(request, "listening/pillar.html", context)


def _listed(request: HttpRequest, way: Way, view: str, viewer: User) -> dict[str, Any]:
    after = talk.place_of(request.GET.get("after", ""))
    found, more = fourfold.stream(way, viewer=viewer, view=view, after=after)
    lines = [_line(one, full=sees_contacts(viewer)) for one in found]
    if way is Way.AHEAD and view in ("waiting", "all"):
        lines, more = _rising(), None
    told = request.GET.get("at", "")
    number = int(told) if told.isdecimal() and len(told) < 19 else lines[0]["id"] if lines else 0
    here = next((place for place, line in enumerate(lines) if line["id"] == number), -1)
    beside = {name: lines[place]["id"] if 0 <= place < len(lines) and here >= 0 else 0
              for name, place in (("before", here - 1), ("next", here + 1))}  # fmt: skip
    base = {"view": view if view != "waiting" else "", "after": request.GET.get("after", "")[:60]}
    return {
        "rows": lines, "more": talk.mark(more), "shown": _one(number, viewer) if number else None, "number": number,
        "before": beside["before"], "next": beside["next"],
        "base": "?" + "".join(f"{urlencode({name: value})}&" for name, value in base.items() if value),
        "onward": beside["next"] or beside["before"],
    }  # fmt: skip


def _line(one: Shown, *, full: bool) -> dict[str, Any]:
    row = one.row
    text = " ".join(words_of(row)[: 4 * _LETTERS].split())
    state = "Not for us" if one.cue.is_right is False else ""
    if one.cue.taken_by:
        state = f"With {one.cue.taken_by.name}"
    return {
        "id": row.pk, "at": row.occurred_at,
        "who": talk.named(row.profile, full=full) if row.profile else talk.unknown_author(row),
        "text": text[:_LETTERS] + "…" * (len(text) > _LETTERS), "icon": talk.icon_for(row), "is_public": row.is_public,
        "sure": one.cue.strength // 10, "state": "Answered" if one.is_answered and not state else state,
    }  # fmt: skip


def _rising() -> list[dict[str, Any]]:
    """Words that rise, each with the newest that says them."""
    rows = Rising.objects.filter(topic__archived_at=None).select_related("topic").order_by("-authors", "pk")[:30]
    return [
        {"id": row.said[0], "who": " + ".join(row.words), "at": row.at, "icon": "mup", "is_public": False, "state": "",
         "text": f"{row.topic.name}: {row.mentions:,} mentions of {row.authors:,} people, {row.before:,} the week before.",
         "whole": f"{reverse('topic', args=[row.topic_id])}?rising={row.pk}"}
        for row in rows if row.said
    ]  # fmt: skip


def _one(number: int, viewer: User) -> dict[str, Any] | None:
    """A mention with what each way reads in it."""
    rows = Interaction.objects.filter(deleted_at=None).select_related("profile__person__canonical")
    row = rows.filter(pk=number).first()
    if row is None:
        return None
    told = fourfold.of(row, by=viewer, now=clock.now())
    person = row.profile.person.canonical if row.profile and row.profile.person else None
    full, text = sees_contacts(viewer), words_of(row)
    pieces = shown.short(_lit(text[:_READ], [word for one in told if one.is_read for word in one.because]))
    return {
        "row": row, "who": talk.named(row.profile, full=full) if row.profile else talk.unknown_author(row), "person": person,
        "icon": talk.icon_for(row),
        "pieces": pieces, "whole": shown.whole(text, pieces),
        "told": [(one, round(one.strength / 10), one.bar // 10, precise(one.precision)) for one in told],
    }  # fmt: skip


def _lit(text: str, because: list[str]) -> list[tuple[str, bool]]:
    """The text with the words that readings rest on marked."""
    spoken = {word.removeprefix("not ").rstrip("*"): word.endswith("*") for word in because}
    told = [(tuple(folded(hit[0]) for hit in words(word)), is_start) for word, is_start in spoken.items()]
    return marked([Phrase(some, is_start and len(some[-1]) > 2) for some, is_start in told if some], text)


def precise(one: Precision) -> str:
    """How often a way is right, in words."""
    if one.share is None:
        return f"not enough yet: {one.judged} of {ENOUGH} judged" if one.judged else "nobody has judged it yet"
    percents = [round(100 * value) for value in (one.share.share, one.share.low, one.share.high)]
    return f"right in {one.right:,} of {one.judged:,}: {percents[0]} % ({percents[1]} to {percents[2]} %)"


@needs("listening.judge", methods="POST")
def judge(request: HttpRequest, way: str, interaction_id: int) -> HttpResponse:
    """Right for us, wrong for us, or neither after all."""
    chosen, told = way_of(way), request.POST.get("right", request.GET.get("right", ""))
    verdict = {"yes": True, "no": False}.get(told)
    try:
        before = cues.bar_of(chosen)
        cues.judge(interaction_id, chosen, is_right=verdict, by=caller(request), now=clock.now())
        way_back = reverse("cue_judge", args=[chosen.value, interaction_id]) + "?right="
        said = {True: "Right for us.", False: "Not for us.", None: "Taken back."}[verdict]
        if (now := cues.bar_of(chosen)) != before:
            said += f" By all verdicts, {chosen.label.lower()} shows from {now // 10} % on now, before from {before // 10} %."
        messages.success(request, said, extra_tags="" if verdict is None else way_back)
    except REFUSALS as error:
        messages.error(request, str(error))
    return back_to(request, reverse("pillar", args=[chosen.value]))


@needs("listening.judge", methods="POST")
def take(request: HttpRequest, way: str, interaction_id: int) -> HttpResponse:
    """Work on it, or give it back."""
    chosen = way_of(way)
    try:
        if "back" in request.GET:
            cues.give_back(interaction_id, chosen, by=caller(request))
            messages.success(request, "It waits again.")
        else:
            taking(interaction_id, chosen, by=caller(request), now=clock.now())
            tags = reverse("cue_take", args=[chosen.value, interaction_id]) + "?back=1"
            messages.success(request, "It is yours, and counts as right for us.", extra_tags=tags)
    except REFUSALS as error:
        messages.error(request, str(error))
    return back_to(request, reverse("pillar", args=[chosen.value]))


@needs("listening.view", methods="GET POST", post="topic.edit")
def listed(request: HttpRequest, way: str) -> HttpResponse:
    """The words of a way, language by language."""
    chosen, refused, typed = way_of(way), "", None
    if chosen not in LISTED:
        raise Http404
    language = request.POST.get("language", "").strip()[:12]
    if request.method == "POST":
        told = None if "ours" in request.POST else request.POST.get("words", "")
        try:
            cues.set_words(chosen, language, told, by=caller(request), now=clock.now())
            messages.success(request, "Kept. The newest posts are asked again.")
            return redirect("pillar_words", chosen.value)
        except Refusal as error:
            refused, typed = str(error), told
    kept = {one: told for way_, one, told in words_of_pillars() if way_ is chosen}
    ours = {one: told for (way_, one), told in shipped().items() if way_ is chosen}
    rows = [
        {"language": one, "words": typed if typed is not None and one == language else kept.get(one, ""),
         "is_ours": kept.get(one) == ours.get(one), "has_ours": one in ours, "refused": refused if one == language else ""}
        for one in dict.fromkeys([*ours, *sorted(kept), *([language] if refused else []), ANY])
    ]  # fmt: skip
    context = {"way": chosen, "rows": rows, "may_edit": may(caller(request), "topic.edit"), "refused": refused}
    return render(request, "listening/pillar_words.html", context, status=422 if refused else 200)


@needs("topic.edit", methods="POST")
def undo_bar(request: HttpRequest, bar_id: int) -> HttpResponse:
    """The bar stands where it stood."""
    row = Bar.objects.filter(pk=bar_id).first() if bar_id < 2**63 else None
    if row is None:
        raise Http404
    try:
        cues.undo_bar(row, by=caller(request), now=clock.now())
        messages.success(request, f"Shown from {row.was // 10} % on again.")
    except REFUSALS as error:
        messages.error(request, str(error))
    return redirect("pillar", row.way)
