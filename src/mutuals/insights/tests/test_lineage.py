"""Lineage: how far everything came, what stands still, and that the alert ends when it flows again (J6)."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from procrastinate.contrib.django import app

import cast
from mutuals.capture import draw, parked, receive
from mutuals.capture.models import RawEvent
from mutuals.capture.tests import tiny
from mutuals.channels import sources
from mutuals.channels.models import Health
from mutuals.connectors.contract import Raw
from mutuals.insights import passed, queries, waits, watch
from mutuals.insights.models import Passage
from mutuals.insights.stages import Stage
from mutuals.listening.card import cards
from mutuals.listening.models import Card, CardState
from mutuals.listening.topic import fill, topics
from mutuals.people.models import Profile
from mutuals.rules import keep
from mutuals.rules.models import Firing
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db
NOW = cast.NOW
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def looked(at):
    """What the watch finds at this moment: what it is about, and the stage."""
    return [(one.about, one.stage) for one in watch.watch(lambda: at)]


def alerts():
    """What the alerts that stand are about, and what they say."""
    return list(Card.objects.filter(state=CardState.OPEN, over_at=None).values_list("about", "words"))


def drawn(source, at):
    """One look at the source at this moment."""
    return draw.draw(source.pk, now=lambda: at, chance=lambda: 0.0)


def test_what_a_rule_was_held_back_from_is_not_acted_on():
    us = cast.staff()
    square = cast.source(owner=us.olga)
    rule = {"when": "received", "if": ["words:says:leak*"], "hourly": 1, "then": [{"note": {"text": "A leak"}}]}
    keep.switch(keep.write(rule, by=us.lea, now=NOW, name="Leaks"), is_on=True, by=us.lea, now=NOW)

    cast.said(square, *(cast.event(f"p{n}", "My kettle leaks.", who=f"w{n}") for n in range(3)))

    assert set(Firing.objects.values_list("outcome", flat=True)) == {"done", "held"}
    [line] = queries.lineage(us.ada, now=NOW + 2 * MINUTE).lines
    assert (line.counts.ruled, line.counts.fired) == (3, 1)


def test_every_stage_counts_the_rows_that_are_there():
    us = cast.staff()
    square, later = cast.source(owner=us.olga), cast.source("Later", owner=us.olga)
    topic = topics.make(topics.Wanted("Leaks", "leak*"), by=us.lea, now=NOW)
    fill.fill(topic.version_id)
    rule = {"when": "received", "if": ["words:says:leak*"], "then": [{"note": {"text": "A leak"}}]}
    keep.switch(keep.write(rule, by=us.lea, now=NOW, name="Leaks"), is_on=True, by=us.lea, now=NOW)
    cast.said(square, cast.event("p0", "Good morning, everybody."))
    Profile.objects.filter(network="town").update(person=cast.person(by=us.ada))

    told = [
        cast.event("p1", "My kettle leaks."),
        cast.event("p2", "Lovely tea.", who="bo"),
        cast.event("p3", "", kind="like"),
    ]
    cast.said(square, *told, cast.event("p4", "x", type="unheard of"))
    cast.said(square, told[0])
    twice = [Raw(key=f"again{n}", body=json.dumps(told[0] | {"revision": ""}).encode()) for n in range(2)]
    receive.keep(square, [Raw(key="bad", body=b"{"), *twice], cursor=None, now=NOW)
    cast.said(square)
    receive.keep(later, [Raw(key="later", body=b"{}")], cursor=None, now=NOW)
    found = queries.lineage(us.ada, now=NOW + 2 * MINUTE)

    [late], [line] = [[one for one in found.lines if one.source == source] for source in (later, square)]
    counts = line.counts
    assert (counts.arrived, counts.quiet, counts.known, counts.stored, line.aside) == (7, 1, 2, 4, 1)
    assert counts.arrived == counts.quiet + counts.known + counts.stored
    assert (counts.said, counts.linked, counts.read, counts.ruled, counts.fired, counts.met) == (3, 1, 3, 3, 1, 1)
    assert (late.waiting, late.waiting_since, late.counts.arrived) == (1, NOW, 0)
    assert [found.at(stage) for stage in Stage] == [9, 4, 1, 3, 3, 1]
    assert sum(hour.arrived for hour in found.hours) == 7
    assert len(found.hours) == 25
    assert found.still == []
    assert queries.lineage(us.ada, now=NOW + 2 * DAY).total.arrived == 0
    assert queries.lineage(us.ada, now=NOW + 2 * DAY, days=7).total.arrived == 7
    with pytest.raises(NotAllowed):
        queries.lineage(us.cleo, now=NOW)


def test_a_server_that_stops_is_named_and_the_alert_ends_when_it_answers_again(settings):
    us = cast.staff()
    cast.source("Another", owner=us.olga)
    with tiny.installed():
        with tiny.serving() as server:
            settings.NET_ALLOW = server.allow
            tap = cast.source(owner=us.olga, connector="tiny", settings={"address": server.address})
            drawn(tap, NOW)
            well = looked(NOW + MINUTE)
        drawn(tap, NOW + 2 * MINUTE)
        soon = looked(NOW + 5 * MINUTE)
        for hours in (1, 2):
            drawn(tap, NOW + hours * HOUR)
        broken = [looked(NOW + 2 * HOUR), looked(NOW + 2 * HOUR + MINUTE)]
        [(about, words)] = alerts()
        with tiny.serving() as server:
            settings.NET_ALLOW = server.allow
            tap.settings = {"address": server.address}
            tap.save(update_fields=["settings"])
            drawn(tap, NOW + 3 * HOUR)
            mended = looked(NOW + 3 * HOUR + MINUTE)

    assert (well, soon, mended) == ([], [], [])
    assert broken == [[(f"source:{tap.pk}", Stage.SOURCE)]] * 2
    assert about == f"source:{tap.pk}"
    assert words.startswith("Town square has not answered for 2 hours")
    assert "its address" in words
    assert alerts() == []
    assert Card.objects.get().over_at == NOW + 3 * HOUR + MINUTE


def test_a_hook_that_falls_silent_is_named_by_its_own_habit_and_one_that_speaks_seldom_is_not():
    us = cast.staff()
    busy, seldom = cast.source("Till", owner=us.olga), cast.source("Newsletter", owner=us.olga)
    rows = [(busy.pk, NOW - hours * HOUR, 10) for hours in range(1, 24 * 7)]
    rows += [(seldom.pk, NOW - 84 * times * HOUR, 1) for times in range(1, 12)]
    none = dict.fromkeys(("quiet", "stored", "said", "linked", "read", "ruled", "fired", "met", "waited", "slowest"), 0)
    Passage.objects.bulk_create(Passage(source_id=pk, slot=at, arrived=many, **none) for pk, at, many in rows)

    at_first, silent = looked(NOW + MINUTE), looked(NOW + 6 * HOUR)
    [(_, words)] = alerts()
    cast.said(busy, cast.event("p1"), now=NOW + 7 * HOUR)
    again = looked(NOW + 7 * HOUR + MINUTE)

    assert (at_first, again) == ([], [])
    assert silent == [(f"source:{busy.pk}", Stage.SOURCE)]
    assert words.startswith("Till has been silent for 6 hours, in which about 60 messages come otherwise. Look whether")
    assert alerts() == []


def test_what_is_not_opened_and_what_cannot_be_opened_is_said_of_the_stage_and_a_settled_card_stays_settled():
    us = cast.staff()
    square = cast.source(owner=us.olga)
    receive.keep(square, [Raw(key=f"bad {one}", body=b"{") for one in range(6)], cursor=None, now=NOW)

    waiting = looked(NOW + HOUR)
    [(_, unopened)] = alerts()
    cast.said(square)
    aside = looked(NOW + HOUR + MINUTE)
    [(_, misunderstood)] = alerts()
    cards.settle(Card.objects.get(over_at=None), "acted", by=us.ada, now=NOW + HOUR)
    settled = [looked(NOW + HOUR + 5 * MINUTE), alerts()]
    parked.drop(list(RawEvent.objects.values_list("pk", flat=True)), by=us.lea)

    assert waiting == aside == [(f"source:{square.pk}", Stage.STORED)]
    assert unopened.startswith("6 events of Town square wait to be opened, the oldest for 1 hour.")
    assert misunderstood.startswith("6 of 6 events of Town square in 24 hours could not be opened")
    assert settled == [aside, []]
    assert looked(NOW + HOUR + 6 * MINUTE) == []


def test_a_refused_sign_in_and_a_clock_that_stands_are_told_apart():
    us = cast.staff()
    with tiny.installed():
        out = cast.source("Out", owner=us.olga, connector="tiny", health=Health.NEEDS_AUTH, last_success_at=NOW)
        due = cast.source("Due", owner=us.olga, connector="tiny", next_try_at=NOW)
        cast.source("Fresh", owner=us.olga, connector="tiny", next_try_at=NOW + HOUR)
        asleep = cast.source("Asleep", owner=us.olga, connector="tiny", next_try_at=NOW)
        sources.pause(asleep, by=us.aron)

        found = {one.source_id: one.to_do for one in watch.watch(lambda: NOW + HOUR)}

    assert found.keys() == {out.pk, due.pk}
    assert found[out.pk] == "Sign in again on the page of the source."
    assert "scheduler" in found[due.pk]


def test_jobs_that_wait_for_long_are_told_with_what_to_do():
    tiny.forget_jobs()
    sql = (
        "INSERT INTO procrastinate_jobs (queue_name, task_name, scheduled_at, attempts) VALUES ('default', %s, %s, %s)"
    )
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")
        cursor.execute("SELECT now()")
        now = cursor.fetchone()[0]
        for name, at, tries in (
            ("flow.advance", now + 5 * MINUTE, 0), ("flow.advance", now + 8 * MINUTE, 3), ("rules.read_on", now + HOUR, 0),
        ):  # fmt: skip
            cursor.execute(sql, [name, at, tries])

    found = [waits.long(now=now + 10 * MINUTE), *waits.long(now=now + 20 * MINUTE)]
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (%s)", [now + 20 * MINUTE])
    [wait] = waits.long(now=now + 20 * MINUTE)

    assert found[0] == []
    assert [(one.job, one.many, one.since, one.stage) for one in found[1:]] == [
        ("flow.advance", 2, now + 5 * MINUTE, Stage.STORED)
    ]
    assert found[1].to_do.startswith("No worker runs.")
    assert wait.to_do.startswith("It failed 3 times")


def test_the_clock_knows_the_watch():
    named = {name for name in app.tasks if name.startswith("insights.")}

    assert {"insights.watch", "insights.forget"} <= named


def test_old_counts_are_let_go():
    us = cast.staff()
    cast.said(cast.source(owner=us.olga), cast.event("p1"))

    gone = [passed.forget(now=NOW + 30 * DAY), passed.forget(now=NOW + 90 * DAY)]

    assert gone == [0, 1]
