"""The email connector against postfix and dovecot."""

from __future__ import annotations

import threading
from dataclasses import replace
from email.message import EmailMessage
from uuid import uuid4

import pytest

from mutuals.base.net import GuardedSockets
from mutuals.connectors.contract import Action, AuthExpired, BadRequest, Context, Do, Envelope, Handle, Media, Transient
from mutuals.connectors.email import CONNECTOR
from peers.harness import free_port, until
from peers.mail_servers import CUSTOMER, HOST, OTHER, OURS, MailServers
from peers.wiring import Kept, Listener

pytestmark = pytest.mark.peers
BEA = Handle("email", CUSTOMER, CUSTOMER, shown="Béa Kettle")


def _mail(
    subject: str, body: str, *, sender: str = CUSTOMER, to: str = OURS, parents: tuple[str, ...] = ()
) -> EmailMessage:
    message = EmailMessage()
    message["From"] = f"Béa Kettle <{sender}>"
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = "Mon, 02 Mar 2026 12:00:00 +0100"
    message["Message-ID"] = f"<{uuid4()}@kettle.example>"
    if parents:
        message["In-Reply-To"] = parents[-1]
        message["References"] = " ".join(parents)
    message.set_content(body)
    return message


def _heard(listener: Listener, subject: str, *, own: bool = False) -> Envelope:
    def ask() -> Envelope | None:
        return next((told for told in listener.draw() if told.subject == subject and told.own is own), None)

    return until(ask, what=f"{subject!r} in the mailbox")


def _listener(context: Context) -> Listener:
    return Listener(CONNECTOR, context, "mail")


def _answer(to: Envelope, body: str, **more: object) -> Action:
    recipients = (to.author,) if to.author else ()
    more = {"to": recipients, **more}
    return Action(
        Do.REPLY, str(uuid4()), body=body, subject=to.subject, target=to.key, references=(*to.others, to.key), **more
    )


def test_signing_in_to_both_servers_tells_our_address(mail_servers: MailServers) -> None:
    context = mail_servers.context()

    handle = CONNECTOR.check(context)

    assert (handle.network, handle.key, handle.shown) == ("email", OURS, "The Kettle Works")


@pytest.mark.parametrize("tls", ["ssl", "none"])
def test_a_wrong_password_asks_for_a_new_sign_in(mail_servers: MailServers, tls: str) -> None:
    port = str(mail_servers.ports["imaps" if tls == "ssl" else "imap"])
    context = replace(mail_servers.context(imap_tls=tls, imap_port=port), secrets=Kept({"password": "no"}))

    with pytest.raises(AuthExpired) as refusal:
        CONNECTOR.check(context)

    assert "password" in str(refusal.value)


def test_a_thread_of_three_mails_is_read_with_its_references_and_answered_with_all_of_them(
    mail_servers: MailServers,
) -> None:
    ours, theirs = _listener(mail_servers.context()), _listener(mail_servers.context(CUSTOMER))
    subject = f"Äpfel und Deckel, mit einem sehr langen Betreff, der umbrochen werden muss {uuid4()}"
    first = _mail(subject, "The lid leaks.")
    mail_servers.write(first)
    heard = _heard(ours, subject)

    action = _answer(heard, "Which lid?\n.\n..dots stay")
    receipt = CONNECTOR.send(mail_servers.context(), action)
    answer = _heard(theirs, f"Re: {subject}")
    mail_servers.write(
        _mail(f"Re: {subject}", "The red one.\n\nOn Monday 2 Ada wrote:\n> Which?", parents=(heard.key, answer.key))
    )
    third = _heard(ours, f"Re: {subject}")

    assert heard.author == BEA
    assert heard.public is False
    assert (answer.key, answer.reply_to, answer.others) == (receipt.key, heard.key, (heard.key,))
    assert answer.body == "Which lid?\n.\n..dots stay"
    assert answer.author == Handle("email", OURS, OURS, shown="The Kettle Works", closing=answer.body)
    assert (third.reply_to, third.others) == (answer.key, (heard.key, answer.key))
    assert (third.body, third.original.count(">")) == ("The red one.", 1)


def test_our_own_answer_comes_back_from_the_sent_folder_with_our_key_and_is_found(mail_servers: MailServers) -> None:
    context, subject = mail_servers.context(), f"Order {uuid4()}"
    action = Action(Do.POST, str(uuid4()), body="Your lid is on its way.", subject=subject, to=(BEA,))
    before = CONNECTOR.find(context, action)

    receipt = CONNECTOR.send(context, action)
    echo = _heard(_listener(context), subject, own=True)

    assert before is None
    assert CONNECTOR.find(context, action) == replace(receipt, at=None)
    assert (echo.own, echo.echo_of, echo.key) == (True, action.key, receipt.key)


def test_attachments_survive_the_way_out_and_in(mail_servers: MailServers) -> None:
    subject, picture = f"Picture {uuid4()}", bytes(range(256)) * 40
    media = (Media("Kessel größer.png", "image/png", picture), Media("../../etc/passwd", "odd", b"\r\n.\r\n"))

    CONNECTOR.send(mail_servers.context(), Action(Do.POST, str(uuid4()), "See", subject, to=(BEA,), media=media))
    heard = _heard(_listener(mail_servers.context(CUSTOMER)), subject)

    assert [(one.name, one.media_type, one.data) for one in heard.media] == [
        ("Kessel größer.png", "image/png", picture),
        ("_.._etc_passwd", "application/octet-stream", b"\r\n.\r\n"),
    ]


def test_waiting_ends_when_a_mail_arrives(mail_servers: MailServers) -> None:
    context = mail_servers.context(OTHER)
    list(CONNECTOR.fetch(context, "mail", {}))
    later = threading.Timer(1.0, mail_servers.write, [_mail("Ping", "Ping", to=OTHER)])

    later.start()
    woken = CONNECTOR.watch(context, "mail", 60.0)
    later.join()
    quiet = [CONNECTOR.watch(context, "mail", 1.0) for _ in range(2)][-1]

    assert woken is True
    assert quiet is False


def test_a_mail_that_came_between_reading_and_waiting_is_told_at_once(mail_servers: MailServers) -> None:
    context, subject = mail_servers.context(OTHER), f"Between {uuid4()}"
    listener = _listener(context)
    listener.draw()
    mail_servers.write(_mail(subject, "Now", to=OTHER))

    told = until(lambda: CONNECTOR.watch(context, "mail", 5.0), what="the hint")
    heard = _heard(listener, subject)

    assert told is True
    assert heard.body == "Now"


def test_a_mailbox_numbered_anew_is_read_again_under_the_same_keys(mail_servers: MailServers) -> None:
    context, subject = mail_servers.context(OTHER), f"Numbers {uuid4()}"
    mail_servers.write(_mail(subject, "One", to=OTHER))
    listener = _listener(context)
    heard = _heard(listener, subject)
    old = listener.cursor["folders"]["INBOX"]

    mail_servers.renumber(OTHER)
    again = [raw.key for page in CONNECTOR.fetch(context, "mail", listener.cursor) for raw in page.raws]
    list(CONNECTOR.fetch(context, "mail", listener.cursor))
    listener.draw()

    assert listener.cursor["folders"]["INBOX"]["uidvalidity"] > old["uidvalidity"]
    assert heard.key in [key.partition("#")[0] for key in again]
    assert len(again) == len(set(again))
    assert listener.draw() == []


def test_a_mail_removed_from_the_mailbox_disturbs_nothing(mail_servers: MailServers) -> None:
    context = mail_servers.context(OTHER)
    listener = _listener(context)
    for number in range(3):
        mail_servers.write(_mail(f"Removed {number}", "x", to=OTHER))
    _heard_all(listener, 3)

    for file in [*mail_servers.box(OTHER).glob("cur/*"), *mail_servers.box(OTHER).glob("new/*")]:
        file.unlink()
    emptied = listener.draw()
    subject = f"After {uuid4()}"
    mail_servers.write(_mail(subject, "Still here", to=OTHER))

    assert emptied == []
    assert _heard(listener, subject).body == "Still here"


def _heard_all(listener: Listener, count: int) -> None:
    found: list[Envelope] = []

    def ask() -> bool:
        found.extend(one for one in listener.draw() if one.subject.startswith("Removed"))
        return len(found) >= count

    until(ask, what="three mails")


def test_an_unknown_recipient_is_refused_and_nobody_gets_the_mail(mail_servers: MailServers) -> None:
    subject = f"Nobody {uuid4()}"
    ghost = Handle("email", "ghost@kettle.example", "ghost@kettle.example")
    far = Handle("email", "far@elsewhere.example", "far@elsewhere.example")

    refusals = []
    for stranger in (ghost, far):
        with pytest.raises(BadRequest) as refusal:
            action = Action(Do.POST, str(uuid4()), "x", subject, to=(BEA, stranger))
            CONNECTOR.send(mail_servers.context(), action)
        refusals.append(str(refusal.value))

    assert "ghost@kettle.example" in refusals[0]
    assert "far@elsewhere.example" in refusals[1]
    assert subject not in [one.subject for one in _listener(mail_servers.context(CUSTOMER)).draw()]


def test_a_server_that_is_down_has_certainly_sent_nothing(mail_servers: MailServers) -> None:
    port = free_port()
    context = mail_servers.context(smtp_port=str(port))
    context = replace(context, sockets=GuardedSockets(allow=frozenset({(HOST, port)})))

    with pytest.raises(Transient):
        CONNECTOR.send(context, Action(Do.POST, str(uuid4()), "x", "x", to=(BEA,)))

    assert CONNECTOR.find(mail_servers.context(), Action(Do.POST, str(uuid4()), "x", "x", to=(BEA,))) is None


def test_a_mail_server_inside_our_network_is_refused_unless_it_is_allowed(mail_servers: MailServers) -> None:
    context = replace(mail_servers.context(), sockets=GuardedSockets())

    with pytest.raises(BadRequest) as refusal:
        CONNECTOR.check(context)

    assert "MUTUALS_NET_ALLOW" in str(refusal.value)
