"""An answer that was taken back before it left was never said."""

import pytest

import cast
from cast import NOW, minutes
from mutuals.history.models import Interaction
from mutuals.inbox import answer, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def turn(square):
    return cast.turn(square)


def shown(turn):
    """What a list shows of the conversation."""
    told = turn.conversation
    told.refresh_from_db()
    return told.snippet, told.message_count, told.last_at, told.last_out_at


def test_the_list_shows_the_last_standing_words_again(us, turn):
    before = shown(turn)
    row = answer.reply(turn, by=us.ada, text="Descale it.", now=NOW + minutes(1))
    work.note(turn, by=us.ada, text="A note is no message.", now=NOW + minutes(2))
    during = shown(turn)

    answer.take_back(row, by=us.ada, now=NOW + minutes(1))

    assert during[:2] == ("Descale it.", before[1] + 1)
    assert shown(turn) == before


def test_the_answer_before_it_stays_the_last_word(us, turn):
    answer.reply(turn, by=us.ada, text="Descale it.", now=NOW + minutes(1))
    before = shown(turn)
    row = answer.reply(turn, by=us.ada, text="Or buy a new one.", now=NOW + minutes(2))

    answer.take_back(row, by=us.ada, now=NOW + minutes(2))

    assert shown(turn) == before


def test_who_was_answered_before_does_not_wait_again(us, turn):
    answer.reply(turn, by=us.ada, text="Descale it.", now=NOW + minutes(1))
    row = answer.reply(turn, by=us.ada, text="Or buy a new one.", now=NOW + minutes(2))

    answer.take_back(row, by=us.ada, now=NOW + minutes(2))

    turn.refresh_from_db()
    assert (turn.state, turn.waiting_since) == ("pending", None)
    assert turn.first_answer_at == NOW + minutes(1)


def test_who_was_never_answered_waits_since_their_first_word(us, turn):
    before = turn.waiting_since
    row = answer.reply(turn, by=us.ada, text="Descale it.", now=NOW + minutes(1))

    answer.take_back(row, by=us.ada, now=NOW + minutes(1))

    turn.refresh_from_db()
    assert (turn.state, turn.waiting_since, turn.first_answer_at) == ("open", before, None)


def test_taking_back_twice_counts_once(us, turn):
    answer.reply(turn, by=us.ada, text="Descale it.", now=NOW + minutes(1))
    row = answer.reply(turn, by=us.ada, text="Or buy a new one.", now=NOW + minutes(2))

    done = [answer.take_back(row, by=us.ada, now=NOW + minutes(2)) for _ in range(2)]

    assert done == [True, False]
    assert shown(turn)[1] == Interaction.objects.exclude(status="cancelled").count()
