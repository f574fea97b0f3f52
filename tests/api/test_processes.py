"""Processes over the API: drawn, published, run, handed over, measured."""

from __future__ import annotations

import json

import pytest

import cast
from mutuals.processes import kinds
from mutuals.staff import tokens

pytestmark = pytest.mark.django_db
TEXT = """steps:
- {step: triage, limit: 1 hour, next: [reply]}
- {step: reply, next: [done]}
- {step: done, end: done}
"""


@pytest.fixture
def us():
    kinds.about(
        "complaint",
        label="Complaint",
        keys=("person",),
        read=lambda keys: {key: {} for key in keys},
        shown=lambda keys: {},
    )
    yield cast.staff()
    kinds.forget("complaint")


def asked(client, user, method, path, body=None):
    _, plain = tokens.make(user, name="t", scopes=["read", "write"], by=user, now=cast.NOW)
    sent = {"data": json.dumps(body), "content_type": "application/json"} if body is not None else {}
    answer = getattr(client, method)(f"/api/v1{path}", headers={"Authorization": f"Bearer {plain}"}, **sent)
    return answer.status_code, json.loads(answer.content)


def test_a_process_runs_from_its_text_to_its_figures(us, client):
    bea = cast.person(by=us.ada)
    _, made = asked(client, us.lea, "post", "/processes", {"name": "Complaint", "kind": "complaint", "text": TEXT})
    here = f"/processes/{made['id']}"

    wrong, why = asked(client, us.lea, "put", f"{here}/draft", {"text": TEXT.replace("1 hour", "soon")})
    asked(client, us.lea, "put", f"{here}/draft", {"text": TEXT.replace("1 hour", "2 hours"), "seen": 1})
    stale, _ = asked(client, us.lea, "put", f"{here}/draft", {"text": TEXT, "seen": 1})
    _, used = asked(client, us.lea, "post", f"{here}/publish", {"seen": 2})
    _, again = asked(client, us.lea, "post", f"{here}/publish", {})
    _, begun = asked(client, us.ada, "post", f"{here}/start", {"abouts": [f"person:{bea.pk}", "deal:1"]})
    item = begun["done"][0]
    _, moved = asked(
        client, us.ada, "post", f"/processes/items/{item['id']}/move", {"to": "reply", "seen": item["changes"]}
    )
    told = {"reason": "Yours", "next_action": "Call", "team_id": us.sales.pk}
    _, offer = asked(client, us.ada, "post", f"/processes/items/{item['id']}/hand-over", told)
    refused, _ = asked(client, us.ada, "post", f"/processes/items/{item['id']}/move", {"to": "done"})
    _, taken = asked(client, us.ben, "post", f"/processes/handovers/{offer['id']}/accept")
    _, whole = asked(client, us.ben, "get", f"/processes/items/{item['id']}")
    _, figures = asked(client, us.ada, "get", f"{here}/figures?version=1")

    assert (wrong, "Line 2: Step 1, limit:" in json.dumps(why)) == (422, True)
    assert stale == 422
    assert (used["state"], again["number"]) == ("in_use", 1)
    assert list(begun["refused"]) == ["deal:1"]
    assert (moved["step"], refused) == ("reply", 422)
    assert taken["accepted_at"]
    assert [(one["came_from"], one["to"]) for one in whole["passages"]] == [("", "triage"), ("triage", "reply")]
    assert whole["handovers"][0]["reason"] == "Yours"
    assert figures[0]["steps"][0]["left"] == 1


def test_a_shipped_process_is_drawn_by_its_name_and_staff_may_not(us, client):
    _, shipped = asked(client, us.ada, "get", "/processes/templates")
    body = {"name": "Autumn", "kind": "campaign", "pillar": "marketing", "template": "campaign"}

    may_not, _ = asked(client, us.ada, "post", "/processes", body)
    none, why = asked(client, us.lea, "post", "/processes", body | {"template": "sales_to_cats"})
    made, row = asked(client, us.lea, "post", "/processes", body)

    assert len(shipped) == 9
    assert (none, "no template" in json.dumps(why, ensure_ascii=False)) == (422, True)
    assert (may_not, made, row["is_open"], row["draft"]) == (403, 201, True, 1)


def test_many_are_moved_and_each_that_cannot_go_is_named_by_its_number(us, client):
    bea = cast.person(by=us.ada)
    _, made = asked(client, us.lea, "post", "/processes", {"name": "Complaint", "kind": "complaint", "text": TEXT})
    here = f"/processes/{made['id']}"
    asked(client, us.lea, "post", f"{here}/publish", {})
    _, begun = asked(client, us.ada, "post", f"{here}/start", {"abouts": [f"person:{bea.pk}"]})
    item = begun["done"][0]["id"]

    _, told = asked(client, us.ada, "post", "/processes/items/move", {"ids": [item, item + 1], "to": "reply"})
    _, gone = asked(client, us.ada, "post", "/processes/items/move", {"ids": [item], "to": "triage"})

    assert [one["id"] for one in told["done"]] == [item]
    assert list(told["refused"]) == [str(item + 1)]
    assert list(gone["refused"]) == [str(item)]


def test_a_draft_is_not_begun_over_a_version_that_was_published_meanwhile(us, client):
    _, made = asked(client, us.lea, "post", "/processes", {"name": "Complaint", "kind": "complaint", "text": TEXT})
    here = f"/processes/{made['id']}"
    asked(client, us.lea, "post", f"{here}/publish", {})
    asked(client, us.olga, "put", f"{here}/draft", {"text": TEXT.replace("1 hour", "2 hours"), "version": 1, "seen": 1})
    asked(client, us.olga, "post", f"{here}/publish", {})

    stale, _ = asked(client, us.lea, "put", f"{here}/draft", {"text": TEXT, "version": 1, "seen": 1})
    _, now = asked(client, us.lea, "get", here)

    assert (stale, now["in_use"], now["draft"]) == (422, 2, None)


def test_a_case_is_opened_by_the_usual_process_and_both_end_together(us, client):
    bea = cast.person(by=us.ada)
    usual = {"title": "It leaks", "person_id": bea.pk, "usual_process": True}

    _, made = asked(client, us.ada, "post", "/cases", usual)
    item = made["item"]
    _, plain = asked(client, us.ada, "post", "/cases", {"title": "Plain", "person_id": bea.pk})
    unknown, _ = asked(client, us.ada, "post", "/cases", {"title": "X", "person_id": bea.pk, "process_id": 999_999})
    asked(client, us.ada, "post", f"/processes/items/{item['id']}/move", {"to": "work"})
    _, ended = asked(client, us.ada, "patch", f"/cases/{made['id']}", {"state": "solved"} | cast.ENDED)

    assert (item["process"]["name"], item["step"], item["about"]) == ("Service case", "new", f"case:{made['id']}")
    assert (plain["item"], unknown) == (None, 404)
    assert (ended["state"], ended["item"]["state"], ended["item"]["step"]) == ("solved", "done", "closed")


def test_a_lead_says_which_process_is_the_usual_one(us, client):
    _, made = asked(client, us.lea, "post", "/processes", {"name": "Complaint", "kind": "complaint", "text": TEXT})
    here = f"/processes/{made['id']}"

    early, _ = asked(client, us.lea, "post", f"{here}/usual", {})
    asked(client, us.lea, "post", f"{here}/publish", {})
    _, told = asked(client, us.lea, "post", f"{here}/usual", {})
    _, off = asked(client, us.lea, "post", f"{here}/usual", {"usual": False})
    denied, _ = asked(client, us.ada, "post", f"{here}/usual", {})

    assert (early, told["is_usual"], off["is_usual"], denied) == (422, True, False, 403)
