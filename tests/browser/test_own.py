"""A kind of records that is made in the browser is in list, page, filter, file in and out, API, terminal and search at once.

The pages come from one process; the API and the terminal are asked in another one, which looked at the types before.
Nothing waits: what a form has made is there for the very next request, whoever asks.
"""

from __future__ import annotations

import json

import pytest
from django.test import Client
from playwright.sync_api import Locator, Page, expect

import cast
from browser.conftest import AXE, Town, Walker, sign_in
from mutuals import cli
from mutuals.base import clock
from mutuals.records import book
from mutuals.staff import tokens

pytestmark = pytest.mark.browser
LOOKS = (("light", 1440, 900), ("dark", 360, 800))
ASK = "axe.run({resultTypes: ['violations']}).then(r => r.violations.map(v => [v.id, v.nodes.map(n => n.html)]))"


def test_a_type_made_in_the_browser_is_everywhere_by_the_next_request(
    walker: Walker, town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    olga = town.staff.olga
    _, key = tokens.make(olga, name="shop", scopes=("read", "write"), now=clock.now())
    ask = Client(headers={"Authorization": f"Bearer {key}"})
    sign_in(walker, olga.email, cast.PASSWORD)
    before = (book.kinds(), ask.get("/api/v1/own/boiler").status_code)

    _make_type(walker)
    _write_one_down(walker, town)
    _take_two_in(walker)
    file = _narrow_and_take_out(walker)
    _find(walker, town)
    told = ask.get("/api/v1/own/boiler?f=custom.litres:over:100").json()
    made = ask.post("/api/v1/own/boiler", {"title": "Pot", "custom": {"serial": "S-4"}}, "application/json")
    code = cli.main(["own", "find", "steamer", "--json", "--as", olga.email])
    found = json.loads(capsys.readouterr().out)

    assert before == ((), 404)
    assert [line.split(",")[1:] for line in file.splitlines()] == [
        ["Model", "Litres", "Customer"],
        ["Steamer 10", "50", "Bo Solmar"],
        ["Steamer 9", "310", str(town.bea)],
    ]
    assert [row["custom"]["litres"] for row in told["items"]] == [310]
    assert (made.status_code, made.json()["reference"]) == (201, "B-3")
    assert (code, [row["number"] for row in found]) == (0, ["B-2", "B-1"])
    _look(walker)
    assert walker.said == []


def _make_type(walker: Walker) -> None:
    """A type by its form, and three fields of it; the keys "a" and Enter are enough for the buttons."""
    page = walker.page
    walker.go("/settings/types/")
    page.keyboard.press("a")
    page.get_by_label("Name", exact=True).fill("Boiler")
    page.get_by_label("Plural", exact=True).fill("Boilers")
    page.get_by_label("What each is called by").fill("Model")
    page.get_by_label("Letters before numbers").fill("B")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("New field of boilers")
    _field(page, "Serial", unique=True)
    for label, kind, leads in (("Litres", "number", ""), ("Customer", "reference", "person")):
        walker.go("/settings/types/")
        page.get_by_role("link", name="New field of Boilers").click()
        _field(page, label, kind=kind, leads=leads)


def _write_one_down(walker: Walker, town: Town) -> None:
    page = walker.page
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Boilers").click()
    expect(page.get_by_role("heading", name="None yet")).to_be_visible()
    page.keyboard.press("a")
    page.get_by_label("Model").fill("Steamer 9")
    page.get_by_label("Serial").fill("S-1")
    page.get_by_label("Litres").fill("300")
    page.get_by_label("Customer").fill(str(town.bea.pk))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Boiler B-1")
    expect(page.locator("dl.kv").first).to_contain_text("Serial")


def _take_two_in(walker: Walker) -> None:
    """One that is new, one that is known by its serial number, and one that has no title."""
    page = walker.page
    walker.go("/own/boiler/import/")
    text = "Model,Serial,Litres,Customer\nSteamer 10,S-2,50,Bo Solmar\nSteamer 9,S-1,310,\n,S-3,1,\n"
    page.get_by_label("File").set_input_files({"name": "b.csv", "mimeType": "text/csv", "buffer": text.encode()})
    page.get_by_role("button", name="Take it in").click()
    expect(page.get_by_role("status", name="What became of it")).to_contain_text("Row 3: It has no title.")


def _narrow_and_take_out(walker: Walker) -> str:
    page = walker.page
    walker.go("/own/boiler/")
    expect(_rows(page)).to_have_count(2)
    page.keyboard.press("f")
    page.locator("#filter-menu a", has_text="Litres").click()
    page.get_by_label("How", exact=True).select_option("over")
    page.get_by_label("Value", exact=True).fill("100")
    page.keyboard.press("Enter")
    expect(page.locator(".told")).to_have_text("Boilers where litres is above 100.")
    expect(_rows(page)).to_have_count(1)
    expect(_rows(page)).to_contain_text("Steamer 9")
    way = "/lists/own_boiler/export.csv?col=custom.litres&col=custom.customer"
    return page.request.get(walker.address + way).text()


def _find(walker: Walker, town: Town) -> None:
    """By words, and on the page of whom it names."""
    walker.go("/search/?q=steamer 10")
    expect(walker.page.get_by_role("link", name="Steamer 10")).to_be_visible()
    walker.go(f"/customers/{town.bea.pk}/")
    expect(walker.page.get_by_role("link", name="Steamer 9")).to_be_visible()


def _look(walker: Walker) -> None:
    """All screens of types, clean for axe and within their width in all looks."""
    page = walker.page
    walker.go("/own/boiler/")
    one = str(_rows(page).first.get_by_role("link").first.get_attribute("href"))
    screens = (
        "/settings/types/", "/settings/types/new/", "/own/boiler/", "/own/boiler/new/", "/own/boiler/import/", one,
        "/settings/fields/", "/settings/fields/own_boiler/layout/", "/settings/fields/own_boiler/new/",
    )  # fmt: skip
    wrong = []
    for theme, width, height in LOOKS:
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        for way in screens:
            walker.go(way)
            page.evaluate(AXE.read_text())
            wrong += [(way, theme, width, one) for one in page.evaluate(ASK)]
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            wrong += [(way, theme, width, "wider than the window")] if wide > 0 else []
    assert wrong == []


def _rows(page: Page) -> Locator:
    return page.locator("tbody tr")


def _field(page: Page, label: str, *, kind: str = "text", leads: str = "", unique: bool = False) -> None:
    page.get_by_label("Label").fill(label)
    page.get_by_label("Kind").select_option(kind)
    if leads:
        page.get_by_label("Leads to").select_option(leads)
    if unique:
        page.get_by_label("Unique").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Fields")
