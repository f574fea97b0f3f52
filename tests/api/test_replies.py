"""Answering by the API and the terminal: what the caller was shown is what happens, or nothing does."""

import json
from collections.abc import Iterator
from uuid import uuid4

import pytest

import cast
from api.conftest import Caller
from mutuals import cli
from mutuals.base import clock
from mutuals.capture.models import Outgoing
from mutuals.capture.tests.tiny import installed
from mutuals.channels.models import Source


@pytest.fixture
def square(staff: cast.Staff) -> Iterator[Source]:
    """A source that can be answered, and that Ada speaks on."""
    with installed():
        made = cast.source(owner=staff.olga, connector="tiny", settings={"address": "http://tiny.invalid"})
        cast.channel(made, speakers=(staff.ada,))
        yield made


def test_an_answer_to_what_was_shown_goes_out(ada: Caller, square: Source) -> None:
    number = cast.turn(square, public=False).pk
    shown = ada.get(f"/conversations/{number}/ways")

    body = {"text": "Your order 1234.", "answers_id": shown["answers_id"], "public": shown["public"]}
    answer = ada("POST", f"/conversations/{number}/replies", body)

    assert answer.status_code == 201
    assert answer.json()["public"] is False


def test_an_answer_is_refused_where_another_message_came_or_everybody_would_see_it(ada: Caller, square: Source) -> None:
    number = cast.turn(square, public=False).pk
    shown = ada.get(f"/conversations/{number}/ways")
    cast.said(square, cast.event("p2", reply_to="p1", who="bo", at=clock.now()))

    late = ada("POST", f"/conversations/{number}/replies", {"text": "1234", "answers_id": shown["answers_id"]})
    seen = ada("POST", f"/conversations/{number}/replies", {"text": "1234", "public": False})

    assert (late.status_code, seen.status_code) == (409, 409)
    assert late.headers["Content-Type"] == "application/problem+json"
    assert "Somebody else wrote" in late.json()["detail"]
    assert "seen by everybody" in seen.json()["detail"]
    assert not Outgoing.objects.exists()


def test_the_same_request_twice_is_one_answer_even_where_it_was_refused_first(ada: Caller, square: Source) -> None:
    number, key = cast.turn(square).pk, str(uuid4())
    where = f"/conversations/{number}/replies"

    refused = ada("POST", where, {"text": "Descale it.", "public": False}, Idempotency_Key=key)
    twice = [ada("POST", where, {"text": "Descale it."}, Idempotency_Key=key).json()["id"] for _ in range(2)]

    assert refused.status_code == 409
    assert twice[0] == twice[1]
    assert Outgoing.objects.count() == 1


def test_the_terminal_refuses_to_answer_in_public_what_was_meant_for_one(
    staff: cast.Staff, square: Source, capsys: pytest.CaptureFixture[str]
) -> None:
    number = cast.turn(square, public=False).pk
    who = ("--as", staff.ada.email, "--json")
    cli.main(["inbox", "show", str(number), *who])
    shown = json.loads(capsys.readouterr().out)
    cast.said(square, cast.event("p2", reply_to="p1", who="bo", at=clock.now()))

    late = cli.main(["inbox", "reply", str(number), "1234", "--answers", str(shown["answers"]), *who])
    seen = cli.main(["inbox", "reply", str(number), "1234", "--private", *who])
    told = capsys.readouterr().err
    sent = cli.main(["inbox", "reply", str(number), "Descale it.", *who])

    assert shown["answer_is_public"] is False
    assert (late, seen, sent) == (1, 1, 0)
    assert "Somebody else wrote" in told
    assert "seen by everybody" in told
    assert Outgoing.objects.count() == 1
