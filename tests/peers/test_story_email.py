"""Stories of mail, through servers that nobody here wrote: threads, files, returns and lapsed passwords. E4."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

import cast
from mutuals.base import clock
from mutuals.capture import draw
from mutuals.capture.models import Outgoing, SendState
from mutuals.channels import health
from mutuals.channels.models import Channel, Health, SourceState
from mutuals.history import queries
from mutuals.history.models import Interaction
from mutuals.inbox import answer
from mutuals.inbox.queries import last_from_them
from peers import desk
from peers.harness import until
from peers.mail_servers import CUSTOMER, GONE, OTHER, OURS, MailServers

pytestmark = pytest.mark.peers
PICTURE = bytes(range(256)) * 20


@pytest.fixture
def staff(db: None) -> cast.Staff:
    """Everybody who works at the Kettle works."""
    return cast.staff()


@pytest.fixture
def trusting(mail_servers: MailServers, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation that may call these servers and knows who signs for them."""
    settings.NET_ALLOW = mail_servers.allow
    monkeypatch.setenv("SSL_CERT_FILE", str(mail_servers.folder / "tls.pem"))


@pytest.fixture
def ours(staff: cast.Staff, mail_servers: MailServers, trusting: None) -> Channel:
    """The company's mailbox."""
    return _mailbox(staff, mail_servers, OURS)


def _mailbox(staff: cast.Staff, servers: MailServers, address: str) -> Channel:
    return desk.connect(staff, "email", {**servers.settings(address), "password": servers.password})


@pytest.fixture
def lapsing(mail_servers: MailServers) -> Iterator[str]:
    """A box whose password the test may change."""
    yield OTHER
    mail_servers.let_in()


def _mail(
    subject: str, body: str, *, at: datetime, sender: str = CUSTOMER, to: str = OURS, parents: tuple[str, ...] = ()
) -> EmailMessage:
    message = EmailMessage()
    message["From"] = f"Béa Kettle <{sender}>"
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{uuid4()}@kettle.example>"
    if parents:
        message["In-Reply-To"] = parents[-1]
        message["References"] = " ".join(parents)
    message.set_content(body)
    return message


def _delivered(servers: MailServers, address: str, text: str) -> EmailMessage:
    """The one mail in a box that says `text`."""

    def ask() -> list[EmailMessage]:
        return [one for one in servers.mails(address) if text in one.get_body(("plain",)).get_content()]

    found = until(ask, what=f"{text!r} in the box of {address}")
    assert len(found) == 1
    return found[0]


def test_a_thread_of_three_mails_stays_one_conversation_and_is_answered_within_it(
    mail_servers: MailServers, ours: Channel, staff: cast.Staff
) -> None:
    """G1, G2, P14."""
    subject, now = f"Mein Kessel läuft über {uuid4()}", clock.now()
    first = _mail(subject, "The spout drips, see the picture.", at=now - timedelta(hours=1))
    first.add_attachment(PICTURE, maintype="image", subtype="png", filename="Tülle.png")
    mail_servers.write(first)

    row = desk.heard(ours.source, "The spout drips", subject=subject)
    reply = desk.leave(desk.says(desk.turn_of(row), "Please turn the lid once.", by=staff.ada))
    got = _delivered(mail_servers, CUSTOMER, "Please turn the lid once.")
    third = _mail(
        got["Subject"],
        "It is dry now.",
        at=now + timedelta(minutes=1),
        parents=(first["Message-ID"], got["Message-ID"]),
    )
    mail_servers.write(third)
    thanks = desk.heard(ours.source, "It is dry now")
    mail_servers.write(_mail(f"Re: {subject}", "Another matter.", at=now + timedelta(minutes=2)))
    other = desk.heard(ours.source, "Another matter")
    desk.bring(ours.source)

    key = Outgoing.objects.get(interaction_id=reply.pk).key
    assert (row.profile.network, row.profile.key, row.profile.shown) == ("email", CUSTOMER, "Béa Kettle")
    assert (got["Message-ID"], reply.key) == (f"<{key}@mutuals.works.example>", f"<{key}@mutuals.works.example>")
    assert (got["In-Reply-To"], got["References"]) == (first["Message-ID"], first["Message-ID"])
    assert (got["Subject"], got["From"]) == (f"Re: {subject}", f"The Kettle Works <{OURS}>")
    assert thanks.conversation_id == row.conversation_id
    assert other.conversation_id != row.conversation_id
    assert [one["Message-ID"] for one in mail_servers.mails(OURS, ".Sent")].count(reply.key) == 1
    assert desk.said(row) == [
        ("in", "received", "The spout drips, see the picture."),
        ("out", "sent", "Please turn the lid once."),
        ("in", "received", "It is dry now."),
    ]
    turn = desk.turn_of(row)
    assert (turn.conversation.message_count, turn.is_public, turn.state) == (3, False, "open")


def test_a_file_that_came_with_a_mail_is_kept_and_given_only_to_who_may_read_the_mail(
    mail_servers: MailServers, ours: Channel, staff: cast.Staff
) -> None:
    """G1, K9."""
    mail = _mail("A picture", f"See it {uuid4()}.", at=clock.now())
    mail.add_attachment(PICTURE, maintype="image", subtype="png", filename="../Tülle.png")
    mail_servers.write(mail)
    row = desk.heard(ours.source, mail.get_body(("plain",)).get_content().strip())
    kept = queries.attachments([row])[row.pk]
    address = f"/files/{kept[0].blob_id}"

    clients = [Client(), Client(), Client()]
    clients[0].force_login(staff.ada)
    clients[1].force_login(staff.cleo)
    given, contractor, stranger = [client.get(address) for client in clients]

    assert [(one.name, one.media_type, one.size) for one in kept] == [("_Tülle.png", "image/png", 5120)]
    assert b"".join(given.streaming_content) == PICTURE
    assert given["Content-Disposition"].startswith("attachment")
    assert (stranger.status_code, contractor.status_code) == (401, 404)


def test_an_answer_that_the_server_refuses_is_shown_as_failed_with_its_reason(
    mail_servers: MailServers, ours: Channel, staff: cast.Staff
) -> None:
    """P17."""
    ghost, text = "ghost@kettle.example", f"Answer me {uuid4()}"
    mail_servers.write(_mail("Hello", text, at=clock.now(), sender=ghost))
    row = desk.heard(ours.source, text)

    reply = desk.leave(desk.says(desk.turn_of(row), "We try.", by=staff.ada))

    assert reply.status == "failed"
    assert ghost in reply.error
    assert ("out", "failed", "We try.") in desk.said(row)
    assert Outgoing.objects.get(interaction_id=reply.pk).state == SendState.FAILED
    ours.source.refresh_from_db()
    assert ours.source.health == Health.OK


def test_an_answer_that_comes_back_is_shown_as_failed_and_is_our_turn_again(
    mail_servers: MailServers, ours: Channel, staff: cast.Staff
) -> None:
    """P17."""
    text = f"I move house {uuid4()}"
    mail_servers.write(_mail("My address", text, at=clock.now(), sender=GONE))
    row = desk.heard(ours.source, text)

    reply = desk.leave(desk.says(desk.turn_of(row), "Where to?", by=staff.ada))
    before = (reply.status, desk.turn_of(row).state)
    desk.drawn_until(ours.source, reply, lambda one: one.status == "failed", what="the report")

    turn = desk.turn_of(row)
    assert before == ("sent", "pending")
    assert GONE in reply.error
    assert [one[:2] for one in desk.said(row)].count(("out", "failed")) == 1
    assert turn.state == "open"
    assert last_from_them(turn) == row
    assert Outgoing.objects.get(interaction_id=reply.pk).state == SendState.SENT


def test_an_automatic_answer_is_in_the_history_and_makes_no_work(
    mail_servers: MailServers, ours: Channel, staff: cast.Staff
) -> None:
    """G1, P30."""
    text = f"When do you open? {uuid4()}"
    first = _mail("Hours", text, at=clock.now())
    mail_servers.write(first)
    row = desk.heard(ours.source, text)
    reply = desk.leave(desk.says(desk.turn_of(row), "At nine.", by=staff.ada))

    away = _mail("Away", f"I am at the sea {uuid4()}", at=clock.now(), parents=(first["Message-ID"], reply.key))
    away["Auto-Submitted"] = "auto-replied"
    mail_servers.write(away)
    heard = desk.heard(ours.source, away.get_content().strip())

    assert heard.conversation_id == row.conversation_id
    assert desk.turn_of(row).state == "pending"


def test_a_lapsed_password_stops_sending_loses_nothing_and_is_mended_in_place(
    mail_servers: MailServers, staff: cast.Staff, trusting: None, lapsing: str
) -> None:
    """P16, P17."""
    channel = _mailbox(staff, mail_servers, lapsing)
    source, text, later = channel.source, f"Before {uuid4()}", f"Meanwhile {uuid4()}"
    mail_servers.write(_mail("Lids", text, at=clock.now(), to=lapsing))
    row = desk.heard(source, text)
    waiting = desk.says(desk.turn_of(row), f"Soon, {text}", by=staff.ada)

    mail_servers.let_in(bo="quite another one")
    until(lambda: mail_servers.lets_in(lapsing, "quite another one"), what="the new password")
    mail_servers.write(_mail("Lids", later, at=clock.now(), to=lapsing))
    steps = []
    for _ in range(2):
        draw.draw(source.pk)
        source.refresh_from_db()
        steps.append((source.state, source.health))
    desk.leave(waiting)
    with pytest.raises(answer.CannotAnswer, match="signed in again"):
        desk.says(desk.turn_of(row), "Now?", by=staff.ada)

    assert steps == [(SourceState.ACTIVE, Health.DEGRADED), (SourceState.NEEDS_AUTH, Health.NEEDS_AUTH)]
    assert "password" in source.last_error
    assert answer.ways(desk.turn_of(row), by=staff.ada).refused.endswith("before anything can be sent.")
    assert sorted(desk.said(row)) == [("in", "received", text), ("out", "queued", waiting.text)]

    health.reauthorise(source, {"password": "quite another one"}, by=staff.aron)
    heard = desk.heard(source, later)
    desk.leave(waiting)

    source.refresh_from_db()
    assert (source.state, source.health, waiting.status) == (SourceState.ACTIVE, Health.OK, "sent")
    assert heard.profile_id == row.profile_id
    assert Interaction.objects.filter(source=source, text=text).count() == 1
    _delivered(mail_servers, CUSTOMER, waiting.text)
