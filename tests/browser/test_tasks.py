"""Tasks in a real browser: written, read, done and taken back by keys alone; clean for axe in all four looks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from browser.conftest import AXE, Town, Walker
from mutuals.base import clock
from mutuals.inbox import tasks
from mutuals.inbox.models import Task
from mutuals.inbox.tasks_read import TaskIn

pytestmark = pytest.mark.browser
LOOKS = (("light", 1440, 900), ("dark", 1440, 900), ("dark", 360, 800), ("light", 360, 800))
ASK = "axe.run({resultTypes: ['violations']}).then(r => r.violations.map(v => [v.id, v.nodes.map(n => n.html)]))"


def test_a_day_of_tasks_by_keys_alone_and_clean_for_axe(ada: Walker, town: Town) -> None:
    page, keys, now = ada.page, ada.page.keyboard, clock.now()
    told = TaskIn("Ask about the lid", kind="call", person=town.bea, due_at=now - timedelta(hours=30))
    tasks.add(told, by=town.staff.ada, now=now)

    ada.go("/")
    keys.press("g")
    keys.press("k")
    expect(page.locator("h1")).to_have_text("Tasks")
    keys.press("n")
    expect(page.locator("#line")).to_be_focused()
    keys.type("call Bea Brand tomorrow 10:00")
    expect(page.locator("#read")).to_contain_text("Tomorrow, 10:00")
    expect(page.locator("#read")).to_contain_text("for Bea Brand")
    keys.press("Enter")
    expect(page.locator("#live tbody .name", has_text="Call Bea Brand")).to_be_visible()
    keys.press("j")
    keys.press("d")
    expect(page.locator(".toast")).to_contain_text("“Ask about the lid” is done.")
    expect(page.locator("#live")).not_to_contain_text("Ask about the lid")
    keys.press("z")
    expect(page.locator("#live tbody .name", has_text="Ask about the lid")).to_be_visible()
    keys.press("j")
    keys.press("o")
    expect(page.locator("h2.big")).to_have_text("Ask about the lid")

    made = Task.objects.get(title="Call Bea Brand")
    dirty, script = {}, AXE.read_text()
    for theme, width, height in LOOKS:
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        for way in ("/", "/tasks/", f"/tasks/{made.pk}/", "/tasks/new/", "/tasks/calendar/", "/tasks/feed/"):
            ada.go(way)
            page.evaluate(script)
            if wrong := page.evaluate(ASK):
                dirty[theme, width, way] = wrong
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                dirty[theme, width, f"{way} is too wide"] = []
    assert dirty == {}
