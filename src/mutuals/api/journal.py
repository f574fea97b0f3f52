"""What happened, by whom, about what."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query

from mutuals.api._door import Resource
from mutuals.api._paging import Cursor, Limit, after_id, next_by_id
from mutuals.api._types import Moment, Out, Page
from mutuals.base import audit
from mutuals.base.patience import within

router = Resource("journal")
Key = Annotated[str, Query(max_length=60, pattern=r"^[A-Za-z0-9_.:-]*$")]

Kind = Annotated[str, Query(max_length=81, pattern=r"^([a-z_]{1,40}\.(\*|[a-z_]{1,40}))?$")]
Came = Literal["", "staff", "rule", "machine", "provider"]


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
    request: HttpRequest,
    about: Key = "",
    kind: Kind = "",
    by: Key = "",
    came: Came = "",
    since: Moment | None = None,
    until: Moment | None = None,
    cursor: Cursor = "",
    limit: Limit = 50,
) -> Page[EntryOut]:
    """The journal, newest first. A kind may be a family, deal.*; `until` is not in it; `came` is which way it came."""
    looked = audit.Looked(by=by, kind=kind, about=about, came=came, since=_aware(since), until=_aware(until))
    with within(None, "This looks at too much of the journal. Narrow it by times, or by who or what it is about."):
        found = list(audit.entries(looked, before=after_id(cursor) or None)[: limit + 1])
    page, following = next_by_id(found, limit)
    items = [EntryOut(id=row.pk, at=row.at, kind=row.kind, by=row.by, about=row.about, data=row.data) for row in page]
    return Page[EntryOut](items=items, next=following)


def _aware(moment: datetime | None) -> datetime | None:
    """A moment without a zone is one of UTC."""
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment
