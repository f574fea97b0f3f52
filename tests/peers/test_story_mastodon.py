"""Stories of a public mention: two servers of others federate, and the product stands on one of them. E4, P15."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

import cast
from mutuals.base import clock
from mutuals.capture import outbox
from mutuals.capture.models import Outgoing, RawEvent
from mutuals.channels.models import Channel, Health
from mutuals.history import queries
from mutuals.history.models import Interaction, Tombstone
from mutuals.inbox import answer
from mutuals.inbox import queries as inbox
from mutuals.inbox.models import Turn
from mutuals.staff import tokens
from mutuals.staff.permissions import NotAllowed
from peers import desk
from peers.harness import until
from peers.snac import Pair

pytestmark = pytest.mark.peers


@pytest.fixture
def staff(db: None) -> cast.Staff:
    """Everybody who works at the Kettle works."""
    return cast.staff()


@pytest.fixture
def ours(staff: cast.Staff, snac_pair: Pair, settings: Any) -> Channel:
    """The company's account, signed in on its own server by a person."""
    settings.NET_ALLOW = snac_pair.allow
    answers = {"address": snac_pair.ours.address}
    return desk.connect(staff, "mastodon", answers, agreed=lambda opened: snac_pair.ours.sign_in(opened, "kettleworks"))


def _asks(pair: Pair, text: str, **more: str) -> dict[str, Any]:
    """Bea, on her own server, mentions us."""
    return pair.theirs.post_as("bea", f"@{pair.ours.accounts['kettleworks'].handle} {text}", **more)


def _answered(pair: Pair, asked: dict[str, Any], key: str) -> dict[str, Any]:
    """Our answer as her server shows it below her post."""
    shown = until(
        lambda: [one for one in pair.theirs.answers_to("bea", asked) if one["uri"] == key],
        what="our answer on the other server",
    )
    return shown[0]


def test_a_strangers_mention_is_answered_in_public_and_everybody_sees_it_once(
    snac_pair: Pair, ours: Channel, staff: cast.Staff
) -> None:
    """G1, G2, E3, E4, P15."""
    asked = _asks(snac_pair, "the whistle of my kettle is hoarse")

    row = desk.heard(ours.source, "whistle of my kettle")
    turn = desk.turn_of(row)
    unanswered = inbox.turns(staff.ada, inbox.Asked(tab="team")).turns
    reply = desk.says(turn, "We send you a new whistle.", by=staff.ada)
    early = reply.status
    desk.leave(reply)

    bea = snac_pair.theirs.accounts["bea"]
    assert (row.profile.network, row.profile.key, row.profile.name) == ("mastodon", bea.actor, bea.handle)
    assert (row.key, row.is_public, row.channel_id) == (asked["uri"], True, ours.pk)
    assert turn in unanswered
    assert (turn.is_public, turn.pillar, turn.team) == (True, "service", staff.service)
    assert (early, reply.status, reply.is_public, reply.by) == ("queued", "sent", True, staff.ada)
    shown = _answered(snac_pair, asked, reply.key)
    assert "We send you a new whistle." in shown["content"]
    assert shown["account"]["uri"] == snac_pair.ours.accounts["kettleworks"].actor
    assert shown["visibility"] == "public"

    snac_pair.theirs.post_as(
        "bea", f"@{snac_pair.ours.accounts['kettleworks'].handle} so kind of you", in_reply_to_id=shown["id"]
    )
    thanks = desk.heard(ours.source, "so kind of you")
    desk.bring(ours.source)

    assert thanks.conversation_id == row.conversation_id
    assert Interaction.objects.filter(key=reply.key).count() == 1
    assert [(one[0], one[1]) for one in desk.said(row)] == [("in", "received"), ("out", "sent"), ("in", "received")]
    assert desk.turn_of(row).conversation.message_count == 3
    assert Turn.objects.get(pk=turn.pk).state == "open"
    ours.source.refresh_from_db()
    assert ours.source.health == Health.OK


def test_who_may_not_speak_as_our_profile_is_refused_and_nothing_leaves(
    snac_pair: Pair, ours: Channel, staff: cast.Staff
) -> None:
    """E3."""
    _asks(snac_pair, "who answers me here?")
    turn = desk.turn_of(desk.heard(ours.source, "who answers me here"))

    with pytest.raises(NotAllowed):
        answer.reply(turn, by=staff.ben, text="I do.", channel=ours, now=clock.now())
    with pytest.raises(answer.CannotAnswer, match="may not speak"):
        answer.reply(turn, by=staff.ben, text="I do.", now=clock.now())

    assert answer.ways(turn, by=staff.ben).channels == ()
    assert not Interaction.objects.filter(direction="out", conversation_id=turn.pk).exists()


def test_a_strangers_edit_is_a_revision_and_their_deletion_leaves_no_word(
    snac_pair: Pair, ours: Channel, staff: cast.Staff
) -> None:
    """G1, K9, P22."""
    asked = _asks(snac_pair, "I live in Mil Lane")
    row = desk.heard(ours.source, "Mil Lane")
    handle = snac_pair.ours.accounts["kettleworks"].handle

    edited = {"status": f"@{handle} I live in Mill Lane", "visibility": "public"}
    snac_pair.theirs.ask("bea", "PUT", f"/api/v1/statuses/{asked['id']}", data=edited)
    desk.drawn_until(ours.source, row, lambda one: "Mill Lane" in one.text, what="the edit")
    before = [one.text for one in queries.revisions(row)]
    snac_pair.follow("kettleworks", "bea", known_by=asked["uri"])  # snac2 tells followers only of a deletion
    snac_pair.theirs.delete_on_page("bea", asked["uri"])
    desk.drawn_until(ours.source, row, lambda one: one.deleted_at, what="the deletion")
    desk.bring(ours.source)

    assert ["Mil Lane" in text for text in before] == [True]
    assert (row.status, row.text, row.url) == ("deleted", "", "")
    assert not queries.revisions(row).exists()
    assert desk.turn_of(row).conversation.snippet == ""
    assert Tombstone.objects.filter(source=ours.source, key=asked["uri"]).exists()
    assert not [one.pk for one in RawEvent.objects.filter(source=ours.source) if b"Mill Lane" in bytes(one.body)]


def test_a_program_answers_over_the_api_as_a_person_does(snac_pair: Pair, ours: Channel, staff: cast.Staff) -> None:
    """E3, P15."""
    asked = _asks(snac_pair, "is the blue lid back?")
    row = desk.heard(ours.source, "is the blue lid back")
    answers = []
    for by in (staff.ada, staff.ben):
        _, token = tokens.make(by, name="a program", scopes=["read", "write"], now=clock.now())
        client = Client(headers={"Authorization": f"Bearer {token}"})

        listed = client.get("/api/v1/conversations", {"network": "mastodon", "public": "true"}).json()["items"]
        told = client.post(
            f"/api/v1/conversations/{row.conversation_id}/replies",
            json.dumps({"text": "It is, in two sizes."}),
            content_type="application/json",
        )
        answers.append((row.conversation_id in [one["id"] for one in listed], told))

    (seen, made), (_, refused) = answers
    reply = Interaction.objects.get(pk=made.json()["id"])
    outbox.send(Outgoing.objects.get(interaction_id=reply.pk).pk, now=lambda: clock.now() + answer.UNDO)
    reply.refresh_from_db()
    assert seen
    assert (made.status_code, made.json()["public"], made.json()["channel"]["id"]) == (201, True, ours.pk)
    assert refused.status_code == 409
    assert "may not speak" in refused.json()["detail"]
    assert "in two sizes" in _answered(snac_pair, asked, reply.key)["content"]
