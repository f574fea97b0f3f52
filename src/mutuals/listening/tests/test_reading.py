"""What arrives is read, once, again when it is edited, and not at all when it is deleted."""

from __future__ import annotations

import json

import pytest

import cast
from mutuals import flow
from mutuals.capture import receive
from mutuals.connectors.contract import Raw
from mutuals.listening import read
from mutuals.listening.models import Reading

pytestmark = pytest.mark.django_db


def tell(of, **event):
    """Let one event arrive."""
    body = json.dumps(event)
    receive.keep(of, [Raw(key=f"{event['id']}:{hash(body)}", body=body.encode())], cursor=None, now=cast.NOW)
    flow.run(of.pk)


def test_what_arrives_is_read_in_the_same_walk():
    us = cast.staff()
    square = cast.source(owner=us.olga)

    [row] = cast.said(square, cast.event("p1", "My kettle leaks all over the floor, I am so angry!"))

    found = Reading.objects.get(pk=row.pk)
    assert (found.language, found.mood) == ("en", "negative")
    assert 990 <= found.negative + found.neutral + found.positive <= 1010


def test_an_edit_is_read_again_and_a_deletion_takes_the_reading_away():
    us = cast.staff()
    square = cast.source(owner=us.olga)
    [row] = cast.said(square, cast.event("p1", "My kettle leaks all over the floor, I am so angry!"))

    tell(
        square,
        **cast.event("p1", "Thank you, the new kettle is wonderful, I love it!", revision="2") | {"type": "update"},
    )
    mood = Reading.objects.get(pk=row.pk).mood
    tell(square, type="delete", id="p1")

    assert mood == "positive"
    assert not Reading.objects.exists()


def test_what_has_no_words_is_read_as_nothing_and_likes_and_our_own_words_are_not_read():
    us = cast.staff()
    square = cast.source(owner=us.olga)

    rows = cast.said(square, cast.event("p1", " \u200b "), cast.event("p2", "", kind="like"))

    assert [(one.pk, one.mood) for one in Reading.objects.all()] == [(rows[0].pk, "")]


def test_reading_again_changes_nothing():
    us = cast.staff()
    square = cast.source(owner=us.olga)
    [row] = cast.said(square, cast.event("p1", "My kettle leaks."))
    before = Reading.objects.values().get()

    read.hear([read.said_by(row)])

    assert Reading.objects.values().get() == before
