"""What a source's set-up form may hold: the connector's questions, read strictly. Pure: no database, no network."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from mutuals.base.refusals import Refusal, one_line
from mutuals.connectors.contract import Connector, Field

LONGEST = 2000
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]", re.IGNORECASE)
_MAIL = re.compile(r"[^@\s]+@[^@\s]+")
_TRUE, _FALSE = ("1", "true", "yes", "on"), ("", "0", "false", "no", "off")


@dataclass(frozen=True, slots=True)
class Filled:
    """A form that was read: what may be shown, and what may not. Secrets left empty are not in it (= unchanged)."""

    settings: dict[str, Any]
    secrets: dict[str, str]


def read(connector: Connector, answers: Mapping[str, Any], *, has: Sequence[str] = ()) -> Filled:
    """Sort the answers into settings and secrets. `has` names the secrets that are kept already.

    Refused, each told by field: an answer nobody asked for, a needed one that is missing, one of the wrong kind.
    """
    wrong: dict[str, str] = {name: "Nobody asked for this." for name in answers if name not in _names(connector)}
    filled = Filled({}, {})
    for field in connector.fields:
        given = answers.get(field.name)
        if field.secret and given in (None, "") and field.name in has:
            continue
        try:
            value = _value(field, field.default if given is None else given)
        except Refusal as error:
            wrong[field.name] = str(error)
            continue
        if not field.secret:
            filled.settings[field.name] = value
        elif value != "":
            filled.secrets[field.name] = str(value)
    if wrong:
        told = "; ".join(f"{name}: {reason}" for name, reason in wrong.items())
        raise Refusal(f"The form is not complete. {told}", fields=wrong)
    return filled


def _names(connector: Connector) -> set[str]:
    return {field.name for field in connector.fields}


def _value(field: Field, given: Any) -> Any:
    if field.kind == "bool":
        return _bool(given)
    text = _line(field, given)
    if not text:
        return text
    return _READERS.get(field.kind, _text)(field, text)


def _line(field: Field, given: Any) -> str:
    if isinstance(given, str) and field.kind == "text" and field.secret and "\n" in given.strip():
        return given.strip()[: LONGEST * 5]  # a private key has several lines
    return one_line(given, what=field.label, longest=LONGEST, needed=field.required)


def _bool(given: Any) -> bool:
    text = str(given).strip().lower()
    if text not in _TRUE + _FALSE:
        raise Refusal("This is yes or no.")
    return text in _TRUE


def _text(_field: Field, text: str) -> str:
    return text


def _number(_field: Field, text: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,15}", text):
        raise Refusal("This is not a whole number.")
    return int(text)


def _url(_field: Field, text: str) -> str:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise Refusal("This is not a web address.") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0 or " " in text:
        raise Refusal("This is not a web address that starts with https:// or http://.")
    if parts.username or parts.password:
        raise Refusal("A password does not belong into an address.")
    return text


def _host(_field: Field, text: str) -> str:
    if not _HOST.fullmatch(text):
        raise Refusal("This is not the name of a server alone, like mail.example.org.")
    return text


def _email(_field: Field, text: str) -> str:
    if not _MAIL.fullmatch(text):
        raise Refusal("This is not an email address.")
    return text


def _choice(field: Field, text: str) -> str:
    if text not in {value for value, _label in field.choices}:
        raise Refusal("Choose one of the answers.")
    return text


_READERS = {"number": _number, "url": _url, "host": _host, "email": _email, "choice": _choice}
