"""Whether we are alive, and whether jobs wait for long: for whoever watches the machine, without a word about people."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.db import connection
from django.db.utils import OperationalError
from django.http import HttpRequest, HttpResponse

from mutuals.api._door import Resource
from mutuals.api._problems import Problem, problem
from mutuals.api._types import Out
from mutuals.base import clock
from mutuals.insights import waits

router = Resource("health")
OPEN = "everybody"
"""In place of an act: the only operation that asks nobody who they are."""


class Waiting(Out):
    """Jobs of one kind that wait for longer than ten minutes: how many, since when, and what helps."""

    job: str
    many: int
    since: datetime
    to_do: str


class Alive(Out):
    """All that a stranger learns: that the database answers, and which kinds of jobs wait for long."""

    status: Literal["ok"] = "ok"
    waiting: list[Waiting] = []


@router.get(
    "/health",
    auth=None,
    response={200: Alive, 422: Problem, 503: Problem},
    operation_id="health_alive",
    summary="Alive, and the database answers.",
    openapi_extra={"x-act": OPEN, "x-scopes": [], "security": []},
)
def alive(request: HttpRequest) -> Alive | HttpResponse:
    """Alive, and the database answers; `waiting` names what nobody does, so that a watch can tell."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        late = waits.long(now=clock.now())
    except OperationalError:
        return problem(503, "The database does not answer.")
    return Alive(
        waiting=[Waiting(job=one.job, many=one.many, since=one.since, to_do=one.to_do) for one in late],
    )
