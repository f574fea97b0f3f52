"""Cards on a screen: what waits, what became of the others, and what somebody does about one."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from mutuals.base import clock
from mutuals.listening import cards
from mutuals.listening.models import CardState
from mutuals.staff.models import User
from mutuals.staff.permissions import may
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS
from mutuals.web.listening.readings import back_to
from mutuals.web.listening.views import colleagues

_SINCE = timedelta(days=90)
_SHOWN = 50


@needs("listening.view")
def page(request: HttpRequest) -> HttpResponse:
    """What waits, the gravest first; what ended, the newest first; and the measure."""
    viewer = caller(request)
    rows = cards.visible_to(viewer)
    context = {
        "waiting": rows.filter(state=CardState.OPEN)[:_SHOWN],
        "ended": rows.exclude(state=CardState.OPEN).order_by("-settled_at")[:20],
        "measure": cards.measure(viewer=viewer, since=clock.now() - _SINCE),
        "may_judge": may(viewer, "listening.judge"),
        "colleagues": colleagues(viewer),
    }
    return render(request, "listening/cards.html", context)


@needs("listening.judge", methods="POST")
def settle(request: HttpRequest, card_id: int) -> HttpResponse:
    """Acted on, given to somebody, dismissed; or taken back."""
    viewer = caller(request)
    card = cards.visible_to(viewer).filter(pk=card_id).first() if card_id < 2**63 else None
    if card is None:
        raise Http404
    number = request.POST.get("to", "")
    to = User.objects.filter(pk=int(number)).first() if number.isdecimal() and len(number) < 10 else None
    try:
        if "open" in request.GET:
            cards.reopen(card, by=viewer)
            messages.success(request, "It waits again.")
        else:
            told = request.POST.get("state", ""), request.POST.get("reason", "")
            done = cards.settle(card, told[0], reason=told[1], to=to, by=viewer, now=clock.now())
            way = f"{reverse('card_settle', args=[done.pk])}?open=1"
            messages.success(request, f"{done.get_state_display()}.", extra_tags=way)
    except REFUSALS as error:
        messages.error(request, str(error))
    return back_to(request, reverse("cards"))
