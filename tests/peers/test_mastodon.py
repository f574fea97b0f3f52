"""The Mastodon connector against two federating servers that nobody here wrote."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from mutuals.connectors.contract import Action, AuthExpired, BadRequest, Context, Do, Envelope, Kind, Verb
from mutuals.connectors.mastodon import CONNECTOR
from peers.harness import until
from peers.snac import Pair
from peers.wiring import Kept, Listener, context

pytestmark = pytest.mark.peers
BACK = "http://127.0.0.1:8000/sources/oauth"


@pytest.fixture(scope="module")
def ours(snac_pair: Pair) -> Context:
    """Signed in as the company, by the connector's own two halves of OAuth."""
    given = context({"address": snac_pair.ours.address, "search": "#kettle"}, allow=snac_pair.allow, secrets=Kept())
    answer = snac_pair.ours.sign_in(CONNECTOR.begin(given, BACK), "kettleworks")
    CONNECTOR.finish(given, answer)
    return given


def _heard(listener: Listener, *, text: str) -> Envelope:
    def ask() -> Envelope | None:
        return next((told for told in listener.draw() if text in told.body), None)

    return until(ask, what=f"{text!r} in the notifications")


def _answer(to: Envelope, body: str, **more: object) -> Action:
    return Action(
        Do.REPLY,
        key=str(uuid4()),
        body=body,
        target=to.key,
        public=True,
        visibility=to.visibility,
        language="en",
        extra=to.extra,
        **more,
    )


def test_signing_in_tells_who_we_are(snac_pair: Pair, ours: Context) -> None:
    account = snac_pair.ours.accounts["kettleworks"]

    handle = CONNECTOR.check(ours)

    assert (handle.key, handle.name) == (account.actor, account.handle)
    assert "state" not in ours.secrets.get()


def test_an_old_token_asks_for_a_new_sign_in(snac_pair: Pair) -> None:
    stale = context(
        {"address": snac_pair.ours.address}, allow=snac_pair.allow, secrets=Kept({"access_token": "long gone"})
    )

    with pytest.raises(AuthExpired):
        CONNECTOR.check(stale)


def test_a_strangers_mention_arrives_and_the_public_answer_stands_on_their_server(
    snac_pair: Pair, ours: Context
) -> None:
    listener = Listener(CONNECTOR, ours, "notifications")
    company = snac_pair.ours.accounts["kettleworks"]
    asked = snac_pair.theirs.post_as("bea", f"@{company.handle} my kettle leaks,\nwhat now? #kettle")

    heard = _heard(listener, text="my kettle leaks")
    made = CONNECTOR.send(ours, _answer(heard, "We send you a new lid."))

    assert heard.author.key == snac_pair.theirs.accounts["bea"].actor
    assert heard.author.name == snac_pair.theirs.accounts["bea"].handle
    assert (heard.key, heard.kind, heard.public, heard.visibility) == (asked["uri"], Kind.POST, True, "public")
    assert "\nwhat now?" in heard.body
    shown = until(
        lambda: [told for told in snac_pair.theirs.answers_to("bea", asked) if told["uri"] == made.key],
        what="our answer on the other server",
    )
    assert "We send you a new lid." in shown[0]["content"]
    assert shown[0]["account"]["uri"] == company.actor
    assert shown[0]["visibility"] == "public"

    back = snac_pair.theirs.post_as("bea", f"@{company.handle} thank you kindly", in_reply_to_id=shown[0]["id"])
    thanks = _heard(listener, text="thank you kindly")

    assert (thanks.key, thanks.kind, thanks.reply_to, thanks.thread) == (back["uri"], Kind.REPLY, made.key, heard.key)


def test_an_answer_is_never_wider_than_what_is_answered(snac_pair: Pair, ours: Context) -> None:
    listener = Listener(CONNECTOR, ours, "notifications")
    company = snac_pair.ours.accounts["kettleworks"]
    snac_pair.theirs.post_as("bo", f"@{company.handle} between us: the lid is ugly", visibility="direct")

    heard = _heard(listener, text="the lid is ugly")
    made = CONNECTOR.send(ours, _answer(heard, "We hear you."))

    assert not heard.public
    assert heard.visibility in ("followers", "direct")
    assert made.extra["visibility"] in ("followers", "direct")


def test_a_favourite_an_edit_and_finding_what_was_sent(snac_pair: Pair, ours: Context) -> None:
    listener = Listener(CONNECTOR, ours, "notifications")
    company = snac_pair.ours.accounts["kettleworks"]
    asked = snac_pair.theirs.post_as("bo", f"@{company.handle} which lid fits?")
    heard = _heard(listener, text="which lid fits")
    answer = _answer(heard, "The blue one, see https://example.org/lids/?a=1&b=2", first_try_at=datetime.now(UTC))

    before = CONNECTOR.find(ours, answer)
    made = CONNECTOR.send(ours, answer)
    found = CONNECTOR.find(ours, answer)
    CONNECTOR.send(ours, Action(Do.LIKE, key=str(uuid4()), target=heard.key, extra=heard.extra))
    edit = Action(Do.EDIT, key=str(uuid4()), target=made.key, body="The red one.", extra=made.extra)
    CONNECTOR.send(ours, edit)

    assert before is None
    assert found.key == made.key
    assert CONNECTOR.find(ours, edit).key == made.key
    until(
        lambda: any("The red one." in told["content"] for told in snac_pair.theirs.answers_to("bo", asked)),
        what="the edited answer on the other server",
    )
    until(
        lambda: snac_pair.theirs.ask("bo", "GET", f"/api/v1/statuses/{asked['id']}")["favourites_count"] == 1,
        what="our favourite on the other server",
    )
    own = Listener(CONNECTOR, ours, "own").draw()
    ours_now = next(told for told in own if told.key == made.key)
    assert ours_now.own
    assert "The red one." in ours_now.body
    assert ours_now.reply_to == heard.key


def test_their_favourite_boost_and_follow_arrive_with_the_post_they_are_about(snac_pair: Pair, ours: Context) -> None:
    listener = Listener(CONNECTOR, ours, "notifications")
    theirs, bea = snac_pair.theirs, snac_pair.theirs.accounts["bea"]
    body = f"@{bea.handle} see our new kettles #kettle"
    made = CONNECTOR.send(ours, Action(Do.POST, key=str(uuid4()), body=body, public=True))

    copy = until(lambda: theirs.told_of("bea", made.key), what="our post on their server")
    theirs.ask("bea", "POST", f"/api/v1/statuses/{copy['id']}/favourite")
    theirs.ask("bea", "POST", f"/api/v1/statuses/{copy['id']}/reblog")
    theirs.ask("bea", "POST", f"/api/v1/accounts/{copy['account']['id']}/follow")

    seen: list[Envelope] = []

    def all_three() -> bool:
        seen.extend(listener.draw())
        return {Kind.LIKE, Kind.SHARE, Kind.FOLLOW} <= {
            told.kind for told in seen if told.author and told.author.key == bea.actor
        }

    until(all_three, what="a like, a boost and a follow")
    assert {told.reply_to for told in seen if told.kind in (Kind.LIKE, Kind.SHARE)} == {made.key}
    assert all(told.own for told in seen if told.key == made.key)
    own = [told for told in Listener(CONNECTOR, ours, "own").draw() if told.key == made.key]
    assert own
    assert own[0].own
    tagged = Listener(CONNECTOR, ours, "search").draw()
    assert made.key in [told.key for told in tagged]


def test_this_server_cannot_delete_over_the_api_and_says_so(ours: Context) -> None:
    made = CONNECTOR.send(ours, Action(Do.POST, key=str(uuid4()), body="A slip of the pen", public=True))

    with pytest.raises(BadRequest, match="does not let programs delete"):
        CONNECTOR.send(ours, Action(Do.DELETE, key=str(uuid4()), target=made.key, extra=made.extra))


def test_what_a_stranger_deletes_is_seen_as_deleted(snac_pair: Pair, ours: Context) -> None:
    listener = Listener(CONNECTOR, ours, "notifications")
    company = snac_pair.ours.accounts["kettleworks"]
    asked = snac_pair.theirs.post_as("bo", f"@{company.handle} I should not have said this")
    heard = _heard(listener, text="should not have said")
    snac_pair.follow("kettleworks", "bo", known_by=heard.key)  # snac2 tells followers only of a deletion

    snac_pair.theirs.delete_on_page("bo", asked["uri"])

    gone = until(
        lambda: [told for told in listener.draw() if told.verb is Verb.DELETE and told.key == asked["uri"]],
        what="the deletion",
    )
    assert gone[0].body == ""
