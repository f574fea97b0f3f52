"""Cases that organisations have, for the page of a family of them; cases and tasks that nobody looks after."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from mutuals.inbox import case_edit, cases, tasks, tasks_asked
from mutuals.inbox.models import CaseState
from mutuals.people import family, ownerless
from mutuals.staff.models import User


def tell() -> None:
    """Make both known; called with what staff have."""
    family.tells("open cases", _open_cases)
    ownerless.tell(ownerless.Loose("cases", "Open cases", "/cases/", "case.view", _cases, _give_cases))
    ownerless.tell(ownerless.Loose("tasks", "Open tasks", "/tasks/", "task.view", _tasks, _give_tasks))


def _open_cases(viewer: Any, ids: Sequence[int]) -> family.Figure:
    rows = cases.visible_to(viewer).filter(organisation__in=ids, state=CaseState.OPEN)
    return family.Figure("open cases", rows.count())


def _cases(viewer: User) -> QuerySet[Any]:
    return cases.visible_to(viewer).filter(owner=None, state=CaseState.OPEN).order_by("-pk")


def _give_cases(ids: Sequence[int], to: User, by: User, now: datetime) -> int:
    found = _cases(by).filter(pk__in=ids).order_by("pk")
    return len([case_edit.give(row, by=by, now=now, to=to) for row in found])


def _tasks(viewer: User) -> QuerySet[Any]:
    """Those of a team are the team's; whoever of it comes first takes them."""
    return tasks_asked.visible_to(viewer).filter(assignee=None, team=None, done_at=None).order_by("-pk")


def _give_tasks(ids: Sequence[int], to: User, by: User, now: datetime) -> int:
    found = _tasks(by).filter(pk__in=ids).order_by("pk")
    return len([tasks.edit(row, by=by, changes={"assignee": to}, now=now) for row in found])
