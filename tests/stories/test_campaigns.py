"""J7 by API and terminal: planned, settled, exported, touched, answered, bought; every figure with its rows."""

import json
from decimal import Decimal

import pytest

import cast
from mutuals import cli
from mutuals.base import clock
from mutuals.identity import offered
from mutuals.outreach import renewing, segments
from mutuals.people import consent
from mutuals.people.models import Person
from mutuals.sales.orders import LineIn, OrderIn
from mutuals.staff import tokens

pytestmark = pytest.mark.django_db


@pytest.fixture
def doors(client, capsys):
    """The API and the terminal, in the name of a lead, and Bea, who wants news, with Bo, who was not asked, in a segment."""
    us, now = cast.staff(), clock.now()
    _, plain = tokens.make(us.lea, name="t", scopes=["read", "write"], by=us.lea, now=now)
    bea, bo = (cast.person(f"{name} Brand", by=us.ada, email=f"{name}@kettles.example") for name in ("Bea", "Bo"))
    consent.give(bea, "newsletter", consent.Evidence(words="Yes"), by=us.ada, now=now)
    of = segments.add(by=us.ada, now=now, name="Both", people=[bea.pk, bo.pk])
    renewing.look(of.pk)

    def asked(method, path, body=None):
        sent = {"data": json.dumps(body), "content_type": "application/json"} if body is not None else {}
        answer = getattr(client, method)(f"/api/v1{path}", headers={"Authorization": f"Bearer {plain}"}, **sent)
        if answer.streaming:
            return answer.status_code, b"".join(answer.streaming_content).decode()
        return answer.status_code, json.loads(answer.content)

    def said(*argv):
        code = cli.main([*map(str, argv), "--as", us.lea.email, "--json"])
        return code, json.loads(capsys.readouterr().out)

    return us, bea, of, asked, said


def bought(us, person):
    """An order of 40 EUR, now."""
    order = OrderIn("K-1", clock.now(), "EUR", lines=(LineIn("Kettle", unit_price=Decimal(40)),))
    offered.enter(order, person=Person.objects.get(pk=person.pk), organisation=None, by=us.ada, now=clock.now())


def test_a_campaign_is_run_by_programs_and_by_the_terminal(doors, tmp_path):
    us, bea, of, asked, said = doors
    plan = {"name": "Spring letter", "purpose": "newsletter", "segment_id": of.pk, "cost": "10", "currency": "EUR"}
    _, made = asked("post", "/campaigns", plan)
    here = f"/campaigns/{made['id']}"
    early, _ = asked("get", f"{here}/audience.csv")
    _, settled = asked("post", f"{here}/settle")
    _, left = asked("get", f"{here}/audience?reason=no_consent")
    _, csv = asked("get", f"{here}/audience.csv")
    exported, told = said("campaigns", "export", made["id"], "--out", tmp_path / "out.csv")
    _, touched = asked("post", f"{here}/touches", {})
    _, again = said("campaigns", "touch", made["id"])
    bought(us, bea)
    asked("post", f"{here}/responses", {"person_id": bea.pk, "words": "On the phone"})
    _, answers = asked("get", f"{here}/responses")
    _, figures = asked("get", f"{here}/figures")
    _, orders = asked("get", f"{here}/orders")
    shown, line = said("campaigns", "show", made["id"])
    _, changed = asked("patch", here, {"within_days": 5, "state": "running"})
    wrong = [asked("patch", here, {"segment_id": 10**9})[0], asked("post", "/campaigns", {"name": "x"})[0]]
    asked("delete", f"{here}/responses/{answers['items'][0]['id']}")
    asked("post", f"{here}/trash")
    _, gone = asked("get", "/campaigns")

    assert (early, settled["settling"], settled["settled"]) == (422, "done", 2)
    assert [one["label"] for one in left["items"]] == ["No consent"]
    assert "bea@kettles.example" in csv.lower()
    assert "bo@kettles.example" not in csv.lower()
    assert (exported, told["people"], touched, again) == (0, 1, {"changed": 1}, {"new": 0})
    assert (figures["revenue"], figures["gain"], figures["answered"], figures["cost_of_answer"]) == (
        "40.00",
        300,
        1,
        "10.00",
    )
    assert [one["number"] for one in orders] == ["K-1"]
    assert (shown, line["orders"], line["audience"][1]) == (0, 1, {"why": "No consent", "people": 1})
    assert (changed["within_days"], changed["state"], changed["name"]) == (5, "running", "Spring letter")
    assert wrong == [404, 422]
    assert gone["items"] == []
