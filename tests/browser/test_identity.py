"""Who is that handle, in a real browser: pairs decided by keys, evidence followed to the raw event, merges taken back."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

import cast
from browser.conftest import AXE, Town, Walker, sign_in
from mutuals import flow
from mutuals.base import clock, journal, wake
from mutuals.capture import receive
from mutuals.connectors.contract import Raw
from mutuals.history.models import Interaction
from mutuals.identity import link, merge, review
from mutuals.identity.models import Edge, Link, LinkState, Model, Sweep, Verdict
from mutuals.people.models import Person, Profile

pytestmark = pytest.mark.browser
AXE_OF_PAGE = """() => axe.run({resultTypes: ["violations"]})
  .then(r => r.violations.flatMap(one => one.nodes.map(node => `${one.id} ${node.html}`)))"""
OVER = "document.documentElement.scrollWidth - innerWidth"
LOOKS = (("light", 1440, 900), ("dark", 1440, 900), ("dark", 360, 800), ("light", 360, 800))


@dataclass
class Pairs:
    """What waits in the review."""

    bea: Person
    handle: Profile
    edge: Edge
    twin: Person
    twins: Edge


@pytest.fixture
def pairs(ada: Walker, town: Town) -> Pairs:
    """Bea may be @bea.solmar, who wrote to us; and there are two people named Olle Grahn, who may be one."""
    Edge.objects.filter(until=None).delete()
    number = Profile.objects.count()
    arrives(town, f"pair-{number}", f"solmar{number}", "My Arc beeps at night.")
    row = Interaction.objects.filter(key=f"pair-{number}").get()
    handle = Profile.objects.get(pk=row.profile_id)
    raw = row.extra["raws"][0]
    clues = [
        cast.clue("The display name spells the name", 9.4, detail="bea solmar", seen=f"profile:{handle.pk}"),
        cast.clue("Wrote of the same order", 6.2, detail="KW-88213", seen=f"raw:{raw}", family="talk"),
        cast.clue("Both write English", 1.1, seen=f"interaction:{row.pk}", family="place"),
        cast.clue("Another town", -2.2, detail="Porto, Lisbon", family="place"),
    ]
    bea = cast.person(f"Bea Solmar {number}", by=town.staff.ada, city="Porto", now=clock.now())
    edge = cast.doubt(bea, handle, *clues, sure=0.94, since=clock.now())
    one = cast.person(f"Olle Grahn {number}", by=town.staff.ada, city="Malmö", language="sv", now=clock.now())
    twin = cast.person(f"Olle Grahn {number}", by=town.staff.ada, city="Bergen", now=clock.now())
    twins = cast.doubt(one, twin, cast.clue("The same name", 7.0), sure=0.5, priority=0.2, since=clock.now())
    return Pairs(bea, handle, edge, twin, twins)


def arrives(town: Town, key: str, who: str, text: str) -> None:
    """Words of somebody, by the real way in."""
    raw = Raw(key=key, body=json.dumps(cast.event(key, text, who=who, at=clock.now())).encode())
    type(town.square).objects.filter(pk=town.square.pk).update(connector="webhook")
    receive.keep(town.square, [raw], cursor=None, now=clock.now())
    flow.run(town.square.pk)
    type(town.square).objects.filter(pk=town.square.pk).update(connector="mastodon")


def test_a_pair_is_decided_by_keys_the_next_comes_and_z_takes_it_back(ada: Walker, pairs: Pairs) -> None:
    page = ada.page
    ada.go("/customers/")

    page.keyboard.press("g")
    page.keyboard.press("d")
    expect(page.get_by_role("heading", name="How the clues add up")).to_be_visible()
    expect(page.locator(".cmp h2 a").first).to_have_text(str(pairs.bea))
    page.keyboard.press("y")
    expect(page.locator("[data-toast]")).to_contain_text(f"is {pairs.bea}")
    expect(page.locator(".cmp h2 a").first).to_contain_text("Olle Grahn")
    held = Profile.objects.get(pk=pairs.handle.pk).person
    page.keyboard.press("z")
    expect(page.locator("[data-toast]")).to_contain_text("Taken back")

    assert held == pairs.bea
    assert Profile.objects.get(pk=pairs.handle.pk).person is None
    assert ada.said == []


def test_two_people_of_one_name_stay_two_until_somebody_says_otherwise(ada: Walker, pairs: Pairs) -> None:
    page = ada.page
    ada.go("/customers/same/")

    page.keyboard.press("j")
    expect(page.locator(".cmp .diff")).to_contain_text(["Bergen"])
    apart = Person.objects.get(pk=pairs.twin.pk).canonical_id == pairs.twin.pk
    page.keyboard.press("n")
    expect(page.locator("[data-toast]")).to_contain_text("Never the same")
    ada.go(f"/customers/same/{pairs.twins.pk}/")

    assert apart
    assert Person.objects.get(pk=pairs.twin.pk).canonical_id == pairs.twin.pk
    expect(page.locator(".dec")).to_contain_text("Answered by Ada")
    expect(page.get_by_role("button", name="Same person")).to_have_count(0)


def test_evidence_is_followed_from_the_customer_to_the_event_as_it_came(ada: Walker, pairs: Pairs) -> None:
    page = ada.page
    Link.objects.create(
        profile=pairs.handle, person=pairs.bea, state=LinkState.SUGGESTED, because=pairs.edge.because,
        probability=0.94, pool=12_940, by="machine:identity",
    )  # fmt: skip
    ada.go(f"/customers/{pairs.bea.pk}/")

    page.locator(".ident .sure").first.focus()
    page.keyboard.press("Enter")
    known = page.locator(".know:popover-open")
    expect(known).to_contain_text("Wrote of the same order")
    expect(known).to_contain_text("94 %")
    for _ in range(2):  # it stays open and is walked through
        page.keyboard.press("Tab")
    expect(known.locator(":focus")).to_have_count(1)
    known.get_by_role("link", name="the presence").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="My Arc beeps at night.").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Event").focus()
    page.keyboard.press("Enter")

    expect(page.locator("pre.raw")).to_contain_text('"text": "My Arc beeps at night."')
    assert ada.said == []


def test_a_merge_is_undone_after_new_messages_arrived_and_they_are_with_whom_they_came_from(
    ada: Walker, town: Town, pairs: Pairs
) -> None:
    page = ada.page
    one, twin = pairs.twins.a.person, pairs.twins.b.person
    ada.go(f"/profiles/{pairs.handle.pk}/")
    page.get_by_label("Name", exact=True).fill(str(twin))
    page.locator("#candidates form").last.get_by_role("button").click()
    holder = Profile.objects.get(pk=pairs.handle.pk).person
    other = twin if holder == one else one

    ada.go(f"/customers/{other.pk}/")
    page.keyboard.press("m")
    expect(page.get_by_role("searchbox", name="Name")).to_be_focused()
    page.keyboard.type(str(holder))
    page.keyboard.press("Enter")
    expect(page.locator("[data-list] a")).to_have_count(1)
    page.keyboard.press("Escape")
    page.locator("[data-list] a").focus()
    page.keyboard.press("Enter")
    page.get_by_role("radio", name="Bergen").focus()
    page.keyboard.press("Space")
    page.keyboard.press("y")
    expect(page.locator("[data-toast]")).to_contain_text("joined")
    arrives(town, f"late-{pairs.handle.pk}", pairs.handle.key, "And it beeps again.")
    page.reload()
    expect(page.locator(".tlwrap")).to_contain_text("And it beeps again.")
    ada.go(page.locator("a[href$='/joins/']").first.get_attribute("href") or "")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-toast]")).to_contain_text("two people again")

    ada.go(f"/customers/{holder.pk}/")
    expect(page.locator(".tlwrap")).to_contain_text("And it beeps again.")
    ada.go(f"/customers/{other.pk}/")
    expect(page.locator("main")).not_to_contain_text("And it beeps again.")
    assert ada.said == []


def test_the_toast_takes_a_merge_back_though_words_came_in_meanwhile(ada: Walker, town: Town, pairs: Pairs) -> None:
    page = ada.page
    one, twin = pairs.twins.a.person, pairs.twins.b.person
    link.confirm(pairs.handle, person=twin, by=town.staff.ada, now=clock.now())
    page.clock.install()
    ada.go(f"/customers/same/{pairs.twins.pk}/")

    page.keyboard.press("y")
    expect(page.locator("[data-toast]")).to_contain_text("is one person now")
    arrives(town, f"toast-{pairs.handle.pk}", pairs.handle.key, "It beeps while you merge.")
    page.keyboard.press("z")
    expect(page.locator("[data-toast]")).to_contain_text("Taken back")

    assert one is not None
    assert {Person.objects.get(pk=who.pk).canonical_id for who in (one, twin)} == {one.pk, twin.pk}
    ada.go(f"/customers/{twin.pk}/")
    expect(page.locator(".tlwrap")).to_contain_text("It beeps while you merge.")


def test_the_queue_renews_itself_while_a_search_runs_and_the_pair_at_hand_stays(
    ada: Walker, town: Town, pairs: Pairs
) -> None:
    page = ada.page
    ada.go(f"/customers/same/{pairs.edge.pk}/")
    expect(page.locator("#pairs .rows li")).to_have_count(2)
    page.locator(f"#pair{pairs.twins.pk}").focus()

    found = cast.doubt(pairs.bea, cast.profile(f"@late.{pairs.edge.pk}"), sure=0.8, since=clock.now())
    row = Sweep.objects.create(kind="everybody", by="machine:identity", began_at=clock.now(), looked_at=250, total=1000)
    wake.changed("sweep", [row.pk])
    expect(page.locator(f"#pair{found.pk}")).to_be_visible()
    expect(page.locator(".qf")).to_contain_text("250 of 1,000 looked at")
    expect(page.locator(f"#pair{pairs.twins.pk}")).to_be_focused()
    expect(page.locator(".cmp h2 a").first).to_have_text(str(pairs.bea))
    Sweep.objects.filter(pk=row.pk).delete()
    review.answer(pairs.edge, Verdict.DIFFERENT, by=town.staff.lea, now=clock.now())

    expect(page.locator("#decide")).to_contain_text("Answered by Lea")
    expect(page.get_by_role("button", name="Same person")).to_have_count(0)
    expect(page.locator(f"#pair{pairs.edge.pk}")).to_have_count(0)
    assert ada.said == []


def test_before_a_whole_person_is_split_off_the_keyboard_shows_where_each_thing_goes(
    ada: Walker, town: Town, pairs: Pairs
) -> None:
    page = ada.page
    merge.merge(pairs.bea, pairs.twin, by=town.staff.ada, now=clock.now(), keep=pairs.bea, anyway=True)
    ada.go(f"/customers/{pairs.bea.pk}/joins/")

    page.get_by_role("link", name="Split…").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Where each thing goes")).to_contain_text(f"Goes to {pairs.twin}")
    still = Person.objects.get(pk=pairs.twin.pk).canonical_id
    page.keyboard.press("y")
    expect(page.locator("[data-toast]")).to_contain_text("two people again")
    apart = Person.objects.get(pk=pairs.twin.pk).canonical_id
    page.keyboard.press("z")
    expect(page.locator("[data-toast]")).to_contain_text("is one person again")

    assert (still, apart) == (pairs.bea.pk, pairs.twin.pk)
    assert Person.objects.get(pk=pairs.twin.pk).canonical_id == pairs.bea.pk
    assert ada.said == []


def test_on_a_phone_j_walks_the_list_that_is_seen_and_x_ticks_nothing_unseen(ada: Walker, town: Town) -> None:
    page = ada.page
    page.set_viewport_size({"width": 360, "height": 800})
    ada.go("/customers/")

    page.keyboard.press("j")
    page.keyboard.press("x")

    expect(page.locator(".phone-list a").first).to_be_focused()
    expect(page.locator("[data-tick]:checked")).to_have_count(0)
    expect(page.locator(".bulk")).not_to_be_visible()


def test_an_unlinked_presence_is_found_in_the_palette_noted_and_answered_by_keys(
    ada: Walker, town: Town, pairs: Pairs
) -> None:
    page = ada.page
    ada.go("/")

    page.keyboard.press("Control+k")
    page.keyboard.type(pairs.handle.name)
    row = page.get_by_role("group", name="Unlinked").get_by_role("option", name=pairs.handle.name)
    for _ in range(int(row.get_attribute("data-row") or 0)):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Whose it may be")).to_be_visible()
    page.keyboard.press("n")
    page.keyboard.type("Beeps since Tuesday, says the neighbour.")
    page.get_by_role("button", name="Keep").press("Enter")
    expect(page.locator(".tlwrap")).to_contain_text("says the neighbour")
    page.keyboard.press("r")

    expect(page.locator("main")).to_contain_text("My Arc beeps at night.")
    assert "/inbox/" in page.url
    assert ada.said == []


@pytest.mark.parametrize(("theme", "width", "height"), LOOKS)
def test_every_screen_of_identity_is_clean_for_axe_and_fits(
    ada: Walker, town: Town, pairs: Pairs, theme: str, width: int, height: int
) -> None:
    page, wrong = ada.page, list[str]()
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": height})
    other = pairs.twins.a.person
    said = Interaction.objects.filter(profile=pairs.handle).latest("pk")
    double = cast.person("Joined Twice", by=town.staff.ada, now=clock.now())
    done = merge.merge(town.bea, double, by=town.staff.ada, now=clock.now(), keep=town.bea, anyway=True)
    ways = [
        "/customers/same/",
        f"/customers/same/{pairs.edge.pk}/",
        f"/customers/same/{pairs.twins.pk}/",
        f"/customers/{other.pk}/merge/",
        f"/customers/{other.pk}/merge/?with={pairs.twin.pk if other != pairs.twin else pairs.twins.b.person_id}",
        f"/customers/{town.bea.pk}/split/?profile={town.bea.profiles.filter(network='email').get().pk}",
        "/customers/joins/",
        f"/customers/joins/{done.key.partition(':')[2]}/split/",
        "/customers/unlinked/",
        f"/profiles/{pairs.handle.pk}/",
        f"/seen/presence/{pairs.handle.pk}/",
        f"/seen/said/{said.pk}/",
        f"/seen/event/{said.extra['raws'][0]}/",
    ]

    for way in ways:
        ada.go(way)
        page.evaluate(AXE.read_text())
        wrong += [f"{way} {words}" for words in page.evaluate(AXE_OF_PAGE)]
        wrong += [f"{way} is {page.evaluate(OVER)} px too wide"] if page.evaluate(OVER) > 0 else []

    assert wrong == []
    assert ada.said == []


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 360)])
def test_what_only_admins_see_of_it_is_clean_for_axe_as_well(
    walker: Walker, town: Town, theme: str, width: int
) -> None:
    page, wrong = walker.page, list[str]()
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
    sign_in(walker, "aron@kettleworks.example", cast.PASSWORD)
    Edge.objects.filter(until=None).delete()
    cast.doubt(town.bea, cast.profile(f"@{theme}.bea"), sure=0.97, since=clock.now())
    journal.note("pair.answered", "edge:1", by=town.staff.ada, verdict="same", probability=0.97, seen=[])
    Model.objects.get_or_create(
        version="day-one-1.9", defaults={"file": {}, "made_at": clock.now(), "by": "machine:identity"}
    )

    for way in ("/customers/same/", "/customers/same/quality/"):
        walker.go(way)
        page.evaluate(AXE.read_text())
        wrong += [f"{way} {words}" for words in page.evaluate(AXE_OF_PAGE)]
        wrong += [f"{way} is {page.evaluate(OVER)} px too wide"] if page.evaluate(OVER) > 0 else []
    page.set_viewport_size({"width": 1440, "height": 900})
    walker.go("/customers/same/")
    page.get_by_role("button", name="Accept 1").click()
    expect(page.locator("[data-toast]")).to_contain_text("1 pair accepted")
    page.keyboard.press("z")
    expect(page.locator("[data-toast]")).to_contain_text("1 answer is taken back")

    assert wrong == []
    assert walker.said == []
