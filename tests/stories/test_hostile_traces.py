"""What is left of somebody who was erased, in the places where nobody looks: doubled deliveries, keys, other threads."""

from uuid import uuid4

import pytest

import cast
from cast import NOW, event, minutes, person, said, source, staff
from mutuals import flow, privacy
from mutuals.capture import receive
from mutuals.capture.models import RawEvent
from mutuals.connectors.contract import Raw
from mutuals.history import own
from mutuals.history.models import Interaction, Revision

pytestmark = pytest.mark.django_db
WHO = {"network": "town", "id": "bea-7731", "name": "@bea", "email_verified": "bea@harbour.example"}
ADDRESS = "bea@harbour.example"


@pytest.fixture
def us() -> cast.Staff:
    return staff()


def mail(sender: str) -> bytes:
    return (
        f"From: {sender}\r\nTo: help@works.example\r\nMessage-ID: <m1@x.example>\r\n"
        "Date: Fri, 20 Nov 2026 09:00:00 +0000\r\nSubject: Kettle\r\n\r\nWords about a kettle.\r\n"
    ).encode()


def bodies(needle: bytes) -> list[str]:
    """Keys of the raw events in whose bytes a text still stands."""
    return [row.key for row in RawEvent.objects.order_by("pk") if needle in bytes(row.body)]


@pytest.mark.parametrize("is_together", [True, False])
def test_a_message_that_was_delivered_twice_leaves_no_bytes_of_its_author(us, is_together):
    """K9."""
    square = source(owner=us.olga)
    bea = person(by=us.ada, email=ADDRESS)
    one, two = event("p1", "I live in Mill Lane 4.", author=WHO), event("p1", "I live in Mill Lane 4.", author=WHO, n=2)
    said(square, *([one, two] if is_together else [one]))
    said(square, two)

    privacy.erase(bea, by=us.aron, now=NOW)

    assert not Interaction.objects.exists()
    assert bodies(b"Mill Lane") == []


@pytest.mark.parametrize("is_together", [True, False])
def test_a_mail_that_lies_in_two_folders_leaves_no_bytes_of_its_author(us, is_together):
    """K9."""
    bea = person(by=us.ada, email=ADDRESS)
    box = source("Mailbox", owner=us.olga, connector="email")
    raws = [Raw(folder, mail(ADDRESS), "received") for folder in ("INBOX:1:1", "Archive:1:1")]
    for batch in [raws] if is_together else [raws[:1], raws[1:]]:
        receive.keep(box, batch, cursor=None, now=NOW)
        flow.run(box.pk)

    privacy.erase(bea, by=us.aron, now=NOW)

    assert bodies(b"kettle") == []


@pytest.mark.parametrize("is_together", [True, False])
def test_what_its_author_deleted_leaves_no_bytes_of_a_second_delivery(us, is_together):
    """K9."""
    square = source(owner=us.olga)
    one, two = event("p1", "I live in Mill Lane 4."), event("p1", "I live in Mill Lane 4.", n=2)
    said(square, *([one, two] if is_together else [one]))
    said(square, two)

    said(square, {"type": "delete", "id": "p1", "at": NOW.isoformat()}, now=NOW + minutes(1))

    assert bodies(b"Mill Lane") == []


@pytest.mark.parametrize("is_together", [True, False])
def test_edits_keep_their_bytes_until_their_author_is_erased(us, is_together):
    """K9."""
    square = source(owner=us.olga)
    bea = person(by=us.ada, email=ADDRESS)
    first = event("p1", "Mill Lane 4", author=WHO, revision="1")
    second = event("p1", "Mill Lane 5", author=WHO, revision="2", type="update")
    for batch in [(first, second)] if is_together else [(first,), (second,)]:
        said(square, *batch)
    before = bodies(b"Mill Lane")

    privacy.erase(bea, by=us.aron, now=NOW)

    assert len(before) == 2
    assert bodies(b"Mill Lane") == []
    assert not Revision.objects.exists()


def test_our_own_answer_that_the_network_hands_back_leaves_no_second_copy(us):
    """K9: its bytes hold what we said to them."""
    square = source(owner=us.olga)
    ours = cast.channel(square, speakers=(us.ada,))
    turn = cast.turn(square, author=WHO)
    row = own.outgoing(
        key=uuid4(), by=us.ada, conversation=turn.conversation, source=square, channel=ours, profile_id=None, kind="reply",
        text="Dear Bea", subject="", is_public=True, visibility="public", reply_to="p1", now=NOW,
    )  # fmt: skip
    own.mark_sent(row.pk, key="a1")

    said(square, event("a1", "Dear Bea", author={"network": "town", "id": ours.key, "name": "@us"}, reply_to="p1"))

    assert Interaction.objects.filter(key="a1").count() == 1
    assert bodies(b"Dear Bea") == []
