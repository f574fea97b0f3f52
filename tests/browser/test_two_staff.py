"""Two members of staff at the same deal and the same card in two browsers: nothing of either is lost, and both are told."""

from __future__ import annotations

from decimal import Decimal

import pytest
from playwright.sync_api import Browser, expect

import cast
from browser.conftest import Town, Walker, sign_in
from mutuals.base import clock
from mutuals.base.models import Entry
from mutuals.sales import deals
from mutuals.sales.deals import DealIn
from mutuals.sales.models import Deal
from mutuals.staff import notices_told

pytestmark = pytest.mark.browser
NEED = "Understand the need"


def test_two_at_one_deal_keep_what_each_wrote_and_are_told_of_each_other(
    ada: Walker, town: Town, browser: Browser
) -> None:
    told = DealIn("Kettles for the bar", "EUR", town.bea, amount=Decimal(900))
    row, _ = deals.open_deal(told, by=town.staff.ada, now=clock.now())
    second = browser.new_context(viewport={"width": 1440, "height": 900})
    ben = Walker(second.new_page(), ada.address)
    ben.page.on("console", lambda line: ben.said.append(line.text) if line.type in ("error", "warning") else None)
    sign_in(ben, "ben@kettleworks.example", cast.PASSWORD)

    _see_each_other(ada, ben, row.pk)
    _write_different_fields(ada, ben, row)
    _write_the_same_field(ada, ben, row)
    _move_the_same_card(ada, ben, row)
    second.close()

    assert [one for one in ada.said + ben.said if "409" not in one] == []


def _see_each_other(ada: Walker, ben: Walker, pk: int) -> None:
    """Whoever has the deal open stands on the other's page, and that they are writing."""
    ada.go(f"/sales/deals/{pk}/")
    ben.go(f"/sales/deals/{pk}/")
    notices_told.catch_up()
    ada.page.keyboard.press("f")
    expect(ada.page.locator(".star button")).to_have_attribute("aria-pressed", "true")
    expect(ada.page.locator("[data-here]")).to_contain_text("Ben")
    expect(ben.page.locator("[data-here]")).to_contain_text("Ada")


def _write_different_fields(ada: Walker, ben: Walker, row: Deal) -> None:
    """Both had the form open: what each wrote stays."""
    for one in (ada, ben):
        one.go(f"/sales/deals/{row.pk}/edit/")
    ada.page.get_by_label("Title").fill("Kettles for two bars")
    ada.page.keyboard.press("Enter")
    expect(ada.page.locator("h1")).to_have_text("Kettles for two bars")
    ben.page.get_by_label("Probability, percent").fill("70")
    ben.page.keyboard.press("Enter")
    expect(ben.page.locator("h1")).to_have_text("Kettles for two bars")
    row.refresh_from_db()
    assert (row.title, row.probability, row.amount) == ("Kettles for two bars", 70, Decimal(900))


def _write_the_same_field(ada: Walker, ben: Walker, row: Deal) -> None:
    """The second is shown what the first wrote, and by whom, and decides; the first, who follows it, is told by the bell."""
    for one in (ada, ben):
        one.go(f"/sales/deals/{row.pk}/edit/")
    ada.page.get_by_label("Amount").fill("1000")
    ada.page.keyboard.press("Enter")
    expect(ada.page.locator("h1")).to_have_text("Kettles for two bars")
    ben.page.get_by_label("Amount").fill("1200")
    ben.page.keyboard.press("Enter")
    expect(ben.page.locator("main")).to_contain_text("Ada changed this to “1000.00”")
    expect(ben.page.get_by_label("Amount")).to_have_value("1200")
    row.refresh_from_db()
    assert row.amount == Decimal(1000)
    ben.page.get_by_role("button", name="Save").click()
    expect(ben.page.locator("h1")).to_have_text("Kettles for two bars")
    row.refresh_from_db()
    assert row.amount == Decimal(1200)
    wrote = Entry.objects.filter(about=f"deal:{row.pk}", kind="deal.edited").order_by("id").values_list("by", flat=True)
    assert [one.partition(":")[0] for one in wrote] == ["staff"] * 4
    notices_told.catch_up()
    ada.go("/notices/?show=all")
    expect(ada.page.locator("main")).to_contain_text("Ben")
    expect(ada.page.locator("main")).to_contain_text("Kettles for two bars")


def _move_the_same_card(ada: Walker, ben: Walker, row: Deal) -> None:
    """Ben's card goes where Ada put it, with the words of who moved it and where to."""
    for one in (ada, ben):
        one.go("/sales/deals/")
    ada.page.locator(f"[data-card='{row.pk}']").drag_to(ada.page.locator("[data-lane=needs]"))
    expect(ada.page.locator(f"[data-lane=needs] [data-card='{row.pk}']")).to_be_visible()
    expect(ben.page.locator(f"[data-card='{row.pk}']")).to_be_visible()
    ben.page.locator(f"[data-card='{row.pk}']").drag_to(ben.page.locator("[data-lane]").nth(2))
    expect(ben.page.locator("[data-toasts]")).to_contain_text(f"Ada moved it to {NEED} at ")
    expect(ben.page.locator(f"[data-lane=needs] [data-card='{row.pk}']")).to_be_visible()
    row.refresh_from_db()
    assert row.item is not None
    assert row.item.step == "needs"
