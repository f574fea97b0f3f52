"""What is sold, and for how much to whom: products, price lists and prices."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Query
from pydantic import Field

from mutuals.api._auth import user_of
from mutuals.api._door import Resource, one
from mutuals.api._lists import Sorted, Tests, Walked, Where, walked
from mutuals.api._paging import Cursor, Limit, after_id, next_by_id
from mutuals.api._types import MOST_ID, Day, Flag, Id, In, Line, Out, Page, PathId, Spendable, given
from mutuals.api.orders import Amount
from mutuals.people.visibility import organisations_visible_to
from mutuals.sales import goods, queries
from mutuals.sales.models import Price, PriceList, Product

router = Resource("products")
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class ProductOut(Out):
    """Something that can be bought."""

    id: int
    sku: str
    name: str
    category: str
    unit: str
    is_active: bool

    @classmethod
    def of(cls, row: Product) -> ProductOut:
        """A product."""
        return cls(id=row.pk, sku=row.sku, name=row.name, category=row.category, unit=row.unit, is_active=row.is_active)


class NewProduct(In):
    """A product, known by its number."""

    sku: Annotated[Line, Field(min_length=1, max_length=80)]
    name: Annotated[Line, Field(min_length=1, max_length=200)]
    category: Annotated[Line, Field(max_length=80)] = ""
    unit: Annotated[Line, Field(max_length=20)] = ""
    is_active: Flag = True


class ProductChange(In):
    """What is to be changed; what is left out stays."""

    sku: Annotated[Line, Field(min_length=1, max_length=80)] = ""
    name: Annotated[Line, Field(min_length=1, max_length=200)] = ""
    category: Annotated[Line, Field(max_length=80)] = ""
    unit: Annotated[Line, Field(max_length=20)] = ""
    is_active: Flag = True


class ListOut(Out):
    """A price list; without an organisation it is for everybody."""

    id: int
    name: str
    currency: str
    valid_from: date | None
    valid_to: date | None
    organisation_id: int | None

    @classmethod
    def of(cls, row: PriceList) -> ListOut:
        """A price list."""
        return cls(
            id=row.pk,
            name=row.name,
            currency=row.currency,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            organisation_id=row.organisation_id,
        )


class NewList(In):
    """A price list, from a day to a day, both included; for one organisation, or for everybody."""

    name: Annotated[Line, Field(min_length=1, max_length=120)]
    currency: Spendable
    valid_from: Day | None = None
    valid_to: Day | None = None
    organisation_id: Id | None = None


class PriceOut(Out):
    """What one unit of a product costs by a list."""

    product_id: int
    sku: str
    amount: Decimal


class NewPrice(In):
    """A price; null takes it away."""

    product_id: Id
    amount: Amount | None


class Prices(In):
    """Up to 1,000 prices of one list."""

    prices: Annotated[list[NewPrice], Field(min_length=1, max_length=1000)]


class Changed(Out):
    """How many prices changed."""

    changed: int


class CostsOut(Out):
    """What one unit costs, and by which list."""

    amount: Decimal
    currency: str
    price_list_id: int


@router.read("/products", act="order.view", out=Page[ProductOut])
def listed(
    request: HttpRequest,
    f: Tests = [],  # noqa: B006  ninja makes a fresh one
    where: Where = "",
    sort: Sorted = "",
    cursor: Walked = "",
    limit: Limit = 50,
) -> Page[ProductOut]:
    """Everything that is or was sold, first added first unless `sort` says otherwise, by conditions."""
    found, following = walked(
        request, "product", Product.objects.all(), tests=f, where=where, sort=sort, cursor=cursor, limit=limit
    )
    return Page[ProductOut](items=[ProductOut.of(row) for row in found], next=following)


@router.write("POST", "/products", act="product.edit", out=ProductOut, status=201)
def add(request: HttpRequest, body: NewProduct) -> ProductOut:
    """A product by hand."""
    return ProductOut.of(goods.add_product(by=user_of(request), **body.model_dump()))


@router.write("PATCH", "/products/{int:product_id}", act="product.edit", out=ProductOut)
def edit(request: HttpRequest, product_id: PathId, body: ProductChange) -> ProductOut:
    """Change a product."""
    row = one(Product.objects.all(), product_id)
    return ProductOut.of(goods.edit_product(row, by=user_of(request), changes=given(body)))


@router.read("/products/{int:product_id}/price", act="price.view", out=CostsOut)
def price(
    request: HttpRequest,
    product_id: PathId,
    currency: Annotated[str, Query(pattern=r"^[A-Z]{3}$")],
    organisation: Annotated[int | None, Query(ge=1, le=MOST_ID)] = None,
) -> CostsOut:
    """What one unit costs today, for an organisation or for anybody; 404 where no list says it."""
    house = one(organisations_visible_to(user_of(request)), organisation) if organisation else None
    row = one(Product.objects.all(), product_id)
    found = queries.price_of(row, currency=currency, on=timezone.localdate(), organisation=house)
    if found is None:
        raise Http404
    return CostsOut(amount=found[0], currency=currency, price_list_id=found[1].pk)


@router.read("/price-lists", act="price.view", out=Page[ListOut])
def lists(request: HttpRequest, cursor: Cursor = "", limit: Limit = 50) -> Page[ListOut]:
    """Price lists, first made first."""
    rows = queries.lists_visible_to(user_of(request)).filter(pk__gt=after_id(cursor) or 0).order_by("pk")
    found, following = next_by_id(list(rows[: limit + 1]), limit)
    return Page[ListOut](items=[ListOut.of(row) for row in found], next=following)


@router.write("POST", "/price-lists", act="product.edit", out=ListOut, status=201, refuses=(404,))
def add_list(request: HttpRequest, body: NewList) -> ListOut:
    """A new price list."""
    return ListOut.of(_put(request, body, None))


@router.write("PUT", "/price-lists/{int:list_id}", act="product.edit", out=ListOut)
def put_list(request: HttpRequest, list_id: PathId, body: NewList) -> ListOut:
    """Change a price list."""
    return ListOut.of(_put(request, body, one(queries.lists_visible_to(user_of(request)), list_id)))


@router.read("/price-lists/{int:list_id}/prices", act="price.view", out=Page[PriceOut])
def prices(request: HttpRequest, list_id: PathId, cursor: Cursor = "", limit: Limit = 50) -> Page[PriceOut]:
    """The prices of a list."""
    row = one(queries.lists_visible_to(user_of(request)), list_id)
    rows = Price.objects.filter(price_list=row, pk__gt=after_id(cursor) or 0).select_related("product").order_by("pk")
    found, following = next_by_id(list(rows[: limit + 1]), limit)
    items = [PriceOut(product_id=each.product_id, sku=each.product.sku, amount=each.amount) for each in found]
    return Page[PriceOut](items=items, next=following)


@router.write("PUT", "/price-lists/{int:list_id}/prices", act="product.edit", out=Changed)
def put_prices(request: HttpRequest, list_id: PathId, body: Prices) -> Changed:
    """Set prices of a list; the others stay."""
    row = one(queries.lists_visible_to(user_of(request)), list_id)
    told = {each.product_id: each.amount for each in body.prices}
    return Changed(changed=goods.put_prices(row, by=user_of(request), prices=told))


def _put(request: HttpRequest, body: NewList, row: PriceList | None) -> PriceList:
    by = user_of(request)
    house = one(organisations_visible_to(by), body.organisation_id) if body.organisation_id else None
    return goods.put_list(
        by=by,
        name=body.name,
        currency=body.currency,
        valid_from=body.valid_from,
        valid_to=body.valid_to,
        organisation=house,
        row=row,
    )
