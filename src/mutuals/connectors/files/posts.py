"""Posts out of files: a mapped row becomes a Raw, and a Raw becomes an Envelope. Pure, and the same twice."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from mutuals.base.normal import in_form
from mutuals.connectors.contract import Envelope, Handle, Kind, Raw
from mutuals.connectors.files.mapping import Reading
from mutuals.connectors.files.times import parse_time
from mutuals.connectors.files.values import parse_bool

_TEXTS = ("id", "text", "author_id", "author_name", "author_handle", "network", "said_at", "public", "reply_to",
          "thread", "url", "language")  # fmt: skip
_BY_CONTENT = re.compile(r"((?:said|content):[0-9a-f]{32})(?:#.*)?", re.DOTALL)


def post_raw(record: Mapping[str, Any], reading: Reading) -> Raw:
    """One row of `mapping.apply(..., "posts")` as it is kept. `reading` goes with it, so that it can be read again.

    Without an id of its own a post is known by its content: the same row twice is one post. Which column told the author
    does not matter for that, nor how the time is written where it can be read one way only.
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


def key_before(record: Mapping[str, Any]) -> str:
    """The key that a post without an id was given by earlier versions, of its fields as they stood."""
    return _key_before({name: str(record[name]) for name in _TEXTS if record.get(name)})


def parse(raw: Raw) -> tuple[Envelope, ...]:
    """One post. Another kind yields nothing; no text, or a time that cannot be read, raises ValueError.

    A key by content that it was kept under stays its key, whatever today's would be.
    """
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
            key=kept[1] if (kept := _BY_CONTENT.fullmatch(raw.key)) else _key(row),
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
    author = next((str(row[name]) for name in ("author_id", "author_handle", "author_name") if row.get(name)), "")
    told = [
        network,
        author.strip().lstrip("@").casefold(),
        _moment(row),
        _plain(row.get("text")),
        _plain(row.get("url")),
    ]
    return f"said:{hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]}"


def _plain(text: object) -> str:
    return " ".join(in_form("NFC", str(text or "")).split())


def _moment(row: Mapping[str, Any]) -> str:
    """When it was said: in UTC where the text names its zone, else as its clock showed it, whichever zone was chosen.

    As written where it could be read two ways, or not at all: then the choice of the order does not change it either.
    """
    written = _plain(row.get("said_at"))
    try:
        day, month = (parse_time(written, zone="UTC", day_first=one) for one in (True, False))
    except ValueError:
        return written
    if day.utc != month.utc:
        return written
    return day.utc.isoformat() if day.had_zone else day.utc.replace(tzinfo=None).isoformat()


def _key_before(row: Mapping[str, Any]) -> str:
    network = str(row.get("network") or "").strip().casefold()
    names = ("text", "said_at", "author_id", "author_handle", "author_name", "url")
    told = json.dumps([network, *(str(row.get(name) or "") for name in names)])
    return f"content:{hashlib.sha256(told.encode()).hexdigest()[:32]}"


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
