"""A board of deals in two browsers: moved by keys and by dragging, told of each other; a cell by keys; axe in all looks."""

from __future__ import annotations

from decimal import Decimal

import pytest
from playwright.sync_api import Browser, Page, expect

import cast
from browser.conftest import AXE, Town, Walker, sign_in
from mutuals.base import clock
from mutuals.sales import deals
from mutuals.sales.deals import DealIn
from mutuals.sales.models import Deal

pytestmark = pytest.mark.browser
LOOKS = (("light", 1440, 900), ("dark", 1440, 900), ("dark", 360, 800), ("light", 360, 800))
ASK = "axe.run({resultTypes: ['violations']}).then(r => r.violations.map(v => [v.id, v.nodes.map(n => n.html)]))"
NEED = "Understand the need"


def test_two_move_cards_and_are_told_of_each_other(ada: Walker, town: Town, browser: Browser) -> None:
    now = clock.now()
    for number in (1, 2, 3):
        told = DealIn(f"Kettles {number}", "EUR", town.bea, amount=Decimal(100 * number), expected_on=now.date())
        deals.open_deal(told, by=town.staff.ada, now=now)
    row = Deal.objects.get(title="Kettles 1")
    second = browser.new_context(viewport={"width": 1440, "height": 900})
    ben = Walker(second.new_page(), ada.address)
    sign_in(ben, "ben@kettleworks.example", cast.PASSWORD)
    ben.go("/sales/deals/")

    _moves_by_keys(ada.page, ada)
    _drags_what_is_elsewhere(ben.page, row.pk)
    _drags_and_takes_back(ben.page)
    _writes_a_cell(ada.page, ada)
    wrong = _looked_at(ada, row.pk)
    second.close()

    assert wrong == []
    assert [one for one in ada.said + ben.said if "409" not in one] == []


def _moves_by_keys(page: Page, ada: Walker) -> None:
    """By the menu of the card: the focus stays with it, and the heads follow."""
    ada.go("/sales/deals/")
    need = page.locator("[data-lane=needs]")
    page.get_by_role("link", name="Move Kettles 1 to…").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#board-move button").first).to_be_focused()
    page.locator("#board-move button", has_text=NEED).focus()
    page.keyboard.press("Enter")
    expect(need.get_by_role("link", name="Kettles 1", exact=True)).to_be_visible()
    expect(need.locator("[data-head]")).to_contain_text("€100")
    expect(page.locator("[data-lane]").first.locator("[data-head]")).to_contain_text("€500")
    expect(page.get_by_role("link", name="Move Kettles 1 to…")).to_be_focused()
    expect(page.locator("[data-toasts]")).to_contain_text(f"“Kettles 1” is at {NEED}.")


def _drags_what_is_elsewhere(page: Page, pk: int) -> None:
    """The same card, which is not where they see it any more: it goes where it is, with the words of who moved it."""
    page.locator(f"[data-card='{pk}']").drag_to(page.locator("[data-lane]").nth(2))
    expect(page.locator("[data-toasts]")).to_contain_text(f"Ada moved it to {NEED} at ")
    expect(page.locator("[data-lane=needs]").get_by_role("link", name="Kettles 1", exact=True)).to_be_visible()


def _drags_and_takes_back(page: Page) -> None:
    """Another card, and back by the toast."""
    page.locator("[data-card]", has_text="Kettles 2").drag_to(page.locator("[data-lane=needs]"))
    expect(page.locator("[data-lane=needs] [data-card]")).to_have_count(2)
    expect(page.locator("[data-lane=needs] [data-head]")).to_contain_text("€300")
    page.get_by_role("button", name="Undo").last.click()
    expect(page.locator("[data-lane=needs] [data-card]")).to_have_count(1)


def _writes_a_cell(page: Page, ada: Walker) -> None:
    """Enter opens, Esc leaves, Enter saves."""
    ada.go("/sales/deals/?view=list")
    pen = page.get_by_role("link", name="Edit Amount of Kettles 3")
    pen.focus()
    page.keyboard.press("Enter")
    field = page.get_by_label("Amount of Kettles 3", exact=True)
    expect(field).to_be_focused()
    page.keyboard.press("Escape")
    expect(pen).to_be_focused()
    page.keyboard.press("Enter")
    field.fill("333")
    page.keyboard.press("Enter")
    expect(page.locator("tbody")).to_contain_text("€333")
    expect(pen).to_be_focused()


def _looked_at(ada: Walker, pk: int) -> list[str]:
    """What axe finds, and what is wider than the window, in all looks."""
    page, wrong = ada.page, []
    ways = ("/sales/deals/", "/sales/deals/?view=list", "/sales/deals/?view=month", "/ideas/?view=board", "/batches/",
            f"/lists/deal/{pk}/move/", f"/lists/deal/{pk}/cell/amount/")  # fmt: skip
    for way in ways:
        ada.go(way)
        page.evaluate(AXE.read_text())
        for theme, width, height in LOOKS:
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            page.set_viewport_size({"width": width, "height": height})
            wrong += [f"{way} {theme} {width}: {one}" for one in page.evaluate(ASK)]
            if page.evaluate("document.documentElement.scrollWidth - innerWidth") > 0:
                wrong.append(f"{way} {width}: wider than the window")
        page.set_viewport_size({"width": 1440, "height": 900})
    return wrong
