from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest

import cast
from mutuals.base import files, journal
from mutuals.base.refusals import Refusal
from mutuals.capture import outbox
from mutuals.capture.models import Outgoing, SendState
from mutuals.capture.tests import tiny
from mutuals.channels.models import Channel, Source
from mutuals.channels.secrets import Vault
from mutuals.connectors.contract import Action, Do, Handle, Media
from mutuals.history import own
from mutuals.history.models import Interaction, Status
from mutuals.staff.models import Role, User
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db
NOW = cast.NOW


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


def put(channel: Channel, by: User, *, answer: Interaction | None = None, **more) -> Outgoing:
    action = Action(**({"do": Do.POST, "key": str(uuid4()), "body": "We send you a new lid."} | more))
    return outbox.put(
        source=channel.source,
        channel=channel,
        by=by,
        action=action,
        not_before=NOW,
        now=NOW,
        interaction_id=answer.pk if answer else None,
    )


def answer_to(channel: Channel, by: User) -> Interaction:
    heard = cast.said(channel.source, cast.event("p1"))[0]
    return own.outgoing(
        key=uuid4(), by=by, conversation=heard.conversation, source=channel.source, channel=channel, profile_id=None,
        kind="reply", text="We send you a new lid.", subject="", is_public=True, visibility="public", reply_to="p1",
        now=NOW,
    )  # fmt: skip


def send(outgoing: Outgoing, *, at=NOW) -> Outgoing:
    outbox.send(outgoing.pk, now=lambda: at, chance=lambda: 0.0)
    outgoing.refresh_from_db()
    return outgoing


def test_an_answer_leaves_once_and_the_history_knows_its_key(network, channel, ada):
    answer = answer_to(channel, ada)
    outgoing = put(channel, ada, answer=answer)

    send(outgoing)
    send(outgoing)

    answer.refresh_from_db()
    assert [post["body"] for post in network.posts] == ["We send you a new lid."]
    assert network.posts[0]["key"] == str(outgoing.key)
    assert (outgoing.state, outgoing.receipt["key"]) == (SendState.SENT, "post-1")
    assert (answer.status, answer.key, answer.url) == (Status.SENT, "post-1", "https://tiny.example/post-1")


def test_putting_the_same_key_twice_is_putting_it_once(channel, ada):
    key = str(uuid4())

    first, second = put(channel, ada, key=key), put(channel, ada, key=key)

    assert first.pk == second.pk
    assert tiny.waiting_jobs() == [outbox.SEND]


def test_what_is_attached_lies_as_a_file_and_goes_out_as_it_was(channel, ada):
    action = Action(
        Do.REPLY, str(uuid4()), "Look", references=("a", "b"), to=(Handle("tiny", "1", "@bea", sites=("x",)),),
        media=(Media("lid.png", "image/png", b"\x89PNG\x00"),), extra={"id": "9"},
    )  # fmt: skip

    outgoing = outbox.put(source=channel.source, channel=channel, by=ada, action=action, not_before=NOW, now=NOW)

    outgoing.refresh_from_db()
    assert outbox._sent.action_of(outgoing) == action
    assert "PNG" not in str(outgoing.action["media"][0].values())


def test_it_does_not_leave_before_its_time_and_can_be_taken_back_until_then(network, channel, ada):
    answer = answer_to(channel, ada)
    outgoing = put(channel, ada, answer=answer)
    early = send(outgoing, at=NOW - timedelta(seconds=1)).state

    in_time = outbox.cancel(outgoing, by=ada, now=NOW)
    send(outgoing)

    answer.refresh_from_db()
    assert (early, in_time) == (SendState.QUEUED, True)
    assert outgoing.state == SendState.CANCELLED
    assert answer.status == Status.CANCELLED
    assert network.posts == []


def test_what_was_sent_cannot_be_taken_back_and_only_its_people_may_try(network, channel, ada):
    outgoing, cleo = put(channel, ada), cast.user("Cleo", Role.CONTRACTOR)

    with pytest.raises(NotAllowed):
        outbox.cancel(outgoing, by=cleo, now=NOW)
    send(outgoing)

    assert outbox.cancel(outgoing, by=ada, now=NOW) is False
    assert len(network.posts) == 1


def test_nobody_speaks_as_a_channel_that_is_not_theirs(channel):
    ben = cast.user("Ben")

    with pytest.raises(NotAllowed, match="may not speak as"):
        put(channel, ben)

    assert not Outgoing.objects.exists()


@pytest.mark.parametrize(
    ("state", "words"), [("paused", "paused"), ("needs_auth", "signed in again"), ("draft", "being set up")]
)
def test_a_blocked_source_says_why(channel, ada, state, words):
    Source.objects.update(state=state)
    channel.refresh_from_db()

    with pytest.raises(Refusal, match=words):
        put(channel, ada)

    assert words in outbox.blocked(channel.source)


def test_a_read_only_source_cannot_be_answered(network, channel, ada):
    with tiny.installed(send=None), pytest.raises(Refusal, match="cannot be answered"):
        put(channel, ada)

    assert not Outgoing.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"body": "x" * 101},
        {"do": Do.LIKE},
        {"media": (Media("a", "image/png", b"1"), Media("b", "image/png", b"2"))},
        {"media": (Media("a", "image/png", b"1" * 1001),)},
        {"media": (Media("a", "application/x-msdownload", b"1"),)},
    ],
)
def test_what_the_network_does_not_take_is_refused_before_it_is_kept(channel, ada, wrong):
    with pytest.raises(Refusal):
        put(channel, ada, **wrong)

    assert not Outgoing.objects.exists()


def test_what_surely_did_not_leave_is_tried_again_and_can_still_be_taken_back(network, channel, ada):
    outgoing = put(channel, ada)
    network.faults = ["425"]

    send(outgoing)
    queued = (outgoing.state, outgoing.attempts, outgoing.not_before, outgoing.first_try_at)
    in_time = outbox.cancel(outgoing, by=ada, now=NOW)

    assert queued == (SendState.QUEUED, 1, NOW + timedelta(seconds=1), None)
    assert in_time


def test_after_eight_tries_it_has_failed_visibly_and_can_be_tried_by_hand(network, channel, ada):
    answer = answer_to(channel, ada)
    outgoing = put(channel, ada, answer=answer)
    network.faults = ["425"] * outbox.TRIES

    for _ in range(outbox.TRIES):
        send(outgoing, at=outgoing.not_before)
    answer.refresh_from_db()
    failed = (outgoing.state, answer.status, "Tried 8 times" in answer.error)
    told = journal.of(outgoing).filter(kind="outgoing.failed").get().data
    outbox.again(outgoing, by=ada, now=NOW + timedelta(days=2))
    send(outgoing, at=NOW + timedelta(days=2))

    assert failed == (SendState.FAILED, Status.FAILED, True)
    assert told["conversation"] == answer.conversation_id
    assert outgoing.state == SendState.SENT
    assert len(network.posts) == 1


def test_the_networks_limit_is_waited_for_and_is_no_try(network, channel, ada):
    outgoing = put(channel, ada)
    network.faults = ["429"]

    send(outgoing)

    assert (outgoing.state, outgoing.attempts) == (SendState.QUEUED, 0)
    assert outgoing.not_before == NOW + timedelta(seconds=120)


@pytest.mark.parametrize(("status", "auth_failures"), [("401", 1), ("403", 0), ("400", 0), ("404", 0)])
def test_what_will_never_be_taken_fails_at_once_with_the_reason(network, channel, ada, status, auth_failures):
    outgoing = put(channel, ada)
    network.faults = [status]

    send(outgoing)

    source = Source.objects.get()
    assert outgoing.state == SendState.FAILED
    assert f"told {status}" in outgoing.error
    assert source.auth_failures == auth_failures
    assert source.failures == int(status in ("401", "403"))


def test_deleting_what_is_gone_already_is_done(network, channel, ada):
    answer = answer_to(channel, ada)
    outgoing = put(channel, ada, answer=answer, do=Do.DELETE, target="post-9")
    network.faults = ["404"]

    send(outgoing)

    answer.refresh_from_db()
    assert outgoing.state == SendState.SENT
    assert (answer.status, answer.text) == (Status.DELETED, "")


def test_while_the_source_is_blocked_it_waits_and_says_why(network, channel, ada):
    outgoing = put(channel, ada)
    Source.objects.update(state="needs_auth")

    blocked = send(outgoing).error
    Source.objects.update(state="active")
    send(outgoing)

    assert "signed in again" in blocked
    assert outgoing.state == SendState.SENT
    assert len(network.posts) == 1


def test_an_answer_that_could_not_leave_for_a_day_is_asked_about(network, channel, ada):
    outgoing = put(channel, ada)

    send(outgoing, at=NOW + timedelta(hours=25))

    assert outgoing.state == SendState.FAILED
    assert "for a day" in outgoing.error
    assert network.posts == []


def test_errors_never_show_a_secret(network, channel, ada):
    Vault(channel.source_id).save({"token": "told 400"})
    outgoing = put(channel, ada)
    network.faults = ["400"]

    send(outgoing)

    assert outgoing.error == "The server refuses this (400: •••)."


def test_a_file_that_is_gone_is_told(network, channel, ada):
    outgoing = put(channel, ada, media=(Media("lid.png", "image/png", b"gone"),))
    files.path(outgoing.action["media"][0]["sha256"]).unlink()

    send(outgoing)

    assert (outgoing.state, outgoing.error) == (SendState.FAILED, "One of its files is gone.")
    assert network.posts == []
