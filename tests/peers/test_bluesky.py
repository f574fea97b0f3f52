"""The Bluesky connector against a whole AT Protocol network that nobody here wrote."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from mutuals.connectors.bluesky import CONNECTOR
from mutuals.connectors.contract import (
    Action,
    AuthExpired,
    BadRequest,
    Context,
    Do,
    Envelope,
    Forbidden,
    Kind,
    Media,
    NotFound,
    Verb,
)
from peers.atproto_dev import Network
from peers.harness import until
from peers.wiring import Kept, Listener, context

pytestmark = pytest.mark.peers
DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


@pytest.fixture(scope="module")
def ours(bluesky_dev: Network) -> Context:
    """The company's account, known by its handle and password only."""
    company = bluesky_dev.account("kettleworks")
    settings = {
        "address": bluesky_dev.address,
        "identifier": company.handle,
        "authors": "bea.test",
        "search": "whistle",
    }
    return context(settings, allow=bluesky_dev.allow, secrets=Kept({"app_password": company.password}))


def _heard(listener: Listener, *, text: str) -> Envelope:
    def ask() -> Envelope | None:
        return next((told for told in listener.draw() if text in told.body), None)

    return until(ask, what=f"{text!r} in the notifications")


def _answer(to: Envelope, body: str, **more: object) -> Action:
    return Action(
        Do.REPLY, key=str(uuid4()), body=body, target=to.key, thread=to.thread, public=True, extra=to.extra, **more
    )


def _below(network: Network, uri: str) -> list[str]:
    """The addresses of the answers that a stranger sees below a post."""
    return [told["post"]["uri"] for told in network.thread("bea", uri).get("replies", [])]


def test_signing_in_tells_who_we_are(bluesky_dev: Network, ours: Context) -> None:
    handle = CONNECTOR.check(ours)

    assert (handle.key, handle.name) == (bluesky_dev.account("kettleworks").did, "kettleworks.test")


def test_a_stale_token_is_renewed_and_the_new_pair_saved_before_it_is_used(ours: Context) -> None:
    CONNECTOR.check(ours)
    before = ours.secrets.get()
    ours.secrets.save({**before, "access": "worn.out.token"})

    CONNECTOR.check(ours)

    after = ours.secrets.get()
    assert after["access"] != "worn.out.token"
    assert after["refresh"] != before["refresh"]
    assert after["app_password"] == before["app_password"]


def test_without_a_good_password_a_new_sign_in_is_asked_for(bluesky_dev: Network) -> None:
    settings = {"address": bluesky_dev.address, "identifier": bluesky_dev.account("kettleworks").handle}
    stale = context(
        settings,
        allow=bluesky_dev.allow,
        secrets=Kept({"access": "worn.out.token", "refresh": "worn.out.too", "app_password": "wrong", "did": "did:x"}),
    )

    with pytest.raises(AuthExpired):
        CONNECTOR.check(stale)


def test_a_mention_and_a_reply_arrive_and_the_answer_stands_below(bluesky_dev: Network, ours: Context) -> None:
    listener = Listener(CONNECTOR, ours, "notifications")
    bea = bluesky_dev.account("bea")
    asked = bluesky_dev.post_as("bea", "@kettleworks.test my kettle leaks 💧", mentions=("kettleworks",))

    heard = _heard(listener, text="my kettle leaks")
    answer = _answer(
        heard, "Sorry! 🫖 A new lid: https://example.org/lids?a=1&b=2 for @bea.test #kettle", language="en"
    )
    made = CONNECTOR.send(ours, answer)

    assert (heard.key, heard.kind, heard.public) == (asked["uri"], Kind.POST, True)
    assert (heard.author.key, heard.author.name) == (bea.did, bea.handle)
    assert [told.key for told in heard.to] == [bluesky_dev.account("kettleworks").did]
    until(lambda: made.key in _below(bluesky_dev, asked["uri"]), what="our answer below the post")
    shown = bluesky_dev.thread("bea", made.key)["post"]["record"]
    raw = shown["text"].encode()
    pieces = [raw[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode() for facet in shown["facets"]]
    assert pieces == ["https://example.org/lids?a=1&b=2", "@bea.test", "#kettle"]
    assert shown["facets"][1]["features"][0]["did"] == bea.did

    theirs = bluesky_dev.post_as("bea", "thank you kindly", answers={"uri": made.key, "cid": made.extra["cid"]})
    thanks = _heard(listener, text="thank you kindly")

    assert (thanks.key, thanks.kind, thanks.reply_to) == (theirs["uri"], Kind.REPLY, made.key)


def test_an_answer_sent_twice_is_one_post(bluesky_dev: Network, ours: Context) -> None:
    asked = bluesky_dev.post_as("bea", "is anybody there?")
    until(lambda: bluesky_dev.shown_to("kettleworks", asked["uri"]), what="the question")
    first = Action(Do.REPLY, key=str(uuid4()), body="We are.", target=asked["uri"], public=True)
    again = Action(
        Do.REPLY,
        key=first.key,
        body="We are.",
        target=asked["uri"],
        public=True,
        first_try_at=datetime.now(UTC) - timedelta(minutes=2),
    )

    before = CONNECTOR.find(ours, first)
    receipts = [CONNECTOR.send(ours, first), CONNECTOR.send(ours, again), CONNECTOR.find(ours, again)]

    assert before is None
    assert len({receipt.key for receipt in receipts}) == 1
    until(lambda: _below(bluesky_dev, asked["uri"]) == [receipts[0].key], what="one answer")


def test_a_like_is_seen_and_taken_back(bluesky_dev: Network, ours: Context) -> None:
    asked = bluesky_dev.post_as("bea", "I like my kettle")
    like = Action(Do.LIKE, key=str(uuid4()), target=asked["uri"])

    def likes() -> int:
        return bluesky_dev.thread("bea", asked["uri"])["post"]["likeCount"]

    until(lambda: bluesky_dev.shown_to("kettleworks", asked["uri"]), what="the post")
    made = [CONNECTOR.send(ours, like), CONNECTOR.send(ours, like)]
    until(lambda: likes() == 1, what="one like")
    found = CONNECTOR.find(ours, like)
    CONNECTOR.send(ours, Action(Do.UNLIKE, key=str(uuid4()), target=asked["uri"]))
    until(lambda: likes() == 0, what="no like")

    assert {told.key for told in made} == {found.key}
    assert CONNECTOR.find(ours, like) is None


def test_their_like_repost_and_follow_arrive_with_the_post_they_are_about(bluesky_dev: Network, ours: Context) -> None:
    listener = Listener(CONNECTOR, ours, "notifications")
    made = CONNECTOR.send(ours, Action(Do.POST, key=str(uuid4()), body="Our kettles whistle", public=True))
    about = {"uri": made.key, "cid": made.extra["cid"]}

    bluesky_dev.record_as("bea", "app.bsky.feed.like", {"subject": about})
    bluesky_dev.record_as("bea", "app.bsky.feed.repost", {"subject": about})
    bluesky_dev.record_as("bea", "app.bsky.graph.follow", {"subject": bluesky_dev.account("kettleworks").did})

    seen: list[Envelope] = []

    def all_three() -> bool:
        seen.extend(
            told for told in listener.draw() if told.kind is Kind.FOLLOW or made.key in (told.key, told.reply_to)
        )
        return {Kind.LIKE, Kind.SHARE, Kind.FOLLOW} <= {told.kind for told in seen}

    until(all_three, what="a like, a repost and a follow")
    assert next(told for told in seen if told.key == made.key).own
    assert made.key in [told.key for told in Listener(CONNECTOR, ours, "search").draw()]
    own = {told.key: told for told in Listener(CONNECTOR, ours, "own").draw()}
    assert own[made.key].own


def test_a_deletion_of_theirs_and_of_ours_is_honoured(bluesky_dev: Network, ours: Context) -> None:
    listener = Listener(CONNECTOR, ours, "authors")
    said = bluesky_dev.post_as("bea", "I should not have said this")
    heard = _heard(listener, text="should not have said")
    made = CONNECTOR.send(ours, _answer(heard, "Never mind."))

    bluesky_dev.delete_as("bea", said["uri"])
    gone = until(
        lambda: [told for told in listener.draw() if told.verb is Verb.DELETE and told.key == said["uri"]],
        what="the deletion",
    )
    remove = Action(Do.DELETE, key=str(uuid4()), target=made.key)
    CONNECTOR.send(ours, remove)
    CONNECTOR.send(ours, remove)

    assert gone[0].body == ""
    assert CONNECTOR.find(ours, remove).key == made.key
    with pytest.raises(NotFound):
        CONNECTOR.send(ours, Action(Do.LIKE, key=str(uuid4()), target=said["uri"]))


def test_what_bluesky_cannot_do_is_refused_in_words(bluesky_dev: Network, ours: Context) -> None:
    theirs = bluesky_dev.post_as("bea", "mine")

    with pytest.raises(BadRequest, match="no edit"):
        CONNECTOR.send(ours, Action(Do.EDIT, key="1", target=theirs["uri"], body="x"))
    with pytest.raises(BadRequest, match="300"):
        CONNECTOR.send(ours, Action(Do.POST, key="2", body="x" * 301, public=True))
    with pytest.raises(BadRequest, match="public"):
        CONNECTOR.send(ours, Action(Do.POST, key="3", body="between us", public=False))
    with pytest.raises(Forbidden):
        CONNECTOR.send(ours, Action(Do.DELETE, key="4", target=theirs["uri"]))


def test_three_hundred_family_emoji_and_a_picture_are_taken(bluesky_dev: Network, ours: Context) -> None:
    picture = Media("dot.png", "image/png", DOT, description="a dot")
    many = "👨‍👩‍👧" * 100 + "é" * 200

    made = CONNECTOR.send(ours, Action(Do.POST, key=str(uuid4()), body=many, public=True, media=(picture,)))

    until(lambda: bluesky_dev.shown_to("bea", made.key), what="the post")
    own = {told.key: told for told in Listener(CONNECTOR, ours, "own").draw()}
    assert own[made.key].media[0].description == "a dot"
    assert own[made.key].media[0].url.startswith("http")
