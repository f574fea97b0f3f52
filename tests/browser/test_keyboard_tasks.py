"""Ten main tasks by keys alone, nothing is clicked. What one comes to is heard by role and name, as a screen reader says it,
and is seen to have the focus.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

import cast
from browser.conftest import AXE, Town, Walker, sign_in
from mutuals.base import clock
from mutuals.base.models import Batch
from mutuals.capture.imports import running
from mutuals.capture.models import Import
from mutuals.inbox.models import Case, Promise, Task, Turn
from mutuals.insights.models import Report
from mutuals.people.models import Person
from mutuals.sales import deals
from mutuals.sales.deals import DealIn
from mutuals.sales.models import Deal

pytestmark = pytest.mark.browser
MOST = 150  # steps of Tab to anything on a page
ASK = "axe.run({resultTypes: ['violations']}).then(r => r.violations.map(v => [v.id, v.nodes.map(n => n.html)]))"
SEEN = """() => { const one = document.activeElement, drawn = getComputedStyle(one), at = one.getBoundingClientRect();
return one.matches(":focus-visible") && at.bottom > 0 && at.top < innerHeight && at.right > 0 && at.left < innerWidth
  && (drawn.boxShadow !== "none" || (drawn.outlineStyle !== "none" && parseFloat(drawn.outlineWidth) > 0)); }"""


class Hands:
    """Somebody at a keyboard with a screen reader."""

    def __init__(self, walker: Walker) -> None:
        self.walker, self.page, self.keys = walker, walker.page, walker.page.keyboard
        self._ear = walker.page.context.new_cdp_session(walker.page)
        self.unseen: list[str] = []
        self.page.emulate_media(reduced_motion="reduce")

    def heard(self) -> tuple[str, str]:
        """Role and name of what has the focus, from the accessibility tree."""
        told = self._ear.send("Runtime.evaluate", {"expression": "document.activeElement"})
        tree = self._ear.send(
            "Accessibility.getPartialAXTree", {"objectId": told["result"]["objectId"], "fetchRelatives": False}
        )
        node: dict[str, Any] = tree["nodes"][0]
        return str(node.get("role", {}).get("value", "")), str(node.get("name", {}).get("value", ""))

    def to(self, role: str, name: str, *, back: bool = False, exact: bool = False) -> None:
        """Tab until something of this role whose name begins so, or is so, is heard."""
        way: list[tuple[str, str]] = []
        for _ in range(MOST):
            way.append(self.heard())
            if way[-1][0] == role and (way[-1][1] == name if exact else way[-1][1].startswith(name)):
                if not self.page.evaluate(SEEN):
                    self.unseen.append(f"{role} {name} on {self.page.url}")
                return
            self.keys.press("Shift+Tab" if back else "Tab")
        raise AssertionError(f"No {role} “{name}” among {way}")

    def down_to(self, name: str) -> None:
        """Walk by arrows through the menu that is open to what is called so."""
        expect(self.page.locator("[popover]:popover-open :focus")).to_be_attached()
        for _ in range(MOST):
            if self.heard()[1] == name:
                return
            self.keys.press("ArrowDown")
        raise AssertionError(f"No {name} in the menu")

    def clean(self) -> None:
        """Nothing on the page that axe finds."""
        self.page.evaluate(AXE.read_text())
        assert self.page.evaluate(ASK) == [], self.page.url

    def press(self, *strokes: str) -> None:
        """One key after the other."""
        for stroke in strokes:
            self.keys.press(stroke)

    def at(self, heading: str, *strokes: str) -> None:
        """Go by keys to the page with this heading."""
        self.page.evaluate("document.documentElement.dataset.was = ''")
        self.press(*strokes)
        expect(self.page.locator("html:not([data-was])")).to_be_attached()
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(heading)
        self.page.wait_for_load_state("load")


def test_a_day_of_service_by_keys_alone(walker: Walker, town: Town) -> None:
    square = cast.source("Harbour", owner=town.staff.olga, team=town.staff.sales)
    heard = cast.turn(square, "keys-1", "My spout drips.", who="kim")
    square.connector = "mastodon"
    square.save(update_fields=["connector"])
    cast.channel(square, "@harbour_care", speakers=(town.staff.ben,))
    kim = cast.person("Kim Keyser", by=town.staff.ben, email="kim@keys.example")
    sign_in(walker, town.staff.ben.email, cast.PASSWORD)
    hands = Hands(walker)

    _find_a_customer(hands)
    _open_a_case(hands)
    _answer_a_message(hands, heard)
    _make_and_keep_a_promise(hands, kim)
    _add_a_task(hands)

    assert hands.unseen == []
    assert walker.said == []


def test_a_day_of_sales_by_keys_alone(walker: Walker, town: Town, tmp_path: Path) -> None:
    for number in (1, 2, 3):
        told = DealIn(f"Mugs {number}", "EUR", town.bea, amount=Decimal(100 * number), expected_on=clock.now().date())
        deals.open_deal(told, by=town.staff.lea, now=clock.now())
    sign_in(walker, town.staff.lea.email, cast.PASSWORD)
    hands = Hands(walker)

    _move_a_card(hands)
    _edit_many_and_take_it_back(hands)
    _keep_a_view(hands)
    _import_a_file(hands, tmp_path)
    _build_a_report(hands)

    assert hands.unseen == []
    assert walker.said == []


def _find_a_customer(hands: Hands) -> None:
    hands.at("Customers", "g", "c")
    hands.clean()
    hands.press("Control+k")
    expect(hands.page.locator("dialog[open] :focus")).to_be_attached()
    assert hands.heard()[0] in ("combobox", "searchbox", "textbox")
    hands.keys.type("Kim Keyser")
    expect(hands.page.get_by_role("option", name="Kim Keyser").first).to_have_attribute("aria-selected", "true")
    hands.at("Kim Keyser", "Enter")


def _open_a_case(hands: Hands) -> None:
    hands.at("Cases", "g", "q")
    hands.clean()
    hands.at("New case", "c")
    hands.to("textbox", "What is it about?")
    hands.keys.type("Her lid jams")
    hands.to("textbox", "Person")
    hands.keys.type("Kim Keyser")
    hands.to("combobox", "Severity")
    hands.press("c")  # critical, by its first letter
    hands.press("Control+Enter")
    expect(hands.page.get_by_role("heading", name="Her lid jams")).to_be_visible()
    made = Case.objects.get(title="Her lid jams")
    assert (made.severity, str(made.person)) == ("critical", "Kim Keyser")


def _answer_a_message(hands: Hands, heard: Turn) -> None:
    hands.at("Inbox", "g", "i")
    hands.to("link", "All")
    hands.at("Inbox", "Enter")
    row = hands.page.locator(f"#row-{heard.pk}")
    expect(row).to_be_visible()
    for _ in range(hands.page.locator("#rows .conv").count()):
        hands.press("j")
        if hands.page.locator("[data-at]").filter(has=row).count():
            break
    assert "My spout drips." in hands.heard()[1]
    hands.press("o")
    expect(row).to_have_attribute("aria-current", "true")
    expect(hands.page.locator("#thread h1")).to_be_visible()
    hands.clean()
    hands.press("r")
    expect(hands.page.locator("#words")).to_be_focused()
    assert hands.heard()[0] == "textbox"
    assert hands.heard()[1]
    hands.keys.type("A spout is on its way.")
    hands.press("Control+Enter")
    expect(hands.page.locator(".msg.out").last).to_contain_text("A spout is on its way.")


def _make_and_keep_a_promise(hands: Hands, kim: Person) -> None:
    hands.walker.go("/")  # out of the field, as by a bookmark
    hands.at("Promises", "g", "v")
    hands.at("New promise", "c")
    hands.to("textbox", "What")
    hands.keys.type("We send the lid today.")
    hands.to("spinbutton", "Customer number")
    hands.keys.type(str(kim.pk))
    hands.press("Control+Enter")
    expect(hands.page.get_by_text("We send the lid today.").first).to_be_visible()
    hands.at("Promises", "g", "v")
    hands.clean()
    hands.to("link", "We send the lid today.")
    hands.press("e")
    expect(hands.page.locator("[data-toasts]")).to_contain_text("Kept. Tell the customer.")
    assert Promise.objects.get(words="We send the lid today.").state == "kept"


def _add_a_task(hands: Hands) -> None:
    hands.at("Tasks", "g", "k")
    hands.press("n")
    expect(hands.page.get_by_label("What is to be done, in a line")).to_be_focused()
    hands.keys.type("call Kim Keyser tomorrow 10:00")
    expect(hands.page.locator("#read")).to_contain_text("for Kim Keyser")
    hands.press("Enter")
    expect(hands.page.locator("#live tbody .name", has_text="Call Kim Keyser")).to_be_visible()
    hands.clean()
    assert Task.objects.filter(title="Call Kim Keyser").count() == 1


def _move_a_card(hands: Hands) -> None:
    hands.at("Deals", "g", "b")
    hands.clean()
    hands.to("link", "Mugs 1")
    hands.at("Mugs 1", "Enter")
    hands.at("Deals", "g", "b")
    hands.to("link", "Move Mugs 1 to")
    hands.press("Enter")
    expect(hands.page.locator("#board-move button").first).to_be_focused()
    hands.to("button", "Understand the need")
    hands.press("Enter")
    expect(hands.page.locator("[data-lane=needs]").get_by_role("link", name="Mugs 1", exact=True)).to_be_visible()
    expect(hands.page.get_by_role("link", name="Move Mugs 1 to…")).to_be_focused()


def _edit_many_and_take_it_back(hands: Hands) -> None:
    hands.to("link", "List", back=True, exact=True)
    hands.at("Deals", "Enter")
    hands.to("searchbox", "Words of the title")
    hands.keys.type("Mugs")
    hands.at("Deals", "Enter")
    expect(hands.page.locator("tbody tr")).to_have_count(3)
    hands.clean()
    hands.to("checkbox", "All on this page")
    hands.press("Space")
    expect(hands.page.locator("[data-bulk-count]")).to_contain_text("3")
    hands.to("button", "Edit")
    hands.at("Edit ", "Enter")
    hands.to("checkbox", "Probability")
    hands.press("Space")
    hands.to("textbox", "Probability")
    hands.keys.type("55")
    hands.to("button", "Write")
    hands.at("Deals", "Enter")
    expect(hands.page.get_by_role("button", name="Undo")).to_be_visible()  # its words may be gone by now: it is not
    hands.to("button", "Undo")
    hands.at("Deals", "z")
    expect(hands.page.locator("[data-toasts]")).to_contain_text("Undone")
    batch = Batch.objects.latest("pk")
    wrote = batch.changes.values_list("after__probability", flat=True)
    assert (batch.state, batch.refused, batch.changes.count(), set(wrote)) == ("undone", 0, 3, {55})
    assert not Deal.objects.filter(probability=55).exists()


def _keep_a_view(hands: Hands) -> None:
    hands.press("f")
    hands.down_to("Amount")
    hands.at("Deals", "Enter")
    expect(hands.page.get_by_label("How", exact=True)).to_be_focused()
    hands.press("a", "Tab")  # above
    hands.keys.type("150")
    hands.at("Deals", "Enter")
    expect(hands.page.locator(".told")).to_contain_text("amount is above 150")
    hands.to("button", "Keep view")
    hands.press("Enter")
    expect(hands.page.get_by_label("Keep this list as")).to_be_focused()
    hands.keys.type("Large ones")
    hands.at("Deals", "Enter")
    expect(hands.page.get_by_role("link", name="Large ones")).to_have_attribute("aria-current", "page")


def _import_a_file(hands: Hands, folder: Path) -> None:
    file = folder / "by keys.csv"
    file.write_text("Name,E-mail\nKay Board,kay@keys.example\nTab Stop,tab@keys.example\n")
    hands.at("Import", "g", "m")
    hands.clean()
    hands.to("button", "Drop a file here, or choose one")
    with hands.page.expect_file_chooser() as choosing:
        hands.press("Space")
    choosing.value.set_files(file)
    hands.to("button", "Upload and read")
    hands.press("Enter")
    expect(hands.page.get_by_role("button", name="Check the file")).to_be_visible()
    hands.to("button", "Check the file")
    hands.press("Enter")
    expect(hands.page.locator("#progress")).to_be_visible()
    made = Import.objects.latest("pk")
    running.check_now(made.pk)
    expect(hands.page.get_by_role("button", name="Import 2")).to_be_visible()
    hands.to("button", "Import 2")
    hands.press("Enter")
    expect(hands.page.locator("#progress")).to_be_visible()
    running.run_now(made.pk)
    expect(hands.page.get_by_role("link", name="Another file")).to_be_visible()
    assert Person.objects.filter(name__in=["Kay Board", "Tab Stop"]).count() == 2


def _build_a_report(hands: Hands) -> None:
    hands.at("Reports", "g", "a")
    hands.clean()
    hands.at("New report", "c")
    hands.to("combobox", "Count")
    hands.press("d")  # deals
    hands.to("button", "Show")
    hands.press("Enter")
    expect(hands.page.get_by_role("button", name="Keep it")).to_be_visible()
    hands.to("textbox", "Name")
    hands.keys.type("Deals by keys")
    hands.press("Enter")
    expect(hands.page.get_by_role("heading", level=1)).to_contain_text("Deals by keys")
    assert Report.objects.get(name="Deals by keys").body["record"] == "deal"
