"""What the inbox's list shows beside an open conversation, and what is done with many of its rows."""

import pytest
from django.template.loader import render_to_string
from django.test import Client

import cast
from mutuals.inbox import answer, work
from mutuals.inbox.models import Turn
from mutuals.web.inbox import listed

pytestmark = pytest.mark.django_db


@pytest.fixture
def us():
    return cast.staff()


@pytest.fixture
def square(us):
    made = cast.source(owner=us.olga, team=us.service)
    cast.channel(made, speakers=(us.ada,))
    return made


def page_of(user, way, **told):
    client = Client()
    client.force_login(user)
    return client.get(way, **told).content.decode()


def answerable(square):
    type(square).objects.filter(pk=square.pk).update(connector="mastodon")


def test_a_conversation_opened_from_elsewhere_stands_in_the_list_beside_it(us, square):
    mine, other = cast.turn(square), cast.turn(square, key="p9", who="bo")
    work.assign(mine, by=us.ada, to=us.ada, now=cast.NOW)

    page = page_of(us.ada, f"/inbox/{other.pk}/")

    assert f'id="row-{other.pk}" data-open href="/inbox/{other.pk}/?tab=unassigned" aria-current="true"' in page


def test_one_that_is_closed_is_shown_among_those_of_any_state(us, square):
    turn = cast.turn(square)
    work.close(turn, by=us.ada, purpose="fix", outcome="solved", now=cast.NOW)

    page = page_of(us.ada, f"/inbox/{turn.pk}/")

    assert f'id="row-{turn.pk}"' in page
    assert "Any state" in page


def test_the_open_one_stands_first_where_it_lies_further_down_and_comes_no_second_time(us, square):
    deep = cast.turn(square)
    newer = [cast.turn(square, key=f"k{n}", who=f"who{n}", at=cast.NOW + cast.minutes(n)) for n in range(1, 4)]
    place = listed.Place(tab="all")
    told = {"open_id": deep.pk, "now": cast.NOW}

    first = listed.listed(us.ada, place, after="", limit=2, **told)
    second = listed.listed(us.ada, place, after=first["older"], limit=2, **told)

    assert [row.id for row in first["rows"]] == [str(one.pk) for one in (deep, newer[2], newer[1])]
    assert [row.id for row in second["rows"]] == [str(newer[0].pk)]


def test_after_an_act_the_list_is_the_one_that_stood_beside_the_conversation(us, square):
    turn = cast.turn(square)
    client = Client()
    client.force_login(us.ada)

    kept = client.post(
        f"/inbox/{turn.pk}/wait/", headers={"Referer": f"http://testserver/inbox/{turn.pk}/?tab=team&x=1"}
    )
    other = client.post(f"/inbox/{turn.pk}/reopen/", headers={"Referer": "http://elsewhere.example/?tab=team"})

    assert kept["Location"] == f"/inbox/{turn.pk}/?tab=team"
    assert other["Location"] == f"/inbox/{turn.pk}/"


def test_many_are_snoozed_and_given_at_once(us, square):
    turns = [cast.turn(square), cast.turn(square, key="p9", who="bo")]
    client = Client()
    client.force_login(us.lea)
    ids = [turn.pk for turn in turns]

    for do in ("snooze:never", "assign:0", "assign:x", "assign"):
        client.post("/inbox/many/", {"id": ids, "do": do})
    before = set(Turn.objects.values_list("state", "assignee"))
    client.post("/inbox/many/", {"id": ids, "do": f"assign:{us.ada.pk}"})
    client.post("/inbox/many/", {"id": ids, "do": ["close", "snooze:hour"]})

    assert before == {("open", None)}
    assert set(Turn.objects.values_list("state", "assignee")) == {("snoozed", us.ada.pk)}


@pytest.mark.parametrize(
    ("count", "told"),
    [
        ((1_234, True), '<span class="n">1,234</span>'),
        ((10_000, False), '<span aria-hidden="true">10,000+</span><span class="vh">more than 10,000</span>'),
    ],
)
def test_more_than_can_be_counted_is_a_short_word_with_the_long_one_beside_it(count, told):
    tabs = [("all", "All", "?tab=all", count, True)]

    page = render_to_string("inbox/_tabs.html", {"tabs": tabs, "is_long": True})

    assert told in page
    assert 'class="tabs long"' in page


def test_what_could_not_be_counted_in_time_is_a_question_mark_and_the_list_still_stands(us, square, settings):
    turn = cast.turn(square)
    settings.PATIENCE = 0.0

    page = page_of(us.ada, f"/inbox/?tab=all&network={turn.network}")

    assert 'title="not counted"><span aria-hidden="true">?</span><span class="vh">not counted</span></span>' in page
    assert f'id="row-{turn.pk}"' in page


def test_an_answer_taken_back_is_grey_and_no_word_of_ours_in_the_list(us, square):
    turn = cast.turn(square)
    answerable(square)
    row = answer.reply(turn, by=us.ada, text="Descale it first.", now=cast.NOW)

    answer.take_back(row, by=us.ada, now=cast.NOW)
    page = page_of(us.ada, f"/inbox/{turn.pk}/?tab=all")

    assert f'class="msg out is-back" id="m{row.pk}"' in page
    assert "Taken back, not sent" in page
    assert '<span class="txt cut2">My kettle leaks.</span>' in page
    assert page.count('#i-globe"/></svg>Public</span>') == 2


@pytest.mark.parametrize(("public", "mark"), [(True, "#i-globe"), (False, "#i-lock")])
def test_every_message_says_who_sees_it(us, square, public, mark):
    turn = cast.turn(square, public=public)

    page = page_of(us.ada, f"/inbox/{turn.pk}/newest/")

    assert mark in page


def test_a_conversation_that_was_closed_before_is_answered_without_closing_it_again(us, square):
    turn = cast.turn(square)
    work.close(turn, by=us.ada, purpose="fix", outcome="solved", now=cast.NOW)
    work.reopen(turn, by=us.ada, now=cast.NOW)
    answerable(square)
    client = Client()
    client.force_login(us.ada)

    sent = client.post(
        f"/inbox/{turn.pk}/write/",
        {"mode": "reply", "text": "Once more.", "purpose": "fix"},
        headers={"HX-Request": "true"},
    )

    turn.refresh_from_db()
    assert (sent.status_code, turn.state) == (200, "pending")
    assert "Leaves in 10 s, in public" in sent.headers["HX-Trigger"]
