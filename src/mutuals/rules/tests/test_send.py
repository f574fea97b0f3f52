"""What leaves for a rule: signed hooks, notes by mail, answers laid ready, fields."""

from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

import cast
from mutuals.base.net import guarded
from mutuals.base.refusals import Refusal
from mutuals.connectors.webhook.verify import verify
from mutuals.inbox import answer
from mutuals.inbox.models import Turn
from mutuals.listening.card import cards
from mutuals.listening.models import Card
from mutuals.people.models import Person
from mutuals.rules import keep, send
from mutuals.rules.models import Delivery, Firing, SendState
from mutuals.staff.permissions import NotAllowed


@pytest.fixture
def us(db):
    return cast.staff()


def running(by, *then, **more):
    told = {"when": "received", "if": ["words:says:refund"], "then": list(then)} | more
    return keep.switch(keep.write(told, by=by, now=cast.NOW, name="Refunds"), is_on=True, by=by, now=cast.NOW)


@contextmanager
def listening(*answers):
    """A program that takes hooks: it answers in this order, and what it was sent is kept."""
    left, got = list(answers), []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            got.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(left.pop(0))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook", got
    finally:
        server.shutdown()
        server.server_close()


def leave(row, address):
    port = address.split(":")[2].split("/")[0]
    send.deliver(row.pk, now=lambda: cast.NOW, chance=lambda: 0.5, http=guarded(f"127.0.0.1:{port}")[0])
    row.refresh_from_db()


def test_a_hook_is_signed_tried_again_under_the_same_name_and_sent_once(us):
    of = cast.source(owner=us.olga)
    with listening(503, 200) as (address, got):
        running(us.aron, {"hook": {"address": address, "text": "Look"}})
        cast.said(of, cast.event("p1", "refund!"))
        row = Delivery.objects.get()

        leave(row, address)
        waited = row.state
        for _ in range(2):
            leave(row, address)

    names = {
        verify({}, {"secret": send.secret_of(address, by=us.aron)}, headers, body, cast.NOW) for headers, body in got
    }
    assert (waited, row.state, row.attempts) == (SendState.WAITING, SendState.SENT, 2)
    assert names == {str(row.key)}
    assert b'"text": "refund!"' in got[0][1]


@pytest.mark.parametrize(
    ("answer_", "state"), [(410, SendState.FAILED), (302, SendState.FAILED), (429, SendState.WAITING)]
)
def test_what_a_receiver_refuses_is_not_tried_again(us, answer_, state):
    of = cast.source(owner=us.olga)
    with listening(answer_) as (address, _):
        running(us.aron, {"hook": {"address": address}})
        cast.said(of, cast.event("p1", "refund!"))
        row = Delivery.objects.get()

        leave(row, address)

    assert row.state == state


def test_a_hook_into_our_own_network_is_refused_and_its_rule_goes_on(us):
    of = cast.source(owner=us.olga)
    running(us.aron, {"hook": {"address": "http://127.0.0.1:9/x"}}, {"note": {"text": "seen"}})
    cast.said(of, cast.event("p1", "refund!"))

    send.deliver(Delivery.objects.get().pk, now=lambda: cast.NOW)

    row = Delivery.objects.get()
    assert (row.state, Firing.objects.get().outcome) == (SendState.FAILED, "done")
    assert "private network" in row.error


def test_hooks_are_for_those_who_manage_sources_and_go_to_addresses_only(us):
    with pytest.raises(NotAllowed):
        running(us.lea, {"hook": {"address": "https://example.com/x"}})
    with pytest.raises(NotAllowed):
        send.secret_of("https://example.com/x", by=us.lea)
    for bad in ("example.com", "file:///etc/passwd", "https://", "https://a@b/", "javascript:1"):
        with pytest.raises(Refusal, match="address of the web"):
            running(us.aron, {"hook": {"address": bad}})


def test_who_likes_it_is_told_by_mail_too_where_a_mailbox_can_send(us):
    of = cast.source(owner=us.olga)
    us.ada.told_by = "mail"
    us.ada.save()
    running(us.lea, {"tell_team": {"team": "Service", "text": "Look"}})

    cast.said(of, cast.event("p1", "refund!"))
    cast.source("Post", owner=us.olga, connector="email")
    cast.said(of, cast.event("p2", "refund!"))

    did = list(Firing.objects.order_by("pk").values_list("steps", flat=True))
    assert did[0][0]["did"] == "Told Lea; Ada, on the page of today only: no mailbox of ours can send"
    assert did[1][0]["did"] == "Told Lea; Ada, by mail too"
    assert Delivery.objects.get().to == us.ada.email


def test_a_mail_whose_sender_was_killed_is_not_sent_again(us):
    of = cast.source(owner=us.olga)
    us.ada.told_by = "mail"
    us.ada.save()
    cast.source("Post", owner=us.olga, connector="email")
    running(us.lea, {"tell": {"to": us.ada.email, "text": "Look"}})
    cast.said(of, cast.event("p1", "refund!"))
    Delivery.objects.update(state=SendState.SENDING)

    send.deliver(Delivery.objects.get().pk, now=lambda: cast.NOW)

    assert Delivery.objects.get().state == SendState.UNKNOWN


def test_an_answer_is_laid_ready_filled_in_and_gone_once_somebody_answers(us):
    square = cast.source(owner=us.olga, team=us.service)
    bea = cast.person("Bea Brand", by=us.ada)
    said = cast.said(square, cast.event("p0", "hi"))[0]
    said.profile.__class__.objects.filter(pk=said.profile_id).update(person=bea)
    running(
        us.lea,
        {"prepare": {"text": "Dear {first}, we look into it."}},
        {"set_field": {"field": "stage", "value": "customer"}},
    )

    row = cast.said(square, cast.event("p1", "refund!"))[0]
    turn = Turn.objects.get(pk=row.conversation_id)
    ready = turn.draft
    answer._answered(turn, by=us.ada, now=cast.NOW)

    turn.refresh_from_db()
    assert (ready, turn.draft) == ("Dear Bea, we look into it.", "")
    assert Person.objects.get(pk=bea.pk).stage == "customer"


def test_a_held_rule_is_a_card_whose_cause_is_gone_once_it_goes_on(us):
    of = cast.source(owner=us.olga)
    rule = running(us.lea, {"note": {"text": "seen"}}, hourly=1)
    cast.said(of, *(cast.event(f"p{n}", "refund!") for n in range(3)))
    card = Card.objects.get(about=f"rule:{rule.pk}")

    keep.switch(rule, is_on=True, by=us.lea, now=cast.NOW)

    card.refresh_from_db()
    assert "more than 1 times" in card.words
    assert card.over_at == cast.NOW
    cards.settle(card, "acted", by=us.lea, now=cast.NOW)
