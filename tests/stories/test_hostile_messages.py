"""Messages made to break, to stop or to deceive: each is kept, ignored or put aside by itself, and nothing else suffers."""

import json
from contextlib import contextmanager

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import OperationalError, connection, transaction

import cast
from cast import NOW, event, minutes, said, source, staff
from mutuals import flow
from mutuals.capture import hooks, parked, receive
from mutuals.capture.models import RawEvent
from mutuals.capture.tests.tiny import installed
from mutuals.channels.secrets import Vault
from mutuals.connectors.contract import Raw
from mutuals.connectors.webhook.parse import parse
from mutuals.connectors.webhook.verify import sign
from mutuals.history import search
from mutuals.history.keep import TEXT
from mutuals.history.models import Interaction
from mutuals.inbox import queries, work
from mutuals.inbox.models import Turn
from mutuals.people.models import Profile
from mutuals.staff import tokens
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db
SECRET = "a-long-enough-secret"
LETTERS = [chr(0x20000 + number) for number in range(400)]


@contextmanager
def refusing(table: str, state: str, *, when: str):
    """A trigger that refuses rows with an error of PostgreSQL's own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN IF {when} THEN RAISE EXCEPTION 'no' USING ERRCODE = '{state}'; END IF; RETURN NEW; END $$"
        )
        cursor.execute(f"CREATE TRIGGER refuse BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION refuse()")
        yield
        cursor.execute(f"DROP TRIGGER refuse ON {table}")
        cursor.execute("DROP FUNCTION refuse()")


def told(key: str, **more) -> Raw:
    return Raw(key, json.dumps(event(key, **more)).encode())


def states() -> dict[str, str]:
    return dict(RawEvent.objects.order_by("pk").values_list("key", "state"))


def test_whatever_a_connector_trips_over_is_put_aside_alone_and_comes_in_after_a_repair():
    """J6."""
    us = staff()

    def stumbling(raw):
        if raw.key == "bad":
            raise AttributeError("'NoneType' object has no attribute 'text'")
        return parse(raw)

    with installed(parse=stumbling):
        square = source(owner=us.olga, connector="tiny")
        receive.keep(square, [told("a"), told("bad"), told("b")], cursor=None, now=NOW)
        flow.run(square.pk)
    before, reason = states(), RawEvent.objects.get(key="bad").reason
    with installed():
        parked.retry([RawEvent.objects.get(key="bad").pk], by=us.lea)
        flow.run(square.pk)

    assert before == {"a": "done", "bad": "parked", "b": "done"}
    assert reason == "Its connector cannot read it (AttributeError)."
    assert states() == dict.fromkeys(("a", "bad", "b"), "done")
    assert Interaction.objects.count() == 3


def test_what_is_unknown_is_ignored_and_what_is_broken_is_put_aside_and_both_keep_their_bytes():
    """J6."""
    us = staff()
    square = source(owner=us.olga)
    bodies = {
        "unknown": b'{"type": "reaction.v9", "id": "1"}',
        "not json": b"<xml/>",
        "cut": b'{"type": "create", "id": "2", "te',
        "nul": json.dumps(event("3", "a\0b")).encode(),
        "surrogate": b'{"type":"create","id":"4","text":"\\ud83d","at":"2026-11-20T09:00:00Z"}',
        "huge": b'{"type":"create","id":"5","text":"x","at":"2026-11-20T09:00:00Z","n":' + b"9" * 5000 + b"}",
        "nested": b"[" * 100_000,
        "latin": '{"type":"create","id":"6","text":"grün"}'.encode("latin-1"),
    }

    receive.keep(square, [Raw(key, body) for key, body in bodies.items()], cursor=None, now=NOW)
    flow.run(square.pk)

    assert states() == dict.fromkeys(bodies, "parked") | {"unknown": "ignored"}
    assert all(row.reason for row in RawEvent.objects.filter(state="parked"))
    assert {row.key: bytes(row.body) for row in RawEvent.objects.all()} == bodies
    assert not Interaction.objects.exists()


def test_words_that_no_index_can_hold_are_cut_and_stay_whole_in_the_bytes():
    """J6, P13: an index of words holds at most 1 MB of one text."""
    box = source("Mailbox", owner=staff().olga, connector="email")
    endless = " ".join(f"{a}{b}-{b}{a}" for a in LETTERS for b in LETTERS)[:190_000]
    head = "From: bea@harbour.example\r\nMessage-ID: <{}@x>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    bodies = [(head.format(number) + text).encode() for number, text in enumerate(["Before", endless, "After"])]

    receive.keep(box, [Raw(f"m{n}", body, "received") for n, body in enumerate(bodies)], cursor=None, now=NOW)
    flow.run(box.pk)

    assert states() == dict.fromkeys(("m0", "m1", "m2"), "done")
    assert [len(row.text) for row in Interaction.objects.order_by("key")] == [6, TEXT, 5]
    assert bytes(RawEvent.objects.get(key="m1").body) == bodies[1]


def test_what_the_database_itself_cannot_hold_is_put_aside_and_a_full_disk_is_not():
    """J6."""
    square = source(owner=staff().olga)
    raws = [told("a"), told("b")]

    with refusing("history_interaction", "54000", when="NEW.key = 'b'"):
        receive.keep(square, raws, cursor=None, now=NOW)
        flow.run(square.pk)
    with refusing("history_interaction", "53100", when="NEW.key = 'c'"):
        receive.keep(square, [told("c")], cursor=None, now=NOW)
        with pytest.raises(OperationalError), transaction.atomic():
            flow.run(square.pk)

    assert states() == {"a": "done", "b": "parked", "c": "received"}


def test_a_note_longer_than_the_history_holds_is_refused_with_what_to_do():
    us = staff()
    one = cast.turn(source(owner=us.olga))

    with pytest.raises(ValueError, match="Shorten it, or attach it as a file"):
        work.note(one, by=us.ada, text="x" * (TEXT + 1), now=NOW)

    assert Interaction.objects.count() == 1


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+00:00", "2031-01-01T00:00:00Z"])
def test_a_message_from_an_impossible_day_stands_where_it_arrived_and_keeps_what_it_claimed(at):
    """P19."""
    square = source(owner=staff().olga)
    said(square, event("p1"), now=NOW)

    odd = said(square, event("p2", "From another time", who="bo", at=NOW) | {"at": at}, now=NOW + minutes(1))[0]
    said(square, event("p3", "Later", who="jo", at=NOW + minutes(2)), now=NOW + minutes(2))

    assert odd.occurred_at == NOW + minutes(1)
    assert odd.extra["claimed_at"].startswith(at[:10])
    assert list(Turn.objects.order_by("-moved_at").values_list("conversation__key", flat=True)) == ["p3", "p2", "p1"]


def test_hooks_that_are_skewed_replayed_or_unsigned_say_so_and_keep_nothing_twice():
    us = staff()
    square = source(owner=us.olga)
    Vault(square.pk).save({"secret": SECRET})
    body = json.dumps(event("p1")).encode()
    headers = sign(SECRET, body, at=NOW, delivery="d-1")

    answers = {
        "first": hooks.accept(square.pk, headers, body, now=NOW),
        "again": hooks.accept(square.pk, headers, body, now=NOW + minutes(1)),
        "replayed late": hooks.accept(square.pk, headers, body, now=NOW + minutes(30)),
        "from the future": hooks.accept(square.pk, sign(SECRET, body, at=NOW + minutes(30)), body, now=NOW),
        "unsigned": hooks.accept(square.pk, {}, body, now=NOW),
        "changed": hooks.accept(square.pk, headers, body.replace(b"leaks", b"sings"), now=NOW),
        "another name": hooks.accept(square.pk, {**headers, "X-Mutuals-Delivery": "d-2"}, body, now=NOW),
    }
    flow.run(square.pk)

    assert {name: one.status for name, one in answers.items()} == {
        "first": 202, "again": 200, "replayed late": 403, "from the future": 403, "unsigned": 403, "changed": 403,
        "another name": 403,
    }  # fmt: skip
    assert all(one.message.endswith(".") for one in answers.values())
    assert Interaction.objects.count() == RawEvent.objects.count() == 1


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\u202etxt.exe", "{{7*7}}", "%s%n"]
)
def test_markup_in_names_and_posts_is_text_and_nothing_of_it_is_lost(text):
    square = source(owner=staff().olga)

    row = said(square, event("p1", text, author={"network": "town", "id": "7", "name": text, "shown": text}))[0]

    assert row.text == text
    assert Profile.objects.get().shown == text.replace("\u202e", "")
    assert Profile.objects.get().key == "7"


@pytest.mark.parametrize(
    "text", ["\0", "a\0b", "\ud83d", "%", "_", "\\", "' OR 1=1 --", "x" * 100_000, "-", '"', "\u0301" * 300]
)
def test_no_text_breaks_a_search(text):
    """P13."""
    square = source(owner=staff().olga)
    said(square, event("p1", "Kettle"))

    found = search.find(text)

    assert len(found.rows) <= 1
    assert search.count(text).is_exact


def test_two_at_once_take_one_conversation_and_the_second_is_told():
    """P21."""
    us = staff()
    us.cleo.teams.add(us.service)
    one = cast.turn(source(owner=us.olga, team=us.service))
    stale = Turn.objects.get(pk=one.pk)

    work.assign(one, by=us.ada, to=us.ada, now=NOW)
    with pytest.raises(NotAllowed):
        work.assign(stale, by=us.cleo, to=us.cleo, now=NOW)

    one.refresh_from_db()
    assert one.assignee == us.ada


def test_closing_what_was_read_earlier_keeps_who_took_it_and_the_word_that_came_meanwhile():
    """P21."""
    us = staff()
    square = source(owner=us.olga, team=us.service)
    stale = cast.turn(square)
    work.assign(Turn.objects.get(pk=stale.pk), by=us.ada, to=us.ada, now=NOW)
    said(square, event("p2", "One more thing", at=NOW + minutes(3), reply_to="p1"), now=NOW + minutes(3))

    work.close(stale, by=us.lea, purpose="help", outcome="solved", now=NOW + minutes(4))

    row = Turn.objects.get(pk=stale.pk)
    assert (row.assignee, row.moved_at, row.state) == (us.ada, NOW + minutes(3), "closed")


def test_work_on_a_conversation_that_is_gone_says_so():
    us = staff()
    one = cast.turn(source(owner=us.olga))
    Turn.objects.filter(pk=one.pk).delete()

    with pytest.raises(ValueError, match="not there any more"):
        work.close(one, by=us.ada, purpose="help", outcome="solved", now=NOW)


def test_keys_that_ended_or_were_revoked_open_nothing_and_nobody_sees_anything():
    """P17."""
    us = staff()
    ended, plain = tokens.make(us.ada, name="a", scopes=["read"], now=NOW, expires_at=NOW + minutes(5))
    other, revoked = tokens.make(us.ada, name="b", scopes=["read"], now=NOW)
    tokens.revoke(other, by=us.ada, now=NOW)

    asked = [
        tokens.user_of(plain, now=NOW),
        tokens.user_of(plain, now=NOW + minutes(6)),
        tokens.user_of(revoked, now=NOW),
    ]

    assert [bool(one) for one in asked] == [True, False, False]
    assert ended.user == us.ada
    assert not queries.visible_to(AnonymousUser()).exists()
