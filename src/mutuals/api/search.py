"""Finding words in the history, and people by name."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Query

from mutuals.api._auth import user_of
from mutuals.api._door import Resource
from mutuals.api._paging import Cursor, Limit, pack, unpack
from mutuals.api._shapes import InteractionOut, shown
from mutuals.api._types import Count, Page
from mutuals.history import queries as history
from mutuals.history import search as words
from mutuals.people.visibility import sees_contacts

router = Resource("search")
Words = Annotated[str, Query(min_length=1, max_length=300, pattern=r"^[^\u0000]*$")]
Kinds = Annotated[list[str], Query(max_length=20)]


class Found(Page[InteractionOut]):
    """One page of hits, newest first; `total` on the first page only."""

    total: Count | None = None


@router.read("/search", act="search.everything", out=Found)
def interactions(
    request: HttpRequest,
    q: Words,
    kind: Kinds = [],  # noqa: B006  ninja makes a fresh one
    network: Kinds = [],  # noqa: B006
    public: bool | None = None,
    cursor: Cursor = "",
    limit: Limit = 20,
) -> Found:
    """Interactions that hold all words: quotes for phrases, a minus to leave out.

    422 also where this takes longer than the installation allows: add another word.
    """
    wanted = history.Wanted(kinds=tuple(kind), networks=tuple(network), public=public)
    walk = words.find(q, wanted=wanted, after=unpack(cursor, datetime, int), limit=limit)
    hits = None if cursor else words.count(q, wanted=wanted, found=walk)
    items = shown(walk.rows, history.attachments(walk.rows), full=sees_contacts(user_of(request)))
    total = Count(count=hits.count, exact=hits.is_exact) if hits else None
    return Found(items=items, next=pack(walk.after), total=total)
