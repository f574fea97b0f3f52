"""What the frame around every page shows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils.safestring import SafeString

from mutuals.staff.models import User
from mutuals.web.frame import company, rail
from mutuals.web.frame.compiled import fragment

_LOOPBACK = ("localhost", "127.0.0.1")


@dataclass
class Surround:
    """The frame's values, worked out only where a template prints them: a fragment costs nothing."""

    user: User
    request: HttpRequest
    company: str

    @cached_property
    def rail_html(self) -> SafeString:
        """The rail at the left."""
        return fragment("frame/rail.html", {"frame": self})

    @cached_property
    def menus_html(self) -> SafeString:
        """The menus, the palette and the help on keys, closed."""
        return fragment("frame/menus.html", {"frame": self})

    @cached_property
    def tabs_html(self) -> SafeString:
        """The phone's tabs."""
        return fragment("frame/tabs.html", {"frame": self})

    @cached_property
    def entries(self) -> list[rail.Entry]:
        """Every line of the rail."""
        return rail.entries(self.user, self.request.path)

    @cached_property
    def daily(self) -> list[rail.Entry]:
        """What is opened every day."""
        return [row for row in self.entries if row.group == "daily"]

    @cached_property
    def work(self) -> list[rail.Entry]:
        """What waits or is looked up."""
        return [row for row in self.entries if row.group == "work"]

    @cached_property
    def settings(self) -> list[rail.Entry]:
        """How the house is set up."""
        return [row for row in self.entries if row.group == "settings"]

    @cached_property
    def tabs(self) -> list[rail.Entry]:
        """The phone's tabs."""
        return rail.tabs(self.entries)

    @cached_property
    def more(self) -> list[rail.Entry]:
        """What the phone has under "More"."""
        return [row for row in self.entries if row not in self.tabs]

    @cached_property
    def in_settings(self) -> bool:
        """Whether the page is one of the settings."""
        return any(row.is_current for row in self.settings)

    @cached_property
    def new(self) -> list[rail.Entry]:
        """What may be made from anywhere."""
        return rail.new(self.user)

    @property
    def commands(self) -> list[dict[str, Any]]:
        """The palette's lines."""
        return rail.commands(self.entries, self.new)

    @cached_property
    def csrf_token(self) -> str:
        """What every form must send; masked once for all of them."""
        return get_token(self.request)

    @property
    def search_url(self) -> str:
        """Where the search field leads."""
        return rail.address("search")

    @property
    def quick_url(self) -> str:
        """Where the palette asks."""
        return rail.address("search_quick")

    @property
    def theme_url(self) -> str:
        """Where the theme is kept."""
        return rail.address("theme")

    @property
    def sign_out_url(self) -> str:
        """Where one signs out, by post."""
        return rail.address("account_logout")

    @property
    def security_url(self) -> str:
        """Where the user's second factor is."""
        return rail.address("mfa_index")


def _events(request: HttpRequest) -> str:
    """Where the changes are told, by the name this page was asked for: a cookie of localhost is not sent to 127.0.0.1."""
    told = urlsplit(settings.EVENTS_URL or "")
    asked = request.get_host().partition(":")[0]
    if told.hostname in _LOOPBACK and asked in _LOOPBACK:
        told = told._replace(netloc=f"{asked}:{told.port}")
    return told.geturl() + "/events/"


def frame(request: HttpRequest) -> dict[str, Any]:
    """Names for every template: `company`, `events_url`, `theme`, and `frame` for those who are signed in."""
    user = getattr(request, "user", None)
    name = company.name()
    known = user if isinstance(user, User) or getattr(user, "is_authenticated", False) else None
    return {
        "company": name,
        "events_url": _events(request) if known else "",
        "theme": getattr(known, "theme", ""),
        "frame": Surround(known, request, name) if known else None,
    }
