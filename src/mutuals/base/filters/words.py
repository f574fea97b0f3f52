"""Words as conditions ask for them: folded, whole or as a stem, alike in Python and in SQL.

A word is a run of letters and digits. Folding makes letters small and takes accents away. PostgreSQL and Python fold by
the same tables that stand here, whatever the locale of the database; no pattern of a user's ever reaches either.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

from django.db.models import BooleanField, F, Func
from django.db.models.expressions import Combinable

READ = 10_000
"""Letters of one text that are looked through."""
LONGEST = 100  # letters of a phrase
_STEM = 2  # letters that a stem has at least

_MARKS = "\u0300-\u036f\u0640\u064b-\u0652\u0670"
_PARTING = (
    "\u0001-/:-@\\[-`{-\u00bf\u00d7\u00f7\u02c2-\u02df\u060c\u061b\u061f\u066a-\u066d\u06d4\u0964\u0965\u2000-\u2bff"
    "\u2e00-\u2e7f\u3000-\u303f\ue000-\uf8ff\ufe00-\ufe6f\ufff0-\uffff\U0001f000-\U0001faff"
)
_LARGE = "ØÆŒĐŁĦÞŊΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩςАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯЂЄЅІЈЉЊЋЏҐ"
_SMALL = "øæœđłħþŋαβγδεζηθικλμνξοπρστυφχψωσабвгдежзийклмнопрстуфхцчшщъыьэюяђєѕіјљњћџґ"
_ASCII = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")
_FOLD = _ASCII | str.maketrans(_LARGE, _SMALL)
_MARK = re.compile(f"[{_MARKS}]+")
_WORD = re.compile(f"[^\0{_PARTING}]+")
_OF_PATTERNS = re.compile(r"[\\^\[\]{}()|]|\+(?![0-9])|\?(?=\w)|(?<![0-9])\$(?![0-9])|(?<!\w)\*|\*(?=.)")


def folded(text: str) -> str:
    """The first READ letters of a text as words are compared."""
    text = text[:READ]
    if text.isascii():
        return text.lower()
    return _MARK.sub("", unicodedata.normalize("NFKD", text)).translate(_FOLD)


class Said:
    """A text with its words, folded once however many conditions look."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def words(self) -> list[str]:
        """Its words, in order."""
        return _WORD.findall(folded(self.text))

    @cached_property
    def line(self) -> str:
        """All words with one blank around each."""
        return f" {' '.join(self.words)} "

    def has(self, wanted: Iterable[str]) -> bool:
        """Whether any of the checked words or phrases stands in it."""
        return any(f" {one[:-1]}" in self.line if one[-1] == "*" else f" {one} " in self.line for one in wanted)


def phrase(told: Any) -> str:
    """A word or phrase as it is compared, a * at its end for a stem; "" where there is no word in it."""
    if not isinstance(told, str) or len(told) > LONGEST or "\0" in told:
        return ""
    found = _WORD.findall(folded(told))
    if not found or (told.rstrip().endswith("*") and len(found[-1]) < _STEM):
        return ""
    return " ".join(found) + ("*" if told.rstrip().endswith("*") else "")


def mark_of_pattern(told: str) -> str:
    """The first mark that means something in patterns and nothing here, as in "(a+)+$", "colou?r" or ".*"; "" = none.

    What only parts words ("what?", "$100", "+49 30") is none, and neither is the * of a stem.
    """
    found = _OF_PATTERNS.search(told.strip())
    return found[0] if found else ""


def said_in(path: str, wanted: Sequence[str]) -> Combinable:
    """SQL for `Said(column).has(wanted)`; `path` is one column or several, parted by a blank. NULL says nothing."""
    return _Says(*(F(name) for name in path.split()), wanted=tuple(wanted))


def _pattern(wanted: Iterable[str]) -> str:
    """Made of letters and digits and of what stands here: nothing that a user writes is read as a pattern."""
    parts = []
    for one in wanted:
        words = f"[{_PARTING}]+".join(one.rstrip("*").split(" "))
        parts.append(words if one[-1] == "*" else f"{words}([{_PARTING}]|$)")
    return f"(^|[{_PARTING}])({'|'.join(parts)})"


class _Says(Func):
    """Whether a text, folded, fits the pattern.

    What is written without accents is folded cheaply, and looked through for the bare words first: LIKE costs a third of a
    pattern.
    """

    output_field = BooleanField()
    conditional = True

    def __init__(self, *columns: Any, wanted: tuple[str, ...], **more: Any) -> None:
        super().__init__(*columns, **more)
        self.wanted = wanted

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        compiled = [compiler.compile(one) for one in self.source_expressions]
        text = " || ' ' || ".join(sql for sql, _ in compiled)
        text = f"({text})"
        told = [value for _, values in compiled for value in values]
        start = f"left({text}, {READ})"
        small = f'lower({text} COLLATE "C") LIKE ANY (%s) AND lower({start} COLLATE "C") ~ %s'
        marked = f"lower(regexp_replace(normalize({start}, NFKD), %s, '', 'g') COLLATE \"C\")"
        sql = (
            f"coalesce(CASE WHEN octet_length({text}) = length({text}) THEN {small}"
            f' ELSE (translate({marked}, %s, %s) COLLATE "C") ~ %s END, false)'
        )
        pattern = _pattern(self.wanted)
        bare = [f"%{one.rstrip('*').replace(' ', '%')}%" for one in self.wanted]
        return sql, [*told * 3, bare, *told, pattern, *told, f"[{_MARKS}]+", _LARGE, _SMALL, pattern]
