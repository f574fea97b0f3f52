"""Lists of the engine by the API: conditions, an order and a cursor, the same for each of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Query

from mutuals.api._auth import user_of
from mutuals.api._problems import Broken
from mutuals.api.people import zone_of
from mutuals.base import clock, filters, lists
from mutuals.base.filters import Refused

Tests = Annotated[list[str], Query(max_length=50, description="Tests that all hold, such as `status:is:paid`.")]
Where = Annotated[str, Query(max_length=20_000, description="A whole condition in one word or as JSON, besides `f`.")]
Sorted = Annotated[
    str, Query(max_length=40, pattern=r"^[a-z_]*$", description="One of the list's orders; empty = the usual one.")
]
Walked = Annotated[
    str,
    Query(
        max_length=2000,
        pattern=r"^[A-Za-z0-9_.:-]*$",
        description="The `next` of the page before, asked the same way; empty = the start.",
    ),
]


def narrowed(request: HttpRequest, parts: Sequence[str]) -> lists.Asked | None:
    """A condition of the caller as lists ask it; None where there is none. Refused: one that cannot be read."""
    if not parts:
        return None
    user = user_of(request)
    return lists.Asked(user, zone_of(user), clock.now(), where=filters.from_query(list(parts)))


def walked(
    request: HttpRequest,
    record: str,
    rows: QuerySet[Any],
    *,
    tests: Sequence[str] = (),
    where: str = "",
    sort: str = "",
    cursor: str = "",
    limit: int = 50,
) -> tuple[list[Any], str | None]:
    """A page of `rows`, all of which the caller may see, and the cursor after it. Broken: a cursor that is not of this list."""
    of = lists.listing(record)
    user = user_of(request)
    asked = lists.Asked(
        user, zone_of(user), clock.now(), where=filters.together(tests, where), sort=sort or of.programs
    )
    try:
        page = lists.walk_among(of, rows, asked, after=cursor, limit=limit)
    except Refused as error:
        if error.field != "after":
            raise
        raise Broken("cursor", str(error)) from error
    return list(page.rows), page.next or None
