"""How many characters a reader sees: extended grapheme clusters, as networks count them.

A reading of Unicode's UAX #29 (rules GB3 to GB13) on the tables of `unicodedata`. Where those tables lack a property
(prepended marks, Indic conjuncts) two are counted where Unicode sees one, so a text is never found shorter than it is.
"""

from __future__ import annotations

import unicodedata

_ZWJ = "\u200d"
_LEADING, _VOWELS, _TRAILING = range(0x1100, 0x1160), range(0x1160, 0x11A8), range(0x11A8, 0x1200)
_SYLLABLES = range(0xAC00, 0xD7A4)
_FLAGS = range(0x1F1E6, 0x1F200)
_TONES = range(0x1F3FB, 0x1F400)
_TAGS = range(0xE0020, 0xE0080)
_PICTURES = (range(0x1F000, 0x1FB00), range(0x2190, 0x2C00), range(0x3030, 0x303E), range(0x3297, 0x329A))


def count(text: str) -> int:
    """The number of grapheme clusters; 0 for an empty text."""
    clusters = flags = 0
    before, picture = "", False
    for here in text:
        flags = flags + 1 if ord(here) in _FLAGS else 0
        if not _joins(before, here, picture, flags):
            clusters += 1
            picture = _is_picture(here)
            flags = min(flags, 1)
        elif _is_picture(here) and not _extends(here):
            picture = True
        before = here
    return clusters


def _joins(before: str, here: str, picture: bool, flags: int) -> bool:
    """Whether `here` belongs to the cluster that `before` ends; `picture`: it began with one."""
    if not before:
        return False
    if before == "\r":
        return here == "\n"
    if unicodedata.category(before) in ("Cc", "Zl", "Zp") or unicodedata.category(here) in ("Cc", "Zl", "Zp"):
        return False
    if _extends(here) or (flags > 0 and flags % 2 == 0):
        return True
    if before == _ZWJ:
        return picture and _is_picture(here)
    return _hangul(ord(before), ord(here))


def _extends(here: str) -> bool:
    point = ord(here)
    if here == _ZWJ or here == "\u200c" or point in _TONES or point in _TAGS:
        return True
    return unicodedata.category(here) in ("Mn", "Me", "Mc")


def _is_picture(here: str) -> bool:
    point = ord(here)
    return here in "©®‼⁉™ℹ" or any(point in block for block in _PICTURES)


def _hangul(before: int, here: int) -> bool:
    if before in _LEADING:
        return here in _LEADING or here in _VOWELS or here in _SYLLABLES
    open_syllable = before in _SYLLABLES and (before - 0xAC00) % 28 == 0
    if before in _VOWELS or open_syllable:
        return here in _VOWELS or here in _TRAILING
    return (before in _TRAILING or before in _SYLLABLES) and here in _TRAILING
