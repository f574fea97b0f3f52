"""Formats of one record after another: JSON Lines, mbox, vCard. All streamed, one record in memory at a time."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import vobject
from vobject.base import VObjectError

from mutuals.connectors.files.shapes import (
    MAX_COLUMNS,
    MAX_LINE,
    MAX_MAIL,
    BadRow,
    MailRow,
    Row,
    Value,
    flat,
    start_of,
    width,
)

logging.getLogger("vobject.base").setLevel(logging.CRITICAL)  # it would write the lines of cards into our log
_FROM = re.compile(rb"^From \S+.*\d{2}:\d{2}")
_LONE = re.compile("[\ud800-\udfff]")  # half of a pair, which no database stores
_QUOTED_FROM = re.compile(rb"^>+From ")
logging.getLogger("vobject.base").setLevel(logging.CRITICAL)  # it would write the lines of cards into our log
CARD_COLUMNS = (
    "id", "name", "given_name", "family_name", "emails", "phones", "organisation", "role", "city", "country",
    "language", "birthday", "tags", "website", "mastodon", "bluesky", "note",
)  # fmt: skip


def jsonl_rows(path: Path, encoding: str) -> Iterator[Row | BadRow]:
    """One object per line. Numbers stay as they were written, so no digit of a long one is lost."""
    number = 0
    with path.open("rb") as file:
        while line := file.readline(MAX_LINE + 1):
            number += 1
            if len(line) > MAX_LINE:
                while line and not line.endswith(b"\n"):
                    line = file.readline(MAX_LINE)
                yield BadRow(number, f"The line is longer than {MAX_LINE >> 20} MiB")
                continue
            if line.strip():
                yield _object(number, line, encoding, whole=line.endswith(b"\n"))


def _object(number: int, line: bytes, encoding: str, *, whole: bool) -> Row | BadRow:
    try:
        text = line.decode(encoding)
        found = json.loads(text, parse_int=str, parse_float=str, parse_constant=lambda _: "")
    except UnicodeDecodeError as error:
        return BadRow(number, f"Byte {error.start} is not {encoding} text", start_of(line.decode(encoding, "replace")))
    except RecursionError:
        return BadRow(number, "The object is nested too deeply", start_of(text))
    except ValueError as error:
        cut = "" if whole else "; the file seems to be cut off here"
        return BadRow(number, f"Not JSON: {error}{cut}", start_of(text))
    if not isinstance(found, dict):
        return BadRow(number, "The line is JSON but not an object with names", start_of(text))
    if (names := width(found)) > MAX_COLUMNS:
        return BadRow(number, f"The object has {names:,} names; at most {MAX_COLUMNS:,} are read", start_of(text))
    if "\\u" not in text:
        return Row(number, flat(found))
    plain = json.dumps(found, ensure_ascii=False)
    mended = _LONE.sub("\ufffd", plain).replace("\\u0000", "")
    if mended == plain:
        return Row(number, flat(found))
    return Row(number, flat(json.loads(mended)), ("NUL bytes or half characters removed",))


def mbox_rows(path: Path) -> Iterator[MailRow | BadRow]:
    """Each message as bytes, `>From ` taken back to `From ` (mboxrd). A message above 50 MiB is left out and told."""
    number, size = 0, 0
    lines: list[bytes] = []
    blank = True
    with path.open("rb") as file:
        while line := file.readline(MAX_LINE):
            if blank and _FROM.match(line):
                if number:
                    yield _mail(number, lines, size)
                number, size, lines = number + 1, 0, []
            elif number:
                size += len(line)
                if size <= MAX_MAIL:
                    lines.append(line[1:] if _QUOTED_FROM.match(line) else line)
                else:
                    lines = lines[:50]
            blank = not line.strip(b"\r\n")
    if number:
        yield _mail(number, lines, size)


def _mail(number: int, lines: list[bytes], size: int) -> MailRow | BadRow:
    if size > MAX_MAIL:
        head = b"".join(lines[:20]).decode("utf-8", "replace")
        return BadRow(number, f"The mail is longer than {MAX_MAIL >> 20} MiB", start_of(head))
    if lines and not lines[-1].strip(b"\r\n"):
        lines.pop()
    return MailRow(number, b"".join(lines))


def card_rows(path: Path, encoding: str) -> Iterator[Row | BadRow]:
    """vCards 2.1 to 4.0, each by itself: a broken card costs only itself."""
    number, size = 0, 0
    lines: list[str] = []
    with path.open("r", encoding=encoding, errors="replace", newline=None) as file:
        while line := file.readline(MAX_LINE):
            mark = line.strip().upper()
            if mark == "BEGIN:VCARD":
                if lines:
                    yield BadRow(number, "The card is not ended", start_of("".join(lines)))
                number, size, lines = number + 1, 0, []
            if number:
                size += len(line)
                if size <= MAX_LINE:
                    lines.append(line)
            if mark == "END:VCARD" and lines:
                yield (
                    _card(number, _without_soft_breaks(lines))
                    if size <= MAX_LINE
                    else BadRow(number, "The card is too long")
                )
                lines = []
    if lines:
        yield BadRow(number, "The file is cut off inside this card", start_of("".join(lines)))


def _without_soft_breaks(lines: list[str]) -> str:
    """A card whose quoted-printable lines are whole; vobject would take time with the square of their number."""
    done: list[str] = []
    goes_on = False
    for line in lines:
        goes_on = line.endswith("=\n") and (goes_on or "quoted-printable" in line.partition(":")[0].lower())
        done.append(line[:-2] if goes_on else line)
    return "".join(done)


def _card(number: int, text: str) -> Row | BadRow:
    nul = "\0" in text
    try:
        card, skipped = _open_card(text.replace("\0", ""))
        values = _card_values(card.contents)
    except (VObjectError, ValueError, LookupError, AttributeError, TypeError, RecursionError, StopIteration) as error:
        return BadRow(number, f"Not a readable card ({start_of(str(error), 80)})", start_of(text))
    notes = (*(["NUL bytes removed"] if nul else []), *(["Lines that are no vCard left out"] if skipped else []))
    return Row(number, values, notes)


def _open_card(text: str) -> tuple[Any, bool]:
    """The card, and whether lines of it had to be left out."""
    try:
        return vobject.readOne(text, allowQP=True), False
    except VObjectError:
        return vobject.readOne(text, ignoreUnreadable=True, allowQP=True), True


def _card_values(contents: dict[str, list[Any]]) -> dict[str, Value]:
    found: dict[str, Value] = dict.fromkeys(CARD_COLUMNS, "")
    for column, name in (("id", "uid"), ("name", "fn"), ("note", "note"), ("birthday", "bday"), ("language", "lang")):
        found[column] = _text(contents, name)
    found["role"] = _text(contents, "title") or _text(contents, "role")
    found["website"] = _text(contents, "url")
    found["organisation"] = _text(contents, "org")
    found["emails"] = _texts(contents, "email")
    found["phones"] = [phone.removeprefix("tel:") for phone in _texts(contents, "tel")]
    found["tags"] = [tag for tags in _texts(contents, "categories") for tag in tags.split(",") if tag]
    if "n" in contents:
        given, family = contents["n"][0].value.given, contents["n"][0].value.family
        found["given_name"], found["family_name"] = _plain(given), _plain(family)
    if "adr" in contents:
        found["city"], found["country"] = (
            _plain(contents["adr"][0].value.city),
            _plain(contents["adr"][0].value.country),
        )
    for account in _texts(contents, "socialprofile") + _texts(contents, "x-socialprofile") + _texts(contents, "impp"):
        for network in ("mastodon", "bluesky"):
            if network in account.lower() or (network == "bluesky" and "bsky" in account.lower()):
                found[network] = account.removeprefix(f"{network}:")
    return found


def _text(contents: dict[str, list[Any]], name: str) -> str:
    return next(iter(_texts(contents, name)), "")


def _texts(contents: dict[str, list[Any]], name: str) -> list[str]:
    """Every value of a property; the one that the card prefers comes first, the others stay in their order."""
    lines = sorted(contents.get(name, ()), key=_rank)
    return [text for line in lines if (text := _plain(line.value, first=name == "org"))]


def _rank(line: Any) -> int:
    """How much a card prefers a value, least first. vCard 3.0 says TYPE=pref, 2.1 a bare PREF, 4.0 PREF=1 to 100 with
    1 before all others and none behind them (RFC 2426, 6350).
    """
    named: dict[str, list[str]] = getattr(line, "params", {})
    kinds = {kind.strip().lower() for kinds in named.get("TYPE", []) for kind in str(kinds).split(",")}
    bare = {str(one).lower() for one in getattr(line, "singletonparams", [])}
    if "pref" in kinds | bare or ("PREF" in named and not named["PREF"]):
        return 1
    said = next(iter(named.get("PREF", [])), "").strip()
    return int(said) if said.isascii() and said.isdigit() and 0 < len(said) < 4 else 101


def _plain(value: object, *, first: bool = False) -> str:
    if isinstance(value, list):
        return str(value[0]).strip() if first and value else ",".join(str(part).strip() for part in value)
    return str(value).strip() if value else ""
