"""A list of the engine in a real browser: worked by the keyboard alone, clean for axe in all four looks."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import expect

import cast
from browser.conftest import AXE, Town, Walker
from mutuals.base import clock
from mutuals.identity import bought
from mutuals.people import organisations
from mutuals.sales.models import Order
from mutuals.sales.orders import LineIn, OrderIn

pytestmark = pytest.mark.browser
LOOKS = (("light", 1440, 900), ("dark", 1440, 900), ("dark", 360, 800), ("light", 360, 800))
ASK = "axe.run({resultTypes: ['violations']}).then(r => r.violations.map(v => [v.id, v.nodes.map(n => n.html)]))"


@pytest.fixture
def orders(town: Town) -> None:
    """Sixty orders, so that there is a second page, and a few organisations."""
    if Order.objects.filter(number="L-0").exists():
        return
    told = [
        bought.Bought(
            OrderIn(
                f"L-{number}", clock.now() - timedelta(hours=number), "EUR", Decimal(100 + number),
                status="paid" if number % 2 else "sent", lines=(LineIn("Kettle", "L-K", Decimal(1), Decimal(100 + number)),),
            ),
            person=town.bea,
        )
        for number in range(60)
    ]  # fmt: skip
    bought.take(told, source=None, by=town.staff.ada, now=clock.now())
    for number in range(3):
        organisations.add(by=town.staff.ada, name=f"Harbour shop {number}", city="Porto", now=cast.NOW)


def test_a_list_is_narrowed_sorted_and_opened_by_keys_alone(ada: Walker, orders: None) -> None:
    page = ada.page
    keys = page.keyboard

    ada.go("/sales/orders/?f=number:starts:L-")
    keys.press("f")
    expect(page.locator("#filter-menu")).to_be_visible()
    page.locator("#filter-menu a", has_text="Total").focus()
    keys.press("Enter")
    expect(page.get_by_label("How", exact=True)).to_be_focused()
    keys.press("a")  # "above", by its first letter
    keys.press("Tab")
    keys.type("150")
    keys.press("Enter")

    expect(page.locator(".told")).to_have_text("Orders where order number starts with L-, and total is above 150.")
    expect(page.locator("footer.sum")).to_contain_text("9 orders")
    assert "f=total%3Aover%3A150" in page.url

    keys.press("s")
    expect(page.locator("#sort-menu")).to_be_visible()
    page.locator("#sort-menu a", has_text="Last stored").focus()
    keys.press("Enter")
    expect(page.locator("tbody tr").first).to_contain_text("L-59")

    assert ada.said == []

    keys.press("j")
    keys.press("o")
    expect(page.get_by_role("heading", level=1)).to_have_text("L-59")


def test_the_next_page_and_the_one_before_are_a_key_away(ada: Walker, orders: None) -> None:
    page = ada.page

    ada.go("/sales/orders/?f=number:starts:L-")
    first = page.locator("tbody tr").first.inner_text()
    page.keyboard.press("n")
    expect(page.locator("tbody tr")).to_have_count(10)
    page.keyboard.press("p")
    expect(page.locator("tbody tr")).to_have_count(50)

    assert page.locator("tbody tr").first.inner_text() == first
    assert ada.said == []


def test_ticked_rows_are_tagged_and_chosen_columns_stay(ada: Walker, orders: None) -> None:
    page = ada.page

    ada.go("/organisations/?q=harbour")
    page.keyboard.press("j")
    page.keyboard.press("x")
    bar = page.get_by_role("group", name="With those ticked")
    expect(bar).to_contain_text("1 selected")
    bar.get_by_label("Tag").fill("north")
    bar.get_by_role("button", name="Tag", exact=True).click()
    expect(page.locator("tbody tr", has_text="north")).to_have_count(1)

    page.keyboard.press("c")
    page.locator("#columns-menu").get_by_label("Country").check()
    page.locator("#columns-menu").get_by_role("button", name="Show these").click()
    expect(page.get_by_role("columnheader", name="Country")).to_be_visible()
    ada.go("/organisations/")
    expect(page.get_by_role("columnheader", name="Country")).to_be_visible()
    assert ada.said == []


def test_lists_are_clean_for_axe_in_every_look_and_lie_inside_the_window(ada: Walker, orders: None) -> None:
    page, script, wrong = ada.page, AXE.read_text(), []
    ways = [
        "/sales/orders/?f=total:over:110&f=status:is:paid&person="
        + str(Order.objects.get(number="L-0").profile.person_id),
        "/sales/orders/?add=total",
        "/sales/orders/?group=status",
        "/sales/orders/?f=total:over:many",
        "/sales/products/?f=name:is:nothing",
        "/organisations/",
    ]

    for way in ways:
        ada.go(way)
        page.evaluate(script)
        for theme, width, height in LOOKS:
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            page.set_viewport_size({"width": width, "height": height})
            wrong += [f"{way} {theme} {width}: {one}" for one in page.evaluate(ASK)]
            if page.evaluate("document.documentElement.scrollWidth - innerWidth") > 0:
                wrong.append(f"{way} {width}: wider than the window")

    assert wrong == []
