"""Presences of ours that drafts can be compared for: how many posts each has, and which one a name means."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count

from mutuals.channels.models import Channel
from mutuals.listening.draft.drafts import MOST, channels_of, own
from mutuals.listening.draft.forecast import LEAST
from mutuals.staff.models import User


def offered(viewer: User, *, now: datetime) -> list[tuple[Channel, int]]:
    """Each with how many posts it has to learn from, those with most first."""
    rows = list(channels_of(viewer))
    counted = own(now=now).filter(channel__in=rows).order_by().values_list("channel").annotate(many=Count("pk"))
    posts = dict(counted)
    return sorted(((row, min(posts.get(row.pk, 0), MOST)) for row in rows), key=lambda pair: (-pair[1], pair[0].name))


def in_words(channel: Channel, posts: int) -> str:
    """A presence as menus and refusals name it."""
    told = f"{posts:,} posts to learn from" if posts >= LEAST else f"{posts} of {LEAST} posts needed"
    return f"{channel.name} ({told})"


def named(text: str, *, viewer: User, now: datetime) -> Channel:
    """The presence of a number, a name, or the beginning of a name where one alone begins so; of several the one that has
    enough posts to learn from. LookupError, with all that there are, where that does not say which.
    """
    there = offered(viewer, now=now)
    if text.isascii() and text.isdecimal():
        found = [row for row, _ in there if str(row.pk) == text]
    else:
        found = [row for row, _ in there if row.name == text]
        begins = [(row, posts) for row, posts in there if row.name.startswith(text)] if text else []
        found = found or [row for row, posts in begins if posts >= LEAST or len(begins) == 1]
    if len(found) == 1:
        return found[0]
    known = "; ".join(in_words(row, posts) for row, posts in there) or "none that could have reactions"
    raise LookupError(
        f"{'Several presences begin so' if found else 'We have no presence'}: {text[:80]}. There are: {known}."
    )
