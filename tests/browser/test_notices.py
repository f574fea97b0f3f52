"""Two colleagues in two browsers: each sees the other at a record, and a mention rings the bell without a new page."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

import cast
from browser.conftest import AXE, Town, Walker, sign_in
from mutuals.staff import notices_told

pytestmark = pytest.mark.browser


@pytest.fixture
def lea(browser: Browser, address: str, town: Town) -> Iterator[Walker]:
    """Lea, signed in, with a phone."""
    context = browser.new_context(viewport={"width": 360, "height": 800}, color_scheme="dark")
    made = Walker(context.new_page(), address)
    made.page.set_default_timeout(30_000)
    sign_in(made, town.staff.lea.email, cast.PASSWORD)
    yield made
    context.close()


def test_two_see_each_other_and_a_mention_rings_the_bell(ada: Walker, lea: Walker, town: Town) -> None:
    bea = f"/customers/{town.bea.pk}/"
    notices_told.catch_up()

    # both at Bea, by keys: Ada follows her; Lea begins to edit, and goes
    ada.go(bea)
    ada.page.keyboard.press("f")
    expect(ada.page.locator(".star button")).to_have_attribute("aria-pressed", "true")
    lea.go(f"{bea}?tab=edit")
    expect(ada.page.locator(".here")).to_contain_text("Lea is editing")
    expect(lea.page.locator(".here .face")).to_have_count(1)
    wrong = _wrong(ada) + _wrong(lea)
    lea.go(f"/inbox/{town.turn.pk}/")
    expect(ada.page.locator(".here")).to_be_hidden()

    # Lea writes a note with an @, which offers Ada
    lea.page.keyboard.press("n")
    lea.page.locator("#words").press_sequentially("Look at this, @ad")
    expect(lea.page.locator("[role=option]").first).to_contain_text("Ada")
    wrong += _wrong(lea)
    lea.page.keyboard.press("Enter")
    expect(lea.page.locator("#words")).to_have_value("Look at this, @ada ")
    lea.page.keyboard.press("Control+Enter")
    expect(lea.page.locator("#newest")).to_contain_text("Look at this, @ada")
    notices_told.catch_up()
    expect(ada.page.locator("#bell button")).to_have_attribute("aria-label", "Notices, 1 unread")

    # Ada reads it by keys: the bell, the page, e
    ada.page.click("#bell button")
    expect(ada.page.locator("#bell-menu")).to_contain_text("Lea mentioned you: Look at this, @ada")
    wrong += _wrong(ada)
    ada.go("/notices/")
    wrong += _wrong(ada)
    ada.page.keyboard.press("j")
    ada.page.keyboard.press("e")
    expect(ada.page.locator("main")).to_contain_text("Nothing unread")
    expect(ada.page.locator("#bell button")).to_have_attribute("aria-label", "Notices")

    assert wrong == []
    assert ada.said == []
    assert lea.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def _wrong(walker: Walker) -> list[str]:
    walker.page.evaluate(AXE.read_text())
    told = "async () => (await axe.run()).violations.map(v => v.id + ' ' + v.nodes[0].html)"
    return list(walker.page.evaluate(told))
