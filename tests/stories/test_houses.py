"""Families, merges, places, relations, territories and what is nobody's: by screen, by API and in the terminal."""

import json

import pytest
from django.test import Client

import cast
from mutuals import cli
from mutuals.base import clock
from mutuals.people import organisations as acts
from mutuals.people.models import Affiliation, Organisation, Person, Territory
from mutuals.records.models import Relation
from mutuals.staff import tokens

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return cast.staff()


def as_(user):
    client = Client()
    client.force_login(user)
    return client


def house(name, here, **more):
    return acts.add(by=here.ada, name=name, now=cast.NOW, **more)


def test_a_group_is_made_seen_and_merged_on_its_pages_and_undone(here):
    top, shop, twin = house("Holding", here), house("Kettle shop", here), house("Kettle shop Ltd", here)
    acts.affiliate(cast.person(by=here.ada), shop, by=here.ada)
    client = as_(here.ada)
    told = {"name": "Kettle shop", "stage": "customer", "owner": here.ben.pk, "parent": "Holding"}

    client.post(f"/organisations/{shop.pk}/edit/", told)
    circle = client.post(f"/organisations/{top.pk}/edit/", {"name": "Holding", "parent": str(shop.pk)})
    page = client.get(f"/organisations/{top.pk}/").text
    client.post(f"/organisations/{shop.pk}/merge/", {"other": "Kettle shop Ltd"})
    moved = client.get(f"/organisations/{twin.pk}/")
    offered = client.get(f"/organisations/{shop.pk}/merge/").text
    undone = client.post(
        offered.split('action="/organisations/merges/')[1].split('"')[0].join(["/organisations/merges/", ""])
    )

    shop.refresh_from_db()
    assert (shop.parent, shop.owner, shop.stage) == (top, here.ben, "customer")
    assert circle.status_code == 422
    assert "cannot be a part of itself" in circle.text
    assert "The whole group" in page
    assert "Kettle shop" in page
    assert "Part of" in client.get(f"/organisations/{shop.pk}/").text
    assert moved.headers["Location"] == f"/organisations/{shop.pk}/"
    assert undone.headers["Location"] == f"/organisations/{twin.pk}/"
    assert not Organisation.objects.exclude(merged_into=None).exists()


def test_places_are_shown_and_edited_on_both_pages(here):
    bea = cast.person(by=here.ada, email="bea@works.example")
    works, club = house("Works", here, domain="works.example"), house("Club", here)
    client = as_(here.ada)
    asked = client.get(f"/customers/{bea.pk}/places/").text

    client.post(f"/customers/{bea.pk}/places/", {"organisation": str(works.pk)})
    client.post(f"/customers/{bea.pk}/places/", {"organisation": "Club", "role": "Treasurer", "since": "2024-05-01"})
    place = Affiliation.objects.get(organisation=club)
    wrong = client.post(
        f"/affiliations/{place.pk}/", {"role": "Treasurer", "since": "2024-05-01", "until": "2020-01-01"}
    )
    client.post(f"/affiliations/{place.pk}/", {"role": "Chair", "since": "2024-05-01", "until": "2025-01-01"})
    page = client.get(f"/organisations/{club.pk}/").text

    assert "Do they belong there?" in asked
    assert wrong.status_code == 422
    assert f"/affiliations/{place.pk}/" in page
    assert "Chair" in page
    client.post(f"/affiliations/{place.pk}/remove/")
    assert [one.organisation for one in Affiliation.objects.all()] == [works]
    assert as_(here.cleo).get(f"/customers/{bea.pk}/places/").status_code == 403


def test_relations_stand_on_the_pages_of_both_and_are_changed_there(here):
    bea, works = cast.person(by=here.ada), house("Works", here)
    client, key = as_(here.ada), f"person:{bea.pk}"
    as_(here.aron).post("/relations/", {"words": "looks after", "inverse": "is looked after by"})
    own = next(
        line for line in client.get(f"/relations/{key}/").text.split('value="') if line.startswith("own_")
    ).split("&")[0]

    client.post(f"/relations/{key}/", {"way": "supplies<", "record": "organisation", "other": "works", "note": "Lids"})
    client.post(f"/relations/{key}/", {"way": f"{own}>", "record": "organisation", "other": f"organisation:{works.pk}"})
    nobody = client.post(f"/relations/{key}/", {"way": "supplies>", "record": "organisation", "other": "Nowhere"})
    card = client.get(f"/relations/organisation:{works.pk}/", headers={"HX-Request": "true"}).text
    row = Relation.objects.get(kind="supplies")
    client.post(f"/relations/{row.pk}/edit/", {"until": "2025-03-01", "note": "Lids"})
    page = client.get(f"/relations/{key}/").text
    client.post(f"/relations/{row.pk}/remove/")

    assert (row.one, row.other) == (f"organisation:{works.pk}", key)
    assert nobody.status_code == 422
    assert "<html" not in card
    assert {words for words in ("supplies", "is looked after by") if words in card} == {
        "supplies",
        "is looked after by",
    }
    assert "is supplied by, formerly" in page
    assert Relation.objects.count() == 1
    assert f'hx-get="/relations/{key}/"' in client.get(f"/customers/{bea.pk}/").text
    assert as_(here.cleo).get(f"/relations/{key}/").status_code == 403
    assert client.post("/relations/", {"words": "rides"}).status_code == 403


def test_a_territory_is_made_tried_and_placed_and_what_is_left_is_given_by_hand(here):
    bea, bo = cast.person(by=here.ada, city="Porto"), cast.person("Bo", by=here.ada)
    client = as_(here.lea)
    told = {"name": "Porto", "record": "person", "condition": "city:is:Porto", "owner": here.ben.pk}

    wrong = client.post("/territories/new/", told | {"condition": "no_such:is:x"})
    client.post("/territories/new/", told)
    page = client.get("/territories/").text
    placed = client.post("/territories/place/", {"record": "person"})
    client.post(f"/territories/{Territory.objects.get().pk}/", {**told, "name": "North", "position": "1"})
    counts = client.get("/ownerless/").text
    given = client.post("/ownerless/people/", {"id": [str(bo.pk)], "to": here.ada.pk})
    client.post(placed.headers["Location"] + "undo/")

    assert wrong.status_code == 422
    assert "Place 1 people now" in page
    assert "/ownerless/people/" in counts
    assert given.status_code == 302
    assert dict(Person.objects.values_list("name", "owner__name")) == {"Bea Brand": None, "Bo": "Ada"}
    assert Territory.objects.get().name == "North"
    admin = as_(here.aron)
    assert "Hand all of it over" in admin.get(f"/staff/{here.ada.pk}/owns/").text
    admin.post(f"/staff/{here.ada.pk}/owns/", {"to": here.ben.pk})
    assert Person.objects.get(pk=bo.pk).owner == here.ben
    assert as_(here.ada).post("/territories/place/", {"record": "person"}).status_code == 403
    assert bea.pk


def test_the_same_works_by_the_api(here):
    bea, top, shop = cast.person(by=here.ada, city="Porto"), house("Holding", here), house("Shop", here)
    key = tokens.make(here.aron, name="t", scopes=["read", "write", "admin"], now=clock.now())[1]
    client = Client(headers={"Authorization": f"Bearer {key}"})

    def ask(method, path, body=None):
        answer = client.generic(
            method, f"/api/v1{path}", json.dumps(body) if body is not None else "", "application/json"
        )
        assert answer.status_code < 300, answer.text
        return answer.json()

    changed = ask("PATCH", f"/organisations/{shop.pk}", {"parent_id": top.pk, "owner_id": here.ben.pk, "stage": "lead"})
    kin = ask("GET", f"/organisations/{top.pk}/family")
    twin = ask("POST", "/organisations", {"name": "Shop Ltd", "parent_id": top.pk})
    merged = ask("POST", f"/organisations/{shop.pk}/merges", {"other_id": twin["id"]})
    again = ask("POST", f"/organisations/{shop.pk}/merges", {"other_id": twin["id"]})
    undone = ask("POST", f"/organisation-merges/{merged['id']}/undo")
    place = ask("POST", f"/organisations/{shop.pk}/affiliations", {"person_id": bea.pk})
    ask("PATCH", f"/affiliations/{place['id']}", {"role": "Maker", "is_main": True})
    places = ask("GET", f"/people/{bea.pk}/affiliations")
    ask("DELETE", f"/affiliations/{place['id']}")
    ends = {"one": f"person:{bea.pk}", "kind": "advises", "other": f"organisation:{shop.pk}"}
    related = ask("POST", "/relations", ends)
    ask("PATCH", f"/relations/{related['id']}", {"note": "Since long"})
    seen = ask("GET", f"/relations?of=organisation:{shop.pk}")
    ask("DELETE", f"/relations/{related['id']}")
    land = ask(
        "POST", "/territories", {"name": "P", "record": "person", "where": "city:is:Porto", "owner_id": here.ben.pk}
    )
    shares = ask("GET", "/territories/shares?record=person")
    batch = ask("POST", "/territories/place", {"record": "person"})
    back = ask("POST", f"/batches/{batch['batch_id']}/undo")
    loose = {one["kind"]: one["count"] for one in ask("GET", "/ownerless")}
    given = ask("POST", "/ownerless/people/give", {"ids": [bea.pk], "owner_id": here.ada.pk})
    holds = ask("POST", f"/users/{here.ada.pk}/hand-over", {"to_id": here.ben.pk})

    assert (changed["parent"]["name"], changed["owner"]["name"], changed["stage"]) == ("Holding", "Ben", "lead")
    assert [one["organisation"]["name"] for one in kin["parts"]] == ["Holding", "Shop"]
    assert again["id"] == merged["id"]
    assert undone["undone_at"]
    assert (places[0]["role"], places[0]["is_main"]) == ("Maker", True)
    assert (seen[0]["words"], seen[0]["note"], seen[0]["other"]) == ("is advised by", "Since long", f"person:{bea.pk}")
    assert (land["where"], shares[0]["count"], batch["done"]) == ("city:is:Porto", 1, 1)
    assert back["state"] == "undone"
    assert loose["people"] == 1
    assert given == {"given": 1}
    assert holds["holds"]["people"] == 1


def test_the_same_works_in_the_terminal(here, capsys):
    bea = cast.person(by=here.ada, city="Porto")

    def run(*words):
        assert cli.main([*words, "--json"]) == 0, capsys.readouterr()
        return json.loads(capsys.readouterr().out)

    top, shop = run("organisations", "add", "Holding"), run("organisations", "add", "Shop")
    run("organisations", "edit", str(shop["id"]), "--parent", str(top["id"]), "--owner", here.ben.email)
    shown = run("organisations", "show", str(top["id"]))
    twin = run("organisations", "add", "Shop Ltd")
    merged = run("organisations", "merge", str(shop["id"]), str(twin["id"]))
    parted = run("organisations", "part", str(merged["merge"]))
    place = run("organisations", "place", str(shop["id"]), str(bea.pk), "--role", "Maker")
    places = run("organisations", "places", str(bea.pk))
    run("organisations", "unplace", str(place["place"]))
    related = run(
        "relations", "add", f"person:{bea.pk}", "advises", f"organisation:{shop['id']}", "--since", "2024-05-01"
    )
    ended = run("relations", "edit", str(related[0]["id"]), "--until", "2025-05-01")
    run("relations", "remove", str(related[0]["id"]))
    run("territories", "add", "Porto", "person", "city:is:Porto", here.ben.email, "--team", "Sales")
    looked = run("territories", "place", "person")
    placed = run("territories", "place", "person", "--yes")
    moved = run("territories", "hand-over", here.ben.email, "--to", here.ada.email)

    assert [part.strip() for part in shown["parts"]] == [f"{shop['id']} Shop"]
    assert parted["stays"] == []
    assert places["places"][0]["role"] == "Maker"
    assert ended[0]["until"] == "2025-05-01"
    assert looked == [{"territory": "Porto", "count": 1, "wrong": ""}]
    assert placed["done"] == 1
    assert moved["people"] == 1
