"""Organisations: list, page with people, and the one timeline."""

from datetime import date

import pytest
from django.test import Client

import cast
from mutuals.identity.link import confirm
from mutuals.people import organisations as acts
from mutuals.people.models import Affiliation, Organisation
from mutuals.people.persons import Unfit
from mutuals.sales import deals
from mutuals.sales.deals import DealIn

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return cast.staff()


def as_(user):
    client = Client()
    client.force_login(user)
    return client


def test_organisations_are_listed_by_name_with_their_people(here, django_assert_num_queries):
    one = acts.add(by=here.ada, name="The Kettle works", now=cast.NOW)
    acts.affiliate(cast.person(by=here.ada), one, by=here.ada, role="Maker")
    client = as_(here.ada)

    with django_assert_num_queries(12):
        answer = client.get("/organisations/")

    assert "The Kettle works" in answer.text
    assert "1 organisation<" in answer.text
    assert '<td class="num">1</td>' in answer.text


def test_a_name_is_found_by_its_part(here):
    acts.add(by=here.ada, name="Harbour & Oats", now=cast.NOW)
    client = as_(here.ada)

    found, missed = client.get("/organisations/?q=oats"), client.get("/organisations/?q=kettle")

    assert "Harbour &amp; Oats" in found.text
    assert "Nothing fits these filters" in missed.text


def test_the_list_is_walked_by_key(here):
    for number in range(55):
        Organisation.objects.create(name=f"Shop {number:02}", name_key=f"shop {number:02}")
    client = as_(here.ada)

    first = client.get("/organisations/")
    second = client.get(first.context["next_url"])
    back = client.get(second.context["back_url"])

    assert "Shop 49" in first.text
    assert "Shop 50" not in first.text
    assert "Shop 54" in second.text
    assert "Shop 49" in back.text
    assert "55 organisations<" in first.text


def test_a_place_of_a_list_that_was_forged_is_not_there(here):
    assert as_(here.ada).get("/organisations/?after=forged").status_code == 404


def test_what_a_person_said_before_they_came_is_not_the_organisations(here):
    square = cast.source(owner=here.olga, team=here.service)
    cast.said(
        square,
        cast.event("p1", "Before I came", at=cast.NOW - cast.minutes(60 * 24 * 5)),
        cast.event("p2", "While I am there", at=cast.NOW - cast.minutes(60 * 24)),
    )
    bea = cast.Profile.objects.get(network="town").person or cast.person(by=here.ada)
    profile = cast.Profile.objects.get(network="town")
    if profile.person is None:
        from_link(profile, bea, here)
    one = acts.add(by=here.ada, name="The Kettle works", now=cast.NOW)
    acts.affiliate(bea, one, by=here.ada, since=date(2026, 11, 18))
    client = as_(here.ada)

    answer = client.get(f"/organisations/{one.pk}/")

    assert "While I am there" in answer.text
    assert "Before I came" not in answer.text


def from_link(profile, person, here):
    confirm(profile, person=person, by=here.ada, now=cast.NOW)


def test_a_page_costs_the_same_number_of_queries(here, django_assert_num_queries):
    one = acts.add(by=here.ada, name="The Kettle works", now=cast.NOW)
    acts.affiliate(cast.person(by=here.ada), one, by=here.ada)
    deals.open_deal(DealIn("Kettles for the bar", "EUR", organisation=one), by=here.ada, now=cast.NOW)
    client = as_(here.ada)

    with django_assert_num_queries(18):
        answer = client.get(f"/organisations/{one.pk}/")

    assert "Bea Brand" in answer.text
    assert "Kettles for the bar" in answer.text


def test_an_organisation_is_made_and_changed(here):
    client = as_(here.ada)

    made = client.post("/organisations/new/", {"name": "Cup & Co", "domain": "cup.example", "tags": "shop, north"})
    one = Organisation.objects.get()
    wrong = client.post(f"/organisations/{one.pk}/edit/", {"name": "Cup", "phone": "12"})
    client.post(f"/organisations/{one.pk}/edit/", {"name": "Cup", "city": "Porto"})

    one.refresh_from_db()
    assert made.headers["Location"] == f"/organisations/{one.pk}/"
    assert wrong.status_code == 422
    assert "not a number" in wrong.text
    assert (one.name, one.city, one.tags) == ("Cup", "Porto", [])


def test_somebody_gets_a_place_by_name_and_leaves_it(here):
    one, bea = acts.add(by=here.ada, name="The Kettle works", now=cast.NOW), cast.person(by=here.ada)
    client = as_(here.ada)

    unknown = client.post(f"/organisations/{one.pk}/people/", {"person": "Nobody Atall"})
    client.post(f"/organisations/{one.pk}/people/", {"person": "Bea Brand", "role": "Maker"})
    place = Affiliation.objects.get()
    client.post(f"/organisations/places/{place.pk}/leave/")

    place.refresh_from_db()
    assert unknown.status_code == 422
    assert place.person_id == bea.pk
    assert place.until is not None


def test_contractors_see_no_organisations(here):
    assert as_(here.cleo).get("/organisations/").status_code == 403


@pytest.mark.parametrize("day", [date.min, date.max])
def test_a_day_at_the_edge_of_the_calendar_is_refused_at_the_field(here, day):
    one = acts.add(by=here.ada, name="Kettle works", now=cast.NOW)
    bea = cast.person(by=here.ada)

    with pytest.raises(Unfit) as refusal:
        acts.affiliate(bea, one, by=here.ada, **{"since" if day is date.min else "until": day})

    assert refusal.value.field == ("since" if day is date.min else "until")
    assert not bea.affiliations.exists()
