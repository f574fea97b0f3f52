"""Deals, cases, tasks, products and kinds of the house's own out of files, each naming what came by another file."""

from pathlib import Path

import pytest

from mutuals.capture.models import Brought, ImportTrouble
from mutuals.capture.tests.import_steps import NOW, counted, lead, whole, write
from mutuals.inbox.models import Case, Task
from mutuals.people.models import Organisation, Person
from mutuals.records import definitions, types
from mutuals.records.models import Own
from mutuals.sales import deals
from mutuals.sales.models import Deal, Price, Product
from mutuals.staff.models import Role

pytestmark = pytest.mark.django_db
PEOPLE = "Customer ID,Name,Email\n501,Bea Solmar,bea@town.example\n502,Bo Solmar,bo@town.example\n"
HOUSES = "Company ID,Name,Domain\n901,Kettle Works,kettleworks.example\n"
DEALS = """Deal ID,Deal Name,Amount,Currency,Deal Stage,Close Date,Contact ID,Company ID
71,Kettles for the canteen,1200.50,EUR,Offer,2026-06-30,501,901
72,Lids,80,EUR,won,2026-03-01,502,
73,Lids,90,EUR,lost,2026-03-02,502,901
74,Spouts,10,EUR,Qualify,2026-03-02,599,
75,Handles,10,EUR,In the clouds,2026-03-02,501,
"""


def brought(tmp_path: Path) -> None:
    whole(write(tmp_path, PEOPLE), "people")
    whole(write(tmp_path, HOUSES), "organisations")


def why() -> list[str]:
    return list(ImportTrouble.objects.order_by("number").values_list("reason", flat=True))


@pytest.mark.parametrize("size", [2, 500])
def test_deals_find_whom_they_are_for_and_a_second_import_changes_nothing(tmp_path: Path, size: int) -> None:
    brought(tmp_path)

    first = whole(write(tmp_path, DEALS), "deals", size=size)
    told = why()
    bea = Deal.objects.get(title__startswith="Kettles")
    deals.edit(bea, by=lead(), changes={"amount": "1300"}, now=NOW)
    again = whole(write(tmp_path, DEALS), "deals", size=size)
    mended = DEALS.replace("Kettles for", "Kettles and lids for").replace("1200.50", "1250").replace(",80,", ",85,")
    third = whole(write(tmp_path, mended), "deals", size=size)

    bea.refresh_from_db()
    assert counted(first) == (3, 0, 0, 0, 2)
    assert counted(again) == (0, 0, 3, 0, 2)
    assert counted(third) == (0, 2, 1, 0, 2)
    assert (bea.person.name, bea.organisation.name, bea.item.step) == ("Bea Solmar", "Kettle Works", "offer")
    assert (bea.title, bea.amount) == ("Kettles and lids for the canteen", 1300)  # what staff changed since stays
    assert {(one.title, one.outcome, int(one.amount)) for one in Deal.objects.exclude(pk=bea.pk)} == {
        ("Lids", "won", 85), ("Lids", "lost", 90),
    }  # fmt: skip
    assert told[0] == "Nobody has the number 599 in Shop. Bring the file of people first."
    assert "has no step “In the clouds”" in told[1]
    assert Person.objects.count() == 2
    assert Brought.objects.count() == 3


def test_a_name_that_several_have_is_a_doubt_and_two_ways_that_lead_to_two_as_well(tmp_path: Path) -> None:
    brought(tmp_path)
    whole(write(tmp_path, "Name,Email\nBea Solmar,bea@elsewhere.example\n"), "people", source="Elsewhere")
    rows = "Title,Contact,Contact Email\nA,Bea Solmar,\nB,Bo Solmar,\nC,,bea@town.example\nD,Nobody Here,\n"

    done = whole(write(tmp_path, rows), "deals")
    both = "Title,Contact ID,Contact Email\nE,501,bo@town.example\n"
    other = whole(write(tmp_path, both), "deals")

    assert counted(done) == (2, 0, 0, 1, 1)
    assert counted(other) == (0, 0, 0, 1, 0)
    assert dict(Deal.objects.values_list("title", "person__email")) == {"B": "bo@town.example", "C": "bea@town.example"}


def test_cases_and_tasks_name_people_and_deals_of_earlier_files(tmp_path: Path) -> None:
    brought(tmp_path)
    whole(write(tmp_path, DEALS), "deals")
    cases = """Ticket ID,Subject,Status,Priority,Created,Contact ID
41,My kettle leaks,New,High,2026-01-02T10:00:00Z,501
42,Where is my lid,Closed,Low,2026-01-03T10:00:00Z,502
43,Odd,Whatever,Low,2026-01-03T10:00:00Z,502
"""
    tasks = """Task ID,Subject,Due Date,Status,Deal ID,Contact ID
1,Call back,2026-07-01,Not started,71,
2,Ask,2026-01-01,Completed,,501
3,No,2026-01-01,,79,
"""

    first = whole(write(tmp_path, cases), "cases")
    work = whole(write(tmp_path, tasks), "tasks")
    again = [whole(write(tmp_path, cases), "cases"), whole(write(tmp_path, tasks), "tasks")]

    assert counted(first) == (2, 0, 0, 0, 1)
    assert counted(work) == (2, 0, 0, 0, 1)
    assert [counted(one)[:3] for one in again] == [(0, 0, 2), (0, 0, 2)]
    leak, lid = Case.objects.order_by("pk")
    assert (leak.person.name, leak.priority, leak.state) == ("Bea Solmar", "high", "open")
    assert (lid.state, lid.opened_at.isoformat()) == ("solved", "2026-01-03T10:00:00+00:00")
    back, ask = Task.objects.order_by("pk")
    assert back.about == f"deal:{Deal.objects.get(title__startswith='Kettles').pk}"
    assert (back.done_at, ask.done_at is not None, ask.person.name) == (None, True, "Bea Solmar")


def test_products_come_with_their_price_and_are_found_by_their_number(tmp_path: Path) -> None:
    rows = "SKU,Name,Price,Currency\nK-1,Kettle,24.90,EUR\nL-1,Lid,3,EUR\nM-1,Mug,-1,EUR\n"

    first = whole(write(tmp_path, rows), "products")
    again = whole(write(tmp_path, rows.replace("24.90", "25.90")), "products")

    assert counted(first) == (2, 0, 0, 0, 1)
    assert counted(again) == (0, 1, 1, 0, 1)
    assert dict(Product.objects.values_list("sku", "name")) == {"K-1": "Kettle", "L-1": "Lid"}
    assert dict(Price.objects.values_list("product__sku", "amount"))["K-1"].normalize().__str__() == "25.9"
    assert Price.objects.get(product__sku="L-1").price_list.name == "Shop EUR"


def test_own_fields_are_proposed_by_their_label_checked_by_kind_and_lead_to_records_of_other_files(
    tmp_path: Path,
) -> None:
    by = lead(Role.ADMIN)
    definitions.add("person", by=by, now=NOW, label="Member number", kind="number")
    definitions.add("person", by=by, now=NOW, label="Renewal", kind="day")
    definitions.add("organisation", by=by, now=NOW, label="Size", kind="choice", options=["Small", "Large"])
    kind = types.add(by=by, now=NOW, name="Machine", plural="Machines")
    definitions.add("own_machine", by=by, now=NOW, label="Of", kind="reference", options=["person"])
    definitions.add("own_machine", by=by, now=NOW, label="Plate", kind="text", is_unique=True)
    people = """Customer ID,Name,Email,Member number,Renewal
501,Bea,bea@town.example,12,2026-05-01
502,Bo,bo@town.example,many,2026-05-01
"""
    houses = "Name,Domain,Size\nKettle Works,kettleworks.example,large\nMill,mill.example,huge\n"
    machines = "Name,Plate,Of\nPress,P-1,501\nLathe,P-2,bea@town.example\nSaw,P-3,599\nDrill,P-4,Nobody\n"

    done = [
        whole(write(tmp_path, people), "people"),
        whole(write(tmp_path, houses), "organisations"),
        whole(write(tmp_path, machines), "own_machine"),
    ]
    told = why()
    again = [
        whole(write(tmp_path, people), "people"),
        whole(write(tmp_path, houses), "organisations"),
        whole(write(tmp_path, machines.replace("Press", "Great press")), "own_machine"),
    ]

    bea = Person.objects.get()
    assert [counted(one) for one in done] == [(1, 0, 0, 0, 1), (1, 0, 0, 0, 1), (2, 0, 0, 0, 2)]
    assert [counted(one) for one in again] == [(0, 0, 1, 0, 1), (0, 0, 1, 0, 1), (0, 1, 1, 0, 2)]
    assert bea.custom == {"member_number": 12, "renewal": "2026-05-01"}
    assert Organisation.objects.get().custom == {"size": "large"}
    assert {(one.title, one.custom["of"]) for one in Own.objects.all()} == {
        ("Great press", f"person:{bea.pk}"), ("Lathe", f"person:{bea.pk}"),
    }  # fmt: skip
    assert any("599" in one for one in told)
    assert kind.key == "machine"
