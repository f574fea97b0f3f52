import time
from collections.abc import Iterator
from datetime import timedelta
from threading import Event, Thread

import pytest
from django.db import connection

import cast
from mutuals.base.locks import Space
from mutuals.base.refusals import Refusal
from mutuals.capture import draw, scheduler
from mutuals.capture.models import RawEvent
from mutuals.capture.tests import tiny
from mutuals.channels.models import Bucket, Health, Source
from mutuals.connectors.contract import AuthExpired
from mutuals.staff.models import Role
from mutuals.staff.permissions import NotAllowed

NOW = cast.NOW


@pytest.fixture
def network(settings, db) -> Iterator[tiny.Server]:
    tiny.forget_jobs()
    with tiny.serving() as server, tiny.installed():
        settings.NET_ALLOW = server.allow
        yield server


def source_of(network: tiny.Server, **more) -> Source:
    owner = cast.user("Olga", Role.OWNER)
    return cast.source(owner=owner, connector="tiny", settings={"address": network.address}, **more)


def drawn(source: Source, **more) -> int:
    return draw.draw(source.pk, now=lambda: NOW, chance=lambda: 0.0, **more)


@pytest.mark.django_db
def test_pages_are_kept_with_their_cursor_and_a_second_draw_finds_nothing(network):
    source = source_of(network)
    network.items = [cast.event(f"p{number}") for number in range(5)]

    first, second = drawn(source), drawn(source)

    source.refresh_from_db()
    assert (first, second) == (5, 0)
    assert RawEvent.objects.count() == 5
    assert source.cursors.get().value == {"after": 5}
    assert (source.health, source.next_try_at) == (Health.OK, NOW + timedelta(seconds=60))
    assert tiny.waiting_jobs() == ["flow.advance"]


@pytest.mark.django_db
def test_a_draw_that_breaks_off_goes_on_from_the_last_page(network):
    source = source_of(network)
    network.items = [cast.event(f"p{number}") for number in range(5)]
    network.faults = ["ok", "drop"]

    first = drawn(source)
    broken = Source.objects.get()
    network.asked.clear()
    second = drawn(source)

    assert (first, second) == (2, 3)
    assert (broken.health, broken.failures) == (Health.DEGRADED, 1)
    assert RawEvent.objects.count() == 5
    assert len(network.asked) == 3


@pytest.mark.django_db
def test_two_refused_sign_ins_stop_the_source_and_keep_its_history(network):
    source = source_of(network)
    network.items = [cast.event("p1")]
    drawn(source)
    network.faults = ["401", "401", "ok"]

    counts = [drawn(source) for _ in range(3)]

    source.refresh_from_db()
    assert counts == [0, 0, 0]
    assert source.state == "needs_auth"
    assert network.faults == ["ok"]
    assert RawEvent.objects.count() == 1
    assert draw.due(NOW + timedelta(days=1)) == []


@pytest.mark.django_db
def test_the_networks_own_moment_decides_about_the_next_look(network):
    source = source_of(network)
    network.faults = ["429"]

    drawn(source)

    source.refresh_from_db()
    assert (source.health, source.failures) == (Health.RATE_LIMITED, 0)
    assert source.next_try_at == NOW + timedelta(seconds=120)


@pytest.mark.django_db
def test_a_source_at_its_limit_waits_until_it_can_pay_for_more_than_one_call(network):
    source = source_of(network)
    network.items = [cast.event("p1")]
    Bucket.objects.create(source=source, group="read", left=30.0, counted_at=NOW)  # 30 are kept for replies

    drawn(source)

    source.refresh_from_db()
    assert source.health == Health.RATE_LIMITED
    assert source.next_try_at == NOW + timedelta(seconds=60)


@pytest.mark.django_db
def test_a_connector_that_trips_does_not_stop_the_others(network):
    with tiny.installed(fetch=lambda context, _stream, _cursor: iter([context.settings["nothing"]])):
        source = source_of(network)

        count = drawn(source)

    source.refresh_from_db()
    assert count == 0
    assert source.last_error == "KeyError: 'nothing'"


@pytest.mark.django_db
def test_a_large_backfill_is_parted_into_several_jobs(network):
    source = source_of(network)
    network.items = [cast.event(f"p{number}") for number in range(2 * draw.PAGES + 10)]

    first = drawn(source)
    jobs = tiny.waiting_jobs()
    second = drawn(source)

    assert (first, second) == (2 * draw.PAGES, 10)
    assert draw.DRAW in jobs


@pytest.mark.django_db
def test_only_one_process_draws_a_source_and_the_other_asks_again(network):
    source = source_of(network)
    network.items = [cast.event("p1")]

    with tiny.elsewhere() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [(Space.DRAW << 48) | source.pk])
        while_held = drawn(source)
    jobs = tiny.waiting_jobs()
    time_out = time.monotonic() + 120
    afterwards = drawn(source)
    while not afterwards and time.monotonic() < time_out:  # the other connection is closed, its lock goes with it
        afterwards = drawn(source)

    assert while_held == 0
    assert jobs == [draw.DRAW]
    assert afterwards == 1


@pytest.mark.django_db
def test_a_due_source_is_claimed_by_one_scheduler_only(network):
    source = source_of(network)
    cast.source("Paused", owner=source.owner, connector="tiny", next_try_at=None)
    Source.objects.filter(name="Paused").update(state="paused")
    cast.source("Later", owner=source.owner, connector="tiny", next_try_at=NOW + timedelta(seconds=1))
    cast.source("Pushed", owner=source.owner, connector="webhook")

    first, second = scheduler.beat(NOW), scheduler.beat(NOW)

    assert (first, second) == ([source.pk], [])
    assert tiny.waiting_jobs() == [draw.DRAW]
    assert len(draw.claim(NOW + draw.LEASE)) == 2


@pytest.mark.django_db
def test_raws_that_no_job_saw_are_found(network):
    source = source_of(network)
    network.items = [cast.event("p1")]
    cast.source("Quiet", owner=source.owner)

    drawn(source)
    waiting = scheduler.stranded()
    RawEvent.objects.update(state="done")

    assert waiting == [source.pk]
    assert scheduler.stranded() == []


@pytest.mark.django_db
@pytest.mark.parametrize(("role", "allowed"), [("lead", True), ("staff", False), ("contractor", False)])
def test_leads_ask_for_a_draw_and_others_do_not(network, role, allowed):
    source, user = source_of(network), cast.user("Ada", role)

    if allowed:
        draw.sync(source, by=user)
    else:
        with pytest.raises(NotAllowed):
            draw.sync(source, by=user)

    assert tiny.waiting_jobs() == ([draw.DRAW] if allowed else [])


@pytest.mark.django_db
def test_what_cannot_be_drawn_is_refused_with_the_reason(network):
    source = source_of(network, name="Paused")
    hook = cast.source("Hook", owner=source.owner)
    Source.objects.filter(pk=source.pk).update(state="paused")
    source.refresh_from_db()

    with pytest.raises(Refusal, match="paused"):
        draw.sync(source, by=source.owner)
    with pytest.raises(Refusal, match="by itself"):
        draw.sync(hook, by=source.owner)

    assert drawn(source) == 0
    assert drawn(hook) == 0


@pytest.mark.django_db(transaction=True)
def test_a_hint_asks_for_a_draw_at_once(network):
    source, stop, seconds = source_of(network), Event(), []

    def watch(_context, _stream, span):
        seconds.append(span)
        if len(seconds) == 2:
            stop.set()
        return len(seconds) == 1

    with tiny.installed(watch=watch):
        draw.listen(source.pk, stop, now=lambda: NOW, chance=lambda: 0.0, seconds=9.0)

    assert seconds == [9.0, 9.0]
    assert tiny.waiting_jobs() == [draw.DRAW]


@pytest.mark.django_db(transaction=True)
def test_listening_ends_when_the_sign_in_is_refused_for_good(network):
    source, calls = source_of(network), []
    Source.objects.filter(pk=source.pk).update(auth_failures=1)

    def watch(_context, _stream, _span):
        calls.append(1)
        raise AuthExpired("no")

    with tiny.installed(watch=watch):
        draw.listen(source.pk, Event(), now=lambda: NOW, chance=lambda: 0.0)

    source.refresh_from_db()
    assert len(calls) == 1
    assert source.state == "needs_auth"


@pytest.mark.django_db(transaction=True)
def test_the_scheduler_draws_watches_and_does_its_chores_until_it_is_stopped(network):
    source, stop, watching = source_of(network), Event(), Event()

    def watch(_context, _stream, _span):
        watching.set()
        stop.wait(120)
        return False

    with tiny.installed(watch=watch):
        thread = Thread(target=scheduler.run_scheduler, args=(stop,), kwargs={"now": lambda: NOW, "tick": 0.02})
        thread.start()
        watched = watching.wait(120)
        end = time.monotonic() + 120
        wanted = {draw.DRAW, *scheduler.CHORES}
        while time.monotonic() < end and not wanted <= set(tiny.waiting_jobs()):
            time.sleep(0.02)
        jobs = tiny.waiting_jobs()
        stop.set()
        thread.join(120)

    assert watched
    assert sorted(jobs) == sorted(wanted)
    assert not thread.is_alive()
    source.refresh_from_db()
    assert source.next_try_at == NOW + draw.LEASE
    connection.close()
