"""What fixtures cannot say: sessions, paging, byte offsets, record keys, and sending twice."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering import Asked, answering, reply
from mutuals.base.net import TimedOut
from mutuals.connectors.bluesky import CONNECTOR
from mutuals.connectors.bluesky.richtext import facets
from mutuals.connectors.bluesky.write import record_key
from mutuals.connectors.contract import (
    Action,
    AuthExpired,
    BadRequest,
    Context,
    Do,
    OutcomeUnknown,
    RateLimited,
    Raw,
    Transient,
)

ME, BEA = "did:plc:kettleworksaaaaaaaaaaaaa", "did:plc:beaaaaaaaaaaaaaaaaaaaaaa"
SETTINGS = {"address": "https://pds.example", "identifier": "@kettleworks.test"}
SECRETS = {"access": "a1", "refresh": "r1", "did": ME, "app_password": "pass"}
TID = re.compile(r"[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}")


def service(answer: object, **secrets: str) -> tuple[Context, object]:
    return answering(answer, settings=SETTINGS, secrets={**SECRETS, **secrets})


def refused(name: str, status: int = 400) -> object:
    return reply({"error": name, "message": name}, status=status)


def call_of(asked: Asked) -> str:
    return asked.url.rsplit("/", 1)[1]


def token_of(asked: Asked) -> str:
    return asked.told["headers"].get("authorization", "").removeprefix("Bearer ")


def post_action(**more: object) -> Action:
    return Action(**{"do": Do.POST, "key": "k1", "body": "Hello", "public": True, **more})


def test_an_answer_under_our_own_post_speaks_to_those_whom_it_names() -> None:
    record = {"text": "One more thing", "reply": {"parent": {"uri": f"at://{ME}/app.bsky.feed.post/3k"}}}
    post = {"uri": f"at://{ME}/app.bsky.feed.post/3l", "cid": "c", "author": {"did": ME}, "record": record}

    (told,) = CONNECTOR.parse(Raw("1", json.dumps({"post": post}).encode(), "own"))

    assert told.to == ()


@given(st.text(), st.text())
def test_a_record_key_is_a_valid_tid_and_another_for_another_action(one: str, other: str) -> None:
    key = record_key(one, "app.bsky.feed.post")

    assert TID.fullmatch(key)
    assert key == record_key(one, "app.bsky.feed.post")
    assert (record_key(other, "app.bsky.feed.post") == key) is (one == other)


def test_offsets_of_links_mentions_and_tags_are_counted_in_bytes() -> None:
    body = (
        "Grüße 💧 @bea.test, see (https://shop.example/a_(b)). #Kettle! @nobody.test bea@mail.test shop.example/lids #1"
    )

    found = facets(body, did_of=lambda handle: BEA if handle == "bea.test" else "")

    raw = body.encode()
    cut = [raw[told["index"]["byteStart"] : told["index"]["byteEnd"]].decode() for told in found]
    assert cut == ["@bea.test", "https://shop.example/a_(b)", "#Kettle", "shop.example/lids"]
    assert found[3]["features"][0]["uri"] == "https://shop.example/lids"
    assert found[2]["features"][0]["tag"] == "Kettle"


@given(st.text(alphabet="ab@#.:/💧é \n()thpswx-", max_size=60))
def test_facets_never_overlap_or_leave_the_text(body: str) -> None:
    spans = [told["index"] for told in facets(body, did_of=lambda _handle: BEA)]

    edges = [place for span in spans for place in (span["byteStart"], span["byteEnd"])]
    assert edges == sorted(edges)
    assert all(0 <= place <= len(body.encode()) for place in edges)


def test_a_text_of_many_bytes_is_too_long_however_few_characters_it_shows() -> None:
    family = "👨‍👩‍👧"

    assert CONNECTOR.limits.count(family * 100) == 100
    assert CONNECTOR.limits.count(family * 200) > CONNECTOR.limits.text


def test_a_stale_token_is_refreshed_once_and_saved_before_it_is_used() -> None:
    order: list[str] = []

    def answer(asked: Asked) -> object:
        order.append(f"{call_of(asked)} {token_of(asked)}")
        if call_of(asked) == "com.atproto.server.refreshSession":
            return {"accessJwt": "a2", "refreshJwt": "r2", "did": ME}
        if token_of(asked) == "a2":
            order.append(f"saved {context.secrets.get()['access']} {context.secrets.get()['refresh']}")
            return {"did": ME, "handle": "kettleworks.test"}
        return refused("ExpiredToken")

    context, _http = service(answer)

    CONNECTOR.check(context)

    assert order[:4] == [
        "com.atproto.server.getSession a1",
        "com.atproto.server.refreshSession r1",
        "com.atproto.server.getSession a2",
        "saved a2 r2",
    ]


def test_a_pair_that_another_worker_saved_is_used_before_ours_is_spent() -> None:
    def answer(asked: Asked) -> object:
        if token_of(asked) == "a1":
            context.secrets.save({**SECRETS, "access": "a9", "refresh": "r9"})
            return refused("ExpiredToken")
        return {"did": ME, "handle": "kettleworks.test"}

    context, http = service(answer)

    CONNECTOR.check(context)

    assert "com.atproto.server.refreshSession" not in [call_of(asked) for asked in http.asked]


def test_another_account_in_the_form_gets_a_session_of_its_own() -> None:
    def answer(asked: Asked) -> object:
        if call_of(asked) == "com.atproto.server.createSession":
            return {"accessJwt": "a5", "refreshJwt": "r5", "did": "did:plc:other"}
        return {"did": "did:plc:other" if token_of(asked) == "a5" else ME, "handle": "kettleworks.test"}

    context, _http = service(answer, session_of="old.test")

    handle = CONNECTOR.check(context)

    assert handle.key == "did:plc:other"
    assert context.secrets.get()["session_of"] == "kettleworks.test"


def test_a_dead_refresh_token_falls_back_on_the_app_password_and_then_on_a_person() -> None:
    def good(asked: Asked) -> object:
        if call_of(asked) == "com.atproto.server.createSession":
            assert asked.told["json"] == {"identifier": "kettleworks.test", "password": "pass"}
            return {"accessJwt": "a3", "refreshJwt": "r3", "did": ME}
        return {"did": ME, "handle": "x.test"} if token_of(asked) == "a3" else refused("ExpiredToken")

    def bad(_asked: Asked) -> object:
        return refused("AuthenticationRequired", 401)

    context, _http = service(good)

    CONNECTOR.check(context)

    assert context.secrets.get()["access"] == "a3"
    with pytest.raises(AuthExpired):
        CONNECTOR.check(service(bad)[0])
    with pytest.raises(AuthExpired, match="app password"):
        CONNECTOR.check(service(bad, app_password="")[0])


def test_a_lost_answer_is_unknown_and_a_limit_says_until_when() -> None:
    headers = {"ratelimit-remaining": "0", "ratelimit-reset": "1795311000"}
    lost, _ = service(lambda _asked: TimedOut("no answer", sent=True))
    limited, _ = service(lambda _asked: reply({"error": "RateLimitExceeded"}, status=429, headers=headers))

    with pytest.raises(OutcomeUnknown):
        CONNECTOR.send(lost, post_action())
    with pytest.raises(RateLimited) as caught:
        CONNECTOR.check(limited)

    assert caught.value.retry_at.timestamp() == 1795311000 or caught.value.retry_at > limited.now()
    assert limited.limiter.told_of == [("read", 0)]


def test_what_stands_there_from_an_earlier_try_is_the_answer() -> None:
    uri = f"at://{ME}/app.bsky.feed.post/{record_key('k1', 'app.bsky.feed.post')}"

    def answer(asked: Asked) -> object:
        if call_of(asked) == "com.atproto.repo.putRecord":
            assert asked.told["json"]["swapRecord"] is None
            return refused("InvalidSwap")
        return {"uri": uri, "cid": "c1", "value": {"text": "Hello"}}

    context, _http = service(answer)

    receipt = CONNECTOR.send(context, post_action())

    assert (receipt.key, receipt.extra["cid"]) == (uri, "c1")


def test_a_private_answer_an_edit_and_an_overlong_text_are_refused_before_anything_leaves() -> None:
    context, http = service(lambda _asked: {})

    for action, reason in (
        (post_action(public=False), "public"),
        (post_action(do=Do.EDIT, target="at://x/y/z"), "no edit"),
        (post_action(body="x" * 301), "300"),
        (post_action(do=Do.LIKE, target="https://elsewhere.example"), "not the key"),
    ):
        with pytest.raises(BadRequest, match=reason):
            CONNECTOR.send(context, action)

    assert http.asked == []


def note(number: int) -> dict[str, object]:
    return {
        "uri": f"at://{BEA}/app.bsky.feed.post/{number}",
        "cid": f"c{number}",
        "author": {"did": BEA, "handle": "bea.test"},
        "reason": "mention",
        "record": {"$type": "app.bsky.feed.post", "text": f"post {number}", "createdAt": "2026-11-20T09:00:00Z"},
        "indexedAt": f"2026-11-20T09:{number:02d}:00.000Z",
    }


class Feed:
    """Notifications in pages of two, newest first; the post view of each is there."""

    def __init__(self, newest: int) -> None:
        self.newest = newest

    def __call__(self, asked: Asked) -> object:
        params = asked.told["params"]
        if call_of(asked) == "app.bsky.feed.getPosts":
            numbers = [int(uri.rsplit("/", 1)[1]) for uri in params["uris"]]
            return {"posts": [{k: v for k, v in note(number).items() if k != "reason"} for number in numbers]}
        top = int(params.get("cursor", self.newest))
        page = {"notifications": [note(number) for number in (top, top - 1) if number > 0]}
        return {**page, "cursor": str(top - 2)} if top > 2 else page


def numbers_of(pages: list[object]) -> list[int]:
    return [json.loads(raw.body)["record"]["text"] for page in pages for raw in page.raws]


def test_a_round_that_is_cut_short_loses_nothing_between() -> None:
    feed = Feed(newest=4)
    context, _http = service(feed)
    first = list(CONNECTOR.fetch(context, "notifications", {}))
    feed.newest = 12

    begun = next(iter(CONNECTOR.fetch(context, "notifications", first[-1].cursor)))
    feed.newest = 14
    rest = list(CONNECTOR.fetch(context, "notifications", json.loads(json.dumps(begun.cursor))))

    assert set(numbers_of(first)) == {f"post {number}" for number in range(1, 5)}
    assert numbers_of([begun]) == ["post 11", "post 12"]
    assert {f"post {number}" for number in range(5, 15)} <= set(numbers_of([begun, *rest]))
    assert rest[-1].cursor["walks"][""] == {"newest": "2026-11-20T09:14:00.000Z"}


def test_a_service_that_answers_nonsense_is_tried_again_later() -> None:
    context, _http = service(lambda _asked: {"notifications": "none"})

    with pytest.raises(Transient):
        list(CONNECTOR.fetch(context, "notifications", {}))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(["record", "reason", "author", "uri", "post", "embed", "commit", "kind"]), JSON))
def test_whatever_stands_in_a_payload_it_is_read_or_refused_as_unreadable(payload: dict[str, object]) -> None:
    record = {**note(1)["record"], **payload, "facets": [payload, {"index": payload, "features": [payload]}]}

    for body in (payload, {**note(1), **payload}, {**note(1), "record": record}, {"post": {**note(1), **payload}}):
        try:
            told = CONNECTOR.parse(Raw("x", json.dumps(body).encode()))
        except ValueError:
            continue
        assert all(envelope.key and "\x00" not in envelope.body for envelope in told)
