"""`mutuals products`, `prices`: what is sold, and for how much."""

from __future__ import annotations

import argparse
from typing import Any

from mutuals.base.refusals import Refusal
from mutuals.cli._say import Missing, me, verb
from mutuals.cli.sales import day_of, number_of, organisation_of
from mutuals.sales import goods, queries
from mutuals.sales.models import Price, PriceList, Product
from mutuals.staff.permissions import require

PLACE = 91  # among the groups of `mutuals --help`


def register(groups: Any) -> None:
    """Add both groups."""
    verbs = groups.add_parser("products", help="what is sold").add_subparsers(required=True, metavar="VERB")
    parser = verb(verbs, "list", list_products, "products by their number")
    parser.add_argument("--limit", type=int, default=50, help="at most 500 (50)")
    parser = verb(verbs, "add", add_product, "a product by hand")
    parser.add_argument("sku", help="its number")
    parser.add_argument("name")
    parser.add_argument("--category", default="")
    parser.add_argument("--unit", default="", help="piece, kg, hour")
    parser = verb(verbs, "offer", offer_product, "offer a product, or offer it no more")
    parser.add_argument("sku")
    parser.add_argument("--no-more", action="store_true")
    verbs = groups.add_parser("prices", help="for how much").add_subparsers(required=True, metavar="VERB")
    parser = verb(verbs, "list", list_prices, "price lists with their prices")
    parser.add_argument("--list", default="", help="only of the list of this name")
    parser.add_argument("--limit", type=int, default=500, help="prices, at most 10,000 (500)")
    parser = verb(verbs, "set", set_price, "set a price of a list, which is made where there is none")
    parser.add_argument("list", help="the list's name")
    parser.add_argument("sku")
    parser.add_argument("amount", help="of one; - takes the price away")
    parser.add_argument("--currency", help="of a new list (EUR)")
    parser.add_argument("--from", dest="since", type=day_of, help="first day of a new list, such as 2026-01-01")
    parser.add_argument("--to", dest="until", type=day_of, help="last day of a new list")
    parser.add_argument("--organisation", type=int, help="a new list for this organisation only")


def list_products(args: argparse.Namespace) -> list[dict[str, Any]]:
    """A page of them."""
    require(me(args), "order.view")
    rows = Product.objects.order_by("sku")[: min(max(args.limit, 1), 500)]
    return [_product(row) for row in rows]


def add_product(args: argparse.Namespace) -> dict[str, Any]:
    """The product."""
    row = goods.add_product(by=me(args), sku=args.sku, name=args.name, category=args.category, unit=args.unit)
    return _product(row)


def offer_product(args: argparse.Namespace) -> dict[str, Any]:
    """The product as it is now."""
    by = me(args)
    return _product(goods.edit_product(_goods_of(args.sku), by=by, changes={"is_active": not args.no_more}))


def list_prices(args: argparse.Namespace) -> list[dict[str, Any]]:
    """A line for each price."""
    viewer = me(args)
    require(viewer, "price.view")
    rows = Price.objects.filter(price_list__in=queries.lists_visible_to(viewer))
    rows = rows.filter(price_list__name=args.list) if args.list else rows
    rows = rows.select_related("product", "price_list__organisation").order_by("price_list__name", "product__sku")
    return [
        {"list": one.price_list.name, "for": str(one.price_list.organisation or "everybody"),
         "from": one.price_list.valid_from, "to": one.price_list.valid_to,
         "sku": one.product.sku, "amount": one.amount, "currency": one.price_list.currency}
        for one in rows[: min(max(args.limit, 1), 10_000)]
    ]  # fmt: skip


def set_price(args: argparse.Namespace) -> dict[str, Any]:
    """How many prices changed."""
    by = me(args)
    row = PriceList.objects.filter(name=args.list).first()
    if row is None:
        house = organisation_of(by, args.organisation)
        row = goods.put_list(
            by=by,
            name=args.list,
            currency=args.currency or "EUR",
            valid_from=args.since,
            valid_to=args.until,
            organisation=house,
        )
    else:
        _check_list(row, args)
    amount = None if args.amount == "-" else number_of(args.amount)
    changed = goods.put_prices(row, by=by, prices={_goods_of(args.sku).pk: amount})
    return {"list": row.name, "sku": args.sku, "amount": amount, "changed": changed}


def _check_list(row: PriceList, args: argparse.Namespace) -> None:
    """What is said of a new list has to be so of one that is there already."""
    told = {
        "currency": (args.currency and args.currency.upper(), row.currency),
        "from": (args.since, row.valid_from),
        "to": (args.until, row.valid_to),
        "organisation": (args.organisation, row.organisation_id),
    }
    for name, (said, known) in told.items():
        if said is not None and said != known:
            raise Refusal(f"The list {row.name} is there already, and its --{name} is {known or 'not set'}.")


def _product(row: Product) -> dict[str, Any]:
    return {"id": row.pk, "sku": row.sku, "name": row.name, "category": row.category, "unit": row.unit,
            "offered": row.is_active}  # fmt: skip


def _goods_of(sku: str) -> Product:
    row = Product.objects.filter(sku=sku).first()
    if row is None:
        raise Missing(f"There is no product {sku}.")
    return row
