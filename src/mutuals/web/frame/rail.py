"""The rail, the "New" menu and the palette's commands: which lines this user sees, and where they lead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.urls import NoReverseMatch, reverse

from mutuals.inbox import queries as inbox
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


@dataclass(frozen=True)
class _Room:
    name: str
    url: str  # name of an address
    icon: str
    keys: str
    act: str = ""  # right that is needed; "" for everybody
    waiting: Callable[[User], int] | None = None
    also: str = ""  # name of another address that belongs to it


_ROOMS = (
    _Room("Today", "today", "today", "g t"),
    _Room("Inbox", "inbox", "inbox", "g i", "conversation.view", inbox.waiting_for, also="cases"),
    _Room("Customers", "customers", "people", "g c", "person.view", also="organisations"),
    _Room("Listening", "listening", "listen", "g l", "listening.view", also="topic_new"),
    _Room("Sales", "orders", "cart", "g o", "price.view"),  # contractors find orders on the page of a customer
    _Room("Same person?", "review", "link", "g d", "person.link"),
    _Room("Sources", "sources", "db", "g s", "source.view"),
    _Room("Import", "imports", "upload", "g m", "import.run"),
    _Room("Rules", "rules", "flat", "g r", "rule.view"),
    _Room("Processes", "processes", "fork", "g w", "process.view"),
    _Room("Parked events", "parked", "alert", "g p", "parked.view"),
    _Room("Staff", "staff", "shield", "g u", "user.view"),
    _Room("Journal", "journal", "book", "g j", "journal.view", also="receipts"),
)
_DAILY = 4  # the first rooms are the daily ones; the rest stands under its own heading
_NEW = (
    ("Customer", "person_new", "person", "person.edit"),
    ("Organisation", "organisation_new", "org", "organisation.edit"),
    ("Import a file", "imports", "upload", "import.run"),
    ("Source", "source_new", "db", "source.manage"),
    ("Colleague", "staff_new", "people", "user.manage"),
)


@cache
def address(name: str) -> str:
    """The address of that name, or "" while its screen does not exist. Worked out once: a page prints thirty."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def entries(user: User, path: str) -> list[Entry]:
    """What this user may open, in the rail's order; the longest address that begins `path` is the current one."""
    found = [(room, address(room.url)) for room in _ROOMS if not room.act or may(user, room.act)]
    ways = {way: url for room, url in found for way in (url, address(room.also)) if url and way}
    here = ways.get(max((way for way in ways if _is_under(path, way)), key=len, default=""))
    return [
        Entry(room.name, url, room.icon, room.keys, url == here, room.waiting(user) if room.waiting else 0)
        for room, url in found
        if url
    ]


def daily(rows: list[Entry]) -> list[Entry]:
    """The entries above the line, which are also the phone's tabs."""
    return [row for row in rows if row.name in {room.name for room in _ROOMS[:_DAILY]}]


def new(user: User) -> list[Entry]:
    """What this user may make from anywhere."""
    return [
        Entry(name, url, icon, "", is_current=False)
        for name, where, icon, act in _NEW
        if may(user, act) and (url := address(where))
    ]


def commands(rows: list[Entry], makes: list[Entry]) -> list[dict[str, Any]]:
    """The palette's lines: go to a screen, make something."""
    return [
        {"name": row.name, "url": row.url, "icon": row.icon, "keys": row.keys, "group": "Go to"} for row in rows
    ] + [{"name": f"New: {row.name.lower()}", "url": row.url, "icon": row.icon, "group": "New"} for row in makes]


def _is_under(path: str, url: str) -> bool:
    return path == url if url == "/" else path.startswith(url)
