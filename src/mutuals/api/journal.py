"""What happened, by whom, about what."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query

from mutuals.api._door import Resource
from mutuals.api._paging import Cursor, Limit, after_id, next_by_id
from mutuals.api._types import Out, Page
from mutuals.base.models import Entry

router = Resource("journal")
Key = Annotated[str, Query(max_length=60, pattern=r"^[A-Za-z0-9_.:-]*$")]


class EntryOut(Out):
    """Something happened. `by` and `about` are text keys: "staff:3", "person:12"."""

    id: int
    at: datetime
    kind: str
    by: str
    about: str
    data: dict[str, Any]


@router.read("/journal", act="journal.view", out=Page[EntryOut])
def listed(
    request: HttpRequest, about: Key = "", kind: Key = "", by: Key = "", cursor: Cursor = "", limit: Limit = 50
) -> Page[EntryOut]:
    """The journal, newest first."""
    wanted = {name: value for name, value in (("about", about), ("kind", kind), ("by", by)) if value}
    rows = Entry.objects.filter(**wanted).order_by("-pk")
    after = after_id(cursor)
    rows = rows.filter(pk__lt=after) if after else rows
    found, following = next_by_id(list(rows[: limit + 1]), limit)
    items = [EntryOut(id=row.pk, at=row.at, kind=row.kind, by=row.by, about=row.about, data=row.data) for row in found]
    return Page[EntryOut](items=items, next=following)
