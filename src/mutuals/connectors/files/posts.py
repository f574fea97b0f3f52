"""Posts out of files: a mapped row becomes a Raw, and a Raw becomes an Envelope. Pure, and the same twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from mutuals.connectors.contract import Envelope, Handle, Kind, Raw
from mutuals.connectors.files.mapping import Reading
from mutuals.connectors.files.times import parse_time
from mutuals.connectors.files.values import parse_bool

_TEXTS = ("id", "text", "author_id", "author_name", "author_handle", "network", "said_at", "public", "reply_to",
          "thread", "url", "language")  # fmt: skip


def post_raw(record: Mapping[str, Any], reading: Reading) -> Raw:
    """One row of `mapping.apply(..., "posts")` as it is kept. `reading` goes with it, so that it can be read again.

    Without an id of its own a post is known by its content: the same row twice is one post.
    """
    body: dict[str, Any] = {name: str(record[name]) for name in _TEXTS if record.get(name)}
    if record.get("extra"):
        body["extra"] = record["extra"]
    if reading.zone:
        body["zone"] = reading.zone
    if reading.day_first is not None:
        body["day_first"] = reading.day_first
    stored = json.dumps(body, ensure_ascii=False, sort_keys=True).encode()
    return Raw(key=_key(body), body=stored, kind="post")


def parse(raw: Raw) -> tuple[Envelope, ...]:
    """One post. Another kind yields nothing; no text, or a time that cannot be read, raises ValueError."""
    if raw.kind not in ("post", ""):
        return ()
    try:
        row = json.loads(raw.body)
    except (UnicodeDecodeError, RecursionError) as error:
        raise ValueError("The row is not JSON") from error
    if not isinstance(row, dict) or not (row.keys() & {"text", "said_at", "author_id"}):
        return ()
    if not str(row.get("text") or "").strip():
        raise ValueError("The post has no text")
    extra = dict(row["extra"]) if isinstance(row.get("extra"), dict) else {}
    said_at = None
    if row.get("said_at"):
        said = parse_time(str(row["said_at"]), zone=row.get("zone"), day_first=row.get("day_first"))
        said_at = said.utc
        extra["said_at_original"] = said.original
        if not said.had_zone:
            extra["said_at_zone"] = str(row["zone"])
    network = str(row.get("network") or "").strip().casefold()
    author = _author(row, network or "file")
    if author is None and row.get("author_name"):
        extra["author_name"] = row["author_name"]  # a name alone is nobody's id
    reply_to = _within(network, row.get("reply_to"))
    text = str(row["text"]).replace("\0", "")
    return (
        Envelope(
            key=_key(row),
            kind=Kind.REPLY if reply_to else Kind.POST,
            author=author,
            said_at=said_at,
            body=text,
            public=parse_bool(str(row.get("public", ""))),
            visibility="public" if parse_bool(str(row.get("public", ""))) else "",
            reply_to=reply_to,
            thread=_within(network, row.get("thread")),
            url=str(row.get("url") or ""),
            language=str(row.get("language") or "")[:10],
            revision=hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16],
            extra=extra,
        ),
    )


def _key(row: Mapping[str, Any]) -> str:
    network = str(row.get("network") or "").strip().casefold()
    if row.get("id"):
        return _within(network, row["id"])
    said = [
        str(row.get(name) or "") for name in ("text", "said_at", "author_id", "author_handle", "author_name", "url")
    ]
    digest = hashlib.sha256(json.dumps([network, *said]).encode()).hexdigest()
    return f"content:{digest[:32]}"


def _within(network: str, key: object) -> str:
    """Ids are unique within a network only; a file may hold several."""
    return f"{network}:{key}" if network and key else str(key or "")


def _author(row: Mapping[str, Any], network: str) -> Handle | None:
    """The author where the file names one; None, never an invented one, where it does not."""
    handle = str(row.get("author_handle") or "").strip()
    shown = str(row.get("author_name") or "").strip()
    key = str(row.get("author_id") or "").strip() or handle.lstrip("@").casefold()
    if not key:
        return None
    return Handle(network=network, key=key, name=handle or shown or key, shown=shown)
