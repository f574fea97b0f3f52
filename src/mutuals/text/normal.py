"""A post as it came, made plain: bounded in length, without mark-up, hidden signs and endless repetition.

Everything here is linear in at most LONGEST characters, whatever was sent.
"""

from __future__ import annotations

import html
import re
import unicodedata

LONGEST = 10_000
"""Characters of one text that are read; what comes after is not."""
_MENTIONS = 20  # names in a row that are kept; a thousand of them say no more

_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufe00-\ufe0f"
    "\ufff9-\uffff\U000e0000-\U000e0fff]"
)
_PILED = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\u0e31-\u0e4e])[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\u0e31-\u0e4e]+"
)
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,300}>")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[A-Za-z]{2,31});")
_LONG = re.compile(r"(\S)\1{3,}")
_BLANK = re.compile(r"\s+")
_URL = re.compile(r"(?:https?://|www\.)\S{1,2000}|\bhttps?\b", re.IGNORECASE)
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_MENTION = re.compile(r"(?<![\w@])[@＠][\w.-]{1,80}(?:@[\w.-]{1,80})?")
_HASHTAG = re.compile(r"(?<![\w#])[#＃](\w{1,100})")
_CAMEL = re.compile(r"(?<=[a-zß-ÿ0-9])(?=[A-ZÀ-Þ])|(?<=[A-Z])(?=[A-Z][a-z]{2})|(?<=[^\W\d])(?=\d)|_")
_CODE_LEAST = 48
_CODE = re.compile(rf"[A-Za-z0-9+/=_-]{{{_CODE_LEAST},}}")
"""A run of letters and digits that is no word of anybody: base64, keys, floods of one word."""


def plain(text: str) -> str:
    """The text as one line without mark-up, hidden and control signs, and with at most three of the same in a row.

    Letters in other shapes (mathematical, wide, ligatures) become plain ones; emoji stay. At most LONGEST characters.
    """
    text = text[:LONGEST]
    if "&" in text:
        text = _ENTITY.sub(lambda hit: html.unescape(hit.group(0)), text)
    if "<" in text:
        text = _TAG.sub(" ", text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _PILED.sub(r"\1", _HIDDEN.sub("", text)))[:LONGEST]
    else:
        text = _HIDDEN.sub("", text)
    return _BLANK.sub(" ", _LONG.sub(r"\1\1\1", text)).strip()


def spoken(text: str) -> str:
    """A plain text as it is read: addresses as signs (`§u`, `§m`, `§a`), hashtags as words.

    `§u` is a link or a run of code, `§m` an address of mail, `§a` somebody who is named; at most twenty names are kept.
    """
    if "." in text or "http" in text:
        text = _URL.sub(" §u ", text)
    if len(text) >= _CODE_LEAST:
        text = _CODE.sub(" §u ", text)
    if "@" in text or "＠" in text:
        text = _MENTION.sub(_Few(), _MAIL.sub(" §m ", text))
    if "#" in text or "＃" in text:
        text = _HASHTAG.sub(_hashtag, text)
    return text


def said(text: str) -> str:
    """A plain text without links, addresses, names and the sign of hashtags: what tells its language."""
    if "." in text or "http" in text:
        text = _URL.sub(" ", text)
    if len(text) >= _CODE_LEAST:
        text = _CODE.sub(" ", text)
    if "@" in text:
        text = _MENTION.sub(" ", _MAIL.sub(" ", text))
    return text.replace("#", " ").replace("_", " ")


class _Few:
    """Names somebody, up to a number of times."""

    def __init__(self) -> None:
        self._left = _MENTIONS

    def __call__(self, hit: re.Match[str]) -> str:
        self._left -= 1
        return " §a " if self._left >= 0 else " "


def _hashtag(hit: re.Match[str]) -> str:
    return f" # {_CAMEL.sub(' ', hit.group(1))} "
