"""Types of the house's own making by programs and from the terminal: the same acts as on the screens."""

from __future__ import annotations

import json

import pytest
from django.test import Client

import cast
from mutuals import cli
from mutuals.base import clock
from mutuals.records import book
from mutuals.records.models import Own
from mutuals.sales.models import Deal
from mutuals.staff import tokens

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def forgotten():
    """What this process remembers of types goes with the test."""
    yield
    book.forget()


@pytest.fixture
def us():
    return cast.staff()


def program(user, *scopes):
    _, key = tokens.make(user, name="shop", scopes=scopes, now=clock.now())

    def ask(method, path, body=None, **headers):
        data = json.dumps(body).encode() if body is not None else b""
        headers |= {"Authorization": f"Bearer {key}"}
        answer = Client().generic(method, f"/api/v1{path}", data, content_type="application/json", headers=headers)
        return answer.status_code, json.loads(answer.content), answer.headers

    return ask


def test_a_type_and_its_records_live_by_programs_alone(us):
    ask, bea = program(us.aron, "read", "write", "admin"), cast.person("Bea Brand", by=us.ada)

    made, kind, _ = ask("POST", "/types", {"name": "Contract", "icon": "file", "prefix": "C"})
    ask("POST", "/fields", {"record": kind["record"], "label": "Ends", "kind": "day", "is_required": True})
    ask(
        "POST",
        "/fields",
        {"record": kind["record"], "label": "Paper number", "key": "no", "kind": "text", "is_unique": True},
    )
    ask("POST", "/fields", {"record": kind["record"], "label": "Whose", "kind": "reference", "options": ["person"]})
    lacks, why, _ = ask("POST", "/own/contract", {"title": "Care"})
    _, one, _ = ask("POST", "/own/contract", {"title": "Care", "custom": {"ends": "2027-01-31", "whose": bea.pk}})
    where = f"/own/contract/{one['id']}"
    _, shown, headers = ask("GET", where)
    changed, _, _ = ask(
        "PATCH", where, {"custom": {"no": "77"}, "owner_id": us.ben.pk}, **{"If-Match": headers["ETag"]}
    )
    stale, _, _ = ask("PATCH", where, {"title": "Other"}, **{"If-Match": headers["ETag"]})
    rows = [
        {"title": "Care 2", "no": "77", "ends": ""},
        {"title": "Repair", "no": "78", "ends": "2027-02-01"},
        {"no": "79"},
    ]
    _, looked, _ = ask("POST", "/own/contract/import", {"rows": rows, "match": "no", "is_check": True})
    between = Own.objects.count()
    _, taken, _ = ask("POST", "/own/contract/import", {"rows": rows, "match": "no"})
    _, listed, _ = ask("GET", "/own/contract?f=custom.ends:before:2027-02-01&sort=title")
    _, found, _ = ask("GET", "/own?q=repair")
    gone, _, _ = ask("DELETE", where)
    _, without, _ = ask("GET", "/own/contract")
    back, _, _ = ask("POST", f"{where}/restore")
    unknown, _, _ = ask("GET", "/own/site")
    contractor = Client()
    contractor.force_login(us.cleo)
    closed = contractor.get("/api/v1/own/contract").status_code

    assert (made, kind["plural"], kind["record"]) == (201, "Contracts", "own_contract")
    assert (lacks, why["errors"][0]["field"]) == (422, "custom.ends")
    assert (one["reference"], shown["custom"]) == ("C-1", {"ends": "2027-01-31", "whose": f"person:{bea.pk}"})
    assert (changed, stale) == (200, 412)
    assert looked == taken
    assert between == 1
    assert (taken["made"], taken["changed"], taken["lost"], taken["left_out"][0]["row"]) == (1, 1, 1, 3)
    assert [(row["title"], row["owner"]["name"]) for row in listed["items"]] == [("Care 2", "Ben")]
    assert [row["title"] for row in found["items"]] == ["Repair"]
    assert (gone, [row["title"] for row in without["items"]], back) == (200, ["Repair"], 200)
    assert (unknown, closed) == (404, 403)


def test_the_same_from_the_terminal(us, capsys, tmp_path):
    def terminal(user, *words):
        code = cli.main([*map(str, words), "--json", "--as", user.email])
        out = capsys.readouterr().out
        return code, json.loads(out) if out.strip().startswith(("{", "[")) else out

    file = tmp_path / "sites.csv"
    file.write_text("Name;Number;Beds\nHarbour house;S-1;12\nMill;;7\nHill;S-9;1\n", encoding="utf-8")
    made, _ = terminal(us.aron, "own", "add-type", "Site", "--prefix", "S", "--icon", "org")
    terminal(us.aron, "fields", "add", "own_site", "Beds", "number")
    _, one = terminal(us.ada, "own", "add", "site", "Harbour", "beds=4")
    _, checked = terminal(us.lea, "own", "import", "site", file, "--check")
    _, taken = terminal(us.lea, "own", "import", "site", file)
    _, listed = terminal(us.ada, "own", "list", "site", "--where", "custom.beds:over:8")
    edited, _ = terminal(us.ada, "own", "edit", "site", "S-1", "beds=13", "--owner", us.ben.email)
    _, back = terminal(us.ada, "own", "take-back", "site", "1")
    gone, _ = terminal(us.ada, "own", "trash", "site", "1")
    _, shown = terminal(us.ada, "own", "show", "site", "1")
    refused, _ = terminal(us.ada, "own", "import", "site", file)
    missing, _ = terminal(us.ada, "own", "show", "site", "99")
    _, kinds = terminal(us.ada, "own", "types")

    assert (made, one["number"], one["beds"]) == (0, "S-1", 4)
    assert checked == taken
    assert (taken["made"], taken["changed"], taken["lost"]) == (1, 1, 1)
    assert "no number 9" in taken["left_out"][0]["reason"]
    assert [row["title"] for row in listed] == ["Harbour house"]
    assert (edited, back["beds"], back["owner"]) == (0, 12, "Ada")
    assert (gone, shown["trashed"]) == (0, True)
    assert (refused, missing) == (4, 3)
    assert [row["key"] for row in kinds] == ["site"]


def test_deals_and_ideas_have_fields_of_the_house_on_form_page_list_and_by_programs(us):
    ask, browser = program(us.aron, "read", "write", "admin"), Client()
    browser.force_login(us.ada)
    bea = cast.person("Bea Brand", by=us.ada)
    for record, label, kind in (
        ("deal", "Budget year", "number"),
        ("deal", "Rival", "text"),
        ("idea", "Effort", "choice"),
    ):
        options = {"options": ["Small", "Large"]} if kind == "choice" else {}
        ask("POST", "/fields", {"record": record, "label": label, "kind": kind, "section": "Planning", **options})

    form = browser.get("/sales/deals/new/").text
    said = {"title": "Kettles", "person": str(bea.pk), "currency": "EUR", "amount": "900", "custom.budget_year": "2027"}
    made = browser.post("/sales/deals/new/", said)
    deal = Deal.objects.get()
    page = browser.get(made["Location"]).text
    _, told, _ = ask("PATCH", f"/deals/{deal.pk}", {"custom": {"rival": "Pots & Co"}})
    wrong, why, _ = ask("PATCH", f"/deals/{deal.pk}", {"custom": {"budget_year": "soon"}})
    listed = browser.get("/sales/deals/?view=list&f=custom.budget_year:is:2027&col=custom.rival").text
    written = browser.post("/ideas/new/", {"title": "Lids that close", "custom.effort": "large"})
    idea = browser.get(written["Location"]).text
    _, found, _ = ask("GET", "/ideas")
    _, changed, _ = ask("PATCH", f"/ideas/{found['items'][0]['id']}", {"custom": {"effort": "Small"}})

    assert 'name="custom.budget_year"' in form
    assert "<dt>Budget year</dt><dd>2027</dd>" in page
    assert told["custom"] == {"budget_year": 2027, "rival": "Pots & Co"}
    assert (wrong, why["errors"][0]["field"]) == (422, "custom.budget_year")
    assert "Pots &amp; Co" in listed
    assert "<dt>Effort</dt><dd>Large</dd>" in idea
    assert (found["items"][0]["custom"], changed["custom"]) == ({"effort": "large"}, {"effort": "small"})
