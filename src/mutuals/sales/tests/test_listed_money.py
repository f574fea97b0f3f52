"""Quotes and invoices on the list engine, and the largest deals first: narrowed, by month, written in the cell, undone."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

import cast
from mutuals.base import clock, lists
from mutuals.base.lists import Asked
from mutuals.identity import offered
from mutuals.sales import deals, leads, quotes
from mutuals.sales.invoices import InvoiceIn
from mutuals.staff import bulk

pytestmark = pytest.mark.django_db


def asked(viewer, **more):
    return Asked(viewer, ZoneInfo("UTC"), clock.now(), **more)


def walked(record, viewer, **more):
    return [str(lists.listing(record).value(lists.listing(record).title, row)) for row in page(record, viewer, **more)]


def page(record, viewer, **more):
    return lists.walk(lists.listing(record), asked(viewer, **more)).rows


def test_quotes_stand_by_their_last_day_which_many_are_given_at_once_and_lose_again():
    us = cast.staff()
    bea, today = cast.person(by=us.ada), timezone.localdate()
    made = {}
    for name, until in (("Q-1", today + timedelta(days=3)), ("Q-2", None), ("Q-3", today + timedelta(days=1))):
        terms = quotes.Terms("EUR", (quotes.Offer("", "Kettle", Decimal(2), Decimal(20)),), valid_until=until)
        made[name] = offered.offer(terms, by=us.ada, number=name, person=bea, organisation=None, now=clock.now())
    quotes.send(made["Q-1"], by=us.ada, now=clock.now())
    day = date(2031, 5, 7)

    ids, told = [made["Q-1"].pk, made["Q-2"].pk], {"valid_until": day.isoformat()}
    batch = bulk.write(lists.listing("quote"), ids, told, by=us.ada, now=clock.now())
    month = lists.month(lists.listing("quote"), asked(us.ada), date(2031, 5, 1))
    late = [row.number for week in month.weeks for one in week if one.on == day for row in one.rows]
    bulk.take_back(batch, by=us.ada, now=clock.now())

    assert (month.count, late) == (2, ["Q-1", "Q-2"])
    assert walked("quote", us.ada, sort="until") == ["Q-3", "Q-1", "Q-2"]
    assert walked("quote", us.ada, kept={"state": "sent"}) == ["Q-1"]
    assert walked("quote", us.ada, kept={"person": str(bea.pk)}) == ["Q-3", "Q-2", "Q-1"]
    assert walked("quote", us.cleo) == []


def test_invoices_are_open_or_late_and_the_largest_deals_come_first_by_their_index():
    us = cast.staff()
    bea, today, now = cast.person(by=us.ben), timezone.localdate(), clock.now()
    for name, due in (("I-1", today - timedelta(days=2)), ("I-2", today + timedelta(days=2)), ("I-3", None)):
        told = InvoiceIn(name, today, "EUR", Decimal(40), due_on=due)
        offered.bill([offered.Bill(told, person=bea)], source=None, by=us.ada, now=now, may_change=False)
    for amount in (10, 900, 40):
        deals.open_deal(deals.DealIn(f"D {amount}", "EUR", bea, amount=Decimal(amount)), by=us.ben, now=now)
    with connection.cursor() as cursor, CaptureQueriesContext(connection) as told:
        cursor.execute("SET LOCAL enable_seqscan = off")
        found = [row.title for row in page("deal", us.ben, sort="largest", kept={"state": "open"})]
    walk = next(one["sql"] for one in told if '"home" DESC NULLS LAST' in one["sql"])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN {walk}")
        plan = "\n".join(row[0] for row in cursor.fetchall())

    assert walked("invoice", us.ada, sort="due") == ["I-1", "I-2", "I-3"]
    assert walked("invoice", us.ada, kept={"open": "late"}) == ["I-1"]
    assert walked("invoice", us.ada, kept={"open": "1"}) == ["I-3", "I-2", "I-1"]
    assert found == ["D 900", "D 40", "D 10"]
    assert "deal_largest" in plan
    assert "Sort" not in plan


def test_leads_stand_on_a_board_by_step_and_a_moved_card_is_taken_back():
    us, now, of = cast.staff(), clock.now(), lists.listing("lead")
    bea, bo = cast.person(by=us.ben), cast.person("Bo Solmar", by=us.ben)
    runs = [leads.take_up(who, by=us.ben, now=now, source="Fair")[0] for who in (bea, bo)]

    board = lists.stand(of, asked(us.ben))
    first = next(lane for lane in board.lanes if lane.count)
    to = next(way for way in first.cards[0].ways if way in [lane.key for lane in board.lanes])
    batch = bulk.write(of, [runs[0].pk], {"step": to}, by=us.ben, now=now)
    moved = {lane.key: [card.title for card in lane.cards] for lane in lists.stand(of, asked(us.ben)).lanes}
    bulk.take_back(batch, by=us.ben, now=now)

    assert {(card.title, card.key) for card in first.cards} == {
        ("Bea Brand", f"person:{bea.pk}"),
        ("Bo Solmar", f"person:{bo.pk}"),
    }
    assert (moved[to], moved[first.key]) == (["Bea Brand"], ["Bo Solmar"])
    assert next(lane.count for lane in lists.heads(of, asked(us.ben)).lanes if lane.key == first.key) == 2
    assert walked("lead", us.ben, kept={"state": "running"}) == ["Bo Solmar", "Bea Brand"]
    assert walked("lead", us.cleo) == []
