"""n-plets: pairs and triples of meaningful words that a segment says more than the rest, and now more than before.

Authors are counted, not posts, and copies count once. What a segment says more is the log-odds ratio with an informative
Dirichlet prior over its standard deviation (Monroe, Colaresi and Quinn 2008); whether words belong together is their
normalised pointwise mutual information (Bouma 2009), for triples divided by two.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from mutuals.listening.nplet.corpus import WIDEST, Bools, Corpus, Ints, distinct

Floats = npt.NDArray[np.float64]

LEAST_AUTHORS = 5
"""Fewer people than these are no n-plet."""
LEAST_Z, LEAST_COHESION = 1.64, 0.08
"""Standard deviations above the rest (one-sided 5 %), and how far beyond chance words stand together (0 chance, 1 always)."""
MOST_FALSE = 0.5
"""n-plets of a list that chance may be expected to give."""
_WORDS, _TRIPLE_WORDS = 1_500, 160  # that pairs and triples are made of
_CANDIDATES = 3_000  # pairs, and as many triples, whose authors are counted
_MOST_TERMS = 200
_AT_ONCE = 8_000_000  # sets that are counted at once
_PRIOR = 200.0  # authors that the prior is worth
_EXAMPLES = 5
_EACH_WORD = 4  # n-plets that one word stands in
_SAME = 0.4  # of the authors of a pair use the triple as well: then the triple tells it
_BURST = 3.0
"""From so many times what its part of the stream was before, a segment is itself what rises."""


@dataclass(frozen=True, slots=True)
class Nplet:
    """One pair or triple. `posts` are places in the corpus: `examples` of different authors, `posts` all, copies too.

    `authors`: how many people of the segment; `share` of its people and `elsewhere` of the others (0 to 1), `z` how far
    above; `growth`: the share now as a multiple of the one before, drawn towards 1, and `growth_z`; None without a before.
    """

    words: tuple[str, ...]
    authors: int
    share: float
    elsewhere: float
    z: float
    cohesion: float
    growth: float | None
    growth_z: float | None
    examples: tuple[int, ...]
    posts: Ints


@dataclass(frozen=True, slots=True)
class _Group:
    """Some posts of the corpus without copies: their words, and how many people wrote them."""

    post: Ints
    word: Ints
    people: int


def rising(
    corpus: Corpus, inside: Bools, *, before: Bools | None = None, others: Bools | None = None,
    heard: tuple[int, int] | None = None, most: int = 30, least: int = LEAST_AUTHORS,
) -> list[Nplet]:  # fmt: skip
    """The n-plets of the posts `inside` (a segment, a product, a week), beside `others` (all that are left); most telling
    first.

    `before` are posts of the same segment at an earlier time: what was said as much then does not rise, and they are no
    part of the rest. With neither rest nor before there is nothing to compare with, and cohesion alone decides.

    `heard`: how much was heard at all, now and before. Where the segment itself has become a multiple of what it was, so that
    its words are no larger part of it than before, they are counted beside as many people as it would have had before if it
    had been as large a part of all that was heard.
    """
    is_before = np.zeros(corpus.posts, bool) if before is None else before & ~inside
    rest_of = ~inside & ~is_before if others is None else others & ~inside & ~is_before
    here, rest, then = (_group(corpus, which) for which in (inside, rest_of, is_before))
    if heard and all(heard) and (usual := round(here.people * heard[1] / heard[0])) >= _BURST * max(then.people, 1):
        then = _Group(then.post, then.word, usual)
    words = _telling(corpus, here, rest, then, least)
    if len(words) < 2:
        return []
    pairs, tested = _candidates(corpus, here, rest, then, words, 2, least)
    inner = list(dict.fromkeys(pairs.flatten().tolist()))[:_TRIPLE_WORDS]
    triples, more = _candidates(corpus, here, rest, then, np.array(inner, np.int64), 3, least)
    tested += more
    found = [one for sets in (pairs, triples) for one in _judged(corpus, here, rest, then, sets, least, tested)]
    return _told(corpus, inside, _chosen(found, most))


def _group(corpus: Corpus, which: Bools) -> _Group:
    kept = which & ~corpus.is_copy
    entries = kept[corpus.post]
    return _Group(corpus.post[entries], corpus.word[entries], len(distinct(corpus.author[kept])))


def _by_author(corpus: Corpus, post: Ints, what: Ints, size: int) -> Floats:
    """How many people there are for each of `size` things."""
    if not len(post):
        return np.zeros(size)
    keys = distinct(corpus.author[post] * size + what)
    return np.bincount(keys % size, minlength=size).astype(np.float64)


def log_odds(inside: Any, people: float, outside: Any, others: float) -> Any:
    """z of the log-odds ratio of things that `inside` of `people` and `outside` of `others` say; 0 where nobody is."""
    if not people or not others:
        return np.zeros(np.shape(inside))
    prior = _PRIOR * (inside + outside + 0.5) / (people + others + 1)
    a, b = inside + prior, outside + prior
    ratio = np.log(a / np.maximum(people + _PRIOR - a, 0.5)) - np.log(b / np.maximum(others + _PRIOR - b, 0.5))
    return ratio / np.sqrt(1 / a + 1 / b)


def chance(inside: int, people: int, outside: int, others: int) -> float:
    """How probable so many or more inside are where there is no difference: a binomial tail, 0 of nobody to compare with."""
    if not others:
        return 0.0
    number, share = inside + outside, people / (people + others)
    if inside <= number * share:
        return 1.0
    if outside > _MOST_TERMS:  # the signed root of the deviance is near enough where nothing is rare
        usual = number * share
        deviance = inside * math.log(inside / usual) + outside * math.log(outside / (number - usual))
        return 0.5 * math.erfc(math.sqrt(deviance))
    tail = 0.0
    for many in range(inside, number + 1):
        ways = math.lgamma(number + 1) - math.lgamma(many + 1) - math.lgamma(number - many + 1)
        tail += math.exp(ways + many * math.log(share) + (number - many) * math.log1p(-share))
    return min(tail, 1.0)


def _telling(corpus: Corpus, here: _Group, rest: _Group, then: _Group, least: int) -> Ints:
    """Words that enough people use and that the segment does not use less than others; the most telling first."""
    size = len(corpus.words)
    counts = [_by_author(corpus, one.post, one.word, size) for one in (here, rest, then)]
    z = _z(counts, here, rest, then)
    able = np.flatnonzero((counts[0] >= least) & (z > -3))
    worth = np.maximum(z[able], 0.1) * np.log1p(counts[0][able])
    return able[np.argsort(-worth, kind="stable")[:_WORDS]]


def _z(counts: Sequence[Floats], here: _Group, rest: _Group, then: _Group) -> Any:
    """Over the rest, and where there was a before over that as well: the less of both, unless there is no rest."""
    beside = log_odds(counts[0], here.people, counts[1], rest.people)
    if not then.people:
        return beside
    growth = log_odds(counts[0], here.people, counts[2], then.people)
    return growth if not rest.people else (growth + beside) / np.sqrt(2)


def _candidates(
    corpus: Corpus, here: _Group, rest: _Group, then: _Group, words: Ints, of: int, least: int
) -> tuple[Ints, int]:
    """Sets of `of` words that most speaks for, by posts: candidates x of, numbers of words; and of how many they are."""
    size = len(words)
    counts = [_sets(one, words, of, len(corpus.words)) for one in (here, rest, then)]
    able = np.flatnonzero(counts[0] >= least)
    z = _z([count[able].astype(np.float64) for count in counts], here, rest, then)
    if not rest.people and not then.people:
        z = counts[0][able].astype(np.float64)
    best = able[np.argsort(-z, kind="stable")[:_CANDIDATES]]
    parts = list[Ints]()
    for _ in range(of):
        parts.append(words[best % size])
        best = best // size
    tested = int(np.count_nonzero(counts[0] + counts[1] + counts[2] >= least))
    return np.stack(parts[::-1], axis=1), tested


def _sets(group: _Group, words: Ints, of: int, known: int) -> Ints:
    """In how many posts each set of `words` stands; sets are numbered by their places in `words`, ascending."""
    place = np.full(known, -1, np.int64)
    place[words] = np.arange(len(words))
    kept = place[group.word] >= 0 if len(group.word) else np.zeros(0, bool)
    post, at = group.post[kept], place[group.word[kept]]
    order = np.argsort(post * len(words) + at, kind="stable")
    post, at = post[order], at[order]
    counts = np.zeros(len(words) ** of, np.int64)
    waiting, many = list[Ints](), 0
    reach = min(WIDEST, int(np.bincount(post - post[0]).max()) if len(post) else 0)
    for steps in combinations(range(1, reach), of - 1):
        far = steps[-1]
        near = np.flatnonzero(post[far:] == post[:-far])
        key = at[near]
        for step in steps:
            key = key * len(words) + at[near + step]
        waiting.append(key)
        many += len(key)
        if many > _AT_ONCE:
            counts += np.bincount(np.concatenate(waiting), minlength=len(counts))
            waiting, many = [], 0
    return counts + np.bincount(np.concatenate([np.zeros(0, np.int64), *waiting]), minlength=len(counts))


@dataclass(frozen=True, slots=True)
class _Found:
    words: tuple[int, ...]
    posts: Ints  # of the segment, without copies
    authors: int
    share: float
    elsewhere: float
    z: float
    cohesion: float
    growth: float | None
    growth_z: float | None
    worth: float


def _judged(
    corpus: Corpus, here: _Group, rest: _Group, then: _Group, sets: Ints, least: int, tested: int
) -> list[_Found]:
    """What of the candidates holds when people are counted, and is not what the best of so many tests gives by chance."""
    if not len(sets):
        return []
    lists = [_Posts(one, sets, len(corpus.words)) for one in (here, rest, then)]
    single = _by_author(corpus, here.post, here.word, len(corpus.words))
    found = list[_Found]()
    for row in sets.tolist():
        posts = lists[0].having(row)
        people = [len(distinct(corpus.author[one])) for one in (posts, lists[1].having(row), lists[2].having(row))]
        if people[0] < least:
            continue
        z = float(log_odds(np.float64(people[0]), here.people, np.float64(people[1]), rest.people))
        growth_z = float(log_odds(np.float64(people[0]), here.people, np.float64(people[2]), then.people))
        cohesion = _cohesion(people[0], [single[word] for word in row], here.people)
        if len(row) == 3 and cohesion >= LEAST_COHESION:  # no word may have come to a pair by chance
            rest_of = [(word, [one for one in row if one != word]) for word in row]
            whole = [(single[word], len(distinct(corpus.author[lists[0].having(pair)]))) for word, pair in rest_of]
            cohesion = min(cohesion, *(_cohesion(people[0], both, here.people) for both in whole))
        if cohesion < LEAST_COHESION or (rest.people and z < LEAST_Z) or (then.people and growth_z < LEAST_Z):
            continue
        other, others = (people[2], then.people) if then.people else (people[1], rest.people)
        if chance(people[0], here.people, other, others) * tested > MOST_FALSE:
            continue
        growth = (people[0] + 1) / here.people / ((people[2] + 1) / then.people) if then.people else None
        strength = growth_z if then.people else z if rest.people else float(np.sqrt(people[0]))
        worth = strength * (0.3 + cohesion)
        shares = people[0] / here.people, people[1] / max(rest.people, 1)
        told = growth_z if then.people else None
        found.append(_Found(tuple(row), posts, people[0], *shares, z, cohesion, growth, told, worth))
    return found


class _Posts:
    """The posts of a group by the words that stand in them; only of words that any set has."""

    def __init__(self, group: _Group, sets: Ints, known: int) -> None:
        wanted = np.zeros(known, bool)
        wanted[sets.flatten()] = True
        kept = wanted[group.word] if len(group.word) else np.zeros(0, bool)
        word, post = group.word[kept], group.post[kept]
        order = np.lexsort((post, word))
        self._post = post[order]
        self._starts = np.searchsorted(word[order], np.arange(known + 1))
        self._pairs = dict[tuple[int, int], Ints]()

    def having(self, words: Sequence[int]) -> Ints:
        """Posts in which all of these stand."""
        few = sorted(words, key=lambda word: self._starts[word + 1] - self._starts[word])
        first, second = few[:2]
        if (first, second) not in self._pairs:
            self._pairs[first, second] = _both(self._of(first), self._of(second))
        posts = self._pairs[first, second]
        return posts if len(few) == 2 else _both(posts, self._of(few[2]))

    def _of(self, word: int) -> Ints:
        return self._post[self._starts[word] : self._starts[word + 1]]


def _both(few: Ints, many: Ints) -> Ints:
    """What stands in both, each sorted."""
    if not len(few) or not len(many):
        return few[:0]
    at = np.minimum(np.searchsorted(many, few), len(many) - 1)
    found: Ints = few[many[at] == few]
    return found


def _cohesion(together: float, single: Sequence[float], people: float) -> float:
    """Normalised pointwise mutual information of people who use all of the words."""
    joint = together / people
    if joint >= 1:  # everybody says all of them: they were never seen apart
        return 1.0
    apart = sum(np.log(max(one, 1) / people) for one in single)
    return float((np.log(joint) - apart) / (-np.log(joint) * (len(single) - 1)))


def _chosen(found: list[_Found], most: int) -> list[_Found]:
    """The most telling, each thing once: a triple in place of its pair where most who say the pair say it whole."""
    by_words = {frozenset(one.words): one for one in found}
    told = dict[frozenset[int], _Found]()
    used = dict[int, int]()
    for one in sorted(found, key=lambda each: (-each.worth, each.words)):
        key = frozenset(one.words)
        if len(key) == 2:
            wider = [each for words, each in by_words.items() if key < words and each.authors >= _SAME * one.authors]
            if wider:
                one = max(wider, key=lambda each: (each.authors, each.worth))
                key = frozenset(one.words)
        overlapping = [words for words in told if words < key or key < words or words == key]
        if overlapping or any(used.get(word, 0) >= _EACH_WORD for word in key):
            continue
        told[key] = one
        for word in key:
            used[word] = used.get(word, 0) + 1
        if len(told) == most:
            break
    return list(told.values())


def _told(corpus: Corpus, inside: Bools, found: Sequence[_Found]) -> list[Nplet]:
    entries = inside[corpus.post]
    everyone = _Group(corpus.post[entries], corpus.word[entries], 0)
    sets = np.array([word for one in found for word in one.words], np.int64)
    posts = _Posts(everyone, sets, len(corpus.words))
    done = list[Nplet]()
    for one in found:
        _, first = np.unique(corpus.author[one.posts], return_index=True)
        examples = tuple(one.posts[np.sort(first)][:_EXAMPLES].tolist())
        words = tuple(corpus.words[word] for word in _in_order(corpus, one))
        done.append(
            Nplet(
                words, one.authors, one.share, one.elsewhere, one.z, one.cohesion, one.growth, one.growth_z, examples,
                posts.having(one.words),
            )
        )  # fmt: skip
    return done


def _in_order(corpus: Corpus, found: _Found) -> list[int]:
    """The words in the order in which they mostly stand."""
    places = dict.fromkeys(found.words, 0)
    for post in found.posts[:200].tolist():
        low, high = np.searchsorted(corpus.post, (post, post + 1))
        line = corpus.word[low:high].tolist()
        for rank, word in enumerate(sorted(found.words, key=line.index)):
            places[word] += rank
    return sorted(found.words, key=lambda word: places[word])
