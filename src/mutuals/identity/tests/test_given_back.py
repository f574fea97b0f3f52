"""Goods that came back: what is left of an order, once however often it is told, and counted with whom they are of."""

from __future__ import annotations

from decimal import Decimal

import pytest

import cast
from cast import NOW
from mutuals.base.models import Entry
from mutuals.base.refusals import Refusal
from mutuals.identity import given_back, offered
from mutuals.people.models import Person
from mutuals.sales import queries
from mutuals.sales.models import Kind, Order
from mutuals.sales.orders import LineIn, OrderIn
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db


@pytest.fixture
def us() -> cast.Staff:
    return cast.staff()


@pytest.fixture
def bea(us) -> Person:
    return cast.person(by=us.ada)


def sold(us, bea: Person, *, total: str | None = None, lines: bool = True) -> Order:
    """Three kettles at 20 and a lid at 4.50."""
    told = (LineIn("Kettle", "K-1", Decimal(3), Decimal(20)), LineIn("Lid", "L-1", Decimal(1), Decimal("4.5")))
    order = OrderIn("O-1", NOW, "EUR", total=Decimal(total) if total else None, lines=told if lines else ())
    return offered.enter(order, person=bea, organisation=None, by=us.ada, now=NOW)


def test_some_of_it_then_the_rest_comes_back_and_no_more_than_was_sold(us, bea):
    order = sold(us, bea)

    some = given_back.give_back(order, by=us.ada, now=NOW, quantities={1: Decimal(2)})
    with pytest.raises(Refusal, match="1 can come back at most"):
        given_back.give_back(order, by=us.ada, now=NOW, quantities={1: Decimal(2)})
    rest = given_back.give_back(order, by=us.ada, now=NOW)
    with pytest.raises(Refusal, match="Nothing comes back"):
        given_back.give_back(order, by=us.ada, now=NOW)

    assert (some.number, some.kind, some.total, some.gives_back) == ("O-1-R1", Kind.RETURN, Decimal(-40), order)
    assert (rest.number, rest.total) == ("O-1-R2", Decimal("-24.50"))
    assert set(queries.left_of(order).values()) == {Decimal(0)}
    bea.refresh_from_db()
    assert (bea.order_count, bea.order_total) == (1, Decimal(0))
    assert Entry.objects.filter(kind="order.given_back", about=f"order:{order.pk}").count() == 2


def test_one_number_is_one_return_and_never_another_one(us, bea):
    order = sold(us, bea)

    first = given_back.give_back(order, by=us.ada, now=NOW, quantities={1: Decimal(1)}, number="BACK")
    again = given_back.give_back(order, by=us.ada, now=NOW, quantities={1: Decimal(1)}, number="BACK")
    with pytest.raises(Refusal, match="says something else"):
        given_back.give_back(order, by=us.ada, now=NOW, quantities={1: Decimal(2)}, number="BACK")
    with pytest.raises(Refusal, match="says something else"):
        given_back.give_back(order, by=us.ada, now=NOW, quantities={1: Decimal(1)}, number="O-1")

    assert again == first
    assert Order.objects.count() == 2


@pytest.mark.parametrize("told", [{9: Decimal(1)}, {1: Decimal(-1)}, {1: Decimal("NaN")}, {1: Decimal(0)}, {}])
def test_what_cannot_come_back_is_refused(us, bea, told):
    order = sold(us, bea)
    with pytest.raises(Refusal):
        given_back.give_back(order, by=us.ada, now=NOW, quantities=told)
    assert Order.objects.count() == 1


def test_a_return_a_bare_total_and_who_may_not_are_refused(us, bea):
    bare = sold(us, bea, total="64.50", lines=False)
    with pytest.raises(Refusal, match="no lines of goods"):
        given_back.give_back(bare, by=us.ada, now=NOW)
    with pytest.raises(NotAllowed):
        given_back.give_back(bare, by=us.cleo, now=NOW)
    Order.objects.all().delete()
    back = given_back.give_back(sold(us, bea), by=us.ada, now=NOW)
    with pytest.raises(Refusal, match="no lines of goods"):
        given_back.give_back(back, by=us.ada, now=NOW)
