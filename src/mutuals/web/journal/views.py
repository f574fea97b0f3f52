"""The journal for admins: who did what to what, before and after, when."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from mutuals.base.models import Entry
from mutuals.staff.queries import visible_to
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.templatetags.look import whole

SHOWN = 50
_KEY = re.compile(r"[A-Za-z0-9_.:-]{1,60}")
_STAFF = ("to", "assignee", "owner", "stand_in", "user")  # details that are the number of a colleague
_WORD = re.compile(r"[a-z]+(_[a-z]+)+")
_PLACES = {
    "person": "/customers/{}/",
    "organisation": "/organisations/{}/",
    "source": "/sources/{}/",
    "channel": "/channels/{}/",
    "import": "/imports/{}/",
    "conversation": "/inbox/{}/",
    "turn": "/inbox/{}/",
    "user": "/staff/{}/",
    "team": "/staff/teams/{}/",
    "staff": "/staff/{}/",
    "rawevent": "/parked/{}/",
}


@needs("journal.view")
def page(request: HttpRequest) -> HttpResponse:
    """Entries newest first, narrowed by what, who, or kind; walked by id."""
    asked = {name: said for name in ("about", "by", "kind") if (said := request.GET.get(name, "").strip())}
    wanted = {name: said for name, said in asked.items() if _KEY.fullmatch(said)}
    rows = Entry.objects.filter(**wanted) if wanted == asked else Entry.objects.none()
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows.order_by("-pk")[: SHOWN + 1])
    names = {f"staff:{user.pk}": user.name for user in visible_to(caller(request))}
    shown = {"rows": [_told(entry, names) for entry in found[:SHOWN]], "asked": asked, "is_later": bool(before)}
    if len(found) > SHOWN:
        shown["more"] = urlencode(asked | {"before": found[SHOWN - 1].pk})
    return render(request, "journal/page.html", shown)


def said(kind: str) -> str:
    """A kind in words: "conversation.closed" is "Conversation closed"."""
    return kind.replace(".", " ").replace("_", " ").capitalize()


def _told(entry: Entry, names: dict[str, str]) -> dict[str, Any]:
    changes = entry.data.get("changes", {}) if isinstance(entry.data, dict) else {}
    rest = {name: value for name, value in entry.data.items() if name != "changes" and value not in ("", [], {}, None)}
    return {
        "entry": entry,
        "what": said(entry.kind),
        "who": names.get(entry.by, entry.by.replace(":", " ")),
        "about": entry.about.replace(":", " "),
        "who_url": place_of(entry.by),
        "about_url": place_of(entry.about),
        "changes": [
            (name, *map(_plain, pair)) for name, pair in changes.items() if isinstance(pair, list) and len(pair) == 2
        ],
        "rest": [(name.replace("_", " "), _detail(name, value, names)) for name, value in rest.items()],
    }


def place_of(key: str) -> str:
    """Where a thing that the journal names is looked at, or nothing."""
    kind, _, number = key.partition(":")
    return _PLACES[kind].format(number) if kind in _PLACES and number.isdigit() else ""


def _detail(name: str, value: Any, names: dict[str, str]) -> str:
    """A colleague by name, a moment in the reader's zone, a name of ours in words; anything else as it is."""
    if name in _STAFF and f"staff:{value}" in names:
        return names[f"staff:{value}"]
    if name in ("at", "until") and isinstance(value, str):
        moment = parse_datetime(value)
        return whole(timezone.localtime(moment)) if moment and moment.tzinfo else _plain(value)
    plain = _plain(value)
    return plain.replace("_", " ") if _WORD.fullmatch(plain) else plain


def _plain(value: Any) -> str:
    """A value of the journal in one line: "new 3, same 12", "owner, legal basis"."""
    if isinstance(value, dict):
        words = ", ".join(f"{name.replace('_', ' ')} {_plain(one)}" for name, one in value.items())
    elif isinstance(value, list):
        words = ", ".join(map(_plain, value))
    else:
        words = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return words[:200] or "nothing"
