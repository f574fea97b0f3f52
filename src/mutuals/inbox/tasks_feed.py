"""The address by which a calendar program reads somebody's tasks: made, ended, and asked.

Whoever knows the address reads them without signing in, so it holds 256 random bits, is shown once, and only its SHA-256 is
kept. It ends when a new one is made, when its owner ends it, with their access, and with a change of their second factors.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from mutuals.base import journal, limits
from mutuals.base.ical_out import Event, calendar
from mutuals.base.ids import new_token
from mutuals.base.refusals import Refusal
from mutuals.inbox.models import Task, TaskFeed, TaskKind
from mutuals.inbox.tasks_asked import of_user, with_trash
from mutuals.staff.models import User
from mutuals.staff.permissions import NotAllowed, require

MOST, BACK = 2_000, timedelta(days=90)
"""Of the newest that are told; how far back."""
SIZE, AN_HOUR = 30, 120
"""How often an address may be asked at once, and in an hour."""
LASTS = timedelta(minutes=15)
"""What has a moment and no end is shown as long as this."""


class TooOften(Refusal):
    """The address is asked more often than any calendar needs; `seconds` until it answers again."""

    def __init__(self, seconds: int) -> None:
        super().__init__("This calendar is asked too often.")
        self.seconds = seconds


@transaction.atomic
def open_feed(*, by: User, now: datetime) -> str:
    """A new secret for one's own calendar; the one before opens nothing any more. It is shown now and never again."""
    require(by, "task.view")
    user = User.objects.select_for_update(no_key=True).filter(pk=by.pk, is_active=True).first()
    if user is None:
        raise NotAllowed(f"{by} has no access any more.")
    plain = new_token()
    values = {"digest": _digest(plain), "generation": user.session_generation, "made_at": now}
    values |= {"tokens": float(SIZE), "tokens_at": now}
    TaskFeed.objects.update_or_create(user=by, defaults=values)
    journal.note("calendar.opened", f"staff:{by.pk}", by=by)
    return plain


@transaction.atomic
def close_feed(*, by: User) -> bool:
    """The address opens nothing any more; False where there was none."""
    gone = bool(TaskFeed.objects.filter(user=by).delete()[0])
    if gone:
        journal.note("calendar.closed", f"staff:{by.pk}", by=by)
    return gone


def opened_at(user: User) -> datetime | None:
    """Since when somebody has an address; None without one."""
    return (
        TaskFeed.objects.filter(user=user, generation=user.session_generation).values_list("made_at", flat=True).first()
    )


def user_of(plain: str, *, now: datetime) -> User | None:
    """Whose calendar it is; None for an unknown address. Raises TooOften."""
    if not 20 <= len(plain) <= 200:
        return None
    with transaction.atomic():
        rows = TaskFeed.objects.select_for_update(of=("self",)).select_related("user")
        row = rows.filter(digest=_digest(plain), user__is_active=True, user__session_generation=F("generation")).first()
        if row is None:
            return None
        held = limits.Bucket(SIZE, AN_HOUR / 3600, row.tokens, row.tokens_at)
        after, wait = limits.take(held, now)
        TaskFeed.objects.filter(pk=row.pk).update(tokens=after.tokens, tokens_at=after.at)
    if wait:
        raise TooOften(int(wait.total_seconds()) + 1)
    return row.user


def told(user: User, *, now: datetime, address: str) -> bytes:
    """The calendar: what they do and what they are at, since three months ago. `address` begins the web address of a task."""
    recent = with_trash(user).filter(pk__in=of_user(user, Q(due_at__gt=now - BACK), trashed=True))
    rows = list(recent.exclude(trashed_at__lt=now - BACK).order_by("-due_at", "-pk")[:MOST])
    return calendar(f"Mutuals: {user}", [_event(row, address) for row in reversed(rows)])


def _event(row: Task, address: str) -> Event:
    begins = row.due_on or row.starts_at or row.due_at or row.made_at
    ends = row.ends_at or begins + LASTS if isinstance(begins, datetime) else None
    words = {TaskKind.CALL: "Call: ", TaskKind.MEETING: ""}.get(TaskKind(row.kind), "")
    is_said = row.title.lower().startswith(("call", "ring", "phone"))
    return Event(
        uid=f"{row.uid}@mutuals",
        title=f"{'Done: ' if row.done_at else ''}{'' if is_said else words}{row.title}",
        begins=begins,
        ends=ends,
        changed_at=row.changed_at,
        sequence=row.sequence,
        notes=row.notes,
        url=f"{address}{row.pk}/",
        is_cancelled=row.trashed_at is not None,
        is_busy=row.kind == TaskKind.MEETING,
    )


def _digest(plain: str) -> str:
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()
