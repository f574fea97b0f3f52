"""Cursors: where a walk stands, as a text that only we read."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime
from typing import Annotated, Any, TypeVar

from django.db.models import Model, QuerySet
from ninja import Query

from mutuals.api._problems import Broken
from mutuals.api._types import MOST_ID
from mutuals.base import clock

Row = TypeVar("Row", bound=Model)
Limit = Annotated[int, Query(ge=1, le=200, description="Rows on a page.")]
Cursor = Annotated[
    str,
    Query(max_length=600, pattern=r"^[A-Za-z0-9_-]*$", description="The `next` of the page before; empty = the start."),
]


def pack(place: Any) -> str | None:
    """A place, a tuple of times, numbers and texts, as a cursor; None stays None."""
    if place is None:
        return None
    parts = [{"t": part.isoformat()} if isinstance(part, datetime) else part for part in place]
    return base64.urlsafe_b64encode(json.dumps(parts, separators=(",", ":")).encode()).rstrip(b"=").decode()


def unpack(cursor: str, *kinds: type) -> Any:
    """The place of a cursor whose parts are of these kinds; None for an empty one. Raises Broken for any other text."""
    if not cursor:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        parts = json.loads(base64.urlsafe_b64decode(padded))
        place = tuple(clock.read(one["t"]) if isinstance(one, dict) else one for one in parts)
    except (ValueError, TypeError, KeyError, binascii.Error, RecursionError) as error:
        raise Broken("cursor", "This is not a cursor of ours.") from error
    if len(place) != len(kinds) or not all(_fits(one, kind) for one, kind in zip(place, kinds, strict=True)):
        raise Broken("cursor", "This is not a cursor of this list.")
    return place


def _fits(part: Any, kind: type) -> bool:
    if kind is datetime:
        return isinstance(part, datetime)
    if kind is int:
        return isinstance(part, int) and not isinstance(part, bool) and -MOST_ID <= part <= MOST_ID
    return isinstance(part, str) and "\0" not in part


def next_by_id(rows: list[Row], limit: int) -> tuple[list[Row], str | None]:
    """A page of rows that walk by id, of which one more than `limit` was fetched, and the cursor after it."""
    return rows[:limit], pack((rows[limit - 1].pk,)) if len(rows) > limit else None


def page_by_id(rows: QuerySet[Row], cursor: str, limit: int) -> tuple[list[Row], str | None]:
    """A page of `rows`, oldest first whatever their order was: a name that changes during a walk hides nothing."""
    return next_by_id(list(rows.order_by("pk").filter(pk__gt=after_id(cursor) or 0)[: limit + 1]), limit)


def after_id(cursor: str) -> int | None:
    """The id after which a walk goes on."""
    place = unpack(cursor, int)
    return place[0] if place else None
