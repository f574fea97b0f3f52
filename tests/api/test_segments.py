"""Segments over the API and from the terminal: looked at before they are kept, kept, walked, asked why, changed."""

from __future__ import annotations

import json

import pytest

import cast
from mutuals import cli
from mutuals.outreach import renewing
from mutuals.outreach.models import Segment
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


def test_a_segment_goes_from_a_preview_to_its_people_and_into_the_trash(us, client):
    bea, bo = cast.person("Bea Brand", by=us.ada, city="Porto"), cast.person("Bo Brand", by=us.ada, city="Porto")
    porto = {"field": "city", "op": "is", "value": "Porto"}

    _, seen = asked(client, us.ada, "get", "/segments/preview?f=city:is:Porto")
    wrong, _ = asked(client, us.ada, "get", "/segments/preview?f=shoe:is:9")
    _, made = asked(client, us.ada, "post", "/segments", {"name": "In Porto", "condition": porto})
    twice, _ = asked(client, us.ada, "post", "/segments", {"name": "in porto", "condition": porto})
    odd, why_odd = asked(client, us.ada, "post", "/segments", {"name": "Odd", "condition": {"field": "shoe"}})
    here = f"/segments/{made['id']}"
    renewing.look(made["id"], now=cast.NOW)
    _, first = asked(client, us.ada, "get", f"{here}/people?limit=1")
    _, second = asked(client, us.ada, "get", f"{here}/people?limit=1&cursor={first['next']}")
    _, reasons = asked(client, us.ada, "get", f"{here}/people/{bea.pk}")
    _, own = asked(client, us.ada, "get", f"/people/{bea.pk}/segments")
    _, panel = asked(client, us.ada, "post", "/segments", {"name": "Panel", "ids": [bo.pk]})
    _, more = asked(client, us.ada, "post", f"/segments/{panel['id']}/people", {"ids": [bea.pk, bo.pk]})
    gone, _ = asked(client, us.ada, "delete", f"/segments/{panel['id']}/people/{bo.pk}")
    _, listed = asked(client, us.ada, "get", "/segments?limit=1")
    _, changed = asked(client, us.ada, "patch", here, {"name": "Porto", "owner_id": us.ben.pk})
    _, trashed = asked(client, us.ada, "post", f"{here}/trash")

    assert (seen["count"], seen["is_exact"], seen["sentence"]) == (2, True, "Town is Porto")
    assert (wrong, twice, odd) == (422, 422, 422)
    assert "condition" in json.dumps(why_odd)
    assert (made["state"], made["members"]) == ("building", 0)
    assert [page["items"][0]["id"] for page in (first, second)] == [bea.pk, bo.pk]
    assert reasons["is_member"]
    assert reasons["reasons"][0] == {
        "words": "Town is Porto",
        "holds": True,
        "value": "Porto",
        "records": [],
        "more": 0,
    }
    assert own == [{"id": made["id"], "name": "In Porto"}]
    assert (panel["members"], more["changed"], gone) == (1, 1, 200)
    assert listed["items"][0]["id"] == panel["id"]
    assert (changed["name"], changed["owner"]["name"]) == ("Porto", "Ben")
    assert trashed["trashed_at"]
    assert Segment.objects.get(pk=panel["id"]).members == 1


def test_the_terminal_makes_a_segment_and_says_why_somebody_is_in_it(us, capsys):
    bea = cast.person("Bea Brand", by=us.ada, city="Porto")

    def run(*words):
        code = cli.main([*words, "--json"])
        return code, json.loads(capsys.readouterr().out)

    _, seen = run("segments", "preview", "--where", "city:is:Porto")
    _, made = run("segments", "add", "In Porto", "--where", "city:is:Porto")
    renewing.look(made["id"], now=cast.NOW)
    _, people = run("segments", "people", str(made["id"]))
    _, why = run("segments", "why", str(made["id"]), str(bea.pk))

    assert seen["count"] == 1
    assert [one["id"] for one in people] == [bea.pk]
    assert (why["member"], why["reasons"][0]["value"]) == (True, "Porto")
