"""Cards on a screen: what waits, what became of the others, who is behind one, and what somebody does about it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from mutuals.base import clock
from mutuals.history.models import Interaction
from mutuals.inbox import problem
from mutuals.inbox.models import Priority
from mutuals.listening.card import acted, behind, cards, playbooks
from mutuals.listening.card.behind import Behind
from mutuals.listening.models import Card, CardState, Step
from mutuals.staff.models import User
from mutuals.staff.permissions import may
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS, zone_of
from mutuals.web.listening.readings import back_to
from mutuals.web.listening.views import colleagues

_SINCE = timedelta(days=90)
_SHOWN, _ENDED, _EXAMPLES = 50, 20, 5
_DRAFT = "Hello {first}, thank you for telling us. We are looking into it and will write again as soon as we know more."
_WAYS = {"topic": "topic", "rule": "rule", "source": "source"}
"""Where the thing leads that a card is about, by the first part of its text key."""


@needs("listening.view")
def page(request: HttpRequest) -> HttpResponse:
    """What waits, the gravest first; what is yours to do; what ended, the newest first; and the measure."""
    viewer = caller(request)
    rows = cards.visible_to(viewer)
    given = list(rows.filter(state=CardState.DELEGATED, to=viewer).order_by("-settled_at")[:_ENDED])
    ended = rows.exclude(state=CardState.OPEN).exclude(pk__in=[card.pk for card in given]).order_by("-settled_at")
    told = acted.measured(viewer=viewer, since=clock.now() - _SINCE, zone=zone_of(viewer).key)
    context = {
        "waiting": _led(rows.filter(state=CardState.OPEN)[:_SHOWN]),
        "given": _led(given),
        "steps": playbooks.waiting_for(viewer)[:_ENDED],
        "ended": _led(ended[:_ENDED]),
        "measures": told,
        "tables": (told.weeks, told.kinds),
        "may_judge": may(viewer, "listening.judge"),
        "colleagues": colleagues(viewer),
    }
    return render(request, "listening/cards.html", context)


@needs("listening.view")
def one(request: HttpRequest, card_id: int) -> HttpResponse:
    """One card: its evidence, the people behind it, what they are worth, its problem and its checklist."""
    viewer = caller(request)
    card = _card(viewer, card_id)
    told = behind.of_card(card, viewer=viewer)
    parts = problem.parts(card, viewer=viewer)
    _renewed(card, told)
    had = {row.person.canonical_id for row in parts if row.person}
    context: dict[str, Any] = {
        "card": _led([card])[0],
        "behind": told,
        "most": behind.MOST,
        "people": [(who, who.id in had) for who in told.people],
        "parts": parts,
        "solved": sum(row.state != "open" for row in parts),
        "examples": _examples(card),
        "steps": card.steps.select_related("to", "done_by").order_by("place"),
        "books": playbooks.fitting(card, viewer=viewer),
        "may_judge": may(viewer, "listening.judge"),
        "may_open": may(viewer, "case.open"),
        "colleagues": colleagues(viewer),
        "everybody": [viewer, *colleagues(viewer)],
        "title": _title(card),
        "priorities": Priority.choices,
        "draft": _DRAFT,
    }
    return render(request, "listening/card.html", context)


@needs("listening.judge", methods="POST")
def settle(request: HttpRequest, card_id: int) -> HttpResponse:
    """Acted on, given to somebody, dismissed; or taken back."""
    viewer = caller(request)
    card = _card(viewer, card_id)
    try:
        if "open" in request.GET:
            cards.reopen(card, by=viewer)
            messages.success(request, "It waits again.")
        else:
            told = request.POST.get("state", ""), request.POST.get("reason", "")
            done = cards.settle(card, told[0], reason=told[1], to=_staff(request), by=viewer, now=clock.now())
            way = f"{reverse('card_settle', args=[done.pk])}?open=1"
            messages.success(request, f"{done.get_state_display()}.", extra_tags=way)
    except REFUSALS as error:
        messages.error(request, str(error))
    return back_to(request, reverse("cards"))


@needs("case.open", methods="POST")
def opening(request: HttpRequest, card_id: int) -> HttpResponse:
    """Open a problem: a case for each that is ticked, and a draft into each thread. Nothing is sent."""
    viewer = caller(request)
    card = _card(viewer, card_id)
    asked = request.POST
    only = [int(one) for one in asked.getlist("who") if one.isdecimal() and len(one) < 19]
    try:
        done = problem.open_problem(
            card, by=viewer, now=clock.now(), title=asked.get("title", ""), text=asked.get("text", ""),
            priority=asked.get("priority", Priority.HIGH), only=only,
        )  # fmt: skip
        many, laid = len(done.cases), done.drafts
        were = f" ({done.were_open} open before)" if done.were_open else ""
        told = f"{many} case{'s' * (many != 1)}{were}, {laid} draft{'s' * (laid != 1)} laid ready. Nothing was sent."
        messages.success(request, told)
    except REFUSALS as error:
        messages.error(request, str(error))
    return redirect("card", card.pk)


@needs("listening.judge", methods="POST")
def listing(request: HttpRequest, card_id: int) -> HttpResponse:
    """The checklist of a card: start a playbook, take it away again, tick a step or untick it."""
    viewer = caller(request)
    card = _card(viewer, card_id)
    do, number = request.POST.get("do", ""), request.POST.get("number", "")
    pk = int(number) if number.isdecimal() and len(number) < 19 else 0
    try:
        if do == "start":
            book = playbooks.visible_to(viewer).filter(pk=pk).first()
            if book is None:
                raise Http404
            playbooks.start(card, book, by=viewer, now=clock.now(), to=_staff(request) or viewer)
        elif do == "stop":
            playbooks.stop(card, by=viewer)
        else:
            step = Step.objects.select_related("card").filter(card=card, pk=pk).first()
            if step is None:
                raise Http404
            playbooks.tick(step, by=viewer, now=clock.now(), is_done=do == "done")
    except REFUSALS as error:
        messages.error(request, str(error))
    return redirect("card", card.pk)


def _renewed(card: Card, told: Behind) -> None:
    """The head of an open card says the same as the page below it; it is counted anew every ten minutes only."""
    if card.state != CardState.OPEN or not told.people or len(told.people) == behind.MOST:
        return
    card.touched, (card.currency, card.value) = len(told.customers), told.stakes[0] if told.stakes else ("", 0)
    if len(told.stakes) > 1:
        card.currency = "*"


def _card(viewer: User, number: int) -> Card:
    found = cards.visible_to(viewer).filter(pk=number).first() if number < 2**63 else None
    if found is None:
        raise Http404
    return found


def _staff(request: HttpRequest) -> User | None:
    number = request.POST.get("to", "")
    return User.objects.filter(pk=int(number)).first() if number.isdecimal() and len(number) < 10 else None


def _led(rows: Any) -> list[Card]:
    """Cards with the address of what they are about, as `way` ("" = nowhere)."""
    found = list(rows)
    for card in found:
        name, _, number = card.about.partition(":")
        card.way = reverse(_WAYS[name], args=[int(number)]) if name in _WAYS and number.isdecimal() else ""
    return found


def _examples(card: Card) -> list[Interaction]:
    """What some people said, as the card keeps it."""
    numbers = list(card.evidence.get("examples", card.evidence.get("said", []))[:_EXAMPLES])
    rows = Interaction.objects.filter(pk__in=numbers, deleted_at=None).select_related("profile__person__canonical")
    return sorted(rows, key=lambda one: numbers.index(one.pk))


def _title(card: Card) -> str:
    """What a problem could be called."""
    words = card.evidence.get("words")
    return " + ".join(words) if isinstance(words, list) else card.words.rstrip(".")[:200]
