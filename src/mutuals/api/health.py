"""Whether we are alive, and whether jobs wait for long: for whoever watches the machine, without a word about people."""

from __future__ import annotations

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


class Alive(Out):
    """All that a stranger learns: that the database answers, and whether jobs wait for over ten minutes ("late")."""

    status: Literal["ok", "late"] = "ok"


@router.get(
    "/health",
    auth=None,
    response={200: Alive, 422: Problem, 503: Problem},
    operation_id="health_alive",
    summary="Alive, and the database answers.",
    openapi_extra={"x-act": OPEN, "x-scopes": [], "security": []},
)
def alive(request: HttpRequest) -> Alive | HttpResponse:
    """Alive, and the database answers; where jobs are late, `mutuals doctor` and the lineage name them."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        late = waits.long(now=clock.now())
    except OperationalError:
        return problem(503, "The database does not answer.")
    return Alive(status="late" if late else "ok")
