"""A digest leaves by mail for those who want it, once a day, and one click ends that."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

import cast
from mutuals.base.models import Entry
from mutuals.connectors.contract import Action, Do, Handle
from mutuals.connectors.email.compose import compose
from mutuals.listening.board import digest
from mutuals.listening.models import Listener, Told
from mutuals.listening.topic import fill, topics
from mutuals.rules import letters
from mutuals.rules.models import Delivery

pytestmark = pytest.mark.django_db
WORDS = "My kettle leaks, I am furious and will cancel everything"


def morning(*, mailbox=True):
    """Ada wants a digest by mail, and something was said."""
    us = cast.staff()
    if mailbox:
        cast.source("Post", owner=us.olga, connector="email")
    topic = topics.make(topics.Wanted("Kettles", "kettle*"), by=us.lea, now=cast.NOW)
    fill.fill(topic.version_id)
    events = [
        cast.event(f"p{n}", f"{WORDS}, number {n}. Why?", who=f"w{n}", at=cast.NOW - timedelta(hours=n + 1))
        for n in range(4)
    ]
    cast.said(cast.source(owner=us.olga), *events)
    digest.wish(by=us.ada, rhythm="daily", most=2, by_mail=True)
    return us


def test_a_digest_leaves_by_mail_once_a_day_with_its_cap_and_without_the_words_of_customers():
    us = morning()

    made = digest.due(now=cast.NOW, mailed=letters.of_digest)
    again = digest.due(now=cast.NOW + timedelta(hours=2), mailed=letters.of_digest)
    twice = letters.of_digest(us.ada, list(Told.objects.filter(user=us.ada)), cast.NOW)

    [row] = Delivery.objects.all()
    assert (made, again, twice) == (1, 0, False)
    assert row.to == us.ada.email
    assert row.firing is None
    assert row.subject.startswith("2 things you should know of")
    assert row.text.count("/inbox/") == 2
    assert "furious" not in row.text
    assert re.search(r"/digest/off/[^/]+/$", row.off)


def test_nothing_leaves_where_nobody_asked_for_mails_or_no_mailbox_can_send():
    us = morning(mailbox=False)

    digest.due(now=cast.NOW, mailed=letters.of_digest)
    Listener.objects.update(told_at=None, by_mail=False)
    Told.objects.all().delete()
    cast.source("Post", owner=us.olga, connector="email")
    digest.due(now=cast.NOW, mailed=letters.of_digest)

    assert Told.objects.filter(user=us.ada).count() == 2
    assert not Delivery.objects.exists()


def test_the_way_out_in_a_mail_stops_it_by_one_click_without_a_sign_in_and_looking_stops_nothing():
    us = morning()
    digest.due(now=cast.NOW, mailed=letters.of_digest)
    way = re.sub(r"^\w+://[^/]+", "", Delivery.objects.get().off)
    stranger = Client(enforce_csrf_checks=True)

    looked = stranger.get(way)
    still = Listener.objects.get(user=us.ada).by_mail
    clicked = stranger.post(way, {"List-Unsubscribe": "One-Click"})
    twice = stranger.post(way)
    forged = stranger.post(way.replace(way[14:18], "AAAA"))

    assert (looked.status_code, clicked.status_code, twice.status_code, forged.status_code) == (200, 200, 200, 404)
    assert still
    assert not Listener.objects.get(user=us.ada).by_mail
    assert Listener.objects.get(user=us.ada).rhythm == "daily"
    assert Entry.objects.filter(kind="digest.mails_stopped").count() == 1


def test_a_mail_carries_the_way_out_where_mail_programs_look_for_it():
    to = (Handle("email", "ada@kettleworks.example", "Ada"),)
    way_out = {"unsubscribe": "https://house.example/digest/off/abc/"}
    action = Action(do=Do.POST, key="0c1f", body="Hello", subject="Two things", to=to, extra=way_out)

    mail = compose(action, sender=Handle("email", "care@kettleworks.example", "Care"), at=cast.NOW).decode()

    assert "List-Unsubscribe: <https://house.example/digest/off/abc/>" in mail
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in mail


def test_the_screen_subscribes_and_stops_by_one_click():
    us = morning()
    Listener.objects.all().delete()
    browser = Client()
    browser.force_login(us.ada)

    browser.post("/listening/digest/", {"rhythm": "weekly", "most": "5", "by_mail": "on"})
    held = Listener.objects.get(user=us.ada)
    page = browser.get("/listening/digest/").content.decode()
    browser.post("/listening/digest/", {"stop": "1"})

    assert (held.rhythm, held.most, held.by_mail) == ("weekly", 5, True)
    assert "Stop the mails" in page
    assert not Listener.objects.get(user=us.ada).by_mail
