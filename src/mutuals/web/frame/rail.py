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
    is_daily: bool = False


@dataclass(frozen=True)
class Line:
    """A line of the rail, as the `rail.py` of a screen's folder has it in `LINES`. Places under 100 are the daily ones."""

    place: int
    name: str
    url: str  # name of an address
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


_DAILY = 100  # places before it are the daily ones; the rest stands under its own heading


@cache
def _lines() -> list[Line]:
    return sorted(_told("LINES"), key=lambda line: line.place)


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
    there = [(line, address(line.url)) for line in _lines() if not line.act or may(user, line.act)]
    ways = {way: url for line, url in there for way in (url, address(line.also)) if url and way}
    here = ways.get(max((way for way in ways if _is_under(path, way)), key=len, default=""))
    return [
        Entry(
            line.name, url, line.icon, line.keys, url == here, line.waiting(user) if line.waiting else 0,
            is_daily=line.place < _DAILY,
        )
        for line, url in there
        if url
    ]  # fmt: skip


def daily(rows: list[Entry]) -> list[Entry]:
    """The entries above the line, which are also the phone's tabs."""
    return [row for row in rows if row.is_daily]


def new(user: User) -> list[Entry]:
    """What this user may make from anywhere."""
    return [
        Entry(line.name, url, line.icon, "", is_current=False)
        for line in _news()
        if may(user, line.act) and (url := address(line.url))
    ]


def commands(rows: list[Entry], makes: list[Entry]) -> list[dict[str, Any]]:
    """The palette's lines: go to a screen, make something."""
    return [
        {"name": row.name, "url": row.url, "icon": row.icon, "keys": row.keys, "group": "Go to"} for row in rows
    ] + [{"name": f"New: {row.name.lower()}", "url": row.url, "icon": row.icon, "group": "New"} for row in makes]


def _is_under(path: str, url: str) -> bool:
    return path == url if url == "/" else path.startswith(url)
