"""Merging and splitting by the API; ids that were merged away."""

import cast
from mutuals.identity import link
from mutuals.people.models import Person, Profile


def two(staff):
    return cast.person(by=staff.ada), cast.person("B. Brand", by=staff.ada, email="b@brand.example", city="Braga")


def posted(caller, path, body):
    answer = caller("POST", path, body)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_two_are_merged_with_a_choice_and_taken_apart_by_the_key_of_the_answer(staff, ada):
    bea, double = two(staff)

    before = ada.get(f"/people/{bea.pk}/merge?with_id={double.pk}")
    done = posted(ada, f"/people/{bea.pk}/merge", {"with_id": double.pk, "choices": {"city": "gone", "name": "kept"}})
    merged = ada.get(f"/people/{bea.pk}")
    history = ada.get(f"/people/{bea.pk}/joins")
    undone = posted(ada, "/joins/undo", {"key": done["key"]})

    assert (before["kept"]["id"], before["against"]) == (bea.pk, [])
    assert (merged["name"], merged["city"], merged["email"]) == ("Bea Brand", "Braga", "b@brand.example")
    assert [row["key"] for row in history["items"]] == [done["key"]]
    assert undone["other"]["id"] == double.pk
    assert ada.get(f"/people/{bea.pk}")["city"] == ""


def test_an_id_that_was_merged_away_leads_to_the_new_one_and_no_further_after_the_split(staff, ada):
    bea, double = two(staff)
    done = posted(ada, f"/people/{bea.pk}/merge", {"with_id": double.pk})

    moved = ada("GET", f"/people/{double.pk}?x=1"), ada("PATCH", f"/people/{double.pk}", {"city": "Faro"})
    read = ada("GET", f"/people/{double.pk}")
    parted = posted(ada, "/joins/part", {"key": done["key"], "note": "Two voices."})
    own = ada("GET", f"/people/{double.pk}")

    assert moved[0].status_code == 422  # a query that nobody asked for
    assert (moved[1].status_code, moved[1]["Location"]) == (308, f"/api/v1/people/{bea.pk}")
    assert (read.status_code, read["Cache-Control"]) == (308, "no-store")
    assert parted["key"] == f"un{done['key']}"
    assert own.status_code == 200
    assert ada("POST", f"/people/{bea.pk}/merge", {"with_id": double.pk}).status_code == 409


def test_a_body_may_name_an_id_that_was_merged_away(staff, ada):
    bea, double = two(staff)
    posted(ada, f"/people/{bea.pk}/merge", {"with_id": double.pk})
    order = {"number": "A-1", "placed_at": "2026-11-20T10:00:00Z", "currency": "EUR", "total": "5.00"}
    free = cast.profile()

    kept = ada("PUT", "/orders", {"orders": [{**order, "person_id": double.pk}]})
    linked = posted(ada, f"/profiles/{free.pk}/confirm", {"person_id": double.pk})

    assert kept.status_code == 200
    assert Person.objects.get(pk=bea.pk).order_count == 1
    assert linked["person_id"] == bea.pk
    assert ada.get(f"/profiles/{free.pk}")["person_id"] == bea.pk


def test_a_message_names_whom_its_person_became(staff, ada):
    bea, double = two(staff)
    town = cast.source(owner=staff.olga, team=staff.service)
    row = cast.said(town, cast.event("m1"))[0]
    link.confirm(row.profile, person=double, by=staff.ada, now=cast.NOW)
    posted(ada, f"/people/{bea.pk}/merge", {"with_id": double.pk})

    said = ada.get(f"/people/{bea.pk}/timeline")["items"]

    assert [one["profile"]["person_id"] for one in said] == [bea.pk]
    assert Profile.objects.get(pk=row.profile_id).person == double


def test_profiles_are_split_off_after_a_look_at_what_follows(staff, ada):
    bea, _ = two(staff)
    town = cast.source(owner=staff.olga, team=staff.service)
    row = cast.said(town, cast.event("m1"))[0].profile
    link.confirm(row, person=bea, by=staff.ada, now=cast.NOW)

    before = ada.get(f"/people/{bea.pk}/split?profile_id={row.pk}")
    done = posted(ada, f"/people/{bea.pk}/split", {"profile_ids": [row.pk]})
    back = posted(ada, "/joins/undo", {"key": done["key"]})

    assert {"name": "messages", "here": 0, "there": 1} in before["shares"]
    assert done["other"]["name"] == "@bea"
    assert (back["person"]["id"], back["edited_since"]) == (bea.pk, [])
    assert len(ada.get("/joins?limit=1")["items"]) == 1
    assert ada.get("/joins?limit=1")["next"]


def test_the_same_merge_twice_by_one_key_is_done_once(staff, ada):
    bea, double = two(staff)
    body = {"with_id": double.pk}

    first = ada("POST", f"/people/{bea.pk}/merge", body, Idempotency_Key="one")
    second = ada("POST", f"/people/{bea.pk}/merge", body, Idempotency_Key="one")
    third = ada("POST", f"/people/{bea.pk}/merge", body)

    assert first.content == second.content
    assert third.json()["new"] is False
    assert third.json()["key"] == first.json()["key"]


def test_before_somebody_leaves_again_it_is_told_where_each_thing_goes(staff, ada):
    bea, double = two(staff)
    town = cast.source(owner=staff.olga, team=staff.service)
    row = cast.said(town, cast.event("m1"))[0]
    link.confirm(row.profile, person=double, by=staff.ada, now=cast.NOW)
    done = posted(ada, f"/people/{bea.pk}/merge", {"with_id": double.pk})

    before = ada.get(f"/joins/part?key={done['key']}")
    untouched = Person.objects.get(pk=double.pk).canonical_id
    posted(ada, "/joins/part", {"key": done["key"]})

    assert (before["person"]["id"], before["other"]["id"]) == (bea.pk, double.pk)
    assert {"name": "messages", "here": 0, "there": 1} in before["shares"]
    assert untouched == bea.pk
    assert ada("GET", f"/joins/part?key={done['key']}").status_code == 422
    assert ada("GET", "/joins/part?key=split:1").status_code == 422
