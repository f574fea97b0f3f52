"""What is left of somebody who was erased, in the places where nobody looks: doubled deliveries, keys, other threads."""

from uuid import uuid4

import pytest

import cast
from cast import NOW, event, everywhere, minutes, person, said, source, staff
from mutuals import flow, privacy
from mutuals.capture import receive
from mutuals.capture.models import Cursor, RawEvent
from mutuals.connectors.contract import Raw
from mutuals.conversations.models import Conversation
from mutuals.history import own
from mutuals.history.models import Interaction, Revision
from mutuals.inbox import work
from mutuals.inbox.models import Turn

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


DID = "did:plc:bea7731aaaaaaaaaaaaaaaaa"
ROOT, ANSWER = f"at://{DID}/app.bsky.feed.post/1", f"at://{DID}/app.bsky.feed.post/2"
HER = {"network": "bluesky", "id": DID, "name": "@bea", "email_verified": ADDRESS}


def test_no_key_that_is_the_address_of_their_posts_is_left_and_the_others_count_right(us):
    """K9."""
    square = source(owner=us.olga)
    bea = person(by=us.ada, email=ADDRESS)
    said(
        square,
        event(ROOT, "I live in Mill Lane 4.", author=HER),
        event("b1", "So do I.", who="bo", reply_to=ROOT, thread=ROOT),
        event(ANSWER, "Since when?", author=HER, reply_to="b1", thread=ROOT),
        event("b2", "For ever.", who="bo", reply_to=ANSWER, thread=ROOT, extra={"root": ROOT}),
    )
    said(square, {"type": "delete", "id": f"at://{DID}/app.bsky.feed.post/9", "at": NOW.isoformat()})
    before = everywhere(DID)

    privacy.erase(bea, by=us.aron, now=NOW)
    said(square, event(ROOT, "I live in Mill Lane 4.", author=HER))
    said(square, event(ROOT, "I live in Mill Lane 4!", author=HER))

    left = Conversation.objects.get()
    assert set(before) >= {"conversations_conversation", "history_interaction", "history_tombstone", "capture_rawevent"}
    assert {name for name in everywhere(DID) if not name.endswith(".body")} == set()
    assert (left.message_count, left.opener) == (2, None)
    assert list(Interaction.objects.order_by("pk").values_list("key", flat=True)) == ["b1", "b2"]
    assert all(row.reply_to.startswith("erased:") for row in Interaction.objects.all())


def test_what_we_answered_and_noted_in_their_own_thread_goes_with_it_and_with_its_place_in_the_inbox(us):
    """K9: also where nothing says whom we spoke to."""
    square = source(owner=us.olga)
    ours = cast.channel(square, speakers=(us.ada,))
    bea = person(by=us.ada, email=ADDRESS)
    turn = cast.turn(square, author=WHO)
    work.note(turn, by=us.ada, text="She sounds cross.", now=NOW)
    said(square, event("a1", "Dear Bea", author={"network": "town", "id": ours.key, "name": "@us"}, reply_to="p1"))

    receipt = privacy.erase(bea, by=us.aron, now=NOW)

    assert not Interaction.objects.exists()
    assert not Turn.objects.exists()
    assert not Conversation.objects.exists()
    assert (receipt.counts["history"]["interactions"], receipt.counts["conversations"]["conversations"]) == (3, 1)


def test_the_package_holds_the_notes_of_their_own_thread(us):
    """K9, P22."""
    square = source(owner=us.olga)
    bea = person(by=us.ada, email=ADDRESS)
    work.note(cast.turn(square, author=WHO), by=us.ada, text="She sounds cross.", now=NOW)

    _, receipt = privacy.export(bea, by=us.aron, now=NOW)

    assert receipt.counts["history"]["interactions"] == 2


def test_our_own_post_under_which_only_they_answered_stays_and_waits_for_nobody(us):
    """K9: it was said to everybody; what was said between us goes."""
    square = source(owner=us.olga)
    ours = cast.channel(square, speakers=(us.ada,))
    bea = person(by=us.ada, email=ADDRESS)
    we = {"network": "town", "id": ours.key, "name": "@us"}
    said(
        square,
        event("o1", "New kettles!", author=we),
        event("p1", "Do they whistle?", author=WHO, reply_to="o1", thread="o1"),
        event("o2", "They do.", author=we, reply_to="p1", thread="o1"),
    )

    privacy.erase(bea, by=us.aron, now=NOW)

    assert [row.text for row in Interaction.objects.all()] == ["New kettles!"]
    assert Conversation.objects.get().message_count == 1
    assert not Turn.objects.exists()


def test_a_note_in_a_thread_where_others_speak_as_well_stays_and_the_receipt_says_so(us):
    """K9."""
    square = source(owner=us.olga)
    bea = person(by=us.ada, email=ADDRESS)
    turn = cast.turn(square, author=WHO)
    said(square, event("p2", "Mine too", who="bo", reply_to="p1"))
    work.note(turn, by=us.ada, text="Two of them.", now=NOW)

    receipt = privacy.erase(bea, by=us.aron, now=NOW)

    assert sorted(row.text for row in Interaction.objects.all()) == ["Mine too", "Two of them."]
    assert Turn.objects.count() == 1
    assert "staff noted in conversations with others" in receipt.kept[0]


def test_how_far_a_source_was_read_remembers_no_post_of_theirs(us):
    """K9: the rest of the place is kept."""
    square = source(owner=us.olga)
    bea = person(by=us.ada, email=ADDRESS)
    said(square, event(ROOT, author=HER))
    place = {
        "walks": {"own": {"newest": "7"}},
        "watched": [["1", ROOT, "x"], ["2", "at://did:plc:bo/2", "y"]],
        "known": {"1": ROOT, "2": "b"},
        "actors": {"https://bsky.app/bea": DID},
        "turn": 3,
    }
    Cursor.objects.create(source=square, stream="home", value=place)

    privacy.erase(bea, by=us.aron, now=NOW)

    left = Cursor.objects.get().value
    assert left == place | {"watched": [["2", "at://did:plc:bo/2", "y"]], "known": {"2": "b"}, "actors": {}}
