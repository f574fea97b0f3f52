"""Mails of those who want to be taken for somebody else, or to be where they do not belong."""

from email.message import EmailMessage

import pytest

import cast
from cast import NOW, minutes, staff
from mutuals import flow, privacy
from mutuals.capture import receive
from mutuals.capture._packed import unpack
from mutuals.capture.models import Outgoing, RawEvent
from mutuals.channels.models import Channel, Source
from mutuals.connectors.contract import Handle, Raw
from mutuals.connectors.email.client import _raw
from mutuals.connectors.email.compose import compose
from mutuals.conversations.models import Anchor, Conversation
from mutuals.history import own
from mutuals.history.models import Attachment, Interaction
from mutuals.inbox import answer
from mutuals.inbox.models import Turn
from mutuals.people.models import Profile

pytestmark = pytest.mark.django_db
US = "help@kettleworks.example"
OVER_THE_WIRE = "from x.example by mx.kettleworks.example; Fri, 20 Nov 2026 09:00:01 +0000"


def mail(
    number: str, text: str = "My kettle leaks.", *, sender: str = "Bea <bea@harbour.example>", **fields: str
) -> bytes:
    """A mail with these fields; underscores stand for hyphens, and an empty text leaves a field out."""
    message = EmailMessage()
    told = {"From": sender, "To": US, "Subject": "Kettle", "Date": "Fri, 20 Nov 2026 09:00:00 +0000"}
    told |= {"Message-ID": f"<{number}@harbour.example>", "Received": OVER_THE_WIRE}
    told |= {name.replace("_", "-"): value for name, value in fields.items()}
    for name, value in told.items():
        if value:
            message[name] = value
    message.set_content(text)
    return message.as_bytes()


def mailbox(name: str = "Help desk", *, us: cast.Staff, address: str = US) -> Source:
    made = cast.source(name, owner=us.olga, connector="email", team=us.service)
    channel = Channel.objects.create(
        source=made, network="email", key=address, name=address, pillar="service", owner=us.olga
    )
    channel.speakers.add(us.ada)
    return made


def arrived(box: Source, *mails: bytes, folder_is_sent: bool = False, now=NOW) -> list[Interaction]:
    """Let mails arrive as the mailbox gives them."""
    before = set(Interaction.objects.values_list("pk", flat=True))
    raws = [_raw(one, US if folder_is_sent else "", arrived=now, cut=False) for one in mails]
    receive.keep(box, raws, cursor=None, now=now)
    flow.run(box.pk)
    return list(Interaction.objects.exclude(pk__in=before).order_by("pk"))


def test_a_mail_that_names_our_own_address_as_its_writer_is_not_shown_as_ours():
    us = staff()
    box = mailbox(us=us)

    forged = arrived(box, mail("evil", "Pay to this account instead.", sender=f"Help desk <{US}>"))[0]

    assert (forged.direction, forged.status) == ("in", "received")
    assert Turn.objects.get(pk=forged.conversation_id).state == "open"
    offered = answer.ways(Turn.objects.get(pk=forged.conversation_id), by=us.ada)
    assert "our own address as its writer" in offered.refused
    with pytest.raises(answer.CannotAnswer, match="come to ourselves"):
        answer.reply(Turn.objects.get(pk=forged.conversation_id), by=us.ada, text="Thanks", now=NOW)
    assert not Outgoing.objects.exists()


def test_a_forged_answer_in_our_name_does_not_end_somebodys_waiting():
    us = staff()
    box = mailbox(us=us)
    asked = arrived(box, mail("a1"))[0]

    arrived(box, mail("a2", "Solved.", sender=US, In_Reply_To="<a1@harbour.example>"), now=NOW + minutes(1))

    turn = Turn.objects.get(pk=asked.conversation_id)
    assert (turn.state, turn.unread, turn.waiting_since is not None) == ("open", 2, True)


def test_what_stands_in_our_sent_folder_is_ours_and_what_never_came_over_the_wire_too():
    us = staff()
    box = mailbox(us=us)

    sent = arrived(box, mail("s1", sender=US, To="bea@harbour.example"), folder_is_sent=True)[0]
    archived = arrived(box, mail("s2", sender=US, To="bea@harbour.example", Received=""))[0]
    strangers = arrived(box, mail("s3"), folder_is_sent=True)[0]

    assert [row.direction for row in (sent, archived, strangers)] == ["out", "out", "in"]


def test_references_to_a_conversation_of_another_mailbox_do_not_lead_into_it():
    """P14."""
    us = staff()
    help_desk, board = mailbox(us=us), mailbox("Board", us=us, address="board@kettleworks.example")
    secret = arrived(board, mail("board-1", "The merger.", sender="Bo <bo@harbour.example>"))[0]

    hijack = arrived(
        help_desk,
        mail("h1", "Re: The merger", References="<board-1@harbour.example>", In_Reply_To="<board-1@harbour.example>"),
    )[0]

    assert hijack.conversation_id != secret.conversation_id
    assert Interaction.objects.filter(conversation=secret.conversation_id).count() == 1
    assert Conversation.objects.count() == 2


def test_a_mail_with_five_thousand_references_is_kept_and_ties_to_the_last_two_hundred():
    """P14."""
    us = staff()
    box = mailbox(us=us)
    first = arrived(box, mail("r4999"))[0]

    chain = " ".join(f"<r{number}@harbour.example>" for number in range(5000))
    row = arrived(
        box, mail("long", "Here again", References=chain, In_Reply_To="<r4999@harbour.example>"), now=NOW + minutes(1)
    )[0]

    assert row.conversation_id == first.conversation_id
    assert Anchor.objects.count() <= 201
    assert Conversation.objects.get().message_count == 2
    assert not RawEvent.objects.filter(state="parked").exists()


def test_an_answer_goes_to_the_address_that_the_sender_named_and_the_composer_says_so():
    """G2: contact forms write in their own name and put the customer into Reply-To."""
    us = staff()
    box = mailbox(us=us)
    row = arrived(box, mail("f1", sender=f"Web form <{US}>", Reply_To="Bea <bea@harbour.example>"))[0]
    turn = Turn.objects.get(pk=row.conversation_id)

    offered = answer.ways(turn, by=us.ada)
    answer.reply(turn, by=us.ada, text="A new lid is on its way.", now=NOW)

    outgoing = Outgoing.objects.get()
    action = unpack(outgoing.do, outgoing.action, key=str(outgoing.key), first_try_at=None)
    assert (offered.refused, offered.note) == (
        "",
        f"Answers go to bea@harbour.example (named by the sender), not to {US}.",
    )
    assert [one.key for one in action.to] == ["bea@harbour.example"]


def test_a_contractor_learns_that_the_answer_goes_elsewhere_and_no_address():
    us = staff()
    box = mailbox(us=us)
    us.cleo.teams.add(us.service)
    Channel.objects.get().speakers.add(us.cleo)
    row = arrived(box, mail("f3", sender="Bo <bo@harbour.example>", Reply_To="bea@harbour.example"))[0]

    offered = answer.ways(Turn.objects.get(pk=row.conversation_id), by=us.cleo)

    assert offered.note == "Answers go to b…@h….example (named by the sender), not to b…@h….example."


def test_without_another_address_the_composer_says_nothing_and_the_writer_is_answered():
    us = staff()
    row = arrived(mailbox(us=us), mail("f2", Reply_To="bea@harbour.example"))[0]
    turn = Turn.objects.get(pk=row.conversation_id)

    offered = answer.ways(turn, by=us.ada)
    answer.reply(turn, by=us.ada, text="Thanks.", now=NOW)

    assert offered.note == ""
    assert [one["key"] for one in Outgoing.objects.get().action["to"]] == ["bea@harbour.example"]


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..\\..\\boot.ini", "/etc/shadow", "a\x00b.png", "\u202egnp.exe", ""]
)
def test_no_attachment_is_named_into_another_folder(name):
    us = staff()
    message = EmailMessage()
    for field, value in {
        "From": "bea@harbour.example",
        "To": US,
        "Message-ID": "<p1@x.example>",
        "Subject": "File",
    }.items():
        message[field] = value
    message.set_content("See the file.")
    message.add_attachment(b"bytes", maintype="application", subtype="octet-stream", filename="NAME")

    row = arrived(mailbox(us=us), message.as_bytes().replace(b"NAME", name.encode("utf-8")))[0]

    kept = Attachment.objects.get(interaction_id=row.pk)
    assert kept.name
    assert not set(kept.name) & set("/\\\x00\u202e")
    assert not kept.name.startswith(".")
    assert kept.size == 5


@pytest.mark.parametrize(
    "shown",
    [
        "\u202eaeB",
        "B\u200be\u200ba\ufeff",
        "e" + "\u0301" * 200,
        "<script>alert(1)</script>",
        "B" * 5000,
        "\ud83d",
        "B\x00ea",
    ],
)
def test_a_name_made_to_deceive_or_to_break_a_page_is_kept_readable_and_short(shown):
    """D3."""
    us = staff()
    data = mail("n1").replace(b"Bea <bea", b'"NAME" <bea').replace(b"NAME", shown.encode("utf-8", "surrogatepass"))

    row = arrived(mailbox(us=us), data)[0]

    profile = Profile.objects.get(pk=row.profile_id)
    assert profile.key == "bea@harbour.example"
    assert len(profile.shown) <= 200
    assert profile.shown.count("\u0301") <= 8
    assert not set(profile.shown) & set("\u202e\u200b\ufeff\x00")
    assert row.text == "My kettle leaks."


def test_a_mail_that_is_cut_off_is_kept_with_what_it_has_and_noise_is_put_aside_with_its_reason():
    """J6."""
    us = staff()
    box = mailbox(us=us)
    whole = mail("c1", "A long story. " * 50)

    receive.keep(
        box,
        [
            Raw("cut", whole[: len(whole) // 2], "received"),
            Raw("noise", b"\x00\xff" * 99, "received"),
            Raw("odd", b"x", "??"),
        ],
        cursor=None,
        now=NOW,
    )
    flow.run(box.pk)

    assert Interaction.objects.get().text.startswith("A long story.")
    assert RawEvent.objects.get(key="noise").state == "parked"
    assert "no mail" in RawEvent.objects.get(key="noise").reason
    assert RawEvent.objects.get(key="odd").state == "ignored"
    assert all(RawEvent.objects.values_list("body", flat=True))


def test_a_second_mail_with_a_known_message_id_is_not_lost_and_one_that_comes_again_stays_one():
    us = staff()
    box = mailbox(us=us)
    first = mail("same", "My kettle leaks.")
    other = mail("same", "Another order entirely.", sender="Bo <bo@harbour.example>")
    moved = mail("same", "My kettle leaks.", Received="from elsewhere", X_Spam="no")

    one, two = arrived(box, first, other)
    again = arrived(box, first, moved, other, now=NOW + minutes(5))
    answer.reply(Turn.objects.get(pk=two.conversation_id), by=us.ada, text="Which one?", now=NOW)
    leaving = Outgoing.objects.get()
    action = unpack(leaving.do, leaving.action, key=str(leaving.key), first_try_at=None)

    assert [one.text, two.text] == ["My kettle leaks.", "Another order entirely."]
    assert (one.key, two.key.partition("#")[0]) == ("<same@harbour.example>",) * 2
    assert one.conversation_id != two.conversation_id
    assert again == []
    assert b"In-Reply-To: <same@harbour.example>\r\n" in compose(action, sender=Handle("email", US, US), at=NOW)


def test_in_whatever_batch_a_repeated_message_id_comes_both_mails_are_kept():
    box = mailbox(us=staff())

    one = arrived(box, mail("same", "First."))[0]
    two = arrived(box, mail("same", "Second."), now=NOW + minutes(1))[0]
    three = arrived(box, mail("same", "Second.", X_Relay="b"), mail("same", "First.", X_Relay="b"))

    assert (one.text, two.text, three) == ("First.", "Second.", [])


def test_the_bytes_of_a_mail_that_came_twice_are_erased_with_it():
    us = staff()
    box = mailbox(us=us)
    bea = cast.person(by=us.ada, email="bea@harbour.example")
    arrived(box, mail("a"), mail("a", X_Relay="b"))
    arrived(box, mail("a", X_Relay="c"))

    privacy.erase(bea, by=us.aron, now=NOW)

    assert {bytes(row.body) for row in RawEvent.objects.all()} == {b""}


def test_a_stranger_cannot_hide_behind_the_message_id_of_our_answer():
    us = staff()
    box = mailbox(us=us)
    asked = arrived(box, mail("a"))[0]
    ours = answer.reply(Turn.objects.get(pk=asked.conversation_id), by=us.ada, text="Which one?", now=NOW)
    own.mark_sent(ours.pk, key="<k@mutuals.kettleworks.example>")

    copy = mail("", "Which one?", sender=US, Message_ID="<k@mutuals.kettleworks.example>", Received="")
    echo = arrived(box, copy, folder_is_sent=True)
    theirs = arrived(box, mail("", "Hello!", Message_ID="<k@mutuals.kettleworks.example>"))

    assert echo == []
    assert [row.text for row in theirs] == ["Hello!"]


def test_a_mail_that_names_the_mails_of_two_strangers_does_not_make_their_conversations_one():
    box = mailbox(us=staff())
    bea, bo = arrived(box, mail("a1"), mail("b1", sender="bo@harbour.example"))
    evil = {"sender": "eve@x.example", "References": "<a1@harbour.example> <b1@harbour.example>"}

    late = arrived(box, mail("e1", **evil, In_Reply_To="<b1@harbour.example>"), now=NOW + minutes(1))
    newest = arrived(box, mail("e2", **evil, Date=""), now=NOW + minutes(2))

    assert Conversation.objects.count() == 2
    assert [row.conversation_id for row in (*late, *newest)] == [bo.conversation_id] * 2
    assert Interaction.objects.get(pk=bea.pk).conversation_id == bea.conversation_id


def test_nor_does_it_when_all_three_come_at_once():
    box = mailbox(us=staff())
    evil = mail("e1", sender="eve@x.example", References="<a1@harbour.example> <b1@harbour.example>")

    bea, bo, eve = arrived(box, mail("a1"), mail("b1", sender="bo@harbour.example"), evil)

    assert bea.conversation_id != bo.conversation_id
    assert eve.conversation_id == bo.conversation_id


def test_two_conversations_of_one_writer_become_one_when_a_mail_says_so():
    us = staff()
    box = mailbox(us=us)
    first, second = arrived(box, mail("a1"), mail("a2", "The lid too."))

    tie = arrived(box, mail("a3", "Both!", References="<a1@harbour.example> <a2@harbour.example>"))[0]

    assert Conversation.objects.get().pk == tie.conversation_id == first.conversation_id
    assert Interaction.objects.get(pk=second.pk).conversation_id == first.conversation_id


def test_our_answer_to_the_second_mail_of_a_message_id_stays_there_when_the_sent_folder_tells_of_it():
    us = staff()
    box = mailbox(us=us)
    one, two = arrived(box, mail("same", "My kettle leaks."), mail("same", "Hm.", sender="bo@harbour.example"))
    ours = answer.reply(Turn.objects.get(pk=two.conversation_id), by=us.ada, text="Which?", now=NOW)
    own.mark_sent(ours.pk, key="<k@mutuals.kettleworks.example>")
    fields = {"Message_ID": "<k@mutuals.kettleworks.example>", "In_Reply_To": "<same@harbour.example>", "Received": ""}

    copy = arrived(box, mail("", "Which?", sender=US, **fields), folder_is_sent=True)

    assert copy == []
    assert Conversation.objects.count() == 2
    assert {row.conversation_id for row in Interaction.objects.filter(pk__in=[two.pk, ours.pk])} == {
        two.conversation_id
    }
    assert one.conversation_id != two.conversation_id
