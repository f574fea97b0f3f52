"""What stands on Today: sections in the middle and cards at the side, each told by the screen whose matter it is.

A screen tells its own in `web/<screen>/today.py`, found by itself, as `SECTIONS`. Today asks each of them once and knows
nothing of whose they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.text import slugify

from mutuals.base import found

MAIN, SIDE = "main", "side"
FIRST = {
    "service": ("My replies due", "Promises", "For you", "Nobody's yet"),
    "sales": ("At risk", "To do today", "Promises", "My replies due"),
    "marketing": ("What was said", "For you", "To do today"),
    "innovation": ("What was said", "To do today", "For you"),
}
"""Headings by the part of the business that somebody looks from; the others follow in their usual order."""
MOST = 8
"""Rows of a section; its `more` leads to all of them."""


@dataclass(frozen=True, slots=True)
class Body:
    """What stands under a heading for this viewer.

    `waits` is how many things of it wait for them: the line under the greeting adds them up. `note` stands beside the heading
    in grey, `more` is a link at its right (HTML, escaped by whoever gives it), `first` the address that "Start with the first"
    leads to, where this section comes before all others that have one.
    """

    html: SafeString
    waits: int = 0
    note: str = ""
    more: SafeString | str = ""
    first: str = ""


@dataclass(frozen=True)
class Section:
    """A section of Today. `shown(request)` gives what stands in it, or None where this viewer is to see no such heading.

    Lower places come first. Those of the middle: 10 replies due, 12 promises, 15 tasks, 20 what did not leave, 30 nobody's yet,
    40 snoozed, 50 digest. Those of the side: 10 sources, 20 told by rules, 30 the reader's lessons, 40 heard from lately.
    """

    place: int
    heading: str
    shown: Callable[[HttpRequest], Body | None]
    where: str = MAIN

    @property
    def id(self) -> str:
        """The id of its heading."""
        return f"h-{slugify(self.heading)}"


def body(request: HttpRequest, template: str, values: Mapping[str, Any], **more: Any) -> Body:
    """A section out of a template: its rows, without the heading. `more` is the rest of `Body`."""
    return Body(render_to_string(template, {"me": request.user, **values}, request), **more)


def of(request: HttpRequest) -> list[tuple[Section, Body]]:
    """Every section that has something for this viewer, in order."""
    asked = (
        (section, section.shown(request))
        for section in _by_pillar(getattr(getattr(request, "user", None), "pillar", ""))
    )
    return [(section, found_there) for section, found_there in asked if found_there is not None]


def _by_pillar(pillar: str) -> list[Section]:
    first = FIRST.get(pillar, ())
    rank = {heading: place for place, heading in enumerate(first)}
    return sorted(_all(), key=lambda one: rank.get(one.heading, len(first)))


def first_of(shown: Iterable[tuple[Section, Body]]) -> str:
    """Where to begin; "" where nothing waits."""
    return next((one.first for _, one in shown if one.first), "")


@cache
def _all() -> list[Section]:
    screens = found.parts(found.folders("mutuals.web"), "today")
    told = [section for screen in screens for section in getattr(screen, "SECTIONS", ())]
    return sorted(told, key=lambda one: one.place)
