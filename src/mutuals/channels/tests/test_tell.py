"""Programs of others are told what happens here: signed, once, in order, again where it was not taken."""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from django.db import transaction

import cast
from mutuals.base import clock, journal, sealed
from mutuals.base.models import Entry
from mutuals.base.net import guarded
from mutuals.base.refusals import Refusal
from mutuals.channels import hooks, secrets, tell
from mutuals.channels.models import Hook, HookDelivery
from mutuals.connectors.webhook.verify import verify
from mutuals.staff.permissions import NotAllowed

State = HookDelivery.State


@contextmanager
def listening(*answers):
    """A program that takes hooks: it answers in this order, then 200, and keeps what it was sent."""
    left, got = list(answers), []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            got.append(
                (
                    {name.lower(): value for name, value in self.headers.items()},
                    self.rfile.read(int(self.headers["Content-Length"])),
                )
            )
            self.send_response(left.pop(0) if left else 200)
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


@pytest.fixture
def us(transactional_db):
    return cast.staff()


def hook(us, address, *kinds):
    made, secret = hooks.add(
        by=us.olga, name="Warehouse", url=address, kinds=kinds or ["deal.*"], now=clock.now() - timedelta(hours=1)
    )
    tell.read_on()  # from here on
    return made, secret


def leave(row, *, later=timedelta()):
    port = row.url.split(":")[2].split("/")[0]
    return tell.send(row.pk, now=lambda: clock.now() + later, chance=lambda: 0.5, http=guarded(f"127.0.0.1:{port}")[0])


def words(body):
    return [(one["kind"], one["about"]) for one in json.loads(body)["events"]]


def test_what_is_asked_for_is_told_once_signed_and_together(us):
    with listening() as (address, got):
        journal.note("deal.won", "deal:1", by=us.ben)  # before anybody asked
        row, secret = hook(us, address, "deal.won", "case.*", "hook.*")
        journal.note_many("deal.won", [f"deal:{number}" for number in range(2, 104)], by=us.ben, amount="5")
        journal.note("deal.opened", "deal:9", by=us.ben)
        journal.note("case.opened", "case:9", by=us.ben)
        hooks.change(row, by=us.olga, name="The warehouse")  # of hooks nobody is told

        made = tell.read_on()
        again = tell.read_on()
        taken = leave(row)

    assert (made, again, taken) == (2, 0, 2)
    assert [len(json.loads(body)["events"]) for _, body in got] == [100, 3]
    assert words(got[1][1])[-1] == ("case.opened", "case:9")
    keys = [verify({}, {"secret": secret}, headers, body, clock.now()) for headers, body in got]
    assert keys == [str(one.key) for one in HookDelivery.objects.order_by("pk")]
    assert json.loads(got[0][1])["events"][0]["data"] == {"amount": "5"}


def test_what_is_not_taken_comes_again_under_its_name_and_nothing_overtakes(us):
    with listening(503, 302, 200) as (address, got):
        row, _ = hook(us, address)
        journal.note("deal.won", "deal:1", by=us.ben)
        tell.read_on()
        journal.note("deal.lost", "deal:2", by=us.ben)
        tell.read_on()

        counts = [leave(row), leave(row)]  # the second comes too soon
        counts += [leave(row, later=timedelta(minutes=1)), leave(row, later=timedelta(hours=1))]

    row.refresh_from_db()
    assert counts == [0, 0, 0, 2]
    assert [words(body)[0][1] for _, body in got] == ["deal:1", "deal:1", "deal:1", "deal:2"]
    assert len({headers["x-mutuals-delivery"] for headers, _ in got[:3]}) == 1
    assert (row.failures, row.failing_since, row.next_try_at) == (0, None, None)
    first = HookDelivery.objects.order_by("pk")[0]
    assert (first.state, first.tries, first.status, first.said) == (State.SENT, 3, 200, "")


def test_what_is_gone_from_the_journal_is_not_told_any_more(us):
    with listening() as (address, got):
        row, _ = hook(us, address)
        gone = journal.note("deal.won", "deal:1", by=us.ben, name="Bea Weber")
        journal.note("deal.won", "deal:2", by=us.ben)
        tell.read_on()
        Entry.objects.filter(pk=gone.pk).delete()
        leave(row)

    assert words(got[0][1]) == [("deal.won", "deal:2")]


def test_after_three_days_it_is_paused_its_owner_is_told_and_it_goes_on_when_somebody_says_so(us):
    with listening(500, 500) as (address, got):
        row, _ = hook(us, address)
        journal.note("deal.won", "deal:1", by=us.ben)
        tell.read_on()
        leave(row)
        leave(row, later=timedelta(days=4))
        row.refresh_from_db()
        paused = row.paused
        journal.note("deal.won", "deal:2", by=us.ben)  # nobody is told meanwhile
        made = tell.read_on()
        with pytest.raises(Refusal, match="let it go on"):
            hooks.again(HookDelivery.objects.get(), by=us.olga, now=clock.now())
        hooks.go_on(row, by=us.olga)
        tell.read_on()
        leave(row)

    assert "Nothing was taken since" in paused
    assert made == 0
    assert journal.of(f"staff:{us.olga.pk}").filter(kind="staff.told").count() == 1
    assert HookDelivery.objects.get().state == State.SENT
    assert len(got) == 3


def test_given_up_after_twelve_times_and_sent_again_on_wish(us):
    with listening(*[500] * 12) as (address, got):
        row, _ = hook(us, address)
        journal.note("deal.won", "deal:1", by=us.ben)
        tell.read_on()
        for number in range(12):
            leave(row, later=timedelta(hours=5 * number))
        given_up = HookDelivery.objects.get()
        hooks.again(given_up, by=us.olga, now=clock.now())
        leave(row, later=timedelta(days=3))

    assert (given_up.state, given_up.tries) == (State.FAILED, 12)
    assert HookDelivery.objects.get().state == State.SENT
    assert len(got) == 13


def test_the_house_itself_is_not_called_and_a_test_says_what_was_answered(us):
    row, _ = hook(us, "http://127.0.0.1:9/hook")
    done = tell.greet(row, by=us.olga, now=clock.now())  # loopback is nobody's program
    assert (done.state, done.status) == (State.FAILED, None)
    assert done.said
    with listening(418) as (address, got):
        hooks.change(row, by=us.olga, url=address)
        port = address.split(":")[2].split("/")[0]
        done = tell.greet(Hook.objects.get(), by=us.olga, now=clock.now(), http=guarded(f"127.0.0.1:{port}")[0])
    assert (done.status, done.said) == (418, "It answered 418.")
    assert json.loads(got[0][1])["test"] is True


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"url": "ftp://example.org"}, "url"),
        ({"url": "https://me:pass@example.org/"}, "url"),
        ({"url": "https://exa mple.org/"}, "url"),
        ({"kinds": []}, "kinds"),
        ({"kinds": ["deal"]}, "kinds"),
        ({"kinds": ["deal.won; drop"]}, "kinds"),
        ({"name": "Warehouse"}, "name"),
        ({"name": " "}, "name"),
    ],
)
def test_what_cannot_be_told_is_refused_beside_its_field(us, told, field):
    hook(us, "https://example.org/hook")
    asked = {"name": "Shop", "url": "https://example.org/2", "kinds": ["deal.*"], **told}
    with pytest.raises(Refusal) as refused:
        hooks.add(by=us.olga, now=clock.now(), **asked)
    assert field in refused.value.fields
    assert Hook.objects.count() == 1


def test_only_admins_and_the_secret_is_kept_sealed_and_goes_on_with_who_answers_for_it(us):
    row, secret = hook(us, "https://example.org/hook")
    for act in (
        lambda: hooks.add(by=us.lea, name="X", url="https://example.org/", kinds=["*"], now=clock.now()),
        lambda: hooks.change(row, by=us.ben, name="X"),
        lambda: hooks.remove(row, by=us.cleo),
        lambda: tell.greet(row, by=us.lea, now=clock.now()),
    ):
        with pytest.raises(NotAllowed):
            act()
    row.refresh_from_db()
    assert secret.encode() not in bytes(row.sealed)
    assert secrets.rotate() == 1
    row.refresh_from_db()
    assert sealed.unseal(f"hook:{row.pk}", row.sealed) == secret
    with pytest.raises(Refusal):
        sealed.unseal(f"hook:{row.pk + 1}", row.sealed)
    new = hooks.renew_secret(row, by=us.aron)
    assert new != secret
    with transaction.atomic():  # as part of ending an access
        hooks.hand_over(us.olga, us.aron)
    assert Hook.objects.get().owner == us.aron
    assert hooks.held_by(us.olga) == 0


def test_old_ones_are_forgotten_and_waiting_ones_are_not(us):
    row, _ = hook(us, "https://example.org/hook")
    old = clock.now() - timedelta(days=31)
    for number, state in enumerate((State.SENT, State.FAILED, State.WAITING)):
        HookDelivery.objects.create(
            hook=row,
            key=f"00000000-0000-0000-0000-00000000000{number}",
            entries=[1],
            state=state,
            made_at=old,
            changed_at=old,
        )
    assert tell.tidy() == 2
    assert HookDelivery.objects.get().state == State.WAITING
