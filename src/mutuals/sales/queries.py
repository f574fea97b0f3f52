"""Questions about orders, quotes, invoices and goods."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.db.models.functions import Upper
from django.utils import timezone

from mutuals.base import bulk
from mutuals.base.refusals import Refusal
from mutuals.people.models import Affiliation, Organisation, Person, Profile
from mutuals.people.visibility import visible_to as visible_people
from mutuals.sales.models import PLAIN, Invoice, Kind, Order, OrderLine, Price, PriceList, Product, Quote, Selling
from mutuals.sales.pattern import Position
from mutuals.staff.permissions import Scope, may, scope

MOST_ORDERS = 1000
MOST_LINES = 20_000
"""So many of the newest orders tell a pattern, by so many of their lines."""
_BOUGHT = """
SELECT o.id, o.placed_at, coalesce(nullif(p.sku, ''), l.name, ''), coalesce(l.name, ''), coalesce(l.quantity, 0),
    coalesce(l.quantity * l.unit_price, o.total), o.currency
FROM (
    SELECT id, number, placed_at, total, currency FROM sales_order
    WHERE profile_id = ANY(%s::bigint[]) AND kind = 'sale' ORDER BY placed_at DESC, id DESC LIMIT %s
) o LEFT JOIN sales_orderline l ON l.order_id = o.id AND l.kind = 'sale' LEFT JOIN sales_product p ON p.id = l.product_id
ORDER BY o.placed_at DESC, o.number DESC, o.id DESC, l.position DESC LIMIT %s
"""


def visible_to(user: Any) -> QuerySet[Order]:
    """The orders that `user` may see: all, those of their own people, or none."""
    return _visible(Order, user, "order.view")


def left_of(order: Order) -> dict[OrderLine, Decimal]:
    """The lines of goods sold, and how many of each have not come back; two statements. Empty where only a total is known."""
    came = dict[int, Decimal]()
    for place, quantity in OrderLine.objects.filter(order__gives_back=order, kind=Kind.RETURN).values_list(
        "position", "quantity"
    ):
        came[place] = came.get(place, Decimal(0)) - quantity
    lines = order.lines.filter(kind=Kind.SALE, quantity__gt=0).select_related("product").order_by("position")
    return {line: max(line.quantity - came.get(line.position, Decimal(0)), Decimal(0)) for line in lines}


def quotes_visible_to(user: Any) -> QuerySet[Quote]:
    """The quotes that `user` may see."""
    return _visible(Quote, user, "quote.view")


def invoices_visible_to(user: Any) -> QuerySet[Invoice]:
    """The invoices that `user` may see."""
    return _visible(Invoice, user, "invoice.view")


def lists_visible_to(user: Any) -> QuerySet[PriceList]:
    """The price lists that `user` may see: all or none, for they tell what single organisations pay."""
    return PriceList.objects.all() if may(user, "price.view") else PriceList.objects.none()


def _visible(model: type[Any], user: Any, act: str) -> QuerySet[Any]:
    rows: QuerySet[Any] = model._default_manager.all()
    reach = scope(user, act)
    if reach is Scope.ALL:
        return rows
    if reach is Scope.NONE:
        return rows.none()
    return rows.filter(profile__person__canonical__in=visible_people(user))


def of_person(viewer: Any, person: Person, *, limit: int = 50) -> list[Order]:
    """The newest orders of a person over the whole cluster, with their lines; two statements."""
    orders = visible_to(viewer).filter(profile__person__canonical_id=person.canonical_id)
    return list(orders.order_by("-placed_at", "-pk").prefetch_related("lines__product")[:limit])


def bought_by(profile_ids: Sequence[int]) -> list[Position]:
    """What was bought by these profiles, oldest first, for `pattern.of`; one statement. The caller may see them.

    Days are those of the zone that is on: the viewer's.
    """
    rows = bulk.execute(_BOUGHT, [bulk.numbers(profile_ids), MOST_ORDERS, MOST_LINES + 1])
    if len(rows) > MOST_LINES:  # the oldest order may be cut
        rows = [row for row in rows if row[0] != rows[-1][0]] or rows
    return [Position(pk, timezone.localdate(at), *rest) for pk, at, *rest in reversed(rows)]


def listed(
    rows: QuerySet[Order], *, person: Person | None = None, organisation: Organisation | None = None, article: str = "",
    kind: str = "", number: str = "",
) -> QuerySet[Order]:  # fmt: skip
    """Orders narrowed to whose they are, what stands in them (article number, or a line's name), what they are, and their
    number as customers write it.
    """
    if person is not None:
        rows = rows.filter(profile__in=Profile.objects.filter(person__canonical_id=person.canonical_id).values("pk"))
    if organisation is not None:
        rows = rows.filter(organisation=organisation)
    if article:
        product = Product.objects.filter(sku=article).first()
        has = Q(lines__product=product) if product else Q(lines__name=article, lines__product=None)
        rows = rows.filter(has, lines__kind=Kind.SALE).distinct()
    rows = rows.filter(kind=kind) if kind else rows
    plain = re.sub("[^0-9A-Za-z]+", "", number).upper()
    return rows.alias(reference=Upper(PLAIN)).filter(reference=plain) if number else rows


def of_profiles(model: type[Model], viewer: Any, profile_ids: Sequence[int], *, limit: int = 50) -> list[Any]:
    """The newest quotes or invoices of somebody's profiles that the viewer may see."""
    rows = quotes_visible_to(viewer) if model is Quote else invoices_visible_to(viewer)
    return list(rows.filter(profile__in=list(profile_ids)).order_by("-pk")[:limit])


def price_of(
    product: Product, *, currency: str, on: date, organisation: Organisation | None = None
) -> tuple[Decimal, PriceList] | None:
    """What one unit costs on a day: by a list of this very organisation, else by one for everybody; the newest list first."""
    best = _priced([product.pk], currency, on, organisation).get(product.pk)
    return (best.amount, best.price_list) if best else None


def prices_of(
    products: Collection[int], *, currency: str, on: date, organisation: Organisation | None = None
) -> dict[int, Decimal]:
    """The same for many products by their ids, in one statement; what has no price is not in it."""
    found = _priced(products, currency, on, organisation) if products else {}
    return {pk: price.amount for pk, price in found.items()}


def _priced(products: Collection[int], currency: str, on: date, organisation: Organisation | None) -> dict[int, Price]:
    found = (
        Price.objects.filter(product__in=list(products), price_list__currency=currency)
        .filter(Q(price_list__organisation=None) | Q(price_list__organisation=organisation))
        .filter(Q(price_list__valid_from=None) | Q(price_list__valid_from__lte=on))
        .filter(Q(price_list__valid_to=None) | Q(price_list__valid_to__gte=on))
        .select_related("price_list")
    )
    if organisation is None:
        found = found.filter(price_list__organisation=None)
    return {price.product_id: price for price in sorted(found, key=_newest)}


def _newest(price: Price) -> tuple[bool, date, int]:
    rank = price.price_list
    return (rank.organisation_id is not None, rank.valid_from or date.min, rank.pk)


def sells_to_people() -> bool:
    """Whether people may buy without an organisation; so it is until somebody says otherwise."""
    row = Selling.objects.first()
    return row is None or row.to_people


def house_of(person: Person | None, organisation: Organisation | None) -> Organisation | None:
    """For which organisation somebody buys: the one that is said; else, where this house sells to organisations only, their
    main one. Refused where they have none then.
    """
    if person is None or organisation is not None or sells_to_people():
        return organisation
    places = Affiliation.objects.filter(person__canonical_id=person.canonical_id, until=None)
    place = places.select_related("organisation").order_by("-is_main", "pk").first()
    if place is None:
        words = "This house sells to organisations only: say for which one."
        raise Refusal(words, fields={"organisation": words})
    return place.organisation
