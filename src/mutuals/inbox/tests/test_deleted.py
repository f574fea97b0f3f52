"""Words that their author deleted wait for nobody."""

import pytest

import cast
from cast import NOW, event, minutes, said
from mutuals.base import journal
from mutuals.inbox import answer
from mutuals.inbox.models import Turn

pytestmark = pytest.mark.django_db


def gone(key):
    return {"type": "delete", "id": key, "at": (NOW + minutes(9)).isoformat()}


def state(turn):
    now = Turn.objects.get(pk=turn.pk)
    return now.state, now.waiting_since, now.outcome, now.unread


def test_a_conversation_of_which_nothing_is_left_is_closed(us, square):
    turn = cast.turn(square)

    said(square, gone("p1"))

    assert state(turn) == ("closed", None, "no_answer", 0)
    assert [one.by for one in journal.of(f"conversation:{turn.pk}")] == ["machine:inbox"]


def test_one_that_was_answered_before_waits_for_them(us, square):
    turn = cast.turn(square)
    answer.reply(turn, by=us.ada, text="Descale it.", now=NOW + minutes(1))
    said(square, event("p2", "And now?", at=NOW + minutes(5), reply_to="p1"))
    before = state(turn)

    said(square, gone("p2"))

    assert before[:2] == ("open", NOW + minutes(5))
    assert state(turn) == ("pending", None, "", 0)


def test_one_with_another_word_of_theirs_stays_open(us, square):
    turn = cast.turn(square)
    said(square, event("p2", "Hello?", at=NOW + minutes(5), reply_to="p1"))

    said(square, gone("p2"))

    assert state(turn)[:2] == ("open", NOW)


def test_who_writes_there_again_opens_it(us, square):
    turn = cast.turn(square)
    said(square, event("p2", "Hello?", at=NOW + minutes(1), reply_to="p1"))
    said(square, gone("p1"), gone("p2"))
    before = state(turn)[0]

    said(square, event("p3", "I mean another kettle.", at=NOW + minutes(20), reply_to="p2"))

    assert before == "closed"
    assert state(turn)[0] == "open"
