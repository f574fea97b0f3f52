"""The screens of identity: what stands on them, who may see and do what, what they cost, and hostile words."""

from urllib.parse import unquote

import pytest
from django.test import Client

import cast
from mutuals.base import clock
from mutuals.history.models import Interaction
from mutuals.identity import link, review
from mutuals.identity import merge as merging
from mutuals.identity.models import Edge, Link, LinkState, Merge, Model, Sweep
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

    assert "Joining all 1 from 95 % on would be wrong in about 0.0" in shown
    assert "Many at once" not in hidden
    assert Profile.objects.get(pk=row.pk).person is not None
    assert "100 %" in quality
    assert signed_in(us.lea).get("/customers/same/quality/").status_code == 403


def test_a_button_that_accepts_many_says_how_many_go_at_once():
    us, bea, _, _ = asked(sure=0.99)
    for number in range(review.MOST):
        cast.doubt(bea, cast.profile(f"@bea{number}"), sure=0.99)

    shown = signed_in(us.aron).get("/customers/same/").content.decode()

    assert "Joining all 201 from 95 % on" in shown
    assert "Accept the first 200<" in shown


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


def test_before_a_whole_person_is_split_off_it_is_shown_where_each_thing_goes():
    us, bea, _, _ = asked()
    client = signed_in(us.ada)
    other = cast.person("B. Brand", by=us.ada, email="b@brand.example")
    client.post(f"/customers/{bea.pk}/merge/", {"with": other.pk, "keep": bea.pk})
    row = Merge.objects.get()

    past = client.get(f"/customers/{bea.pk}/joins/").text
    before = client.get(f"/customers/joins/{row.pk}/split/").text
    still = Person.objects.get(pk=other.pk).canonical_id
    client.post(f"/customers/joins/{row.pk}/split/")
    again = client.get(f"/customers/joins/{row.pk}/split/", follow=True).text

    assert f'href="/customers/joins/{row.pk}/split/"' in past
    assert "Goes to B. Brand" in before
    assert still == bea.pk
    assert Person.objects.get(pk=other.pk).canonical_id == other.pk
    assert "split already" in again


def test_the_queue_alone_is_drawn_anew_with_how_far_a_search_is():
    us, _, _, edge = asked()
    begun = clock.now() - cast.minutes(10)
    Sweep.objects.create(kind="everybody", by="machine:identity", began_at=begun, looked_at=250, total=1000)
    client = signed_in(us.ada)

    part = client.get(f"/customers/same/{edge.pk}/", headers={"HX-Request": "true", "HX-Target": "pairs"}).text

    assert 'id="pairs"' in part
    assert "250 of 1,000 looked at, ready about" in part
    assert "How the clues add up" not in part


def test_the_place_in_the_queue_is_kept_from_pair_to_pair():
    us, bea, _, _ = asked()
    for number in range(30):
        cast.doubt(bea, cast.profile(f"@b{number}"), sure=0.3, priority=30 - number)
    client = signed_in(us.ada)

    first = client.get("/customers/same/").text
    place = first.split("/customers/same/?after=")[1].split('"')[0]
    second = client.get(f"/customers/same/?after={place}").text
    number = second.split('<a id="pair')[1].split('"')[0]
    done = client.post(
        f"/customers/same/{number}/answer/", {"verdict": "unsure", "next": number, "after": unquote(place)}
    )

    assert f"/customers/same/{number}/?after=" in second
    assert done["Location"].startswith(f"/customers/same/{number}/?after=")


def test_whoever_is_likely_to_be_somebody_else_as_well_is_not_accepted_in_bulk():
    us, _, row, edge = asked(sure=0.97)
    bo = cast.person("Bo Brand", by=us.ada)
    cast.doubt(bo, row, sure=0.5)
    other = cast.doubt(bo, cast.profile("@b9"), sure=0.98)

    told = signed_in(us.aron).post("/customers/same/many/", {"threshold": "0.95"}, follow=True).text

    assert "1 pair accepted; 1 stays open" in told
    assert Edge.objects.get(pk=edge.pk).until is None
    assert Edge.objects.get(pk=other.pk).until is not None


def test_why_not_tells_what_the_runner_up_lacks_and_when_they_are_the_likelier_one():
    us, _, row, edge = asked(cast.clue("Wrote of the same order", 8.0), sure=0.4)
    bo = cast.person("Bo Brand", by=us.ada)
    cast.doubt(bo, row, cast.clue("The same town", 1.0), sure=0.6)

    page = signed_in(us.ada).get(f"/customers/same/{edge.pk}/").text

    assert "likelier than this pair" in page
    assert "Lacks: Wrote of the same order" in page


def test_another_version_of_the_model_is_chosen_on_the_page_by_admins_alone():
    us = cast.staff()
    Model.objects.create(
        version="day-one-1.1", file={}, made_at=cast.NOW, by="machine:identity", measured={"pairs": 40}
    )
    way = "/customers/same/quality/use/"

    page = signed_in(us.aron).get("/customers/same/quality/").text
    answers = [signed_in(user).post(way, {"version": "day-one-1.1"}).status_code for user in (us.lea, us.aron)]
    gone = signed_in(us.aron).post(way, {"version": "nothing"}, follow=True).text

    assert "day-one-1.1" in page
    assert answers == [403, 302]
    assert Model.objects.get().is_in_use
    assert "not kept any more" in gone


def test_unlinked_presences_tell_whose_they_may_be_are_kept_to_one_network_and_noted_like_anybody():
    us, bea, row, edge = asked()
    tilo = cast.profile("@tilo", network="bluesky")
    client = signed_in(us.ada)

    listed = client.get("/customers/unlinked/").text
    only = client.get("/customers/unlinked/?network=bluesky").text
    client.post(f"/profiles/{row.pk}/remark/", {"text": "Rang about the lid.", "kind": "call"})
    page = client.get(f"/profiles/{row.pk}/").text
    link.confirm(row, person=bea, by=us.ada, now=cast.NOW)
    theirs = client.get(f"/customers/{bea.pk}/").text

    assert f'href="/customers/same/{edge.pk}/"' in listed
    assert f"/profiles/{tilo.pk}/" in only
    assert f"/profiles/{row.pk}/" not in only
    assert "Rang about the lid." in page
    assert "Rang about the lid." in theirs


def test_an_old_id_leads_on_from_every_page_of_a_person():
    us = cast.staff()
    bea, other = (cast.person(by=us.ada) for _ in range(2))
    merging.merge(bea, other, by=us.ada, now=clock.now(), keep=bea)
    client = signed_in(us.ada)

    found = [client.get(f"/customers/{other.pk}/{page}?a=1") for page in ("", "merge/", "split/", "joins/")]

    assert [one.status_code for one in found] == [302] * 4
    assert [one["Location"] for one in found] == [
        f"/customers/{bea.pk}/{page}?a=1" for page in ("", "merge/", "split/", "joins/")
    ]


def test_namesakes_are_told_apart_by_number_where_things_come_together_and_where_they_part():
    us = cast.staff()
    bea, other = (cast.person("Bea Brand", by=us.ada, email=f"bea{n}@brand.example") for n in range(2))
    client = signed_in(us.ada)

    before = client.get(f"/customers/{bea.pk}/merge/?with={other.pk}").content.decode()
    done = merging.merge(bea, other, by=us.ada, now=clock.now(), keep=bea)
    after = client.get(f"/customers/joins/{done.key.partition(':')[2]}/split/").content.decode()

    assert f"of Bea Brand ({other.pk}) beside" in before
    assert f"Stays with Bea Brand ({bea.pk})" in after
    assert f"Goes to Bea Brand ({other.pk})" in after


def test_whom_nobody_named_stands_with_what_is_known_of_them_and_the_number_beside_it():
    us = cast.staff()
    kept = cast.person("", by=us.ada, email="bea@kettle.example", city="Porto")
    record = Profile.objects.create(network="crm:1", key="K-2164", name="K-2164")
    edge = cast.doubt(kept, record)
    client = signed_in(us.ada)

    page = client.get(f"/customers/same/{edge.pk}/").content.decode()
    told = client.get(f"/profiles/{record.pk}/").content.decode()

    assert "Name not known, bea@kettle.example, Porto" in page
    assert f"Person {kept.pk}" in page
    assert '">Name not known</a></h2>' in page
    assert "K-2164, " in page
    assert "Name not known, bea@kettle.example, Porto" in told


def test_a_person_made_of_a_presence_is_called_by_it_only_until_a_file_names_them():
    us = cast.staff()
    row = cast.profile("@bea.pours")
    client = signed_in(us.ada)

    client.post(f"/profiles/{row.pk}/make/")
    person = Profile.objects.get(pk=row.pk).person
    record = Profile.objects.create(network="crm:1", key="K-2164", name="K-2164", shown="Bea Brand")
    link.confirm(record, person=person, by=us.ada, now=cast.NOW)

    assert person.name == "@bea.pours"
    assert Person.objects.get(pk=person.pk).name == "Bea Brand"
