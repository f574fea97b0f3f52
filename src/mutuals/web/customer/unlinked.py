"""Presences that are nobody's yet: worked and searched like anybody."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from mutuals.people import nobodys
from mutuals.people.visibility import sees_contacts
from mutuals.web.frame import talk
from mutuals.web.frame.doors import caller, needs

PAGE = 50


@needs("person.link")
def page(request: HttpRequest) -> HttpResponse:
    """A page of them, newest first, all or by a part of their name."""
    viewer = caller(request)
    text, before = " ".join(request.GET.get("q", "").replace("\0", " ").split())[:100], request.GET.get("before", "")
    is_place = before.isascii() and before.isdecimal() and len(before) < 19
    rows = nobodys.listed(viewer, text=text, before=int(before) if is_place else None, limit=PAGE + 1)
    full = sees_contacts(viewer)
    shown = [
        (row, talk.icon_of(row.network), talk.handle_of(row, full=full), talk.label_of(row.network))
        for row in rows[:PAGE]
    ]
    more = rows[PAGE - 1].pk if len(rows) > PAGE else None
    return render(request, "customer/unlinked.html", {"rows": shown, "text": text, "more": more, "is_later": is_place})
