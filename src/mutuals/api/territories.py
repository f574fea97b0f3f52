"""Who looks after whom: territories, what is nobody's, and handing over what somebody has."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from pydantic import Field

from mutuals.api._auth import user_of
from mutuals.api._door import Resource, one
from mutuals.api._types import Done, Id, In, Line, Out, PathId, Ref, given
from mutuals.base import clock, filters
from mutuals.people import ownerless, territories
from mutuals.people.models import Territory
from mutuals.staff import accounts
from mutuals.staff.models import Team, User
from mutuals.staff.permissions import require
from mutuals.staff.queries import visible_to

router = Resource("territories")
Of = Literal["person", "organisation"]


class TerritoryOut(Out):
    """A territory. `where` is its condition in the one filter language, as the lists take it; `position` its turn, from 1."""

    id: int
    name: str
    record: str
    where: str
    owner: Ref
    team: Ref | None
    position: int

    @classmethod
    def of(cls, row: Territory) -> TerritoryOut:
        """A row of the table."""
        return cls(
            id=row.pk,
            name=row.name,
            record=row.record,
            where=filters.write(filters.from_json(row.condition)),
            owner=Ref(id=row.owner.pk, name=str(row.owner)),
            team=Ref.of(row.team),
            position=row.position,
        )


class NewTerritory(In):
    """A new one; it counts after those that are there."""

    name: Annotated[Line, Field(min_length=1, max_length=80)]
    record: Of
    where: Annotated[Line, Field(min_length=1, max_length=20_000)]
    owner_id: Id
    team_id: Id | None = None


class TerritoryChange(In):
    """What is to change."""

    name: Annotated[Line, Field(max_length=80)] = ""
    where: Annotated[Line, Field(max_length=20_000)] = ""
    owner_id: Id = 1
    team_id: Id | None = None
    position: Annotated[Id, Field(le=200)] = 1


class TerritoryShare(Out):
    """How many that are nobody's would go to a territory; `wrong` says why it cannot be asked."""

    territory: TerritoryOut
    count: int
    wrong: str


class Placing(In):
    """Whose owners are to be found."""

    record: Of


class PlacedOut(Out):
    """The batch by which they are placed; `POST /batches/{id}/undo` takes it back."""

    batch_id: int
    words: str
    state: str
    total: int
    done: int


class LooseOut(Out):
    """How many of a kind are nobody's: null could not be counted in time; without `exact` there are more."""

    kind: str
    name: str
    count: int | None
    exact: bool


class LooseRow(Out):
    """One of them."""

    id: int
    name: str


class GivingLoose(In):
    """Which, and to whom."""

    ids: Annotated[list[Id], Field(min_length=1, max_length=200)]
    owner_id: Id


class Given(Out):
    """How many went; those that somebody looks after by now stay theirs."""

    given: int


class HandingOver(In):
    """Who takes over."""

    to_id: Id


class HoldingsOut(Out):
    """What somebody looks after, or what moved, by kind."""

    holds: dict[str, int]
    at: datetime


@router.read("/territories", act="territory.view", out=list[TerritoryOut])
def listed(request: HttpRequest) -> list[TerritoryOut]:
    """All territories, in the order in which they count."""
    return [TerritoryOut.of(row) for row in territories.listed()]


@router.write("POST", "/territories", act="territory.edit", out=TerritoryOut, status=201)
def add(request: HttpRequest, body: NewTerritory) -> TerritoryOut:
    """Make one."""
    told = _told(request, given(body))
    return TerritoryOut.of(territories.add(by=user_of(request), **{"team": None, **told}))


@router.write("PATCH", "/territories/{int:territory_id}", act="territory.edit", out=TerritoryOut)
def change(request: HttpRequest, territory_id: PathId, body: TerritoryChange) -> TerritoryOut:
    """Change it; whoever changes the condition lends it their rights."""
    row = one(Territory.objects.all(), territory_id)
    return TerritoryOut.of(territories.edit(row, by=user_of(request), changes=_told(request, given(body))))


@router.write("DELETE", "/territories/{int:territory_id}", act="territory.edit", out=Done)
def remove(request: HttpRequest, territory_id: PathId) -> Done:
    """Take it away; who was given by it keeps their owner."""
    territories.remove(one(Territory.objects.all(), territory_id), by=user_of(request))
    return Done()


@router.read("/territories/shares", act="territory.view", out=list[TerritoryShare])
def shares(request: HttpRequest, record: Of) -> list[TerritoryShare]:
    """How many that are nobody's would go where. Nothing is written."""
    found = territories.shares(record, by=user_of(request), now=clock.now())
    return [
        TerritoryShare(territory=TerritoryOut.of(row.territory), count=row.number, wrong=row.wrong) for row in found
    ]


@router.write("POST", "/territories/place", act="territory.place", out=PlacedOut)
def place(request: HttpRequest, body: Placing) -> PlacedOut:
    """Give all that is nobody's to its territory: few at once, many by a worker."""
    row = territories.place(body.record, by=user_of(request), now=clock.now())
    return PlacedOut(batch_id=row.pk, words=row.words, state=row.state, total=row.total, done=row.done)


@router.read("/ownerless", act="ownerless.view", out=list[LooseOut])
def loose(request: HttpRequest) -> list[LooseOut]:
    """How much is nobody's, by kind."""
    return [
        LooseOut(kind=row.kind.name, name=row.kind.words, count=row.number, exact=row.is_whole)
        for row in ownerless.counts(user_of(request))
    ]


@router.read("/ownerless/{what}", act="ownerless.view", out=list[LooseRow])
def loose_rows(request: HttpRequest, what: Annotated[str, Field(max_length=40)]) -> list[LooseRow]:
    """The fifty newest of a kind that are nobody's."""
    return [LooseRow(id=row.pk, name=str(row)) for row in ownerless.rows(what, user_of(request))]


@router.write("POST", "/ownerless/{what}/give", act="ownerless.view", out=Given)
def giving(request: HttpRequest, what: Annotated[str, Field(max_length=40)], body: GivingLoose) -> Given:
    """Give some of them to somebody."""
    by = user_of(request)
    to = one(visible_to(by), body.owner_id)
    return Given(given=ownerless.give(what, body.ids, to=to, by=by, now=clock.now()))


@router.read("/users/{int:user_id}/holdings", act="owner.transfer", out=HoldingsOut)
def holdings(request: HttpRequest, user_id: PathId) -> HoldingsOut:
    """What somebody looks after: what would move."""
    by = user_of(request)
    require(by, "owner.transfer")
    return HoldingsOut(holds=accounts.holdings(one(visible_to(by), user_id)), at=clock.now())


@router.write("POST", "/users/{int:user_id}/hand-over", act="owner.transfer", out=HoldingsOut)
def hand_over(request: HttpRequest, user_id: PathId, body: HandingOver) -> HoldingsOut:
    """Give all of it to a colleague."""
    by = user_of(request)
    user, to = one(visible_to(by), user_id), one(visible_to(by), body.to_id)
    return HoldingsOut(holds=accounts.transfer(user, to, by=by), at=clock.now())


def _told(request: HttpRequest, told: dict[str, Any]) -> dict[str, Any]:
    """What was named, as the acts take it."""
    if "where" in told:
        told["condition"] = filters.read(told.pop("where"))
    if "owner_id" in told:
        told["owner"] = one(User.objects.filter(is_active=True), told.pop("owner_id"))
    if "team_id" in told:
        number = told.pop("team_id")
        told["team"] = one(Team.objects.all(), number) if number else None
    return told
