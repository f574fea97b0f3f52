"""Nine days of an airline's posts, replayed: five rules built in the browser route them, cases appear while one looks on, and
each rule fires on exactly what its dry run foretold; what angry posts say together appears beside it.

The posts are those of ../shared/data (MUTUALS_DATA says where else); without them this is left out.
"""

import json
import os
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Page, expect

import cast
from browser.conftest import Town, Walker, sign_in
from mutuals import flow
from mutuals.base import clock
from mutuals.capture import receive
from mutuals.channels.models import Source
from mutuals.connectors.contract import Raw
from mutuals.history.models import Interaction
from mutuals.inbox.models import Case, Turn
from mutuals.listening.card import rise, warn
from mutuals.listening.models import Card, Mention
from mutuals.listening.topic import fill, topics
from mutuals.rules import body, trial
from mutuals.rules.models import Firing, Outcome, Rule

pytestmark = pytest.mark.browser
DATA = Path(os.environ.get("MUTUALS_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
STREAM = DATA / "text" / "airline.parquet"
EVERY = int(os.environ.get("MUTUALS_REPLAY", "36"))  # one post of so many; 1 = all of them
DAY = timedelta(days=1)
BEFORE = 14 * DAY
"""How much earlier the same posts came once, for the dry runs to look at."""
PATIENT = 60_000  # ms: how long a slow machine may take to show something
SOURCE = "Airline"
BAG, OFF = "Stranded: bag lost", "Stranded: flight cancelled"
RULES = {
    "Bags": (
        [("words", "says", "bag*, luggage")],
        [("open_case", {"title": BAG, "priority": "high", "minutes": "240"})],
    ),
    "Cancelled": (
        [("words", "says", "cancel*"), ("mood", "is", "negative")],
        [("give_to_team", {"team": "Service"}), ("open_case", {"title": OFF, "priority": "urgent", "minutes": "30"})],
    ),
    "On hold": ([("words", "says", "on hold, hung up, hang up, phone")], [("give_to_team", {"team": "Service"})]),
    "Thanks": ([("mood", "is", "positive")], [("give_to_pillar", {"pillar": "marketing"})]),
    "Wants to book": ([("words", "says", "book*, upgrade*")], [("give_to_team", {"team": "Sales"})]),
}


def posts() -> list[tuple[datetime, str, str]]:
    """(when, number, words), oldest first; moved by whole days so that the last one came within the last of them."""
    rows = pq.read_table(STREAM, columns=["tweet_id", "text", "tweet_created"]).to_pylist()
    told = sorted(
        (datetime.strptime(f"{one['tweet_created']} +0000", "%m/%d/%Y %H:%M %z"), str(one["tweet_id"]), one["text"])
        for one in rows
    )[::EVERY]
    ahead = (clock.now() - told[-1][0]) // DAY * DAY
    return [(at + ahead, number, text) for at, number, text in told]


def arrive(of: Source, run: str, told: list[tuple[datetime, str, str]]) -> None:
    """They come in by the way of everything, at the time of the last of them."""
    events = [cast.event(f"{run}{number}", text, who=f"flyer{number}", at=at, public=True) for at, number, text in told]
    raws = [Raw(key=event["id"], body=json.dumps(event).encode()) for event in events]
    receive.keep(of, raws, cursor=None, now=told[-1][0])
    flow.run(of.pk)


def build(page: Page, name: str, tests: list[tuple[str, str, str]], steps: list[tuple[str, dict[str, str]]]) -> int:
    """One rule by the menus of the builder, tried and kept; what its dry run foretells."""
    page.fill("#id_name", f"Airline: {name}")
    page.fill("#id_hourly", "10000")
    page.click("button:has-text('Look only where')")
    lines = [("a0", "source", "is", SOURCE), *((f"i{n}", *one) for n, one in enumerate(tests))]
    for place, field, op, value in lines:
        if place.startswith("i"):
            page.click("button:has-text('Condition')")
        page.select_option(f"#id_{place}f", field)
        expect(page.locator(f"#id_{place}o")).to_be_visible(timeout=PATIENT)
        if page.locator(f"#id_{place}o").input_value() != op:
            page.select_option(f"#id_{place}o", op)
            expect(page.locator(f"#id_{place}o option[selected]")).to_have_attribute("value", op, timeout=PATIENT)
        menu = page.locator(f"#id_{place}v")
        expect(menu).to_be_visible(timeout=PATIENT)
        if menu.evaluate("one => one.tagName") == "SELECT":
            menu.select_option(value)
        else:
            menu.fill(value)
    for n, (act, answers) in enumerate(steps):
        page.locator("button[value='add t']").click()
        page.select_option(f"#id_t{n}a", act)
        for field, value in answers.items():
            asked = page.locator(f"#id_t{n}{field}")
            expect(asked).to_be_visible(timeout=PATIENT)
            if asked.evaluate("one => one.tagName") == "SELECT":
                asked.select_option(value)
            else:
                asked.fill(value)
    page.click("button:has-text('Dry run on')")
    told = page.locator(".sum").inner_text(timeout=PATIENT)
    page.click("button:has-text('Keep it')")
    expect(page.locator("text=Version 1,")).to_be_visible(timeout=PATIENT)
    return int(re.sub(r"\D", "", told.split(" of ")[0]))


def keys_of(numbers: Iterable[int]) -> set[str]:
    """What the posts are called in the stream, whichever time they came."""
    keys = Interaction.objects.filter(pk__in=list(numbers)).values_list("key", flat=True)
    return {key.partition("-")[2] for key in keys}


def replayed(page: Page, words: Page, of: Source, stream: list[tuple[datetime, str, str]]) -> None:
    """Day by day; each day's newest case has to appear on the open page by itself, and what angry posts say on another."""
    page.goto(f"{page.url.split('/rules')[0]}/cases/?q=Stranded")
    for each in (page, words):
        expect(each.locator("[data-live-state][data-state=live]")).to_be_visible(timeout=PATIENT)
    expect(words.locator("#sets")).to_contain_text("No words rise", timeout=PATIENT)
    for _, day in groupby(stream, key=lambda one: one[0].date()):
        told = list(day)
        arrive(of, "live-", told)
        rise.due(now=told[-1][0])
        warn.watch_all(now=told[-1][0])
        newest = Case.objects.filter(title__startswith="Stranded").order_by("-opened_at", "-pk").first()
        if newest is not None:
            expect(page.locator("#live")).to_contain_text(newest.reference, timeout=PATIENT)
    sets = words.locator("#sets tbody").filter(has_text=re.compile("cancelled.*flight|flight.*cancelled"))
    expect(sets).not_to_have_count(0, timeout=PATIENT)  # how many others rise beside it depends on the hour of the day


@pytest.mark.skipif(not STREAM.exists(), reason="the public posts are not here")
def test_five_rules_built_in_the_browser_route_a_replayed_stream_as_their_dry_runs_foretold(
    walker: Walker, town: Town
) -> None:
    stream, lea = posts(), town.staff.lea
    of = cast.source(SOURCE, owner=town.staff.olga)
    words = "americanair OR jetblue OR southwestair OR united OR usairways OR virginamerica"
    topic = topics.make(topics.Wanted("Airlines", words), by=lea, now=stream[0][0])
    fill.fill(topic.version_id or 0)
    arrive(of, "before-", [(at - BEFORE, number, text) for at, number, text in stream])
    walker.page.set_default_timeout(PATIENT)
    sign_in(walker, lea.email, cast.PASSWORD)

    foretold: dict[str, int] = {}
    for name, (tests, steps) in RULES.items():
        walker.go("/rules/new/")
        foretold[name] = build(walker.page, name, tests, steps)
        switch = walker.page.locator(f"[role=switch][aria-label='Airline: {name}']")
        switch.click()
        expect(switch).to_have_attribute("aria-checked", "true", timeout=PATIENT)
    rules = {name: Rule.objects.get(name=f"Airline: {name}") for name in RULES}
    asked = {name: body.read(rule.body, viewer=lea) for name, rule in rules.items()}
    dry = {name: trial.dry_run(one, by=lea, now=clock.now(), limit=100_000) for name, one in asked.items()}
    rising = walker.page.context.new_page()
    rising.goto(f"{walker.address}/listening/words/?topic={topic.pk}&mood=negative")
    replayed(walker.page, rising, of, stream)
    walker.go(f"/listening/{topic.pk}/")
    heard = walker.page.locator("main").inner_text()
    walker.go("/listening/cards/")
    warned = walker.page.locator("main").inner_text()
    Rule.objects.filter(pk__in=[rule.pk for rule in rules.values()]).update(is_on=False)

    for name, rule in rules.items():
        firings = Firing.objects.filter(rule=rule, outcome=Outcome.DONE)
        assert foretold[name] == dry[name].fired == firings.count() > 0
        assert keys_of(firings.values_list("interaction_id", flat=True)) == keys_of(dry[name].ids)
    routed = Turn.objects.filter(conversation__in=Case.objects.filter(title=OFF).values("conversation"))
    assert set(routed.values_list("team__name", flat=True)) <= {"Service", "Sales"}
    assert Case.objects.filter(title=BAG).exists()
    assert Mention.objects.filter(version_id=topic.version_id).count() > len(stream)
    assert all(words in warned for words in Card.objects.filter(topic=topic).values_list("words", flat=True))
    assert "Airlines" in heard
