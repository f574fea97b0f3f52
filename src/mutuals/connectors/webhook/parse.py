"""The JSON of a delivery, checked field by field: README.md beside this file tells the shape."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn

from mutuals.connectors._text import clean, line
from mutuals.connectors.contract import LARGEST_DELIVERY, Envelope, Handle, Kind, Media, Raw, Verb

MOST_EVENTS = 500
MOST_ATTACHMENTS = 20
LONGEST_TEXT = 100_000  # characters
LONGEST_KEY = 300
LARGEST_NUMBER = 2**63 - 1
_TYPES = {"create": Verb.CREATE, "update": Verb.UPDATE, "delete": Verb.DELETE}
_NETWORK = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_EMAIL = re.compile(r"[^\s@<>]{1,128}@[^\s@<>]{1,253}")
_MEDIA_TYPE = re.compile(r"[\w.+-]{1,80}/[\w.+-]{1,80}", re.ASCII)


def parse(raw: Raw) -> tuple[Envelope, ...]:
    """The envelopes of one event or a list of events; an event of an unknown `type` gives none.

    Raises ValueError naming the field: what is not JSON, too much of it, wrong types, NUL bytes, numbers beyond 64
    bits, a time without zone. One wrong event refuses the whole delivery, so that the sender learns of it.
    """
    if raw.kind not in ("", "webhook"):
        return ()
    told = _json(raw.body)
    events = told if isinstance(told, list) else [told]
    if len(events) > MOST_EVENTS:
        raise ValueError(f"A delivery holds at most {MOST_EVENTS} events, this one {len(events)}.")
    single = not isinstance(told, list)
    found = [_event(one, "" if single else f"[{number}].") for number, one in enumerate(events)]
    return tuple(one for one in found if one is not None)


def _json(body: bytes) -> Any:
    if len(body) > LARGEST_DELIVERY:
        raise ValueError(f"The delivery has more than {LARGEST_DELIVERY:,} bytes.")
    try:
        return _READER.decode(body.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        raise ValueError(f"It is not valid JSON (line {error.lineno}, column {error.colno}).") from error
    except RecursionError as error:
        raise ValueError("The JSON is nested too deeply.") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"The body is not UTF-8 (byte {error.start}).") from error


def _event(told: Any, path: str) -> Envelope | None:
    if not isinstance(told, dict):
        _refuse(path.rstrip(".") or "the body", "must be an object")
    verb = _TYPES.get(_text(told, "type", path, required=True))
    if verb is None:
        return None
    key = _text(told, "id", path, required=True, at_most=LONGEST_KEY)
    at = _moment(told, "at", path, required=verb is not Verb.DELETE)
    if verb is Verb.DELETE:
        return Envelope(key=key, verb=verb, kind=_kind(told, path), said_at=at)
    kind, public = _kind(told, path), _flag(told, "public", path)
    body = _text(told, "text", path, at_most=LONGEST_TEXT)
    subject = line(_text(told, "subject", path, at_most=500))
    media = _media(told, path)
    if not (body or subject or media) and kind not in (Kind.LIKE, Kind.SHARE, Kind.FOLLOW):
        _refuse(f"{path}text", "is needed, or subject, or attachments")
    return Envelope(
        key=key,
        verb=verb,
        kind=kind,
        author=_author(told, path),
        said_at=at,
        body=clean(body),
        subject=subject,
        public=public,
        visibility="public" if public else "direct",
        reply_to=_text(told, "reply_to", path, at_most=LONGEST_KEY),
        thread=_text(told, "thread", path, at_most=LONGEST_KEY),
        url=_url(told, "url", path),
        language=_text(told, "language", path, at_most=35),
        revision=_text(told, "revision", path, at_most=100) or _revision(told),
        media=media,
    )


def _author(told: Mapping[str, Any], path: str) -> Handle | None:
    who = told.get("author")
    if who is None:
        return None
    path = f"{path}author."
    if not isinstance(who, dict):
        _refuse(path.rstrip("."), "must be an object or null")
    network = _text(who, "network", path, required=True)
    if not _NETWORK.fullmatch(network):
        _refuse(f"{path}network", "takes small letters, digits, _ and -, at most 40")
    key = _text(who, "id", path, required=True, at_most=LONGEST_KEY)
    email = _text(who, "email_verified", path, at_most=320).strip().lower()
    if email and not _EMAIL.fullmatch(email):
        _refuse(f"{path}email_verified", "must be the mail address that the sender has confirmed")
    return Handle(
        network,
        key,
        line(_text(who, "name", path, at_most=300)) or key,
        shown=line(_text(who, "shown", path, at_most=300)),
        url=_url(who, "url", path),
        verified_email=email,
    )


def _media(told: Mapping[str, Any], path: str) -> tuple[Media, ...]:
    given = told.get("attachments")
    if given is None:
        return ()
    if not isinstance(given, list) or len(given) > MOST_ATTACHMENTS:
        _refuse(f"{path}attachments", f"must be a list of at most {MOST_ATTACHMENTS}")
    return tuple(_attachment(one, f"{path}attachments[{number}].") for number, one in enumerate(given))


def _attachment(told: Any, path: str) -> Media:
    if not isinstance(told, dict):
        _refuse(path.rstrip("."), "must be an object")
    url = _url(told, "url", path)
    if not url:
        _refuse(f"{path}url", "is needed")
    kind = _text(told, "media_type", path, at_most=160).lower() or "application/octet-stream"
    if not _MEDIA_TYPE.fullmatch(kind):
        _refuse(f"{path}media_type", "must look like image/png")
    name = line(_text(told, "name", path, at_most=150)) or "attachment"
    return Media(name, kind, url=url, description=line(_text(told, "description", path, at_most=2000), at_most=2000))


def _kind(told: Mapping[str, Any], path: str) -> Kind:
    text = _text(told, "kind", path) or "message"
    try:
        return Kind(text)
    except ValueError:
        _refuse(f"{path}kind", f"is one of {', '.join(Kind)}")


def _text(told: Mapping[str, Any], name: str, path: str, *, required: bool = False, at_most: int = 100) -> str:
    value = told.get(name)
    if value is None or value == "":
        if required:
            _refuse(f"{path}{name}", "is needed")
        return ""
    if not isinstance(value, str):
        _refuse(f"{path}{name}", "must be a text")
    if "\0" in value:
        _refuse(f"{path}{name}", "contains a NUL byte")
    if len(value) > at_most:
        _refuse(f"{path}{name}", f"is longer than {at_most:,} characters")
    if not (value.isascii() or _is_whole(value)):
        _refuse(f"{path}{name}", "contains half a character")
    return value


def _is_whole(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _flag(told: Mapping[str, Any], name: str, path: str) -> bool:
    value = told.get(name, False)
    if not isinstance(value, bool):
        _refuse(f"{path}{name}", "must be true or false")
    return value


def _moment(told: Mapping[str, Any], name: str, path: str, *, required: bool) -> datetime | None:
    text = _text(told, name, path, required=required)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            _refuse(f"{path}{name}", "has no zone: write 2026-03-02T12:00:00Z or +01:00")
        return moment.astimezone(UTC)
    except OverflowError:
        _refuse(f"{path}{name}", "lies outside of the calendar")
    except ValueError as error:
        if str(error).startswith(path + name):
            raise
        _refuse(f"{path}{name}", "is no time as ISO 8601 writes it")


def _url(told: Mapping[str, Any], name: str, path: str) -> str:
    value = _text(told, name, path, at_most=2000)
    if value and (not value.lower().startswith(("http://", "https://")) or re.search(r"\s", value)):
        _refuse(f"{path}{name}", "must begin with http:// or https:// and have no spaces")
    return value


def _revision(told: Mapping[str, Any]) -> str:
    """Content and time: text A, then B, then A again are three revisions."""
    said = [told.get(name) for name in ("at", "kind", "public", "subject", "text", "url")]
    return hashlib.sha256(_EXACT.encode([*said, told.get("attachments")]).encode()).hexdigest()[:32]


def _refuse(where: str, why: str) -> NoReturn:
    raise ValueError(f"{where} {why}.")


def _whole(text: str) -> int:
    if len(text) > 20 or abs(int(text)) > LARGEST_NUMBER:
        raise ValueError(f"The number {text[:30]} does not fit into 64 bits.")
    return int(text)


def _fraction(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"The number {text[:30]} is too large.")
    return number


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON number.")


_READER = json.JSONDecoder(parse_int=_whole, parse_float=_fraction, parse_constant=_no_number)
_EXACT = json.JSONEncoder(sort_keys=True, check_circular=False)
