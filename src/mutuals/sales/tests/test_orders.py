from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mutuals.channels.models import Source
from mutuals.connectors.contract import Handle
from mutuals.people import profiles
from mutuals.people.models import Person, Profile
from mutuals.sales.models import Order, OrderLine, Product
from mutuals.sales.orders import LineIn, OrderIn, compare, put
from mutuals.sales.rollups import recount

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
KETTLE = LineIn("Kettle, 1 l", "K-1", Decimal(2), Decimal("19.90"))


def shop() -> Source:
    return Source.objects.create(connector="files", name="Shop")


def order(number: str = "1001", **more: object) -> OrderIn:
    return OrderIn(number=number, placed_at=NOW, currency="eur", **{"lines": (KETTLE,), **more})


def test_an_order_is_stored_once_with_its_lines_and_products() -> None:
    source = shop()

    first = put([order(), order("1002", lines=(LineIn("Lid"),))], source=source, now=NOW)
    again = put([order()], source=source, now=NOW)

    assert (first.new, first.updated, first.same, len(first.changed)) == (2, 0, 0, 2)
    assert (again.new, again.updated, again.same, again.changed) == (0, 0, 1, ())
    assert Order.objects.get(number="1001").total == Decimal("39.80")
    assert list(OrderLine.objects.values_list("product__sku", flat=True)) == ["K-1", None]
    assert Product.objects.get().name == "Kettle, 1 l"


def test_what_would_happen_is_what_happens() -> None:
    source = shop()
    put([order()], source=source, now=NOW)
    batch = [order(status="sent"), order("1002")]

    told = compare(batch, source=source)
    done = put(batch, source=source, now=NOW)

    assert told == {"1001": "updated", "1002": "new"}
    assert (done.new, done.updated) == (1, 1)


def test_a_changed_order_replaces_its_lines() -> None:
    source = shop()
    put([order()], source=source, now=NOW)

    put([order(lines=(LineIn("Lid", "L-1", Decimal(-1), Decimal(3)),))], source=source, now=NOW)

    assert list(OrderLine.objects.values_list("name", "quantity")) == [("Lid", Decimal(-1))]
    assert Order.objects.get().total == Decimal(-3)


@pytest.mark.parametrize(
    "bad",
    [order(""), order("x" * 81), order(total=Decimal("1e13")), order(total=Decimal("NaN")), order(lines=()),
     OrderIn("1", NOW, "euros"), OrderIn("1", NOW, "", Decimal(1))],
)  # fmt: skip
def test_an_order_that_cannot_be_held_is_refused(bad: OrderIn) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        put([bad], source=None, now=NOW)


def test_a_person_counts_the_orders_of_all_their_profiles() -> None:
    bea, former = Person.objects.create(name="Bea"), Person.objects.create(name="B")
    bea.refresh_from_db()
    Person.objects.filter(pk=former.pk).update(canonical=bea)
    found = profiles.ensure([Handle("crm:1", "7", "7"), Handle("email", "b@kettle.example", "")], now=NOW)
    one, two = (presence.id for presence in found.values())
    Profile.objects.filter(pk=one).update(person=bea)
    Profile.objects.filter(pk=two).update(person=former)
    put([order("1", profile_id=one), order("2", profile_id=two, total=Decimal(5))], source=shop(), now=NOW)

    changed = recount([former.pk])

    bea.refresh_from_db()
    assert (changed, recount([bea.pk])) == (1, 0)
    assert (bea.order_count, bea.order_total, bea.order_currency, bea.last_order_at) == (
        2,
        Decimal("44.80"),
        "EUR",
        NOW,
    )


def test_a_thousand_orders_cost_no_more_statements_than_one() -> None:
    source = shop()

    with CaptureQueriesContext(connection) as asked:
        put([order(str(number)) for number in range(1000)], source=source, now=NOW)

    assert len(asked) <= 13
