"""Questions about tasks: who may see them, lists of what is to be done, what stands on a record's page, a calendar's days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from mutuals.base import journal
from mutuals.base.models import Entry
from mutuals.inbox import tasks_dates as dates
from mutuals.inbox.models import Task
from mutuals.staff.models import User
from mutuals.staff.permissions import Scope, scope

WHOSE = ("mine", "team", "all")
SPANS = ("open", "late", "today", "week", "none", "done")
"""What may be listed: all that is open; late; today; in the next seven days; without a date; done."""
LONGEST_PAGE = 200
MOST_DAYS_ROWS = 1_000
MOST_NUMBERS = 5_000
"""Of the tasks of one person, or of one of us in three months."""
BESIDE = ("assignee", "team", "person__canonical")
_UNSURE = timedelta(days=2)  # two places of the world are never further apart


@dataclass(frozen=True, slots=True)
class Asked:
    """A list: whose, of which span, about what. `now` has the zone of whoever looks: their days are meant."""

    now: datetime
    whose: str = "mine"
    span: str = "open"
    about: str = ""
    person_ids: Ids | None = None
    kind: str = ""
    text: str = ""

    @property
    def zone(self) -> ZoneInfo:
        """Of whoever looks."""
        return self.now.tzinfo if isinstance(self.now.tzinfo, ZoneInfo) else ZoneInfo("UTC")


Ids = Sequence[int] | QuerySet[Any]
"""Numbers of persons, or a question for them."""


def with_trash(viewer: Any) -> QuerySet[Task]:
    """The tasks that somebody may know of, those in the trash too: all; for a contractor those that are given to them."""
    reach = scope(viewer, "task.view")
    if reach is Scope.ALL:
        return Task.objects.all()
    return Task.objects.filter(assignee=viewer) if reach is Scope.OWN else Task.objects.none()


def visible_to(viewer: Any) -> QuerySet[Task]:
    """The same without those in the trash."""
    return with_trash(viewer).filter(trashed_at=None)


def listed(viewer: User, asked: Asked, *, limit: int = 50) -> list[Task]:
    """The first of them: what is due first; done ones by when they were done, the newest first. Without a date comes last."""
    order = ("-done_at", "-pk") if asked.span == "done" else ("due_at", "pk")
    return list(rows_of(viewer, asked).select_related(*BESIDE).order_by(*order)[: max(1, min(limit, LONGEST_PAGE))])


def of_people(rows: QuerySet[Task], person_ids: Ids, *, only_open: bool = False) -> QuerySet[Task]:
    """Those of some tasks that were made for some people, or that they are at."""
    return rows.filter(pk__in=_of_people(person_ids, only_open=only_open))


def _of_people(person_ids: Ids, *, only_open: bool) -> list[int]:
    """The numbers of the tasks that were made for some people, or that they are at.

    They are read first: an "or" of the two, or a join with them, would read every task that there is.
    """
    rows = Task.objects.filter(done_at=None) if only_open else Task.objects.all()
    at_it = rows.filter(participants__person__in=person_ids).values("pk")
    return _numbers(rows.filter(person__in=person_ids).values("pk").union(at_it))


def of_user(user: User, due: Q, *, trashed: bool = False) -> list[int]:
    """The numbers of the tasks that a colleague is to do, has done or is at, and that fit a condition on `due_at`.

    With `trashed` those in the trash too, for which no index stands: for calendars alone, which are to be told.
    """
    own = Task.objects.filter(due, assignee=user)
    to_do, done = own.filter(done_at=None, trashed_at=None), own.filter(done_at__isnull=False)
    at_it = Task.objects.filter(due, participants__user=user)
    some = [done.values("pk"), at_it.values("pk")]
    if trashed:
        some.append(own.filter(done_at=None, trashed_at__isnull=False).values("pk"))
    return _numbers(to_do.values("pk").union(*some))


def _numbers(found: QuerySet[Any]) -> list[int]:
    return [row["pk"] for row in found[:MOST_NUMBERS]]


def rows_of(viewer: User, asked: Asked) -> QuerySet[Task]:
    """The tasks of a list, in no order."""
    rows = visible_to(viewer)
    if asked.whose == "mine":
        rows = rows.filter(assignee=viewer)
    elif asked.whose == "team":
        rows = rows.filter(team__in=viewer.team_ids())
    if asked.about:
        rows = rows.filter(about=asked.about)
    if asked.person_ids is not None:
        rows = of_people(rows, asked.person_ids, only_open=asked.span != "done")
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    if asked.text:
        rows = rows.filter(title__icontains=asked.text[:200])
    return in_span(rows, asked)


def in_span(rows: QuerySet[Task], asked: Asked) -> QuerySet[Task]:
    """Those of some tasks that are of a span."""
    return rows.filter(done_at__isnull=False) if asked.span == "done" else rows.filter(done_at=None).filter(_due(asked))


def _due(asked: Asked) -> Q:
    """A span in the days of whoever looks. Bounds of `due_at` alone are wide, so that its index is read in order."""
    today = asked.now.date()
    if asked.span == "late":
        is_late = Q(due_on__lt=today) | Q(due_on=None, due_at__lt=asked.now)
        return Q(due_at__lt=asked.now + _UNSURE) & is_late
    if asked.span == "today":
        return _between(today, today, asked.zone)
    if asked.span == "week":
        return _between(today, today + timedelta(days=6), asked.zone)
    return Q(due_at=None) if asked.span == "none" else Q()


def _between(first: date, last: date, zone: ZoneInfo) -> Q:
    begins, ends = dates.start_of(first, zone), dates.end_of(last, zone)
    exactly = Q(due_on__range=(first, last)) | Q(due_on=None, due_at__range=(begins, ends))
    return Q(due_at__range=(begins - _UNSURE, ends + _UNSURE)) & exactly


def waiting(viewer: User, *, now: datetime, limit: int) -> list[Task]:
    """One's own that are late or due today, the soonest first."""
    today = now.date()
    rows = visible_to(viewer).filter(assignee=viewer, done_at=None, due_at__lt=now + _UNSURE)
    is_due = Q(due_on__lte=today) | Q(due_on=None, due_at__lt=dates.end_of(today, Asked(now).zone))
    return list(rows.filter(is_due).select_related(*BESIDE).order_by("due_at", "pk")[:limit])


def of_record(viewer: User, about: str, *, person_ids: Ids | None = None, limit: int = 20) -> list[Task]:
    """Open ones about a record, or for a person (all the rows that were merged into them), the soonest first."""
    rows = visible_to(viewer).filter(done_at=None)
    if person_ids is not None:
        numbers = _of_people(person_ids, only_open=True)
        if not numbers:
            return []
        rows = rows.filter(pk__in=numbers)
    else:
        rows = rows.filter(about=about)
    return list(rows.select_related(*BESIDE).order_by("due_at", "pk")[:limit])


def days(
    viewer: User, *, whose: str, first: date, last: date, zone: ZoneInfo, with_done: bool = True
) -> dict[date, list[Task]]:
    """What stands on each day from `first` to `last` where the viewer is, in its order; days without anything are left out."""
    due = _between(first, last, zone)
    rows = visible_to(viewer).filter(due)
    if whose == "mine":
        rows = rows.filter(pk__in=of_user(viewer, due))
    elif whose == "team":
        rows = rows.filter(team__in=viewer.team_ids())
    if not with_done:
        rows = rows.filter(done_at=None)
    found: dict[date, list[Task]] = {}
    for row in rows.select_related(*BESIDE).order_by("due_at", "pk")[:MOST_DAYS_ROWS]:
        found.setdefault(day_of(row, zone) or first, []).append(row)
    return found


def day_of(row: Task, zone: ZoneInfo) -> date | None:
    """The day on which it stands in somebody's calendar; None without a date."""
    return row.due_on or (row.due_at.astimezone(zone).date() if row.due_at else None)


def is_late(row: Task, now: datetime) -> bool:
    """Whether it should have been done by now, in the days of whoever looks (`now` has their zone)."""
    if row.done_at is not None or row.due_at is None:
        return False
    return row.due_on < now.date() if row.due_on else row.due_at < now


def history_of(row: Task, viewer: User) -> list[Entry]:
    """What was done with it, newest first, for those who may see it."""
    there = with_trash(viewer).filter(pk=row.pk).exists()
    return list(journal.of(row)[:50]) if there else []


def held_by(user: User) -> int:
    """How many open ones somebody is to do."""
    return Task.objects.filter(assignee=user, done_at=None, trashed_at=None).count()
