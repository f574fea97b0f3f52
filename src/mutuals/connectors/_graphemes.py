"""How many characters a reader sees: extended grapheme clusters, as networks count them.

A reading of Unicode's UAX #29 (rules GB3 to GB13) on the tables of `unicodedata`. Where those tables lack a property
(prepended marks, Indic conjuncts) two are counted where Unicode sees one, so a text is never found shorter than it is.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right

_ZWJ = "\u200d"
_LEADING, _VOWELS, _TRAILING = range(0x1100, 0x1160), range(0x1160, 0x11A8), range(0x11A8, 0x1200)
_SYLLABLES = range(0xAC00, 0xD7A4)
_FLAGS = range(0x1F1E6, 0x1F200)
_TONES = range(0x1F3FB, 0x1F400)
_TAGS = range(0xE0020, 0xE0080)
# spacing marks that begin a cluster: the exceptions in UAX #29, table 2
_STANDING_ALONE = frozenset(
    "\u102b\u102c\u1038\u1062\u1063\u1064\u1067\u1068\u1069\u106a\u106b\u106c\u106d\u1083\u1087\u1088\u1089\u108a"
    "\u108b\u108c\u108f\u109a\u109b\u109c\u1a61\u1a63\u1a64\uaa7b\uaa7d\U00011720\U00011721"
)
# Extended_Pictographic of Unicode's emoji-data.txt, as first-last in hexadecimal
_TABLE = """
    a9 ae 203c 2049 2122 2139 2194-2199 21a9-21aa 231a-231b 2328 23cf 23e9-23f3 23f8-23fa 24c2 25aa-25ab 25b6 25c0
    25fb-25fe 2600-2604 260e 2611 2614-2615 2618 261d 2620 2622-2623 2626 262a 262e-262f 2638-263a 2640 2642
    2648-2653 265f-2660 2663 2665-2666 2668 267b 267e-267f 2692-2697 2699 269b-269c 26a0-26a1 26a7 26aa-26ab
    26b0-26b1 26bd-26be 26c4-26c5 26c8 26ce-26cf 26d1 26d3-26d4 26e9-26ea 26f0-26f5 26f7-26fa 26fd 2702 2705
    2708-270d 270f 2712 2714 2716 271d 2721 2728 2733-2734 2744 2747 274c 274e 2753-2755 2757 2763-2764 2795-2797
    27a1 27b0 27bf 2934-2935 2b05-2b07 2b1b-2b1c 2b50 2b55 3030 303d 3297 3299 1f004 1f02c-1f02f 1f094-1f09f
    1f0af-1f0b0 1f0c0 1f0cf-1f0d0 1f0f6-1f0ff 1f170-1f171 1f17e-1f17f 1f18e 1f191-1f19a 1f1af-1f1e5 1f201-1f20f
    1f21a 1f22f 1f232-1f23a 1f23c-1f23f 1f249-1f25f 1f266-1f321 1f324-1f393 1f396-1f397 1f399-1f39b 1f39e-1f3f0
    1f3f3-1f3f5 1f3f7-1f3fa 1f400-1f4fd 1f4ff-1f53d 1f549-1f54e 1f550-1f567 1f56f-1f570 1f573-1f57a 1f587
    1f58a-1f58d 1f590 1f595-1f596 1f5a4-1f5a5 1f5a8 1f5b1-1f5b2 1f5bc 1f5c2-1f5c4 1f5d1-1f5d3 1f5dc-1f5de 1f5e1
    1f5e3 1f5e8 1f5ef 1f5f3 1f5fa-1f64f 1f680-1f6c5 1f6cb-1f6d2 1f6d5-1f6e5 1f6e9 1f6eb-1f6f0 1f6f3-1f6ff
    1f7dc-1f7f0 1f80c-1f80f 1f848-1f84f 1f85a-1f85f 1f888-1f88f 1f8ae-1f8af 1f8bc-1f8bf 1f8c2-1f8cf 1f8d9-1f8ff
    1f90c-1f93a 1f93c-1f945 1f947-1f9ff 1fa58-1fa5f 1fa6e-1faff 1fc00-1fffd
"""
_SPANS = [[int(edge, 16) for edge in entry.split("-")] for entry in _TABLE.split()]
_STARTS = [span[0] for span in _SPANS]


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
    kind = unicodedata.category(here)
    return kind in ("Mn", "Me") or (kind == "Mc" and here not in _STANDING_ALONE)


def _is_picture(here: str) -> bool:
    place = bisect_right(_STARTS, ord(here)) - 1
    return place >= 0 and ord(here) <= _SPANS[place][-1]


def _hangul(before: int, here: int) -> bool:
    if before in _LEADING:
        return here in _LEADING or here in _VOWELS or here in _SYLLABLES
    open_syllable = before in _SYLLABLES and (before - 0xAC00) % 28 == 0
    if before in _VOWELS or open_syllable:
        return here in _VOWELS or here in _TRAILING
    return (before in _TRAILING or before in _SYLLABLES) and here in _TRAILING
