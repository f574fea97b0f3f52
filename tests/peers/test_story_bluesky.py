"""Stories on a network that nobody here wrote: mentions, answers, likes, deletions and lost answers. E4, P15."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

import cast
from mutuals.base import clock
from mutuals.capture import doubt, outbox
from mutuals.capture.models import Outgoing, RawEvent, SendState
from mutuals.channels.models import Channel
from mutuals.history import search
from mutuals.history.models import Interaction, Tombstone
from mutuals.inbox import answer
from peers import desk
from peers.atproto_dev import Network
from peers.harness import until
from peers.wire import Wire, leading_to

pytestmark = pytest.mark.peers


@pytest.fixture
def staff(db: None) -> cast.Staff:
    """Everybody who works at the Kettle works."""
    return cast.staff()


@pytest.fixture
def wire(bluesky_dev: Network) -> Iterator[Wire]:
    """The way to the network."""
    host, _, port = bluesky_dev.allow.partition(":")
    with leading_to(host, int(port)) as way:
        yield way


@pytest.fixture
def ours(staff: cast.Staff, bluesky_dev: Network, wire: Wire, settings: Any) -> Channel:
    """The company's account, by its handle and password."""
    settings.NET_ALLOW = wire.allow
    company = bluesky_dev.account("kettleworks")
    answers = {"address": wire.address, "identifier": company.handle, "app_password": company.password}
    return desk.connect(staff, "bluesky", answers)


def _asks(network: Network, text: str) -> dict[str, str]:
    """Bea mentions us."""
    return network.post_as("bea", f"@kettleworks.test {text}", mentions=("kettleworks",))


def _below(network: Network, uri: str) -> list[str]:
    """The texts of the answers that a stranger sees below a post."""
    return [told["post"]["record"]["text"] for told in network.thread("bea", uri).get("replies", [])]


def _their_like(ours: Channel, key: str) -> Interaction | None:
    desk.bring(ours.source)
    return Interaction.objects.filter(source=ours.source, kind="like", reply_to=key).first()


def test_a_mention_is_answered_liked_and_goes_on_in_one_conversation(
    bluesky_dev: Network, ours: Channel, staff: cast.Staff
) -> None:
    """G1, G2, E3, E4, P15."""
    asked = _asks(bluesky_dev, "my kettle sings flat")

    row = desk.heard(ours.source, "kettle sings flat")
    turn = desk.turn_of(row)
    reply = desk.leave(desk.says(turn, "Descale it, then it sings.", by=staff.ada))
    liked = answer.like(row, by=staff.ada, now=clock.now())
    outbox.send(liked.pk)

    bea = bluesky_dev.account("bea")
    assert (row.profile.network, row.profile.key, row.profile.name) == ("bluesky", bea.did, bea.handle)
    assert (row.key, row.is_public, turn.is_public) == (asked["uri"], True, True)
    assert (reply.status, reply.is_public, reply.by) == ("sent", True, staff.ada)
    until(lambda: _below(bluesky_dev, asked["uri"]) == ["Descale it, then it sings."], what="our answer")
    until(lambda: bluesky_dev.thread("bea", asked["uri"])["post"]["likeCount"] == 1, what="our like")
    assert bluesky_dev.thread("bea", reply.key)["parent"]["post"]["uri"] == asked["uri"]

    ours_there = {"uri": reply.key, "cid": reply.extra["cid"]}
    bluesky_dev.post_as("bea", "it sings again", answers=ours_there)
    bluesky_dev.record_as("bea", "app.bsky.feed.like", {"subject": ours_there})
    thanks = desk.heard(ours.source, "it sings again")
    like = until(lambda: _their_like(ours, reply.key), what="their like in the history")
    desk.bring(ours.source)

    assert {thanks.conversation_id, like.conversation_id} == {row.conversation_id}
    assert like.profile_id == row.profile_id
    assert Interaction.objects.filter(key=reply.key).count() == 1
    assert [text for _, _, text in desk.said(row) if text] == [row.text, reply.text, thanks.text]
    assert desk.turn_of(row).conversation.message_count == 3


def test_what_a_stranger_deletes_is_blanked_and_cannot_be_found(
    bluesky_dev: Network, ours: Channel, staff: cast.Staff
) -> None:
    """K9, P22."""
    asked = _asks(bluesky_dev, "my door code is tetrachord")
    row = desk.heard(ours.source, "tetrachord")
    found = [one.pk for one in search.find("tetrachord").rows]

    bluesky_dev.delete_as("bea", asked["uri"])
    desk.drawn_until(ours.source, row, lambda one: one.deleted_at, what="the deletion")
    desk.bring(ours.source)

    assert found == [row.pk]
    assert (row.status, row.text, row.url) == ("deleted", "", "")
    assert search.find("tetrachord").rows == []
    assert Tombstone.objects.filter(source=ours.source, key=asked["uri"]).exists()
    assert not [one.pk for one in RawEvent.objects.filter(source=ours.source) if b"tetrachord" in bytes(one.body)]
    turn = desk.turn_of(row)
    assert turn.conversation.snippet == ""
    with pytest.raises(answer.CannotAnswer):
        answer.reply(turn, by=staff.ada, text="We did not see it.", now=clock.now())


@pytest.mark.parametrize("meanwhile", ["we look for it", "its echo comes first"])
def test_an_answer_whose_confirmation_was_lost_is_recognised_and_stands_once(
    bluesky_dev: Network, ours: Channel, wire: Wire, staff: cast.Staff, meanwhile: str
) -> None:
    """P17, P18."""
    asked = _asks(bluesky_dev, f"are you there, when {meanwhile}?")
    turn = desk.turn_of(desk.heard(ours.source, f"when {meanwhile}"))
    reply = desk.says(turn, "Always.", by=staff.ada)

    wire.cut_at = b"com.atproto.repo.putRecord"
    desk.leave(reply)
    in_doubt = reply.status
    until(lambda: _below(bluesky_dev, asked["uri"]) == ["Always."], what="our answer")
    if meanwhile == "its echo comes first":
        desk.bring(ours.source)
    outgoing = Outgoing.objects.get(interaction_id=reply.pk)
    doubt.look(outgoing.pk, now=lambda: clock.now() + timedelta(minutes=2))
    desk.bring(ours.source)

    outgoing.refresh_from_db()
    reply.refresh_from_db()
    assert b"200" in wire.lost[0]
    assert (in_doubt, outgoing.state, reply.status) == ("sending", SendState.SENT, "sent")
    assert [one[2] for one in desk.said(reply)].count("Always.") == 1
    assert desk.turn_of(reply).conversation.message_count == 2
    assert _below(bluesky_dev, asked["uri"]) == ["Always."]
