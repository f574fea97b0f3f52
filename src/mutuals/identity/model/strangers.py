"""How likely a stranger writes these letters: the statistics of the names of the list itself, nothing from elsewhere.

Names that were seen get Good and Turing's estimate (Good, 1953), names that nobody in the list has get the mass of those
seen once, spread by a model of three letters. The same numbers say how rare a handle is (Perito and others, 2011).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from math import log2

from mutuals.identity.reading.names import CUTS, WAY, Name, shorts

_KNOWN_BITS = 5.0  # how many seen letters the estimate of two letters is worth for three
_ALPHABET = 37
_RARE = 6  # names seen less often than this are corrected


class Letters:
    """How likely letters follow each other, learned from words."""

    def __init__(self, words: Iterable[str]) -> None:
        self._three, self._two = Counter[str](), Counter[str]()
        self._pair, self._one = Counter[str](), Counter[str]()
        for word in words:
            text = f"^^{word}$"
            for place in range(2, len(text)):
                self._three[text[place - 2 : place + 1]] += 1
                self._two[text[place - 2 : place]] += 1
                self._pair[text[place - 1 : place + 1]] += 1
                self._one[text[place - 1]] += 1

    def bits(self, word: str, *, own: int = 0, begins: bool = True, ends: bool = True) -> float:
        """-log2 of how likely the word is. `own` is how often it was learned from itself, which is taken away."""
        text = ("^^" if begins else "~~") + word + ("$" if ends else "")
        total = 0.0
        for place in range(2, len(text)):
            pair = max(self._pair[text[place - 1 : place + 1]] - own, 0) + 1
            two = pair / (max(self._one[text[place - 1]] - own, 0) + _ALPHABET)
            three = max(self._three[text[place - 2 : place + 1]] - own, 0) + _KNOWN_BITS * two
            total -= log2(three / (max(self._two[text[place - 2 : place]] - own, 0) + _KNOWN_BITS))
        return total


class _Frequency:
    """The share of people who have a name."""

    def __init__(self, counts: Counter[str]) -> None:
        self.counts = counts
        self._total = max(counts.total(), 1)
        of = Counter(counts.values())
        self._corrected = {n: (n + 1) * of[n + 1] / of[n] for n in range(1, _RARE) if of[n] and of[n + 1]}
        self._unseen = max(of[1], 1) / (self._total + 1)
        self._letters = Letters(counts)
        self._held = dict[str, float]()

    def __call__(self, name: str) -> float:
        known = self._held.get(name)
        if known is None:
            count = self.counts.get(name, 0)
            share = self._corrected.get(count, count) / self._total
            known = share if count else self._unseen * 2.0 ** -self._letters.bits(name)
            self._held[name] = known
        return known


class Strangers:
    """The people of the list as a sample of everybody whose handles may come by."""

    def __init__(self, names: Iterable[Name]) -> None:
        given, family, middle = Counter[str](), Counter[str](), Counter[str]()
        self.people = 0
        for name in names:
            self.people += 1
            if name.family:
                family[name.family] += 1
            if name.given:
                given[name.given] += 1
            if name.middle:
                middle[name.middle[0][0]] += 1
        size = max(self.people, 1)
        self.given, self.family = _Frequency(given), _Frequency(family)
        self._shares = dict[str, tuple[tuple[str, float], ...]]()
        self._short, self._initial, self._last = Counter[str](), Counter[str](), Counter[str]()
        self._cut, self._cut_last = Counter[str](), Counter[str]()
        for word, count in given.items():
            for short, share in self.shares(word):
                self._short[short] += share * count / size  # type: ignore[assignment]
            _begin(self._initial, self._cut, word, count / size)
        for word, count in family.items():
            _begin(self._last, self._cut_last, word, count / size)
        self._middle = {letter: count / size for letter, count in middle.items()}

    def shares(self, given: str) -> tuple[tuple[str, float], ...]:
        """The short forms of a given name, each with its share: as common as they are as names by themselves."""
        held = self._shares.get(given)
        if held is None:
            weights = [(short, self.given.counts.get(short, 0) + 0.5) for short in shorts(given)]
            total = sum(weight for _, weight in weights)
            held = tuple((short, weight / total) for short, weight in weights)
            self._shares[given] = held
        return held

    def part(self, kind: str, text: str) -> float:
        """The share of people of whom this holds: `given` name, `short` form, `initial`, `cut` given name; 1 for nothing."""
        return _PARTS[kind](self, text)

    def readings(self, text: str) -> Iterator[tuple[int, int, float]]:
        """Every way in which somebody of any name may have written this: the way, where its parts meet, how likely."""
        yield WAY["family"], 0, self.family(text)
        yield WAY["given"], 0, self.given(text)
        if text in self._short:
            yield WAY["short"], 0, self._short[text]
        for meet in range(1, len(text)):
            yield from self.parted(text, meet)

    def parted(self, text: str, meet: int) -> Iterator[tuple[int, int, float]]:
        """The same, of those whose parts meet there."""
        left, right = text[:meet], text[meet:]
        if meet == 1 and len(right) > 1:
            yield WAY["initial family"], meet, self._initial[left] * self.family(right)
        if len(right) == 1:
            yield WAY["family initial"], meet, self.family(left) * self._initial[right]
            yield WAY["given initial"], meet, self.given(left) * self._last[right]
            yield WAY["short initial"], meet, self._short[left] * self._last[right]
            return
        if meet == 1:
            return
        given, family = self.given(left), self.family(right)
        yield WAY["given family"], meet, given * family
        yield WAY["family given"], meet, self.family(left) * self.given(right)
        yield WAY["short family"], meet, self._short[left] * family
        yield WAY["family short"], meet, self.family(left) * self._short[right]
        if meet == 2:
            yield WAY["initials family"], meet, self._initial[left[0]] * self._middle.get(left[1], 0.0) * family
        if meet in CUTS:
            yield WAY["cut family"], meet, self._cut[left] * family
        if len(right) in CUTS:
            yield WAY["given cut"], meet, (given + self._short[left]) * self._cut_last[right]


def _begin(initials: Counter[str], cuts: Counter[str], word: str, share: float) -> None:
    initials[word[0]] += share  # type: ignore[assignment]
    for left in CUTS:
        if left < len(word):
            cuts[word[:left]] += share / len(CUTS)  # type: ignore[assignment]


_PARTS: dict[str, Callable[[Strangers, str], float]] = {
    "given": lambda of, text: of.given(text),
    "short": lambda of, text: of._short[text],
    "initial": lambda of, text: of._initial[text],
    "cut": lambda of, text: of._cut[text],
    "": lambda of, text: 1.0,
}
