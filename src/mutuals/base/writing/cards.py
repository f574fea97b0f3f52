"""Business cards as vCard 4.0 (RFC 6350), one after the other in a file. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

_WIDEST = 75  # bytes of a line, RFC 6350, 3.2


@dataclass(frozen=True, slots=True)
class Card:
    """Whom or what a card is of. `uid` is the same each time; `kind` "individual" or "org"; "" and () say nothing."""

    uid: str
    name: str
    kind: str = "individual"
    email: str = ""
    phone: str = ""
    organisation: str = ""
    role: str = ""
    city: str = ""
    country: str = ""
    language: str = ""
    url: str = ""
    tags: tuple[str, ...] = ()
    changed: datetime | None = None


def card(of: Card) -> str:
    """The lines of one card, each ended by CR LF, and folded where they are longer than 75 bytes."""
    return "".join(f"{_folded(line)}\r\n" for line in _lines(of))


def _lines(of: Card) -> Iterator[str]:
    yield "BEGIN:VCARD"
    yield "VERSION:4.0"
    yield f"KIND:{of.kind}"
    yield f"UID:{_said(of.uid)}"
    yield f"FN:{_said(of.name)}"
    if of.kind == "individual":
        first, _, last = of.name.rpartition(" ")
        yield f"N:{_said(last)};{_said(first)};;;"
    for name, value in (
        ("ORG", of.organisation), ("TITLE", of.role), ("EMAIL", of.email), ("TEL", of.phone), ("LANG", of.language),
        ("URL", of.url),
    ):  # fmt: skip
        if value:
            yield f"{name}:{_said(value)}"
    if of.city or of.country:
        yield f"ADR:;;;{_said(of.city)};;;{_said(of.country)}"
    if of.tags:
        yield f"CATEGORIES:{','.join(map(_said, of.tags))}"
    if of.changed:
        yield f"REV:{of.changed.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield "END:VCARD"


def _said(value: str) -> str:
    """A value as a line holds it: RFC 6350, 3.4. Other control characters are left out."""
    told = value.replace("\\", "\\\\").replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")
    told = told.replace(",", "\\,").replace(";", "\\;")
    return "".join(letter for letter in told if letter >= " " and letter != "\x7f")


def _folded(line: str) -> str:
    """A long line in parts of at most 75 bytes, parted between letters."""
    parts, width = [""], 0
    for letter in line:
        size = len(letter.encode("utf-8", "replace"))
        if width + size > _WIDEST:
            parts.append(" ")
            width = 1
        parts[-1] += letter
        width += size
    return "\r\n".join(parts)
