"""A working day of a service and marketing team in a real browser: what A9, C1, C3, C4, C6 and C9 ask, one by one.

Through the API and the terminal: tests/stories/test_a07 to test_k04; docs/shown.md tells which test shows what.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from playwright.sync_api import expect

import cast
from browser.conftest import AXE, Town, Walker, sign_in
from mutuals.base import clock
from mutuals.inbox.models import Case, Promise
from mutuals.insights import cost
from mutuals.processes import hands
from mutuals.processes.models import Handover

pytestmark = pytest.mark.browser
ASK = "axe.run({resultTypes: ['violations']}).then(r => r.violations.map(v => v.id + ' ' + v.nodes[0].html))"
COMPLAINT = "Complaint from a public post"
WORDS = "The lid of my kettle came off."


def clean(walker: Walker) -> None:
    """Nothing that axe finds, and no page wider than its window."""
    walker.page.evaluate(AXE.read_text())
    assert walker.page.evaluate(ASK) == [], walker.page.url
    assert walker.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), walker.page.url


def test_a_day_of_service_and_marketing(walker: Walker, town: Town) -> None:
    us = town.staff
    cost.put(kind="", network="", amount=Decimal("1.50"), since=date(2020, 1, 1), by=us.olga)
    market = cast.source("Market hall", owner=us.olga, team=us.service)
    heard = cast.turn(market, "day-1", WORDS, who="dora")
    sign_in(walker, us.lea.email, cast.PASSWORD)

    a_legal_check_is_put_into_the_process(walker)
    case = a_mention_becomes_a_case_in_three_clicks(walker, heard.pk)
    it_is_handed_to_sales_who_accept(walker, case, town)
    a_promise_holds_the_case_until_it_is_kept(walker, case)
    ended_it_stands_in_one_row_of_a_report(walker, case)

    walker.go("/")
    clean(walker)
    assert walker.said == []


def a_legal_check_is_put_into_the_process(walker: Walker) -> None:
    """C1: from the shipped process to one's own, published."""
    page = walker.page
    walker.go("/processes/new/?from=complaint_public")
    page.get_by_role("button", name="Make the draft").click()
    page.wait_for_url("**/edit/")
    way = page.locator("form[action$='/insert/']")
    way.locator("[name=way]").select_option("triage reply")
    way.locator("[name=name]").fill("Legal check")
    way.locator("[name=owner]").select_option("role lead")
    way.get_by_role("button").click()
    page.wait_for_url("**/legal_check/")
    walker.go(page.url.removeprefix(walker.address).replace("legal_check/", ""))
    page.locator("button[name=do][value=publish]").click()
    page.wait_for_url(lambda url: not url.endswith("/edit/"))
    expect(page.locator("main")).to_contain_text("version 1 in use")
    clean(walker)


def a_mention_becomes_a_case_in_three_clicks(walker: Walker, conversation: int) -> Case:
    """C4 and A9: what it is about was said already, so nobody types it."""
    page = walker.page
    walker.go(f"/inbox/{conversation}/?tab=all")
    page.locator(".newcase summary").click()
    page.locator(".newcase [name=steps]").select_option(label=COMPLAINT)
    page.locator(".newcase").get_by_role("button", name="Open it").click()
    expect(page.locator("h2").filter(has_text=WORDS)).to_be_visible()
    case = Case.objects.get(conversation=conversation)
    assert page.url == f"{walker.address}/cases/{case.pk}/"
    clean(walker)
    return case


def it_is_handed_to_sales_who_accept(walker: Walker, case: Case, town: Town) -> None:
    """C1: it goes through Legal. C3: whoever gets it reads why and what comes next."""
    page = walker.page
    page.get_by_role("button", name="Legal check").click()
    expect(page.get_by_text("Go on from Legal check")).to_be_visible()
    offer = page.locator("form[action$='/hand-over/']")
    offer.locator("[name=to]").select_option(f"team {town.staff.sales.pk}")
    offer.locator("[name=reason]").fill("Wants a larger one")
    offer.locator("[name=next]").fill("Call before Friday")
    offer.get_by_role("button").click()
    expect(page.locator(".toast").first).to_contain_text("Offered to Sales")
    walker.go("/processes/waiting/")
    expect(page.locator("main")).to_contain_text("Wants a larger one")
    expect(page.locator("main")).to_contain_text("Call before Friday")
    clean(walker)
    hands.accept(Handover.objects.get(item__about=f"case:{case.pk}"), by=town.staff.ben, now=clock.now())


def a_promise_holds_the_case_until_it_is_kept(walker: Walker, case: Case) -> None:
    """C6: and the case, asked to end, says which promise it waits for. C9: by step, then by conversation again."""
    page = walker.page
    walker.go(f"/promises/new/?case={case.pk}&conversation={case.conversation_id}")
    page.locator("[name=words]").fill("We send a new lid")
    page.locator("[name=due_at]").fill("2027-03-01T17:00")
    page.get_by_role("button", name="Keep track of it").click()
    page.wait_for_url(lambda url: "/new/" not in url)
    walker.go(f"/cases/{case.pk}/")
    end(walker)
    expect(page.locator("main")).to_contain_text("We send a new lid")
    case.refresh_from_db()
    assert case.state == "open"
    assert len(walker.said) == 1, "the browser notes that a page was a refusal, and nothing else"
    walker.said.clear()
    walker.go(f"/promises/{Promise.objects.get(words='We send a new lid').pk}/")
    clean(walker)
    page.keyboard.press("e")
    expect(page.locator(".toast").first).to_be_visible()
    walker.go(f"/cases/{case.pk}/")
    page.keyboard.press("v")
    expect(page.locator("h3").filter(has_text="Legal check")).to_be_visible()
    page.keyboard.press("v")


def end(walker: Walker) -> None:
    """What they wanted and what came of it, a click each."""
    form = walker.page.locator("form[action$='/over/']")
    form.locator("[name=purpose]").select_option("fix")
    form.locator("[name=outcome]").select_option("solved")
    form.locator("button[name=do][value=close]").click()


def ended_it_stands_in_one_row_of_a_report(walker: Walker, case: Case) -> None:
    """C4: mention, case, outcome and cost."""
    page = walker.page
    end(walker)
    expect(page.locator("form[action$='/over/'] [name=purpose]")).to_have_count(0)
    case.refresh_from_db()
    assert (case.state, case.outcome) == ("solved", "solved")
    walker.go("/reports/")
    page.get_by_role("link", name="What came of cases, and what they cost").click()
    row = page.locator("tr").filter(has_text=WORDS)
    expect(row).to_contain_text(str(case.conversation_id))
    expect(row).to_contain_text("1.50")
    clean(walker)
