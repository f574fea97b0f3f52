"""A case in a browser, by keyboard where it can: opened for a customer, worked on, seen by step, ended, found again; and
nothing that axe finds wrong, wide or narrow.
"""

import pytest
from playwright.sync_api import expect

from browser.conftest import AXE, Town, Walker
from mutuals.inbox import case_talks
from mutuals.inbox.models import Case

pytestmark = pytest.mark.browser


def wrong_with(walker: Walker) -> list[str]:
    """What axe finds, and a page that is wider than its window."""
    page, found = walker.page, list[str]()
    page.evaluate(AXE.read_text())
    for width in (1440, 360):
        page.set_viewport_size({"width": width, "height": 900})
        found += page.evaluate("async () => (await axe.run()).violations.map(v => v.id + ' ' + v.nodes[0].html)")
        if not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
            found.append(f"{page.url} is wider than {width}")
    page.set_viewport_size({"width": 1440, "height": 900})
    return found


def test_a_case_is_opened_worked_on_seen_by_step_and_ended_by_keyboard(ada: Walker, town: Town) -> None:
    page, press = ada.page, ada.page.keyboard.press

    ada.go(f"/cases/new/?person={town.bea.pk}")
    wrong = wrong_with(ada)
    page.select_option("[name=severity]", "critical")
    page.select_option("[name=steps]", "usual")
    page.focus("[name=title]")
    page.keyboard.type("The lid jams")
    press("Control+Enter")
    page.wait_for_selector("h2:has-text('The lid jams')")
    case = Case.objects.get(title="The lid jams")
    wrong += worked_on(ada, case, town.turn.pk)
    page.focus("h1")
    press("v")
    page.wait_for_selector("h3:has-text('New')")
    wrong += wrong_with(ada)
    press("v")
    page.wait_for_selector(".casetalk")
    wrong += ended(ada, "A new lid went out.")
    ada.go("/cases/?state=all&f=severity:is:critical")
    wrong += wrong_with(ada)

    case.refresh_from_db()
    assert (case.state, case.outcome, case.result) == ("solved", "solved", "A new lid went out.")
    assert wrong == []
    assert ada.said == []


def worked_on(walker: Walker, case: Case, named_in: int) -> list[str]:
    """A line of its checklist, ticked; a part; a conversation that named it, let in."""
    page, press = walker.page, walker.page.keyboard.press
    case_talks.suggest(case, named_in, now=case.opened_at)
    page.focus("#check_words")
    page.keyboard.type("Ask for the receipt")
    press("Enter")
    page.wait_for_selector("button[aria-label='Ask for the receipt']")
    page.focus("#part_name")
    page.keyboard.type("Lid")
    press("Enter")
    page.wait_for_selector("#parts td:has-text('Lid')")
    page.focus("button[aria-label='Ask for the receipt']")
    press("Enter")
    expect(page.locator("button[aria-label='Ask for the receipt']")).to_have_attribute("aria-pressed", "true")
    page.click("button:has-text('Let it in')")
    expect(page.locator(".casetalk")).to_contain_text("My kettle leaks.")
    return wrong_with(walker)


def ended(walker: Walker, result: str) -> list[str]:
    """Ended by the keys, with what was wanted and what came of it."""
    page = walker.page
    page.select_option("[name=purpose]", "fix")
    page.select_option("[name=outcome]", "solved")
    page.focus("[name=result]")
    page.keyboard.type(result)
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(f"text={result}")
    return wrong_with(walker)
