"""Contractors see the people who spoke in their own queue, however large that is."""

import pytest

import cast
from mutuals.config.wiring import MANY, spoke_in_own_queue
from mutuals.inbox import work
from mutuals.inbox.models import Turn
from mutuals.people.models import Person, Profile

pytestmark = pytest.mark.django_db


def spoken(us, *names):
    """One conversation of each, and one of a profile that belongs to nobody yet."""
    square = cast.source(owner=us.olga, team=us.service)
    events = [cast.event(f"p{name}", f"A kettle for {name}", who=name) for name in (*names, "stranger")]
    cast.said(square, *events)
    for name in names:
        Profile.objects.filter(key=name).update(person=cast.person(name, by=us.ada))
    return {turn.conversation.opener.key: turn for turn in Turn.objects.select_related("conversation__opener")}


@pytest.mark.parametrize("many", [0, MANY])
def test_a_large_queue_and_a_small_one_show_the_same_people(many):
    us = cast.staff()
    turns = spoken(us, "bea", "bo", "otto")
    for name in ("bea", "stranger"):
        work.assign(turns[name], by=us.olga, to=us.cleo, now=cast.NOW)

    seen = Person.objects.filter(spoke_in_own_queue(us.cleo, many=many))

    assert [person.name for person in seen] == ["bea"]


@pytest.mark.parametrize("many", [0, MANY])
def test_a_queue_that_holds_nothing_shows_nobody(many):
    us = cast.staff()
    spoken(us, "bea")

    seen = Person.objects.filter(spoke_in_own_queue(us.cleo, many=many))

    assert not seen.exists()
