"""Topics side by side: competitors and ourselves by one measure, with the mentions of one of them pinned beside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from mutuals.base import clock
from mutuals.base.patience import TooSlow, within
from mutuals.listening import queries
from mutuals.listening.board import boards, counts
from mutuals.listening.board.counts import Board
from mutuals.listening.models import Kind, Topic
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import zone_of
from mutuals.web.listening import charts
from mutuals.web.listening.asked import Asked
from mutuals.web.listening.saving import numbers
from mutuals.web.listening.views import DESK, PHONE, changed, framed, options, percent, signed, streamed

_SLOW = "Counting took too long. Choose a shorter stretch of time, or fewer topics."
_HIGH = 168


@dataclass(frozen=True, slots=True)
class Line:
    """One topic of the comparison. Each `_url` lists the rows under the number before it."""

    topic: Topic
    n: int
    share: str
    width: int
    changed: str
    net: str
    by_customers: str
    steps: list[int]
    css: str
    is_on: bool
    url: str
    cool_url: str
    customers_url: str
    own_url: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """The curves of all topics for one width: a path and a style each, lines and words of the axes."""

    side: str
    wide: int
    high: int
    curves: list[tuple[str, str]]
    grid: list[tuple[float, int]]
    axis: list[tuple[float, str, str]]


@needs("listening.view")
def page(request: HttpRequest) -> HttpResponse:
    """Some topics beside each other; without a choice our brands and the competitors."""
    viewer, now = caller(request), clock.now()
    every = list(queries.visible_to(viewer))
    wanted = numbers(request.GET.get("topics", "") or ",".join(request.GET.getlist("topic")[:50]))
    known = {one.pk: one for one in every}
    here = [known[number] for number in wanted if number in known] or _usual(every)
    here = here[: boards.TOPICS]
    if not here:
        return redirect("listening")
    chosen = numbers(request.GET.get("on", ""))
    on = next((one for one in here if [one.pk] == chosen), here[0])
    told = (("topics", ",".join(str(one.pk) for one in here)), ("on", str(on.pk)))
    asked = Asked.read(request.GET, zone=zone_of(viewer), now=now, more=told)
    context: dict[str, Any] = framed(viewer, asked, here) | {"topic": on, "shown": here, "most": boards.TOPICS}
    try:
        with within(None, _SLOW):
            context |= _compared(here, on, asked)
            if on.version is not None:
                context |= streamed(request, on.version, asked, viewer, way=reverse("beside"))
    except TooSlow as error:
        context["slow"] = str(error)
    return render(request, "listening/beside.html", context)


def _usual(every: list[Topic]) -> list[Topic]:
    """Our brands, then the competitors; where there are none of these, the first topics."""
    order = (Kind.BRAND, Kind.COMPETITOR)
    found = [one for kind in order for one in every if one.kind == kind]
    return found or every


def _compared(here: list[Topic], on: Topic, asked: Asked) -> dict[str, Any]:
    found = [counts.board(one.version.pk, asked.span, asked.only) if one.version else Board() for one in here]
    whole, most = sum(one.n for one in found), max(one.n for one in found) or 1
    steps = [[step.n for step in charts.steps(one, asked)] for one in found]
    lines = [
        _line(topic, board, steps[place], place, whole, most, asked, is_on=topic.pk == on.pk)
        for place, (topic, board) in enumerate(zip(here, found, strict=True))
    ]
    named = charts.steps(found[0], asked)
    return options(found[here.index(on)], asked) | {
        "lines": lines,
        "board": found[here.index(on)],
        "whole": whole,
        "drawings": [_drawn(lines, named, "wide", DESK), _drawn(lines, named, "only-phone", PHONE)],
        "table": [(step, [row[place] for row in steps]) for place, step in enumerate(named)],
    }


def _drawn(lines: list[Line], named: list[charts.Step], side: str, wide: int) -> Drawing:
    top = charts.ceiling(max([1, *(n for line in lines for n in line.steps)]))
    xs = charts.places(len(named), wide)
    curves = [
        (charts.path([(x, charts.height(n, top)) for x, n in zip(xs, line.steps, strict=True)]), line.css)
        for line in lines
    ]
    grid = [(charts.height(top * part / 3, top), round(top * part / 3)) for part in range(4)]
    return Drawing(side, wide, _HIGH, curves, grid, charts.axis(named, xs, wide))


def _line(
    topic: Topic,
    board: Board,
    steps: list[int],
    place: int,
    whole: int,
    most: int,
    asked: Asked,
    *,
    is_on: bool,
) -> Line:
    before = board.before or Board()
    return Line(
        topic,
        board.n,
        percent(board.n, whole),
        max(1, round(100 * board.n / most)) if board.n else 0,
        changed(board.n, before.n),
        "–" if board.net is None else signed(board.net),
        percent(board.by_customers, board.n),
        steps,
        f"v{place + 1}",
        is_on,
        asked.narrow(on=topic.pk),
        asked.narrow(on=topic.pk, mood="negative"),
        asked.narrow(on=topic.pk, who="customers"),
        reverse("topic", args=[topic.pk]) + asked.address(topics="", on="", board=""),
    )
