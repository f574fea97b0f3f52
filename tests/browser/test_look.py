"""What a picture alone would show: what lies over what, whether open menus can be read, and that the focus is seen."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from browser.conftest import AXE, Town, Walker

pytestmark = pytest.mark.browser
APART = """() => {
  const [a, b] = ["[data-toast]", "#composer"].map((one) => document.querySelector(one).getBoundingClientRect());
  const inside = a.left >= 0 && a.top >= 0 && a.right <= innerWidth && a.bottom <= innerHeight;
  return inside && (a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top);
}"""
AXE_OF_MENU = """menu => axe.run(menu, {resultTypes: ["violations"]})
  .then(r => r.violations.flatMap(one => one.nodes.map(node => `${one.id} ${node.html}`)))"""
OUTSIDE = (
    """() => axe.run({runOnly: ["region"]}).then(r => r.violations.flatMap(one => one.nodes.map(node => node.html)))"""
)
RING = """() => {
  const of = getComputedStyle(document.activeElement);
  return (of.outlineStyle !== "none" && parseFloat(of.outlineWidth) >= 2) || /0px 0px 0px [24]px/.test(of.boxShadow);
}"""


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (360, 800)])
def test_a_toast_covers_nothing_of_the_composer(ada: Walker, town: Town, width: int, height: int) -> None:
    page = ada.page
    page.set_viewport_size({"width": width, "height": height})
    ada.go(f"/inbox/{town.turn.pk}/?tab=all")

    page.keyboard.press("n")
    page.keyboard.type("Asked the depot.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-toast]")).to_contain_text("Note kept")

    assert page.evaluate(APART)
    assert ada.said == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_open_menu_is_clean_for_axe(ada: Walker, town: Town, theme: str) -> None:
    wrong: list[str] = []
    page = ada.page
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
    menus = {
        "/customers/": ["keep-menu", "columns-menu", "sort-menu", "filter-menu", "new-menu", "me-menu"],
        f"/customers/{town.bea.pk}/": ["remark", "more-acts"],
        f"/inbox/{town.turn.pk}/?tab=all": ["close-menu", "assign-menu", "turn-menu", "filter-menu"],
    }

    for way, names in menus.items():
        ada.go(way)
        page.evaluate(AXE.read_text())
        for name in names:
            page.locator(f"button[popovertarget={name}]:visible").first.click()
            wrong += [f"{name} {words}" for words in page.locator(f"#{name}").evaluate(AXE_OF_MENU)]
            wrong += [f"{name} outside every landmark: {words}" for words in page.evaluate(OUTSIDE)]
            page.keyboard.press("Escape")

    assert wrong == []


def test_what_stands_beside_a_menu_on_a_wide_screen_is_not_in_it_again(ada: Walker, town: Town) -> None:
    page = ada.page

    ada.go(f"/inbox/{town.turn.pk}/?tab=all")
    page.locator("button[popovertarget=turn-menu]").click()

    expect(page.locator("#turn-menu")).to_be_visible()
    expect(page.locator("#turn-menu .only-phone:visible")).to_have_count(0)


def test_the_focus_is_seen_on_quiet_buttons_and_on_rows(ada: Walker, town: Town) -> None:
    page = ada.page
    ada.go("/inbox/?tab=all")

    page.keyboard.press("j")
    row = page.evaluate(RING)
    page.locator("button[popovertarget=state-menu]").focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    quiet = page.evaluate(RING)

    assert row
    assert quiet


def test_marks_heaped_upon_letters_stay_in_the_post_that_has_them(ada: Walker) -> None:
    ada.go("/listening/pillars/service/")

    overflow = ada.page.evaluate("""() => {
      const post = document.createElement("p");
      post.className = "words";
      post.textContent = ("o" + "\\u0301".repeat(80)).repeat(9);
      document.querySelector("main").append(post);
      return getComputedStyle(post).overflow;
    }""")

    assert overflow == "clip"


def test_a_number_in_a_table_is_never_cut_however_narrow_it_is(ada: Walker) -> None:
    ada.go("/listening/pillars/service/")

    cut = ada.page.evaluate("""() => {
      const box = document.createElement("div");
      box.className = "tw";
      box.style.width = "160px";
      box.innerHTML = `<table class="table"><tbody><tr><td>A source with a long name</td>
        <td class="num">12,345,678</td><td class="num">↑ 34 %, was 9,876</td></tr></tbody></table>`;
      document.querySelector("main").append(box);
      return [...box.querySelectorAll(".num")].filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent);
    }""")

    assert cut == []
