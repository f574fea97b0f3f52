"""One writing of a name, an address and a number, so that equal ones are found by an index. Pure."""

from __future__ import annotations

import re
import unicodedata

from mutuals.base.normal import in_form
from mutuals.connectors.files.values import parse_email, parse_phone

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_STACKED = re.compile(
    "([\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{8})"
    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
_UNFOLDED = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})


def tidy(text: str, *, at_most: int) -> str:
    """A text that a database and a line of a screen can hold: no NUL, no half characters, single spaces, cut off.

    Left out is what makes a name look like another one (marks that turn the direction of writing round, letters without
    width) and, of accents on one letter, what is beyond the eighth.
    """
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()[:at_most]
    whole = _STACKED.sub(r"\1", _CONTROLS.sub("", text)).encode("utf-8", "replace").decode("utf-8")
    return " ".join(whole.split())[:at_most].rstrip()


def fold(text: str) -> str:
    """A name as it is looked up: no accents, one case, single spaces ("Łucja  Müller" -> "lucja muller").

    Letters that NFKD does not take apart (ø, ł, æ ...) are replaced by what people type without that keyboard.
    """
    if text.isascii():
        return " ".join(text.lower().split())
    plain = in_form("NFKD", text).casefold()
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(tidy(bare, at_most=len(bare)).translate(_UNFOLDED).split())


def email_key(text: str) -> str:
    """The key of an address on network "email", or empty where the text is not an address."""
    try:
        return parse_email(text)
    except ValueError:
        return ""


def phone_key(text: str, *, region: str | None = None) -> str:
    """The key of a number on network "phone" (E.164), or empty; `region` serves numbers without a country prefix."""
    try:
        return parse_phone(text, region=region)
    except ValueError:
        return ""
