"""Exports in a real browser: from the button of a list to the file by keys alone; clean for axe in all four looks."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

import cast
from browser.conftest import AXE, Town, Walker, sign_in
from mutuals.insights import exports_run
from mutuals.insights.models import Export

pytestmark = pytest.mark.browser
LOOKS = (("light", 1440, 900), ("dark", 1440, 900), ("dark", 360, 800), ("light", 360, 800))
ASK = "axe.run({resultTypes: ['violations']}).then(r => r.violations.map(v => [v.id, v.nodes.map(n => n.html)]))"


def test_a_list_is_taken_out_by_keys_alone_and_clean_for_axe(walker: Walker, town: Town) -> None:
    sign_in(walker, "aron@kettleworks.example", cast.PASSWORD)
    page, keys = walker.page, walker.page.keyboard

    walker.go("/")
    keys.press("g")
    keys.press("x")
    expect(page.locator("h1")).to_have_text("Exports")
    walker.go("/customers/?f=name:starts:Bea")
    page.get_by_role("link", name="Export", exact=True).focus()
    keys.press("Enter")
    expect(page.locator("h1")).to_have_text("Export people")
    page.locator("input[name=form][value=csv]").focus()
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    page.get_by_role("button", name="Export", exact=True).focus()
    keys.press("Enter")
    expect(page.locator(".chip")).to_have_text("Waiting")
    row = Export.objects.latest("pk")
    exports_run.run_now(row.pk)
    link = page.get_by_role("link", name="Download")
    expect(link).to_be_visible()  # the page asks each second how far it is
    link.focus()
    with page.expect_download() as told:
        keys.press("Enter")
    file = told.value

    assert file.suggested_filename.endswith(".jsonl")
    assert town.bea.name in Path(file.path()).read_text(encoding="utf-8")
    dirty, script = {}, AXE.read_text()
    for theme, width, height in LOOKS:
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        for way in (
            "/exports/",
            f"/exports/{row.pk}/",
            "/exports/new/",
            "/exports/new/?record=organisation",
            "/cases/",
        ):
            walker.go(way)
            page.evaluate(script)
            if wrong := page.evaluate(ASK):
                dirty[theme, width, way] = wrong
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                dirty[theme, width, f"{way} is too wide"] = []
    assert dirty == {}
