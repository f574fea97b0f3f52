import random
from datetime import UTC, datetime, time, timedelta

import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import cast
from mutuals.base.models import Entry
from mutuals.history.models import Interaction
from mutuals.inbox import work
from mutuals.inbox.models import Case, Turn
from mutuals.people.models import Person
from mutuals.rules import body, fire, keep, trial, watch
from mutuals.rules.models import Firing, Outcome, Rule, Run, State
from mutuals.rules.queries import quarrels, track
from mutuals.rules.tests.test_judge import REFUND, running

NAMED = {"field": "name", "op": "is", "value": "Bea Brand"}
WORDS = ["refund", "Refund!", "money-back", "kettle", "leaks", "thanks", "my", "MÖNEY BACK", "back", "money"]


@pytest.fixture
def us(db):
    return cast.staff()


def test_the_dry_run_tells_exactly_what_then_fires(us):
    of, draw = cast.source(owner=us.olga), random.Random(7)
    events = [
        cast.event(f"p{n}", " ".join(draw.choices(WORDS, k=4)), public=draw.random() < 0.8, who=f"w{n % 5}")
        for n in range(60)
    ]
    cast.said(of, *events)
    told = body.read(REFUND, viewer=us.lea)

    dry = trial.dry_run(told, by=us.lea, now=cast.NOW, limit=100)
    Interaction.objects.all().delete()
    running(REFUND, by=us.lea)
    cast.said(of, *[one | {"id": f"again-{one['id']}"} for one in events])

    assert 0 < dry.fired < dry.of == 60
    assert Firing.objects.count() == dry.fired == len(dry.ids)


def test_a_dry_run_does_nothing(us):
    of = cast.source(owner=us.olga)
    cast.said(of, cast.event("p1", "refund"))
    before = Entry.objects.count()

    trial.dry_run(body.read(REFUND, viewer=us.lea), by=us.lea, now=cast.NOW)

    assert (Entry.objects.count(), Firing.objects.count(), Case.objects.count()) == (before, 0, 0)


def test_applying_twice_is_applying_once(us):
    of = cast.source(owner=us.olga)
    cast.said(of, *(cast.event(f"p{n}", "refund" if n % 2 else "hello") for n in range(9)))
    rule = running(REFUND | {"hourly": 1}, by=us.lea)

    for _ in range(2):
        trial.go_on(trial.apply(rule, by=us.lea, now=cast.NOW).pk)

    first, second = Run.objects.order_by("pk")
    assert (first.found, first.fired, second.fired) == (9, 4, 0)
    assert Firing.objects.filter(outcome=Outcome.DONE).count() == 4
    assert first.ended_at is not None


def test_a_rule_follows_from_the_journal_and_never_from_itself(us):
    of = cast.source(owner=us.olga)
    bea = cast.person("Bea", by=us.ada)
    watch.read_on(cast.NOW)
    running({"when": "changed", "then": [{"add_tag": {"tag": "touched"}}]}, by=us.lea)
    running(
        {"when": "changed", "if": ["tags:has:touched"], "then": [{"add_tag": {"tag": "second"}}]}, by=us.lea, name="2"
    )
    running(
        {"when": "changed", "if": ["tags:has:second"], "then": [{"add_tag": {"tag": "third"}}]}, by=us.lea, name="3"
    )
    running(
        {"when": "changed", "if": ["tags:has:third"], "then": [{"add_tag": {"tag": "fourth"}}]}, by=us.lea, name="4"
    )
    assert of.pk

    from_outside = Entry.objects.create(kind="person.edited", about=f"person:{bea.pk}", by="staff:1")
    settle(5)

    bea.refresh_from_db()
    assert bea.tags == ["touched", "second", "third"]
    assert from_outside.pk
    assert sorted(len(one.seen.get("via", [])) for one in Firing.objects.all()) == [0, 1, 2]


def settle(times: int) -> None:
    """Read the journal on. In a test's one transaction nothing ends, so the reading is told that all has."""
    for _ in range(times):
        state = State.objects.get(pk=watch.PLACE)
        fresh = list(
            Entry.objects.filter(pk__gt=state.entry).order_by("pk").values_list("pk", "kind", "about", "at", "data")
        )
        State.objects.filter(pk=watch.PLACE).update(entry=max([state.entry, *(one[0] for one in fresh)]))
        watch.judge_all([one for one in fresh if one[1] in watch.heard()], now=cast.NOW)


@pytest.fixture
def touched(transactional_db):
    """Bea, whose record is edited as often as this is called, under a rule that tells it; the journal is read up to now."""
    us = cast.staff()
    bea = cast.person("Bea", by=us.ada)
    running({"when": "changed", "then": [{"add_tag": {"tag": "touched"}}]}, by=us.lea)
    watch.read_on(cast.NOW)
    return lambda: Entry.objects.create(kind="person.edited", about=f"person:{bea.pk}", by="staff:1")


def writing(database=None):
    """Another connection to the server, in the middle of a transaction that writes."""
    own = connection.get_connection_params()
    known = {name: own[name] for name in ("dbname", "user", "password", "host", "port") if name in own}
    other = psycopg.connect(**known | ({"dbname": database} if database else {}))
    other.execute("SELECT pg_current_xact_id()")
    return other


def test_each_entry_of_the_journal_is_read_once_whoever_writes_in_other_databases(touched):
    with writing(database="postgres"):
        touched()

        fired = [watch.read_on(cast.NOW) for _ in range(3)]

    assert fired == [1, 0, 0]


def test_an_entry_is_read_once_nobody_still_writes_who_began_before_it(touched):
    with writing() as other:
        touched()
        fired = [watch.read_on(cast.NOW)]
        other.commit()
        fired += [watch.read_on(cast.NOW) for _ in range(2)]

    assert fired == [0, 1, 0]


def test_a_restore_on_another_server_reads_on_behind_the_newest_entry_it_knew(touched):
    touched()
    watch.read_on(cast.NOW)
    State.objects.update(horizon=2**60)
    touched()

    fired = [watch.read_on(cast.NOW) for _ in range(2)]

    assert fired == [1, 0]


def test_the_clock_meets_a_silent_buyer_once_a_month(us):
    bea = cast.person("Bea", by=us.ada)
    Person.objects.filter(pk=bea.pk).update(order_count=3)
    running(
        {"when": "clock", "every": "hour", "if": ["orders:over:2"], "then": [{"open_case": {"title": "Call"}}]},
        by=us.lea,
    )

    fired = [watch.strike(cast.NOW + timedelta(days=days)) for days in (0, 1, 29, 31)]

    assert fired == [1, 0, 0, 1]
    assert Case.objects.first().person == bea


def test_what_was_put_off_is_done_when_quiet_hours_end_unless_the_rule_is_off(us):
    of = cast.source(owner=us.olga)
    quiet = {"quiet": {"from": "09:00", "to": "12:00", "zone": "UTC"}}
    rule = running(REFUND | quiet | {"then": [{"tell": {"to": us.ada.email, "text": "Look"}}]}, by=us.lea)
    cast.said(of, cast.event("p1", "refund"), cast.event("p2", "refund"))
    first, second = Firing.objects.order_by("pk")

    watch.finish_now(first.pk)
    keep.switch(rule, is_on=False, by=us.lea, now=cast.NOW)
    watch.finish_now(second.pk)

    first.refresh_from_db()
    second.refresh_from_db()
    assert first.steps[0]["did"] == "Told Ada"
    assert "switched off" in second.steps[0]["failed"]
    assert Entry.objects.filter(kind="staff.told").count() == 1


def test_two_rules_that_decide_the_same_otherwise_are_said_to_quarrel(us):
    of = cast.source(owner=us.olga)
    running(REFUND, by=us.lea)
    running(REFUND | {"then": [{"give_to_team": {"team": "Sales"}}]}, by=us.lea, name="Other")

    cast.said(of, cast.event("p1", "refund"))

    found = quarrels(us.lea, now=cast.NOW + timedelta(minutes=1))
    assert [(one.first.name, one.second.name, one.lane, one.events) for one in found] == [
        ("Refunds", "Other", "whose it is", 1)
    ]


def test_how_conversations_end_tells_how_often_a_rule_was_right(us):
    of = cast.source(owner=us.olga)
    rule = running(REFUND, by=us.lea)
    cast.said(of, *(cast.event(f"p{n}", "refund") for n in range(3)))
    for turn, outcome in zip(Turn.objects.order_by("pk"), ("solved", "noise", "solved"), strict=True):
        work.close(turn, by=us.ada, purpose="fix", outcome=outcome, now=cast.NOW)

    watch.learn(list(Entry.objects.values_list("pk", "kind", "about", "at", "data")))

    assert (track(rule).good, track(rule).noise, track(rule).advice) == (2, 1, [])


def test_after_fifty_ends_a_threshold_is_advised(us):
    rule = running(REFUND, by=us.lea)
    for n in range(60):
        came = "noise" if n < 20 else "good"
        seen = {"tests": [{"field": "value", "test": "Bought for is above 10", "saw": str(10 + n), "holds": True}]}
        Firing.objects.create(rule=rule, version=1, event=f"e{n}", at=cast.NOW, seen=seen, came_of=came)

    advice = track(rule).advice

    assert advice == ["“Bought for is above 10”: at 32 it would have left out 20 that were noise and 2 that were not."]


def test_testing_on_a_record_says_what_stood_there(us):
    of = cast.source(owner=us.olga)
    said = cast.said(of, cast.event("p1", "refund now", public=False))[0]

    tried = trial.test(body.read(REFUND, viewer=us.lea), said.pk, by=us.lea, now=cast.NOW)

    assert (tried.looked, tried.holds, tried.would) == (True, False, ())
    assert [(one["saw"], one["holds"]) for one in tried.tests] == [("refund", True), (False, False)]


def test_quiet_hours_go_over_midnight():
    quiet = body.Quiet(cast.NOW.time().replace(hour=22), cast.NOW.time().replace(hour=7), "Europe/Lisbon")

    late, early, noon = (cast.NOW.replace(hour=hour) for hour in (23, 3, 12))

    assert fire.quiet_until(quiet, late) == late.replace(day=21, hour=7)
    assert fire.quiet_until(quiet, early) == early.replace(hour=7)
    assert fire.quiet_until(quiet, noon) is None


def test_quiet_hours_that_end_in_the_hour_that_comes_twice_end_in_the_one_that_it_is():
    quiet = body.Quiet(time(22), time(2, 30), "Europe/Berlin")

    first, second = (datetime(2026, 10, 25, hour, 10, tzinfo=UTC) for hour in (0, 1))

    assert fire.quiet_until(quiet, first).astimezone(UTC) == first.replace(minute=30)
    assert fire.quiet_until(quiet, second).astimezone(UTC) == second.replace(minute=30)


def test_a_rule_that_is_on_is_not_removed(us):
    rule = running(REFUND, by=us.lea)

    with pytest.raises(ValueError, match="turn it off first"):
        keep.remove(rule, by=us.lea)

    assert Rule.objects.exists()


def test_an_author_or_a_word_is_tried_as_two_sets_and_finds_what_then_fires(us):
    of, draw = cast.source(owner=us.olga), random.Random(11)
    bea = cast.person("Bea Brand", by=us.ada)
    asked = {
        "any": [{"field": "words", "op": "says", "value": ["refund"]}, {"field": "person", "op": "any", "value": NAMED}]
    }
    events = [cast.event(f"p{n}", " ".join(draw.choices(WORDS, k=3)), who=f"w{n % 5}") for n in range(50)]
    rows = cast.said(of, *events)
    theirs = [row.profile_id for row in rows if row.profile.key == "w1"]
    type(rows[0].profile).objects.filter(pk__in=theirs).update(person=bea)
    told = body.read({"when": "received", "if": asked, "then": [{"note": {"text": "x"}}]}, viewer=us.lea)

    with CaptureQueriesContext(connection) as queries:
        dry = trial.dry_run(told, by=us.lea, now=cast.NOW, limit=100)

    by_hand = {row.pk for row in rows if row.profile_id in theirs or "refund" in row.text.lower()}
    assert set(dry.ids) == by_hand
    assert len(theirs) < len(by_hand) < 50
    assert dry.of == 50
    assert any(" UNION " in one["sql"] for one in queries)
