"""Mentions, hand-overs and what was given to one, on Today."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from mutuals.staff import notices
from mutuals.staff.models import Why
from mutuals.web.frame.doors import caller
from mutuals.web.notices.views import ICONS
from mutuals.web.today.sections import MOST, Body, Section, body

_FOR_ME = (Why.MENTION, Why.GIVEN, Why.OFFERED)


def for_me(request: HttpRequest) -> Body | None:
    """The newest unread ones; what one only follows stands behind the bell. Nothing is asked where nothing is unread."""
    viewer = caller(request)
    if not viewer.news:
        return None
    rows = [row for row in notices.listed(viewer, whys=_FOR_ME, limit=MOST) if not row.is_hidden]
    if not rows:
        return None
    more = format_html(
        '<a class="link s push" href="{}">notices <span class="kbd">g</span> <span class="kbd">n</span></a>',
        reverse("notices"),
    )
    return body(
        request, "notices/_today.html", {"rows": [(row, ICONS[row.why]) for row in rows]}, waits=len(rows), more=more
    )


SECTIONS = (Section(14, "For you", for_me),)
