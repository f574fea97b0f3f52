"""What staff typed names somebody who is erased: it is not rewritten, and the receipt says where it stands."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client

import cast
from cast import NOW
from mutuals import cli, privacy
from mutuals.base import clock
from mutuals.inbox import cases
from mutuals.listening.board import boards
from mutuals.listening.card import playbooks
from mutuals.listening.learning import sayings
from mutuals.listening.models import Card, CardKind, CardState
from mutuals.listening.topic import topics
from mutuals.people.models import Person, Receipt
from mutuals.rules import keep
from mutuals.rules.models import Rule
from mutuals.staff import saved, tokens

pytestmark = pytest.mark.django_db
REFUND = {"when": "received", "if": ["words:says:refund"], "then": [{"note": {"text": "Look"}}]}
ADDRESS, NUMBER = "bea@harbour.example", "+49 221 1234567"


@pytest.fixture
def us() -> cast.Staff:
    return cast.staff()


@pytest.fixture
def bea(us) -> Person:
    bea = cast.person(by=us.ada, email=ADDRESS, phone=NUMBER)
    cast.profile("@bea.pours", of=bea)
    return bea


def noted(us, text: str, name: str = "Refunds", **more) -> Rule:
    return keep.write(REFUND | {"then": [{"note": {"text": text}}]}, by=us.lea, now=NOW, name=name, **more)


def places(receipt: Receipt) -> set[tuple[str, str]]:
    return {(one["about"], one["where"]) for one in receipt.places}


def erased(bea: Person, us) -> Receipt:
    return privacy.erase(bea, by=us.aron, now=NOW + timedelta(hours=1))


@pytest.mark.parametrize(
    "text",
    [
        "Ask Bea Brand first", "ask  BEA  BRAND", "mail to Bea@Harbour.example", "(bea@harbour.example)", "it is @bea.pours",
        "call 0221 1234567", "call 0049-221-123 45 67", "Bea \"pours\" Brand, bea.pours",
    ],
)  # fmt: skip
def test_what_a_rule_says_of_them_is_told_and_stays(us, bea, text):
    """K9."""
    rule = noted(us, text)

    receipt = erased(bea, us)
    rule.refresh_from_db()

    assert places(receipt) == {(f"rule:{rule.pk}", "what it says")}
    assert rule.body["then"] == [{"note": {"text": text}}]
    assert "one place names them" in " ".join(receipt.kept)


@pytest.mark.parametrize(
    "text",
    ["libea@harbour.example", "Beatrix Brand", "bea.pours2", "call 0221 7654321", "order 1234567", "100 %", "a\\b"],
)
def test_what_only_looks_like_them_is_not_told(us, bea, text):
    noted(us, text)

    receipt = erased(bea, us)

    assert receipt.places == []
    assert "they stand nowhere" in " ".join(receipt.kept)


def test_every_kind_of_record_in_which_staff_type_is_searched(us, bea):
    """K9: names, words, steps, reasons, filters, and what a rule said before."""
    rule = noted(us, "Ask Bea Brand")
    noted(us, "Ask whoever is there", rule=rule)
    topic = topics.make(topics.Wanted("Harbour", 'kettle OR "bea brand"'), by=us.lea, now=NOW)
    phrase = sayings.say("typical bea brand", "mood", "negative", by=us.lea, now=NOW)
    board = boards.keep("Bea Brand", topics=[topic.pk], query="q=Bea+Brand", by=us.ada, now=NOW)
    book = playbooks.keep("Burst pipe", [f"Write to {ADDRESS}"], by=us.lea, now=NOW)
    card = Card.objects.create(
        topic=topic, about=f"topic:{topic.pk}", kind=CardKind.ALARM, key="k", words="Twice as many", since=NOW, until=NOW,
        made_at=NOW, state=CardState.DISMISSED, settled_at=NOW, reason="Only Bea Brand again", by=us.lea,
    )  # fmt: skip
    bo = cast.person("Bo Solmar", by=us.ada)
    case, _ = cases.open_case(by=us.ada, now=NOW, title="Quarrel with Bea Brand", person=bo)
    cases.open_case(by=us.ada, now=NOW, title="Her own: Bea Brand", person=bea)
    kept = saved.keep("Harbour", record="person", query="email=bea%40harbour.example", by=us.ada)
    square = cast.source("Posts of Bea Brand", owner=us.olga)

    receipt = erased(bea, us)

    assert places(receipt) == {
        (f"rule:{rule.pk}", "version 1"),
        (f"topic:{topic.pk}", "words"),
        (f"phrase:{phrase.pk}", "words"),
        (f"board:{board.pk}", "name or filters"),
        (f"playbook:{book.pk}", "name or steps"),
        (f"card:{card.pk}", "reason"),
        (f"case:{case.pk}", "title"),
        (f"list:{kept.pk}", "name or filters"),
        (f"source:{square.pk}", "name or governance"),
    }
    assert not any(word in json.dumps(receipt.places).casefold() for word in ("bea", "harbour"))


def test_the_page_leads_whoever_may_see_a_record_to_it_and_names_nobody(us, bea):
    rule = noted(us, "Ask Bea Brand")
    topic = topics.make(topics.Wanted("Harbour", "kettle"), by=us.lea, now=NOW)
    boards.keep("Bea Brand", topics=[topic.pk], by=us.ada, now=NOW)
    receipt = erased(bea, us)
    client = Client()
    client.force_login(us.aron)

    page = client.get(f"/receipts/{receipt.pk}/").content.decode().split("<main")[1].split("</main>")[0]
    keep.remove(rule, by=us.lea)
    afterwards = client.get(f"/receipts/{receipt.pk}/").content.decode().split("<main")[1].split("</main>")[0]

    assert f'href="/rules/{rule.pk}/"' in page
    assert "Board" in page
    assert "gone or not yours to see" in page
    assert us.ada.name in page
    assert "Bea" not in page
    assert f'href="/rules/{rule.pk}/"' not in afterwards


def test_the_terminal_and_the_api_tell_the_same(us, bea, capsys):
    rule = noted(us, "Ask Bea Brand")

    code = cli.main(["people", "erase", str(bea.pk), "--yes", "--as", us.aron.email, "--json"])
    told = json.loads(capsys.readouterr().out)
    _, key = tokens.make(us.aron, name="program", scopes=["admin", *tokens.SCOPES], now=clock.now())
    answer = Client().get("/api/v1/receipts", headers={"Authorization": f"Bearer {key}"})
    listed = answer.json()["items"][0]

    assert code == 0
    assert told["places"] == [f"rule:{rule.pk}, what it says, of {us.lea.name}"]
    assert listed["places"] == [{"about": f"rule:{rule.pk}", "where": "what it says", "owner": us.lea.name}]
