"""A move from another system, killed in the middle and then taken back: deals, cases, tasks, products, own records."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from mutuals.base import clock
from mutuals.capture.imports import running
from mutuals.capture.models import Brought, Import
from mutuals.capture.tests.import_steps import NOW, check, choose, counted, lead, upload, whole, write
from mutuals.capture.tests.test_imports_undo import undone
from mutuals.identity import bought
from mutuals.inbox.models import Case, Task
from mutuals.people.models import Person
from mutuals.records import definitions, types
from mutuals.records.models import Own
from mutuals.sales import deals
from mutuals.sales.models import Deal, Price, Product
from mutuals.sales.orders import LineIn, OrderIn
from mutuals.staff.models import Role

pytestmark = pytest.mark.django_db
PEOPLE = "Customer ID,Name,Email\n501,Bea Solmar,bea@town.example\n502,Bo Solmar,bo@town.example\n"
DEALS = """Deal ID,Deal Name,Amount,Currency,Deal Stage,Close Date,Contact ID
71,Kettles,1200,EUR,Offer,2026-06-30,501
72,Lids,80,EUR,won,2026-03-01,502
73,Spouts,90,EUR,lost,2026-03-02,502
74,Mugs,10,EUR,Qualify,2026-03-02,501
"""
CASES = """Ticket ID,Subject,Status,Priority,Created,Contact ID
41,My kettle leaks,New,High,2026-01-02T10:00:00Z,501
42,Where is my lid,Closed,Low,2026-01-03T10:00:00Z,502
"""
TASKS = """Task ID,Subject,Due Date,Status,Deal ID,Contact ID
1,Call back,2026-07-01,Not started,71,
2,Ask,2026-01-01,Completed,,501
"""
GOODS = "SKU,Name,Price,Currency\nK-1,Kettle,24.90,EUR\nL-1,Lid,3,EUR\n"
MACHINES = "Name,Plate\nPress,P-1\nLathe,P-2\n"


def killed(folder: Path, rows: str, target: str) -> Import:
    """Two rows a batch; the second batch is written and not committed when the process ends. Then it goes on."""
    of = check(choose(upload(write(folder, rows, f"{target}.csv"), target)), size=2)
    running.run(of, by=lead())
    batches: list[int] = []

    def dies(row: Import) -> None:
        batches.append(row.rows_done)
        if len(batches) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        running.run_now(of.pk, size=2, before_commit=dies)
    assert Deal.objects.count() == 2
    running.run_now(of.pk, size=2)
    of.refresh_from_db()
    return of


def test_a_whole_move_is_killed_goes_on_and_is_taken_back_but_for_what_was_worked_on(tmp_path: Path) -> None:
    boss = lead(Role.ADMIN)
    types.add(by=boss, now=NOW, name="Machine", plural="Machines")
    definitions.add("own_machine", by=boss, now=NOW, label="Plate", kind="text", is_unique=True)
    here = lead()

    people = whole(write(tmp_path, PEOPLE), "people")
    sold = killed(tmp_path, DEALS, "deals")
    made = [
        whole(write(tmp_path, rows, f"{target}.csv"), target)
        for target, rows in (("cases", CASES), ("tasks", TASKS), ("products", GOODS), ("own_machine", MACHINES))
    ]
    mended = whole(write(tmp_path, DEALS.replace(",80,", ",85,").replace("1200", "1250")), "deals")
    bea = Person.objects.get(name="Bea Solmar")
    deals.edit(Deal.objects.get(title="Kettles"), by=here, changes={"amount": "1300"}, now=clock.now())
    line = LineIn("Kettle", "K-1", Decimal(1), Decimal("24.90"))
    order = OrderIn("A-1", NOW, "EUR", Decimal("24.90"), lines=(line,))
    bought.take([bought.Bought(order, person=bea)], source=None, by=here, now=clock.now())
    between = {title: int(amount) for title, amount in Deal.objects.values_list("title", "amount")}

    first = undone(mended)
    back = {title: int(amount) for title, amount in Deal.objects.values_list("title", "amount")}
    stayed = {about: why for of in [*reversed(made), sold, people] for about, why in undone(of, size=1).items()}

    kettles = Deal.objects.get(title="Kettles")
    assert counted(sold) == (4, 0, 0, 0, 0)
    assert between == {"Kettles": 1300, "Lids": 85, "Spouts": 90, "Mugs": 10}
    assert back == {"Kettles": 1300, "Lids": 80, "Spouts": 90, "Mugs": 10}
    assert list(first) == [f"deal:{kettles.pk}"]
    assert kettles.trashed_at is None
    assert not Deal.objects.filter(trashed_at=None).exclude(pk=kettles.pk).exists()
    assert not Case.objects.filter(trashed_at=None).exists()
    assert not Task.objects.filter(trashed_at=None).exists()
    assert not Own.objects.filter(trashed_at=None).exists()
    assert list(Product.objects.values_list("sku", "is_active")) == [("K-1", False)]
    assert not Price.objects.filter(product__sku="L-1").exists()
    kinds = {about.partition(":")[0] for about in stayed}
    assert kinds == {"deal", "product", "person", "profile"}
    assert stayed[f"deal:{kettles.pk}"] == "Changed since: amount."
    goods = Product.objects.get()
    assert stayed[f"product:{goods.pk}"] == "Something stands on it: it stays, and is not offered any more."
    assert stayed[f"person:{bea.pk}"].startswith("Somebody worked on it since")
    kept = set(Brought.objects.values_list("about", flat=True))
    assert kept == {f"deal:{kettles.pk}", f"product:{goods.pk}"}
