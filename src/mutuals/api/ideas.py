"""Ideas: what customers wish for, who asked, who votes, and what becomes of it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from ninja import Query
from pydantic import Field

from mutuals.api._auth import user_of
from mutuals.api._door import Resource, one
from mutuals.api._lists import Tests, Where, narrowed
from mutuals.api._paging import Cursor, Limit, pack, unpack
from mutuals.api._problems import Broken
from mutuals.api._types import MOST_ID, Done, Id, In, Line, Out, Page, PathId, Ref, Text
from mutuals.api.people import Custom, person_named
from mutuals.base import clock
from mutuals.base.refusals import Refusal
from mutuals.communities import decide, ideas, merge, queries
from mutuals.communities.models import Asker, Idea
from mutuals.history.models import Interaction
from mutuals.people.queries import cluster
from mutuals.records import values as house
from mutuals.sales.models import Product

router = Resource("ideas")
STATES = Literal["new", "review", "planned", "done", "declined"]
Number = Annotated[int | None, Query(ge=1, le=MOST_ID)]
Title = Annotated[Line, Field(min_length=1, max_length=ideas.LONGEST_TITLE)]
Long = Annotated[Text, Field(max_length=ideas.LONGEST_TEXT)]


class IdeaOut(Out):
    """One idea. `value` is what those who asked have bought; with `currency` "*" it is of several, for sorting only.

    `merged_into` names the idea that it counts with; one in the trash has `trashed_at`. `item_id` is what runs about it.
    """

    id: int
    title: str
    text: str
    state: STATES
    reason: str
    product: Ref | None
    owner: Ref | None
    votes: int
    askers: int
    value: Decimal
    currency: str
    item_id: int | None
    custom: dict[str, Any]
    merged_into: int | None
    trashed_at: datetime | None
    created_at: datetime
    created_by: str

    @classmethod
    def of(cls, row: Idea) -> IdeaOut:
        """A row."""
        same = (
            "title",
            "text",
            "state",
            "reason",
            "votes",
            "askers",
            "item_id",
            "trashed_at",
            "created_at",
            "created_by",
        )
        return cls(
            id=row.pk,
            product=Ref.of(row.product),
            owner=Ref.of(row.owner),
            value=row.worth,
            currency=row.worth_currency,
            custom=house.told("idea", row.custom),
            merged_into=row.merged_into_id,
            **{name: getattr(row, name) for name in same},
        )


class AskerOut(Out):
    """Who asked. `words` are those of the message as it stands today, or what was noted; "" = not kept any more.

    `conversation_id` is where they spoke last. `is_told`: they were told of the state in which the idea is.
    """

    id: int
    at: datetime
    name: str
    person_id: int | None
    profile_id: int | None
    interaction_id: int | None
    conversation_id: int | None
    words: str
    is_told: bool

    @classmethod
    def of(cls, row: queries.Asked) -> AskerOut:
        """A row."""
        return cls(
            id=row.id,
            at=row.at,
            name=row.name,
            person_id=row.person.pk if row.person else None,
            profile_id=row.profile.pk if row.profile else None,
            interaction_id=row.said_in,
            conversation_id=row.conversation_id,
            words=row.words,
            is_told=row.is_told,
        )


class NewIdea(In):
    """An idea; with `interaction_id` of that message, whose author asked for it: then a title may be left out."""

    title: Annotated[Line, Field(max_length=ideas.LONGEST_TITLE)] = ""
    text: Long = ""
    product_id: Id | None = None
    interaction_id: Id | None = None
    custom: Custom = {}


class IdeaChanging(In):
    """What is to change. `because` belongs to a state: it is needed where an idea is declined."""

    title: Title | None = None
    text: Long | None = None
    product_id: Id | None = None
    state: STATES | None = None
    because: Annotated[Line, Field(max_length=decide.LONGEST)] = ""
    custom: Custom = {}


class NewAsker(In):
    """The author of a message, or a person with the words in which they asked elsewhere."""

    interaction_id: Id | None = None
    person_id: Id | None = None
    words: Annotated[Text, Field(max_length=ideas.LONGEST_WORDS)] = ""


class Voting(In):
    """Who wants it too."""

    person_id: Id


class Told(In):
    """Who was told of the state in which it is."""

    asker_ids: Annotated[list[Id], Field(min_length=1, max_length=1_000)]


class Into(In):
    """The idea that it goes into."""

    idea_id: Id


class ToldCount(Out):
    """How many it was done for; those for whom it was so before are not counted."""

    changed: int


@router.read("/ideas", act="idea.view", out=Page[IdeaOut], refuses=(404,))
def listed(
    request: HttpRequest,
    state: Annotated[STATES | Literal["open"] | None, Query()] = None,
    q: Annotated[str, Query(max_length=200, pattern=r"^[^\u0000]*$")] = "",
    product_id: Number = None,
    person_id: Number = None,
    sort: Annotated[Literal["new", "votes", "value"], Query()] = "new",
    f: Tests = [],  # noqa: B006 - read, never written
    where: Where = "",
    cursor: Cursor = "",
    limit: Limit = 50,
) -> Page[IdeaOut]:
    """Ideas, by `sort` the newest, those with most votes, or those whose askers bought most first; `f`, `where`: a condition.

    `open`: neither done nor declined. `q`: words of the title. `person_id`: who asked or voted.
    """
    rows = queries.listed(
        user_of(request),
        state=state or "",
        text=q.strip(),
        product_id=product_id,
        person_ids=cluster(person_named(request, person_id)) if person_id else None,
        sort=sort,
        before=_place(cursor),
        limit=limit + 1,
        asked=narrowed(request, [*f, where] if where else f),
    )
    last = rows[limit - 1] if len(rows) > limit else None
    following = pack((str(getattr(last, queries.SORTS[sort])), last.pk)) if last else None
    return Page[IdeaOut](items=[IdeaOut.of(row) for row in rows[:limit]], next=following)


@router.read("/ideas/{int:idea_id}", act="idea.view", out=IdeaOut)
def shown(request: HttpRequest, idea_id: PathId) -> IdeaOut:
    """One idea, also in the trash or merged away."""
    return IdeaOut.of(_found(request, idea_id))


@router.write("POST", "/ideas", act="idea.edit", out=IdeaOut, status=201, refuses=(404,))
def adding(request: HttpRequest, body: NewIdea) -> IdeaOut:
    """Write an idea down, or make one of a message.

    One of the same title about the same product is given back instead, or the one that the message is an idea of already.
    """
    by, now = user_of(request), clock.now()
    product = _product(body.product_id)
    if body.interaction_id is None:
        made, _ = ideas.add(by=by, now=now, title=body.title, text=body.text, product=product, custom=body.custom)
        return IdeaOut.of(made)
    made, is_new = ideas.ask_from(_message(body.interaction_id), by=by, now=now, title=body.title)
    told = {"text": body.text, "product": product, "custom": body.custom}
    more = {name: value for name, value in told.items() if value}
    return IdeaOut.of(ideas.edit(made, by=by, changes=more, now=now) if is_new and more else made)


@router.write("PATCH", "/ideas/{int:idea_id}", act="idea.edit", out=IdeaOut)
def changing(request: HttpRequest, idea_id: PathId, body: IdeaChanging) -> IdeaOut:
    """Change what it says, or how far it has come. A `product_id` of null: no single product."""
    by, now, row = user_of(request), clock.now(), _found(request, idea_id)
    told = body.model_fields_set
    changes: dict[str, Any] = {name: getattr(body, name) for name in ("title", "text", "custom") if name in told}
    if "product_id" in told:
        changes["product"] = _product(body.product_id)
    if changes:
        row = ideas.edit(row, by=by, changes=changes, now=now)
    if body.state is not None:
        row = decide.set_state(row, state=body.state, by=by, now=now, because=body.because)
    return IdeaOut.of(row)


@router.read("/ideas/{int:idea_id}/askers", act="idea.view", out=Page[AskerOut])
def asking(request: HttpRequest, idea_id: PathId, cursor: Cursor = "", limit: Limit = 50) -> Page[AskerOut]:
    """Who asked, the newest first, with their words and where they spoke last."""
    row = _found(request, idea_id)
    rows = queries.askers(row, user_of(request), before=unpack(cursor, datetime, int), limit=limit + 1)
    last = rows[limit - 1] if len(rows) > limit else None
    following = pack((last.at, last.id)) if last else None
    return Page[AskerOut](items=[AskerOut.of(one) for one in rows[:limit]], next=following)


@router.write("POST", "/ideas/{int:idea_id}/askers", act="idea.edit", out=IdeaOut, status=201)
def asked(request: HttpRequest, idea_id: PathId, body: NewAsker) -> IdeaOut:
    """Note who asked: the author of a message, or somebody who said so elsewhere. Twice is once."""
    by, now, row = user_of(request), clock.now(), _found(request, idea_id)
    if body.interaction_id is not None:
        row, _ = ideas.ask_from(_message(body.interaction_id), by=by, now=now, idea=row)
    elif body.person_id is not None:
        ideas.ask(row, person=person_named(request, body.person_id), words=body.words, by=by, now=now)
    else:
        raise Refusal("Name a message, or a person and what they said.", fields={"interaction_id": "Or a person."})
    return IdeaOut.of(_found(request, row.pk))


@router.write("DELETE", "/ideas/{int:idea_id}/askers/{int:asker_id}", act="idea.edit", out=Done)
def unasked(request: HttpRequest, idea_id: PathId, asker_id: PathId) -> Done:
    """They did not ask for this. Twice is once."""
    row = _found(request, idea_id)
    there = Asker.objects.filter(pk=asker_id, idea__in=queries.tree(row.pk)).first()
    if there is not None:
        ideas.unask(there, by=user_of(request))
    return Done()


@router.write("POST", "/ideas/{int:idea_id}/told", act="idea.edit", out=ToldCount)
def told(request: HttpRequest, idea_id: PathId, body: Told) -> ToldCount:
    """Note that these were told of the state in which it is. Nothing is sent by this."""
    row = _found(request, idea_id)
    return ToldCount(changed=decide.told(row, body.asker_ids, by=user_of(request), now=clock.now()))


@router.write("POST", "/ideas/{int:idea_id}/votes", act="idea.edit", out=IdeaOut, status=201)
def voting(request: HttpRequest, idea_id: PathId, body: Voting) -> IdeaOut:
    """Somebody wants it too. Twice is once."""
    row = _found(request, idea_id)
    ideas.vote(row, person=person_named(request, body.person_id), by=user_of(request), now=clock.now())
    return IdeaOut.of(_found(request, queries.root(row.pk)))


@router.write("DELETE", "/ideas/{int:idea_id}/votes/{int:person_id}", act="idea.edit", out=Done)
def unvoting(request: HttpRequest, idea_id: PathId, person_id: PathId) -> Done:
    """They do not want it any more. Twice is once."""
    ideas.unvote(_found(request, idea_id), person=person_named(request, person_id), by=user_of(request))
    return Done()


@router.write("POST", "/ideas/{int:idea_id}/start", act="idea.edit", out=IdeaOut)
def starting(request: HttpRequest, idea_id: PathId) -> IdeaOut:
    """Let it run in the usual process for ideas: its state follows the steps from then on."""
    row = _found(request, idea_id)
    decide.start(row, by=user_of(request), now=clock.now())
    return IdeaOut.of(_found(request, row.pk))


@router.write("POST", "/ideas/{int:idea_id}/merge", act="idea.edit", out=IdeaOut)
def merging(request: HttpRequest, idea_id: PathId, body: Into) -> IdeaOut:
    """Let it go into another one, which is answered; both are counted there until they are parted."""
    row, into = _found(request, idea_id), _found(request, body.idea_id)
    return IdeaOut.of(merge.merge(row, into=into, by=user_of(request), now=clock.now()))


@router.write("POST", "/ideas/{int:idea_id}/part", act="idea.edit", out=IdeaOut)
def parting(request: HttpRequest, idea_id: PathId) -> IdeaOut:
    """Take a merge back: it stands for itself again."""
    return IdeaOut.of(merge.part(_found(request, idea_id), by=user_of(request)))


@router.write("POST", "/ideas/{int:idea_id}/trash", act="idea.edit", out=IdeaOut)
def trashing(request: HttpRequest, idea_id: PathId) -> IdeaOut:
    """Into the trash: out of every list, and kept whole."""
    return IdeaOut.of(merge.trash(_found(request, idea_id), by=user_of(request), now=clock.now()))


@router.write("POST", "/ideas/{int:idea_id}/restore", act="idea.edit", out=IdeaOut)
def restoring(request: HttpRequest, idea_id: PathId) -> IdeaOut:
    """Out of the trash again."""
    return IdeaOut.of(merge.restore(_found(request, idea_id), by=user_of(request)))


def _found(request: HttpRequest, number: int) -> Idea:
    rows: QuerySet[Idea] = queries.with_gone(user_of(request)).select_related("product", "owner")
    return one(rows, number)


def _place(cursor: str) -> tuple[Decimal, int] | None:
    place = unpack(cursor, str, int)
    try:
        return (Decimal(place[0]), place[1]) if place else None
    except ArithmeticError as error:
        raise Broken("cursor", "This is not a cursor of this list.") from error


def _product(number: int | None) -> Product | None:
    if number is None:
        return None
    row = Product.objects.filter(pk=number).first()
    if row is None:
        raise Http404
    return row


def _message(number: int) -> Interaction:
    """Any message: who may edit ideas may read every conversation."""
    row = Interaction.objects.filter(pk=number).first()
    if row is None:
        raise Http404
    return row
