"""What is new on the server, page by page, oldest news never skipped.

A cursor holds how far each walk has come (`newest` for what comes, `older` and `left` for what was before we came), the
local ids whose global ids we know, and recent statuses to look at again: a server tells nobody over this API that a
status was deleted, so a few of them are asked for on each round, and a 404 is the deletion.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from mutuals.connectors.contract import BadRequest, Context, NotFound, Page, Raw
from mutuals.connectors.mastodon.client import WHO, call, further, one, several, status_path, told
from mutuals.connectors.mastodon.parse import OWN, OWN_SHARE, SPOKEN, bare, part, parts, revision, text

STREAMS = ("notifications", "home", "own", "search")
PER_PAGE = 40  # what servers give at most
FIRST_PAGES = 5  # how far back the first round goes
MOST_PAGES = 50  # of one round; the next goes on from there
KNOWN = 300
WATCHED = 100
NEWEST, OTHERS = 3, 3  # remembered statuses looked at again on each round: people mostly delete soon
_TERMS = 20
_ASKED = 3  # mentions in one status of ours whose accounts are asked for


@dataclass
class _Memory:
    """What goes from page to page and into the cursor."""

    me: str
    known: dict[str, str]
    watched: list[list[str]]  # [local id, global id, revision], newest last
    turn: int = 0
    actors: dict[str, str] = field(default_factory=dict)  # page of an account -> its global id

    def note(self, status: dict[str, Any]) -> None:
        """Remember a status: for replies to it, and to look at it again."""
        status = bare(status)
        self.meet(part(status, "account"))
        local, uri = text(status, "id"), text(status, "uri")
        if not local or not uri:
            return
        self.known[local] = uri
        self.watched = [entry for entry in self.watched if entry[1] != uri]
        self.watched.append([local, uri, revision(status)])
        self.watched = self.watched[-WATCHED:]
        while len(self.known) > KNOWN:
            del self.known[next(iter(self.known))]

    def meet(self, account: dict[str, Any]) -> None:
        """Remember the global id of an account, for mentions of it."""
        if text(account, "url") and text(account, "uri"):
            self.actors[text(account, "url")] = text(account, "uri")
            while len(self.actors) > KNOWN:
                del self.actors[next(iter(self.actors))]

    def cursor(self, **walks: Any) -> dict[str, Any]:
        kept = {"known": self.known, "watched": self.watched, "turn": self.turn, "actors": self.actors}
        return {**walks, **kept}


def fetch(context: Context, stream: str, cursor: Mapping[str, Any]) -> Iterator[Page]:
    """Pages of one stream. Raises BadRequest for a stream that is not ours."""
    if stream not in STREAMS:
        raise BadRequest(f"Mastodon has no stream {stream!r}.")
    memory = _Memory(
        my_id(context),
        dict(cursor.get("known", {})),
        [list(entry) for entry in cursor.get("watched", [])],
        int(cursor.get("turn", 0)),
        dict(cursor.get("actors", {})),
    )
    kept = context.secrets.get()
    memory.meet({"url": kept.get("page", ""), "uri": kept.get("actor", "")})
    if stream == "search":
        yield from _search(context, memory, dict(cursor.get("terms", {})))
        return
    path = {
        "notifications": "/api/v1/notifications",
        "home": "/api/v1/timelines/home",
        "own": f"/api/v1/accounts/{quote(memory.me, safe='')}/statuses",
    }[stream]
    walk = dict(cursor.get("walk", {}))
    for items, state in _walk(context, path, {}, walk):
        walk = state
        raws = [raw for item in reversed(items) for raw in _raws(context, memory, item)]
        yield Page(tuple(raws), memory.cursor(walk=walk), more=True)
    yield Page(_look_again(context, memory), memory.cursor(walk=walk))


def _search(context: Context, memory: _Memory, terms: dict[str, Any]) -> Iterator[Page]:
    wanted = search_terms(str(context.settings.get("search", "")))
    terms = {term: terms[term] for term in wanted if term in terms}
    for term in wanted:
        for items, walk in _walk(context, *_question(term), dict(terms.get(term, {}))):
            terms = {**terms, term: walk}
            raws = [raw for item in reversed(items) for raw in _raws(context, memory, item)]
            yield Page(tuple(raws), memory.cursor(terms=terms), more=True)
    yield Page(_look_again(context, memory), memory.cursor(terms=terms))


def search_terms(setting: str) -> list[str]:
    """Hashtags and phrases, parted by commas or lines; at most 20."""
    pieces = (" ".join(piece.split()) for piece in setting.replace(",", "\n").splitlines())
    return list(dict.fromkeys(piece for piece in pieces if piece))[:_TERMS]


def _question(term: str) -> tuple[str, dict[str, str]]:
    if term.startswith("#") and " " not in term:
        return f"/api/v1/timelines/tag/{quote(term[1:], safe='')}", {}
    return "/api/v2/search", {"q": term, "type": "statuses"}


def my_id(context: Context) -> str:
    """The server's number of our own account; asked once, then kept with the credentials."""
    known = context.secrets.get()
    if not known.get("account_id"):
        account = one(call(context, "GET", WHO))
        note_account(context, account)
        return text(account, "id")
    return known["account_id"]


def note_account(context: Context, account: dict[str, Any]) -> None:
    """Keep our own account's number here, its global id and its page, beside a token that was renewed meanwhile."""
    page = text(account, "url")
    told = {"account_id": text(account, "id"), "actor": text(account, "uri") or page, "page": page}
    with context.secrets.alone():
        known = context.secrets.get()
        if any(known.get(name) != value for name, value in told.items()):
            context.secrets.save({**known, **told})


def _walk(
    context: Context, path: str, params: Mapping[str, str], state: dict[str, Any]
) -> Iterator[tuple[list[dict[str, Any]], dict[str, Any]]]:
    """Pages with the state after each: first the newest, then what came since, then the years before."""
    if not state.get("newest"):
        items, links = _page(context, path, params)
        if not items:
            return
        state = {"newest": _newest(items, links), "older": links.get("max_id", ""), "left": FIRST_PAGES - 1}
        yield items, state
    for _ in range(MOST_PAGES):
        items, links = _page(context, path, {**params, "min_id": state["newest"]})
        newest = _newest(items, links) if items else ""
        if not newest or newest == state["newest"]:
            break
        state = {**state, "newest": newest}
        yield items, state
    while state.get("older") and state.get("left", 0) > 0:
        items, links = _page(context, path, {**params, "max_id": state["older"]})
        state = {**state, "older": links.get("max_id", "") if items else "", "left": state["left"] - 1}
        yield items, state


def _page(context: Context, path: str, params: Mapping[str, str]) -> tuple[list[dict[str, Any]], dict[str, str]]:
    reply = call(context, "GET", path, params={**params, "limit": PER_PAGE})
    answer = told(reply)
    if isinstance(answer, dict):  # a search answers with three lists
        answer = answer.get("statuses")
    return several(answer), further(reply)


def _newest(items: list[dict[str, Any]], links: Mapping[str, str]) -> str:
    return links.get("min_id") or text(items[0], "id")


def _raws(context: Context, memory: _Memory, item: dict[str, Any]) -> Iterator[Raw]:
    """One item, wrapped with the global ids of what it answers; before it, for a notification, what it answers."""
    is_notification = isinstance(item.get("account"), dict) and "type" in item and "uri" not in item
    status = bare(part(item, "status") if is_notification else item)
    parent = root = ""
    if text(status, "in_reply_to_id"):
        if is_notification and text(item, "type") in SPOKEN:
            before = _thread(context, status)
            yield from _ancestors(context, memory, before)
            parent = text(before[-1], "uri") if before else ""
            root = text(before[0], "uri") if before else ""
        else:
            parent = _uri_of(context, memory, text(status, "in_reply_to_id"))
    if text(status, "uri"):
        memory.note(status)
    key = f"n:{text(item, 'id')}" if is_notification else f"s:{text(item, 'uri')}"
    kind = "" if is_notification else _kind(memory, item)
    told = {"item": item, "parent": parent, "root": root, "actors": _actors(context, memory, status)}
    yield _raw(told, key=f"{key}:{revision(status)}", kind=kind)


def _kind(memory: _Memory, status: dict[str, Any]) -> str:
    """What of it is ours: the status, the sharing of it, both or nothing."""
    wrote = text(part(bare(status), "account"), "id") == memory.me
    shared = bare(status) is not status and text(part(status, "account"), "id") == memory.me
    return " ".join([OWN] * wrote + [OWN_SHARE] * shared)


def _actors(context: Context, memory: _Memory, status: dict[str, Any]) -> dict[str, str]:
    """The global ids of those that a status mentions; asked for only where it is our own, to know whom we spoke to."""
    ours = text(part(status, "account"), "id") == memory.me
    for mention in parts(status, "mentions")[:_ASKED]:
        page = text(mention, "url")
        if ours and page and page not in memory.actors:
            try:
                account = one(call(context, "GET", f"/api/v1/accounts/{quote(text(mention, 'id'), safe='')}"))
            except (NotFound, BadRequest):
                account = {}
            found = text(account, "uri") if text(account, "url") == page else ""
            memory.meet({"url": page, "uri": found or page})
    pages = [text(mention, "url") for mention in parts(status, "mentions")]
    return {page: memory.actors[page] for page in pages if page in memory.actors}


def _ancestors(context: Context, memory: _Memory, before: list[dict[str, Any]]) -> Iterator[Raw]:
    parent, root = "", text(before[0], "uri") if before else ""
    for status in before:
        memory.note(status)
        key = f"s:{text(status, 'uri')}:{revision(status)}"
        actors = _actors(context, memory, status)
        told = {"item": status, "parent": parent, "root": root if parent else "", "actors": actors}
        yield _raw(told, key=key, kind=_kind(memory, status))
        parent = text(status, "uri")


def _raw(told: dict[str, Any], *, key: str, kind: str) -> Raw:
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return Raw(key, body.encode("utf-8", "surrogatepass"), kind)


def _thread(context: Context, status: dict[str, Any]) -> list[dict[str, Any]]:
    """What a status answers, oldest first; nothing when the server has it no more."""
    try:
        around = one(call(context, "GET", status_path(text(status, "id"), "context")))
    except NotFound:
        return []
    return [bare(told) for told in parts(around, "ancestors") if text(told, "uri")]


def _uri_of(context: Context, memory: _Memory, local_id: str) -> str:
    if local_id not in memory.known:
        try:
            memory.known[local_id] = text(bare(one(call(context, "GET", status_path(local_id)))), "uri")
        except NotFound:
            memory.known[local_id] = ""
    return memory.known[local_id]


def _look_again(context: Context, memory: _Memory) -> tuple[Raw, ...]:
    """The newest remembered statuses and the next few of the others: still there, changed or gone."""
    raws: list[Raw] = []
    others = memory.watched[:-NEWEST]
    start = memory.turn if memory.turn < len(others) else 0
    memory.turn = start + OTHERS
    for local, uri, before in [*others[start : start + OTHERS], *memory.watched[-NEWEST:]]:
        try:
            status = bare(one(call(context, "GET", status_path(local))))
        except NotFound:
            body = json.dumps({"event": "delete", "uri": uri})
            raws.append(Raw(f"d:{uri}", body.encode()))
            memory.watched = [entry for entry in memory.watched if entry[1] != uri]
            continue
        if text(status, "uri") == uri and revision(status) != before:
            raws.extend(_raws(context, memory, status))
    return tuple(raws)
