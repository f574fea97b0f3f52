"""When a topic rings: what would have rung in ninety days or more, with the budget that it has or another one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from mutuals.base import clock
from mutuals.base.patience import TooSlow, within
from mutuals.listening.card import warn
from mutuals.listening.card.playbooks import LEVELS
from mutuals.staff.permissions import may
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS, zone_of
from mutuals.web.listening import looking
from mutuals.web.listening.views import topic_of

SAYINGS = ("one a quarter", "one a month", "two a month", "one a week", "one a day")
"""Budgets that are offered; others can be typed."""
STRETCHES = (90, 180, 365)
"""How many days are looked back over."""
_LONG = 20.0  # seconds
_DESK, _PHONE, _HIGH, _LEFT, _FOOT, _TOP = 800, 328, 150, 34, 24, 22


@dataclass(frozen=True, slots=True)
class Drawing:
    """Mentions a day as a line, and where it would have rung: x, y, number. `grid`: y and count, `axis`: x and day."""

    wide: int
    high: int
    line: str
    area: str
    bad: str
    marks: tuple[tuple[float, float, int], ...]
    grid: tuple[tuple[float, int], ...]
    axis: tuple[tuple[float, str, str], ...]


@needs("listening.view", methods="GET POST", post="topic.edit")
def page(request: HttpRequest, topic_id: int) -> HttpResponse:
    """The last ninety days with marks, or more; a budget to try, and to keep."""
    viewer = caller(request)
    topic = topic_of(viewer, topic_id)
    allowed = (request.POST if request.method == "POST" else request.GET).get("budget", "").replace("\0", "")[:100]
    days_asked = next((days for days in STRETCHES if str(days) == request.GET.get("days")), STRETCHES[0])
    context = {
        "topic": topic,
        "stretches": STRETCHES,
        "days_asked": days_asked,
        "may_edit": may(viewer, "topic.edit"),
        "sayings": SAYINGS,
        "levels": LEVELS,
    }
    if request.method == "POST":
        try:
            number = request.POST.get("seen", "")
            seen = int(number) if number.isdecimal() and len(number) < 9 else None
            warn.allow(topic, allowed, by=viewer, now=clock.now(), seen=seen)
            messages.success(request, f"{topic.name} rings at most {allowed} without cause.")
            return redirect("topic_alarms", topic.pk)
        except REFUSALS as error:
            messages.error(request, str(error))
            topic.refresh_from_db()
    zone = zone_of(viewer)
    try:
        with within(_LONG, f"Reading {days_asked} days took too long."):
            told = warn.rehearse(topic, now=clock.now(), allowed=allowed, days=days_asked)
        days = _days(told, zone)
        context |= {
            "told": told,
            "rings": [(number, ring) for number, ring in enumerate(told.rings, 1)],
            "days": [(day, n, bad, told_on) for day, (n, bad, told_on) in days.items()],
            "drawings": [_drawn(days, wide) for wide in (_DESK, _PHONE)] if any(n for n, _, _ in days.values()) else [],
        }
    except (*REFUSALS, TooSlow) as error:
        context["refused"] = str(error)
    context |= looking.looked(topic, viewer, now=clock.now())
    return render(request, "listening/alarms.html", context | {"budget": allowed or topic.budget, "zone": zone.key})


def _days(told: warn.Rehearsal, zone: ZoneInfo) -> dict[date, tuple[int, int, tuple[int, ...]]]:
    """Days of the viewer: mentions, negatives, and the numbers of the alarms that began then."""
    days = dict[date, tuple[int, int, tuple[int, ...]]]()
    for at, n, bad in told.steps:
        day = at.astimezone(zone).date()
        was = days.get(day, (0, 0, ()))
        days[day] = was[0] + n, was[1] + bad, was[2]
    for number, ring in enumerate(told.rings, 1):
        day = max(ring.since.astimezone(zone).date(), min(days, default=ring.since.date()))
        if day in days:
            days[day] = *days[day][:2], (*days[day][2], number)
    return days


def _drawn(days: dict[date, tuple[int, int, tuple[int, ...]]], wide: int) -> Drawing:
    told = list(days.items())
    most = max(1, *(n for _, (n, _, _) in told))
    most = -(-most // 3) * 3
    base = _HIGH - _FOOT

    def x(place: int) -> float:
        return round(_LEFT + (wide - _LEFT - 12) * place / max(1, len(told) - 1), 1)

    def y(n: int) -> float:
        return round(base - (base - _TOP) * n / most, 1)

    def path(which: int) -> str:
        points = (f"{x(place)} {y(counted[which])}" for place, (_, counted) in enumerate(told))  # type: ignore[arg-type]
        return "M" + "L".join(points)

    marks = tuple(
        (x(place), max(y(counted[0]), 10.0), counted[2][0]) for place, (_, counted) in enumerate(told) if counted[2]
    )
    places = [0, len(told) // 2, len(told) - 1]
    axis = tuple(
        (x(place), f"{told[place][0].day} {told[place][0]:%b}", anchor)
        for place, anchor in zip(places, ("start", "middle", "end"), strict=True)
    )
    grid = tuple((y(most * part // 3), most * part // 3) for part in range(4))
    line = path(0)
    return Drawing(wide, _HIGH, line, f"{line}L{x(len(told) - 1)} {base}L{x(0)} {base}Z", path(1), marks, grid, axis)
