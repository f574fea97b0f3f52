"""G3: a letter, a post, a call, an order: whatever somebody did with us is counted, costed and asked for in the same way."""

from __future__ import annotations

import json
from decimal import Decimal
from urllib.parse import urlencode

import pytest

import cast
from doors import Doors
from mutuals.people.models import Profile

pytestmark = pytest.mark.django_db


def test_letters_posts_and_calls_are_counted_and_costed_alike_and_segments_ask_for_each(capsys):
    us, doors = cast.staff(), Doors(capsys)
    bea = cast.person(by=us.ada)
    square = cast.source(owner=us.olga)
    kinds = ("post", "mail", "call")
    cast.said(square, *(cast.event(f"k{n}", kind=kind, public=kind == "post") for n, kind in enumerate(kinds[:2])))
    Profile.objects.update(person=bea)
    assert (
        doors.api(us.ada, "post", f"/people/{bea.pk}/notes", {"kind": "call", "text": "Rang about the lid"})[0] == 201
    )
    doors.cli(us.aron, "reports", "cost", "1", "--since", "2020-01-01")
    doors.cli(us.aron, "reports", "cost", "5", "--since", "2020-01-01", "--kind", "call")
    order = {"number": "K-1", "person_id": bea.pk, "total": "20.00", "currency": "EUR", "status": "paid"}
    _, told = doors.api(us.ben, "put", "/orders", {"orders": [order | {"placed_at": cast.NOW.isoformat()}]})
    assert told["new"] == 1, told

    asked = {"record": "interaction", "rows": ["kind"], "measures": ["count", "sum:cost"]}
    report = doors.api(us.ada, "post", "/reports/run", asked)[1]
    by_kind = {
        line["values"][0].lower(): [Decimal(one or 0) for one in line["cells"][0]["figures"]]
        for line in report["lines"]
    }
    assert {kind: by_kind[kind] for kind in kinds} == {"post": [1, 1], "mail": [1, 1], "call": [1, 5]}
    orders = doors.api(us.ben, "post", "/reports/run", {"record": "order", "measures": ["count", "sum:total"]})[1]
    assert [Decimal(one) for one in orders["lines"][0]["cells"][0]["figures"]] == [1, 20]

    for kind in kinds:
        where = {"field": "interactions", "op": "any", "value": {"field": "kind", "op": "is", "value": kind}}
        status, found = doors.api(us.ada, "get", "/segments/preview?" + urlencode({"where": json.dumps(where)}))
        assert (status, found.get("count")) == (200, 1), found
