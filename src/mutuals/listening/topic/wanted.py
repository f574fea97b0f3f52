"""What a topic asks for, in words: `kettle AND (leak* OR "hot water" NEAR(5) floor) NOT toy`. Read into a tree, or refused.

A word is met in any case and with or without accents; `leak*` is any word that begins so; "in quotes" are words in a row;
NEAR(5) has at most five words between; AND may be left out; `-toy` is NOT toy. NOT binds most, then NEAR, AND, OR.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from mutuals.base.refusals import Refusal

LONGEST, MOST_WORDS, DEEPEST, FARTHEST = 2_000, 100, 10, 50
"""Letters of a question, words in it, brackets in brackets, and words between two that are near."""
NEAR = 10
"""Words between two that are near where no number is said."""
LEAST = 3
"""Letters before a star."""
_ALONE = "\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
_WORD = re.compile(rf"[@#＠＃]?(?:[{_ALONE}]|(?:(?![{_ALONE}])\w|[\u0300-\u036f\u064b-\u0652\u0670\u0900-\u0dff])+)")
_PIECE = re.compile(
    r'\s*(?:(")|([()])|(NEAR(?:\s*\(\s*(\d{1,9})\s*\)|/(\d{1,9}))?(?![\w*]))|(-)(?=["(\w@#])|([^\s()"]+))'
)
_MARKS = re.compile("[\u0300-\u036f\u064b-\u0652\u0670\u0640]")


class Unclear(Refusal):
    """A question that cannot be understood. `at` is the letter, from 1, where that shows."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(f"At letter {at}: {message}", fields={"words": f"At letter {at}: {message}"})
        self.at = at


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in a row, as `folded` gives them; of the last one only the beginning where `is_start`."""

    words: tuple[str, ...]
    is_start: bool = False


@dataclass(frozen=True, slots=True)
class Near:
    """Two that stand near each other, either one first; each is a Phrase, or an Either of them."""

    one: Node
    other: Node
    within: int


@dataclass(frozen=True, slots=True)
class Both:
    """All of them."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """One of them at least."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Not that."""

    part: Node


Node = Phrase | Near | Both | Either | Not


def read(text: str) -> Node:
    """The tree of a question. Unclear: what is no question, is too long, or holds where no word of it is said."""
    if len(text) > LONGEST:
        raise Unclear(f"a topic has at most {LONGEST:,} letters.", LONGEST + 1)
    tree = _Reading(text).whole()
    if anchors(tree) is None:
        raise Unclear("this holds wherever a word is not said; each way to meet it needs a word that is said.", 1)
    return tree


def anchors(node: Node) -> frozenset[Phrase] | None:
    """Phrases one of which is there wherever it holds, those that are likely rarest; None where none need be."""
    if isinstance(node, Phrase):
        return frozenset((node,))
    if isinstance(node, Not):
        return None
    if isinstance(node, Either):
        found = [anchors(part) for part in node.parts]
        return None if None in found else frozenset(one for some in found if some for one in some)
    parts = (node.one, node.other) if isinstance(node, Near) else node.parts
    told = [some for part in parts if (some := anchors(part)) is not None]
    return min(told, key=lambda some: (len(some), -min(len(rarest(one)) for one in some)), default=None)


def rarest(phrase: Phrase) -> str:
    """The word of a phrase by which it is looked for: its longest."""
    return max(phrase.words, key=len)


def phrases(node: Node) -> Iterator[Phrase]:
    """Those that speak for it, in their order; what must not be there is left out."""
    if isinstance(node, Phrase):
        yield node
    elif isinstance(node, Near):
        yield from phrases(node.one)
        yield from phrases(node.other)
    elif isinstance(node, Both | Either):
        for part in node.parts:
            yield from phrases(part)


def spelled(text: str) -> list[str]:
    """The words and phrases of a question as they are written, without quotes, in their order. It must be one that is read."""
    found, at = list[str](), 0
    while piece := _PIECE.match(text, at):
        at = piece.end()
        if piece[1]:
            end = text.index('"', at)
            found.append(text[at:end])
            at = end + 1
        elif piece[7] and piece[7] not in ("AND", "OR", "NOT"):
            found.append(piece[7])
    return found


def words(text: str) -> list[re.Match[str]]:
    """The words of a text where they stand. Scripts without blanks between words give one word a letter."""
    return list(_WORD.finditer(text))


@lru_cache(maxsize=100_000)
def folded(word: str) -> str:
    """A word as it is compared: no capitals, no accents, no marks of Arabic vowels."""
    plain = word.casefold()
    if not plain.isascii():
        plain = _MARKS.sub("", unicodedata.normalize("NFKC", _MARKS.sub("", unicodedata.normalize("NFD", plain))))
    return plain.casefold()


class _Reading:
    """Goes through the pieces of a question once, from left to right."""

    def __init__(self, text: str) -> None:
        self._text, self._at, self._depth, self._words = text, 0, 0, 0

    def whole(self) -> Node:
        if not self._text.strip():
            raise Unclear("write at least one word.", 1)
        found = self._either()
        if (piece := self._peek()) is not None:
            raise Unclear("this bracket closes nothing.", piece.start(2) + 1)
        return found

    def _peek(self) -> re.Match[str] | None:
        found = _PIECE.match(self._text, self._at)
        if found is None and self._text[self._at :].strip():
            raise Unclear("this cannot be read.", self._at + 1)
        return found

    def _is(self, word: str) -> bool:
        piece = self._peek()
        return piece is not None and piece[7] == word

    def _take(self) -> None:
        piece = self._peek()
        self._at = piece.end() if piece else len(self._text)

    def _either(self) -> Node:
        parts = [self._both()]
        while self._is("OR"):
            self._take()
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _both(self) -> Node:
        parts = [self._near()]
        while (piece := self._peek()) is not None and piece[2] != ")" and piece[7] != "OR":
            if piece[7] == "AND":
                self._take()
            parts.append(self._near())
        return parts[0] if len(parts) == 1 else Both(tuple(parts))

    def _near(self) -> Node:
        found = self._one()
        while (piece := self._peek()) is not None and piece[3]:
            at = piece.start(3) + 1
            self._take()
            within = int(piece[4] or piece[5] or NEAR)
            if not 1 <= within <= FARTHEST:
                raise Unclear(f"near is from 1 to {FARTHEST} words.", at)
            other = self._one()
            if not (_is_place(found) and _is_place(other)):
                raise Unclear("NEAR stands between words, phrases, or brackets with OR between such.", at)
            found = Near(found, other, within)
        return found

    def _one(self) -> Node:
        piece = self._peek()
        if piece is None or piece[2] == ")":
            raise Unclear("a word is missing here.", self._at + 1 if piece is None else piece.start(2) + 1)
        at = piece.end() - len(piece[0].lstrip()) + 1
        if piece[6] or piece[7] == "NOT":
            self._take()
            self._deeper(at)
            found: Node = Not(self._one())
            self._depth -= 1
            return found
        if piece[7] in ("AND", "OR") or piece[3]:
            raise Unclear(f"a word is missing before {piece[7] or 'NEAR'}.", at)
        self._take()
        if piece[2]:
            self._deeper(at)
            found = self._either()
            self._depth -= 1
            closing = self._peek()
            if closing is None:
                raise Unclear("this bracket is never closed.", at)
            self._take()
            return found
        return self._quoted(at) if piece[1] else self._phrase(piece[7], at)

    def _deeper(self, at: int) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise Unclear(f"at most {DEEPEST} brackets stand in each other.", at)

    def _quoted(self, at: int) -> Phrase:
        end = self._text.find('"', self._at)
        if end < 0:
            raise Unclear("these quotes are never closed.", at)
        inside, self._at = self._text[self._at : end], end + 1
        return self._phrase(inside, at)

    def _phrase(self, text: str, at: int) -> Phrase:
        is_start = text.endswith("*")
        if "*" in text.rstrip("*"):
            raise Unclear("a star stands at the end of a word only.", at)
        found = tuple(word for hit in words(text) if (word := folded(hit[0])))
        if not found:
            raise Unclear(f"there is no word in “{text[:30]}”.", at)
        if is_start and len(found[-1]) < LEAST:
            raise Unclear(f"before a star stand at least {LEAST} letters.", at)
        self._words += len(found)
        if self._words > MOST_WORDS:
            raise Unclear(f"a topic has at most {MOST_WORDS} words.", at)
        return Phrase(found, is_start)


def _is_place(node: Node) -> bool:
    return isinstance(node, Phrase) or (
        isinstance(node, Either) and all(isinstance(part, Phrase) for part in node.parts)
    )
