"""The journal for admins: who did what to what, before and after, when."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from mutuals.base import audit, journal
from mutuals.base.models import Entry
from mutuals.base.patience import TooSlow, within
from mutuals.base.refusals import Refusal
from mutuals.staff.queries import visible_to
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import zone_of
from mutuals.web.frame.templatetags.look import whole

SHOWN = 50
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
    """Entries newest first, narrowed by who, what, about, when and which way; walked by id."""
    asked, wrong, found = _asked(request), "", list[Entry]()
    before = request.GET.get("before", "")
    place = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    try:
        with within(None, "This looks at too much of the journal. Narrow it by days, or by who or what it is about."):
            found = list(audit.entries(_looked(request, asked), before=place)[: SHOWN + 1])
            known = audit.kinds()
    except (Refusal, TooSlow) as error:
        wrong, known = str(error), []
    names = {f"staff:{user.pk}": user.name for user in visible_to(caller(request))}
    shown = {
        "rows": [_told(entry, names) for entry in found[:SHOWN]], "asked": asked, "wrong": wrong, "names": names,
        "came": audit.CAME.items(), "kinds": sorted({*known, *(f"{one.partition('.')[0]}.*" for one in known)}),
        "is_later": place is not None, "query": urlencode(asked),
    }  # fmt: skip
    if len(found) > SHOWN:
        shown["more"] = urlencode(asked | {"before": found[SHOWN - 1].pk})
    return render(request, "journal/page.html", shown)


@needs("journal.view")
def table(request: HttpRequest) -> HttpResponseBase:
    """All that fits as a CSV, written while it is read; that it was taken out is noted."""
    asked = _asked(request)
    try:
        looked = _looked(request, asked)
        audit.entries(looked)
    except Refusal as error:
        messages.error(request, str(error))
        return redirect("journal")
    journal.note("journal.exported", "machine:journal", by=caller(request), asked=asked)
    answer = StreamingHttpResponse(audit.lines(looked, told=_whole), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="journal.csv"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


def _asked(request: HttpRequest) -> dict[str, str]:
    names = ("about", "by", "kind", "came", "from", "until")
    return {name: said for name in names if (said := request.GET.get(name, "").strip()[:100])}


def _looked(request: HttpRequest, asked: dict[str, str]) -> audit.Looked:
    """Days are those of the reader's zone, and the last one is in it. Refused: what is no day."""
    days = {name: _day(asked[name]) for name in ("from", "until") if name in asked}
    zone = zone_of(caller(request))
    begun = {name: datetime.combine(day, time.min, zone) for name, day in days.items()}
    until = begun["until"] + timedelta(days=1) if "until" in begun else None
    plain = {name: asked.get(name, "") for name in ("about", "by", "kind", "came")}
    return audit.Looked(**plain, since=begun.get("from"), until=until)


def _day(text: str) -> date:
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None or not 1900 < day.year < 9000:
        raise Refusal(f"{text[:40]} is no day; write 2026-11-23.")
    return day


def said(kind: str) -> str:
    """A kind in words: "conversation.closed" is "Conversation closed"."""
    return kind.replace(".", " ").replace("_", " ").capitalize()


def _told(entry: Entry, names: dict[str, str]) -> dict[str, Any]:
    changes = audit.changes_of(entry)
    hidden = ("changes", "before", "after") if changes else ()
    data = entry.data if isinstance(entry.data, dict) else {}
    rest = {name: value for name, value in data.items() if name not in hidden and value not in ("", [], {}, None)}
    return {
        "entry": entry,
        "what": said(entry.kind),
        "who": names.get(entry.by, entry.by.replace(":", " ")),
        "about": entry.about.replace(":", " "),
        "who_url": place_of(entry.by),
        "about_url": place_of(entry.about),
        "changes": [
            (name.replace("_", " "), _detail(name, was, names), _detail(name, now, names)) for name, was, now in changes
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


def _whole(value: Any) -> str:
    """A value of the journal in a file: as it is."""
    return value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)


def _plain(value: Any) -> str:
    """A value of the journal in one line: "new 3, same 12", "owner, legal basis"."""
    if isinstance(value, dict):
        words = ", ".join(f"{name.replace('_', ' ')} {_plain(one)}" for name, one in value.items())
    elif isinstance(value, list):
        words = ", ".join(map(_plain, value))
    else:
        words = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return words[:200] or "nothing"
