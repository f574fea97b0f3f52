"""Entries of a feed, bytes to envelopes. Pure: what is known beside the document comes in `Raw.kind`.

`Raw.kind` is `new` or `changed` (the entry was there before with another content), then `;at=1772452800`, the time in
Unix seconds at which we saw it. Anything else gives nothing.
"""

from __future__ import annotations

import hashlib
import re
from calendar import timegm
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from urllib.parse import urljoin, urlsplit

import feedparser

from mutuals.connectors._text import clean, line, plain
from mutuals.connectors.contract import Envelope, Handle, Kind, Media, Raw, Verb
from mutuals.connectors.feed._bounds import DECLARED, bounded

NETWORK = "feed"
LARGEST = 5_000_000  # bytes of one document
MOST_ENTRIES = 1000
MOST_MEDIA = 20
LONGEST_BODY = 200_000  # characters
LONGEST_KEY = 300
_AHEAD = timedelta(days=1)
READABLE = re.compile(
    r"utf-?8|us-?ascii|iso-?8859-?\d+|latin-?1|windows-?\d+|cp\d+|koi8-?[ru]|gb2312|gbk|gb18030|big5|euc-?(jp|kr)|shift_jis",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[^\s@<>]{1,128}@[^\s@<>]{1,253}")


def parse(raw: Raw) -> tuple[Envelope, ...]:
    """Every entry's envelope. Raises ValueError for what is no feed, is too large, or defines entities of its own.

    Entities are refused because a few lines of them unfold to gigabytes; no feed needs any.
    """
    first, *words = raw.kind.split(";")
    if first not in ("new", "changed"):
        return ()
    seen_at = next((_seconds(word[3:]) for word in words if word.startswith("at=")), None)
    document = read(raw.body)
    verb = Verb.UPDATE if first == "changed" else Verb.CREATE
    told = [_envelope(entry, document.feed, verb, seen_at) for entry in document.entries[:MOST_ENTRIES]]
    return tuple(one for one in told if one is not None)


def read(body: bytes) -> Any:
    """feedparser's reading of a document that was found harmless; raises ValueError as `parse` does."""
    if len(body) > LARGEST:
        raise ValueError(f"The feed has more than {LARGEST:,} bytes.")
    if body[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in body:
        raise ValueError("The feed contains NUL bytes.")
    declared = DECLARED.match(body[:400])
    if declared and not READABLE.fullmatch(declared[1].decode()):
        raise ValueError(f"The feed is written in {declared[1].decode()}, which is not read.")
    if body.count(b"<item") + body.count(b"<entry") > 2 * MOST_ENTRIES:
        raise ValueError(f"The feed has more than {2 * MOST_ENTRIES} entries in one piece.")
    body = bounded(body)
    try:
        document = feedparser.parse(
            BytesIO(body), sanitize_html=False, resolve_relative_uris=False, response_headers={}
        )
    except Exception as error:  # feedparser promises no error and keeps no list of those it raises all the same
        raise ValueError(f"The feed cannot be read: {type(error).__name__}: {error}") from error
    if not document.entries and (document.get("bozo") or not document.get("version")):
        raise ValueError("This is no RSS or Atom feed.")
    return document


def _envelope(entry: Any, feed: Any, verb: Verb, seen_at: datetime | None) -> Envelope | None:
    base = _text(feed.get("link")) or _text(feed.get("id"))
    link = _web(urljoined(base, _text(entry.get("link"))))
    title = line(plain(_text(entry.get("title"))), at_most=500)
    body = _body(entry, link or base)
    key = _key(_text(entry.get("id")), link, title, body)
    if not key or not (title or body or link):
        return None
    media = _media(entry, base)
    revision = hashlib.sha256("\0".join((title, body, link, *(one.url for one in media))).encode()).hexdigest()[:32]
    said_at, undated = _said_at(entry, verb, seen_at)
    return Envelope(
        key=key,
        verb=verb,
        kind=Kind.ARTICLE,
        author=_author(entry),
        said_at=said_at,
        body=body,
        subject=title,
        public=True,
        visibility="public",
        reply_to=_reply_to(entry),
        url=link,
        language=line(_text(feed.get("language")), at_most=35),
        revision=revision,
        media=media,
        extra=_extra(entry, feed, undated=undated),
    )


def _key(own: str, link: str, title: str, body: str) -> str:
    """The entry's own id; without one, a hash of its link, else of its title and text."""
    own = line(own, at_most=5000)
    if own and len(own) <= LONGEST_KEY:
        return own
    basis = own or link or f"{title}\n{'' if title else body}"
    return f"sha256:{hashlib.sha256(basis.encode()).hexdigest()[:40]}" if basis.strip() else ""


def _body(entry: Any, base: str) -> str:
    found = entry.get("content") or [entry.get("summary_detail") or {}]
    first = found[0] if isinstance(found, list) and found else {}
    value = _text(first.get("value")) or _text(entry.get("summary"))
    is_plain = first.get("type") == "text/plain" and not re.search(r"</?[a-zA-Z][^<>]{0,200}>", value)
    return (clean(value).strip() if is_plain else plain(value, base=base))[:LONGEST_BODY]


def _author(entry: Any) -> Handle | None:
    """Only who has an address of their own: a name in a feed is no identity, and stays in `extra`."""
    told = entry.get("author_detail") or {}
    shown = line(_text(told.get("name")) or _text(entry.get("author")), at_most=200)
    uri, email = _web(_text(told.get("href"))), _text(told.get("email")).strip().lower()
    if uri:
        return Handle(NETWORK, uri, shown or uri, shown=shown, url=uri, sites=(uri,))
    if _ADDRESS.fullmatch(email):
        return Handle(NETWORK, f"mailto:{email}", shown or email, shown=shown)
    return None


def _said_at(entry: Any, verb: Verb, seen_at: datetime | None) -> tuple[datetime | None, bool]:
    """When it was published (an update: changed); the time we saw it where that is missing or lies ahead of it."""
    order = ("updated_parsed", "published_parsed") if verb is Verb.UPDATE else ("published_parsed", "updated_parsed")
    for name in order:
        parts = entry.get(name)
        try:
            moment = datetime.fromtimestamp(timegm(parts), UTC) if parts else None
        except (ValueError, TypeError, OverflowError, OSError):
            moment = None
        if moment is not None and moment.year >= 1970 and (seen_at is None or moment <= seen_at + _AHEAD):
            return moment, False
    return seen_at, True


def _media(entry: Any, base: str) -> tuple[Media, ...]:
    found: dict[str, Media] = {}
    for one in [*(entry.get("enclosures") or []), *(entry.get("media_content") or [])]:
        url = _web(urljoined(base, _text(one.get("href")) or _text(one.get("url"))))
        if url and len(found) < MOST_MEDIA:
            name = line(urlsplit(url).path.rpartition("/")[2], at_most=150) or "attachment"
            kind = line(_text(one.get("type")), at_most=100).lower()
            found.setdefault(url, Media(name, kind if "/" in kind else "application/octet-stream", url=url))
    return tuple(found.values())


def _reply_to(entry: Any) -> str:
    """RFC 4685: what an Atom entry answers."""
    told = entry.get("thr_in-reply-to")
    return line(_text(told.get("ref")), at_most=LONGEST_KEY) if isinstance(told, dict) else ""


def _extra(entry: Any, feed: Any, *, undated: bool) -> dict[str, Any]:
    extra: dict[str, Any] = {}
    name = line(_text(entry.get("author")), at_most=200)
    feed_title = line(plain(_text(feed.get("title"))), at_most=200)
    tags = [line(_text(one.get("term")), at_most=100) for one in (entry.get("tags") or [])[:20]]
    comments = _web(_text(entry.get("comments")))
    for field, value in (("author_name", name), ("feed", feed_title), ("tags", tags), ("comments", comments)):
        if value:
            extra[field] = value
    if undated:
        extra["undated"] = True
    return extra


def urljoined(base: str, link: str) -> str:
    """A relative address completed; "" when it cannot be."""
    try:
        return urljoin(base, link.strip()) if link.strip() else ""
    except ValueError:
        return ""


def _web(url: str) -> str:
    url = line(url, at_most=2000)
    return url if url.lower().startswith(("http://", "https://")) else ""


def _text(value: Any) -> str:
    return clean(value) if isinstance(value, str) else ""


def _seconds(text: str) -> datetime | None:
    return datetime.fromtimestamp(int(text), UTC) if text.isascii() and text.isdigit() and len(text) < 12 else None
