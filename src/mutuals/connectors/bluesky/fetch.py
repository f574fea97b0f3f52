"""What is new: notifications, our own posts, those of chosen authors, and a search.

These lists run from the newest back, so a round goes down until a whole page is older than where the last round began.
A round that is cut short goes on where it was (`older`) and only then counts as done: nothing between is lost. Posts
that were answered or liked are fetched with the answer, 25 in one call; remembered posts are looked at again in the
same way, and one that the service no longer shows was deleted (or its author blocked us).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mutuals.connectors.bluesky.client import call, my_did
from mutuals.connectors.bluesky.parse import CHANGED, OWN, POST, part, parts, text
from mutuals.connectors.contract import BadRequest, Context, NotFound, Page, Raw, Transient

STREAMS = ("notifications", "own", "authors", "search")
PER_PAGE = 50
FIRST_PAGES = 5  # how far back the first round goes
MOST_PAGES = 50  # of one list in one round
TOGETHER = 25  # posts that one call may ask for
WATCHED = 200
LOOKS = 50  # remembered posts looked at again on each round
_LISTS = 20


@dataclass
class _Memory:
    """Posts that we have, newest last, with the CID we saw."""

    me: str
    watched: dict[str, str]

    def note(self, uri: str, cid: str) -> None:
        if uri and f"/{POST}/" in uri:
            self.watched.pop(uri, None)
            self.watched[uri] = cid
            while len(self.watched) > WATCHED:
                del self.watched[next(iter(self.watched))]

    def cursor(self, walks: Mapping[str, Any]) -> dict[str, Any]:
        return {"walks": dict(walks), "watched": list(self.watched.items())}


def fetch(context: Context, stream: str, cursor: Mapping[str, Any]) -> Iterator[Page]:
    """Pages of one stream. Raises BadRequest for a stream that is not ours."""
    if stream not in STREAMS:
        raise BadRequest(f"Bluesky has no stream {stream!r}.")
    memory = _Memory(my_did(context), {str(uri): str(cid) for uri, cid in cursor.get("watched", [])})
    lists = _lists(context, stream, memory.me)
    walks = {name: walk for name, walk in dict(cursor.get("walks", {})).items() if name in lists}
    for name, question in lists.items():
        for items, walk in _walk(context, question, dict(walks.get(name, {}))):
            walks[name] = walk
            raws = [*_before(context, memory, items), *(_raw(memory, item) for item in reversed(items))]
            yield Page(tuple(raws), memory.cursor(walks), more=True)
    yield Page(_look_again(context, memory), memory.cursor(walks))


@dataclass(frozen=True)
class _List:
    """One list of the service: what to ask, and where the items are in the answer."""

    nsid: str
    within: str
    params: Mapping[str, str]


def _lists(context: Context, stream: str, me: str) -> dict[str, _List]:
    if stream == "notifications":
        return {"": _List("app.bsky.notification.listNotifications", "notifications", {})}
    if stream == "search":
        wanted = listed(context, "search")
        return {term: _List("app.bsky.feed.searchPosts", "posts", {"q": term, "sort": "latest"}) for term in wanted}
    actors = [me] if stream == "own" else [name.lstrip("@") for name in listed(context, "authors")]
    return {actor: _List("app.bsky.feed.getAuthorFeed", "feed", {"actor": actor}) for actor in actors}


def listed(context: Context, name: str) -> list[str]:
    """A setting of several entries, parted by commas or lines; at most 20."""
    pieces = str(context.settings.get(name, "")).replace(",", "\n").splitlines()
    return list(dict.fromkeys(" ".join(piece.split()) for piece in pieces if piece.strip()))[:_LISTS]


def _walk(
    context: Context, question: _List, walk: dict[str, Any]
) -> Iterator[tuple[list[dict[str, Any]], dict[str, Any]]]:
    """Pages with the state after each: {"newest"} between rounds, with {"top", "older", "left"} within one."""
    if walk.get("older"):
        yield from _down(context, question, walk)
        walk = {"newest": walk["top"]}
    fresh = {"newest": walk.get("newest", ""), "top": "", "older": "", "left": MOST_PAGES}
    if not walk.get("newest"):
        fresh["left"] = FIRST_PAGES
    yield from _down(context, question, fresh)


def _down(
    context: Context, question: _List, walk: dict[str, Any]
) -> Iterator[tuple[list[dict[str, Any]], dict[str, Any]]]:
    while walk["left"] > 0:
        items, older = _page(context, question, walk["older"])
        seen = [_indexed_at(item) for item in items]
        if not walk["top"]:
            walk = {**walk, "top": max([*seen, walk["newest"]])}
        news = [item for item, at in zip(items, seen, strict=True) if at >= walk["newest"]]
        done = not news or not older or walk["left"] == 1
        walk = {**walk, "older": older, "left": walk["left"] - 1}
        yield news, {"newest": walk["top"]} if done else walk
        if done:
            return


def _page(context: Context, question: _List, older: str) -> tuple[list[dict[str, Any]], str]:
    params: dict[str, Any] = {**question.params, "limit": PER_PAGE, **({"cursor": older} if older else {})}
    try:
        answer = call(context, "GET", question.nsid, params=params)
    except NotFound:
        context.log(f"Nothing is known of {question.params.get('actor', '')}.")
        return [], ""
    if not isinstance(answer, dict) or not isinstance(answer.get(question.within), list):
        raise Transient("The service answers with something else than was asked for.")
    return parts(answer, question.within), text(answer, "cursor")


def _indexed_at(item: dict[str, Any]) -> str:
    """When the service saw it: a sortable text of one fixed form."""
    reason = item.get("reason")
    shared = text(reason, "indexedAt") if isinstance(reason, dict) else ""
    return shared or text(item, "indexedAt") or text(part(item, "post"), "indexedAt")


def _raw(memory: _Memory, item: dict[str, Any]) -> Raw:
    post, reason = part(item, "post") or item, item.get("reason")
    memory.note(text(post, "uri"), text(post, "cid"))
    by = part(reason, "by") if isinstance(reason, dict) and part(reason, "by") else part(post, "author")
    own = text(by, "did") == memory.me
    shared = text(reason, "uri") if isinstance(reason, dict) else ""
    return _kept(item, key=f"{shared or text(post, 'uri')}:{text(post, 'cid')}", kind=OWN if own else "")


def _kept(item: dict[str, Any], *, key: str, kind: str) -> Raw:
    body = json.dumps(item, ensure_ascii=False, separators=(",", ":"))
    return Raw(key, body.encode("utf-8", "surrogatepass"), kind)


def _before(context: Context, memory: _Memory, items: list[dict[str, Any]]) -> Iterator[Raw]:
    """The posts that these items answer or react to, as far as we have not seen them."""
    wanted: dict[str, None] = {}
    for item in items:
        record = part(part(item, "post") or item, "record")
        answers = part(record, "reply")
        for uri in (
            text(part(answers, "root"), "uri"),
            text(part(answers, "parent"), "uri"),
            text(item, "reasonSubject"),
        ):
            if f"/{POST}/" in uri and uri not in memory.watched:
                wanted[uri] = None
    uris = list(wanted)
    for start in range(0, len(uris), TOGETHER):
        for post in posts(context, uris[start : start + TOGETHER]):
            yield _raw(memory, post)


def posts(context: Context, uris: list[str]) -> list[dict[str, Any]]:
    """The posts of these addresses, at most 25, as far as the service shows them to us."""
    answer = call(context, "GET", "app.bsky.feed.getPosts", params={"uris": uris})
    if not isinstance(answer, dict) or not isinstance(answer.get("posts"), list):
        raise Transient("The service answers with something else than was asked for.")
    return parts(answer, "posts")


def _look_again(context: Context, memory: _Memory) -> tuple[Raw, ...]:
    """The next remembered posts: gone, changed, or moved to the end of the line."""
    turn = list(memory.watched.items())[:LOOKS]
    shown: dict[str, dict[str, Any]] = {}
    for start in range(0, len(turn), TOGETHER):
        part_of_turn = [uri for uri, _ in turn[start : start + TOGETHER]]
        shown |= {text(post, "uri"): post for post in posts(context, part_of_turn)}
    raws: list[Raw] = []
    for uri, before in turn:
        post = shown.get(uri)
        if post is None and _still_ours(context, memory.me, uri):
            memory.note(uri, before)
            continue
        if post is None:
            del memory.watched[uri]
            raws.append(Raw(f"deleted:{uri}", json.dumps({"event": "delete", "uri": uri}).encode()))
            continue
        memory.note(uri, text(post, "cid"))
        if text(post, "cid") != before:
            raws.append(_kept(post, key=f"{uri}:{text(post, 'cid')}", kind=CHANGED))
    return tuple(raws)


def _still_ours(context: Context, me: str, uri: str) -> bool:
    """Whether a post of our own stands where we keep it: what reads for everybody lags behind what we just wrote."""
    repo, _, rest = uri.removeprefix("at://").partition("/")
    if repo != me:
        return False
    collection, _, rkey = rest.partition("/")
    try:
        call(
            context, "GET", "com.atproto.repo.getRecord", params={"repo": repo, "collection": collection, "rkey": rkey}
        )
    except NotFound:
        return False
    return True
