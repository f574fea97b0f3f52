"""The rail, the "New" menu and the palette's commands: which lines this user sees, and where they lead.

The lines stand with their screens: `web/<screen>/rail.py`, found by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.urls import NoReverseMatch, reverse

from mutuals.base import found
from mutuals.staff.models import User
from mutuals.staff.permissions import may


@dataclass(frozen=True)
class Entry:
    """One line of the rail. `count` is what waits for this user; 0 is not shown."""

    name: str
    url: str
    icon: str
    keys: str
    is_current: bool
    count: int = 0
    group: str = "daily"  # daily, work, settings


@dataclass(frozen=True)
class Line:
    """A line of the rail, as the `rail.py` of a screen's folder has it in `LINES`. Places under 100 are the daily ones, from
    140 on they are settings.

    A screen whose lines come and go has a function `made` there instead, which is asked for each page.
    """

    place: int
    name: str
    url: str  # name of an address, or what begins with / itself
    icon: str
    keys: str
    act: str = ""  # right that is needed; "" for everybody
    waiting: Callable[[User], int] | None = None
    also: str = ""  # name of another address that belongs to it


@dataclass(frozen=True)
class New:
    """A line of the "New" menu, as the `rail.py` of a screen's folder has it in `NEW`."""

    place: int
    name: str
    url: str
    icon: str
    act: str


_DAILY = 100  # places before it are the daily ones; what follows is work that waits or is looked up
_SETTINGS = 140  # from here on: how the house is set up, folded away
_TABS = 4  # of the daily ones stand in the phone's bar; the others are under "More"


FIRST = {
    "service": ("inbox", "promises", "tasks"),
    "sales": ("deals", "customers", "orders", "tasks"),
    "marketing": ("listening", "customers", "segments", "campaigns"),
    "innovation": ("listening", "ideas", "processes"),
}
"""Names of addresses by the part of the business that somebody looks from, in the order in which they stand first."""
MADE = {
    "service": ("case_new", "promise_new", "task_new"),
    "sales": ("lead_new", "deal_new"),
    "marketing": ("campaign_new", "segment_new"),
    "innovation": ("idea_new",),
}
"""The same for what is made: the lines of the "New" menu."""


@cache
def _lines() -> list[Line]:
    return sorted(_told("LINES"), key=lambda line: line.place)


@cache
def _makers() -> list[Callable[[], list[Line]]]:
    return [screen.made for screen in found.parts(found.folders("mutuals.web"), "rail") if hasattr(screen, "made")]


@cache
def _news() -> list[New]:
    return sorted(_told("NEW"), key=lambda line: line.place)


def _told(what: str) -> list[Any]:
    screens = found.parts(found.folders("mutuals.web"), "rail")
    return [line for screen in screens for line in getattr(screen, what, ())]


@cache
def address(name: str) -> str:
    """The address of that name, or "" while its screen does not exist. Worked out once: a page prints thirty."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def entries(user: User, path: str) -> list[Entry]:
    """What this user may open, in the rail's order; the longest address that begins `path` is the current one."""
    made = [line for maker in _makers() for line in maker()]
    lines = sorted([*_lines(), *made], key=lambda line: line.place) if made else _lines()
    lines = _by_pillar(lines, user.pillar) if user.pillar else lines
    there = [(line, _where(line.url)) for line in lines if not line.act or may(user, line.act)]
    ways = {way: url for line, url in there for way in (url, address(line.also)) if url and way}
    here = ways.get(max((way for way in ways if _is_under(path, way)), key=len, default=""))
    return [
        Entry(
            line.name, url, line.icon, line.keys, url == here, line.waiting(user) if line.waiting else 0,
            group="daily" if line.place < _DAILY else "work" if line.place < _SETTINGS else "settings",
        )
        for line, url in there
        if url
    ]  # fmt: skip


def _by_pillar(lines: list[Line], pillar: str) -> list[Line]:
    """What one's part of the business uses stands first among the daily lines and among the others; nothing is left out."""
    first = FIRST.get(pillar, ())

    def order(line: Line) -> tuple[int, int]:
        group = 0 if line.place < _DAILY else 1 if line.place < _SETTINGS else 2
        rank = first.index(line.url) + 1 if line.url in first else len(first) + 1
        return group, 0 if line.url == "today" else rank

    return sorted(lines, key=order)


def tabs(rows: list[Entry]) -> list[Entry]:
    """The phone's tabs."""
    return [row for row in rows if row.group == "daily"][:_TABS]


def new(user: User) -> list[Entry]:
    """What this user may make from anywhere; what their part of the business makes stands first."""
    first = MADE.get(user.pillar, ())
    lines = sorted(_news(), key=lambda line: first.index(line.url) if line.url in first else len(first))
    return [
        Entry(line.name, url, line.icon, "", is_current=False)
        for line in lines
        if may(user, line.act) and (url := address(line.url))
    ]


def commands(rows: list[Entry], makes: list[Entry]) -> list[dict[str, Any]]:
    """The palette's lines: go to a screen, make something."""
    return [
        {"name": row.name, "url": row.url, "icon": row.icon, "keys": row.keys, "group": "Go to"} for row in rows
    ] + [{"name": f"New: {row.name.lower()}", "url": row.url, "icon": row.icon, "group": "New"} for row in makes]


def _where(url: str) -> str:
    return url if url.startswith("/") else address(url)


def _is_under(path: str, url: str) -> bool:
    return path == url if url == "/" else path.startswith(url)
