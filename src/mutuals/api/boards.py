"""Boards that staff saved, topics side by side, and the digest of whoever asks."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from zoneinfo import available_timezones

from django.http import HttpRequest
from ninja import Query
from pydantic import Field

from mutuals.api._auth import user_of
from mutuals.api._door import Resource, one
from mutuals.api._paging import Cursor, Limit, page_by_id
from mutuals.api._problems import Broken
from mutuals.api._types import Done, Flag, Id, In, Line, Moment, Out, Page, PathId, Ref
from mutuals.base import clock
from mutuals.listening import queries
from mutuals.listening.board import boards, counts, digest
from mutuals.listening.board.counts import LONGEST, Only, Span
from mutuals.listening.models import Board

router = Resource("boards")
When = Annotated[Moment, Query()]
Rhythm = Literal["never", "daily", "weekly"]
Role = Literal["owner", "admin", "lead", "staff"]


class BoardIn(In):
    """Topics under a name. `query`: the stretch and the filters as the address of a board has them; `roles` see it too."""

    name: Annotated[Line, Field(min_length=1, max_length=80)]
    topics: Annotated[list[Id], Field(min_length=1, max_length=boards.TOPICS)]
    query: Annotated[Line, Field(max_length=500)] = ""
    roles: Annotated[list[Role], Field(max_length=4)] = []


class BoardOut(Out):
    """A board that one sees. `first`: listening opens with it."""

    id: int
    name: str
    topics: list[int]
    query: str
    roles: list[str]
    owner: Ref | None
    first: bool


class BesideOut(Out):
    """One topic of several. `share`: its mentions in a hundred of the mentions of all of them; a post that meets two counts for
    both. Copies, spam, bots and what is not relevant are left out."""

    topic: Ref | None
    mentions: int
    before: int
    share: float | None
    net_sentiment: int | None
    by_customers: int


class WishesOut(Out):
    """How one wants to be told: how often, at most how many items, of which topics (empty = all), and whether by mail too."""

    rhythm: str
    most: int
    topics: list[int]
    by_mail: bool
    made_at: datetime | None


class WishesIn(In):
    """The same, said."""

    rhythm: Rhythm
    most: Annotated[int, Field(ge=1, le=digest.LONGEST)]
    topics: Annotated[list[Id], Field(max_length=1_000)] = []
    by_mail: Flag = False


class ItemOut(Out):
    """One item of a digest, with why it is shown. `relevant`: what one said of it, null where one did not."""

    id: int
    interaction_id: int
    topic: Ref | None
    why: str
    reason: str
    text: str
    relevant: Flag | None


class DigestOut(Out):
    """One's newest digest, the weightiest first."""

    wishes: WishesOut
    items: list[ItemOut]


class Worth(In):
    """Whether an item was worth it; null takes that back."""

    relevant: Flag | None


@router.read("/boards", act="listening.view", out=Page[BoardOut])
def listed(request: HttpRequest, cursor: Cursor = "", limit: Limit = 50) -> Page[BoardOut]:
    """One's own boards, and those that are shared with one's role."""
    by = user_of(request)
    rows, following = page_by_id(boards.visible_to(by), cursor, limit)
    chosen = boards.first_of(by)
    return Page[BoardOut](items=[_board(row, chosen) for row in rows], next=following)


@router.write("POST", "/boards", act="listening.view", out=BoardOut, status=201)
def keeping(request: HttpRequest, body: BoardIn) -> BoardOut:
    """Keep a board under a name."""
    by = user_of(request)
    made = boards.keep(
        body.name, topics=body.topics, query=body.query.lstrip("?"), roles=body.roles, by=by, now=clock.now()
    )
    return _board(made, boards.first_of(by))


@router.write("DELETE", "/boards/{int:board_id}", act="listening.view", out=Done)
def deleting(request: HttpRequest, board_id: PathId) -> Done:
    """Delete one's own board; it can be brought back."""
    boards.delete(one(boards.visible_to(user_of(request)), board_id), by=user_of(request), now=clock.now())
    return Done()


@router.write("POST", "/boards/{int:board_id}/restore", act="listening.view", out=BoardOut)
def restoring(request: HttpRequest, board_id: PathId) -> BoardOut:
    """Bring back a board that one deleted."""
    by = user_of(request)
    one(Board.objects.filter(owner=by), board_id)
    return _board(boards.restore(board_id, by=by), boards.first_of(by))


@router.write("POST", "/boards/{int:board_id}/first", act="listening.view", out=BoardOut)
def opening_first(request: HttpRequest, board_id: PathId) -> BoardOut:
    """Open listening with this board from now on."""
    by = user_of(request)
    row = one(boards.visible_to(by), board_id)
    boards.open_first(row, by=by)
    return _board(row, row)


@router.read("/share-of-voice", act="listening.view", out=list[BesideOut])
def beside(
    request: HttpRequest, topics: Annotated[str, Query(max_length=200)], since: When, until: When,
    zone: Annotated[str, Query(max_length=60)] = "UTC",
) -> list[BesideOut]:  # fmt: skip
    """Topics side by side, their numbers parted by commas; eight of them and 92 days at most."""
    if not since < until <= since + LONGEST:
        raise Broken("until", f"It is later than since, by {LONGEST.days} days at most.")
    if zone not in available_timezones():
        raise Broken("zone", "There is no such time zone.")
    wanted = [int(part) for part in topics.split(",") if part.isascii() and part.isdecimal() and len(part) < 19]
    rows = queries.visible_to(user_of(request)).in_bulk(wanted[: boards.TOPICS])
    span = Span(since, until, zone)
    found = [
        (row, counts.board(row.version_id, span, Only()) if row.version_id else counts.Board(before=counts.Board()))
        for row in (rows[number] for number in dict.fromkeys(wanted) if number in rows)
    ]
    whole = sum(board.n for _, board in found)
    return [
        BesideOut(
            topic=Ref.of(row),
            mentions=board.n,
            before=board.before.n if board.before else 0,
            share=round(100 * board.n / whole, 1) if whole else None,
            net_sentiment=board.net,
            by_customers=board.by_customers,
        )
        for row, board in found
    ]


@router.read("/digest", act="listening.view", out=DigestOut)
def digested(request: HttpRequest) -> DigestOut:
    """One's newest digest and how it is wished for."""
    return _digest(request)


@router.write("PUT", "/digest", act="listening.view", out=DigestOut)
def wishing(request: HttpRequest, body: WishesIn) -> DigestOut:
    """Say how one wants to be told."""
    digest.wish(by=user_of(request), rhythm=body.rhythm, most=body.most, topics=body.topics, by_mail=body.by_mail)
    return _digest(request)


@router.write("POST", "/digest", act="listening.view", out=DigestOut)
def making(request: HttpRequest) -> DigestOut:
    """Make one's digest now; what was told once is not told again."""
    digest.make(user_of(request), now=clock.now())
    return _digest(request)


@router.write("POST", "/digest/{int:told_id}/judge", act="listening.view", out=Done)
def judging(request: HttpRequest, told_id: PathId, body: Worth) -> Done:
    """Say whether an item of one's own was worth it; that tunes what comes next."""
    one(digest.told_to(user_of(request)), told_id)
    digest.judge(told_id, is_relevant=body.relevant, by=user_of(request))
    return Done()


def _board(row: Board, chosen: Board | None) -> BoardOut:
    return BoardOut(
        id=row.pk,
        name=row.name,
        topics=list(row.topics),
        query=row.query,
        roles=list(row.roles),
        owner=Ref.of(row.owner),
        first=chosen is not None and chosen.pk == row.pk,
    )


def _digest(request: HttpRequest) -> DigestOut:
    by = user_of(request)
    held = digest.wishes_of(by)
    return DigestOut(
        wishes=WishesOut(
            rhythm=held.rhythm, most=held.most, topics=list(held.topics), by_mail=held.by_mail, made_at=held.told_at
        ),
        items=[
            ItemOut(
                id=shown.told.pk,
                interaction_id=shown.row.pk,
                topic=Ref.of(shown.told.topic),
                why=shown.told.why,
                reason=shown.told.reason,
                text=shown.row.text[:2_000],
                relevant=shown.told.is_relevant,
            )
            for shown in digest.newest_of(by)
        ],
    )
