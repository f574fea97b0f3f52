"""What one is told, what one follows, and who else is at a record."""

from __future__ import annotations

from datetime import datetime, time
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Query
from pydantic import Field

from mutuals.api._auth import user_of
from mutuals.api._door import Resource
from mutuals.api._paging import Cursor, Limit, after_id, pack
from mutuals.api._types import Id, In, Out, Page
from mutuals.base import clock
from mutuals.base.refusals import Refusal
from mutuals.staff import follow, here, named, notices
from mutuals.staff.models import User, Why

router = Resource("notices")
TextKey = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,39}:[1-9][0-9]{0,17}$", examples=["deal:5"])]
KeyAsked = Annotated[str, Query(pattern=r"^[a-z][a-z_]{0,39}:[1-9][0-9]{0,17}$", description="A text key: deal:5")]


Reason = Literal["mention", "given", "offered", "told", "followed"]
_WHY: dict[Why, Reason] = {
    Why.MENTION: "mention", Why.GIVEN: "given", Why.OFFERED: "offered", Why.TOLD: "told", Why.FOLLOWED: "followed",
}  # fmt: skip


class RecordOut(Out):
    """A record of any kind by its text key, as the caller may see it; `url` is its page."""

    about: str
    label: str
    name: str
    url: str

    @classmethod
    def of(cls, row: named.Shown) -> RecordOut:
        """A record."""
        return cls(about=row.key, label=row.label, name=row.name, url=row.url)


class NoticeOut(Out):
    """A notice: why, about what, and in one sentence. `record` null: it is gone or not the caller's to see any more.

    `count` is of how many changes within an hour it tells; `did` is the kind of the newest entry of the journal.
    """

    id: int
    why: Reason
    record: RecordOut | None
    text: str
    did: str
    count: int
    at: datetime
    is_read: bool

    @classmethod
    def of(cls, row: notices.Line) -> NoticeOut:
        """A notice."""
        return cls(
            id=row.id, why=_WHY[row.why], record=RecordOut.of(row.record) if row.record else None, text=row.text,
            did=row.did, count=row.count, at=row.at, is_read=row.is_read,
        )  # fmt: skip


class NoticesRead(In):
    """Which notices of one's own: by `ids`, or `all` of them; `is_read` false takes it back, by ids only."""

    ids: Annotated[list[Id], Field(max_length=500)] = []
    all: bool = False
    is_read: bool = True


class NoticesReadOut(Out):
    """How many were marked now, and how many are unread."""

    marked: int
    unread: int


class QuietHours(In):
    """Hours of one's own zone without letters and bell; both null = none."""

    since: time | None = None
    until: time | None = None


class QuietHoursOut(Out):
    """The same, with the zone, and whether it is one of them."""

    since: time | None
    until: time | None
    zone: str
    is_quiet: bool

    @classmethod
    def of(cls, user: User) -> QuietHoursOut:
        """A user's."""
        quiet = notices.is_quiet(user, clock.now())
        return cls(since=user.quiet_from, until=user.quiet_until, zone=user.zone, is_quiet=quiet)


class FollowIn(In):
    """A record by its text key."""

    about: TextKey


class FollowEndOut(Out):
    """Whether the caller followed it until now."""

    followed: bool


class FollowersOut(Out):
    """Who follows a record."""

    names: list[str]
    me: bool


class HereIn(FollowIn):
    """That one has a record open, and whether one is changing it; `gone`: no longer."""

    is_editing: bool = False
    gone: bool = False


class ViewerOut(Out):
    """A colleague who is at the record."""

    id: int
    name: str
    is_editing: bool


class HereOut(Out):
    """Who else is at the record."""

    beside: list[ViewerOut]


@router.read("/notices", act="notice.view", out=Page[NoticeOut])
def listed(
    request: HttpRequest,
    state: Annotated[Literal["unread", "all"], Query()] = "unread",
    cursor: Cursor = "",
    limit: Limit = 50,
) -> Page[NoticeOut]:
    """One's own notices, newest first."""
    viewer = user_of(request)
    rows = notices.listed(viewer, unread=state == "unread", before=after_id(cursor), limit=limit + 1)
    following = pack((rows[limit - 1].id,)) if len(rows) > limit else None
    return Page[NoticeOut](items=[NoticeOut.of(row) for row in rows[:limit]], next=following)


@router.write("POST", "/notices/read", act="notice.view", out=NoticesReadOut)
def reading(request: HttpRequest, body: NoticesRead) -> NoticesReadOut:
    """Mark notices as read, or as unread again. Twice is once."""
    by = user_of(request)
    if bool(body.ids) is body.all or (body.all and not body.is_read):
        raise Refusal("Say which: ids, or all of them.", fields={"ids": "Either ids or all."})
    numbers = None if body.all else body.ids
    marked = notices.read(by, numbers, now=clock.now()) if body.is_read else notices.unread(by, body.ids)
    by.refresh_from_db(fields=["news"])
    return NoticesReadOut(marked=marked, unread=by.news)


@router.read("/notices/quiet", act="notice.view", out=QuietHoursOut)
def quiet(request: HttpRequest) -> QuietHoursOut:
    """One's own quiet hours."""
    return QuietHoursOut.of(user_of(request))


@router.write("PUT", "/notices/quiet", act="notice.view", out=QuietHoursOut)
def keeping_quiet(request: HttpRequest, body: QuietHours) -> QuietHoursOut:
    """Say one's own quiet hours; both null end them."""
    return QuietHoursOut.of(notices.keep_quiet(user_of(request), body.since, body.until))


@router.read("/follows", act="record.follow", out=Page[RecordOut])
def followed(request: HttpRequest, cursor: Cursor = "", limit: Limit = 50) -> Page[RecordOut]:
    """What the caller follows and may see, newest first."""
    rows, last = follow.of(user_of(request), before=after_id(cursor), limit=limit)
    return Page[RecordOut](items=[RecordOut.of(row) for row in rows], next=pack((last,)) if last else None)


@router.read("/follows/who", act="record.follow", out=FollowersOut)
def followers(request: HttpRequest, about: KeyAsked) -> FollowersOut:
    """Who follows a record that the caller may see."""
    viewer = user_of(request)
    rows = follow.who(named.one(viewer, about).key)
    return FollowersOut(names=[str(row) for row in rows], me=any(row.pk == viewer.pk for row in rows))


@router.write("POST", "/follows", act="record.follow", out=RecordOut)
def following(request: HttpRequest, body: FollowIn) -> RecordOut:
    """Follow a record: be told what happens to it. Twice is once."""
    return RecordOut.of(follow.begin(body.about, by=user_of(request)))


@router.write("POST", "/follows/end", act="record.follow", out=FollowEndOut)
def leaving(request: HttpRequest, body: FollowIn) -> FollowEndOut:
    """Follow it no longer."""
    return FollowEndOut(followed=follow.end(body.about, by=user_of(request)))


@router.write("POST", "/here", act="record.follow", out=HereOut)
def beating(request: HttpRequest, body: HereIn) -> HereOut:
    """Say that one has a record open, again within a minute; who else has."""
    by = user_of(request)
    if body.gone:
        here.leave(body.about, by=by, is_editing=body.is_editing)
        return HereOut(beside=[])
    rows = here.beat(body.about, by=by, now=clock.now(), is_editing=body.is_editing)
    return HereOut(beside=[ViewerOut(id=row.id, name=row.name, is_editing=row.is_editing) for row in rows])
