"""One mail, bytes to envelope. Pure: what the server knows beside the mail (folder, arrival) comes in `Raw.kind`.

`Raw.kind` is `received` or `sent`, then optional words: `;at=1772452800` (arrival, Unix seconds), `;cut` (only the
beginning was fetched because the mail is too large). `Raw.kind` of anything else gives nothing.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.message import Message
from typing import Any

from mutuals.connectors._text import clean, line
from mutuals.connectors.contract import Envelope, Handle, Kind, Raw, Verb
from mutuals.connectors.email._bodies import Content, read_content
from mutuals.connectors.email._headers import addresses, field, handle, ids, moment, normalised, raw_field, raw_fields
from mutuals.connectors.email._message import read
from mutuals.connectors.email._quotes import closing, trimmed

LARGEST = 50_000_000  # bytes of one mail
LONGEST_BODY = 500_000  # characters kept of one text
OUR_ID = re.compile(r"<([A-Za-z0-9-]{1,64})@mutuals\.[^<>@\s]+>")
_AHEAD = timedelta(days=1)
_MOST_CHECKS, _LONGEST_CHECK = 10, 5_000
_DMARC = re.compile(r"\s*dmarc\s*(?:/\s*\d+\s*)?=\s*([a-z]{1,20})(?![a-z])", re.IGNORECASE)
_FROM = re.compile(r"(?<![\w.-])header\s*\.\s*from\s*=\s*(\S*)", re.IGNORECASE)
_QUOTED, _COMMENT = re.compile(r'"(?:[^"\\]|\\.)*"'), re.compile(r"\([^()]*\)")


@dataclass(frozen=True, slots=True)
class Told:
    """What the mail server told beside the mail."""

    sent: bool
    cut: bool
    arrived: datetime | None


def parse(raw: Raw) -> tuple[Envelope, ...]:
    """The mail's envelope; raises ValueError when the bytes are no mail, are too large or nested too deeply."""
    told = _told(raw.kind)
    if told is None:
        return ()
    if len(raw.body) > LARGEST:
        raise ValueError(f"The mail has more than {LARGEST:,} bytes.")
    try:
        return (_envelope(raw.body, told),)
    except ValueError:
        raise
    except RecursionError as error:
        raise ValueError("The mail is nested too deeply.") from error
    except Exception as error:  # the library's reading of hostile parts may raise almost anything
        raise ValueError(f"The mail cannot be read: {type(error).__name__}: {error}") from error


def whole(data: bytes) -> Message:
    """All parts of a mail; raises ValueError beyond the bounds that README.md beside this file names."""
    return read(data)


def key_of(message: Message, body: bytes) -> str:
    """The Message-ID; without one, a hash of who, when, about what, and the text, so that a copy has the same key."""
    found = ids(raw_field(message, "Message-ID"))
    if found:
        return found[0]
    digest = hashlib.sha256()
    for name in ("From", "To", "Date", "Subject"):
        digest.update(raw_field(message, name).encode("utf-8", "replace") + b"\n")
    digest.update(_words(body))
    return f"<{digest.hexdigest()[:40]}@no-id.invalid>"


def mark_of(message: Message, body: bytes) -> str:
    """Tells mails apart that carry one Message-ID: a hash of who, when, about what, and the text, as the bytes stand."""
    digest = hashlib.sha256()
    for name in ("From", "Date", "Subject"):
        digest.update(raw_field(message, name).encode("utf-8", "replace") + b"\n")
    digest.update(_words(body).rstrip())
    return digest.hexdigest()[:16]


def _words(body: bytes) -> bytes:
    """What stands below the fields; of something without an empty line, which may be no mail at all, everything."""
    head, gap, words = body.replace(b"\r\n", b"\n").partition(b"\n\n")
    return words if gap else head


def _told(kind: str) -> Told | None:
    first, *words = kind.split(";")
    if first not in ("received", "sent"):
        return None
    arrived = None
    for word in words:
        if word.startswith("at=") and word[3:].isdigit() and len(word) < 15:
            arrived = datetime.fromtimestamp(int(word[3:]), UTC)
    return Told(first == "sent", "cut" in words, arrived)


def _envelope(data: bytes, told: Told) -> Envelope:
    message = read(data)
    if not any(raw_field(message, name) for name in ("From", "Date", "Message-ID", "Subject", "Received", "To")):
        raise ValueError("This is no mail: it has none of the fields From, To, Date, Subject, Message-ID.")
    content = read_content(message, cut=told.cut)
    key = key_of(message, data)
    whole = clean(content.text)[:LONGEST_BODY].strip()
    said = trimmed(whole)
    parents = ids(raw_field(message, "In-Reply-To")) or ids(content.about)
    chain = [one for one in dict.fromkeys([*ids(raw_field(message, "References")), *parents]) if one != key]
    echo = OUR_ID.fullmatch(key) if told.sent else None
    return Envelope(
        key=key,
        verb=Verb.CREATE,
        kind=Kind.MAIL,
        author=_author(message, whole),
        said_at=_said_at(message, told),
        body=said,
        subject=line(field(message, "Subject"), at_most=500),
        public=False,
        visibility="direct",
        reply_to=next((one for one in [*parents, *reversed(chain)] if one != key), ""),
        others=tuple(chain),
        to=_to(message),
        language=line(field(message, "Content-Language"), at_most=35).partition(",")[0],
        media=content.media,
        own=told.sent,
        echo_of=echo[1] if echo else "",
        original=whole if whole != said else "",
        extra={**_extra(message, content, told), "digest": _digest(message, content, whole)},
    )


def _digest(message: Message, content: Content, text: str) -> str:
    """The same for a mail however it was encoded and whatever servers wrote on its way: who, when, about what, and what."""
    digest = hashlib.sha256()
    senders = ",".join(address for _, address in addresses(message, "From"))
    written = moment(raw_field(message, "Date"))
    subject = " ".join(field(message, "Subject").split())
    for one in (senders, str(written or ""), subject, " ".join(text.split())):
        digest.update(one.encode("utf-8", "replace") + b"\0")
    for media in content.media:
        digest.update(hashlib.sha256(media.data or b"").digest())
    return digest.hexdigest()[:16]


def _author(message: Message, text: str) -> Handle | None:
    """Who is named as writing; nobody named readably = unknown."""
    for name in ("From", "Sender"):
        for shown, address in addresses(message, name):
            return replace(handle(shown, address), closing=closing(text))
    return None


def _to(message: Message) -> tuple[Handle, ...]:
    found = {address: shown for name in ("Cc", "To") for shown, address in addresses(message, name)}
    first = [address for _, address in addresses(message, "To")]
    order = list(dict.fromkeys([*first, *found]))
    return tuple(handle(found[address], address) for address in order)[:100]


def _said_at(message: Message, told: Told) -> datetime | None:
    """The Date field, unless it lies in the future of the arrival; then, or without one, the arrival."""
    arrived = told.arrived
    if arrived is None:
        received = raw_fields(message, "Received")
        arrived = moment(received[0].rpartition(";")[2]) if received else None
    written = moment(raw_field(message, "Date"))
    if written is None or (arrived is not None and written > arrived + _AHEAD):
        return arrived
    return written


def _extra(message: Message, content: Content, told: Told) -> dict[str, Any]:
    """What a reader of the envelope may want to know of a mail; only what is there."""
    extra: dict[str, Any] = dict(content.extra)
    auto = field(message, "Auto-Submitted").lower().partition(";")[0].strip()
    if auto and auto != "no":
        extra["auto"] = auto[:40]
    elif field(message, "X-Autoreply") or field(message, "X-Autorespond"):
        extra["auto"] = "auto-replied"
    precedence = field(message, "Precedence").lower()
    if field(message, "List-Id") or precedence in ("bulk", "list", "junk"):
        extra["list"] = field(message, "List-Id")[:200] or precedence
    if raw_field(message, "Return-Path").strip() == "<>" and "bounce" not in extra and "auto" not in extra:
        extra["auto"] = "auto-generated"
    answer_to = [address for _, address in addresses(message, "Reply-To")]
    named = [address for _, address in addresses(message, "From")]
    if answer_to and answer_to[:1] != named[:1]:
        extra["answer_to"] = answer_to[0]
    if field(message, "X-Spam-Flag").upper() == "YES":
        extra["spam"] = True
    extra |= _checked(message)
    if raw_field(message, "Received"):  # it came over the wire (RFC 5321, 4.4): anybody may have written its From
        extra["delivered"] = True
    if told.cut:
        extra["cut"] = True
    return extra


def _checked(message: Message) -> dict[str, Any]:
    """What servers found of the sender: all of it, and what the uppermost one says; a server may write several lines.

    `dmarc` may refuse a letter and prove none: only `checks` says who wrote it, and of which domain.
    """
    checks = _checks(message)
    found = next((result for server, result, _ in checks if server == checks[0][0] and result), "")
    return {"checks": checks, **({"dmarc": found} if found else {})} if checks else {}


def _checks(message: Message) -> list[list[str]]:
    """Which servers say what of which domain (RFC 8601), the uppermost first: that one came last, and is rather our own.

    Quoted words and comments are taken out, as a sender may write `dmarc=pass` into an address; of two results in one line the
    one that is not `pass` counts. A line that is longer than what is read of it speaks of no domain.
    """
    found = list[list[str]]()
    for told in raw_fields(message, "Authentication-Results")[:_MOST_CHECKS]:
        plain = _QUOTED.sub("", told[:_LONGEST_CHECK])
        for _ in range(3):
            plain = _COMMENT.sub("", plain)
        server, *results = plain.split(";")
        said = [(match[1].lower(), _FROM.findall(one)) for one in results if (match := _DMARC.match(one))]
        asked = {domain for _, domains in said for domain in domains}
        about = _about(message, asked) if said and len(told) <= _LONGEST_CHECK else ""
        name = " ".join(server.split()).partition(" ")[0].lower()[:200]
        found.append([name, min((one for one, _ in said), key=lambda one: one == "pass", default=""), about])
    return found


def _about(message: Message, asked: set[str]) -> str:
    """The domain of which DMARC was asked: `header.from`; where the server wrote none, that of the one From. Empty: unclear."""
    if asked:
        named = {normalised(f"x@{one.rpartition('@')[2]}") for one in asked}
    else:
        is_one = len(raw_fields(message, "From")) == 1
        named = {address for _, address in addresses(message, "From")} if is_one else set()
    domains = {address.rpartition("@")[2] for address in named}
    return domains.pop() if len(domains) == 1 else ""
