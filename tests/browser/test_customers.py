"""The list of customers as it lies on a screen: every chosen column can be read, and the bar of many acts is within reach."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from browser.conftest import Town, Walker
from mutuals.people.models import Person
from mutuals.web.customers.asked import COLUMNS

pytestmark = pytest.mark.browser
EVERY = "/customers/?sort=name" + "".join(f"&col={name}" for name in COLUMNS)
READABLE = 88  # px, at least, for each column that was chosen
ADDRESS = 240  # px, at least, for the column of mail addresses
LIE = """() => {
  const place = document.querySelector(".tw");
  const heads = [...place.querySelectorAll("th")];
  const cut = [...place.querySelectorAll("td.num")].filter((one) => one.scrollWidth > one.clientWidth);
  place.scrollLeft = 10_000;
  const [name, edge] = [heads[1].getBoundingClientRect(), place.getBoundingClientRect()];
  return {
    widths: Object.fromEntries(heads.slice(1).map((one) => [one.textContent, one.getBoundingClientRect().width])),
    cut: cut.map((one) => one.textContent),
    moved: place.scrollLeft,
    last: edge.right - heads.at(-1).getBoundingClientRect().right,
    name: name.left - edge.left,
    over: document.documentElement.scrollWidth - innerWidth,
  };
}"""
INSIDE = """bar => [bar, ...bar.querySelectorAll("button, input, select, b")].filter((one) => {
  const at = one.getBoundingClientRect();
  const top = document.elementFromPoint(at.left + at.width / 2, at.top + at.height / 2);
  return at.width === 0 || at.left < 0 || at.top < 0 || at.right > innerWidth || at.bottom > innerHeight || !bar.contains(top);
}).map((one) => one.outerHTML)"""


@pytest.mark.parametrize("width", [1024, 1440, 1920])
def test_every_chosen_column_can_be_read_and_the_table_moves_sideways_under_the_names(
    ada: Walker, town: Town, width: int
) -> None:
    wide = datetime(2024, 5, 20, 9, tzinfo=UTC)
    Person.objects.filter(pk=town.bea.pk).update(created_at=wide, last_order_at=wide)
    ada.page.set_viewport_size({"width": width, "height": 900})

    ada.go(EVERY)
    lies = ada.page.evaluate(LIE)

    assert list(lies["widths"]) == ["Name", *COLUMNS.values()]
    assert min(lies["widths"].values()) >= READABLE
    assert lies["widths"]["Email"] >= ADDRESS
    assert lies["cut"] == []
    assert lies["moved"] > 0
    assert abs(lies["last"]) < 16  # a scrollbar may lie between
    assert lies["name"] == 48  # beside the boxes, however far the table has moved
    assert lies["over"] <= 0
    expect(ada.page.get_by_role("region", name="Customers", exact=True)).to_have_attribute("tabindex", "0")
    assert ada.said == []


def test_the_usual_columns_fit_on_a_wide_screen(ada: Walker) -> None:
    ada.go("/customers/")

    lies = ada.page.evaluate(LIE)

    assert lies["moved"] == 0
    assert min(lies["widths"].values()) >= READABLE


@pytest.mark.parametrize(("width", "height"), [(768, 900), (1440, 900)])  # a phone has no ticks
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_all_that_can_be_done_with_ticked_rows_lies_inside_the_window(
    ada: Walker, width: int, height: int, theme: str
) -> None:
    page = ada.page
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": height})

    ada.go("/customers/")
    page.keyboard.press("j")
    page.keyboard.press("x")
    bar = page.get_by_role("group", name="With those ticked")

    expect(bar).to_be_visible()
    expect(bar).to_contain_text("1 selected")
    assert bar.evaluate(INSIDE) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert ada.said == []
