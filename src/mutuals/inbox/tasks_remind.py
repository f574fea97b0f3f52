"""Reminders: each minute what is due to be told is told, once, to whoever is to do it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from mutuals.base import jobs, journal, wake
from mutuals.inbox.models import Task
from mutuals.inbox.tasks_read import zone_of
from mutuals.staff.models import User

JOB = "inbox.remind"
AT_ONCE = 200
BY = "machine:tasks"
MOST_TOLD = 50


def tell_due(*, now: datetime) -> int:
    """Tell every reminder whose moment has come, those that a standstill kept back too; how many."""
    told = 0
    while True:
        jobs.may_go_on()
        some = _some(now)
        told += some
        if some < AT_ONCE:
            return told


@transaction.atomic
def _some(now: datetime) -> int:
    rows = Task.objects.filter(
        remind_at__isnull=False, remind_at__lte=now, told_at=None, done_at=None, trashed_at=None
    ).order_by("remind_at")
    due = list(rows.select_for_update(of=("self",), skip_locked=True).select_related("assignee", "team")[:AT_ONCE])
    whose: set[int] = set()
    for row in due:
        for user in _whom(row):
            journal.note(
                "staff.told", f"staff:{user.pk}", by=BY, text=_words(row, user), thing=f"task:{row.pk}",
                at=now.isoformat(), reminds=True,
            )  # fmt: skip
            whose.add(user.pk)
    Task.objects.filter(pk__in=[row.pk for row in due]).update(told_at=now)
    wake.changed("today", sorted(whose))
    return len(due)


def _whom(row: Task) -> list[User]:
    """Whoever does it; where nobody took it, its team. Colleagues at a meeting are told too."""
    team = row.team.members.all()[:MOST_TOLD] if row.team else ()
    first = [row.assignee] if row.assignee is not None else list(team)
    at_it = [one.user for one in row.participants.filter(user__isnull=False).select_related("user") if one.user]
    return [user for user in {one.pk: one for one in [*first, *at_it]}.values() if user.is_active]


def _words(row: Task, user: User) -> str:
    """When it is, in the zone of whoever is told."""
    zone = zone_of(user)
    if row.due_on is not None:
        return f"{row.title}: due on {row.due_on:%a %d %b}"
    if row.due_at is None:
        return row.title
    return f"{row.title}: {row.due_at.astimezone(zone):%a %d %b, %H:%M}"
