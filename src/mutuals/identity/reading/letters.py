"""Any script in Latin letters: what is compared is written with a to z and 0 to 9. Pure; nothing is refused."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii

LONGEST = 200
"""Letters of one text that are read; what stands behind tells nothing more of who somebody is."""
_UMLAUTS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "Ø": "Oe"}
)
_NOT_PLAIN = re.compile(r"[^a-z0-9]+")
_NOT_WORD = re.compile(r"[^a-z]+")
_SILENT = re.compile(r"['’ʼ`´ʹʿ]")
_PARTED = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SYLLABIC = re.compile(r"[一-鿿㐀-䶿가-힣]")


def clean(text: str) -> str:
    """Composed, without letters that cannot be seen (bidi marks, NUL, joiners), cut to LONGEST."""
    if text.isascii() and text.isprintable():
        return text[:LONGEST].strip()
    composed = unicodedata.normalize("NFC", text[: 2 * LONGEST])
    return "".join(c for c in composed if unicodedata.category(c) not in ("Cf", "Cc", "Cs", "Co")).strip()[:LONGEST]


@lru_cache(65_536)
def latin(text: str) -> str:
    """In Latin letters with their case; syllables of Chinese and Korean are parted by blanks."""
    if text.isascii():
        return text
    written = anyascii(clean(text))
    return _PARTED.sub(" ", written) if _SYLLABIC.search(text) else written


def syllabic(text: str) -> bool:
    """Written in Chinese characters or Hangul, where the family name comes first."""
    return bool(_SYLLABIC.search(text[:LONGEST]))


def words(text: str) -> list[str]:
    """The words of a name in small Latin letters: `O'Brien-Ruíz` is obrien and ruiz."""
    written = latin(spoken(text)).lower()
    if not written.isalpha():
        return [word for word in _NOT_WORD.split(_SILENT.sub("", written)) if word]
    return [written]


def spoken(text: str) -> str:
    """Without pictures and signs, which have names that nobody bears."""
    if text.isascii():
        return text
    return "".join(" " if unicodedata.category(c) in ("So", "Sk", "Sm", "Cn") else c for c in text[: 2 * LONGEST])


def plain(text: str) -> str:
    """Only letters and digits, small."""
    written = latin(text).lower()
    return written if written.isalnum() and written.isascii() else _NOT_PLAIN.sub("", written)


def other(text: str) -> str:
    """The same text with umlauts written in two letters (Müller is Mueller); the text itself where it has none."""
    if text.isascii():
        return text
    composed = unicodedata.normalize("NFC", text[:LONGEST])
    return composed.translate(_UMLAUTS)
