"""A day at the Kettle works in a real browser: what no test without one can see."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.urls import NoReverseMatch, reverse
from playwright.sync_api import expect

import cast
from browser.conftest import AXE, Town, Walker, sign_in
from mutuals import flow, privacy
from mutuals.base import clock
from mutuals.capture import receive
from mutuals.capture.imports import begin, running
from mutuals.capture.models import Import
from mutuals.connectors.contract import Raw
from mutuals.history.models import Interaction
from mutuals.inbox.models import Turn
from mutuals.listening.topic import fill, topics

pytestmark = pytest.mark.browser
SCREENS = (
    "today", "inbox", "customers", "organisations", "sources", "lineage", "source_new", "imports", "parked", "staff", "search",
    "journal", "person_new", "organisation_new", "staff_new", "mfa_index", "roles", "teams", "me", "receipts",
    "listening", "cards", "topic_new", "words", "playbooks", "learning", "pillars", "drafts", "beside", "digest",
    "rules", "rule_new", "rules_report", "cases", "reports", "report_new", "dashboard_new", "segments", "segment_new",
    "campaigns", "campaign_new", "purposes", "territories", "territory_new", "ownerless", "relation_kinds", "trash", "batches",
    "account_reauthenticate", "mfa_activate_totp", "mfa_list_webauthn", "mfa_add_webauthn",
)  # fmt: skip
OF_A_SOURCE = ("source", "source_answers", "source_care", "source_live", "source_again", "channel_new")
LOOKS = (("light", 1440, 900), ("dark", 1440, 900), ("dark", 360, 800), ("light", 360, 800))


def arrives(town: Town, key: str, text: str) -> None:
    """Another word in the conversation, by the real way in."""
    one = cast.event(key, text, reply_to="p1", at=clock.now())
    raw = Raw(key=key, body=json.dumps(one).encode())
    type(town.square).objects.filter(pk=town.square.pk).update(connector="webhook")
    receive.keep(town.square, [raw], cursor=None, now=clock.now())
    flow.run(town.square.pk)
    type(town.square).objects.filter(pk=town.square.pk).update(connector="mastodon")


def ways(town: Town) -> list[str]:
    """Every screen that there is, with one of each record."""
    topic = topics.make(topics.Wanted("Leaks", "leak*"), by=town.staff.lea, now=clock.now())
    fill.fill(topic.versions.get().pk)
    found = ["/accounts/login/"]
    for name in SCREENS:
        try:
            found.append(reverse(name))
        except NoReverseMatch:
            continue
    found += [reverse(name, args=[town.square.pk]) for name in OF_A_SOURCE]
    found += [reverse("source_connect", args=[name]) for name in ("mastodon", "email", "webhook")]
    bea = reverse("customer", args=[town.bea.pk])
    tabs = [f"{bea}?tab={tab}" for tab in ("orders", "conversations", "history", "edit")]
    found += [reverse(name, args=[topic.pk]) for name in ("topic", "topic_alarms", "topic_edit")]
    return [
        *found,
        reverse("conversation", args=[town.turn.pk]),
        bea,
        *tabs,
        reverse("profile", args=[town.unknown_id]),
        reverse("privacy", args=[town.bea.pk]),
        reverse("channel", args=[town.square.channels.get().pk]),
        reverse("colleague", args=[town.staff.ada.pk]),
        reverse("team", args=[town.staff.service.pk]),
    ]


def steps_of_an_import(town: Town, folder: Path) -> list[str]:
    """The wizard where a file was read, where it was checked, where it runs and where it is done; and a receipt."""
    by, found = town.staff.lea, []
    mapping = {"Name": "name", "E-mail": "email", "Phone": "phone"}
    for step in range(4):
        file = folder / f"leads {step}.csv"
        file.write_text(f"Name,E-mail,Phone\nBen {step},ben{step}@kettles.example,0221 1234567\nNobody,no.at.all,\n")
        made = begin.begin(file, by=by, target="people", file_name=file.name, now=clock.now(), source_name=file.stem)
        if step:
            made = begin.choose(made, by=by, mapping=mapping, options={"match": ["email"]})
            running.check_now(running.check(made, by=by).pk)
        if step > 1:
            running.run(Import.objects.get(pk=made.pk), by=by)
        if step == 3:
            running.run_now(made.pk)
        found.append(reverse("import", args=[made.pk]))
    gone = cast.person("Gone Solmar", by=town.staff.ada)
    receipt = privacy.erase(gone, by=town.staff.olga, now=clock.now())
    return [*found, reverse("receipt", args=[receipt.pk])]


def test_a_message_appears_in_list_and_thread_by_itself(ada: Walker, town: Town) -> None:
    ada.go(f"/inbox/{town.turn.pk}/?tab=all")
    expect(ada.page.locator("[data-live-state][data-state=live]")).to_be_visible()

    arrives(town, "live-1", "It leaks even more now.")

    expect(ada.page.locator(".msgs")).to_contain_text("It leaks even more now.")
    expect(ada.page.locator(f"#row-{town.turn.pk}")).to_contain_text("It leaks even more now.")
    assert ada.said == []


def test_an_answer_says_where_it_goes_and_can_be_taken_back(ada: Walker, town: Town) -> None:
    ada.go(f"/inbox/{town.turn.pk}/?tab=all")
    page = ada.page

    page.keyboard.press("r")
    page.keyboard.type("We send a new lid today.")
    expect(page.locator("[data-send-words]")).to_have_text("Reply publicly as @kettleworks_care")
    expect(page.locator("[data-warn]")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".msg.out")).to_contain_text("We send a new lid today.")
    expect(page.locator("#words")).to_have_value("")
    page.locator("[data-toast] [data-key=z]").click()

    expect(page.locator("#words")).to_have_value("We send a new lid today.")
    expect(page.locator(".msg.out .state").last).to_contain_text("Taken back")
    assert Interaction.objects.filter(conversation_id=town.turn.pk, status="cancelled").count() == 1
    assert ada.said == []


def test_a_note_is_for_colleagues_only(ada: Walker, town: Town) -> None:
    ada.go(f"/inbox/{town.turn.pk}/?tab=all")

    ada.page.keyboard.press("n")
    ada.page.keyboard.type("Depot has three lids.")
    expect(ada.page.locator("[data-send-words]")).to_have_text("Keep this note")
    expect(ada.page.locator("[data-warn]")).to_be_hidden()
    ada.page.keyboard.press("Control+Enter")

    expect(ada.page.locator(".msg.is-note").last).to_contain_text("Depot has three lids.")
    assert ada.said == []


def test_closing_takes_a_purpose_and_an_outcome_and_is_undone(ada: Walker, town: Town) -> None:
    ada.go(f"/inbox/{town.turn.pk}/?tab=all")

    ada.page.keyboard.press("c")
    ada.page.locator("#close-menu label", has_text="Fix").click()
    ada.page.locator("#close-menu button", has_text="Solved").first.click()
    expect(ada.page.locator("#turn-state")).to_contain_text("Solved")
    closed = Turn.objects.get(pk=town.turn.pk)
    ada.page.locator("[data-toast] [data-undo] button").click()
    expect(ada.page.locator("[data-toast]")).to_contain_text("Open again")

    assert (closed.state, closed.purpose, closed.outcome) == ("closed", "fix", "solved")
    assert Turn.objects.get(pk=town.turn.pk).state == "open"
    assert ada.said == []


def test_a_row_opens_beside_the_list_which_keeps_its_place(ada: Walker, town: Town) -> None:
    ada.go("/inbox/?tab=all")
    rows = ada.page.locator("#rows .conv")
    first = rows.first.get_attribute("id") or ""

    ada.page.keyboard.press("j")
    ada.page.keyboard.press("o")

    expect(ada.page.locator(f"#{first}")).to_have_attribute("aria-current", "true")
    expect(ada.page.locator("#thread h1")).to_be_visible()
    assert f"/inbox/{first.removeprefix('row-')}/" in ada.page.url
    assert ada.said == []


def test_from_customer_to_customer_in_the_order_of_the_list_one_came_from(ada: Walker, town: Town) -> None:
    ada.go("/customers/?sort=name")
    links = ada.page.locator("[data-list] a[data-open]:visible")
    ways = [links.nth(at).get_attribute("href") or "" for at in range(links.count())]

    links.first.click()
    ada.page.wait_for_url(ada.address + ways[0])
    expect(ada.page.locator("[data-walk-count]")).to_have_text(f"1 of {len(ways)}")
    ada.page.keyboard.press("j")
    ada.page.wait_for_url(ada.address + ways[1])
    ada.page.keyboard.press("k")
    ada.page.wait_for_url(ada.address + ways[0])
    ada.page.locator("[data-walk-back]").click()

    ada.page.wait_for_url(f"{ada.address}/customers/?sort=name")
    assert len(ways) > 1
    assert ada.said == []


def test_palette_and_keys_open_by_keyboard(ada: Walker) -> None:
    ada.go("/")

    ada.page.keyboard.press("Control+k")
    expect(ada.page.locator("dialog[data-palette]")).to_be_visible()
    ada.page.keyboard.press("Escape")
    expect(ada.page.locator("dialog[data-palette]")).to_be_hidden()
    ada.page.locator("h1").click()
    ada.page.keyboard.press("?")

    expect(ada.page.locator("dialog[data-key-help]")).to_contain_text("Inbox")
    assert ada.said == []


def test_on_a_phone_list_thread_and_card_take_turns(ada: Walker, town: Town) -> None:
    ada.page.set_viewport_size({"width": 360, "height": 800})

    ada.go("/inbox/?tab=all")
    ada.page.locator(f"#row-{town.turn.pk}").click()
    expect(ada.page.locator("#thread")).to_be_visible()
    expect(ada.page.locator("section.list")).to_be_hidden()
    ada.page.locator(".tocard").click()

    expect(ada.page.locator("#card h2").first).to_be_visible()
    expect(ada.page.locator("#thread")).to_be_hidden()
    assert ada.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert ada.said == []


def test_everything_works_without_script(browser, address: str, town: Town) -> None:
    bare = browser.new_context(java_script_enabled=False)
    walker = Walker(bare.new_page(), address)
    sign_in(walker, "olga@kettleworks.example", cast.PASSWORD)

    walker.go(f"/inbox/{town.turn.pk}/")
    walker.page.locator("label", has_text="Internal note").first.click()
    walker.page.fill("#words", "Kept without script.")
    walker.page.click("#composer [data-send-button]")

    expect(walker.page.locator(".msg.is-note").last).to_contain_text("Kept without script.")
    bare.close()


def test_every_screen_is_clean_for_axe_and_silent_in_the_console(walker: Walker, town: Town, tmp_path: Path) -> None:
    wrong: list[str] = []
    every = [*ways(town), *steps_of_an_import(town, tmp_path)]
    page, script = walker.page, AXE.read_text()
    ask = "axe.run({resultTypes: ['violations']}).then(r => r.violations)"

    for way in every:
        if way == every[1]:
            sign_in(walker, "olga@kettleworks.example", cast.PASSWORD)
        walker.go(way)
        if "/reauthenticate/?next" in page.url:
            page.fill("input[name=password]", cast.PASSWORD)
            page.click("main button[type=submit], form button[type=submit]")
            page.wait_for_url(walker.address + way)
        if way not in page.url:
            wrong.append(f"{way}: leads to {page.url}")
        page.evaluate(script)
        for theme, width, height in LOOKS:
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            page.set_viewport_size({"width": width, "height": height})
            seen = f"{way} {theme} {width}"
            if page.evaluate("document.documentElement.scrollWidth - innerWidth") > 0:
                wrong.append(f"{seen}: wider than the screen")
            found = page.evaluate(ask)
            wrong += [f"{seen}: {one['id']} {[node['target'] for node in one['nodes']][:3]}" for one in found]

    assert wrong == []
    assert walker.said == []
