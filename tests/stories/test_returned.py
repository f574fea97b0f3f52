"""A mail of ours that did not arrive, told by a report that anybody could have written."""

from email.message import EmailMessage

import pytest
from django.test import Client

import cast
from mutuals import flow
from mutuals.base.ids import new_key
from mutuals.capture import receive
from mutuals.connectors.contract import Raw
from mutuals.history import own
from mutuals.history.models import Interaction
from mutuals.inbox.models import Turn
from mutuals.inbox.queries import last_from_them
from mutuals.staff.models import User

pytestmark = pytest.mark.django_db
OUR_ID = "<answer-1@mutuals.works.example>"


def mail(subject: str, *, sender: str = "bea@kettle.example") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, "help@works.example", subject
    message["Message-ID"], message["Date"] = f"<{subject}@kettle.example>", "Fri, 20 Nov 2026 09:00:00 +0000"
    message.set_content(f"About {subject}.")
    return message


def report(*, of: str, address: str, action: str = "failed") -> bytes:
    """A delivery report as RFC 3464 has it."""
    return f"""From: MAILER-DAEMON@mail.example
To: help@works.example
Subject: Undelivered
Date: Fri, 20 Nov 2026 11:00:00 +0000
Message-ID: <{action}@mail.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b

It did not arrive.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example

Final-Recipient: rfc822; {address}
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; 550 no such box

--b
Content-Type: text/rfc822-headers

Message-ID: {of}

--b--
""".replace("\n", "\r\n").encode()


def arrives(source, data: bytes, key: str) -> None:
    receive.keep(source, [Raw(key, data, "received")], cursor=None, now=cast.NOW)
    flow.run(source.pk)


@pytest.fixture
def answered() -> tuple[Turn, Interaction]:
    """Bea wrote, and we have answered."""
    staff = cast.staff()
    source = cast.source(owner=staff.olga, connector="email")
    arrives(source, mail("lid").as_bytes(), "1")
    first = Interaction.objects.get()
    turn = Turn.objects.get()
    ours = own.outgoing(
        key=new_key(cast.NOW), by=staff.ada, conversation=turn.conversation, source=source, channel=None,
        profile_id=first.profile_id, kind="mail", text="Which lid?", subject="lid", is_public=False, visibility="direct",
        reply_to=first.key, now=cast.NOW,
    )  # fmt: skip
    own.mark_sent(ours.pk, key=OUR_ID)
    Turn.objects.update(state="pending")
    return turn, ours


def test_a_report_about_whom_we_wrote_to_shows_our_answer_as_failed_and_is_work(answered):
    """P17."""
    turn, ours = answered

    arrives(ours.source, report(of=OUR_ID, address="Bea@kettle.example"), "2")

    ours.refresh_from_db()
    turn.refresh_from_db()
    assert (ours.status, ours.error) == ("failed", "It came back from bea@kettle.example: smtp; 550 no such box")
    assert turn.state == "open"
    assert last_from_them(turn).text == "About lid."


@pytest.mark.parametrize(
    ("address", "action"), [("somebody@else.example", "failed"), ("bea@kettle.example", "delayed")]
)
def test_a_report_about_somebody_else_or_a_delay_leaves_our_answer_sent(answered, address, action):
    """P17."""
    _, ours = answered

    arrives(ours.source, report(of=OUR_ID, address=address, action=action), "2")

    ours.refresh_from_db()
    assert (ours.status, ours.error) == ("sent", "")


def test_who_may_not_read_addresses_reads_why_an_answer_came_back_without_one(answered):
    """P17."""
    turn, ours = answered
    arrives(ours.source, report(of=OUR_ID, address="bea@kettle.example"), "2")
    cleo, ada = Client(), Client()
    cleo.force_login(User.objects.get(name="Cleo"))
    ada.force_login(ours.by)
    Turn.objects.filter(pk=turn.pk).update(assignee=User.objects.get(name="Cleo"))
    ways = (f"/inbox/{turn.pk}/", f"/api/v1/conversations/{turn.pk}/messages")

    masked = [cleo.get(way).content.decode() for way in ways]
    full = [ada.get(way).content.decode() for way in ways]

    assert all("It came back from b…@k….example: smtp; 550 no such box" in page for page in masked)
    assert not any("bea@kettle.example" in page for page in masked)
    assert all("It came back from bea@kettle.example: smtp" in page for page in full)


def test_what_a_machine_writes_is_kept_and_waits_for_nobody(answered):
    """G1."""
    turn, ours = answered
    away = mail("away")
    away["In-Reply-To"], away["Auto-Submitted"] = OUR_ID, "auto-replied"

    arrives(ours.source, away.as_bytes(), "2")

    turn.refresh_from_db()
    assert turn.state == "pending"
    assert Interaction.objects.filter(conversation_id=turn.pk).count() == 3
