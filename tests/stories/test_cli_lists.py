"""Any list of the house from the terminal."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

import cast
from mutuals import cli
from mutuals.identity import bought
from mutuals.people import organisations
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
