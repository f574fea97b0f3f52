"""The parts of a mail: the text to read, the attachments, and what a delivery report reports."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from email.utils import collapse_rfc2231_value
from typing import Any

from mutuals.connectors._text import clean, line, plain
from mutuals.connectors.contract import Media
from mutuals.connectors.email._headers import decode, ids, normalised, raw_field, words

MOST_PARTS = 300
MOST_ATTACHMENTS = 50
LARGEST_ATTACHMENT = 25_000_000  # bytes
LONGEST_TEXTS = 3_000_000  # characters read of all texts together
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,100}")
_STATUS = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")


@dataclass(slots=True)
class Content:
    """`text` as read, `media`, `about` (Message-ID that a delivery report is about), and `extra` for the envelope."""

    text: str = ""
    media: tuple[Media, ...] = ()
    about: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


def read_content(message: Message, *, cut: bool) -> Content:
    """All of the body. When `cut`, the last attachment is incomplete and its data is left out."""
    content = Content()
    texts: list[str] = []
    room = [LONGEST_TEXTS]
    media: list[Media] = []
    reports = message.get_content_type() == "multipart/report"
    for part in _leaves(message, [0]):
        kind = part.get_content_type()
        if reports and kind in ("message/delivery-status", "message/rfc822", "text/rfc822-headers"):
            _report(part, content)
        elif kind.startswith("multipart/"):  # says that it has parts, and has none
            texts.append(_text(part, "text/plain", room))
        elif kind in ("text/plain", "text/html") and not _is_attached(part):
            texts.append(_text(part, kind, room))
        elif len(media) < MOST_ATTACHMENTS:
            media.append(_attachment(part, kind))
    if cut and media:
        media[-1] = Media(
            media[-1].name, media[-1].media_type, description="The mail was too large to be fetched whole."
        )
    content.text = "\n\n".join(text for text in texts if text)
    content.media = tuple(media)
    return content


def _leaves(part: Message, seen: list[int]) -> Iterator[Message]:
    """Parts without parts; of alternatives the plain one, unless it is empty. At most `MOST_PARTS` in all."""
    seen[0] += 1
    if seen[0] > MOST_PARTS:
        return
    inner = part.get_payload()
    if not part.is_multipart() or not isinstance(inner, list) or part.get_content_maintype() == "message":
        yield part
    elif part.get_content_type() == "multipart/alternative":
        chosen = _chosen([one for one in inner if isinstance(one, Message)])
        if chosen is not None:
            yield from _leaves(chosen, seen)
    else:
        for one in inner:
            if isinstance(one, Message):
                yield from _leaves(one, seen)


def _chosen(parts: list[Message]) -> Message | None:
    by_kind = {part.get_content_type(): part for part in reversed(parts)}
    first = by_kind.get("text/plain")
    if first is not None and _text(first, "text/plain", [LONGEST_TEXTS]).strip():
        return first
    rich = [part for part in parts if part.get_content_type() in ("text/html", "multipart/related", "multipart/mixed")]
    return rich[0] if rich else first or (parts[-1] if parts else None)


def _is_attached(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or bool(
        part.get_filename() and part.get_content_disposition() != "inline"
    )


def _bytes(part: Message) -> bytes:
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _text(part: Message, kind: str, room: list[int]) -> str:
    """What a part says, as far as there is `room` for it, which it takes."""
    text = decode(_bytes(part), _parameter(part, "charset"))[: room[0]]
    room[0] -= len(text)
    if kind == "text/html":
        return plain(text)
    text = clean(text)
    if _parameter(part, "format").lower() == "flowed":
        text = _unflowed(text, joined=_parameter(part, "delsp").lower() == "yes")
    return text.strip("\n")


def _unflowed(text: str, *, joined: bool) -> str:
    """RFC 3676: a line that ends in a space goes on in the next one, unless it is the mark before a signature."""
    done: list[str] = []
    goes_on = False
    for one in text.split("\n"):
        quoted = one.startswith(">")
        content = one[1:] if one.startswith(" ") else one
        if goes_on and not quoted:
            done[-1] = done[-1][:-1] if joined else done[-1]
        elif done:
            done.append("\n")
        done.append(content)
        goes_on = content.endswith(" ") and content != "-- " and not quoted
    return "".join(done)


def _parameter(part: Message, name: str) -> str:
    value = part.get_param(name)
    return collapse_rfc2231_value(value) if value else ""


def _attachment(part: Message, kind: str) -> Media:
    name = file_name(words(part.get_filename() or ""))
    kind = kind if _TYPE.fullmatch(kind) else "application/octet-stream"
    if kind == "message/rfc822":
        inner = part.get_payload()
        data = inner[0].as_bytes() if isinstance(inner, list) and inner and isinstance(inner[0], Message) else b""
        name = name or "message.eml"
    else:
        data = _bytes(part)
    if len(data) > LARGEST_ATTACHMENT:
        return Media(name or "attachment", kind, description=f"Left out: {len(data):,} bytes are too many.")
    return Media(name or "attachment", kind, data=data)


def file_name(text: str) -> str:
    """A name without folders, control signs or a leading dot, at most 150 characters."""
    return line(re.sub(r'[/\\:*?"<>|]+', "_", text), at_most=150).strip(". ")


def _report(part: Message, content: Content) -> None:
    """RFC 3464: whom the mail did not reach and why; and which mail it was."""
    if part.get_content_type() == "message/delivery-status":
        inner = part.get_payload()
        blocks = [one for one in inner if isinstance(one, Message)] if isinstance(inner, list) else []
        for block in blocks[:50]:
            failed = normalised(raw_field(block, "Final-Recipient").rpartition(";")[2])
            if failed:
                status = _STATUS.search(raw_field(block, "Status"))
                content.extra["bounce"] = {
                    "address": failed,
                    "action": line(raw_field(block, "Action"), at_most=20).lower(),
                    "status": status[0] if status else "",
                    "reason": line(raw_field(block, "Diagnostic-Code"), at_most=300),
                }
                return
    elif part.get_content_type() == "message/rfc822":
        inner = part.get_payload()
        if isinstance(inner, list) and inner and isinstance(inner[0], Message):
            content.about = raw_field(inner[0], "Message-ID")
    else:
        found = re.search(
            r"^message-id:(.*)$", _text(part, "text/plain", [LONGEST_TEXTS]), re.IGNORECASE | re.MULTILINE
        )
        content.about = (ids(found[1]) or [""])[0] if found else ""
