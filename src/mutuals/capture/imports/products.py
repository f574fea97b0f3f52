"""Products out of files, with what one costs in a price list of the file's source and currency."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from mutuals.base.money import spendable
from mutuals.base.refusals import Refusal
from mutuals.capture.imports.linked import naming, pointing
from mutuals.capture.imports.tables import Plain, Table, plain
from mutuals.capture.models import Import
from mutuals.connectors.files.values import parse_bool
from mutuals.people.names import tidy
from mutuals.sales import goods
from mutuals.sales.models import Price, PriceList, Product
from mutuals.staff.models import User

_LENGTHS = {"sku": 80, "name": 200, "category": 80, "unit": 20}
_YES, _NO = (
    frozenset({"active", "published", "consu", "product", "service"}),
    frozenset({"archived", "draft", "inactive"}),
)


def table(of: Import) -> Table:
    """Products of one import."""
    return _Products(of).table()


class _Products:
    def __init__(self, of: Import) -> None:
        self._source = of.source.name[:100]

    def table(self) -> Table:
        names = ("id", *_LENGTHS, "is_active", "price", "currency")
        return Table("product", "product", names, self.read, self.now, find, self.make, self.write, remove)

    def read(self, values: Mapping[str, Any], _by: User, is_new: bool) -> Plain:
        told = {name: tidy(str(values[name]), at_most=most) for name, most in _LENGTHS.items() if name in values}
        if is_new and not told.get("sku"):
            told["sku"] = tidy(
                str(values.get("id") or ""), at_most=80
            )  # the number that it has there is its number here
            if not told["sku"]:
                raise Refusal("A product needs an article number.")
        made: Plain = {name: value for name, value in told.items() if value}
        if values.get("is_active") not in (None, ""):
            made["is_active"] = _is_active(str(values["is_active"]))
        if values.get("price") is not None:
            if not values.get("currency"):
                raise Refusal("The price names no currency; choose one for the whole file.")
            if values["price"] < 0:
                raise Refusal("A price is zero or more.")
            made["price"] = f"{plain(values['price'])} {spendable(str(values['currency']))}"
        return made

    def now(self, ids: Sequence[int], _by: User) -> dict[int, Plain]:
        rows = {row.pk: row for row in Product.objects.filter(pk__in=ids)}
        prices = Price.objects.filter(product__in=list(rows), price_list__name__startswith=f"{self._source} ")
        costs = {
            one.product_id: f"{plain(one.amount)} {one.price_list.currency}"
            for one in prices.select_related("price_list")
        }
        return {
            pk: {name: plain(getattr(row, name)) for name in _LENGTHS}
            | {"is_active": row.is_active, "price": costs.get(pk)}
            for pk, row in rows.items()
        }

    def make(self, values: Mapping[str, Any], by: User, at: datetime) -> int:
        told = {name: values[name] for name in (*_LENGTHS, "is_active") if name in values}
        if Product.objects.filter(sku=told["sku"]).exists():
            raise Refusal(f"Another product has the number {told['sku']}. Choose it as a match key to change that one.")
        row = goods.add_product(by=by, **told)
        self._price(row, values, by)
        return int(row.pk)

    def write(self, number: int, values: Mapping[str, Any], by: User, at: datetime) -> None:
        row = Product.objects.get(pk=number)
        told = {
            name: "" if values[name] is None else values[name] for name in (*_LENGTHS, "is_active") if name in values
        }
        if told:
            goods.edit_product(row, by=by, changes=told)
        self._price(row, values, by)

    def _price(self, row: Product, values: Mapping[str, Any], by: User) -> None:
        if "price" not in values:
            return
        if values["price"] is None:
            for one in PriceList.objects.filter(name__startswith=f"{self._source} ", prices__product=row):
                goods.put_prices(one, by=by, prices={row.pk: None})
            return
        amount, _, currency = values["price"].partition(" ")
        name = f"{self._source} {currency}"
        there = PriceList.objects.filter(name=name).first() or goods.put_list(by=by, name=name, currency=currency)
        goods.put_prices(there, by=by, prices={row.pk: Decimal(amount)})


def find(name: str, values: Collection[Any], _by: User) -> dict[Any, list[int]]:
    """Products by their number, or by their name."""
    found: dict[Any, list[int]] = {}
    if name in ("sku", "name"):
        for number, value in Product.objects.filter(**{f"{name}__in": list(values)}).values_list("pk", name):
            found.setdefault(value, []).append(number)
    return found


def remove(number: int, by: User, _at: datetime) -> str | None:
    """Gone, with what it costs, where nothing else stands on it; else it is not offered any more, and says so."""
    if pointing(Product, [number], besides=("sales.price",)) or naming("product", [number]):
        goods.edit_product(Product.objects.get(pk=number), by=by, changes={"is_active": False})
        return "Something stands on it: it stays, and is not offered any more."
    Price.objects.filter(product=number).delete()
    Product.objects.filter(pk=number).delete()
    return None


def _is_active(text: str) -> bool:
    word = text.strip().casefold()
    if word in _YES or word in _NO:
        return word in _YES
    try:
        return parse_bool(text)
    except ValueError as error:
        raise Refusal(f"“{text[:40]}” does not say whether it is on sale: yes or no.") from error
