"""Drawing a feed: only when it has changed, and of it only the entries that are new or have changed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from mutuals.base.net import Reply
from mutuals.connectors._answers import ask
from mutuals.connectors._text import line, plain
from mutuals.connectors.contract import BadRequest, Context, Handle, Page, Raw
from mutuals.connectors.feed._bounds import DECLARED, MOST_ELEMENTS
from mutuals.connectors.feed.parse import LARGEST, MOST_ENTRIES, NETWORK, READABLE, parse, read, urljoined

PAGE = 100  # entries
MOST_AROUND = 20_000  # bytes before and after the entries that are copied to each, and 5 MB for all entries together
ACCEPT = "application/atom+xml, application/rss+xml, application/rdf+xml, application/xml;q=0.9, */*;q=0.5"
_ITEM = re.compile(rb"<(/?)((?:[A-Za-z][\w.-]{0,20}:)?(?:item|entry))(?=[\s/>])[^<>]{0,2000}>")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.-]{1,40})", re.IGNORECASE)
_DECLARED = re.compile(r"""(<\?xml[^>]{0,200}?)\s+encoding\s*=\s*["'][^"']{0,60}["']""")
_NAMED = re.compile(r"<link\b[^<>]{0,500}>", re.IGNORECASE)


def fetch(context: Context, stream: str, cursor: Mapping[str, Any]) -> Iterator[Page]:
    """Pages of at most 100 entries. The cursor holds `etag`, `modified` and for each entry the content last `seen`.

    Entries that have left the feed leave the cursor too. The marks of the document are kept with the last page only,
    so an interrupted run asks for it again.
    """
    del stream
    context.limiter.take("read")
    reply = _ask(context, cursor)
    if reply.status == 304:
        yield Page((), dict(cursor))
        return
    found = pieces(as_utf8(reply))
    _feed(found[0], reply)
    before: dict[str, str] = dict(cursor.get("seen", {}))
    seen: dict[str, str] = {}
    fresh: list[Raw] = []
    at = int(context.now().timestamp())
    for piece in found:
        news: dict[str, list[str]] = {}
        for key, revision in _told(piece, at):
            mark = _mark(key)
            if mark in seen:
                continue
            seen[mark] = revision[:16]
            if before.get(mark) != seen[mark]:
                news.setdefault("changed" if mark in before else "new", []).append(f"{key}#{revision}")
        fresh += [_raw(keys, piece, f"{kind};at={at}") for kind, keys in news.items()]
    done = dict(before)
    for start in range(0, len(fresh), PAGE):
        page = fresh[start : start + PAGE]
        done.update((mark, seen[mark]) for mark in (_mark(raw.key.rpartition("#")[0]) for raw in page) if mark in seen)
        if start + PAGE < len(fresh):
            yield Page(tuple(page), {"seen": dict(done)}, more=True)
    last = fresh[-(len(fresh) % PAGE or PAGE) :] if fresh else []
    marks = {"etag": reply.headers.get("etag", ""), "modified": reply.headers.get("last-modified", "")}
    yield Page(tuple(last), {**marks, "seen": seen})


def check(context: Context) -> Handle:
    """The feed's address and title."""
    reply = _ask(context, {})
    document = _feed(pieces(as_utf8(reply))[0], reply)
    url = str(context.settings["url"])
    return Handle(
        NETWORK,
        url,
        urlsplit(url).hostname or url,
        shown=line(plain(str(document.feed.get("title", ""))), at_most=200),
        url=url,
    )


def pieces(body: bytes) -> list[bytes]:
    """One document for each entry: everything around the entries, and that entry as it stands, byte for byte.

    Where the entries cannot be told apart by their tags, the whole document is one piece.
    """
    spans: list[tuple[int, int]] = []
    start, name = -1, b""
    for match in _ITEM.finditer(body):
        if start < 0 and not match[1] and not match[0].endswith(b"/>"):
            start, name = match.start(), match[2]
        elif start >= 0 and match[1] and match[2] == name:
            spans.append((start, match.end()))
            start = -1
    if not spans:
        return [body]
    before, after = body[: spans[0][0]], body[spans[-1][1] :]
    around = len(before) + len(after)
    if around > MOST_AROUND or around * len(spans) > LARGEST or body.count(b"<") > 4 * MOST_ELEMENTS:
        return [body]
    return [before + body[begin:end] + after for begin, end in spans[:MOST_ENTRIES]]


def as_utf8(reply: Reply) -> bytes:
    """The document in UTF-8 when the mark at its beginning or the server names another set; else untouched."""
    body = reply.body
    named = _CHARSET.search(reply.headers.get("content-type", ""))
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        charset = "utf-16"
    elif named and READABLE.fullmatch(named[1]) and not body.startswith(b"\xef\xbb\xbf"):
        charset = named[1]
    else:
        declared = DECLARED.match(body[:400])
        charset = declared[1].decode() if declared else "utf-8"
    if charset.lower() in ("utf-8", "utf8") or not READABLE.fullmatch(charset.replace("utf-16", "utf-8")):
        return body
    try:
        text = body.decode(charset)
        return (_DECLARED.sub(r"\1", text[:400], count=1) + text[400:]).encode()
    except (UnicodeError, LookupError):
        return body


def _ask(context: Context, cursor: Mapping[str, Any]) -> Reply:
    headers = {"Accept": ACCEPT}
    if cursor.get("etag"):
        headers["If-None-Match"] = str(cursor["etag"])
    if cursor.get("modified"):
        headers["If-Modified-Since"] = str(cursor["modified"])
    url = str(context.settings["url"])
    return ask(context, "GET", url, writes=False, headers=headers, max_bytes=LARGEST, timeout=30.0)


def _feed(body: bytes, reply: Reply) -> Any:
    try:
        return read(body)
    except ValueError as error:
        hint = _named_feed(reply)
        raise BadRequest(f"{error} {hint}".strip()) from error


def _named_feed(reply: Reply) -> str:
    """A page often names its feed; people paste the page."""
    if "html" not in reply.headers.get("content-type", ""):
        return ""
    for tag in _NAMED.findall(reply.text()[:300_000]):
        target = re.search(r"""href\s*=\s*["']?([^"'\s>]{1,500})""", tag, re.IGNORECASE)
        if target and re.search(r"application/(rss|atom)\+xml", tag, re.IGNORECASE):
            return f"The page names this feed: {urljoined(reply.url, target[1])}"
    return "It is a page, and it names no feed."


def _told(piece: bytes, at: int) -> Iterator[tuple[str, str]]:
    """The key and the revision of each entry of a piece."""
    try:
        found = parse(Raw("", piece, f"new;at={at}"))
    except ValueError:
        return
    yield from ((one.key, one.revision) for one in found)


def _raw(keys: list[str], piece: bytes, kind: str) -> Raw:
    """One for all entries that are news in one way: where they cannot be told apart, the piece is the whole document."""
    if len(keys) == 1:
        return Raw(keys[0], piece, kind)
    first = keys[0].rpartition("#")[0]
    return Raw(f"{first}#{hashlib.sha256(chr(10).join(keys).encode()).hexdigest()}", piece, kind)


def _mark(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:16]
