"""A salesperson's week in a real browser, with no source in it: what A1 to A6 ask, one by one.

Through the API and the terminal: tests/stories/test_a01_whole_without_sources.py to test_a06_firms_and_consumers.py. A new
pipeline with its stages (A2) is drawn in test_process_editor.py, own types of records are made in test_own.py.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import expect

import cast
from browser.conftest import AXE, Town, Walker, sign_in
from mutuals.base import clock
from mutuals.identity import bought
from mutuals.people.models import Person
from mutuals.records import definitions
from mutuals.records.models import CustomField
from mutuals.sales.orders import LineIn, OrderIn

pytestmark = pytest.mark.browser
ASK = "axe.run({resultTypes: ['violations']}).then(r => r.violations.map(v => v.id + ' ' + v.nodes[0].html))"


def clean(walker: Walker) -> None:
    """Nothing that axe finds, and no page wider than its window."""
    walker.page.evaluate(AXE.read_text())
    assert walker.page.evaluate(ASK) == [], walker.page.url
    assert walker.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), walker.page.url


def test_from_a_lead_to_orders_and_a_case_and_all_of_it_on_one_page(walker: Walker, town: Town) -> None:
    olga = town.staff.olga
    sign_in(walker, olga.email, cast.PASSWORD)

    nora = a_lead_becomes_a_customer_with_a_deal_that_is_won(walker)
    an_order_is_written_down_and_a_case_opened_and_ended(walker, nora)
    all_of_it_stands_on_their_page_with_the_pattern(walker, nora, town)
    one_filter_asks_deals_and_orders_and_is_kept(walker)
    the_part_of_the_business_says_what_stands_first(walker)
    a_house_that_sells_to_firms_alone_keeps_its_consumers(walker, nora)

    assert walker.said == []


def test_a_field_that_a_house_needs_is_in_form_and_list_at_once(walker: Walker, town: Town) -> None:
    """A2: made in the browser, and asked by the very next form."""
    olga, page = town.staff.olga, walker.page
    sign_in(walker, olga.email, cast.PASSWORD)
    try:
        walker.go("/settings/fields/deal/new/")
        page.get_by_label("Label").fill("Renewal month")
        page.get_by_label("Kind").select_option("number")
        page.get_by_label("Required").check()
        clean(walker)
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Fields")
        walker.go(f"/sales/deals/new/?person={town.bea.pk}")
        page.get_by_label("Title").fill("Ice machine")
        page.get_by_label("Renewal month").fill("7")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Ice machine")
        expect(page.locator("main")).to_contain_text("Renewal month")
        walker.go("/sales/deals/?view=list&f=custom.renewal_month:is:7&col=custom.renewal_month")
        expect(page.locator("tbody tr")).to_have_count(1)
        expect(page.locator("thead")).to_contain_text("Renewal month")
    finally:
        for row in CustomField.objects.filter(record="deal", key="renewal_month"):
            definitions.retire(row, by=olga, now=clock.now())
    assert walker.said == []


def a_lead_becomes_a_customer_with_a_deal_that_is_won(walker: Walker) -> Person:
    """A1: somebody new, then person, organisation and deal by one form."""
    page = walker.page
    walker.go("/sales/leads/new/")
    page.get_by_label("Person").fill("Nora Field")
    page.get_by_label("They are new here").check()
    page.get_by_label("Email").fill("nora@bar.example")
    page.locator("main form .btn.primary").click()
    page.wait_for_url(lambda url: "/new/" not in url)
    nora = Person.objects.get(name="Nora Field")
    walker.go(f"/customers/{nora.pk}/")
    page.get_by_role("link", name="Convert").click()
    page.get_by_label("Organisation").fill("Bar Nord")
    page.get_by_label("Deal").fill("Two kettles")
    page.get_by_label("Amount").fill("900")
    clean(walker)
    page.locator("main form .btn.primary").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Two kettles")
    page.locator("button[name=do][value^=win]").click()
    expect(page.locator("[data-toasts]")).to_contain_text("is won")
    clean(walker)
    return nora


def an_order_is_written_down_and_a_case_opened_and_ended(walker: Walker, nora: Person) -> None:
    """A1, by links of the deal and the key of the customer's page."""
    page = walker.page
    page.get_by_role("link", name="Order", exact=True).click()
    page.get_by_label("Number", exact=True).fill("KW-1")
    page.get_by_label("Article, line 1").fill("Kettle")
    page.get_by_label("Quantity, line 1").fill("2")
    page.get_by_label("Price of one, line 1").fill("450")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("KW-1")
    walker.go(f"/customers/{nora.pk}/")
    page.keyboard.press("c")
    expect(page.get_by_role("heading", level=1)).to_have_text("New case")
    page.get_by_label("What is it about?").fill("The lid does not close")
    page.keyboard.press("Control+Enter")
    form = page.locator("form[action$='/over/']")
    form.locator("[name=purpose]").select_option("fix")
    form.locator("[name=outcome]").select_option("solved")
    form.locator("button[name=do][value=close]").click()
    expect(page.locator("form[action$='/over/'] [name=purpose]")).to_have_count(0)


def all_of_it_stands_on_their_page_with_the_pattern(walker: Walker, nora: Person, town: Town) -> None:
    """A1 and A5."""
    page, now = walker.page, clock.now()
    lines = (LineIn("K-1", "Kettle", Decimal(2), Decimal(40)),)
    told = [OrderIn(f"N-{ago}", now - timedelta(days=ago), "EUR", Decimal(80), lines=lines) for ago in (100, 90, 80)]
    bought.take([bought.Bought(one, person=nora) for one in told], source=None, by=town.staff.olga, now=now)
    walker.go(f"/customers/{nora.pk}/")
    for words in ("Bar Nord", "Two kettles", "The lid does not close"):
        expect(page.locator("main")).to_contain_text(words)
    clean(walker)
    walker.go(f"/customers/{nora.pk}/?tab=orders")
    for words in ("KW-1", "N-80", "Kettle", "Buying pattern"):
        expect(page.locator("main")).to_contain_text(words)
    clean(walker)


def one_filter_asks_deals_and_orders_and_is_kept(walker: Walker) -> None:
    """A3: kept under a name, it is a tab of the list."""
    page = walker.page
    walker.go('/customers/?where={"all":[{"field":"deals","op":"any","value":{"all":["amount:over:800"]}},'
              '{"field":"bought","op":"any","value":{"all":["placed:last:90"]}}]}')  # fmt: skip
    expect(page.locator("main")).to_contain_text("Nora Field")
    page.get_by_role("button", name="Keep").first.click()
    page.locator("#keep-menu [name=name]").fill("Worth a call")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Worth a call")).to_have_attribute("aria-current", "page")
    clean(walker)


def the_part_of_the_business_says_what_stands_first(walker: Walker) -> None:
    """A4: the rail follows, under Today; then it is as it was."""
    page = walker.page
    walker.go("/")
    for pillar, first in (("marketing", "Listening"), ("sales", "Deals"), ("", "Inbox")):
        page.locator("#pillar").select_option(pillar)
        page.locator("form:has(#pillar) button").click()
        expect(page.get_by_role("navigation", name="Main").locator("a[data-key]").nth(1)).to_contain_text(first)
    clean(walker)


def a_house_that_sells_to_firms_alone_keeps_its_consumers(walker: Walker, nora: Person) -> None:
    """A6: and back."""
    page = walker.page
    for button, told in (
        ("Organisations only", "Organisations only: "),
        ("People as well", "People and organisations: "),
    ):
        walker.go("/sales/products/")
        page.get_by_role("button", name=button).click()
        expect(page.locator("main")).to_contain_text(told)
        walker.go(f"/customers/{nora.pk}/?tab=orders")
        expect(page.locator("main")).to_contain_text("N-80")
