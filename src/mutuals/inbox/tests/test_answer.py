"""Answering: whom, in public or not, and once."""

import pytest

import cast
from cast import NOW, minutes
from mutuals.capture.tests.tiny import installed
from mutuals.inbox import answer, queries
from mutuals.inbox.models import Turn

pytestmark = pytest.mark.django_db


@pytest.fixture
def us():
    with installed():
        yield cast.staff()


@pytest.fixture
def square(us):
    made = cast.source(owner=us.olga, connector="tiny", settings={"address": "http://tiny.invalid"}, team=us.service)
    cast.channel(made, speakers=(us.ada,))
    return made


def more(square, key, n, **told):
    """A further message of the thread, `n` minutes later."""
    return cast.said(square, cast.event(key, at=NOW + minutes(n), reply_to="p1", **told), now=NOW + minutes(n))[0]


@pytest.mark.parametrize("first", [True, False], ids=["public, then direct", "direct, then public"])
def test_the_composer_says_who_will_see_the_answer_as_it_then_goes_out(us, square, first):
    turn = cast.turn(square, public=first)
    more(square, "p2", 5, public=not first)

    offered = answer.ways(turn, by=us.ada)
    row = answer.reply(turn, by=us.ada, text="Descale it.", now=NOW + minutes(6))

    assert offered.is_public is row.is_public is not first


@pytest.mark.parametrize("first", [True, False], ids=["public, then direct", "direct, then public"])
def test_a_conversation_with_any_public_message_is_public_in_the_list(us, square, first):
    turn = cast.turn(square, public=first)
    more(square, "p2", 5, public=not first)

    turn.refresh_from_db()
    conversation = turn.conversation
    conversation.refresh_from_db()

    assert (turn.is_public, conversation.is_public) == (True, True)


def test_messages_of_one_batch_make_a_conversation_public_whichever_is_first(us, square):
    mixed = [cast.event("p1", public=False), cast.event("p2", public=True, reply_to="p1", at=NOW + minutes(1))]

    cast.said(square, *mixed)

    assert Turn.objects.get().is_public


def test_an_answer_goes_to_who_spoke_and_not_to_who_liked_it(us, square):
    turn = cast.turn(square)
    more(square, "l1", 5, kind="like", who="bo")

    target = queries.last_from_them(turn)

    assert target.key == "p1"
