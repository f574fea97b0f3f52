"""What contacts cost, by kind and network and from a day on; reports count with it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from django.http import HttpRequest
from pydantic import Field

from mutuals.api._auth import user_of
from mutuals.api._door import Resource, one
from mutuals.api._types import Day, Done, In, Line, Out, PathId
from mutuals.insights import cost
from mutuals.insights.models import ContactCost
from mutuals.staff.permissions import require

router = Resource("costs")


class CostIn(In):
    """What a contact costs from a day on, in the house's currency; kind or network "" = any."""

    amount: Decimal
    since: Day
    kind: Annotated[Line, Field(max_length=12)] = ""
    network: Annotated[Line, Field(max_length=30)] = ""


class CostOut(Out):
    """What a contact costs."""

    id: int
    kind: str
    network: str
    since: date
    amount: Decimal
    currency: str

    @classmethod
    def of(cls, row: ContactCost) -> CostOut:
        """A row of the table."""
        return cls(
            id=row.pk, **{name: getattr(row, name) for name in ("kind", "network", "since", "amount", "currency")}
        )


@router.read("/costs", act="house.view", out=list[CostOut])
def costs(request: HttpRequest) -> list[CostOut]:
    """What contacts cost, by kind and network and from which day on."""
    viewer = user_of(request)
    require(viewer, "house.view")
    return [CostOut.of(row) for row in cost.visible_to(viewer)]


@router.write("POST", "/costs", act="house.edit", out=CostOut, scope="admin")
def put_cost(request: HttpRequest, body: CostIn) -> CostOut:
    """Say what a contact costs from a day on; the same place and day again is written over."""
    row, _ = cost.put(kind=body.kind, network=body.network, amount=body.amount, since=body.since, by=user_of(request))
    return CostOut.of(row)


@router.write("DELETE", "/costs/{int:cost_id}", act="house.edit", out=Done, scope="admin")
def take_cost(request: HttpRequest, cost_id: PathId) -> Done:
    """Take a cost away that was told by mistake."""
    by = user_of(request)
    require(by, "house.edit")
    cost.take(one(cost.visible_to(by), cost_id), by=by)
    return Done()
