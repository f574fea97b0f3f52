"""Words that rise together: of any week, segment, product and mood; and the way to do something about them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from mutuals.base import clock
from mutuals.base.filters import Condition, from_query
from mutuals.base.patience import TooSlow, within
from mutuals.listening import queries
from mutuals.listening.card import rise
from mutuals.listening.models import Card, Rising, Topic
from mutuals.staff import saved
from mutuals.staff.models import SavedView, User
from mutuals.staff.permissions import may
from mutuals.text.labels import MOODS
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS, zone_of
from mutuals.web.listening.rows import lines

_WEEKS = 12  # that can be chosen by name
_LONG = 20.0  # seconds


@needs("listening.view", methods="GET POST", post="listening.judge")
def page(request: HttpRequest) -> HttpResponse:
    """The table of one week; or a card of one of its lines."""
    viewer = caller(request)
    asking = request.POST if request.method == "POST" else request.GET
    topics = list(queries.visible_to(viewer))
    topic = next((one for one in topics if str(one.pk) == asking.get("topic")), None) or queries.opening(viewer)
    views = list(saved.visible_to(viewer, "person"))
    view = next((one for one in views if str(one.pk) == asking.get("view")), None)
    zone, now = zone_of(viewer), clock.now()
    end = _end(asking.get("week", ""), zone, now)
    context: dict[str, Any] = {
        "topics": topics, "topic": topic, "views": views, "view": view, "moods": MOODS,
        "mood": asking.get("mood") if asking.get("mood") in MOODS else "", "product": asking.get("product", "")[:80],
        "weeks": _weeks(zone, now), "week": asking.get("week", ""), "since": end - rise.WEEK, "until": end,
        "may_judge": may(viewer, "listening.judge"), "may_open": may(viewer, "case.open"),
    }  # fmt: skip
    context["query"] = urlencode(
        {name: asking.get(name, "") for name in ("topic", "week", "view", "product", "mood") if asking.get(name)}
    )
    if topic is not None:
        try:
            asked = rise.Asked(topic, end, _where(view), context["product"], context["mood"])
            if request.method == "POST":
                return _carded(request, asked, viewer, zone)
            with within(_LONG, "Counting took too long. Choose a smaller topic."):
                told = rise.found(asked, viewer=viewer, zone=zone.key)
            context |= {
                "told": told,
                "rows": _rows(told, topic, viewer),
                "is_narrow": asked.is_narrow,
                "since": told.since,
            }
            context["beside"] = "the seven days before"
            if end - told.since < rise.WEEK:
                context["beside"] = f"the {rise.lasting(end - told.since)} before, as no more is known"
        except (*REFUSALS, TooSlow) as error:
            context["refused"] = str(error)
    return render(request, "listening/words.html", context)


def _carded(request: HttpRequest, asked: rise.Asked, viewer: User, zone: ZoneInfo) -> HttpResponse:
    """A card of the set that was chosen, and there the problem is opened; `kept` is a set as the board shows it."""
    words = [one for one in request.POST.get("words", "").split("\t") if one][:3]
    kept = Rising.objects.filter(topic=asked.topic, words=words).select_related("topic__version").first()
    try:
        if "kept" in request.POST and kept is not None:
            card: Card = rise.raise_kept(kept, by=viewer, now=clock.now())
        else:
            card = rise.raise_(asked, words, by=viewer, now=clock.now(), zone=zone.key)
    except REFUSALS as error:
        messages.error(request, str(error))
        back = {
            name: request.POST[name] for name in ("topic", "week", "view", "product", "mood") if request.POST.get(name)
        }
        return redirect(f"{reverse('words')}?{urlencode(back)}")
    return redirect(f"{reverse('card', args=[card.pk])}#problem")


def _where(view: SavedView | None) -> Condition | None:
    """The people of a saved list."""
    parts = QueryDict(view.query).getlist("f") if view else []
    return from_query([one for one in parts if one]) if parts else None


def _weeks(zone: ZoneInfo, now: datetime) -> list[tuple[str, str]]:
    """This week to date, and whole weeks before it, each by its Monday."""
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    starts = [monday - timedelta(weeks=number) for number in range(1, _WEEKS + 1)]
    return [
        ("", "Last seven days"),
        *((one.isoformat(), f"Week of {one:%d %b %Y}".replace(" 0", " ")) for one in starts),
    ]


def _end(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    """When the week ends that begins on the day of this text; what is no day is the last seven days."""
    try:
        day = date.fromisoformat(text[:10])
        found = datetime(day.year, day.month, day.day, tzinfo=zone) + rise.WEEK
    except (ValueError, OverflowError):
        return now
    return min(found, now) if found.year > 1970 else now


def _rows(told: rise.Found, topic: Topic, viewer: User) -> list[dict[str, Any]]:
    """Sets with their growth in words, their line, examples and customers."""
    return [
        {
            "one": one,
            "line": line,
            "growth": _growth(one),
            "share": round(100 * one.share, 1),
            "elsewhere": None if one.elsewhere is None else round(100 * one.elsewhere, 1),
        }
        for one, line in zip(told.sets, lines(topic, told.sets, viewer), strict=True)
    ]


def _growth(one: rise.Rise) -> str:
    """How much more it is said, in words."""
    if not one.before:
        return "new"
    change = round(100 * (one.mentions / one.before - 1))
    return f"+{change:,} %" if change > 0 else f"−{-change:,} %" if change else "as before"
