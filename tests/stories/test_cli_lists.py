"""Any list of the house from the terminal."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

import cast
import doors
from mutuals import cli
from mutuals.base import clock
from mutuals.identity import bought, offered
from mutuals.inbox import cases, promises, tasks
from mutuals.inbox.tasks_read import TaskIn
from mutuals.people import organisations
from mutuals.sales import leads, quotes
from mutuals.sales.invoices import InvoiceIn
from mutuals.sales.orders import OrderIn

pytestmark = pytest.mark.django_db


@pytest.fixture
def us():
    us = cast.staff()
    told = [
        bought.Bought(
            OrderIn(f"O-{n}", cast.NOW, "EUR", Decimal(10 + n), status="paid" if n else ""),
            person=cast.person(by=us.ada),
        )
        for n in range(3)
    ]
    bought.take(told, source=None, by=us.ada, now=cast.NOW)
    organisations.add(by=us.ada, name="Kettle works", city="Porto", now=cast.NOW)
    return us


def said(capsys, *argv):
    capsys.readouterr()
    code = cli.main([str(one) for one in argv])
    return code, *capsys.readouterr()


def test_a_list_is_asked_by_condition_order_and_columns_and_goes_on_by_its_cursor(us, capsys):
    code, out, _ = said(
        capsys, "list", "order", "--where", "total:over:10", "--columns", "total,placed", "--limit", 1, "--json"
    )
    first = json.loads(out)
    _, out, _ = said(
        capsys, "list", "order", "--where", "total:over:10", "--limit", 1, "--after", first["next"], "--json"
    )
    _, words, _ = said(capsys, "list", "organisation", "--where", "city:is:Porto")
    _, people, _ = said(capsys, "list", "person", "--columns", "city")

    assert code == 0
    assert (first["list"], first["count"], first["exact"]) == ("Orders where total is above 10", 2, True)
    assert first["sums"] == [{"column": "total", "amount": "23.00", "currency": "EUR"}]
    assert [list(row) for row in first["rows"]] == [["id", "number", "total", "placed"]]
    assert [first["rows"][0]["number"], json.loads(out)["rows"][0]["number"]] == ["O-2", "O-1"]
    assert "Kettle works" in words
    assert "Bea Brand" in people


def test_a_list_is_grouped_and_printed_as_csv(us, capsys):
    _, groups, _ = said(capsys, "list", "order", "--group", "status", "--json")
    code, lines, _ = said(capsys, "list", "order", "--csv", "--columns", "status", "--as", "lea@kettleworks.example")
    refused, _, why = said(capsys, "list", "order", "--csv", "--as", "ada@kettleworks.example")

    assert json.loads(groups) == [
        {"status": "paid", "orders": 2, "total_EUR": "23.00"},
        {"status": "", "orders": 1, "total_EUR": "10.00"},
    ]
    assert code == 0
    assert lines.splitlines()[0] == "id,Number,Status"
    assert len(lines.splitlines()) == 4
    assert refused == 4
    assert "O-1" not in why


@pytest.mark.parametrize(
    ("told", "code", "words"),
    [
        (("nothing",), 3, "order, organisation"),
        (("order", "--columns", "colour"), 3, "total"),
        (("order", "--sort", "total"), 1, "placed, stored"),
        (("order", "--where", "colour:is:red"), 1, "There are"),
        (("order", "--after", "forged"), 1, "start from its beginning"),
        (("organisation", "--as", "cleo@kettleworks.example"), 4, ""),
    ],
)
def test_what_cannot_be_listed_is_told(us, capsys, told, code, words):
    found, _, why = said(capsys, "list", *told)

    assert found == code
    assert words in why


@pytest.fixture
def house(capsys):
    """Two of each: "A ..." is wanted, "B ..." is not."""
    us, now = cast.staff(), clock.now()
    people = [cast.person(f"{name} Brand", by=us.ada) for name in ("A", "B")]
    for name, who in zip(("A", "B"), people, strict=True):
        cases.open_case(
            by=us.ada, now=now, title=f"{name} leaks", person=who, priority="high" if name == "A" else "low"
        )
        tasks.add(TaskIn(f"{name} is called", kind="call" if name == "A" else "task"), by=us.ada, now=now)
        promises.make(by=us.ada, now=now, words=f"{name} gets a lid", person=who)
        leads.take_up(who, by=us.ada, now=now, note=f"{name} may buy")
        price = Decimal(90 if name == "A" else 10)
        terms = quotes.Terms("EUR", (quotes.Offer(name="Kettle", unit_price=price),))
        offered.offer(terms, by=us.ada, number=f"{name}-1", person=who, now=now)
        bill = InvoiceIn(f"{name}-1", cast.NOW.date(), "EUR", price)
        offered.bill([offered.Bill(bill, who)], source=None, by=us.ada, now=now)
    first = leads.listed(us.ada)[-1].item
    return us, doors.Doors(capsys), first


def test_cases_tasks_promises_leads_quotes_and_invoices_are_asked_alike_by_program_and_terminal(house):
    us, asks, lead = house
    wanted = {
        "cases": ("priority:is:high", "title", "A leaks"),
        "tasks": ("kind:is:call", "title", "A is called"),
        "promises": ("words:starts:A", "words", "A gets a lid"),
        "leads": (f"about:is:{lead.about}", "note", "A may buy"),
        "quotes": ("total:over:50", "number", "A-1"),
        "invoices": ("total:over:50", "number", "A-1"),
    }
    found, typed, walks, strange = {}, {}, {}, {}
    for name, (test, field, _) in wanted.items():
        _, page = asks.api(us.ada, "get", f"/{name}?f={test}")
        found[name] = [one[field] for one in page["items"]]
        typed[name] = [one[field] for one in asks.cli(us.ada, name, "list", "--where", test)[1]]
        _, first = asks.api(us.ada, "get", f"/{name}?limit=1&sort=newest")
        _, second = asks.api(us.ada, "get", f"/{name}?limit=1&sort=newest&cursor={first['next']}")
        last = [one["id"] for one in asks.cli(us.ada, name, "list", "--sort", "newest", "--after", first["next"])[1]]
        walks[name] = ([one["id"] for one in second["items"]] == last, len(last), second["next"])
        ways = (f"/{name}?f=nothing:is:x", f"/{name}?sort=zebra", f"/{name}?cursor=AAAA")
        strange[name] = [asks.api(us.ada, "get", way)[0] for way in ways]

    assert found == {name: [title] for name, (_, _, title) in wanted.items()}
    assert typed == found
    assert walks == dict.fromkeys(wanted, (True, 1, None))
    assert strange == {name: [422] * 3 for name in wanted}
