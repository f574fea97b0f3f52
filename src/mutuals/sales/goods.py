"""Acts on products and price lists, and whether people may buy without an organisation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from mutuals.base import bulk, journal
from mutuals.base.money import spendable
from mutuals.base.refusals import Refusal, one_line
from mutuals.people.models import Organisation
from mutuals.sales.amounts import PRICE, held
from mutuals.sales.models import Price, PriceList, Product, Selling
from mutuals.staff.models import User
from mutuals.staff.permissions import require

_TAKEN = "Another product has this number."
_LONGEST = {"sku": 80, "name": 200, "category": 80, "unit": 20}


@transaction.atomic
def add_product(
    *, by: User, sku: str, name: str, category: str = "", unit: str = "", is_active: bool = True
) -> Product:
    """A product by hand. Refused: no number or name, a number that another has. The very same again is the same."""
    require(by, "product.edit")
    values = _read({"sku": sku, "name": name, "category": category, "unit": unit}) | {"is_active": is_active}
    row, is_new = Product.objects.get_or_create(sku=values["sku"], defaults=values)
    if is_new:
        journal.note("product.added", row, by=by)
    elif any(getattr(row, name) != value for name, value in values.items()):
        words = f"{row.name} has the number {row.sku} already."
        raise Refusal(words, fields={"sku": words})
    return row


@transaction.atomic
def edit_product(product: Product, *, by: User, changes: Mapping[str, Any]) -> Product:
    """Change what is known of a product; orders that were placed keep their words. Refused: as `add_product`."""
    require(by, "product.edit")
    row = Product.objects.select_for_update().get(pk=product.pk)
    values = _read({name: value for name, value in changes.items() if name in _LONGEST})
    if "is_active" in changes:
        values["is_active"] = bool(changes["is_active"])
    told = {name: [getattr(row, name), value] for name, value in values.items() if getattr(row, name) != value}
    if "sku" in told and Product.objects.filter(sku=values["sku"]).exists():
        raise Refusal(_TAKEN, fields={"sku": _TAKEN})
    if told:
        try:
            with transaction.atomic():
                Product.objects.filter(pk=row.pk).update(**{name: pair[1] for name, pair in told.items()})
        except IntegrityError as error:
            raise Refusal(_TAKEN, fields={"sku": _TAKEN}) from error
        journal.note("product.edited", row, by=by, changes=told)
        row.refresh_from_db()
    return row


@transaction.atomic
def put_list(
    *,
    by: User,
    name: str,
    currency: str,
    valid_from: date | None = None,
    valid_to: date | None = None,
    organisation: Organisation | None = None,
    row: PriceList | None = None,
) -> PriceList:
    """A price list, new or (`row`) changed.

    Refused: no name, one that another has, no currency, another one while there are prices, an end before its start.
    """
    require(by, "product.edit")
    values = {
        "name": one_line(name, what="Name", longest=120),
        "currency": spendable(currency),
        "valid_from": valid_from,
        "valid_to": valid_to,
        "organisation": organisation,
    }
    if valid_from and valid_to and valid_to < valid_from:
        raise Refusal("The end lies before the beginning.", fields={"valid_to": "This lies before the beginning."})
    same = PriceList.objects.select_for_update().filter(name=values["name"]).first()
    if same is not None and (row is None or same.pk != row.pk):
        if row is None and all(getattr(same, name) == value for name, value in values.items()):
            return same
        raise Refusal("Another price list is called so.", fields={"name": "Another price list is called so."})
    if row is None:
        try:
            with transaction.atomic():
                row = PriceList.objects.create(**values)
        except IntegrityError:  # somebody else made it in the same moment
            return put_list(
                by=by, name=name, currency=currency, valid_from=valid_from, valid_to=valid_to, organisation=organisation
            )
        journal.note("prices.added", row, by=by)
        return row
    row = PriceList.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if row.currency != values["currency"] and row.prices.exists():
        words = f"Its prices are in {row.currency}: take them away first, or make another list."
        raise Refusal(words, fields={"currency": words})
    if any(getattr(row, name) != value for name, value in values.items()):
        for name, value in values.items():
            setattr(row, name, value)
        row.save(update_fields=list(values))
        journal.note("prices.edited", row, by=by)
    return row


@transaction.atomic
def put_prices(row: PriceList, *, by: User, prices: Mapping[int, Decimal | None]) -> int:
    """Prices of products by their id; None takes a price away. Says how many changed; the same again changes none."""
    require(by, "product.edit")
    PriceList.objects.select_for_update(of=("self",)).get(pk=row.pk)
    known = dict(Price.objects.filter(price_list=row, product__in=list(prices)).values_list("product_id", "amount"))
    wanted = {pk: _price(amount) for pk, amount in prices.items() if amount is not None}
    if Product.objects.filter(pk__in=list(wanted)).count() < len(wanted):
        raise Refusal("There is no such product.")
    gone = [pk for pk, amount in prices.items() if amount is None and pk in known]
    changed = sorted((row.pk, pk, amount) for pk, amount in wanted.items() if known.get(pk) != amount)
    Price.objects.filter(price_list=row, product__in=gone).delete()
    conflict = "(price_list_id, product_id) DO UPDATE SET amount = excluded.amount"
    bulk.insert(Price, ("price_list_id", "product_id", "amount"), changed, conflict=conflict)
    if gone or changed:
        journal.note("prices.set", row, by=by, set=len(changed), removed=len(gone))
    return len(gone) + len(changed)


@transaction.atomic
def sell_to(*, by: User, people: bool) -> None:
    """Say whether people may order and be quoted without an organisation. What is there already stays as it is."""
    require(by, "selling.set_up")
    row, _ = Selling.objects.select_for_update().get_or_create(pk=1)
    if row.to_people != people:
        Selling.objects.filter(pk=1).update(to_people=people)
        journal.note("selling.changed", "selling:1", by=by, to_people=people)


def _read(told: Mapping[str, Any]) -> dict[str, Any]:
    needed = ("sku", "name")
    words = {"sku": "Number"}
    read = {}
    for name, value in told.items():
        try:
            read[name] = one_line(
                value, what=words.get(name, name.title()), longest=_LONGEST[name], needed=name in needed
            )
        except Refusal as error:
            raise Refusal(str(error), fields={name: next(iter(error.fields.values()), str(error))}) from error
    return read


def _price(amount: Decimal) -> Decimal:
    if not amount.is_finite() or amount < 0:
        raise Refusal("A price is zero or more.", fields={"amount": "A price is zero or more."})
    return held(amount, PRICE)
