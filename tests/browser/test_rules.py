"""Rules in a browser: begun from a template, tried, changed by its menus, kept, turned on; and nothing that axe finds wrong."""

import pytest
from playwright.sync_api import expect

import cast
from browser.conftest import AXE, Town, Walker, sign_in
from mutuals.rules.models import Rule

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 360])
def test_a_rule_is_begun_tried_changed_kept_and_turned_on(walker: Walker, town: Town, width: int, theme: str) -> None:
    name = f"Asks for money back {width} {theme}"
    walker.page.set_viewport_size({"width": width, "height": 900})
    walker.page.emulate_media(color_scheme=theme)
    sign_in(walker, town.staff.lea.email, cast.PASSWORD)

    walker.go("/rules/new/?from=refund")
    walker.page.fill("#id_name", name)
    walker.page.click("button:has-text('Dry run on')")
    walker.page.wait_for_selector("text=would have fired")
    walker.page.click("button:has-text('Condition')")
    expect(walker.page.locator("#id_i1f")).to_be_focused()
    walker.page.select_option("#id_i1f", "person.stage")
    walker.page.wait_for_selector("#id_i1v option[value=customer]", state="attached")
    walker.page.select_option("#id_i1v", "customer")
    walker.page.click("button:has-text('Keep it')")
    walker.page.wait_for_selector("text=Version 1")
    if width == 1440:
        walker.page.click(f"[role=switch][aria-label='{name}']")
        walker.page.wait_for_selector(f"[role=switch][aria-label='{name}'][aria-checked=true]")
    walker.page.evaluate(AXE.read_text())
    wrong = walker.page.evaluate("async () => (await axe.run()).violations.map(v => v.id + ' ' + v.nodes[0].html)")

    assert Rule.objects.get(name=name).body["if"]["all"][1]["field"] == "person"
    assert walker.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert wrong == []


def test_a_rule_is_built_by_keyboard_alone(walker: Walker, town: Town) -> None:
    sign_in(walker, town.staff.lea.email, cast.PASSWORD)
    walker.go("/rules/new/")
    page, press = walker.page, walker.page.keyboard.press

    page.focus("#id_name")
    page.keyboard.type("By keyboard")
    _tab_to(walker, "#id_add_i")
    press("Enter")
    expect(page.locator("#id_i0f")).to_be_focused()
    press("ArrowDown")  # the first field: words
    expect(page.locator("#id_i0o")).to_be_visible()
    expect(page.locator("#id_i0f")).to_be_focused()
    press("Tab")
    expect(page.locator("#id_i0o")).to_be_focused()
    press("Tab")
    expect(page.locator("#id_i0v")).to_be_focused()
    page.keyboard.type("refund*")
    _tab_to(walker, "#id_add_t")
    press("Enter")
    expect(page.locator("#id_t0a")).to_be_focused()
    page.keyboard.type("note")
    expect(page.locator("#id_t0text")).to_be_visible()
    expect(page.locator("#id_t0a")).to_be_focused()
    press("Control+Enter")
    expect(page.locator("#id_t0text")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#id_t0text")).to_be_focused()
    page.keyboard.type("Wants money back")
    press("Control+Enter")
    page.wait_for_selector("text=Version 1")

    kept = Rule.objects.get(name="By keyboard").body
    assert kept["then"] == [{"note": {"text": "Wants money back"}}]
    assert kept["if"] == {"all": [{"field": "words", "op": "says", "value": ["refund*"]}]}


def test_what_is_chosen_in_the_moment_a_menu_appears_is_asked_of_the_server_too(walker: Walker, town: Town) -> None:
    sign_in(walker, town.staff.lea.email, cast.PASSWORD)
    walker.go("/rules/new/")
    walker.page.evaluate(
        """() => new MutationObserver((_, watch) => {
          const menu = document.getElementById("id_i0f");
          if (!menu) return;
          watch.disconnect();
          menu.value = "words";
          menu.dispatchEvent(new Event("change", { bubbles: true }));
        }).observe(document.body, { childList: true, subtree: true })"""
    )

    walker.page.click("button:has-text('Condition')")

    expect(walker.page.locator("#id_i0o")).to_be_visible()


def _tab_to(walker: Walker, wanted: str) -> None:
    """Tab on until it is reached, by a few steps."""
    for _ in range(8):
        walker.page.keyboard.press("Tab")
        if walker.page.locator(wanted).evaluate("(one) => one === document.activeElement"):
            return
    expect(walker.page.locator(wanted)).to_be_focused()
