"""Taking a list out by screen and by the API: the button, the form, the file, and who gets it."""

from __future__ import annotations

import json
import re

import pytest

import cast
from mutuals.inbox import cases
from mutuals.insights import exports_run
from mutuals.insights.models import Export
from mutuals.people import organisations
from mutuals.staff import tokens

pytestmark = pytest.mark.django_db


@pytest.fixture
def us():
    made = cast.staff()
    for name, city in (("Cup & Sons", "Porto"), ("Lid Ltd", "Porto"), ("Pot Inc", "Lisbon")):
        organisations.add(by=made.ada, name=name, city=city, now=cast.NOW)
    return made


@pytest.fixture
def as_(client):
    def signed(user):
        client.force_login(user)
        return client

    return signed


def worked():
    """Do what waits, as the worker would."""
    for number in Export.objects.values_list("pk", flat=True):
        exports_run.run_now(number)


def test_the_button_of_a_list_leads_through_its_condition_to_the_file(us, as_):
    lea = as_(us.lea)
    shown = lea.get("/organisations/?f=city:is:Porto&col=city&sort=newest").content.decode()
    way = re.search(r'href="(/exports/new/[^"]+)"', shown)[1].replace("&amp;", "&")

    asked = lea.get(way).content.decode()
    wrong = lea.post(way, {"form": "zip"})
    made = lea.post(way, {"form": "csv"})
    waits = lea.get(made.url).content.decode()
    early = lea.get(f"{made.url}file/", follow=True).content.decode()
    worked()
    ready = lea.get(made.url).content.decode()
    file = lea.get(f"{made.url}file/")
    listed = lea.get("/exports/").content.decode()

    assert "Porto" in asked
    assert "Columns: Town." in asked
    assert wrong.status_code == 422
    assert ("Waiting" in waits, "every 1s" in waits, "still being written" in early) == (True, True, True)
    assert ("Download organisations-" in ready, "every 1s" in ready) == (True, False)
    lines = b"".join(file.streaming_content).decode().splitlines()
    assert [line.partition(",")[2] for line in lines] == ["Name,Town", "Lid Ltd,Porto", "Cup & Sons,Porto"]
    assert file["Content-Disposition"].startswith('attachment; filename="organisations-')
    assert f'{made.url}file/"' in listed
    assert lea.get("/exports/new/").content.decode().count("data-open") >= 10


def test_lists_of_other_screens_have_the_button_for_those_who_may(us, as_):
    bea = cast.person(by=us.ada)
    for title, owner in (("It leaks", us.lea), ("It whistles", us.ada)):
        cases.open_case(by=us.ada, now=cast.NOW, title=title, person=bea, owner=owner)

    pages = {
        path: as_(us.lea).get(path).content.decode()
        for path in ("/cases/?whose=mine", "/tasks/", "/promises/", "/customers/")
    }
    way = re.search(r'href="(/exports/new/[^"]+)"', pages["/cases/?whose=mine"])[1].replace("&amp;", "&")
    made = as_(us.lea).post(way, {"form": "jsonl", "all": "on"})
    worked()

    text = b"".join(as_(us.lea).get(f"{made.url}file/").streaming_content).decode()
    assert all("/exports/new/?record=" in page for page in pages.values())
    assert [json.loads(line)["title"] for line in text.splitlines()] == ["It leaks"]
    assert all("/exports/new/" not in as_(us.ada).get(path).content.decode() for path in pages)


def test_others_find_no_export_and_only_admins_pack_everything(us, as_):
    made = as_(us.lea).post("/exports/new/?record=organisation", {"form": "csv"})
    worked()

    told = {who.name: as_(who).get(f"{made.url}file/").status_code for who in (us.olga, us.ada, us.cleo)}
    packed = as_(us.aron).post("/exports/everything/")
    by_lead = as_(us.lea).post("/exports/everything/").status_code
    hidden = as_(us.lea).get(packed.url).status_code
    gone = as_(us.lea).post(f"{made.url}withdraw/", follow=True).content.decode()

    assert told == {"Olga": 200, "Ada": 403, "Cleo": 403}
    assert (packed.status_code, by_lead, hidden) == (302, 403, 404)
    assert "Its file is gone" in gone
    assert as_(us.lea).get(f"{made.url}file/").status_code == 302


def test_a_program_asks_looks_fetches_and_withdraws(us, client):
    _, plain = tokens.make(us.lea, name="t", scopes=["read", "write"], by=us.lea, now=cast.NOW)
    sent = {"headers": {"Authorization": f"Bearer {plain}"}}

    def asked(method, path, body=None):
        more = {"data": json.dumps(body), "content_type": "application/json"} if body is not None else {}
        return getattr(client, method)(f"/api/v1{path}", **sent, **more)

    body = {"record": "organisation", "form": "jsonl", "f": ["city:is:Porto"], "columns": ["city"], "sort": "name"}
    made = asked("post", "/exports", body)
    here = f"/exports/{made.json()['id']}"
    early = asked("get", f"{here}/file")
    worked()
    told = asked("get", here).json()
    file = asked("get", f"{here}/file")
    strange = asked("post", "/exports", {"record": "ghost"})
    listed = asked("get", "/exports?limit=1").json()
    gone = [asked("delete", here).status_code for _ in range(2)]

    rows = [json.loads(line) for line in b"".join(file.streaming_content).splitlines()]
    assert (made.status_code, made.json()["state"], early.status_code) == (201, "waiting", 422)
    assert (told["state"], told["rows"], told["file"]) == ("ready", 2, f"/api/v1{here}/file")
    assert [(row["name"], row["city"]) for row in rows] == [("Cup & Sons", "Porto"), ("Lid Ltd", "Porto")]
    assert (strange.status_code, [one["id"] for one in listed["items"]], gone) == (422, [told["id"]], [200, 200])
    assert asked("get", here).json()["state"] == "gone"
