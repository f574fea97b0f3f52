"""Contractors see the people who spoke in their own queue, however large that is."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import cast
from mutuals.inbox import queries, work
from mutuals.inbox.models import Turn
from mutuals.inbox.owned import MANY, spoke_in_own_queue
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


MANY_TURNS = """
WITH made AS (
    INSERT INTO conversations_conversation (source_id, key, network, subject, snippet, is_public, message_count)
    SELECT %(source)s, 'k' || n, 'webhook', '', '', true, 1 FROM generate_series(1, 12000) n RETURNING id
), said AS (
    INSERT INTO history_interaction (source_id, key, revision, profile_id, conversation_id, network, kind, direction, status,
        is_public, visibility, occurred_at, reply_to, subject, text, language, url, extra)
    SELECT %(source)s, 'm' || id, '', %(profile)s + id %% 100, id, 'webhook', 'post', 'in', 'received', true, '',
        now() - id * interval '1 s', '', '', '', '', '', '{}' FROM made
)
INSERT INTO inbox_turn (conversation_id, state, pillar, network, is_public, unread, moved_at, purpose, outcome, assignee_id)
SELECT id, 'open', 'service', 'webhook', true, 0, now(), '', '', %(assignee)s FROM made
"""


def given_away_at_once(us) -> Person:
    """A hundred people, and a contractor who was just given half of 12,000 conversations; one of the people."""
    square = cast.source(owner=us.olga)
    others = Person.objects.bulk_create(
        Person(name=f"P {n}", created_at=cast.NOW, changed_at=cast.NOW) for n in range(100)
    )
    first = Profile.objects.bulk_create(
        Profile(network="town", key=f"p{n}", name=f"p{n}", person=one) for n, one in enumerate(others)
    )[0]
    with connection.cursor() as cursor:
        cursor.execute(MANY_TURNS, {"source": square.pk, "profile": first.pk, "assignee": us.ada.pk})
        cursor.execute("ANALYZE")
        cursor.execute("UPDATE inbox_turn SET assignee_id = %s WHERE conversation_id %% 2 = 0", [us.cleo.pk])
    return others[0]


def plans(told: CaptureQueriesContext, table: str) -> list[str]:
    """How the questions about a table are answered."""
    found = []
    with connection.cursor() as cursor:
        for one in [one["sql"] for one in told if table in one["sql"]]:
            cursor.execute(f"EXPLAIN {one}")
            found.append("\n".join(row[0] for row in cursor.fetchall()))
    return found


def test_a_large_queue_of_which_the_planner_knows_nothing_is_not_read_whole_for_each_person():
    us = cast.staff()
    given_away_at_once(us)
    rule = spoke_in_own_queue(us.cleo, many=0)

    with CaptureQueriesContext(connection) as told:
        list(Person.objects.filter(rule).order_by("name_key")[:50])

    (plan,) = plans(told, "history_interaction")
    assert "using inbox_turn_pkey on inbox_turn" in plan
    assert "turn_mine" not in plan


def test_nor_for_each_profile_of_a_timeline():
    us = cast.staff()
    one = given_away_at_once(us)
    ids = list(Profile.objects.filter(person=one).values_list("pk", flat=True))

    with CaptureQueriesContext(connection) as told:
        walk = queries.timeline(us.cleo, ids, limit=10)

    plan = plans(told, "unnest")[0]
    assert len(walk.rows) == 10
    assert "using inbox_turn_pkey on inbox_turn" in plan
    assert "turn_mine" not in plan
