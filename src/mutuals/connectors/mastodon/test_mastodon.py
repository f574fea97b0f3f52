"""What fixtures cannot say: lost answers, limits, paging, and never speaking wider than we were spoken to."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering import NOW, Asked, answering, reply
from mutuals.base.net import TimedOut, Unreachable
from mutuals.connectors.contract import (
    Action,
    AuthExpired,
    BadRequest,
    Context,
    Do,
    Forbidden,
    Handle,
    OutcomeUnknown,
    RateLimited,
    Raw,
    Transient,
    Verb,
)
from mutuals.connectors.mastodon import CONNECTOR
from mutuals.connectors.mastodon.write import narrowest

SETTINGS = {"address": "https://shop.example"}
SECRETS = {"access_token": "token", "account_id": "1", "actor": "https://shop.example/users/kettleworks"}
BEA = {
    "id": "2",
    "acct": "bea@town.example",
    "uri": "https://town.example/users/bea",
    "url": "https://town.example/@bea",
}
US = {"id": "1", "acct": "kettleworks", "uri": SECRETS["actor"], "url": "https://shop.example/@kettleworks"}


def status(number: int, **more: object) -> dict[str, object]:
    return {
        "id": str(number),
        "uri": f"https://town.example/s/{number}",
        "account": BEA,
        "content": f"<p>post {number}</p>",
        "visibility": "public",
        "created_at": "2026-11-20T09:00:00.000Z",
        **more,
    }


def server(answer: object, **settings: object) -> tuple[Context, object]:
    return answering(answer, settings={**SETTINGS, **settings}, secrets=SECRETS)


def reply_to(number: int, **more: object) -> Action:
    given = {
        "do": Do.REPLY,
        "key": "k1",
        "body": "Sorry!",
        "target": f"https://town.example/s/{number}",
        "public": True,
    }
    return Action(**{**given, "extra": {"id": str(number)}, **more})


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("kettle", 6),
        ("see https://shop.example/catalogue/2026/lids?colour=blue&size=2 now", 4 + 23 + 4),
        ("@bea@town.example hello", 4 + 6),
        ("mail bea@town.example", 21),
        ("👨‍👩‍👧 e\u0301", 3),
    ],
)
def test_characters_are_counted_the_networks_way(text: str, length: int) -> None:
    assert CONNECTOR.limits.count(text) == length


def test_an_answer_that_does_not_come_back_is_unknown_and_one_that_never_left_is_not() -> None:
    def lost(asked: Asked) -> object:
        return status(7) if asked.method == "GET" else TimedOut("no answer", sent=True)

    def unreachable(asked: Asked) -> object:
        return status(7) if asked.method == "GET" else Unreachable("no way there")

    with pytest.raises(OutcomeUnknown):
        CONNECTOR.send(server(lost)[0], reply_to(7))
    with pytest.raises(Transient):
        CONNECTOR.send(server(unreachable)[0], reply_to(7))


def test_every_post_carries_our_key_and_the_language() -> None:
    context, http = server(lambda asked: status(7) if asked.method == "GET" else status(8, account=US))

    CONNECTOR.send(context, reply_to(7, language="de"))

    sent = http.asked[-1]
    assert sent.told["headers"]["idempotency-key"] == "k1"
    assert sent.told["form"]["language"] == "de"
    assert sent.told["form"]["status"] == "@bea@town.example Sorry!"


def test_whom_the_text_names_already_is_not_named_again() -> None:
    context, http = server(lambda asked: status(7) if asked.method == "GET" else status(8, account=US))
    bo = Handle("mastodon", "https://town.example/users/bo", "bo@town.example")

    CONNECTOR.send(context, reply_to(7, body="Sorry @Bea@town.example!", to=(bo,)))

    assert http.asked[-1].told["form"]["status"] == "@bo@town.example Sorry @Bea@town.example!"


@pytest.mark.parametrize(
    ("asked_in", "public", "wanted", "sent"),
    [
        ("public", True, "", "public"),
        ("public", True, "unlisted", "unlisted"),
        ("unlisted", True, "public", "unlisted"),
        ("private", True, "public", "private"),
        ("direct", True, "public", "direct"),
        ("something new", True, "public", "direct"),
        ("public", False, "public", "direct"),
    ],
)
def test_an_answer_is_never_wider_than_what_it_answers(asked_in: str, public: bool, wanted: str, sent: str) -> None:
    context, http = server(
        lambda asked: status(7, visibility=asked_in) if asked.method == "GET" else status(8, account=US)
    )

    CONNECTOR.send(context, reply_to(7, public=public, visibility=wanted))

    assert http.asked[-1].told["form"]["visibility"] == sent


@given(st.lists(st.sampled_from(["public", "unlisted", "followers", "direct", "???"]), min_size=1))
def test_the_narrowest_of_several_is_none_wider_than_any(words: list[str]) -> None:
    order = ["public", "unlisted", "followers", "direct", "???"]

    found = narrowest(*words)

    assert order.index(found) == max(order.index(word) for word in words)


def test_a_limit_of_the_server_is_told_and_waited_for() -> None:
    reset = NOW + timedelta(minutes=3)
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": reset.isoformat()}
    context, _http = server(lambda _asked: reply({"error": "Too many requests"}, status=429, headers=headers))

    with pytest.raises(RateLimited) as caught:
        CONNECTOR.check(context)

    assert caught.value.retry_at == reset
    assert context.limiter.told_of == [("read", 0)]


def test_the_first_round_goes_back_five_pages_and_the_next_only_forward() -> None:
    def paged(asked: Asked) -> object:
        params = asked.told.get("params") or {}
        if not urlsplit(asked.url).path.endswith("/home"):
            return status(int(asked.url.rsplit("/", 1)[1]))
        if "min_id" in params:
            return [status(1001)] if params["min_id"] == "1000" else []
        top = int(params.get("max_id", 1001)) - 1
        link = f'<https://shop.example/x?max_id={top}>; rel="next", <https://shop.example/x?min_id={top}>; rel="prev"'
        return reply([status(top)], headers={"link": link})

    context, _http = server(paged)

    first = list(CONNECTOR.fetch(context, "home", {}))
    again = list(CONNECTOR.fetch(context, "home", first[-1].cursor))
    cut_short = list(CONNECTOR.fetch(context, "home", first[2].cursor))

    assert [len(page.raws) for page in first] == [1, 1, 1, 1, 1, 1, 0]
    keys = [raw.key.rsplit("/", 1)[1].split(":")[0] for page in first for raw in page.raws]
    assert keys == ["1000", "1001", "999", "998", "997", "996"]
    assert [raw for page in again for raw in page.raws] == []
    late = [raw.key.rsplit("/", 1)[1].split(":")[0] for page in cut_short for raw in page.raws]
    assert late == ["998", "997", "996"]


def test_a_remembered_post_that_is_gone_is_a_deletion_and_a_changed_one_an_edit() -> None:
    def changed(asked: Asked) -> object:
        if asked.url.endswith("/home"):
            return []
        if asked.url.endswith("/1"):
            return reply({"error": "Record not found"}, status=404)
        return status(2, content="<p>now otherwise</p>", edited_at="2026-11-20T09:30:00Z")

    context, _http = server(changed)
    watched = [["1", "https://town.example/s/1", "x"], ["2", "https://town.example/s/2", "y"]]

    pages = list(CONNECTOR.fetch(context, "home", {"watched": watched, "walk": {"newest": "2"}}))

    told = [envelope for page in pages for raw in page.raws for envelope in CONNECTOR.parse(raw)]
    assert [(envelope.verb, envelope.key[-3:]) for envelope in told] == [(Verb.DELETE, "s/1"), (Verb.UPDATE, "s/2")]
    assert [entry[0] for entry in pages[-1].cursor["watched"]] == ["2"]
    json.dumps(pages[-1].cursor)


def test_an_answer_of_ours_speaks_first_to_the_one_it_answers() -> None:
    mentions = [{"id": n, "acct": f"{n}@town.example", "url": f"https://town.example/@{n}"} for n in ("2", "3")]
    body = json.dumps(status(5, account=US, mentions=mentions, in_reply_to_id="4", in_reply_to_account_id="3"))

    (told,) = CONNECTOR.parse(Raw("5", body.encode(), "own"))

    assert [handle.key[-1] for handle in told.to] == ["3", "2"]


def test_whom_our_own_post_speaks_to_is_known_by_the_global_id() -> None:
    pages = {"2": "https://town.example/@bea", "3": "https://town.example/@bo"}
    mentions = [{"id": number, "acct": "x@town.example", "url": page} for number, page in pages.items()]

    def answer(asked: Asked) -> object:
        if asked.url.endswith("/accounts/1/statuses"):
            return [] if "min_id" in asked.told["params"] else [status(5, account=US, mentions=mentions)]
        if asked.url.endswith("/accounts/2"):
            return BEA
        return reply({"error": "Record not found"}, status=404) if "/accounts/" in asked.url else status(5, account=US)

    context, http = server(answer)

    pages_drawn = list(CONNECTOR.fetch(context, "own", {}))

    told = CONNECTOR.parse(pages_drawn[0].raws[0])[0]
    assert told.own
    assert [handle.key for handle in told.to] == [BEA["uri"], "https://town.example/@bo"]
    assert sum("/accounts/" in asked.url for asked in http.asked if "statuses" not in asked.url) == 2


def test_what_was_sent_is_found_by_its_text_under_its_parent_and_not_from_before() -> None:
    html = (
        '<p><span class="h-card"><a href="https://town.example/@bea">@<span>bea</span></a></span> See '
        '<a href="https://shop.example/lids"><span class="invisible">https://</span><span>shop.example/lids</span></a></p>'
    )
    ours = [
        status(12, account=US, content=html, in_reply_to_id="6"),
        status(11, account=US, content="<p>something else</p>", in_reply_to_id="7"),
        status(10, account=US, content=html, in_reply_to_id="7"),
        status(9, account=US, content=html, in_reply_to_id="7", created_at="2026-11-20T08:00:00Z"),
    ]
    context, _http = server(lambda asked: ours if asked.url.endswith("/accounts/1/statuses") else status(7))
    wanted = reply_to(7, body="See https://shop.example/lids", first_try_at=datetime(2026, 11, 20, 8, 59, tzinfo=UTC))
    later = reply_to(7, body="See https://shop.example/lids", first_try_at=datetime(2026, 11, 20, 9, 30, tzinfo=UTC))

    found, none = CONNECTOR.find(context, wanted), CONNECTOR.find(context, later)

    assert found.key == "https://town.example/s/10"
    assert none is None


def test_an_answer_to_another_sign_in_is_refused_and_saves_nothing() -> None:
    context, http = answering(
        lambda _asked: {"client_id": "id", "client_secret": "secret"}, settings=SETTINGS, secrets={}
    )
    opened = CONNECTOR.begin(context, "https://crm.example/back")
    before = context.secrets.get()

    with pytest.raises(Forbidden, match="begin again"):
        CONNECTOR.finish(context, {"code": "stolen", "state": "not ours"})
    with pytest.raises(Forbidden, match="denied"):
        CONNECTOR.finish(context, {"error": "access_denied", "error_description": "denied by the person"})

    assert before["state"] in opened
    assert context.secrets.get() == before
    assert len(http.asked) == 1


def test_nobody_signed_in_and_a_wrong_address_are_told_in_words() -> None:
    nobody, _ = answering(lambda _asked: {}, settings=SETTINGS, secrets={})
    nowhere, _ = answering(lambda _asked: {}, settings={"address": "javascript:alert(1)"}, secrets=SECRETS)

    with pytest.raises(AuthExpired):
        CONNECTOR.check(nobody)
    with pytest.raises(BadRequest, match="address"):
        CONNECTOR.check(nowhere)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(["type", "account", "status", "id", "created_at", "item", "parent"]), JSON))
def test_whatever_stands_in_a_payload_it_is_read_or_refused_as_unreadable(payload: dict[str, object]) -> None:
    nested = {**status(1), **{f"{name}": value for name, value in payload.items()}, "uri": "https://town.example/s/1"}

    for body in (payload, nested, {"item": nested}):
        try:
            told = CONNECTOR.parse(Raw("x", json.dumps(body).encode()))
        except ValueError:
            continue
        assert all(envelope.key and "\x00" not in envelope.body for envelope in told)
