"""From words that rise to a problem that is worked on: by screen, API and terminal, with nothing sent by itself."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest
from django.test import Client

import cast
from mutuals.base import clock
from mutuals.base.refusals import Refusal
from mutuals.cli import main
from mutuals.history.models import Interaction
from mutuals.inbox import problem
from mutuals.inbox.models import Case, Turn
from mutuals.listening.card import behind, cards, playbooks, rise
from mutuals.listening.models import Card, CardKind
from mutuals.listening.topic import fill, topics
from mutuals.people.models import Person, Profile
from mutuals.sales.models import Order, OrderLine, Product
from mutuals.staff import saved

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
OTHERS = [
    f"{a}{b}" for a in ("lid", "box", "pot", "cup", "tray", "cord") for b in ("maker", "stand", "colour", "price")
]


def town():
    """A topic in which buyers of the Arc say this week that the update makes it beep, and others say anything."""
    us, now = cast.staff(), clock.now()
    square = cast.source(owner=us.olga)
    chance, events = Random(3), []
    for n in range(96):
        is_now, is_told = n % 2 == 0, n % 4 == 0
        text = f"My kettle {'update beeps hold' if is_told else 'arrived'} {' '.join(chance.sample(OTHERS, 7))}"
        at = now - timedelta(days=2 if is_now else 9, minutes=n)
        events.append(cast.event(f"p{n}", text, who=f"w{n}", at=at))
    rows = cast.said(square, *events, now=now)
    arc = Product.objects.create(sku="ARC", name="Arc Pro")
    for row in [*rows[::4], *rows[2:24:4]]:
        person = cast.person(f"Buyer {row.pk}", by=us.ada)
        Profile.objects.filter(pk=row.profile_id).update(person=person)
        order = Order.objects.create(
            number=f"K-{row.pk}", profile_id=row.profile_id, placed_at=now, currency="EUR", total=Decimal(90)
        )
        OrderLine.objects.create(order=order, position=1, product=arc, name=arc.name, quantity=1, unit_price=90)
        Person.objects.filter(pk=person.pk).update(
            order_count=1, order_total=90, order_currency="EUR", stage="customer"
        )
    topic = topics.make(topics.Wanted("Kettles", "kettle"), by=us.lea, now=now)
    fill.fill(topic.version_id)
    topic.refresh_from_db()
    return us, topic, now


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def test_words_that_rise_become_a_problem_with_a_case_and_a_draft_for_each_customer_touched(capsys):
    us, topic, now = town()
    saved.keep("Customers", record="person", query="f=stage:is:customer", by=us.ada)
    client = signed_in(us.ada)

    everybody = rise.found(rise.Asked(topic, now), viewer=us.ada)
    buyers = rise.found(rise.Asked(topic, now, product="arc pro"), viewer=us.ada)
    earlier = rise.found(rise.Asked(topic, now - rise.WEEK), viewer=us.ada)
    told = {"topic": topic.pk, "product": "arc pro"}
    page = client.get("/listening/words/", told).content.decode()
    client.post("/listening/words/", {**told, "words": "\t".join(buyers.sets[0].words)})
    card = Card.objects.get()
    shown = client.get(f"/listening/cards/{card.pk}/").content.decode()
    people = behind.of_card(card, viewer=us.ada)
    many = len(people.customers)
    chosen = [one.id for one in people.customers[:4]]
    asked = {"title": "Beeps after the update", "text": "Hello {first}, we look into it.", "priority": "high"}
    client.post(f"/listening/cards/{card.pk}/problem/", {**asked, "who": chosen})
    again = problem.open_problem(card, by=us.ada, now=now, title="Beeps", text="Hello")
    code = main(["cards", "show", str(card.pk), "--as", us.ada.email, "--json"])
    by_terminal = json.loads(capsys.readouterr().out)

    words = {word for one in everybody.sets for word in one.words}
    assert {"update", "beeps", "hold"} & words
    assert set(buyers.sets[0].words) <= {"update", "beeps", "hold"}
    assert (buyers.sets[0].elsewhere, buyers.sets[0].before) == (0, 0)
    assert (buyers.mentions, buyers.people, buyers.sets[0].customers) == (30, 30, 24)
    assert earlier.sets == ()
    assert "Open a problem" in page
    assert "Customers" in page
    assert "24 of 24 who are known" in shown
    assert "Arc Pro (24 of 24)" in shown
    assert (many, people.stakes) == (24, (("EUR", Decimal(24 * 90)),))
    assert (len(again.cases), again.drafts) == (20, 20)
    assert Case.objects.filter(title="Beeps after the update").count() == 4
    drafts = Turn.objects.exclude(draft="").values_list("draft", flat=True)
    assert sorted(drafts) == ["Hello"] * 20 + ["Hello Buyer, we look into it."] * 4
    assert not Interaction.objects.filter(direction="out").exists()
    assert Card.objects.get().state == "acted"
    assert (code, len(by_terminal["cases"]), by_terminal["stakes"]) == (0, 24, ["2160.00 EUR"])
    assert not problem.parts(card, viewer=us.cleo)
    with pytest.raises(Refusal, match="do not rise"):
        rise.raise_(rise.Asked(topic, now), ["update", "sandwich"], by=us.ada, now=now)


def test_a_playbook_becomes_the_checklist_of_a_card_and_what_rang_is_rehearsed():
    us, topic, now = town()
    card = cards.raise_(CardKind.ALARM, "alarm:1", topic, topic=topic, level=3, words="Kettles: unusual.", now=now)
    lead, ada = signed_in(us.lea), signed_in(us.ada)

    lead.post("/listening/playbooks/", {"do": "begin"})
    lead.post("/listening/playbooks/", {"name": "Night", "steps": "Call the shift\n\nWrite it down", "level": "2"})
    offered = [one.name for one in playbooks.fitting(card, viewer=us.ada)]
    crisis = playbooks.visible_to(us.ada).get(name="Crisis")
    ada.post(f"/listening/cards/{card.pk}/steps/", {"do": "start", "number": crisis.pk, "to": us.ben.pk})
    step = card.steps.order_by("place").first()
    ada.post(f"/listening/cards/{card.pk}/steps/", {"do": "done", "number": step.pk})
    ada.post(f"/listening/cards/{card.pk}/steps/", {"do": "stop"})
    bens = signed_in(us.ben).get("/listening/cards/").content.decode()
    rang = lead.get(f"/listening/{topic.pk}/alarms/", {"budget": "one a week"}).content.decode()
    wrong = lead.get(f"/listening/{topic.pk}/alarms/", {"budget": "never"}).content.decode()
    lead.post(f"/listening/{topic.pk}/alarms/", {"budget": "one a week"})
    refused = ada.post(f"/listening/{topic.pk}/alarms/", {"budget": "one a day"})

    topic.refresh_from_db()
    assert offered == ["Crisis", "Something is wrong", "Night"]
    assert card.steps.count() == 6
    assert "Stop planned posts until this is over" in bens
    assert "Name one person who speaks for us" not in bens
    assert "Keep “one a week”" in rang
    assert "says no budget" in wrong
    assert (topic.budget, refused.status_code) == ("one a week", 403)
    with pytest.raises(Refusal, match="started already"):
        playbooks.start(card, crisis, by=us.ada, now=now)
