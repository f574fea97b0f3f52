"""Menus in a real browser: where they open, and that a hand on the keyboard gets through them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.conftest import Town, Walker
from mutuals.inbox.models import Turn

pytestmark = pytest.mark.browser
CLOSE_BY = 16  # px between a menu and its button, at most
TURNS = 50  # of 60 ms, at most, until a menu has the focus or gave it back: a busy machine needs more than one
OF_MENU = """button => {
  const menu = document.getElementById(button.getAttribute("popovertarget"));
  const [a, b] = [menu.getBoundingClientRect(), button.getBoundingClientRect()];
  const apart = (from, to, other, end) => Math.max(other - to, from - end, 0);
  return {
    open: menu.matches(":popover-open"),
    gap: Math.max(apart(a.left, a.right, b.left, b.right), apart(a.top, a.bottom, b.top, b.bottom)),
    inside: a.left >= 0 && a.top >= 0 && a.right <= innerWidth && a.bottom <= innerHeight && a.width > 0 && a.height > 0,
    focus: menu.contains(document.activeElement),
    back: document.activeElement === button,
  };
}"""


def screens(town: Town) -> list[str]:
    """Where there are menus."""
    bea = f"/customers/{town.bea.pk}/"
    return [
        "/",
        "/inbox/?tab=all",
        f"/inbox/{town.turn.pk}/?tab=all",
        "/customers/",
        bea,
        f"{bea}?tab=timeline",
        "/sources/",
    ]


def openers(page: Page) -> Iterator[Locator]:
    """Every button on the page that opens a menu and can be seen."""
    found = page.locator("button[popovertarget]")
    for at in range(found.count()):
        if found.nth(at).is_visible():
            yield found.nth(at)


def wrongs(page: Page, opener: Locator, *, widest_gap: float) -> list[str]:
    """What is wrong with the menu of one button, opened and closed again."""
    name = f"{page.url} {page.viewport_size} {opener.get_attribute('popovertarget')}"
    opener.click()
    now = opener.evaluate(OF_MENU)
    for _ in range(TURNS):
        if now["focus"]:
            break
        page.wait_for_timeout(60)
        now = opener.evaluate(OF_MENU)
    page.keyboard.press("Escape")
    after = opener.evaluate(OF_MENU)
    for _ in range(TURNS):
        if after["back"] and not after["open"]:
            break
        page.wait_for_timeout(60)
        after = opener.evaluate(OF_MENU)
    found = [
        (now["open"], "does not open"),
        (now["inside"], "leaves the window"),
        (now["gap"] < widest_gap, f"stands {now['gap']:.0f} px away"),
        (now["focus"], "has no focus"),
        (not after["open"], "does not close"),
        (after["back"], "gives no focus back"),
    ]
    return [f"{name} {words}" for is_well, words in found if not is_well]


@pytest.mark.parametrize(("width", "height", "gap"), [(1440, 900, CLOSE_BY), (360, 800, 10_000)])
def test_every_menu_opens_at_its_button_and_within_the_window(
    ada: Walker, town: Town, width: int, height: int, gap: float
) -> None:
    wrong: list[str] = []
    seen: set[str] = set()
    ada.page.set_viewport_size({"width": width, "height": height})

    for way in screens(town):
        ada.go(way)
        if width > 720 and ada.page.locator("[data-tick]").count():
            ada.page.locator("[data-tick]").first.check(force=True)
        for opener in openers(ada.page):
            seen.add(opener.get_attribute("popovertarget") or "")
            wrong += wrongs(ada.page, opener, widest_gap=gap)

    assert wrong == []
    assert seen >= {"state-menu", "filter-menu", "close-menu", "turn-menu", "remark", "more-acts"}
    assert ada.said == []


def afresh(town: Town) -> None:
    """The conversation as nobody's open turn."""
    Turn.objects.filter(pk=town.turn.pk).update(state="open", assignee=None, snoozed_until=None)


def test_a_conversation_is_taken_by_keys_alone(ada: Walker, town: Town) -> None:
    afresh(town)
    page = ada.page
    ada.go(f"/inbox/{town.turn.pk}/?tab=all")

    page.keyboard.press("a")
    expect(page.locator("#assign-menu button").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("button[data-key=a]")).to_be_focused()
    page.keyboard.press("a")
    expect(page.locator("#assign-menu button").first).to_be_focused()
    page.keyboard.press("t")
    page.keyboard.press("Enter")

    expect(page.locator("[data-toast]")).to_contain_text("It is yours now")
    assert Turn.objects.get(pk=town.turn.pk).assignee == town.staff.ada
    assert ada.said == []


def test_a_conversation_is_snoozed_by_keys_alone(ada: Walker, town: Town) -> None:
    afresh(town)
    page = ada.page
    ada.go(f"/inbox/{town.turn.pk}/?tab=all")
    items = page.locator("#snooze-menu button")

    page.keyboard.press("s")
    expect(items.first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(items.nth(1)).to_be_focused()
    page.keyboard.press("End")
    expect(items.last).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(items.first).to_be_focused()
    page.keyboard.type("until t")
    expect(items.nth(2)).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("[data-toast]")).to_contain_text("Snoozed")
    assert Turn.objects.get(pk=town.turn.pk).state == "snoozed"
    assert ada.said == []


def test_a_conversation_is_closed_by_keys_alone(ada: Walker, town: Town) -> None:
    afresh(town)
    Turn.objects.filter(pk=town.turn.pk).update(purpose="", outcome="")
    page = ada.page
    ada.go(f"/inbox/{town.turn.pk}/?tab=all")

    page.keyboard.press("c")
    expect(page.locator("#close-menu input[name=purpose]").first).to_be_focused()
    page.keyboard.press("f")
    expect(page.locator("#close-menu input[value=fix]")).to_be_checked()
    page.keyboard.press("Enter")
    expect(page.locator("#close-menu button").first).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("[data-toast]")).to_contain_text("Closed")
    closed = Turn.objects.get(pk=town.turn.pk)
    assert (closed.state, closed.purpose, closed.outcome) == ("closed", "fix", "solved")
    assert ada.said == []
    afresh(town)


def test_after_a_note_and_after_escape_the_next_key_is_a_key(ada: Walker, town: Town) -> None:
    page = ada.page
    ada.go(f"/inbox/{town.turn.pk}/?tab=all")

    page.keyboard.press("n")
    page.keyboard.type("Asked the depot.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".msg.is-note").last).to_contain_text("Asked the depot.")
    expect(page.locator("[data-thread]")).to_be_focused()
    page.keyboard.press("n")
    expect(page.locator("#words")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("[data-thread]")).to_be_focused()
    page.keyboard.press("a")

    expect(page.locator("#assign-menu")).to_be_visible()
    assert ada.said == []
