"""Orders, products and organisations by the API: conditions, orders and cursors of the one engine."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest

import cast
from api.conftest import Caller
from mutuals.identity import bought
from mutuals.people import organisations
from mutuals.sales import goods
from mutuals.sales.orders import LineIn, OrderIn

pytestmark = pytest.mark.django_db


@pytest.fixture
def orders(staff: cast.Staff) -> None:
    """Five orders of 10 to 14, the last stored the oldest; every other one of a kettle."""
    bea = cast.person(by=staff.ada)
    told = [
        bought.Bought(
            OrderIn(
                f"O-{number}", cast.NOW - timedelta(days=number), "EUR", Decimal(10 + number),
                lines=(LineIn("Kettle" if number % 2 else "Lid", f"K-{number % 2}", Decimal(1), Decimal(10 + number)),),
            ),
            person=bea,
        )
        for number in range(5)
    ]  # fmt: skip
    bought.take(told, source=None, by=staff.ada, now=cast.NOW)


def walk(caller: Caller, path: str) -> list[str]:
    """All names or numbers of a list, two a page."""
    found, cursor = [], ""
    while cursor is not None:
        page = caller.get(f"{path}{'&' if '?' in path else '?'}limit=2&cursor={cursor}")
        found += [one.get("number") or one["name"] for one in page["items"]]
        cursor = page["next"]
    return found


def test_orders_are_walked_by_condition_and_order(ada: Caller, orders: None) -> None:
    kettles = json.dumps({"field": "line", "op": "any", "value": {"field": "article", "op": "is", "value": "Kettle"}})

    assert walk(ada, "/orders") == ["O-4", "O-3", "O-2", "O-1", "O-0"]
    assert walk(ada, "/orders?sort=placed") == ["O-0", "O-1", "O-2", "O-3", "O-4"]
    assert walk(ada, "/orders?f=total:over:11&f=placed:before:2100-01-01") == ["O-4", "O-3", "O-2"]
    assert walk(ada, f"/orders?where={kettles}&sort=placed") == ["O-1", "O-3"]


def test_what_cannot_be_asked_is_named(ada: Caller, orders: None) -> None:
    cursor = ada.get("/orders?limit=2")["next"]

    unknown, elsewhere, foreign, forged = (
        ada("GET", f"/orders?{query}")
        for query in ("f=colour:is:red", f"sort=placed&cursor={cursor}", "sort=total", "cursor=forged")
    )

    assert [one.status_code for one in (unknown, elsewhere, foreign, forged)] == [422] * 4
    assert "colour" in unknown.json()["detail"]
    assert [one["field"] for one in elsewhere.json()["errors"]] == ["cursor"]
    assert "placed, stored" in foreign.json()["detail"]


def test_products_and_organisations_are_asked_the_same_way(ada: Caller, staff: cast.Staff) -> None:
    for number, category in enumerate(("pot", "lid", "pot")):
        goods.add_product(by=staff.lea, sku=f"K-{9 - number}", name=f"Part {number}", category=category)
        organisations.add(by=staff.ada, name=f"Shop {number}", city="Porto" if number else "Faro", now=cast.NOW)

    assert walk(ada, "/products") == ["Part 0", "Part 1", "Part 2"]
    assert walk(ada, "/products?f=category:is:pot&sort=number") == ["Part 2", "Part 0"]
    assert walk(ada, "/organisations") == ["Shop 0", "Shop 1", "Shop 2"]
    assert walk(ada, "/organisations?f=city:is:Porto&q=shop&sort=newest") == ["Shop 2", "Shop 1"]
