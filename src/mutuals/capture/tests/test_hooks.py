import json
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test import Client

import cast
from mutuals import flow
from mutuals.base import clock, room
from mutuals.capture import hooks, intake
from mutuals.capture.models import RawEvent, RawState
from mutuals.channels.models import Health, Source
from mutuals.channels.secrets import Vault
from mutuals.connectors.contract import LARGEST_DELIVERY, Connector, Raw
from mutuals.connectors.webhook.verify import sign
from mutuals.staff.models import Role

pytestmark = pytest.mark.django_db
NOW = cast.NOW
SECRET = "a-long-enough-secret"


@pytest.fixture
def source(db) -> Source:
    made = cast.source(owner=cast.user("Olga", Role.OWNER))
    Vault(made.pk).save({"secret": SECRET, "verify_token": "shake-hands"})
    return made


def delivery(key: str = "p1", *, at=NOW, secret: str = SECRET, name: str = "") -> tuple[dict[str, str], bytes]:
    body = json.dumps(cast.event(key)).encode()
    return sign(secret, body, at=at, delivery=name), body


def test_a_signed_delivery_is_kept_and_opened_later(source):
    headers, body = delivery()

    answer = hooks.accept(source.pk, headers, body, now=NOW)
    kept = RawEvent.objects.get().state
    arrived = intake.open(intake.claim(source.pk))

    assert answer.status == 202
    assert kept == RawState.RECEIVED
    assert [one.envelope.body for one in arrived] == ["My kettle leaks."]


def test_the_same_delivery_again_is_well_and_stored_once(source):
    headers, body = delivery(name="d-1")
    later_headers, _ = delivery(at=NOW + timedelta(minutes=1), name="d-1")

    answers = [
        hooks.accept(source.pk, headers, body, now=NOW).status,
        hooks.accept(source.pk, headers, body, now=NOW).status,
        hooks.accept(source.pk, later_headers, body, now=NOW + timedelta(minutes=1)).status,
    ]

    assert answers == [202, 200, 200]
    assert RawEvent.objects.count() == 1


def test_what_was_handed_in_is_the_last_success_and_the_last_message_of_its_source(source):
    headers, body = delivery()
    ping = b'{"type": "ping"}'
    hooks.accept(source.pk, headers, body, now=NOW)
    flow.run(source.pk)
    later = NOW + timedelta(minutes=3)
    hooks.accept(source.pk, sign(SECRET, ping, at=later), ping, now=later)

    flow.run(source.pk)

    source.refresh_from_db()
    assert source.health == Health.OK
    assert (source.last_success_at, source.last_item_at) == (later, NOW)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_an_old_or_future_timestamp_is_refused_also_for_a_replay(source, minutes):
    headers, body = delivery()
    hooks.accept(source.pk, headers, body, now=NOW)

    answer = hooks.accept(source.pk, headers, body, now=NOW + timedelta(minutes=minutes))

    assert answer.status == 403
    assert RawEvent.objects.count() == 1


def test_what_is_not_signed_as_agreed_is_counted_and_never_stored(source):
    headers, body = delivery()
    forged, _ = delivery(secret="another-long-secret")

    answers = [
        hooks.accept(source.pk, forged, body, now=NOW).status,
        hooks.accept(source.pk, {}, body, now=NOW).status,
        hooks.accept(source.pk, headers, body + b" ", now=NOW).status,
    ]

    source.refresh_from_db()
    assert answers == [403, 403, 403]
    assert source.refused_hooks == 3
    assert not RawEvent.objects.exists()


def test_a_hook_that_is_paused_unknown_too_large_or_not_one_says_so(source):
    headers, body = delivery()
    feed = cast.source("Feed", owner=source.owner, connector="files")
    large = b"x" * (LARGEST_DELIVERY + 1)

    answers = [
        hooks.accept(source.pk + 100, headers, body, now=NOW).status,
        hooks.accept(feed.pk, headers, body, now=NOW).status,
        hooks.accept(source.pk, sign(SECRET, large, at=NOW), large, now=NOW).status,
    ]
    Source.objects.filter(pk=source.pk).update(state="paused")
    paused = hooks.accept(source.pk, headers, body, now=NOW).status

    assert answers == [404, 404, 413]
    assert paused == 409
    assert not RawEvent.objects.exists()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{]", "It is not valid JSON (line 1, column 2)."),
        (b"\xff\x00 not json", "The body is not UTF-8"),
        (json.dumps([cast.event("p1"), {**cast.event("p2"), "at": "yesterday"}]).encode(), "[1].at is no time"),
    ],
)
def test_a_signed_delivery_that_can_never_be_read_is_refused_with_its_field_counted_and_not_kept(source, body, words):
    answer = hooks.accept(source.pk, sign(SECRET, body, at=NOW), body, now=NOW)

    source.refresh_from_db()
    assert answer.status == 422
    assert answer.message.startswith(words)
    assert not RawEvent.objects.exists()
    assert source.refused_hooks == 1
    assert source.last_error.startswith(f"A delivery was refused: {words}")


def test_a_too_large_delivery_is_read_to_its_end_and_answered_in_words(source):
    large = b"x" * (6 * LARGEST_DELIVERY)

    answer = Client().post(f"/hooks/{source.pk}/", large, content_type="application/json")

    assert answer.status_code == 413
    assert "at most 1,000,000 bytes" in answer.text


def test_what_the_connector_of_another_package_cannot_read_is_not_judged_at_the_door():
    def parse(_raw):
        raise ValueError("never asked")

    foreign = Connector(name="theirs", label="Theirs", parse=parse)

    assert hooks.unreadable(foreign, Raw("1", b"{]")) == ""


def test_a_secret_that_our_keys_do_not_open_asks_its_owner(source, settings):
    headers, body = delivery()
    source.credential.sealed = b"spoilt"
    source.credential.save()

    assert hooks.accept(source.pk, headers, body, now=NOW).status == 503
    assert not RawEvent.objects.exists()


def test_who_knows_the_agreed_token_gets_the_challenge_back(source):
    bare = cast.source("Bare", owner=source.owner)
    good = {"hub.mode": "subscribe", "hub.verify_token": "shake-hands", "hub.challenge": "1158201444"}

    answers = [
        hooks.greet(source.pk, good),
        hooks.greet(source.pk, {**good, "hub.verify_token": "other"}),
        hooks.greet(source.pk, {**good, "hub.challenge": "<script>\x00"}),
        hooks.greet(bare.pk, good),
    ]

    assert [answer.status for answer in answers] == [200, 403, 400, 404]
    assert answers[0].message == "1158201444"


@pytest.mark.parametrize(("reason", "status"), [("disk_full", 507), ("cannot_connect_now", 503)])
def test_a_database_that_cannot_write_is_told_as_a_problem_and_the_delivery_is_taken_when_it_can(
    source, reason, status
):
    headers, body = delivery(at=clock.now())
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = '{reason}'; END $$;"
            "CREATE TRIGGER no_room BEFORE INSERT ON capture_rawevent FOR EACH ROW EXECUTE FUNCTION no_room()"
        )

    refused = Client().post(f"/hooks/{source.pk}/", body, content_type="application/json", headers=headers)
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER no_room ON capture_rawevent")
    again = Client().post(f"/hooks/{source.pk}/", body, content_type="application/json", headers=headers)

    assert (refused.status_code, refused.headers["Content-Type"]) == (status, "application/problem+json")
    assert ("free some room" in refused.json()["detail"]) == (status == 507)
    assert again.status_code == 202


@pytest.mark.parametrize(("free", "is_out"), [(0, True), (room.LOW, False)])
def test_a_connection_that_broke_without_a_word_is_judged_by_what_is_free(free, is_out):
    broken = OperationalError("server closed the connection unexpectedly")

    found = room.is_out_of_room(broken, free=free)

    assert found == is_out
