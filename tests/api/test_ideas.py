"""Ideas over the API: written down, asked for, voted for, decided, merged and parted; walked to the end."""

from __future__ import annotations

import json

import pytest

import cast
from mutuals.communities.models import Idea
from mutuals.staff import tokens

pytestmark = pytest.mark.django_db


@pytest.fixture
def us():
    return cast.staff()


def asked(client, user, method, path, body=None):
    _, plain = tokens.make(user, name="t", scopes=["read", "write"], by=user, now=cast.NOW)
    sent = {"data": json.dumps(body), "content_type": "application/json"} if body is not None else {}
    answer = getattr(client, method)(f"/api/v1{path}", headers={"Authorization": f"Bearer {plain}"}, **sent)
    return answer.status_code, json.loads(answer.content)


def test_an_idea_goes_from_a_message_to_those_who_were_told(us, client):
    bea = cast.person(by=us.ada)
    first, second = cast.said(
        cast.source(owner=us.olga), cast.event("p1", "Red lids"), cast.event("p2", "Red!", who="bo")
    )

    _, made = asked(client, us.ada, "post", "/ideas", {"interaction_id": first.pk, "text": "Why only grey?"})
    again, same = asked(client, us.ada, "post", "/ideas", {"interaction_id": first.pk})
    here = f"/ideas/{made['id']}"
    _, joined = asked(client, us.ada, "post", f"{here}/askers", {"interaction_id": second.pk})
    _, noted = asked(client, us.ada, "post", f"{here}/askers", {"person_id": bea.pk, "words": "Red, please"})
    neither, _ = asked(client, us.ada, "post", f"{here}/askers", {})
    _, voted = asked(client, us.ada, "post", f"{here}/votes", {"person_id": bea.pk})
    refused, why = asked(client, us.ada, "patch", here, {"state": "declined"})
    _, planned = asked(client, us.ada, "patch", here, {"state": "planned"})
    _, askers = asked(client, us.ada, "get", f"{here}/askers")
    _, told = asked(client, us.ada, "post", f"{here}/told", {"asker_ids": [one["id"] for one in askers["items"]]})
    gone = [asked(client, us.ada, "delete", f"{here}/votes/{bea.pk}")[0] for _ in range(2)]
    asked(client, us.ada, "delete", f"{here}/askers/{askers['items'][0]['id']}")
    _, ended = asked(client, us.ada, "get", here)

    assert (made["title"], made["text"]) == ("Red lids", "Why only grey?")
    assert (again, same["id"]) == (201, made["id"])
    assert (joined["askers"], noted["askers"], voted["votes"], planned["state"]) == (2, 3, 1, "planned")
    assert (neither, refused) == (422, 422)
    assert "Say why" in why["detail"]
    assert {one["words"] for one in askers["items"]} == {"Red lids", "Red!", "Red, please"}
    assert told == {"changed": 3}
    assert gone == [200, 200]
    assert (ended["votes"], ended["askers"]) == (0, 2)


def test_lists_are_walked_in_every_order_and_foreign_cursors_refused(us, client):
    for n in range(5):
        asked(client, us.ada, "post", "/ideas", {"title": f"Idea {n}"})
    Idea.objects.filter(title="Idea 2").update(votes=3, worth="19.90", worth_currency="EUR")

    walked = {}
    for sort in ("new", "votes", "value"):
        rows, cursor = [], ""
        while cursor is not None:
            _, page = asked(client, us.ada, "get", f"/ideas?sort={sort}&limit=2&cursor={cursor}")
            rows += [one["title"] for one in page["items"]]
            cursor = page["next"]
        walked[sort] = rows
    foreign, _ = asked(client, us.ada, "get", "/ideas?cursor=WyJ4IiwxXQ")

    assert walked["new"] == [f"Idea {n}" for n in (4, 3, 2, 1, 0)]
    assert walked["votes"] == walked["value"] == ["Idea 2", "Idea 4", "Idea 3", "Idea 1", "Idea 0"]
    assert foreign == 422


def test_two_are_merged_and_parted_run_and_go_through_the_trash(us, client):
    _, red = asked(client, us.ada, "post", "/ideas", {"title": "Red lids"})
    _, lids = asked(client, us.ada, "post", "/ideas", {"title": "Lids in red"})
    here = f"/ideas/{red['id']}"

    _, kept = asked(client, us.ada, "post", f"{here}/merge", {"idea_id": lids["id"]})
    _, away = asked(client, us.ada, "get", here)
    _, parted = asked(client, us.ada, "post", f"{here}/part")
    _, runs = asked(client, us.ada, "post", f"{here}/start")
    _, trashed = asked(client, us.ada, "post", f"{here}/trash")
    _, listed = asked(client, us.ada, "get", "/ideas")
    _, back = asked(client, us.ada, "post", f"{here}/restore")
    _, edited = asked(client, us.ada, "patch", here, {"title": "Red covers", "product_id": None})

    assert kept["id"] == away["merged_into"] == lids["id"]
    assert parted["merged_into"] is None
    assert runs["item_id"] is not None
    assert trashed["trashed_at"]
    assert [one["id"] for one in listed["items"]] == [lids["id"]]
    assert back["trashed_at"] is None
    assert edited["title"] == "Red covers"


def test_what_is_not_there_is_not_found_and_contractors_get_nothing(us, client):
    _, red = asked(client, us.ada, "post", "/ideas", {"title": "Red lids"})

    missing = [
        asked(client, us.ada, "get", "/ideas/99")[0],
        asked(client, us.ada, "post", "/ideas", {"title": "x", "product_id": 99})[0],
        asked(client, us.ada, "post", "/ideas", {"interaction_id": 99})[0],
        asked(client, us.ada, "post", f"/ideas/{red['id']}/merge", {"idea_id": 99})[0],
        asked(client, us.ada, "post", f"/ideas/{red['id']}/votes", {"person_id": 99})[0],
    ]

    assert missing == [404] * 5
    assert asked(client, us.ada, "post", "/ideas", {"title": ""})[0] == 422
    client.force_login(us.cleo)
    assert client.get("/api/v1/ideas").status_code == 403
    assert client.post("/api/v1/ideas", {"title": "Mine"}, content_type="application/json").status_code == 403
