"""What an edit out there changes here."""

import pytest

import cast
from cast import NOW, minutes, source, staff
from mutuals.conversations.models import Conversation
from mutuals.inbox import work

pytestmark = pytest.mark.django_db


def test_the_line_in_the_inbox_follows_an_edit_of_the_newest_message():
    us = staff()
    square = source(owner=us.olga)
    turn = cast.turn(square)
    newest = cast.event("p2", "It leaks badly.", at=NOW + minutes(5), reply_to="p1")
    cast.said(square, newest)
    work.note(turn, by=us.ada, text="A note is no message.", now=NOW + minutes(6))

    cast.said(square, {**newest, "type": "update", "text": "It does\nnot leak."})

    assert Conversation.objects.get().snippet == "It does not leak."


def test_the_line_in_the_inbox_stays_when_an_older_message_is_edited():
    us = staff()
    square = source(owner=us.olga)
    cast.turn(square)
    cast.said(square, cast.event("p2", "It leaks badly.", at=NOW + minutes(5), reply_to="p1"))

    cast.said(square, cast.event("p1", "My kettle weeps.", type="update"))

    assert Conversation.objects.get().snippet == "It leaks badly."
