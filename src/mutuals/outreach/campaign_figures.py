"""What came of a campaign: who answered, which orders count as its own and why, what an answer cost and what came back.

The rule of orders is stated with them (`rule`): of all campaigns the last one that spoke to somebody before they ordered gets
the order, if it did so at most N days earlier; where products are named, the order has to have one of them. An order counts
whole, less what came back of it. Each figure is made of the rows that `orders` lists.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Q, QuerySet

from mutuals.base import bulk, house, journal
from mutuals.base.cells import csv_line
from mutuals.base.money import Money, summed
from mutuals.outreach import campaign_audience
from mutuals.outreach.models import Audience, Campaign, Response, Touch
from mutuals.people.models import Person
from mutuals.people.visibility import called, sees_contacts, shown_contact
from mutuals.sales.models import Product
from mutuals.staff.models import User
from mutuals.staff.permissions import Scope, require, scope

_WHO = """
SELECT count(DISTINCT p.canonical_id) FROM outreach_response r
LEFT JOIN people_profile f ON f.id = r.profile_id JOIN people_person p ON p.id = coalesce(r.person_id, f.person_id)
WHERE r.campaign_id = %s
"""
_TOUCHED = """
SELECT count(DISTINCT p.canonical_id) FROM outreach_touch t JOIN people_person p ON p.id = t.person_id WHERE t.campaign_id = %s
"""
_ORDERS = """
WITH mine AS (
    SELECT p.canonical_id AS who, min(t.at) AS first FROM outreach_touch t JOIN people_person p ON p.id = t.person_id
    WHERE t.campaign_id = %(campaign)s GROUP BY 1
)
SELECT o.id, o.number, o.placed_at, o.currency, o.total,
    coalesce((SELECT sum(b.total) FROM sales_order b WHERE b.gives_back_id = o.id), 0), m.who, l.at, l.wave
FROM mine m
JOIN people_person p ON p.canonical_id = m.who
JOIN people_profile f ON f.person_id = p.id
JOIN sales_order o ON o.profile_id = f.id AND o.placed_at >= m.first AND o.kind = 'sale'
CROSS JOIN LATERAL (
    SELECT t.campaign_id, t.at, t.wave FROM people_person c JOIN outreach_touch t ON t.person_id = c.id
    WHERE c.canonical_id = m.who AND t.at <= o.placed_at ORDER BY t.at DESC, t.id DESC LIMIT 1
) l
WHERE l.campaign_id = %(campaign)s AND o.placed_at < l.at + make_interval(days => %(days)s)
    AND (%(products)s::bigint[] = '{}' OR EXISTS (
        SELECT FROM sales_orderline n WHERE n.order_id = o.id AND n.product_id = ANY(%(products)s::bigint[])
    ))
ORDER BY o.placed_at DESC, o.id DESC
"""


@dataclass(frozen=True, slots=True)
class Attributed:
    """An order that counts as a campaign's own: `back` came back of it (0 or less), `touched_at` is the touch that got it."""

    order_id: int
    number: str
    placed_at: datetime
    currency: str
    total: Decimal
    back: Decimal
    person_id: int
    touched_at: datetime
    wave: str


@dataclass(frozen=True, slots=True)
class Figures:
    """What came of it, in the campaign's currency. None = cannot be told: nobody answered, or it cost nothing.

    `gain` is what came back above the cost, as a part of the cost, in percent; `without` are currencies without a rate.
    """

    spoken_to: int
    left_out: int
    touched: int
    answered: int
    orders: int
    buyers: int
    revenue: Decimal
    cost_of_answer: Decimal | None
    gain: int | None
    without: dict[str, int]


def visible_to(viewer: Any) -> QuerySet[Campaign]:
    """The campaigns that somebody may see: all or none, without those in the trash."""
    return with_gone(viewer).filter(trashed_at=None)


def with_gone(viewer: Any) -> QuerySet[Campaign]:
    """The same with those in the trash."""
    is_all = scope(viewer, "campaign.view") is Scope.ALL
    rows = Campaign.objects.select_related("purpose", "segment", "owner")
    return rows if is_all else rows.none()


def rule(campaign: Campaign) -> str:
    """By which rule orders count, as a sentence."""
    said = (
        f"An order counts where this campaign was the last one to speak to the customer before it, at most "
        f"{campaign.within_days} days earlier"
    )
    names = list(Product.objects.filter(pk__in=campaign.products).order_by("name").values_list("name", flat=True))
    if names:
        said += f", and where it has one of: {', '.join(names)}"
    return f"{said}. It counts whole, less what came back of it."


def orders(campaign: Campaign) -> list[Attributed]:
    """The orders that count, the newest first, each with the touch that got it. One statement."""
    asked = {"campaign": campaign.pk, "days": campaign.within_days, "products": bulk.numbers(campaign.products)}
    return [Attributed(*row) for row in bulk.execute(_ORDERS, asked)]


def figures(campaign: Campaign, found: list[Attributed] | None = None) -> Figures:
    """What came of it, from the same rows as are listed."""
    rows = orders(campaign) if found is None else found
    parts = campaign_audience.counted(campaign)
    amounts = [(Money(one.total + one.back, one.currency), one.placed_at.date()) for one in rows]
    whole = summed(amounts, campaign.currency, house.rates({campaign.currency, *(one.currency for one in rows)}))
    answered = int(bulk.execute(_WHO, [campaign.pk])[0][0])
    revenue, cost = whole.total.amount, campaign.cost
    return Figures(
        spoken_to=sum(one.people for one in parts if not one.key),
        left_out=sum(one.people for one in parts if one.key),
        touched=int(bulk.execute(_TOUCHED, [campaign.pk])[0][0]),
        answered=answered,
        orders=len(rows),
        buyers=len({one.person_id for one in rows}),
        revenue=revenue,
        cost_of_answer=(cost / answered).quantize(Decimal("0.01"), ROUND_HALF_UP) if answered else None,
        gain=int(((revenue - cost) / cost * 100).to_integral_value(ROUND_HALF_UP)) if cost else None,
        without=whole.without,
    )


def audience(
    campaign: Campaign, viewer: Any, *, reason: str | None = None, after: int = 0, limit: int = 50
) -> list[Audience]:
    """A page of the audience by the numbers of people, of one reason ("" = spoken to) or all."""
    if scope(viewer, "campaign.view") is not Scope.ALL:
        return []
    rows = Audience.objects.filter(campaign=campaign, person_id__gt=after).select_related("person__canonical")
    rows = rows if reason is None else rows.filter(reason=reason)
    return list(rows.order_by("person_id")[:limit])


def responses(
    campaign: Campaign, viewer: Any, *, before: tuple[datetime, int] | None = None, limit: int = 50
) -> list[Response]:
    """Who answered, the newest first, walked by (at, id)."""
    if scope(viewer, "campaign.view") is not Scope.ALL:
        return []
    rows = Response.objects.filter(campaign=campaign).select_related("person__canonical", "profile__person__canonical")
    if before:
        rows = rows.filter(Q(at__lt=before[0]) | Q(at=before[0], pk__lt=before[1]))
    return list(rows.order_by("-at", "-pk")[:limit])


def of_people(person_ids: list[int]) -> list[Touch]:
    """By which campaigns some people were spoken to, the newest first."""
    rows = Touch.objects.filter(person_id__in=person_ids, campaign__trashed_at=None).select_related("campaign")
    return list(rows.order_by("-at", "-pk")[:20])


def for_mailer(campaign: Campaign, *, by: User, now: datetime) -> Iterator[str]:
    """Those who are reached at this moment, as lines of CSV for a mailer; the journal keeps that they were taken out.

    Who withdrew since the audience was settled is not among them. Refused: an audience that is not settled.
    """
    require(by, "campaign.export")
    campaign_audience._settled(campaign)
    rows = campaign_audience.reached(campaign, now=now)
    journal.note("campaign.exported", campaign, by=by, people=rows.count())
    return _lines(rows, by)


def _lines(rows: QuerySet[Audience], viewer: User) -> Iterator[str]:
    yield csv_line(("number", "name", "email", "phone", "language", "city", "country"))
    last = 0
    while True:
        page = list(rows.filter(person_id__gt=last).select_related("person__canonical").order_by("person_id")[:2_000])
        for one in page:
            who: Person = one.person.canonical
            email, phone = shown_contact(who, viewer)
            name = called(who, full=sees_contacts(viewer)).name
            yield csv_line((who.pk, name, email, phone, who.language, who.city, who.country))
        if not page:
            return
        last = page[-1].person_id
