"""Deals: opened, edited, moved along a pipeline, won, lost; their lines, who has a say, and the board of a pipeline."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from ninja import Query
from pydantic import Field

from mutuals.api._auth import user_of
from mutuals.api._door import Resource, one
from mutuals.api._lists import Tests, Where, narrowed
from mutuals.api._paging import Cursor, Limit, after_id, next_by_id
from mutuals.api._types import MOST_ID, Day, Done, Id, In, Line, Loose, Out, Page, PathId, Ref, Spendable
from mutuals.api.orders import Amount
from mutuals.api.people import Custom, person_named
from mutuals.api.quotes import OfferIn, OfferOut
from mutuals.base import clock
from mutuals.people.visibility import organisations_visible_to
from mutuals.processes.models import Process
from mutuals.records import values as house
from mutuals.sales import deals, pipeline, quotes
from mutuals.sales.models import Deal
from mutuals.staff import queries as staff

router = Resource("deals")
Number = Annotated[int | None, Query(ge=1, le=MOST_ID)]
Percent = Annotated[int, Field(ge=0, le=100, strict=True)]
Because = Annotated[Line, Field(min_length=1, max_length=500)]


class DealNow(Out):
    """A deal. `probability` is its own, or that of its step; `weighted` the amount by it; `home` the amount in the
    currency of the house, null where no rate of its day is known. `changes` counts the run's moves."""

    id: int
    title: str
    person: Ref | None
    organisation: Ref | None
    amount: Decimal
    currency: str
    home: Decimal | None
    probability: int | None
    weighted: Decimal
    expected_on: date | None
    owner: Ref | None
    pipeline: Ref | None
    step: str
    item_id: int | None
    changes: int | None
    outcome: Literal["", "won", "lost"]
    lost_reason: str
    came_by: str
    custom: dict[str, Any]
    opened_at: datetime
    ended_at: datetime | None
    changed_at: datetime
    trashed_at: datetime | None

    @classmethod
    def told(cls, row: Deal) -> dict[str, Any]:
        """A deal fetched as `pipeline.listed` does it, by its fields."""
        names = (
            "title", "amount", "currency", "home", "expected_on", "outcome", "lost_reason", "came_by", "opened_at", "ended_at",
            "changed_at", "trashed_at", "item_id",
        )  # fmt: skip
        return {name: getattr(row, name) for name in names} | {
            "id": row.pk,
            "custom": house.told("deal", row.custom),
            "person": Ref.of(row.person.canonical if row.person else None),
            "organisation": Ref.of(row.organisation),
            "owner": Ref.of(row.owner),
            "pipeline": Ref.of(row.item.process if row.item else None),
            "step": row.item.step if row.item else "",
            "changes": row.item.changes if row.item else None,
            "probability": pipeline.probability(row),
            "weighted": pipeline.weighted(row),
        }

    @classmethod
    def of(cls, row: Deal) -> DealNow:
        """A row."""
        return cls(**cls.told(row))


class DealPart(Out):
    """A person of the other side, and what say they have."""

    person: Ref
    role: str


class WholeDeal(DealNow):
    """A deal with its lines and who has a say."""

    lines: list[OfferOut]
    roles: list[DealPart]

    @classmethod
    def of(cls, row: Deal) -> WholeDeal:
        """The same in three statements more at most."""
        roles = [(Ref.of(part.person.canonical), part.role) for part in pipeline.roles(row)]
        lines = row.lines.select_related("product").order_by("position")
        return cls(
            **cls.told(row),
            lines=[OfferOut.of(line) for line in lines],
            roles=[DealPart(person=ref, role=role) for ref, role in roles if ref is not None],
        )


class NewDeal(In):
    """A deal for a person, an organisation, or a person of one. Without a pipeline it runs in the usual one."""

    title: Annotated[Line, Field(min_length=1, max_length=200)]
    currency: Spendable
    person_id: Id | None = None
    organisation_id: Id | None = None
    pipeline_id: Id | None = None
    owner_id: Id | None = None
    amount: Amount = Decimal(0)
    probability: Percent | None = None
    expected_on: Day | None = None
    came_by: Annotated[Line, Field(max_length=60)] = ""
    custom: Custom = {}


class DealChanges(In):
    """What is to change; what is not named stays. Null empties the probability (the step's counts) and the day."""

    title: Annotated[Line, Field(min_length=1, max_length=200)] | None = None
    currency: Spendable | None = None
    amount: Amount | None = None
    probability: Percent | None = None
    expected_on: Day | None = None
    owner_id: Id | None = None
    person_id: Id | None = None
    organisation_id: Id | None = None
    custom: Custom = {}


class DealMove(In):
    """To which step of its pipeline; `values` fills what a step asks for, `seen` is the `changes` that was shown."""

    to: Annotated[Line, Field(min_length=1, max_length=40)]
    because: Annotated[Line, Field(max_length=500)] = ""
    values: Loose = {}
    seen: Id | None = None


class DealOver(In):
    """Why."""

    because: Because


class DealLinesIn(In):
    """All lines."""

    lines: Annotated[list[OfferIn], Field(max_length=500)]


class DealPartIn(In):
    """Who, and what say they have; "" takes them out."""

    person_id: Id
    role: Literal["", "decides", "buys", "uses", "advises", "doubts"]


class DealPipeline(In):
    """Into which pipeline."""

    pipeline_id: Id


class DealSum(Out):
    """What deals of one currency come to."""

    currency: str
    amount: Decimal
    weighted: Decimal


class DealColumn(Out):
    """One step of a pipeline: how many deals are in it, how many over its limit, what they come to, and the first of them."""

    step: str
    name: str
    probability: int | None
    count: int
    late: int
    sums: list[DealSum]
    deals: list[DealNow]


class DealBoard(Out):
    """A pipeline with what is open in it."""

    pipeline: Ref
    count: int
    sums: list[DealSum]
    columns: list[DealColumn]


@router.read("/deals", act="deal.view", out=Page[DealNow], refuses=(404,))
def listed(
    request: HttpRequest,
    state: Annotated[Literal["open", "won", "lost"] | None, Query()] = None,
    person_id: Number = None,
    organisation_id: Number = None,
    owner_id: Number = None,
    pipeline_id: Number = None,
    step: Annotated[str, Query(max_length=40, pattern=r"^[a-z0-9_-]*$")] = "",
    q: Annotated[str, Query(max_length=200, pattern=r"^[^\u0000]*$")] = "",
    trashed: bool = False,
    f: Tests = [],  # noqa: B006 - read, never written
    where: Where = "",
    cursor: Cursor = "",
    limit: Limit = 50,
) -> Page[DealNow]:
    """Deals, last opened first. `q`: words of the title; `trashed`: those in the trash instead; `f`, `where`: a condition."""
    by = user_of(request)
    parts = [*f, where] if where else f
    rows = pipeline.listed(
        by,
        state=state or "",
        process=_pipeline(request, pipeline_id),
        step=step,
        owner=one(staff.active(), owner_id) if owner_id else None,
        person=person_named(request, person_id) if person_id else None,
        organisation=one(organisations_visible_to(by), organisation_id) if organisation_id else None,
        text=q.strip(),
        trashed=trashed,
        before=after_id(cursor),
        limit=limit + 1,
        asked=narrowed(request, parts),
    )
    found, following = next_by_id(rows, limit)
    return Page[DealNow](items=[DealNow.of(row) for row in found], next=following)


@router.read("/deals/board", act="deal.view", out=DealBoard, refuses=(404,))
def board(request: HttpRequest, pipeline_id: Annotated[int, Query(ge=1, le=MOST_ID)], mine: bool = False) -> DealBoard:
    """What is open in a pipeline, by its steps: counts and sums of all, and the first fifty deals of each step."""
    by = user_of(request)
    process = _pipeline(request, pipeline_id)
    if process is None:
        raise Http404
    found = pipeline.board(by, process, now=clock.now(), owner=by if mine else None)
    columns = [
        DealColumn(
            step=one.step.key, name=one.step.name, probability=one.step.probability, count=one.count, late=one.late,
            sums=_sums(list(one.sums.values())), deals=[DealNow.of(row) for row in one.cards],
        )
        for one in found.columns
    ]  # fmt: skip
    return DealBoard(
        pipeline=Ref(id=process.pk, name=process.name), count=found.count, sums=_sums(found.sums), columns=columns
    )


@router.read("/deals/{int:deal_id}", act="deal.view", out=WholeDeal)
def shown(request: HttpRequest, deal_id: PathId) -> WholeDeal:
    """One deal."""
    return WholeDeal.of(deal_of(request, deal_id))


@router.write("POST", "/deals", act="deal.edit", out=WholeDeal, status=201, refuses=(404,))
def opening(request: HttpRequest, body: NewDeal) -> WholeDeal:
    """Open a deal; the very same one, while it is open, is given back instead."""
    by = user_of(request)
    told = deals.DealIn(
        body.title,
        body.currency,
        person_named(request, body.person_id) if body.person_id else None,
        one(organisations_visible_to(by), body.organisation_id) if body.organisation_id else None,
        body.amount,
        body.probability,
        body.expected_on,
        one(staff.active(), body.owner_id) if body.owner_id else None,
        came_by=body.came_by,
        custom=body.custom,
    )
    row, _ = deals.open_deal(told, by=by, now=clock.now(), pipeline=_pipeline(request, body.pipeline_id))
    return WholeDeal.of(deal_of(request, row.pk))


@router.write("PATCH", "/deals/{int:deal_id}", act="deal.edit", out=WholeDeal)
def editing(request: HttpRequest, deal_id: PathId, body: DealChanges) -> WholeDeal:
    """Write what is known of it."""
    by, row = user_of(request), deal_of(request, deal_id)
    said = body.model_dump(exclude_unset=True)
    told: dict[str, Any] = {
        name: said[name]
        for name in ("title", "currency", "amount", "probability", "expected_on", "custom")
        if name in said
    }
    if "owner_id" in said:
        told["owner"] = one(staff.active(), body.owner_id) if body.owner_id else None
    if "person_id" in said:
        told["person"] = person_named(request, body.person_id) if body.person_id else None
    if "organisation_id" in said:
        told["organisation"] = one(organisations_visible_to(by), body.organisation_id) if body.organisation_id else None
    return _whole(request, deals.edit(row, by=by, changes=told, now=clock.now()))


@router.write("POST", "/deals/{int:deal_id}/move", act="deal.edit", out=WholeDeal)
def moving(request: HttpRequest, deal_id: PathId, body: DealMove) -> WholeDeal:
    """Let it go on to a step of its pipeline."""
    row = deal_of(request, deal_id)
    done = deals.move(
        row, to=body.to, by=user_of(request), now=clock.now(), because=body.because, values=body.values, seen=body.seen
    )
    return _whole(request, done)


@router.write("POST", "/deals/{int:deal_id}/pipeline", act="deal.edit", out=WholeDeal)
def piping(request: HttpRequest, deal_id: PathId, body: DealPipeline) -> WholeDeal:
    """Let it run in another pipeline, from its start."""
    process = _pipeline(request, body.pipeline_id)
    assert process is not None
    done = deals.move_to_pipeline(deal_of(request, deal_id), process, by=user_of(request), now=clock.now())
    return _whole(request, done)


@router.write("POST", "/deals/{int:deal_id}/win", act="deal.edit", out=WholeDeal)
def winning(request: HttpRequest, deal_id: PathId) -> WholeDeal:
    """It was won."""
    return _whole(request, deals.win(deal_of(request, deal_id), by=user_of(request), now=clock.now()))


@router.write("POST", "/deals/{int:deal_id}/lose", act="deal.edit", out=WholeDeal)
def losing(request: HttpRequest, deal_id: PathId, body: DealOver) -> WholeDeal:
    """It was lost, and why."""
    done = deals.lose(deal_of(request, deal_id), by=user_of(request), now=clock.now(), because=body.because)
    return _whole(request, done)


@router.write("POST", "/deals/{int:deal_id}/reopen", act="deal.edit", out=WholeDeal)
def reopening(request: HttpRequest, deal_id: PathId, body: DealOver) -> WholeDeal:
    """It goes on where it stood before it ended."""
    done = deals.reopen(deal_of(request, deal_id), by=user_of(request), now=clock.now(), because=body.because)
    return _whole(request, done)


@router.write("PUT", "/deals/{int:deal_id}/lines", act="deal.edit", out=WholeDeal)
def lining(request: HttpRequest, deal_id: PathId, body: DealLinesIn) -> WholeDeal:
    """What is in it, instead of what was; its amount is their sum."""
    lines = [quotes.Offer(one.sku, one.name, one.quantity, one.unit_price, one.discount) for one in body.lines]
    done = deals.put_lines(deal_of(request, deal_id), lines, by=user_of(request), now=clock.now())
    return _whole(request, done)


@router.write("PUT", "/deals/{int:deal_id}/roles", act="deal.edit", out=WholeDeal)
def naming(request: HttpRequest, deal_id: PathId, body: DealPartIn) -> WholeDeal:
    """What say somebody has in it."""
    person = person_named(request, body.person_id)
    done = deals.name_role(deal_of(request, deal_id), person, body.role, by=user_of(request))
    return _whole(request, done)


@router.write("DELETE", "/deals/{int:deal_id}", act="deal.edit", out=Done)
def trashing(request: HttpRequest, deal_id: PathId) -> Done:
    """Put it into the trash; `restore` takes it out."""
    deals.trash(deal_of(request, deal_id, trashed=True), by=user_of(request), now=clock.now())
    return Done()


@router.write("POST", "/deals/{int:deal_id}/restore", act="deal.edit", out=WholeDeal)
def restoring(request: HttpRequest, deal_id: PathId) -> WholeDeal:
    """Take it out of the trash as it was."""
    row = deal_of(request, deal_id, trashed=True)
    return _whole(request, deals.restore(row, by=user_of(request), now=clock.now()))


def deal_of(request: HttpRequest, number: int, *, trashed: bool = False) -> Deal:
    """The deal of a number that the caller may see, or 404; one in the trash as well by `trashed`."""
    found = pipeline.deal(user_of(request), number, trashed=trashed)
    if found is None:
        raise Http404
    return found


def _whole(request: HttpRequest, row: Deal) -> WholeDeal:
    return WholeDeal.of(deal_of(request, row.pk))


def _pipeline(request: HttpRequest, number: int | None) -> Process | None:
    if number is None:
        return None
    found = next((row for row in pipeline.pipelines(user_of(request)) if row.pk == number), None)
    if found is None:
        raise Http404
    return found


def _sums(rows: list[pipeline.Money]) -> list[DealSum]:
    return [DealSum(currency=row.currency, amount=row.amount, weighted=row.weighted) for row in rows]
