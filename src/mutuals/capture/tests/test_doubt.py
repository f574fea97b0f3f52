import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

import cast
from mutuals.base import clock
from mutuals.base.locks import Space
from mutuals.base.refusals import Refusal
from mutuals.capture import doubt, outbox
from mutuals.capture.models import Outgoing, SendState
from mutuals.capture.tests import tiny
from mutuals.channels.models import Channel
from mutuals.connectors.contract import Action, Do, Envelope
from mutuals.conversations.arrived import Arrived
from mutuals.staff.models import Role, User
from mutuals.staff.permissions import NotAllowed

NOW = cast.NOW
LATER = NOW + timedelta(minutes=2)


@pytest.fixture
def network(settings, db) -> Iterator[tiny.Server]:
    tiny.forget_jobs()
    with tiny.serving() as server, tiny.installed():
        settings.NET_ALLOW = server.allow
        yield server


@pytest.fixture
def ada(db) -> User:
    return cast.user("Ada")


@pytest.fixture
def channel(network, ada) -> Channel:
    olga = cast.user("Olga", Role.OWNER)
    source = cast.source(owner=olga, connector="tiny", settings={"address": network.address})
    return cast.channel(source, speakers=(ada,))


def put(channel: Channel, by: User, *, now=NOW) -> Outgoing:
    action = Action(Do.POST, str(uuid4()), "We send you a new lid.")
    return outbox.put(source=channel.source, channel=channel, by=by, action=action, not_before=now, now=now)


def send(outgoing: Outgoing, *, at=NOW) -> Outgoing:
    outbox.send(outgoing.pk, now=lambda: at, chance=lambda: 0.0)
    outgoing.refresh_from_db()
    return outgoing


def look(outgoing: Outgoing, *, at=LATER) -> Outgoing:
    doubt.look(outgoing.pk, now=lambda: at, chance=lambda: 0.0)
    outgoing.refresh_from_db()
    return outgoing


@pytest.mark.django_db
@pytest.mark.parametrize("fault", ["store and drop", "500"])
def test_a_lost_answer_is_looked_for_and_not_sent_again(network, channel, ada, fault):
    outgoing = put(channel, ada)
    network.faults = [fault, "ok"]

    doubtful = send(outgoing).state
    resent = send(outgoing).state
    look(outgoing)

    assert (doubtful, resent) == (SendState.SENDING, SendState.SENDING)
    assert outgoing.state == (SendState.SENT if network.posts else SendState.UNKNOWN)
    assert len(network.posts) <= 1


@pytest.mark.django_db
def test_what_is_not_found_is_for_a_person_to_decide(network, channel, ada):
    outgoing, ben = put(channel, ada), cast.user("Ben")
    network.faults = ["drop"]
    send(outgoing)

    look(outgoing)
    with pytest.raises(NotAllowed):
        doubt.settle(outgoing, by=ben, sent=False, now=LATER)
    unsettled = outgoing.state
    doubt.settle(outgoing, by=ada, sent=False, now=LATER)
    send(outgoing, at=LATER)

    assert unsettled == SendState.UNKNOWN
    assert outgoing.state == SendState.SENT
    assert len(network.posts) == 1


@pytest.mark.django_db
def test_a_person_who_saw_it_out_there_ends_the_matter(network, channel, ada):
    outgoing = put(channel, ada)
    network.faults = ["store and drop"]
    with tiny.installed(find=None):
        send(outgoing)
        look(outgoing)

    doubt.settle(outgoing, by=ada, sent=True, now=LATER)
    with pytest.raises(Refusal, match="any more"):
        doubt.settle(outgoing, by=ada, sent=False, now=LATER)

    outgoing.refresh_from_db()
    assert outgoing.state == SendState.SENT
    assert len(network.posts) == 1


@pytest.mark.django_db
def test_where_the_network_refuses_doubles_it_is_sent_again(network, channel, ada):
    network.honours_keys = True
    outgoing = put(channel, ada)
    network.faults = ["store and drop"]

    with tiny.installed(find=None, native_keys=True):
        send(outgoing)
        queued = look(outgoing).state
        send(outgoing, at=outgoing.not_before)

    assert queued == SendState.QUEUED
    assert outgoing.state == SendState.SENT
    assert len(network.posts) == 1


@pytest.mark.django_db
def test_looking_that_fails_is_tried_for_an_hour_and_then_a_person_decides(network, channel, ada):
    outgoing = put(channel, ada)
    network.faults = ["store and drop", "503", "503"]
    send(outgoing)

    soon = look(outgoing, at=NOW + timedelta(minutes=1)).state
    late = look(outgoing, at=NOW + timedelta(minutes=61)).state
    found = look(outgoing, at=NOW + timedelta(minutes=62)).state

    assert [soon, late, found] == [SendState.SENDING, SendState.UNKNOWN, SendState.SENT]


@pytest.mark.django_db
def test_our_own_message_coming_back_ends_the_doubt(network, channel, ada):
    outgoing = put(channel, ada)
    network.faults = ["store and drop"]
    send(outgoing)

    envelopes = [
        Envelope("post-1", own=True, echo_of=str(outgoing.key)),
        Envelope("post-2", own=True, echo_of="not a key"),
        Envelope("post-3", own=False, echo_of=str(outgoing.key)),
    ]

    confirmed = doubt.echoes([Arrived(1, channel.source, envelope, LATER) for envelope in envelopes])

    outgoing.refresh_from_db()
    assert confirmed == 1
    assert (outgoing.state, outgoing.receipt["key"]) == (SendState.SENT, "post-1")


@pytest.mark.django_db
def test_what_somebody_is_sending_now_is_left_alone_and_what_was_abandoned_is_looked_for(network, channel, ada):
    outgoing = put(channel, ada)
    tiny.forget_jobs()
    Outgoing.objects.update(state=SendState.SENDING, first_try_at=NOW, changed_at=NOW, attempts=1)

    with tiny.elsewhere() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [(Space.SEND << 48) | outgoing.pk])
        while_alive = doubt.recover(LATER)
    end = time.monotonic() + 120
    afterwards = doubt.recover(LATER)
    while not afterwards and time.monotonic() < end:  # the other connection is closed, its lock goes with it
        afterwards = doubt.recover(LATER)

    assert (while_alive, afterwards) == (0, 1)
    assert tiny.waiting_jobs() == [outbox.LOOK]


@pytest.mark.django_db
def test_a_lost_job_is_made_anew_but_not_while_the_source_is_blocked(network, channel, ada):
    put(channel, ada)
    tiny.forget_jobs()

    fresh = doubt.recover(NOW + timedelta(seconds=30))
    channel.source.state = "paused"
    channel.source.save()
    paused = doubt.recover(LATER)
    channel.source.state = "active"
    channel.source.save()
    late = doubt.recover(LATER)

    assert (fresh, paused, late) == (0, 0, 1)
    assert tiny.waiting_jobs() == [outbox.SEND]


KILLED = """
import django
django.setup()
from django.conf import settings
settings.NET_ALLOW = "{allow}"
from mutuals.capture import outbox
from mutuals.capture.tests import tiny
with tiny.installed():
    outbox.send({number})
"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("fault", ["store and hang", "hang"])
def test_a_sender_killed_in_the_middle_leaves_nothing_lost_and_nothing_doubled(
    network, channel, ada, child_environ, fault
):
    outgoing = put(channel, ada, now=clock.now())
    network.faults = [fault]
    environ = {**child_environ, "DJANGO_SETTINGS_MODULE": "ground_settings"}
    environ["PYTHONPATH"] += ":tests"
    script = KILLED.format(allow=network.allow, number=outgoing.pk)
    child = subprocess.Popen([sys.executable, "-c", script], env=environ)
    end = time.monotonic() + 60
    while "POST" not in network.asked and time.monotonic() < end:
        time.sleep(0.05)
    while not network.posts and fault == "store and hang" and time.monotonic() < end:
        time.sleep(0.02)

    child.kill()
    child.wait()
    moment = clock.now() + timedelta(minutes=2)
    while not doubt.recover(moment) and time.monotonic() < end:
        time.sleep(0.05)
    look(outgoing, at=moment)

    assert "POST" in network.asked
    assert outgoing.state == (SendState.SENT if network.posts else SendState.UNKNOWN)
    assert len(network.posts) == (1 if fault == "store and hang" else 0)


STEPS = st.lists(st.sampled_from(["send", "look", "recover", "cancel"]), min_size=1, max_size=8)
FAULTS = st.lists(st.sampled_from(["ok", "drop", "store and drop", "425", "429", "500", "503"]), min_size=0, max_size=6)


@pytest.mark.django_db
@examples(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, faults=FAULTS)
def test_whatever_goes_wrong_in_whatever_order_nothing_is_sent_twice_or_lost(network, channel, ada, steps, faults):
    network.posts.clear()
    outgoing, at = put(channel, ada), NOW
    network.faults = list(faults)

    for step in steps:
        at += timedelta(minutes=3)
        if step == "cancel":
            outbox.cancel(outgoing, by=ada, now=at)
        elif step == "recover":
            doubt.recover(at)
        else:
            {"send": send, "look": look}[step](outgoing, at=at)
    outgoing.refresh_from_db()

    delivered = len(network.posts)
    assert delivered <= 1
    assert not (outgoing.state == SendState.SENT and delivered == 0)
    assert not (outgoing.state in (SendState.QUEUED, SendState.CANCELLED, SendState.FAILED) and delivered)
