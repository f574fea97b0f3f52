"""Today: what waits, for whom, and what it costs."""

import pytest
from django.test import Client

import cast
from mutuals.capture.models import Outgoing
from mutuals.inbox import answer, work
from mutuals.inbox.models import Turn

pytestmark = pytest.mark.django_db


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def test_my_replies_stand_with_the_longest_waiting_first():
    us = cast.staff()
    square = cast.source(owner=us.olga, team=us.service)
    for number, key in enumerate(("late", "early")):
        turn = cast.turn(square, key=key, text=f"The {key} one.", who=key, at=cast.NOW - cast.minutes(number * 60))
        work.assign(turn, by=us.lea, to=us.ada, now=cast.NOW)

    page = signed_in(us.ada).get("/").content.decode()

    assert 0 < page.index("The early one.") < page.index("The late one.")


def test_nothing_to_do_is_said_kindly():
    us = cast.staff()

    page = signed_in(us.ben).get("/").content.decode()

    assert "Nothing waits for you." in page
    assert "You owe nobody an answer." in page


def test_a_contractor_sees_neither_others_work_nor_sources_nor_people():
    us = cast.staff()
    square = cast.source(owner=us.olga, team=us.service, health="down")
    cast.turn(square)
    cast.person(by=us.ada)

    page = signed_in(us.cleo).get("/").content.decode()

    assert "My kettle leaks." not in page
    assert "Town square" not in page
    assert "Bea Brand" not in page


def test_what_did_not_leave_is_tried_again_in_place():
    us = cast.staff()
    square = cast.source(owner=us.olga, team=us.service)
    turn = cast.turn(square)
    type(square).objects.update(connector="mastodon")
    cast.channel(square, speakers=(us.ada,))
    turn = Turn.objects.select_related("conversation__source").get(pk=turn.pk)
    row = answer.reply(turn, by=us.ada, text="Descale it.", now=cast.NOW)
    Outgoing.objects.update(state="failed", error="Token expired")
    client = signed_in(us.ada)

    page = client.get("/").content.decode()
    back = client.post(f"/inbox/messages/{row.pk}/again/", {"back": "/"})

    assert "Token expired" in page
    assert (back.headers["Location"], Outgoing.objects.get().state) == ("/", "queued")


def test_why_something_did_not_leave_names_no_address_to_a_contractor():
    us = cast.staff()
    square = cast.source(owner=us.olga, team=us.service)
    turn = cast.turn(square)
    type(square).objects.update(connector="mastodon")
    cast.channel(square, speakers=(us.ada,))
    turn = Turn.objects.select_related("conversation__source").get(pk=turn.pk)
    answer.reply(turn, by=us.ada, text="Descale it.", now=cast.NOW)
    Outgoing.objects.update(state="failed", error="550 <bea@kettle.example>: no box", by=us.cleo)

    page = signed_in(us.cleo).get("/").content.decode()

    assert "550 &lt;b…@k….example&gt;: no box" in page


def test_an_unassigned_one_of_my_team_is_taken_in_place():
    us = cast.staff()
    turn = cast.turn(cast.source(owner=us.olga, team=us.service))
    client = signed_in(us.ada)

    page = client.get("/").content.decode()
    client.post(f"/inbox/{turn.pk}/assign/", {"to": us.ada.pk, "back": "/"})

    assert "Take it" in page
    assert Turn.objects.get().assignee == us.ada


def test_an_empty_place_leads_an_admin_to_the_first_source_and_asks_nothing_of_others():
    us = cast.staff()

    admin = signed_in(us.aron).get("/").content.decode()
    colleague = signed_in(us.cleo).get("/").content.decode()

    assert 'href="/sources/new/">Connect a source</a>' in admin
    assert "Connect a source</a>" not in colleague


def test_today_costs_the_same_however_much_waits(django_assert_max_num_queries):
    us = cast.staff()
    square = cast.source(owner=us.olga, team=us.service)
    cast.said(square, *[cast.event(f"q{n}", who=f"w{n}") for n in range(30)])
    client = signed_in(us.lea)

    with django_assert_max_num_queries(18):
        page = client.get("/").content.decode()

    assert page.count("Take it") == 8


def test_a_stranger_signs_in_first():
    answer = Client().get("/")

    assert answer.status_code == 302
    assert "/accounts/login/" in answer.headers["Location"]
