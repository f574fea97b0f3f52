"""Which of many topics a text meets: all their words in one index, so that a thousand topics cost little more than one.

Each question names words without one of which it cannot hold; only where one of them stands is it asked.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache

from mutuals.listening.topic.wanted import (
    Both,
    Either,
    Near,
    Node,
    Not,
    Phrase,
    anchors,
    folded,
    phrases,
    rarest,
    words,
)
from mutuals.text.normal import plain

MOST = 2_000
"""Words of one text that are looked at."""
Span = tuple[int, int]
"""Places of the first and the last word of something, from 0."""


class Text:
    """A text taken apart once for all questions."""

    def __init__(self, text: str) -> None:
        self._found = words(plain(text))[:MOST]
        self.places = defaultdict[str, list[int]](list)
        for place, hit in enumerate(self._found):
            word = folded(hit[0])
            self.places[word].append(place)
            if word.startswith(("@", "#")):  # a word of marks alone is folded to nothing
                self.places[word[1:]].append(place)
        self._spans = dict[Phrase, list[Span]]()

    def spans(self, phrase: Phrase) -> list[Span]:
        """Where a phrase stands, in order."""
        found = self._spans.get(phrase)
        if found is None:
            found = self._spans[phrase] = self._look(phrase)
        return found

    def _look(self, phrase: Phrase) -> list[Span]:
        last = self._ends(phrase)
        if len(phrase.words) == 1:
            return [(place, place) for place in last]
        inner = [set(self.places.get(word, ())) for word in phrase.words[:-1]]
        many = len(inner)
        return [
            (place - many, place)
            for place in last
            if all(place - many + step in some for step, some in enumerate(inner))
        ]

    def _ends(self, phrase: Phrase) -> list[int]:
        word = phrase.words[-1]
        if not phrase.is_start:
            return self.places.get(word, [])
        return sorted({place for told, some in self.places.items() if told.startswith(word) for place in some})

    def holds(self, node: Node) -> bool:
        """Whether what was asked is so."""
        if isinstance(node, Phrase):
            return bool(self.spans(node))
        if isinstance(node, Both):
            return all(self.holds(part) for part in node.parts)
        if isinstance(node, Either):
            return any(self.holds(part) for part in node.parts)
        if isinstance(node, Not):
            return not self.holds(node.part)
        return self._is_near(node)

    def _all(self, node: Node) -> list[Span]:
        return sorted({span for phrase in phrases(node) for span in self.spans(phrase)})

    def _is_near(self, node: Near) -> bool:
        one, other = self._all(node.one), self._all(node.other)
        begins, ends = sorted(span[0] for span in other), sorted(span[1] for span in other)
        for first, last in one:
            after, before = bisect_left(begins, last + 1), bisect_left(ends, first) - 1
            if after < len(begins) and begins[after] - last - 1 <= node.within:
                return True
            if before >= 0 and first - ends[before] - 1 <= node.within:
                return True
        return False


@lru_cache(maxsize=4)
def taken(text: str) -> Text:
    """The same of a text that several ask about one after the other."""
    return Text(text)


class Index:
    """Many questions by their keys, to be asked of many texts."""

    def __init__(self, questions: Mapping[int, Node]) -> None:
        self._questions = questions
        self._words = defaultdict[str, list[int]](list)
        self._starts = defaultdict[str, list[int]](list)
        for key, node in questions.items():
            for phrase in anchors(node) or ():
                word = rarest(phrase)
                is_start = phrase.is_start and word == phrase.words[-1]
                (self._starts if is_start else self._words)[word].append(key)
        self._lengths = sorted({len(word) for word in self._starts})

    def __len__(self) -> int:
        return len(self._questions)

    def hits(self, text: Text) -> list[int]:
        """The keys of all questions that hold, in order."""
        if not self._questions:
            return []
        asked = set[int]()
        for word in text.places:
            asked.update(self._words.get(word, ()))
            for length in self._lengths:
                if length > len(word):
                    break
                asked.update(self._starts.get(word[:length], ()))
        return sorted(key for key in asked if text.holds(self._questions[key]))


def why(node: Node, text: str) -> list[str]:
    """The words and phrases of a question that stand in a text, as the question says them."""
    taken = Text(text)
    return list(dict.fromkeys(said(one) for one in phrases(node) if taken.spans(one)))


def said(phrase: Phrase) -> str:
    """A phrase as it is written."""
    return " ".join(phrase.words) + ("*" if phrase.is_start else "")


def marked(nodes: Iterable[Node], text: str) -> list[tuple[str, bool]]:
    """A text in pieces, those that questions rest on marked."""
    taken = Text(text)
    line = plain(text)
    found = words(line)[:MOST]
    lit = {
        place
        for node in nodes
        for phrase in phrases(node)
        for first, last in taken.spans(phrase)
        for place in range(first, last + 1)
    }
    pieces, at = list[tuple[str, bool]](), 0
    for place in sorted(lit):
        hit = found[place]
        if hit.start() > at:
            pieces.append((line[at : hit.start()], False))
        pieces.append((hit[0], True))
        at = hit.end()
    return [*pieces, (line[at:], False)] if at < len(line) else pieces
