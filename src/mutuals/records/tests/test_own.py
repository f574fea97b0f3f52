"""Types of the house's own making and their records: numbers, values, uniqueness, taking back, the trash, erasure, leaving."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

import cast
from mutuals import privacy as house
from mutuals.base import lists
from mutuals.base.fields import Misfit
from mutuals.base.filters import from_query
from mutuals.base.models import Entry
from mutuals.base.refusals import Refusal
from mutuals.people import organisations
from mutuals.records import book, definitions, filling, own, privacy, queries, types
from mutuals.records.models import Claim, CustomField, Own
from mutuals.sales import deals
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def forgotten():
    """What this process remembers of types goes with the test."""
    yield
    book.forget()


@pytest.fixture
def us():
    return cast.staff()


@pytest.fixture
def machine(us):
    """A type with a unique serial number, a required day, a reference to its customer, and an amount."""
    row = types.add(by=us.aron, now=cast.NOW, name="Machine", icon="gear", prefix="m", title_label="Model")
    for label, kind, more in (
        ("Serial", "text", {"is_unique": True}),
        ("Built", "day", {"is_required": True}),
        ("Customer", "reference", {"options": ["person"]}),
        ("Price", "money", {}),
    ):
        definitions.add("own_machine", by=us.aron, now=cast.NOW, label=label, kind=kind, **more)
    return row.kind


def put(us, kind, title="Kettle 3000", **custom):
    return own.add(kind, by=us.ada, now=cast.NOW, title=title, custom={"built": "2026-01-02", **custom})


def listed(us, *tests, sort=""):
    of = lists.listing("own_machine")
    asked = lists.Asked(us.ada, ZoneInfo("UTC"), cast.NOW, where=from_query(tests) if tests else None, sort=sort)
    return list(lists.walk(of, asked).rows)


def test_a_type_is_a_record_like_any_other_as_soon_as_it_is_made(us, machine):
    bea = cast.person("Bea Brand", by=us.ada)
    first, second = put(us, machine, serial="A1", customer=bea.pk, price="12.50 EUR"), put(us, machine, "Pot")

    found = listed(us, "custom.price:over:10", "custom.built:before:2026-02-01")
    of = lists.listing("own_machine")
    columns = {one.name: one for one in of.visible_columns(us.ada)}

    assert [machine.reference(one.number) for one in (first, second)] == ["M-1", "M-2"]
    assert [one.pk for one in found] == [first.pk]
    assert str(of.value(columns["custom.customer"], found[0])) == "Bea Brand"
    assert [one.title for one in listed(us, "title:starts:Pö", sort="title")] == ["Pot"]
    assert [one.title for one in listed(us, sort="title")] == ["Kettle 3000", "Pot"]
    assert [row.pk for _, row in queries.find(us.ada, "m-2", limit=5)] == [second.pk]
    assert [row.pk for _, row in queries.find(us.ada, "KETTLE", limit=5)] == [first.pk]
    assert queries.find(us.cleo, "kettle", limit=5) == []


def test_what_a_type_refuses_is_told(us, machine):
    put(us, machine, serial="A1")

    with pytest.raises(Misfit, match="each may stand once"):
        put(us, machine, serial="a1")
    with pytest.raises(Misfit, match="“Built” is needed"):
        own.add(machine, by=us.ada, now=cast.NOW, title="Pot")
    with pytest.raises(Refusal, match="Title is missing"):
        put(us, machine, " ")
    with pytest.raises(NotAllowed):
        own.add(machine, by=us.cleo, now=cast.NOW, title="Pot")
    with pytest.raises(NotAllowed):
        types.add(by=us.lea, now=cast.NOW, name="Site")
    with pytest.raises(Refusal, match="“Machines” already"):
        types.add(by=us.aron, now=cast.NOW, name="Engine", plural="Machines")
    assert Own.objects.count() == 1


def test_an_edit_is_taken_back_but_what_a_colleague_changed_since_stays(us, machine):
    row = put(us, machine, serial="A1", price="5 EUR")
    own.edit(row, by=us.ada, changes={"title": "Pot", "custom": {"price": "7 USD", "serial": "B2"}}, now=cast.NOW)
    Own.objects.filter(pk=row.pk).update(title="Cauldron", title_key="cauldron")  # since then

    back = own.take_back(row, by=us.ben, now=cast.NOW)

    assert back.title == "Cauldron"
    assert back.custom == {"built": "2026-01-02", "serial": "A1", "price": 5, "price__currency": "EUR"}
    assert put(us, machine, serial="B2").number == 2  # free again
    with pytest.raises(Refusal, match="no edit"):
        own.take_back(row, by=us.ada, now=cast.NOW)


def test_the_trash_holds_a_record_for_thirty_days_and_lets_go_of_its_unique_values(us, machine):
    row, other = put(us, machine, serial="A1"), put(us, machine, serial="B2")
    own.trash(row, by=us.ada, now=cast.NOW)
    own.trash(row, by=us.ada, now=cast.NOW)
    gone = [one.pk for one in listed(us)]
    own.restore(row, by=us.ada)
    own.trash(row, by=us.ada, now=cast.NOW)
    put(us, machine, serial="A1")

    with pytest.raises(Misfit):
        own.restore(row, by=us.ada)
    early, late = own.purge(now=cast.NOW + timedelta(days=29)), own.purge(now=cast.NOW + timedelta(days=31))

    assert gone == [other.pk]
    assert (early, late) == (0, 1)
    assert not Own.objects.filter(pk=row.pk).exists()
    assert Entry.objects.filter(about=f"own:{row.pk}", kind="own.trashed").count() == 2
    assert Claim.objects.count() == 2


def test_a_retired_type_takes_nothing_new_and_comes_back_whole(us, machine):
    row = put(us, machine)
    kept = types.retire(types.Type.objects.get(), by=us.aron, now=cast.NOW)

    with pytest.raises(Refusal, match="are retired"):
        put(us, machine)
    with pytest.raises(Refusal, match="Fields can be made for"):
        definitions.add("own_machine", by=us.aron, now=cast.NOW, label="Size", kind="text")
    types.bring_back(kept, by=us.aron)

    assert [one.pk for one in listed(us)] == [row.pk]


def test_who_is_erased_is_named_no_more_and_who_leaves_hands_over(us, machine):
    bea, bo = cast.person("Bea Brand", by=us.ada), cast.person("Bo Brand", by=us.ada)
    row, other = put(us, machine, "Theirs", customer=bea.pk), put(us, machine, "Bea Brand's pot", customer=bo.pk)
    own.edit(row, by=us.ada, changes={"custom": {"customer": bo.pk}}, now=cast.NOW)
    own.edit(row, by=us.ada, changes={"custom": {"customer": bea.pk}}, now=cast.NOW)

    handed = privacy.export([bea.pk])
    receipt = house.erase(bea, by=us.olga, now=cast.NOW)
    moved = own.hand_over(us.ada, us.ben)

    row.refresh_from_db()
    other.refresh_from_db()
    assert f"own:{row.pk}" in str(handed)
    assert "customer" not in row.custom
    assert other.custom["customer"] == f"person:{bo.pk}"
    assert f"person:{bea.pk}" not in str(
        list(Entry.objects.filter(about=f"own:{row.pk}").values_list("data", flat=True))
    )
    assert f"own:{other.pk}" in [place["about"] for place in receipt.places]
    assert (moved, row.owner_id) == (2, us.ben.pk)


def test_fields_that_nobody_fills_are_counted_by_night(us, machine):
    put(us, machine, serial="A1")
    put(us, machine, serial="B2")

    filling.count_all(now=cast.NOW)

    assert dict(CustomField.objects.values_list("key", "filled")) == {
        "serial": 2,
        "built": 2,
        "customer": 0,
        "price": 0,
    }


def test_lists_of_people_organisations_and_deals_call_what_is_referred_to_by_its_name(us, machine):
    of_one = put(us, machine, "Press 4")
    row = cast.person("Bea Brand", by=us.ada)
    firm = organisations.add(by=us.ada, name="Press works", now=cast.NOW)
    deal, _ = deals.open_deal(deals.DealIn("Spare parts", "EUR", person=row), by=us.ada, now=cast.NOW)
    for record, one in (("person", row), ("organisation", firm), ("deal", deal)):
        definitions.add(record, by=us.aron, now=cast.NOW, label="Machine", kind="reference", options=["own_machine"])
        type(one).objects.filter(pk=one.pk).update(custom={"machine": f"own_machine:{of_one.pk}"})

        of = lists.listing(record)
        rows = lists.walk(of, lists.Asked(us.ada, ZoneInfo("UTC"), cast.NOW)).rows
        columns = {each.name: each for each in of.visible_columns(us.ada)}

        assert [str(of.value(columns["custom.machine"], each)) for each in rows if each.pk == one.pk] == ["Press 4"]
