"""A promise in a real browser: caught while one types, ticked and sent by keys alone, kept from the list; clean for axe."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from browser.conftest import AXE, Town, Walker
from browser.test_aim import arrives
from mutuals.base import clock
from mutuals.inbox.models import Promise

pytestmark = pytest.mark.browser
LOOKS = (("light", 1440, 900), ("dark", 1440, 900), ("dark", 360, 800), ("light", 360, 800))
ASK = "axe.run({resultTypes: ['violations']}).then(r => r.violations.map(v => [v.id, v.nodes.map(n => n.html)]))"


def test_a_promise_is_caught_while_typing_ticked_sent_and_kept_by_keys(ada: Walker, town: Town) -> None:
    said = arrives(town, "promise-1", "When do I get my money?", who="gia", public=False)
    page, keys, talk = ada.page, ada.page.keyboard, f"/inbox/{said.conversation_id}/?tab=all"
    ada.go(talk)
    keys.press("r")
    keys.type("Sorry! We will refund you within 3 days.")
    expect(page.locator("#promised")).to_contain_text("We will refund you within 3 days.")
    expect(page.locator("#words")).to_be_focused()
    expect(page.locator("#words")).to_have_value("Sorry! We will refund you within 3 days.")
    keys.press("Tab")
    keys.press("Space")
    expect(page.get_by_role("checkbox", name="You promise")).to_be_checked()
    keys.press("Shift+Tab")
    keys.type(" Yours, Ada")
    expect(page.get_by_role("checkbox", name="You promise")).to_be_checked()
    keys.press("Control+Enter")
    expect(page.locator(".toast")).to_contain_text("1 promise kept track of")
    expect(page.locator("#promised")).to_be_empty()
    made = Promise.objects.get(words="We will refund you within 3 days.")
    Promise.objects.filter(pk=made.pk).update(due_at=clock.now() - timedelta(hours=1), person=town.bea)

    ada.go("/")
    keys.press("g")
    keys.press("v")
    expect(page.locator("h1")).to_have_text("Promises")
    expect(page.locator("tbody td.t-late")).to_be_visible()
    keys.press("j")
    keys.press("o")
    expect(page.locator("h2.big")).to_have_text("We will refund you within 3 days.")

    ways = ("/promises/", f"/promises/{made.pk}/", "/promises/new/", f"/customers/{town.bea.pk}/", talk, "/")
    assert unclean(ada, ways, talk) == {}

    ada.go(f"/promises/{made.pk}/")
    keys.press("e")
    expect(page.locator(".toast")).to_contain_text("lies ready in the conversation")
    assert ada.said == []


def unclean(ada: Walker, ways: tuple[str, ...], talk: str) -> dict[tuple[object, ...], object]:
    """What axe says of pages in every look, and which are wider than the window."""
    page, dirty, script = ada.page, dict[tuple[object, ...], object](), AXE.read_text()
    for theme, width, height in LOOKS:
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        for way in ways:
            ada.go(way)
            if way == talk:
                page.locator("#words").fill("We will call you tomorrow. I'll send you a lid.")
                expect(page.locator("#promised input[type=checkbox]")).to_have_count(2)
            page.evaluate(script)
            if wrong := page.evaluate(ASK):
                dirty[theme, width, way] = wrong
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                dirty[theme, width, f"{way} is too wide"] = []
    return dirty
