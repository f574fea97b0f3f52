"""Mail, without a mail server: what was written this time, what leaves, and what is known when a server breaks off."""

import socket
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutuals.base.net import guarded
from mutuals.connectors.contract import (
    Action,
    AuthExpired,
    BadRequest,
    Context,
    Do,
    Forbidden,
    Handle,
    Media,
    OutcomeUnknown,
    Raw,
    Transient,
)
from mutuals.connectors.email import CONNECTOR
from mutuals.connectors.email._headers import normalised
from mutuals.connectors.email._imap import decoded, encoded
from mutuals.connectors.email._quotes import trimmed
from mutuals.connectors.email.compose import compose
from mutuals.connectors.email.parse import parse

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
US = Handle("email", "help@works.example", "help@works.example", shown="The Kettle Works")
BEA = Handle("email", "bea@kettle.example", "bea@kettle.example", shown="Béa")
KEY = "0f8d1c52-0000-4000-8000-000000000003"

QUOTED = {
    "english": ("Yes.\n\nOn Mon, 2 Mar 2026 at 10:00, Ada <a@b.example> wrote:\n> Really?\n", "Yes."),
    "english over two lines": ("Yes.\n\nOn Mon, 2 Mar 2026 at 10:00, Ada\n<a@b.example> wrote:\n\n> Really?\n", "Yes."),
    "german": ("Ja.\n\nAm 02.03.2026 um 10:00 schrieb Ada:\n> Wirklich?\n>\n> Ada\n", "Ja."),
    "french": ("Oui.\n\nLe lun. 2 mars 2026 à 10:00, Ada <a@b.example> a écrit :\n> Vraiment ?\n", "Oui."),
    "spanish": ("Sí.\n\nEl lun, 2 mar 2026 a las 10:00, Ada (<a@b.example>) escribió:\n\n> ¿Seguro?\n", "Sí."),
    "italian": ("Sì.\n\nIl giorno lun 2 mar 2026 alle ore 10:00 Ada ha scritto:\n> Davvero?\n", "Sì."),
    "dutch": ("Ja.\n\nOp ma 2 mrt 2026 om 10:00 schreef Ada <a@b.example>:\n> Echt?\n", "Ja."),
    "portuguese": ("Sim.\n\nEm seg., 2 de mar. de 2026 às 10:00, Ada escreveu:\n> Mesmo?\n", "Sim."),
    "polish": ("Tak.\n\nW dniu 2.03.2026 o 10:00, Ada pisze:\n> Naprawdę?\n", "Tak."),
    "swedish": ("Ja.\n\nDen mån 2 mars 2026 kl 10:00 skrev Ada <a@b.example>:\n> Verkligen?\n", "Ja."),
    "russian": ("Да.\n\nпн, 2 мар. 2026 г. в 10:00, Ада <a@b.example>:\n> Точно?\n", None),
    "chinese": ("是的。\n\nAda <a@b.example> 于2026年3月2日周一 10:00写道：\n> 真的吗？\n", "是的。"),
    "unmarked quotation": ("Yes.\n\nOn 2 March 2026 Ada wrote:\n\nReally?\n\nAda\n", "Yes."),
    "original message": ("Yes.\n\n-----Original Message-----\nFrom: Ada\nReally?\n", "Yes."),
    "outlook": ("Yes.\n\nFrom: Ada <a@b.example>\nSent: Monday\nTo: Bea\nSubject: Lid\n\nReally?\n", "Yes."),
    "outlook with rule": (
        "Oui.\n\n" + "_" * 32 + "\nDe : Ada\nEnvoyé : lundi\nÀ : Bea\nObjet : Lid\n\nVraiment ?\n",
        "Oui.",
    ),
    "signature": ("Yes.\n\n-- \nBea\nKettle Street 1\n", "Yes."),
    "telephone": ("Yes.\n\nSent from my iPhone\n", "Yes."),
    "answer below": ("On Mon 2 Mar Ada wrote:\n> Really?\n\nYes, below.\n", "Yes, below."),
    "answers between": ("> One?\nYes.\n> Two?\nNo.\n", "> One?\nYes.\n> Two?\nNo."),
    "only a quotation": ("> Really?\n", "> Really?"),
    "a colon is no quotation": ("Bea wrote:\nplease call.\n", "Bea wrote:\nplease call."),
    "forwarded": (
        "See.\n\n---------- Forwarded message ---------\nFrom: Bo\nDate: Monday\nSubject: Lid\nTo: Bea\n\nIt leaks.\n",
        "See.\n\n---------- Forwarded message ---------\nFrom: Bo\nDate: Monday\nSubject: Lid\nTo: Bea\n\nIt leaks.",
    ),
}


def test_a_mail_of_nothing_but_lines_is_trimmed():
    text = "Yes.\n" + "\n \n" * 1_000_000 + "Sent from my iPhone"

    said = trimmed(text)

    assert said == "Yes."


@pytest.mark.parametrize("name", QUOTED)
def test_what_was_written_this_time_is_told_from_what_was_quoted(name):
    text, wanted = QUOTED[name]

    said = trimmed(text)

    assert said == (text.partition("\n>")[0].strip() if wanted is None else wanted)


@given(st.text(alphabet=st.sampled_from("> \n-_:wroteOn25abAm schrieb")))
def test_trimming_only_leaves_out_and_never_everything(text):
    lines = [one.strip() for one in text.split("\n")]

    said = trimmed(text)

    assert bool(said) == bool(text.strip())
    assert all(one.strip() in lines for one in said.split("\n"))


def answering(**change):
    given = {"do": Do.REPLY, "key": KEY, "body": "Here it is.\n.\n", "subject": "Lid", "target": "<b2@kettle.example>"}
    return Action(**{**given, "references": ("<b1@kettle.example>",), "to": (BEA,), **change})


def test_an_answer_carries_the_whole_chain_however_long_its_names_are():
    chain = tuple(f"<{number}-{'x' * 90}@kettle.example>" for number in range(30))

    data = compose(answering(references=chain), sender=US, at=NOON)

    message = message_from_bytes(data)
    assert message["Message-ID"] == f"<{KEY}@mutuals.works.example>"
    assert message["In-Reply-To"] == "<b2@kettle.example>"
    assert message["References"].split() == [*chain, "<b2@kettle.example>"]
    assert message["Subject"] == "Re: Lid"
    assert data.isascii()


@pytest.mark.parametrize("subject", ["Re: Lid", "AW: Lid", "RE[2]: Lid"])
def test_an_answer_to_an_answer_is_not_marked_twice(subject):
    action = answering(subject=subject)

    message = message_from_bytes(compose(action, sender=US, at=NOON))

    assert message["Subject"] == subject


@pytest.mark.parametrize(
    "change",
    [
        {"subject": "Lid\r\nBcc: all@kettle.example"},
        {"to": (Handle("email", "bea@kettle.example", "x", shown='B\r\nBcc: all@kettle.example "<'),)},
        {"target": "<b2@kettle.example>\r\nBcc: all@kettle.example"},
        {"references": ("<b1@kettle.example>\r\nBcc: all@kettle.example",)},
        {"language": "en\r\nBcc: all@kettle.example"},
        {"media": (Media('a"\r\nBcc: all.png', "image/png\r\nBcc: x", b"x"),)},
    ],
)
def test_nothing_in_an_answer_can_add_a_field(change):
    action = answering(**change)

    message = message_from_bytes(compose(action, sender=US, at=NOON))

    parts = list(message.walk())
    assert all(part["Bcc"] is None for part in parts)
    assert "all@kettle.example" not in (message["To"] or "").partition("<")[2]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"to": ()}, "one to 50"),
        ({"to": (Handle("email", "bea@kettle.example\r\nRCPT TO:<x@y.example>", "x"),)}, "no mail address"),
        ({"to": (Handle("email", "bea", "bea"),)}, "no mail address"),
        ({"body": " "}, "nothing in this mail"),
        ({"key": "a b"}, "Message-ID"),
        ({"do": Do.LIKE}, "nothing else"),
        ({"media": (Media("a.png", "image/png"),)}, "no content"),
        ({"media": (Media("a.bin", "application/x", b"0" * 20_000_001),)}, "attached"),
    ],
)
def test_what_cannot_be_a_mail_is_refused_before_anything_leaves(change, words):
    action = answering(**change)

    with pytest.raises(BadRequest) as refusal:
        compose(action, sender=US, at=NOON)

    assert words in str(refusal.value)


@contextmanager
def smtp(*, at_dot=b"250 taken\r\n", hello=b"250 mail.works.example\r\n", rcpt=b"250 ok\r\n", breaks_at=""):
    """A server for one conversation that answers as told; an empty answer hangs up."""
    listener = socket.create_server(("127.0.0.1", 0))
    got = []

    def converse():
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as lines:
            connection.sendall(b"220 ready\r\n")
            in_data = False
            for line in lines:
                command = line.upper()
                got.append(line)
                answer = b"250 ok\r\n"
                if in_data:
                    if line != b".\r\n":
                        continue
                    in_data, answer = False, at_dot
                elif command.startswith(b"EHLO"):
                    answer = hello
                elif command.startswith(b"RCPT"):
                    answer = rcpt
                elif command.startswith(b"DATA"):
                    in_data, answer = True, b"354 go on\r\n"
                elif command.startswith(b"AUTH"):
                    answer = b"535 5.7.8 no\r\n"
                if not answer or (breaks_at and command.startswith(breaks_at.encode())):
                    return
                connection.sendall(answer)

    thread = threading.Thread(target=converse, daemon=True)
    thread.start()
    yield listener.getsockname()[1], got
    thread.join(120)
    listener.close()


class Given:
    """A password and no limits."""

    def get(self):
        return {"password": "pässword"}

    def take(self, group, *, urgent=False):
        return None


def context(port, **more):
    http, sockets = guarded(f"127.0.0.1:{port}")
    settings = {"address": US.key, "user": US.key, "smtp_host": "127.0.0.1", "smtp_port": str(port), "smtp_tls": "none"}
    return Context({**settings, "keep_sent": "no", **more}, Given(), http, sockets, Given(), lambda: NOON)


def test_a_mail_is_handed_over_once_with_its_dots_doubled():
    with smtp() as (port, got):
        receipt = CONNECTOR.send(context(port), answering())

    assert receipt.key == f"<{KEY}@mutuals.works.example>"
    assert got.count(b"..\r\n") == 1
    assert b"RCPT TO:<BEA@KETTLE.EXAMPLE>\r\n" in [line.upper() for line in got]


@pytest.mark.parametrize(
    ("server", "error"),
    [
        ({"at_dot": b""}, OutcomeUnknown),
        ({"at_dot": b"451 later\r\n"}, Transient),
        ({"at_dot": b"554 5.7.1 spam\r\n"}, BadRequest),
        ({"rcpt": b"550 5.1.1 unknown\r\n"}, BadRequest),
        ({"rcpt": b"450 4.2.0 greylisted\r\n"}, Transient),
        ({"breaks_at": "EHLO"}, Transient),
        ({"breaks_at": "MAIL"}, Transient),
        ({"breaks_at": "DATA"}, Transient),
        ({"hello": b"250-mail\r\n250 AUTH PLAIN\r\n"}, AuthExpired),
    ],
)
def test_it_is_known_whether_a_mail_may_have_been_taken(server, error):
    with smtp(**server) as (port, _got), pytest.raises(error) as failure:
        CONNECTOR.send(context(port), answering())

    assert str(failure.value)


def test_starttls_that_is_not_offered_sends_no_password():
    with smtp() as (port, got), pytest.raises(Transient):
        CONNECTOR.send(context(port, smtp_tls="starttls"), answering())

    assert not any(line.upper().startswith((b"AUTH", b"MAIL")) for line in got)


def test_our_key_is_taken_back_only_from_what_we_sent():
    data = compose(answering(), sender=US, at=NOON)

    sent, received = parse(Raw("x", data, "sent"))[0], parse(Raw("x", data, "received"))[0]

    assert (sent.own, sent.echo_of) == (True, KEY)
    assert (received.own, received.echo_of) == (False, "")


def test_a_date_ahead_of_the_arrival_gives_way_to_the_arrival():
    data = b"From: a@b.example\r\nDate: Mon, 2 Mar 2099 12:00:00 +0000\r\n\r\nx"

    told = parse(Raw("x", data, f"received;at={int(NOON.timestamp())}"))[0]

    assert told.said_at == NOON


@pytest.mark.parametrize("parts", [2, 3000])
def test_parts_in_parts_without_end_are_refused_or_read(parts):
    data = b"From: a@b.example\r\n" + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (number, number) for number in range(parts)
    )

    try:
        told = parse(Raw("x", data + b"\r\nx", "received"))
    except ValueError as refusal:
        told = (str(refusal),)

    assert len(told) == 1


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        (" <Bea+Lid@Kettle.EXAMPLE> ", "bea+lid@kettle.example"),
        ("bea@bücher.example", "bea@xn--bcher-kva.example"),
        ("bea@", ""),
        ("bea@kettle.example\r\nx", ""),
        ("a@b@c.example", ""),
        ("bea@" + "x" * 70 + ".example", ""),
    ],
)
def test_an_address_is_compared_in_one_form_or_is_none(address, wanted):
    written = address

    plain = normalised(written)

    assert plain == wanted


@given(st.text(alphabet=st.characters(min_codepoint=32, exclude_categories=("Cs", "Cc"))))
def test_a_folder_name_survives_the_servers_alphabet(name):
    sent = encoded(name)

    back = decoded(sent)

    assert sent.isascii()
    assert back == name


def test_without_tls_a_server_on_the_internet_gets_no_password():
    peers = socket.socketpair()

    class Far:
        def connect(self, host, port, *, timeout):
            return Named(peers[0])

        def wrap_tls(self, sock, host):
            raise AssertionError("no TLS was asked for")

    class Named:
        def __init__(self, sock):
            self.close = sock.close

        def getpeername(self):
            return ("93.184.215.14", 25)

    given_context = Context({**context(1).settings}, Given(), None, Far(), Given(), lambda: NOON)

    with pytest.raises(Forbidden) as refusal:
        CONNECTOR.send(given_context, answering())

    assert "readable" in str(refusal.value)
