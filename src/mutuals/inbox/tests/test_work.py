"""Whose turn it is: from the first word to the outcome."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from cast import NOW, channel, event, minutes, said, source, staff, turn
from mutuals.base.models import Entry
from mutuals.history.models import Interaction
from mutuals.inbox import queries, work
from mutuals.inbox.models import Turn
from mutuals.staff.models import Team, User
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db


def test_a_message_opens_a_turn_that_waits_since_then():
    us = staff()
    square = source(owner=us.olga, team=us.service)

    one = turn(square, at=NOW)

    assert (one.state, one.unread, one.waiting_since, one.team_id) == ("open", 1, NOW, us.service.pk)


def test_closing_asks_for_purpose_and_outcome_and_writes_both_into_the_history():
    us = staff()
    one = turn(source(owner=us.olga))

    with pytest.raises(ValueError, match="what came of it"):
        work.close(one, by=us.ada, purpose="fix", outcome="", now=NOW)
    work.close(one, by=us.ada, purpose="fix", outcome="solved", now=NOW)

    row = Interaction.objects.get(conversation_id=one.pk)
    assert (row.purpose, row.outcome) == ("fix", "solved")
    assert Entry.objects.get(kind="conversation.closed").by == f"staff:{us.ada.pk}"


def test_the_database_refuses_a_closed_turn_without_an_outcome():
    us = staff()
    one = turn(source(owner=us.olga))

    with pytest.raises(IntegrityError), transaction.atomic():
        Turn.objects.filter(pk=one.pk).update(state="closed")


def test_a_new_word_opens_a_closed_turn_and_an_old_one_does_not():
    us = staff()
    square = source(owner=us.olga)
    one = turn(square)
    work.close(one, by=us.ada, purpose="help", outcome="solved", now=NOW + minutes(5))

    said(square, event("p0", "Earlier words", at=NOW - minutes(60), reply_to="p1"), now=NOW + minutes(6))
    one.refresh_from_db()
    late = one.state
    said(square, event("p2", "It leaks again", at=NOW + minutes(9), reply_to="p1"), now=NOW + minutes(9))
    one.refresh_from_db()

    assert late == "closed"
    assert (one.state, one.moved_at) == ("open", NOW + minutes(9))


def test_a_contractor_sees_and_takes_only_what_is_in_the_own_queue():
    us = staff()
    theirs = turn(source("Town square", owner=us.olga, team=us.service))
    own = turn(source("Market", owner=us.olga, team=us.elsewhere), "m1")

    seen = set(queries.visible_to(us.cleo))

    assert seen == {own}
    work.assign(own, by=us.cleo, to=us.cleo, now=NOW)
    with pytest.raises(NotAllowed):
        work.assign(theirs, by=us.cleo, to=us.cleo, now=NOW)
    with pytest.raises(NotAllowed):
        work.assign(own, by=us.cleo, to=us.ada, now=NOW)


def test_who_takes_a_turn_names_no_team_but_the_own():
    us = staff()
    one = turn(source(owner=us.olga, team=us.elsewhere))
    us.cleo.teams.add(Team.objects.create(name="Night shift"))
    cleo = User.objects.get(pk=us.cleo.pk)

    with pytest.raises(NotAllowed):
        work.assign(one, by=cleo, to=cleo, team=us.service, now=NOW)
    untouched = Turn.objects.get()
    work.assign(one, by=cleo, to=cleo, team=Team.objects.get(name="Night shift"), now=NOW)

    assert (untouched.assignee_id, untouched.team_id) == (None, us.elsewhere.pk)
    assert (one.assignee_id, one.team.name) == (cleo.pk, "Night shift")


@pytest.mark.parametrize(
    "act",
    [
        lambda one, by: work.wait(one, by=by, now=NOW),
        lambda one, by: work.snooze(one, by=by, until=NOW + minutes(5), now=NOW),
        lambda one, by: work.reopen(one, by=by, now=NOW),
        lambda one, by: work.note(one, by=by, text="Mine.", now=NOW),
    ],
    ids=["wait", "snooze", "reopen", "note"],
)
def test_a_turn_that_was_given_away_since_it_was_read_is_not_changed_by_a_contractor(act):
    us = staff()
    read = turn(source(owner=us.olga, team=us.elsewhere))
    Turn.objects.filter(pk=read.pk).update(team=us.service, unread=7)

    with pytest.raises(NotAllowed):
        act(read, us.cleo)

    assert (Turn.objects.get().state, Turn.objects.get().unread) == ("open", 7)
    assert not Interaction.objects.filter(kind="note").exists()


def test_snoozed_work_wakes_by_the_clock_or_by_a_new_word():
    us = staff()
    square = source(owner=us.olga)
    one, two = turn(square, "a"), turn(square, "b", who="bo")
    for turned in (one, two):
        work.snooze(turned, by=us.ada, until=NOW + minutes(30), now=NOW)

    said(square, event("b2", "Anybody?", who="bo", at=NOW + minutes(3), reply_to="b"), now=NOW + minutes(3))
    woken = work.wake_snoozed(NOW + minutes(31))

    assert woken == 1
    assert set(Turn.objects.values_list("state", flat=True)) == {"open"}


def test_tabs_count_what_each_would_list():
    us = staff()
    square = source(owner=us.olga, team=us.service)
    mine = turn(square, "a")
    turn(square, "b", who="bo")
    work.assign(mine, by=us.lea, to=us.ada, now=NOW)

    counts = queries.counts(us.ada, queries.Asked())

    assert counts == {"mine": (1, True), "unassigned": (1, True), "team": (2, True), "all": (2, True)}
    assert [row.pk for row in queries.turns(us.ada, queries.Asked(tab="mine")).turns] == [mine.pk]


def test_what_cannot_be_counted_in_time_is_unknown_and_what_needs_no_search_is_counted(settings):
    us = staff()
    turn(source(owner=us.olga))
    settings.PATIENCE = 0.0

    filtered, plain = (queries.counts(us.ada, asked) for asked in (queries.Asked(network="bluesky"), queries.Asked()))

    assert filtered == dict.fromkeys(queries.TABS)
    assert plain["all"] == (1, True)


def test_filters_that_rarely_hit_are_counted_and_listed_by_the_small_index():
    us = staff()
    many_turns(source(owner=us.olga), 10_000)

    for filters in ({"network": "town"}, {"network": "webhook", "public": False}, {"pillar": "sales"}):
        asked = queries.Asked(state="closed", **filters)
        with CaptureQueriesContext(connection) as told:
            found = queries.counts(us.olga, asked)["all"], queries.turns(us.olga, asked).turns

        plans = [plan_of(one["sql"]) for one in told if "inbox_turn" in one["sql"]][:2]
        assert found == ((0, True), []), filters
        assert [("turn_kind" in plan, "Seq Scan" in plan) for plan in plans] == [(True, False)] * 2, filters


MANY = """
WITH made AS (
    INSERT INTO conversations_conversation (source_id, key, network, subject, snippet, is_public, message_count)
    SELECT %s, 'k' || n, CASE WHEN n % 2 = 0 THEN 'webhook' ELSE 'email' END, '', '', n % 2 = 0, 1
    FROM generate_series(1, %s) n RETURNING id, network, is_public
)
INSERT INTO inbox_turn (conversation_id, state, pillar, network, is_public, unread, moved_at, purpose, outcome, closed_at)
SELECT id, 'closed', 'service', network, is_public, 0, now() - id * interval '1 s', 'help', 'solved', now() FROM made
"""


def many_turns(square, count: int) -> None:
    """Closed conversations without words: every other one public on the webhook's network, the others mails."""
    with connection.cursor() as cursor:
        cursor.execute(MANY.replace("n % 2", "n %% 2"), [square.pk, count])
        cursor.execute("ANALYZE inbox_turn")


def plan_of(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}")
        return "\n".join(row[0] for row in cursor.fetchall())


def test_the_list_is_walked_page_by_page_without_gaps():
    us = staff()
    square = source(owner=us.olga)
    said(square, *[event(f"p{n}", who=f"u{n}", at=NOW + minutes(n // 2)) for n in range(25)])

    pages, after = [], None
    while True:
        page = queries.turns(us.ada, queries.Asked(), after=after, limit=7)
        pages += [row.pk for row in page.turns]
        after = page.after
        if after is None:
            break

    assert len(pages) == len(set(pages)) == 25
    assert pages == list(Turn.objects.order_by("-moved_at", "-conversation_id").values_list("pk", flat=True))


def test_a_note_stays_among_us():
    us = staff()
    one = turn(source(owner=us.olga))

    row = work.note(one, by=us.ada, text="She is right.", now=NOW)

    assert (row.direction, row.is_public, row.source_id) == ("note", False, None)


def test_who_speaks_as_us_is_no_work_for_us():
    us = staff()
    square = source(owner=us.olga)
    ours = channel(square)

    said(square, event("x1", "We open at nine.", author={"network": "webhook", "id": ours.key, "name": ours.name}))

    assert not Turn.objects.exists()


def test_under_the_filter_of_a_source_tabs_count_its_conversations_alone():
    us = staff()
    square = source(owner=us.olga, team=us.service)
    turn(square, "a")
    turn(source("Other square", owner=us.olga, team=us.service), "b", who="bo")

    counts = queries.counts(us.ada, queries.Asked(source_id=square.pk))

    assert counts["all"] == (1, True)
    assert counts["mine"] == (0, True)


def test_what_is_taken_up_again_shows_no_earlier_end_and_since_when_they_wait():
    us = staff()
    one = turn(source(owner=us.olga))
    before = one.waiting_since
    work.close(one, by=us.ada, purpose="help", outcome="solved", now=NOW + minutes(1))

    work.reopen(one, by=us.ada, now=NOW + minutes(2))

    one.refresh_from_db()
    assert (one.state, one.purpose, one.outcome, one.closed_at, one.closed_by) == ("open", "", "", None, None)
    assert one.waiting_since == before


def test_who_is_waited_for_does_not_wait():
    us = staff()
    one = turn(source(owner=us.olga))

    work.wait(one, by=us.ada, now=NOW + minutes(1))

    one.refresh_from_db()
    assert (one.state, one.waiting_since) == ("pending", None)


def test_who_writes_after_the_end_opens_it_without_the_earlier_end():
    us = staff()
    square = source(owner=us.olga)
    one = turn(square)
    work.close(one, by=us.ada, purpose="help", outcome="solved", now=NOW + minutes(1))

    said(square, event("p2", "It leaks again.", at=NOW + minutes(5), reply_to="p1"))

    one.refresh_from_db()
    assert (one.state, one.purpose, one.outcome, one.closed_at) == ("open", "", "", None)
