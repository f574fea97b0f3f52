"""What much of it costs, and where it ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

import cast
from mutuals.base import clock
from mutuals.identity import offered
from mutuals.people.queries import profiles_of
from mutuals.sales import invoices, queries
from mutuals.sales.models import Invoice
from mutuals.sales.orders import MOST_LINES, LineIn, OrderIn, fit

pytestmark = pytest.mark.django_db


def test_two_hundred_invoices_with_payments_cost_no_more_statements_than_two(django_assert_max_num_queries):
    us = cast.staff()
    day = timezone.localdate()
    told = [
        invoices.InvoiceIn(
            f"I-{number}", day, "EUR", Decimal(40),
            payments=tuple(invoices.PaymentIn(day, Decimal(1), f"bank {place}") for place in range(5)),
        )
        for number in range(200)
    ]  # fmt: skip

    with django_assert_max_num_queries(16):
        first = invoices.put(told, source=None, by=us.ada)
    with django_assert_max_num_queries(10):
        again = invoices.put(told, source=None, by=us.ada)
    changed = invoices.put([replace(one, total=Decimal(41)) for one in told[:2]], source=None, by=us.ada)

    assert [(one.new, one.updated, one.same) for one in (first, again, changed)] == [
        (200, 0, 0),
        (0, 0, 200),
        (0, 2, 0),
    ]
    assert {(one.total, one.open) for one in Invoice.objects.all()} == {(40, 35), (41, 36)}


def test_a_pattern_is_told_by_so_many_lines_and_by_whole_orders(monkeypatch):
    us = cast.staff()
    bea = cast.person(by=us.ada)
    for ago in (30, 20, 10):
        order = OrderIn(f"O-{ago}", clock.now() - timedelta(days=ago), "EUR", lines=(LineIn("Kettle", "K-1"),))
        offered.enter(order, person=bea, organisation=None, by=us.ada, now=clock.now())
    monkeypatch.setattr(queries, "MOST_LINES", 2)

    found = queries.bought_by([one.pk for one in profiles_of(bea)])

    assert [timezone.localdate() - one.day for one in found] == [timedelta(days=20), timedelta(days=10)]


def test_an_order_of_too_many_lines_is_refused_and_not_cut():
    lines = (LineIn("Screw", "S-1"),) * (MOST_LINES + 1)

    with pytest.raises(ValueError, match="at most 10,000 lines"):
        fit(OrderIn("O-1", clock.now(), "EUR", lines=lines))
