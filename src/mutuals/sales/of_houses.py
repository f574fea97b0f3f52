"""What organisations have here, for the page of a family of them; and deals that nobody looks after."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet, Sum

from mutuals.people import family, ownerless
from mutuals.sales import deals, pipeline, queries
from mutuals.staff.models import User

_CURRENCIES = 3


def tell() -> None:
    """Make both known; called with what staff have."""
    family.tells("open deals", _open_deals)
    family.tells("orders", _orders)
    ownerless.tell(ownerless.Loose("deals", "Open deals", "/sales/deals/", "deal.view", _nobodys, _give))


def _open_deals(viewer: Any, ids: Sequence[int]) -> family.Figure:
    rows = pipeline.deals_visible_to(viewer).filter(organisation__in=ids, outcome="")
    return _figure("open deals", rows, "amount")


def _orders(viewer: Any, ids: Sequence[int]) -> family.Figure:
    return _figure("orders", queries.visible_to(viewer).filter(organisation__in=ids), "total")


def _figure(name: str, rows: QuerySet[Any], column: str) -> family.Figure:
    """How many, and what they come to in each currency, the largest first."""
    told = list(
        rows.order_by().values("currency").annotate(number=Count("pk"), sum=Sum(column)).order_by("-sum", "currency")
    )
    sums = [f"{one['currency']} {one['sum']:,.2f}" for one in told[:_CURRENCIES] if one["sum"]]
    return family.Figure(name, sum(one["number"] for one in told), ", ".join(sums))


def _nobodys(viewer: User) -> QuerySet[Any]:
    return pipeline.deals_visible_to(viewer).filter(owner=None, outcome="").order_by("-pk")


def _give(ids: Sequence[int], to: User, by: User, now: datetime) -> int:
    found = _nobodys(by).filter(pk__in=ids).order_by("pk")
    return len([deals.edit(row, by=by, changes={"owner": to}, now=now) for row in found])
