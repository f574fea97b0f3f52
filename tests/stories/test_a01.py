"""A complete CRM without any source: a lead becomes a customer with a deal, an order and a case, all on one page (A1); for
firms and for consumers on the same data (A6).
"""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from django.test import Client

import cast
from mutuals import cli
from mutuals.base import clock
from mutuals.base.refusals import Refusal
from mutuals.channels.models import Source
from mutuals.identity import offered
from mutuals.inbox import cases
from mutuals.people import organisations
from mutuals.people.models import Affiliation, Organisation, Person
from mutuals.sales import deals, goods, leads, pipeline
from mutuals.sales.deals import DealIn
from mutuals.sales.models import Deal, Order
from mutuals.sales.orders import LineIn, OrderIn
from mutuals.staff import tokens

pytestmark = pytest.mark.django_db


def api(user, method: str, way: str, body: object = None):
    secret = tokens.make(user, name="shop", scopes=["read", "write"], now=clock.now())[1]
    answer = getattr(Client(), method)(
        f"/api/v1{way}",
        *([] if body is None else [json.dumps(body)]),
        content_type="application/json",
        headers={"Authorization": f"Bearer {secret}"},
    )
    return answer.status_code, json.loads(answer.content)


def order_of(us, bea: Person, deal: Deal) -> Order:
    told = OrderIn("KW-1", clock.now(), "EUR", lines=(LineIn("Kettle", "K-1", Decimal(2), Decimal(450)),))
    return offered.enter(told, person=bea, organisation=None, by=us.ben, now=clock.now(), deal=deal)


def test_from_lead_to_order_and_case_without_any_source_and_all_of_it_on_the_page_of_the_person() -> None:
    us, now = cast.staff(), clock.now()
    bea = cast.person(by=us.ben, email="bea@bar.example")

    leads.take_up(bea, by=us.ben, now=now, source="Fair")
    done = leads.convert(
        bea, by=us.ben, now=now, organisation_name="Bar Nord", role="Owner",
        deal=DealIn("Two kettles for the bar", "EUR", amount=Decimal(900)),
    )  # fmt: skip
    assert done.deal is not None
    won = deals.win(done.deal, by=us.ben, now=now)
    order_of(us, bea, won)
    case, _ = cases.open_case(by=us.ada, now=now, title="The lid does not close", person=bea)
    cases.change(case, by=us.ada, now=now, state="solved", priority=None, **cast.ENDED)
    browser = Client()
    browser.force_login(us.ben)
    page, orders = (browser.get(f"/customers/{bea.pk}/{tab}").content.decode() for tab in ("", "?tab=orders"))

    assert not Source.objects.exists()
    assert (done.organisation, won.outcome) == (Organisation.objects.get(name="Bar Nord"), "won")
    for words in ("Bar Nord", "Two kettles for the bar", "Won", "The lid does not close", "Customer"):
        assert words in page, words
    assert "KW-1" in orders


def test_the_same_over_the_api() -> None:
    us = cast.staff()
    bea = cast.person(by=us.ben)

    status, lead = api(us.ben, "post", "/leads", {"person_id": bea.pk, "source": "Web site"})
    _, same = api(us.ben, "post", "/leads", {"person_id": bea.pk})
    _, listed = api(us.ben, "get", "/leads")
    told = {"organisation_name": "Bar Nord", "deal": {"title": "Kettles", "currency": "EUR", "amount": "900"}}
    _, done = api(us.ben, "post", f"/leads/{lead['id']}/convert", told)
    _, again = api(us.ben, "post", f"/leads/{lead['id']}/convert", told)
    here = f"/deals/{done['deal']['id']}"
    _, lined = api(us.ben, "put", f"{here}/lines", {"lines": [{"name": "Kettle", "quantity": "3", "unit_price": "50"}]})
    _, moved = api(us.ben, "post", f"{here}/move", {"to": "needs", "seen": lined["changes"]})
    stale, _ = api(us.ben, "post", f"{here}/move", {"to": "lost", "because": "No", "seen": lined["changes"]})
    _, said = api(us.ben, "put", f"{here}/roles", {"person_id": bea.pk, "role": "decides"})
    _, edited = api(us.ben, "patch", here, {"expected_on": "2026-12-24", "probability": 30})
    _, board = api(us.ben, "get", f"/deals/board?pipeline_id={moved['pipeline']['id']}")
    _, won = api(us.ben, "post", f"{here}/win")
    _, quote = api(
        us.ben, "post", "/quotes",
        {"number": "Q-1", "person_id": bea.pk, "currency": "EUR", "deal_id": won["id"],
         "lines": [{"name": "K", "unit_price": 5}]},
    )  # fmt: skip

    assert (status, lead["id"], lead["source"]) == (201, same["id"], "Web site")
    assert [one["person"]["id"] for one in listed["items"]] == [bea.pk]
    assert (done["is_new"], again["is_new"], again["deal"]) == (True, False, done["deal"])
    assert (lined["amount"], lined["weighted"], stale) == ("150.00", "15.00", 422)
    assert (moved["step"], moved["probability"], said["roles"][0]["role"]) == ("needs", 25, "decides")
    assert (edited["expected_on"], edited["weighted"]) == ("2026-12-24", "45.00")
    assert [(one["step"], one["count"]) for one in board["columns"] if one["count"]] == [("needs", 1)]
    assert board["sums"] == [{"currency": "EUR", "amount": "150.00", "weighted": "45.00"}]
    assert (won["outcome"], quote["deal_id"]) == ("won", won["id"])


def test_over_the_api_deals_are_lost_reopened_piped_trashed_and_found() -> None:
    us = cast.staff()
    bea = cast.person(by=us.ben)

    _, made = api(us.ben, "post", "/deals", {"title": "Lids", "currency": "EUR", "person_id": bea.pk, "amount": "20"})
    here = f"/deals/{made['id']}"
    _, lost = api(us.ben, "post", f"{here}/lose", {"because": "Too dear"})
    _, found = api(us.ben, "get", "/deals?state=lost&q=lid")
    _, open_ = api(us.ben, "post", f"{here}/reopen", {"because": "They called"})
    _, piped = api(us.ben, "post", f"{here}/pipeline", {"pipeline_id": made["pipeline"]["id"]})
    api(us.ben, "delete", here)
    gone, _ = api(us.ben, "get", here)
    _, trash = api(us.ben, "get", "/deals?trashed=true")
    _, back = api(us.ben, "post", f"{here}/restore")
    nobody, why = api(us.ben, "post", "/deals", {"title": "Lids", "currency": "EUR"})

    assert (lost["outcome"], lost["lost_reason"], [one["id"] for one in found["items"]]) == (
        "lost",
        "Too dear",
        [made["id"]],
    )
    assert (open_["outcome"], open_["step"], piped["pipeline"]) == ("", "qualify", made["pipeline"])
    assert (gone, [one["id"] for one in trash["items"]], back["trashed_at"]) == (404, [made["id"]], None)
    assert (nobody, "person" in json.dumps(why)) == (422, True)


def test_the_same_from_the_terminal(capsys) -> None:
    us = cast.staff()
    bea = cast.person(by=us.ben)

    def said(*words: str) -> object:
        code = cli.main([*words, "--json"])
        told = capsys.readouterr()
        return code, json.loads(told.out or told.err)

    _, lead = said("leads", "add", "--person", str(bea.pk), "--source", "Fair")
    _, done = said(
        "leads", "convert", "--person", str(bea.pk), "--into", "Bar Nord", "--deal", "Kettles", "--amount", "900"
    )
    assert "deal" in done, done
    number = str(done["deal"])
    said("deals", "lines", number, "--line", "K-1=20x3")
    said("deals", "edit", number, "--expected", "2026-12-24", "--probability", "50")
    said("deals", "say", number, str(bea.pk), "decides")
    _, moved = said("deals", "move", number, "needs")
    _, board = said("deals", "board")
    _, won = said("deals", "win", number)
    _, shown = said("deals", "show", number)
    refused, _ = said("deals", "lose", number, "No")
    said("deals", "trash", number)
    missing, _ = said("deals", "show", number)

    assert (lead["new"], lead["source"], moved["step"]) == (True, "Fair", "needs")
    assert [(one["step"], one["deals"]) for one in board if one["deals"]] == [("needs", 1)]
    assert (won["outcome"], shown["say"], refused, missing) == (
        "won",
        [{"person": "Bea Brand", "role": "decides"}],
        1,
        3,
    )


def test_people_buy_for_themselves_or_for_their_firm_and_both_go_on_when_the_house_changes_its_mind() -> None:
    us, now = cast.staff(), clock.now()
    bea, bo = cast.person(by=us.ben), cast.person("Bo", by=us.ben)
    firm = organisations.add(by=us.ben, name="Bar Nord", now=now)
    organisations.affiliate(bo, firm, by=us.ben, is_main=True)

    goods.sell_to(by=us.aron, people=True)
    own, _ = deals.open_deal(DealIn("For me", "EUR", bea), by=us.ben, now=now)
    order_of(us, bea, own)
    goods.sell_to(by=us.aron, people=False)
    of_firm, _ = deals.open_deal(DealIn("For the bar", "EUR", bo), by=us.ben, now=now)
    with pytest.raises(Refusal):
        deals.open_deal(DealIn("For me again", "EUR", bea), by=us.ben, now=now)
    won = deals.win(own, by=us.ben, now=now)
    browser = Client()
    browser.force_login(us.ben)
    pages = [browser.get(f"/customers/{who.pk}/").content.decode() for who in (bea, bo)]

    assert (own.organisation, of_firm.organisation, won.outcome) == (None, firm, "won")
    assert {row.title for row in pipeline.listed(us.ben, state="")} == {"For me", "For the bar"}
    assert "For me" in pages[0]
    assert "For the bar" in pages[1]
    assert Affiliation.objects.count() == 1
