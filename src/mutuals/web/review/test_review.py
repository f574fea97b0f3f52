"""The screens of identity: what stands on them, who may see and do what, what they cost, and hostile words."""

import pytest
from django.test import Client

import cast
from mutuals.history.models import Interaction
from mutuals.identity.models import Edge, Link, LinkState, Merge
from mutuals.people.models import Person, Profile

pytestmark = pytest.mark.django_db


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def asked(*clues, **more):
    us = cast.staff()
    bea = cast.person(by=us.ada, city="Porto")
    row = cast.profile()
    return us, bea, row, cast.doubt(bea, row, *clues, **more)


def test_a_pair_stands_with_both_sides_its_clues_the_pool_and_what_would_come_together():
    us, _, _, edge = asked(cast.clue("The names are alike", 9.0, seen="raw:7"), cast.clue("Another town", -2.0))

    page = signed_in(us.ada).get(f"/customers/same/{edge.pk}/").content.decode()

    assert "Bea Brand" in page
    assert "@bea.pours" in page
    assert "/seen/event/7/" in page
    assert "Sought among 12,940 people" in page
    assert "+9.0 bits" in page
    assert "−2.0 bits" in page
    assert "1 presence comes to Bea Brand" in page


def test_the_runner_up_is_shown_with_what_speaks_against_them():
    us, _, row, edge = asked()
    bo = cast.person("Bo Brand", by=us.ada)
    cast.doubt(bo, row, cast.clue("Never wrote of kettles", -3.5), sure=0.3)

    page = signed_in(us.ada).get(f"/customers/same/{edge.pk}/").content.decode()

    assert "Never wrote of kettles" in page
    assert "Bo Brand" in page


def test_the_page_costs_a_fixed_number_of_queries(django_assert_max_num_queries):
    us, bea, _, edge = asked()
    for number in range(30):
        cast.doubt(bea, cast.profile(f"@b{number}"), sure=0.3)
    client = signed_in(us.ada)

    with django_assert_max_num_queries(45):
        answer = client.get(f"/customers/same/{edge.pk}/")

    assert answer.status_code == 200


def test_an_answer_leads_to_the_next_pair_and_a_stale_one_is_told_kindly():
    us, bea, row, edge = asked()
    other = cast.doubt(bea, cast.profile("@b2"), sure=0.4)
    client = signed_in(us.ada)

    done = client.post(f"/customers/same/{edge.pk}/answer/", {"verdict": "same", "next": other.pk})
    again = client.post(f"/customers/same/{edge.pk}/answer/", {"verdict": "different"}, follow=True)

    assert (done.status_code, done.headers["Location"]) == (302, f"/customers/same/{other.pk}/")
    assert "answered or looked at anew meanwhile" in again.content.decode()
    assert Profile.objects.get(pk=row.pk).person == bea


def test_two_persons_are_joined_with_the_chosen_value_and_the_toast_takes_it_back():
    us = cast.staff()
    bea, other = cast.person(by=us.ada, city="Porto"), cast.person("B. Brand", by=us.ada, city="Lisbon")
    edge = cast.doubt(bea, other)
    client = signed_in(us.ada)

    page = client.get(f"/customers/same/{edge.pk}/").content.decode()
    chosen = {"verdict": "same", "keep": bea.pk, "take-city": bea.pk, "take-name": other.pk}
    client.post(f"/customers/same/{edge.pk}/answer/", chosen)
    bea.refresh_from_db()
    told = client.get("/customers/same/").content.decode()
    way = told.split('action="/customers/same/undo/')[1].split('"')[0]
    client.post(f"/customers/same/undo/{way}")

    assert 'name="take-city"' in page
    assert (bea.city, bea.name) == ("Porto", "B. Brand")
    assert Merge.objects.get().undone_at is not None


def test_contractors_find_nothing_of_it():
    us, bea, row, edge = asked()
    client = signed_in(us.cleo)

    gets = [client.get(way) for way in ("/customers/same/", f"/customers/same/{edge.pk}/", "/customers/unlinked/")]
    gets += [
        client.get(way) for way in (f"/customers/{bea.pk}/merge/", f"/seen/presence/{row.pk}/", "/customers/joins/")
    ]
    posted = client.post(f"/customers/same/{edge.pk}/answer/", {"verdict": "same"})

    assert {one.status_code for one in [*gets, posted]} == {403}
    assert Edge.objects.get(pk=edge.pk).until is None


def test_many_are_accepted_by_admins_only_with_the_expected_error_before_them():
    us, _, row, _ = asked(sure=0.99)

    shown = signed_in(us.aron).get("/customers/same/").content.decode()
    hidden = signed_in(us.lea).get("/customers/same/").content.decode()
    signed_in(us.aron).post("/customers/same/many/", {"threshold": "0.95"})
    quality = signed_in(us.aron).get("/customers/same/quality/").content.decode()

    assert "Joining all 1 from there would be wrong in about 0.0" in shown
    assert "Many at once" not in hidden
    assert Profile.objects.get(pk=row.pk).person is not None
    assert "100 %" in quality
    assert signed_in(us.lea).get("/customers/same/quality/").status_code == 403


def test_hostile_words_of_a_clue_are_shown_as_words():
    letters = "A" * 1_000_000
    us, _, _, edge = asked(
        cast.clue("<script>alert(1)</script>", 3.0, seen="javascript:alert(1)", detail=letters),
        {"clue": "x", "weight": "many", "seen": {"a": 1}},
    )

    page = signed_in(us.ada).get(f"/customers/same/{edge.pk}/").content.decode()

    assert "<script>alert" not in page
    assert "javascript:" not in page
    assert len(page) < 200_000


def test_an_unlinked_presence_is_listed_searched_and_shows_whose_it_may_be():
    us, bea, row, edge = asked()
    client = signed_in(us.ada)

    listed = client.get("/customers/unlinked/").content.decode()
    found = client.get("/customers/unlinked/?q=POURS").content.decode()
    none = client.get("/customers/unlinked/?q=tilo").content.decode()
    searched = client.get("/search/?q=bea.pours").content.decode()
    page = client.get(f"/profiles/{row.pk}/").content.decode()

    assert all(f"/profiles/{row.pk}/" in one for one in (listed, found, searched))
    assert f"/profiles/{row.pk}/" not in none
    assert "Whose it may be" in page
    assert f"/customers/same/{edge.pk}/answer/" in page
    assert str(bea) in page


def test_how_we_know_tells_the_pool_and_leads_to_the_comparison():
    us, bea, row, edge = asked()
    told = {"because": edge.because, "probability": 0.9, "pool": 12_940, "by": "machine:identity"}
    Link.objects.create(profile=row, person=bea, state=LinkState.SUGGESTED, **told)

    page = signed_in(us.ada).get(f"/customers/{bea.pk}/").content.decode()
    labelled = signed_in(us.ada).post(f"/profiles/{row.pk}/label/", {"label": "work"})

    assert "90 % among 12,940" in page
    assert f"/customers/same/{edge.pk}/" in page
    assert labelled.status_code == 302
    assert Profile.objects.get(pk=row.pk).label == "work"


def test_people_are_merged_split_and_had_back_from_their_history():
    us, bea, _, _ = asked()
    client = signed_in(us.ada)
    other = cast.person("B. Brand", by=us.ada, email="b@brand.example")

    preview = client.get(f"/customers/{bea.pk}/merge/?with={other.pk}").content.decode()
    client.post(f"/customers/{bea.pk}/merge/", {"with": other.pk, "keep": bea.pk})
    merged = Person.objects.get(pk=other.pk).canonical_id
    mail = Profile.objects.get(network="email")
    parts = client.get(f"/customers/{bea.pk}/split/?profile={mail.pk}").content.decode()
    client.post(f"/customers/{bea.pk}/split/", {"profile": mail.pk, "split": "1"})
    past = client.get(f"/customers/{bea.pk}/joins/").content.decode()
    alone = Profile.objects.get(network="email").person

    assert "beside" in preview
    assert merged == bea.pk
    assert "Where each thing goes" in parts
    assert alone not in (bea, other)
    assert past.count("<li data-item>") == 2
    assert "joins/merge:" in past


def test_what_was_seen_leads_down_to_the_event_as_it_came():
    us = cast.staff()
    square = cast.source(owner=us.olga)
    said = cast.said(square, cast.event("p1", "My kettle leaks.", who="bea"))[0]
    client = signed_in(us.ada)

    presence = client.get(f"/seen/presence/{said.profile_id}/").content.decode()
    line = client.get(f"/seen/said/{said.pk}/").content.decode()
    number = Interaction.objects.get(pk=said.pk).extra["raws"][0]
    event = client.get(f"/seen/event/{number}/").content.decode()

    assert f"/seen/said/{said.pk}/" in presence
    assert f"/seen/event/{number}/" in line
    assert "&quot;text&quot;: &quot;My kettle leaks.&quot;" in event
    assert [client.get(f"/seen/{kind}/99999/").status_code for kind in ("presence", "said", "event")] == [404] * 3
