"""Whether we are alive: for whoever watches the machine, without a word about what is inside."""

from __future__ import annotations

from typing import Literal

from django.db import connection
from django.db.utils import OperationalError
from django.http import HttpRequest, HttpResponse

from mutuals.api._door import Resource
from mutuals.api._problems import Problem, problem
from mutuals.api._types import Out

router = Resource("health")
OPEN = "everybody"
"""In place of an act: the only operation that asks nobody who they are."""


class Alive(Out):
    """All that a stranger learns."""

    status: Literal["ok"] = "ok"


@router.get(
    "/health",
    auth=None,
    response={200: Alive, 422: Problem, 503: Problem},
    operation_id="health_alive",
    summary="Alive, and the database answers.",
    openapi_extra={"x-act": OPEN, "x-scopes": [], "security": []},
)
def alive(request: HttpRequest) -> Alive | HttpResponse:
    """Alive, and the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except OperationalError:
        return problem(503, "The database does not answer.")
    return Alive()
