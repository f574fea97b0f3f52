"""Promises to customers: found, made, moved, kept, and the customer told."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.http import Http404, HttpRequest
from ninja import Query
from pydantic import Field

from mutuals.api._auth import user_of
from mutuals.api._door import Resource, one
from mutuals.api._lists import Sorted, Tests, Walked, Where, walked
from mutuals.api._paging import Limit
from mutuals.api._types import MOST_ID, Id, In, Line, Moment, Out, Page, PathId, Ref, Text
from mutuals.api.people import person_named
from mutuals.base import clock
from mutuals.history.models import Interaction
from mutuals.inbox import cases, promises, promises_found, promises_listed
from mutuals.inbox.models import Promise
from mutuals.inbox.queries import visible_to as visible_turns
from mutuals.people import queries as people
from mutuals.people.visibility import visible_to as visible_people
from mutuals.staff import queries as staff
from mutuals.staff.models import User

router = Resource("promises")
STATES = Literal["suggested", "open", "kept", "broken", "withdrawn"]
Number = Annotated[int | None, Query(ge=1, le=MOST_ID)]
Words = Annotated[Line, Field(min_length=1, max_length=promises.LONGEST)]
Reason = Annotated[Line, Field(min_length=1, max_length=300)]


class PromiseOut(Out):
    """One promise. `is_late`: open, and its moment is over. `said_in` and `about` are text keys: interaction:55, deal:12.

    `made_by` too: staff:3, or machine:promises for what was found in a message. `told_at`: since when the customer knows that
    it was kept.
    """

    id: int
    words: str
    state: STATES
    is_late: bool
    due_at: datetime | None
    owner: Ref | None
    person: Ref | None
    conversation_id: int | None
    case_id: int | None
    about: str
    said_in: str
    reason: str
    made_by: str
    made_at: datetime
    kept_at: datetime | None
    told_at: datetime | None

    @classmethod
    def of(cls, row: Promise, viewer: User) -> PromiseOut:
        """A row as somebody may read it."""
        names = ("words", "state", "due_at", "conversation_id", "case_id", "about", "said_in", "reason")
        told = {name: getattr(row, name) for name in (*names, "made_by", "made_at", "kept_at", "told_at")}
        person = row.person.canonical if row.person else None
        if person is not None and not visible_people(viewer).filter(pk=person.pk).exists():
            person = None
        late = row.state == "open" and row.due_at is not None and row.due_at <= clock.now()
        return cls(id=row.pk, is_late=late, owner=Ref.of(row.owner), person=Ref.of(person), **told)


class KeptOut(Out):
    """A promise that was kept, with the words that tell the customer; `is_drafted`: they lie ready in the conversation."""

    promise: PromiseOut
    text: str
    is_drafted: bool


class PromiseFoundOut(Out):
    """A promise that stands in a text, and until when; null where no moment is said, or one that is in doubt."""

    words: str
    due_at: datetime | None
    language: str


class PromisesFoundOut(Out):
    """What a text promises."""

    items: list[PromiseFoundOut]


class Promising(In):
    """A new promise, to a person or in a conversation or case. `message_id` is the message that says it."""

    words: Words
    due_at: Moment | None = None
    person_id: Id | None = None
    conversation_id: Id | None = None
    case_id: Id | None = None
    message_id: Id | None = None
    about: Annotated[Line, Field(max_length=60)] = ""
    owner_id: Id | None = None


class PromiseConfirming(In):
    """That a suggestion is a promise; until when and who sees to it, where that is another than was found."""

    due_at: Moment | None = None
    owner_id: Id | None = None


class PromiseMoving(In):
    """Another moment, and why."""

    due_at: Moment
    reason: Reason


class PromiseHanding(In):
    """Who sees to it from now on."""

    owner_id: Id


class PromiseEnding(In):
    """How it ends: "broken" and "withdrawn" say why; a suggestion is withdrawn without."""

    state: Literal["broken", "withdrawn"]
    reason: Annotated[Line, Field(max_length=300)] = ""


class PromiseReading(In):
    """A text of the caller's."""

    text: Annotated[Text, Field(max_length=20_000)]


@router.read("/promises", act="promise.view", out=Page[PromiseOut], refuses=(404,))
def promises_listing(
    request: HttpRequest,
    tab: Annotated[Literal["mine", "team", "late", "all"], Query()] = "all",
    state: Annotated[STATES | Literal["any"], Query()] = "open",
    person_id: Number = None,
    conversation_id: Number = None,
    case_id: Number = None,
    about: Annotated[str, Query(max_length=60, pattern=r"^[^\u0000]*$")] = "",
    f: Tests = [],  # noqa: B006 - read, never written
    where: Where = "",
    sort: Sorted = "",
    cursor: Walked = "",
    limit: Limit = 50,
) -> Page[PromiseOut]:
    """Promises, the soonest due first, those without a moment last. `tab` late: open ones whose moment is over.

    `f` and `where` are conditions on them; the others are short forms of some.
    """
    viewer = user_of(request)
    asked = promises_listed.Asked(
        tab, "" if state == "any" else state,
        person_ids=people.cluster(person_named(request, person_id)) if person_id else None,
        case=one(cases.visible_to(viewer), case_id) if case_id else None,
        conversation_id=conversation_id, about=about,
    )  # fmt: skip
    rows = promises_listed.rows_of(viewer, asked, clock.now()).select_related(*promises_listed.RELATED)
    found, following = walked(request, "promise", rows, tests=f, where=where, sort=sort, cursor=cursor, limit=limit)
    return Page[PromiseOut](items=[PromiseOut.of(row, viewer) for row in found], next=following)


@router.read("/promises/{int:promise_id}", act="promise.view", out=PromiseOut)
def promise_shown(request: HttpRequest, promise_id: PathId) -> PromiseOut:
    """One promise."""
    return PromiseOut.of(_found(request, promise_id), user_of(request))


@router.write("POST", "/promises", act="promise.edit", out=PromiseOut, status=201, refuses=(404,))
def promise_making(request: HttpRequest, body: Promising) -> PromiseOut:
    """Write a promise down; one of the same words in the same place is given back, and opened where it was suggested."""
    by = user_of(request)
    turns = visible_turns(by).select_related("conversation__opener__person__canonical")
    said = None
    if body.message_id:
        said = Interaction.objects.filter(pk=body.message_id, conversation__in=visible_turns(by).values("pk")).first()
        if said is None:
            raise Http404
    talk = body.conversation_id or (said.conversation_id if said else None)
    made, _ = promises.make(
        by=by, now=clock.now(), words=body.words, due_at=body.due_at, turn=one(turns, talk) if talk else None,
        person=person_named(request, body.person_id) if body.person_id else None,
        case=one(cases.visible_to(by), body.case_id) if body.case_id else None,
        about=body.about, said_in=f"interaction:{said.pk}" if said else "", owner=_owner(body.owner_id),
    )  # fmt: skip
    return PromiseOut.of(made, by)


@router.write("POST", "/promises/read", act="promise.edit", out=PromisesFoundOut)
def promises_reading(request: HttpRequest, body: PromiseReading) -> PromisesFoundOut:
    """What a text promises, by the caller's clock; nothing is kept."""
    told = promises_found.promised(body.text, writer=user_of(request), now=clock.now())
    return PromisesFoundOut(
        items=[PromiseFoundOut(words=one.words, due_at=one.due_at, language=one.language) for one in told]
    )


@router.write("POST", "/promises/{int:promise_id}/confirm", act="promise.edit", out=PromiseOut)
def promise_confirming(request: HttpRequest, promise_id: PathId, body: PromiseConfirming) -> PromiseOut:
    """Say that what was suggested is a promise."""
    row = _found(request, promise_id)
    owner = _owner(body.owner_id)
    done = promises.confirm(row, by=user_of(request), now=clock.now(), due_at=body.due_at, owner=owner)
    return PromiseOut.of(done, user_of(request))


@router.write("POST", "/promises/{int:promise_id}/move", act="promise.edit", out=PromiseOut)
def promise_moving(request: HttpRequest, promise_id: PathId, body: PromiseMoving) -> PromiseOut:
    """Give it another moment, with the reason."""
    row = _found(request, promise_id)
    done = promises.move(row, by=user_of(request), now=clock.now(), due_at=body.due_at, reason=body.reason)
    return PromiseOut.of(done, user_of(request))


@router.write("POST", "/promises/{int:promise_id}/hand", act="promise.edit", out=PromiseOut)
def promise_handing(request: HttpRequest, promise_id: PathId, body: PromiseHanding) -> PromiseOut:
    """Let a colleague see to it."""
    by, row = user_of(request), _found(request, promise_id)
    return PromiseOut.of(promises.hand(row, by=by, to=one(staff.active(), body.owner_id)), by)


@router.write("POST", "/promises/{int:promise_id}/keep", act="promise.edit", out=KeptOut)
def promise_keeping(request: HttpRequest, promise_id: PathId) -> KeptOut:
    """It is done; the words that tell the customer are laid ready as a draft, unless one lies there already."""
    kept = promises.keep(_found(request, promise_id), by=user_of(request), now=clock.now())
    return KeptOut(promise=PromiseOut.of(kept.promise, user_of(request)), text=kept.text, is_drafted=kept.is_drafted)


@router.write("POST", "/promises/{int:promise_id}/tell", act="promise.edit", out=PromiseOut)
def promise_telling(request: HttpRequest, promise_id: PathId) -> PromiseOut:
    """Say that the customer was told. An answer that leaves in the conversation after it was kept says so by itself."""
    done = promises.tell(_found(request, promise_id), by=user_of(request), now=clock.now())
    return PromiseOut.of(done, user_of(request))


@router.write("POST", "/promises/{int:promise_id}/end", act="promise.edit", out=PromiseOut)
def promise_ending(request: HttpRequest, promise_id: PathId, body: PromiseEnding) -> PromiseOut:
    """Say that it was broken, or take it back."""
    act = promises.give_up if body.state == "broken" else promises.withdraw
    done = act(_found(request, promise_id), by=user_of(request), now=clock.now(), reason=body.reason)
    return PromiseOut.of(done, user_of(request))


@router.write("POST", "/promises/{int:promise_id}/reopen", act="promise.edit", out=PromiseOut)
def promise_reopening(request: HttpRequest, promise_id: PathId) -> PromiseOut:
    """Take up again what was ended."""
    done = promises.reopen(_found(request, promise_id), by=user_of(request), now=clock.now())
    return PromiseOut.of(done, user_of(request))


"""In a cursor: those without a moment."""


def _found(request: HttpRequest, number: int) -> Promise:
    row = promises_listed.one(user_of(request), number)
    if row is None:
        raise Http404
    return row


def _owner(number: int | None) -> User | None:
    return one(staff.active(), number) if number else None
