"""Header fields of a mail as strangers write them: folded, in any charset, wrongly encoded, or not at all.

Read from the raw fields, because the library's own reading of a hostile field may raise almost anything.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from contextlib import suppress
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header
from email.headerregistry import HeaderRegistry
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any

from mutuals.connectors._text import line
from mutuals.connectors.contract import Handle

NETWORK = "email"
LONGEST_FIELD = 64_000  # characters read of one field
LONGEST_STRICT = 1000  # characters of addresses that are read by the strict parser, which takes quadratic time
LONGEST_LENIENT = 20_000
LONGEST_WORDS = 8000  # characters in which encoded words are looked for, which takes quadratic time as well
MOST_ADDRESSES = 100
MOST_FIELDS = 5  # with addresses and of one name; there should be one
MOST_REFERENCES = 200
LONGEST_ID = 250
_ID = re.compile(r"<\s*([^<>\s]{1,2000})\s*>")
_BARE_ID = re.compile(r"[^<>\s,;]{1,300}@[^<>\s,;]{1,300}")
_ADDRESS = re.compile(r"[^\s@<>(),;:\"\\\[\]\x00-\x1f]{1,128}@[^\s@<>(),;:\"\\\[\]\x00-\x1f]{1,253}")
_CHARSETS = re.compile(
    r"(utf-?(8|16|32)(le|be)?|iso-?8859-?\d+|windows-?\d+|cp-?\d+|koi8-?[rut]|gb(2312|k|18030)|big5(-?hkscs)?|"
    r"euc-?(jp|kr|cn)|shift[-_]?jis|iso-?2022-?(jp|kr)|us-?ascii|ascii|mac-?\w+|tis-?620|latin-?\d+)"
)
_registry = HeaderRegistry()


def field(message: Message, name: str) -> str:
    """The first field of that name on one line, words decoded; missing = empty."""
    return line(words(raw_field(message, name)), at_most=LONGEST_FIELD)


def raw_field(message: Message, name: str) -> str:
    """The first field of that name, unfolded, bytes read as UTF-8 or else as the old western set."""
    found = next((value for key, value in message.raw_items() if key.lower() == name.lower()), "")
    return _unfold(str(found))


def raw_fields(message: Message, name: str) -> list[str]:
    """All fields of that name, at most fifty."""
    return [_unfold(str(value)) for key, value in message.raw_items() if key.lower() == name.lower()][:50]


def decode(data: bytes, charset: str | None) -> str:
    """Bytes as text: the named charset if it is one for mail and fits, else UTF-8, else the old western set."""
    named = (charset or "").strip().strip("'\"").lower().removesuffix("-i")
    for candidate in (named if _CHARSETS.fullmatch(named) else "utf-8", "utf-8"):
        try:
            return data.decode(candidate)
        except (LookupError, UnicodeError):
            continue
    return data.decode("cp1252", "replace")


def addresses(message: Message, name: str) -> list[tuple[str, str]]:
    """(display name, normalised address) pairs of all fields of that name; what is no address is left out."""
    found: list[tuple[str, str]] = []
    for value in raw_fields(message, name)[:MOST_FIELDS]:
        for shown, address in _pairs(value[:LONGEST_LENIENT]):
            plain = normalised(address)
            if plain and len(found) < MOST_ADDRESSES:
                found.append((line(words(shown), at_most=200), plain))
    return found


def normalised(address: str) -> str:
    """An address as it is compared: lower case, the domain in ASCII; empty when it is none. Dots and tags stay."""
    address = line(address, at_most=400).strip("<> ").lower()
    if not _ADDRESS.fullmatch(address):
        return ""
    local, _, domain = address.rpartition("@")
    try:
        domain = domain.rstrip(".").encode("idna").decode("ascii")
    except UnicodeError:
        return ""
    return f"{local}@{domain}" if domain else ""


def handle(shown: str, address: str) -> Handle:
    """How mail points at somebody: the address is all that stays the same."""
    return Handle(NETWORK, address, address, shown=shown if shown.lower() != address else "")


def ids(text: str) -> list[str]:
    """Message-IDs in the order written, each once, in angle brackets; over-long ones are replaced by their hash."""
    found = _ID.findall(text) or _BARE_ID.findall(text)
    return list(dict.fromkeys(short_id(f"<{line(one, at_most=2000)}>") for one in found))[-MOST_REFERENCES:]


def short_id(one: str) -> str:
    """The id itself, or where it is longer than a key may be, one made of its hash."""
    if len(one) <= LONGEST_ID:
        return one
    return f"<{hashlib.sha256(one.encode()).hexdigest()}@long-id.invalid>"


def moment(text: str) -> datetime | None:
    """A date field as aware UTC; unreadable or impossible = None. A missing zone is UTC (RFC 5322, 3.3)."""
    try:
        found = parsedate_to_datetime(line(text, at_most=200))
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None
    return found if 1970 <= found.year < 2200 else None


def _unfold(value: str) -> str:
    value = value[:LONGEST_FIELD].replace("\r\n", "\n").replace("\n", " ")
    try:
        data = value.encode("ascii", "surrogateescape")
    except UnicodeEncodeError:
        return value.encode("utf-8", "replace").decode()
    return decode(data, "utf-8")


def words(value: str) -> str:
    """RFC 2047 words decoded; a broken word stays as it was written, and so does all behind `LONGEST_WORDS`."""
    if "=?" not in value:
        return value
    value, rest = value[:LONGEST_WORDS], value[LONGEST_WORDS:]
    try:
        parts = decode_header(value)
    except (HeaderParseError, binascii.Error, ValueError, LookupError):
        return value + rest
    return "".join(part if isinstance(part, str) else decode(part, charset) for part, charset in parts) + rest


def _pairs(value: str) -> list[tuple[str, str]]:
    """By the strict parser; where that stumbles or would take long, by the lenient one; nested comments are nobody."""
    if len(value) <= LONGEST_STRICT:
        with suppress(Exception):  # the strict parser raises IndexError, AttributeError and more on hostile fields
            header: Any = _registry("from", value)
            return [(one.display_name, one.addr_spec) for one in header.addresses]
    try:
        return getaddresses([value])[:MOST_ADDRESSES]
    except RecursionError:
        return []
