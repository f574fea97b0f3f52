"""A mail server that talks for ever, or slowly, or of too much at once."""

import itertools
import socket
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from mutuals.base.net import guarded
from mutuals.connectors.contract import Action, Context, Do, Handle, OutcomeUnknown, Transient
from mutuals.connectors.email import CONNECTOR

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
US = "help@works.example"
BEA = Handle("email", "bea@kettle.example", "bea@kettle.example")
MAIL = Action(Do.REPLY, "0f8d1c52-0000-4000-8000-000000000003", body="Here.", subject="Lid", to=(BEA,))


@contextmanager
def server(converse):
    """Speaks with one client as told, until that hangs up."""
    listener = socket.create_server(("127.0.0.1", 0))

    def answer():
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as lines:
            try:
                converse(connection.sendall, lines)
            except OSError:
                return

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    listener.close()
    thread.join(120)


def for_ever(say, text):
    while True:
        say(text)


def context(port, now=lambda: NOON):
    http, sockets = guarded(f"127.0.0.1:{port}")
    settings = {"address": US, "user": US, "smtp_host": "127.0.0.1", "smtp_port": str(port), "smtp_tls": "none"}
    settings |= {"imap_host": "127.0.0.1", "imap_port": str(port), "imap_tls": "none", "keep_sent": "no"}
    return Context(settings, Given(), http, sockets, Given(), now)


class Given:
    """A password and no limits."""

    def get(self):
        return {"password": "password"}

    def take(self, group, *, urgent=False):
        return None


def smtp(flood_at, flood):
    """Answers properly until the command, then with the flood."""

    def converse(say, lines):
        if flood_at == b"":
            for_ever(say, flood)
        say(b"220 ready\r\n")
        for line in lines:
            if line.startswith(flood_at):
                for_ever(say, flood)
            say(b"354 go on\r\n" if line.upper().startswith(b"DATA") else b"250 ok\r\n") if is_command(line) else None

    return converse


def is_command(line):
    return line.split(b" ")[0].strip().upper() in (b"EHLO", b"HELO", b"MAIL", b"RCPT", b"DATA", b"QUIT")


@pytest.mark.parametrize("flood_at", [b"", b"ehlo", b"mail", b"rcpt", b"DATA"])
def test_an_smtp_server_that_talks_for_ever_before_it_has_the_mail_took_none(flood_at):
    with server(smtp(flood_at, b"220-" + b"x" * 70 + b"\r\n")) as port, pytest.raises(Transient) as failure:
        CONNECTOR.send(context(port), MAIL)

    assert str(failure.value)


def test_an_smtp_server_that_talks_for_ever_after_the_closing_dot_may_have_taken_the_mail():
    with server(smtp(b".\r\n", b"250-" + b"x" * 70 + b"\r\n")) as port, pytest.raises(OutcomeUnknown) as failure:
        CONNECTOR.send(context(port), MAIL)

    assert "longer than 100,000 bytes" in str(failure.value)


def test_a_conversation_that_takes_too_long_ends_although_the_server_goes_on_talking():
    minutes = (NOON + timedelta(minutes=number) for number in itertools.count())

    with server(smtp(b"", b"220-x\r\n")) as port, pytest.raises(Transient) as failure:
        CONNECTOR.send(context(port, lambda: next(minutes)), MAIL)

    assert "took longer than 300 s" in str(failure.value)


def imap(answers):
    """Signs in anybody; to the commands of `answers` it says those bytes, as often as they yield some."""

    def converse(say, lines):
        for part in answers.get(b"", [b"* OK ready\r\n"]):
            say(part)
        for line in lines:
            tag, command = line.split()[0], line.split()[1].upper()
            if command == b"CAPABILITY":
                say(b"* CAPABILITY IMAP4rev1\r\n")
            if command == b"SELECT":
                say(b"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n")
            if b"SEARCH" in line and b"SEARCH" not in answers:
                say(b"* SEARCH 1\r\n")
            for name, parts in answers.items():
                for part in parts if name and name in line.upper() else ():
                    say(part)
            say(tag + b" OK done\r\n")

    return converse


MEGABYTE = b"x" * 1_000_000
FLOODS = {
    "an endless greeting": {b"": itertools.repeat(MEGABYTE)},
    "untagged answers without end": {b"LIST": itertools.repeat(b"* 1 EXISTS\r\n" * 1000)},
    "a literal of four gigabytes": {b"RFC822.SIZE": [b"* 1 FETCH (UID 1 BODY[] {4000000000}\r\n"]},
    "a literal whose size nobody can read": {b"RFC822.SIZE": [b"* 1 FETCH (UID 1 {" + b"9" * 5000 + b"}\r\n"]},
    "many literals that are too much together": {
        b"RFC822.SIZE": itertools.repeat(b"* 1 FETCH (UID 1 BODY[] {1000000}\r\n" + MEGABYTE + b")\r\n")
    },
    "numbers without end": {b"SEARCH": itertools.chain([b"* SEARCH"], itertools.repeat(b" 1" * 500_000))},
}


@pytest.mark.parametrize("flood", FLOODS)
def test_an_imap_server_that_sends_without_end_is_left(flood):
    with server(imap(FLOODS[flood])) as port, pytest.raises(Transient) as failure:
        list(CONNECTOR.fetch(context(port), "all", {}))

    assert "IMAP server" in str(failure.value)


def test_an_imap_server_that_answers_too_slowly_is_left():
    minutes = (NOON + timedelta(minutes=number) for number in itertools.count())
    slow = {b"LIST": itertools.repeat(b"* 1 EXISTS\r\n")}

    with server(imap(slow)) as port, pytest.raises(Transient) as failure:
        list(CONNECTOR.fetch(context(port, lambda: next(minutes)), "all", {}))

    assert "took longer than 300 s" in str(failure.value)
