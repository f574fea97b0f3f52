"""A5: what was bought, when, and the pattern in it stay with the customer for good.

"Customer page shows orders with lines, invoices/payments and complaints; a 'pattern' panel shows usual interval, usual basket
and last deviation." The pattern against an independent query, on public data: test_online_retail.py; quotes, returns, erasure:
test_buying.py.
"""

from datetime import timedelta

import pytest

import cast
from doors import Member
from mutuals.base import clock

pytestmark = pytest.mark.django_db


def test_orders_invoices_payments_complaints_and_the_pattern_by_every_door(capsys: pytest.CaptureFixture[str]) -> None:
    us, now = cast.staff(), clock.now()
    ada, bea = Member(us.ada, capsys), cast.person("Bea Brand", by=us.ada)
    kettle = {"sku": "K-1", "name": "Kettle", "quantity": "2", "unit_price": "40"}
    orders = [
        {"number": f"O-{ago}", "placed_at": (now - timedelta(days=ago)).isoformat(), "currency": "EUR",
         "person_id": bea.pk, "lines": [kettle]}
        for ago in (100, 90, 80, 70)
    ]  # fmt: skip

    ada.ask("PUT", "/orders", {"orders": orders})
    row = ada.ask("GET", f"/people/{bea.pk}/orders")["items"][0]
    ada.run("invoices", "add", "I-1", row["id"], "80", "--issued", "2026-05-01")
    bill = ada.ask("GET", f"/people/{bea.pk}/invoices")["items"][0]
    ada.run("invoices", "pay", bill["id"], "30", "bank")
    ada.ask("POST", "/cases", {"title": "It leaks", "person_id": bea.pk})
    page, bought = ada.page(f"/customers/{bea.pk}/"), ada.page(f"/customers/{bea.pk}/", tab="orders")
    program = ada.ask("GET", f"/people/{bea.pk}/pattern")
    shell = ada.run("orders", "pattern", bea.pk)

    for words in ("O-70", "Kettle", "I-1", "Buying pattern", "every 10 days", "60 days late"):
        assert words in bought, words
    assert "It leaks" in page
    assert (program["interval_days"], program["late_by"], program["usual_amount"]) == (10, 60, "80.00")
    assert [one["orders"] for one in program["basket"]] == [4]
    assert shell["orders"] == 4
    assert ada.ask("GET", f"/invoices/{bill['id']}")["open"] == "50.00"
