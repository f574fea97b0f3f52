"""Small pieces of pages, drawn by hand because every page has them: the bell, faces, the star of following."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from mutuals.staff import follow
from mutuals.staff.here import Beside
from mutuals.staff.models import User
from mutuals.web.frame.doors import caller
from mutuals.web.frame.templatetags.look import icon, initials, tint

_MOST = 99
_EDITING = mark_safe(" data-here-editing")
_SHOWN = 5  # faces; of more there is a number


def bell(viewer: User) -> SafeString:
    """The bell with how many are unread; it follows live, and its menu is asked for when it is opened."""
    many = f"{_MOST}+" if viewer.news > _MOST else str(viewer.news)
    words = f"Notices, {many} unread" if viewer.news else "Notices"
    count = format_html('<span class="bellcount">{}</span>', many) if viewer.news else ""
    return format_html(
        '<span class="bell" id="bell" data-live="notices:{}" hx-get="{}" hx-trigger="live" hx-swap="outerHTML">'
        '<button type="button" class="iconbtn" popovertarget="bell-menu" aria-label="{}" title="{}" data-key="g n"'
        ' data-key-label="Notices" hx-get="{}" hx-target="#bell-menu" hx-swap="innerHTML" hx-trigger="click">{}{}</button>'
        "</span>",
        viewer.pk, reverse("notices_bell"), words, words, reverse("notices_menu"), icon("bell"), count,
    )  # fmt: skip


def head(
    request: HttpRequest, key: str, *, is_editing: bool = False, can_follow: bool = True, is_slot: bool = False
) -> SafeString:
    """Who else is at a record, and the star that follows it. What they show comes with the first beat of the island, so that a
    page asks nothing for it; without script the star says what it does.
    """
    kind, _, number = key.partition(":")
    faces = format_html(
        '<span class="here" data-here="{}" data-here-url="{}"{} data-live="here-{}:{}" role="status"'
        ' aria-label="Who else is here"></span>',
        key, reverse("here"), _EDITING if is_editing else "", kind, number,
    )  # fmt: skip
    both = format_html(
        "{}{}",
        faces,
        _star(request, key, "toggle", " or leave", "Follow or leave", is_mine=False) if can_follow else "",
    )
    return (
        format_html('<span class="heads" data-here-slot="{}">{}</span>', reverse("notices_head"), both)
        if is_slot
        else both
    )


def star(request: HttpRequest, key: str) -> SafeString:
    """The button that follows a record, or leaves it, with who follows it."""
    viewer, rows = caller(request), follow.who(key)
    is_mine = any(row.pk == viewer.pk for row in rows)
    names = ["you" if row.pk == viewer.pk else str(row) for row in rows]
    who = f", followed by {', '.join(names[:8])}{' and others' * (len(names) > 8)}" if rows else ""
    said = "You follow this" if is_mine else "Follow"
    return _star(request, key, "" if is_mine else "1", who, f"{said}{who}", is_mine=is_mine)


def _star(request: HttpRequest, key: str, does: str, who: str, title: str, *, is_mine: bool) -> SafeString:
    return format_html(
        '<form class="star" method="post" action="{}" hx-post="{}" hx-swap="outerHTML">'
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}"><input type="hidden" name="about" value="{}">'
        '<input type="hidden" name="follow" value="{}"><button type="submit" class="iconbtn" aria-pressed="{}"'
        ' aria-label="Follow{}" title="{}" data-key="f" data-key-label="Follow">{}</button></form>',
        reverse("follows"), reverse("follows"), get_token(request), key, does, "true" if is_mine else "false", who,
        title, icon("star"),
    )  # fmt: skip


def faces(rows: Sequence[Beside]) -> SafeString:
    """Who else is there; who changes it is said in words."""
    drawn = format_html_join(
        "", '<span class="face f{} s20" title="{}">{}</span>',
        ((tint(row.id), f"{row.name} is here", initials(row.name)) for row in rows[:_SHOWN]),
    )  # fmt: skip
    more = format_html('<span class="s ink3">and {} more</span>', len(rows) - _SHOWN) if len(rows) > _SHOWN else ""
    busy = [row.name for row in rows if row.is_editing]
    words = f"{' and '.join(busy[:2])} {'is' if len(busy) == 1 else 'are'} editing" if busy else ""
    said = ", ".join(row.name for row in rows if not row.is_editing)
    return format_html(
        '{}{}{}{}', drawn, more, format_html('<span class="chip care">{}</span>', words) if words else "",
        format_html('<span class="vh">{} here too</span>', said) if said else "",
    )  # fmt: skip
