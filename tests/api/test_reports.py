"""Reports over the API and from the terminal: asked, kept, changed, put on a dashboard, written as letters, as a file."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

import cast
from mutuals.insights.models import Report
from mutuals.people.models import Organisation
from mutuals.sales.models import Deal
from mutuals.staff import tokens

pytestmark = pytest.mark.django_db


@pytest.fixture
def us():
    return cast.staff()


def asked(client, user, method, path, body=None):
    scopes = ["read", "write", *(["admin"] if user.role in ("owner", "admin") else [])]
    _, plain = tokens.make(user, name="t", scopes=scopes, by=user, now=cast.NOW)
    sent = {"data": json.dumps(body), "content_type": "application/json"} if body is not None else {}
    answer = getattr(client, method)(f"/api/v1{path}", headers={"Authorization": f"Bearer {plain}"}, **sent)
    is_json = "json" in answer["Content-Type"]
    return answer.status_code, json.loads(answer.content) if is_json else answer.content.decode()


def test_a_report_goes_from_a_question_to_a_letter_and_each_figure_opens_its_rows(us, client):
    firm = Organisation.objects.create(name="=Kettle works", name_key="kettle works")
    for title, amount, owner in (("A", 100, us.ada), ("B", 250, us.ada), ("C", 7, us.ben)):
        Deal.objects.create(
            title=title, organisation=firm, amount=amount, currency="EUR", home=amount, owner=owner, opened_at=cast.NOW
        )
    body = {
        "record": "deal", "where": "amount:over:50", "rows": ["opened:month", "for"], "column": "owner",
        "measures": ["sum:amount", "count"], "zone": "Asia/Tokyo",
    }  # fmt: skip

    _, told = asked(client, us.lea, "post", "/reports/run", body)
    refused, why = asked(client, us.lea, "post", "/reports/run", body | {"rows": ["nothing"]})
    hidden, _ = asked(client, us.ben, "post", "/reports/run", body | {"record": "secret"})
    made, kept = asked(client, us.lea, "post", "/reports", {"name": "Won", "body": body})
    here = f"/reports/{kept['id']}"
    unseen, _ = asked(client, us.ben, "get", f"{here}/figures")
    unshared, _ = asked(client, us.lea, "post", f"{here}/letters", {"to": [us.ben.pk], "hour": 8})
    _, changed = asked(client, us.lea, "patch", here, {"shared": True, "name": "Deals"})
    others, _ = asked(client, us.ben, "patch", here, {"name": "Mine"})
    _, figures = asked(client, us.ben, "get", f"{here}/figures")
    _, file = asked(client, us.ben, "get", f"{here}/figures.csv")
    status, letter = asked(client, us.lea, "post", f"{here}/letters", {"to": [us.ben.pk], "hour": 8, "weekday": 0})
    _, letters = asked(client, us.ben, "get", f"{here}/letters")
    _, board = asked(client, us.ben, "post", "/dashboards", {"name": "Ours", "parts": [{"report_id": kept["id"]}]})
    _, board = asked(
        client, us.ben, "put", f"/dashboards/{board['id']}",
        {"name": "Ours", "pillar": "sales", "parts": [{"report_id": kept["id"], "size": "whole"}]},
    )  # fmt: skip
    stopped = [asked(client, us.lea, "delete", f"/reports/letters/{letter['id']}")[0] for _ in range(2)]
    _, all_kept = asked(client, us.ben, "get", "/reports")
    _, subjects = asked(client, us.ben, "get", "/reports/subjects")

    assert told["zone"] == "Asia/Tokyo"
    assert (told["currency"], told["across"], told["columns"]) == ("EUR", "Owner", [us.ada.name])
    (line,) = told["lines"]
    assert line["values"][1] == "=Kettle works"
    assert [Decimal(one) for one in line["cells"][0]["figures"]] == [350, 2]
    _, opened = asked(client, us.lea, "post", "/reports/run", {"record": "deal", "where": line["cells"][0]["where"]})
    assert [Decimal(one) for one in opened["lines"][0]["cells"][0]["figures"]] == [2]
    assert (refused, hidden, made, unseen, unshared, status) == (422, 422, 201, 404, 422, 201)
    assert "There is no field" in why["detail"]
    assert (changed["name"], changed["shared"], others) == ("Deals", True, 422)
    assert figures["lines"] == told["lines"]
    assert "'=Kettle works,EUR,350,2" in file
    assert [one["id"] for one in letters] == [letter["id"]]
    assert (board["report_ids"], board["sizes"], board["pillar"]) == ([kept["id"]], ["whole"], "sales")
    assert stopped == [200, 404]
    assert len(all_kept) == 1 + Report.objects.exclude(ready="").count() > 5
    deals = next(one for one in subjects if one["record"] == "deal")
    assert ("sum:amount" in deals["measures"], "opened" in deals["days"], "amount" in deals["groups"]) == (
        True,
        True,
        False,
    )


def test_what_a_contact_costs_is_told_by_admins_and_read_by_all(us, client):
    body = {"amount": "2.50", "since": "2026-01-01", "network": "town"}

    refused, _ = asked(client, us.ada, "post", "/costs", body)
    _, first = asked(client, us.olga, "post", "/costs", body)
    _, again = asked(client, us.olga, "post", "/costs", body | {"amount": "3"})
    _, listed = asked(client, us.ada, "get", "/costs")
    wrong, _ = asked(client, us.olga, "post", "/costs", body | {"amount": "-1"})
    taken = [asked(client, us.olga, "delete", f"/costs/{first['id']}")[0] for _ in range(2)]

    assert (refused, wrong, taken) == (403, 422, [200, 404])
    assert again["id"] == first["id"]
    assert [(one["network"], Decimal(one["amount"]), one["currency"]) for one in listed] == [("town", 3, "EUR")]
