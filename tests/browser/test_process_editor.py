"""A draft edited in its picture, by mouse and by keys alone: what is drawn is in the text at once; axe in all looks."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

import cast
from browser.conftest import AXE, Town, Walker, sign_in
from mutuals.base import clock
from mutuals.processes import keep, text
from mutuals.processes.models import Process

pytestmark = pytest.mark.browser
LOOKS = (("light", 1440, 900), ("dark", 1440, 900), ("dark", 360, 800))
ASK = "axe.run({resultTypes: ['violations']}).then(r => r.violations.map(v => [v.id, v.nodes.map(n => n.html)]))"
TEXT = """steps:
- {step: look, name: Look, limit: 1 hour, next: [{to: reply, label: ours}]}
- {step: reply, name: Reply, next: [closed]}
- {step: closed, name: Closed, end: done}
"""


def test_a_draft_is_drawn_by_mouse_and_by_keys(walker: Walker, town: Town) -> None:
    body = text.read(TEXT).plain
    made = keep.draft(body, by=town.staff.olga, now=clock.now(), name="Drawn by hand", kind="case").process
    sign_in(walker, "olga@kettleworks.example", cast.PASSWORD)
    page = walker.page
    walker.go(f"/processes/{made.pk}/edit/")

    _by_mouse(page, made)
    _by_keys(page, made)
    page.get_by_label("What is new in it").fill("By hand")
    page.get_by_role("button", name="Write and publish").click()
    page.wait_for_url(f"{walker.address}/processes/{made.pk}/")
    page.get_by_role("link", name="Edit", exact=True).first.click()
    wrong = _looked_at(walker)

    assert keep.of_now(made).state == "in_use"
    assert wrong == []
    assert [one for one in walker.said if "422" not in one] == []


def _steps(made: Process) -> dict[str, dict[str, object]]:
    return {one["step"]: one for one in keep.of_now(made).body["steps"]}


def _by_mouse(page: Page, made: Process) -> None:
    """A box is dragged, a way drawn from its port to another box, and both are taken back."""
    box = page.locator("[data-step=reply]")
    written = page.get_by_label("The process as text")
    start = box.bounding_box()
    assert start is not None
    page.mouse.move(start["x"] + 40, start["y"] + 20)
    page.mouse.down()
    page.mouse.move(start["x"] + 60, start["y"] + 60)
    page.mouse.move(start["x"] + 40, start["y"] + 120)
    page.mouse.up()
    expect(written).to_have_value(re.compile(r"at: \["))
    port, goal = (
        page.locator("[data-step=reply] [data-port]").bounding_box(),
        page.locator("[data-step=look]").bounding_box(),
    )
    assert port is not None
    assert goal is not None
    page.mouse.move(port["x"] + 5, port["y"] + 5)
    page.mouse.down()
    page.mouse.move(goal["x"] + 120, goal["y"] + 60)
    page.mouse.move(goal["x"] + 100, goal["y"] + 30)
    page.mouse.up()
    expect(page.get_by_role("button", name="Way from Reply to Look", exact=True)).to_be_focused()
    assert _steps(made)["reply"]["next"] == ["closed", "look"]
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_role("button", name="Way from Reply to Look", exact=True)).to_have_count(0)
    assert "at" in _steps(made)["reply"]


def _by_keys(page: Page, made: Process) -> None:
    """Walk, add, open, write, draw a way, take away and back, all without the mouse."""
    said = page.locator("[data-said]")
    page.locator("[data-step][tabindex='0'], [data-way][tabindex='0']").focus()
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("button", name="Look 1 hour, it begins here")).to_be_focused()
    page.keyboard.press("w")
    expect(page.get_by_role("button", name="Way from Look to Reply, ours")).to_be_focused()
    page.keyboard.press("a")
    expect(page.get_by_role("button", name="New step, leads to Reply")).to_be_focused()
    page.keyboard.press("Enter")
    side = page.locator("[data-side]")
    expect(side.get_by_label("Name", exact=True)).to_be_focused()
    side.get_by_label("Name", exact=True).fill("Legal check")
    side.get_by_label("Owner").fill("role lead")
    side.get_by_label("Time limit").fill("soon")
    page.keyboard.press("Enter")
    expect(side.get_by_role("alert")).to_be_visible()
    side.get_by_label("Time limit").fill("1 day")
    side.get_by_label("by itself on entering").fill("note: {text: Legal has it}")
    side.get_by_label("Time limit").press("Enter")
    legal = page.get_by_role("button", name="Legal check any lead · 1 day, does note, leads to Reply")
    expect(legal).to_be_focused()
    expect(page.get_by_label("The process as text")).to_have_value(re.compile("name: Legal check"))
    page.keyboard.press("l")
    expect(said).to_contain_text("A way from Legal check")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Way from Legal check to Look")).to_be_focused()
    page.keyboard.press("Delete")
    expect(said).to_contain_text("is taken away")
    page.keyboard.press("Control+z")
    expect(page.get_by_role("button", name="Way from Legal check to Look")).to_have_count(1)
    page.keyboard.press("Control+Shift+z")
    expect(page.get_by_role("button", name="Way from Legal check to Look")).to_have_count(0)
    told = _steps(made)["new_step"]
    assert (told["name"], told["owner"], told["limit"], told["next"]) == (
        "Legal check",
        "role lead",
        "1 day",
        ["reply"],
    )


def _looked_at(walker: Walker) -> list[str]:
    """What axe finds, and what is wider than the window; on a phone the forms alone are there."""
    page, wrong = walker.page, []
    page.locator("[data-step][tabindex='0']").press("Enter")
    expect(page.locator("[data-side] form")).to_be_visible()
    page.evaluate(AXE.read_text())
    for theme, width, height in LOOKS:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": height})
        expect(page.locator("[data-canvas]")).to_be_visible(visible=width > 720)
        wrong += [f"{theme} {width}: {one}" for one in page.evaluate(ASK)]
        if page.evaluate("document.documentElement.scrollWidth - innerWidth") > 0:
            wrong.append(f"{width}: wider than the window")
    return wrong
