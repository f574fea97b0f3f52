"""Signed deliveries: who may hand in, when, and what a wrong body is told."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from mutuals.connectors.contract import Forbidden, Raw
from mutuals.connectors.webhook.parse import parse
from mutuals.connectors.webhook.verify import sign, verify

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECRET, BEFORE = "a secret of the kettle works", "the secret that was used before"
BODY = b'{"type": "ping"}'
GOOD = {"type": "create", "id": "1", "at": "2026-03-02T12:00:00Z", "text": "Hello"}


def judged(headers, *, body=BODY, now=NOON, secrets=None):
    return verify({}, secrets or {"secret": SECRET, "secret_before": BEFORE, "token": "unused"}, headers, body, now)


@pytest.mark.parametrize("secret", [SECRET, BEFORE])
def test_every_active_secret_is_accepted(secret):
    headers = sign(secret, BODY, at=NOON)

    key = judged(headers)

    assert key.startswith("sha256:")
    assert key == judged({name.upper(): value for name, value in headers.items()})


def test_a_replayed_delivery_has_the_same_key_whatever_id_is_written_on_it():
    headers = sign(SECRET, BODY, at=NOON)

    keys = {judged({**headers, "X-Mutuals-Delivery": name}) for name in ("first", "second")}

    assert len(keys) == 1


def test_a_signed_delivery_id_is_the_key_of_a_second_try():
    first = sign(SECRET, BODY, at=NOON, delivery="order-7")
    second = sign(SECRET, BODY, at=NOON + timedelta(seconds=40), delivery="order-7")

    keys = [judged(first), judged(second)]

    assert keys == ["order-7", "order-7"]


def test_a_signed_delivery_id_cannot_be_changed():
    headers = {**sign(SECRET, BODY, at=NOON, delivery="order-7"), "X-Mutuals-Delivery": "order-8"}

    with pytest.raises(Forbidden) as refusal:
        judged(headers)

    assert "does not fit" in str(refusal.value)


@pytest.mark.parametrize(("minutes", "words"), [(6, "360 s in the past"), (-6, "360 s in the future")])
def test_a_delivery_outside_the_window_is_told_how_far_the_clocks_are_apart(minutes, words):
    headers = sign(SECRET, BODY, at=NOON)

    with pytest.raises(Forbidden) as refusal:
        judged(headers, now=NOON + timedelta(minutes=minutes))

    assert words in str(refusal.value)
    assert "clock" in str(refusal.value)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Mutuals-Signature": ""},
        {"X-Mutuals-Signature": "v1=" + "0" * 64},
        {"X-Mutuals-Signature": f"t={int(NOON.timestamp())},v1=" + "0" * 63},
        {"X-Mutuals-Signature": f"t={int(NOON.timestamp())},v1=" + "0" * 64},
        {"X-Mutuals-Signature": "t=١٢٣,v1=" + "0" * 64},
        sign("another secret altogether", BODY, at=NOON),
        sign(SECRET, BODY + b" ", at=NOON),
    ],
)
def test_what_is_not_signed_by_us_is_refused(headers):
    given = dict(headers)

    with pytest.raises(Forbidden) as refusal:
        judged(given)

    assert str(refusal.value)


@pytest.mark.parametrize("secrets", [{"secret": ""}, {"secret": "short"}, {"token": SECRET}])
def test_a_source_without_a_proper_secret_takes_nothing(secrets):
    headers = sign(next(iter(secrets.values())), BODY, at=NOON)

    with pytest.raises(Forbidden) as refusal:
        judged(headers, secrets=secrets)

    assert "secret" in str(refusal.value)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"id": 7}, "id must be a text"),
        ({"id": ""}, "id is needed"),
        ({"id": "x" * 301}, "id is longer than 300"),
        ({"at": "2026-03-02T12:00:00"}, "at has no zone"),
        ({"at": "yesterday"}, "at is no time"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "at lies outside"),
        ({"at": None}, "at is needed"),
        ({"text": "a\0b"}, "text contains a NUL byte"),
        ({"text": "\ud800"}, "text contains half a character"),
        ({"text": ""}, "text is needed"),
        ({"public": "yes"}, "public must be true or false"),
        ({"kind": "shout"}, "kind is one of"),
        ({"url": "javascript:alert(1)"}, "url must begin with http"),
        ({"author": "bea"}, "author must be an object"),
        ({"author": {"network": "Shop!", "id": "1"}}, "author.network takes"),
        ({"author": {"network": "shop"}}, "author.id is needed"),
        ({"author": {"network": "shop", "id": "1", "email_verified": True}}, "author.email_verified must be a text"),
        ({"attachments": [{"url": "http://a.example/x"}, {}]}, "attachments[1].url is needed"),
        ({"attachments": {}}, "attachments must be a list"),
    ],
)
def test_a_wrong_field_is_named(change, words):
    body = json.dumps([GOOD, {**GOOD, **change}]).encode()

    with pytest.raises(ValueError) as refusal:
        parse(Raw("x", body))

    assert str(refusal.value).startswith(f"[1].{words}")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "It is not valid JSON (line 1, column 1)."),
        (b"{]", "It is not valid JSON (line 1, column 2)."),
        (b"\xff", "not UTF-8"),
        (b'{"type": "create", "n": 9223372036854775808}', "64 bits"),
        (b'{"n": ' + b"9" * 5000 + b"}", "64 bits"),
        (b'{"n": 1e999}', "too large"),
        (b'{"n": NaN}', "NaN"),
        (b"[" * 200_000, "deep"),
        (b"[3]", "[0] must be an object"),
        (json.dumps([GOOD] * 501).encode(), "at most 500"),
    ],
)
def test_a_body_that_is_no_delivery_is_refused_with_the_reason(body, words):
    raw = Raw("x", body)

    with pytest.raises(ValueError) as refusal:
        parse(raw)

    assert words in str(refusal.value)


def test_the_same_text_at_another_time_is_another_revision():
    bodies = [{**GOOD, "type": "update", "at": f"2026-03-02T12:0{minute}:00Z"} for minute in (1, 1, 2)]

    revisions = [parse(Raw("x", json.dumps(body).encode()))[0].revision for body in bodies]

    assert revisions[0] == revisions[1]
    assert revisions[0] != revisions[2]
