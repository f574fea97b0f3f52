"""Segments on screen: built filter by filter, seen with their people, asked why, picked by hand, stopped, thrown away."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

import cast
from mutuals.outreach import renewing, segments
from mutuals.outreach.models import Segment
from mutuals.people import persons

pytestmark = pytest.mark.django_db


@pytest.fixture
def us():
    return cast.staff()


def as_(user):
    client = Client()
    client.force_login(user)
    return client


def test_a_segment_is_built_filter_by_filter_and_its_page_says_who_is_in_it_and_why(us):
    bea = cast.person("Bea <b>Brand</b>", by=us.ada, city="Porto")
    cast.person("Bo Brand", by=us.ada, city="Faro")
    ada = as_(us.ada)

    empty = ada.get("/segments/").text
    asked = ada.get("/segments/new/?add=city").text
    one_more = ada.get("/segments/new/?field=city&op=is&value=Porto")
    built = ada.get(one_more.url).text
    refused = ada.get("/segments/new/?f=shoe:is:9")
    nameless = ada.post("/segments/new/", {"f": "city:is:Porto", "all": "1"})
    made = ada.post("/segments/new/", {"f": "city:is:Porto", "all": "1", "name": "In Porto", "is_shared": "on"})
    row = Segment.objects.get()
    building = ada.get(made.url).text
    renewing.look(row.pk, now=cast.NOW)
    page = ada.get(f"/segments/{row.pk}/").text
    reasons = ada.get(f"/segments/{row.pk}/people/{bea.pk}/").text
    card = ada.get(f"/customers/{bea.pk}/").text
    listed = ada.get("/segments/").text

    assert "No segments yet" in empty
    assert 'name="op"' in asked
    assert "Town is Porto." in built
    assert '<b class="big num">1</b> person' in built
    assert "Bea &lt;b&gt;Brand" in built
    assert refused.status_code == nameless.status_code == 422
    assert "being built" in building
    assert 'hx-trigger="every 2s"' in building
    assert "hx-trigger" not in page.split('id="far"')[1].split("</div>")[0]
    assert "Bea &lt;b&gt;Brand" in page
    assert "It is: Porto" in reasons
    assert "In Porto" in card
    assert "Town is Porto" in listed


def test_filters_are_taken_away_from_a_kept_condition_and_a_look_is_stopped_and_gone_on_with(us):
    cast.person("Bea Brand", by=us.ada, city="Porto")
    told = {"all": [{"field": "city", "op": "is", "value": "Porto"}, {"field": "orders", "op": "over", "value": 3}]}
    row = segments.add(by=us.ada, now=cast.NOW, name="Buyers", condition=told)
    ada = as_(us.ada)

    kept = ada.get(f"/segments/{row.pk}/edit/").text
    ada.post(f"/segments/{row.pk}/edit/", {"f": "city:is:Porto", "all": "1", "name": "In Porto", "is_shared": "on"})
    changed = Segment.objects.get()
    ada.post(f"/segments/{row.pk}/do/", {"do": "stop"})
    stopped = ada.get(f"/segments/{row.pk}/progress/").text
    ada.post(f"/segments/{row.pk}/do/", {"do": "look"})
    renewing.look(row.pk, now=cast.NOW)
    ada.post(f"/segments/{row.pk}/do/", {"do": "trash"})
    gone = ada.get(f"/segments/{row.pk}/").text
    ada.post(f"/segments/{row.pk}/do/", {"do": "restore"})

    assert "Orders" in kept.split("toolbar")[1].split("told")[0]
    assert (changed.name, changed.edition) == ("In Porto", 2)
    assert "Stopped at" in stopped
    assert "in the trash since" in gone
    assert Segment.objects.get().trashed_at is None


def test_people_are_picked_by_hand_and_contractors_see_nothing(us):
    bea = cast.person("Bea Brand", by=us.ada)
    ada, cleo = as_(us.ada), as_(us.cleo)

    ada.post("/segments/new/", {"fixed": "1", "name": "Panel", "is_shared": "on"})
    row = Segment.objects.get()
    nobody = ada.post(f"/segments/{row.pk}/put/", {"person": "Nobody"})
    ada.post(f"/segments/{row.pk}/put/", {"person": "Bea Brand"})
    there = Segment.objects.get().members
    ada.post(f"/segments/{row.pk}/take/", {"id": bea.pk})
    by_list = ada.post("/customers/bulk/", {"do": "segment", "segment": "panel", "id": bea.pk}, follow=True)
    listed = Segment.objects.get().members
    ada.post(re.search(r"/customers/undo/[^/]+/", by_list.text)[0])

    assert (nobody.status_code, there, listed, Segment.objects.get().members) == (422, 1, 1, 0)
    assert [cleo.get(one).status_code for one in ("/segments/", f"/segments/{row.pk}/", "/segments/new/")] == [
        403,
        403,
        403,
    ]
    assert "Panel" not in ada.get(f"/customers/{bea.pk}/").text


def test_a_page_of_people_costs_as_many_statements_for_fifty_as_for_one(us):
    row = segments.add(by=us.ada, now=cast.NOW, name="All", condition={"field": "name", "op": "filled"})
    people = [cast.person(f"Person {number}", by=us.ada) for number in range(3)]
    renewing.look(row.pk, now=cast.NOW)
    ada = as_(us.ada)
    ada.get(f"/segments/{row.pk}/")

    with CaptureQueriesContext(
        connection,
    ) as three:
        ada.get(f"/segments/{row.pk}/")
    persons.edit(people[0], by=us.ada, changes={"name": ""}, now=cast.NOW)
    renewing.look(segments.look_again(row, by=us.ada, now=cast.NOW).pk, now=cast.NOW)
    with CaptureQueriesContext(connection) as two:
        page = ada.get(f"/segments/{row.pk}/").text

    assert len(two) == len(three) <= 16
    assert "Person 2" in page
