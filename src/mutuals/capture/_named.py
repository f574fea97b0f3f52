"""Whether bytes name somebody, however they were packed: escapes of JSON and of web addresses, the encodings of mail.

Asked in two steps. `like` is a wide regular expression by which PostgreSQL finds what may name them, without reading all
bytes over the wire; `in_bytes` and `in_text` then unpack and look for a handle as a whole: Bea's address is no part of
Libea's, 1002 none of 21002.
"""

from __future__ import annotations

import html
import quopri
import re
import unicodedata
from collections.abc import Iterable, Iterator
from email.header import decode_header
from email.message import Message
from urllib.parse import unquote_plus

from mutuals.base.normal import in_form
from mutuals.connectors.email.parse import whole

SHORTEST = 4  # letters; a shorter handle finds too much
_LONGEST_WORDS = 8000  # characters of a field in which encoded words are undone, which takes quadratic time
_DEEPEST = 3  # how often JSON stands inside of JSON
_HIDDEN = r"base64|=\?[^?]{1,40}\?b\?"  # what no expression finds
_SOFT = r"(?:=\r?\n)?"  # a line of quoted-printable may end anywhere
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_PLAIN = {"n": "\n", "r": "\r", "t": "\t", "b": " ", "f": " "}
_ENCODED = re.compile(rb"base64|quoted-printable|=\?", re.IGNORECASE)


class Named:
    """Somebody's handles, to be looked for. False where there is none that is long enough."""

    def __init__(self, handles: Iterable[str]) -> None:
        keys = sorted({_folded(one) for one in handles if len(one) >= SHORTEST})
        self._keys = keys
        self._whole = re.compile(rf"(?<![\w.+%\ufffd-])(?:{'|'.join(map(re.escape, keys))})(?![\w@+%-])")

    def __bool__(self) -> bool:
        return bool(self._keys)

    @property
    def like(self) -> str:
        """For `lower(encode(bytes, 'escape')) ~ ...` in PostgreSQL: finds all that may name them, and more."""
        return "|".join([*(_SOFT.join(map(_spelt, key)) for key in self._keys), _HIDDEN])

    def in_bytes(self, body: bytes) -> bool:
        """Whether the bytes, as JSON, form, mail or text, hold one of the handles."""
        return any(self.in_text(text) for text in _texts(body))

    def in_text(self, text: str) -> bool:
        """Whether a text holds one of the handles, as it stands or behind escapes."""
        return any(self._whole.search(_folded(one)) for one in _views(text))


def _folded(text: str) -> str:
    return in_form("NFC", text).casefold()


def _spelt(letter: str) -> str:
    """How a letter may stand in bytes that PostgreSQL shows in its format "escape", all in small letters."""
    if letter.isascii() and letter.isalnum():
        return letter
    cases = {letter, letter.upper(), letter.lower()}
    forms = {unicodedata.normalize(form, one) for one in cases for form in ("NFC", "NFD")}
    ways = {"".join(f"(?:{'|'.join(_signs(sign))})" for sign in form) for form in forms}
    return f"(?:{'|'.join(sorted(ways))})"


def _signs(sign: str) -> list[str]:
    if sign.isascii() and sign.isalnum():
        return [sign.lower()]
    slashes = r"(?:\\\\)"  # one of JSON's, doubled by the format
    sets = [sign.encode("utf-8", "replace")] + ([sign.encode("latin-1")] if 127 < ord(sign) < 256 else [])
    shown = ["".join(chr(byte) if byte < 128 else f"\\{byte:03o}" for byte in one) for one in sets]
    units = sign.encode("utf-16-be", "surrogatepass").hex()
    return [
        *((slashes + "*" if sign.isascii() else "") + re.escape(one) for one in shown),
        "".join(f"{slashes}+u{units[at : at + 4]}" for at in range(0, len(units), 4)),
        *("".join(f"[%=]{byte:02x}" for byte in one) for one in sets),
        f"&#(?:0*{ord(sign)}|x0*{ord(sign):x});",
    ]


def _texts(body: bytes) -> Iterator[str]:
    yield _read(body)
    if _ENCODED.search(body):
        try:
            yield from _of_mail(whole(body))
        except (RecursionError, ValueError, LookupError, TypeError, AttributeError):  # it is as hostile as it likes
            yield _read(quopri.decodestring(body))


def _of_mail(message: Message) -> Iterator[str]:
    for part in message.walk():
        for name, value in part.raw_items():
            yield f"{name}: {_words(str(value))}"
        data = None if part.is_multipart() else part.get_payload(decode=True)
        if isinstance(data, bytes):
            yield _read(data)


def _words(value: str) -> str:
    if "=?" not in value:
        return value
    value, rest = value[:_LONGEST_WORDS], value[_LONGEST_WORDS:]
    try:
        parts = decode_header(value)
    except (ValueError, LookupError):
        return value + rest
    return "".join(part if isinstance(part, str) else _read(part) for part, _ in parts) + rest


def _read(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _views(text: str) -> Iterator[str]:
    yield text
    for one in (text, unquote_plus(text) if "%" in text else "", html.unescape(text) if "&#" in text else ""):
        if one and one is not text:
            yield one
        for _ in range(_DEEPEST):
            plain = _unescaped(one)
            if plain == one:
                break
            yield plain
            one = plain


def _unescaped(text: str) -> str:
    """JSON's escapes undone once, whether the text is JSON or not."""
    if "\\" not in text:
        return text
    plain = _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else _PLAIN.get(found[2], found[2]), text)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
