"""The rival of `link` on handles: gradient boosting on sixteen features with a margin before the runner-up, with labels.

Candidates share a name with the handle, or one of its usual spellings; each account keeps its best one. Five folds by person,
so that nobody is learned from and judged at once. The margin is the score times its share against the second best.
"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from math import log
from typing import Any

import numpy as np
from nicknames import NickNamer
from rapidfuzz.distance import JaroWinkler, Levenshtein
from sklearn.ensemble import HistGradientBoostingClassifier

from mutuals.identity.reading import letters

_ROLES = re.compile(
    r"^(representative|congresswoman|congressman|senator|official|the|real|iam|sen|rep|dr|mr|mrs|ms|prof|gov)(?=.{3})"
)
_FOLDS = 5
# The best by the mean over lists of four settings that were tried, the library's own among them
_SETTING = {
    "learning_rate": 0.05,
    "max_leaf_nodes": 8,
    "min_samples_leaf": 200,
    "l2_regularization": 10.0,
    "max_iter": 200,
}


class _Names:
    def __init__(self, listed: Sequence[tuple[str, str]]) -> None:
        namer = NickNamer()
        self.words = [letters.words(name) or [""] for _, name in listed]
        self.family, self.given = defaultdict[str, list[int]](list), defaultdict[str, list[int]](list)
        self.spelled = defaultdict[str, set[int]](set)
        self.short: dict[str, set[str]] = {}
        for number, words in enumerate(self.words):
            self.family[words[-1]].append(number)
            self.given[words[0]].append(number)
            if words[0] not in self.short:
                self.short[words[0]] = namer.nicknames_of(words[0]) | namer.canonicals_of(words[0])
            for spelling in spellings(words):
                self.spelled[spelling].add(number)


def spellings(words: Sequence[str]) -> set[str]:
    """The usual ways to make a handle of a name."""
    first, last = words[0], words[-1]
    initials = "".join(word[0] for word in words[:-1])
    return {first + last, last + first, first[:1] + last, first + last[:1], initials + last, last + first[:1]}


def _candidates(core: str, names: _Names) -> set[int]:
    found, size = set(names.spelled.get(core, ())), len(core)
    for start in range(size):
        for end in range(start + 4, size + 1):
            held = names.family.get(core[start:end], [])
            if len(held) <= 3_000 and (start == 0 or end == size or end - start >= 5):
                found.update(held)
    for end in range(4, size + 1):
        held = names.given.get(core[:end], [])
        found.update(held if len(held) <= 300 else ())
    return found


def _features(core: str, number: int, names: _Names) -> list[float]:
    words, people = names.words[number], len(names.words)
    first, last, usual = words[0], words[-1], spellings(words)
    short = [word for word in names.short[first] if len(word) > 2]
    covered = [False] * len(core)
    for word in (*words, *short):
        place = core.find(word) if len(word) > 2 else -1
        if place >= 0:
            covered[place : place + len(word)] = [True] * len(word)
    return [
        core in usual, core == first + last, max(JaroWinkler.similarity(core, one) for one in usual), last in core,
        first in core or any(word in core for word in short), core.startswith((first, last)), core.endswith((first, last)),
        sum(covered) / max(len(core), 1), core.startswith("".join(word[0] for word in words if word)), core[:1] == first[:1],
        JaroWinkler.similarity(core, first + last), Levenshtein.normalized_similarity(core, first + last),
        -log(len(names.family[last]) / people), -log(len(names.given[first]) / people), len(core),
        len(last) / max(len(core), 1),
    ]  # fmt: skip


def boosted(listed: Sequence[tuple[str, str]], accounts: Sequence[Any]) -> Iterator[tuple[float, bool]]:
    """For each account that has candidates, the score of its best one and whether that is right."""
    names = _Names(listed)
    rows, owner, right = list[list[float]](), list[int](), list[bool]()
    for place, account in enumerate(accounts):
        name = (
            account.handle.split("@")[0].split(".")[0] if account.network == "bluesky" else account.handle.split("@")[0]
        )
        core = _ROLES.sub("", letters.plain(name))
        for number in sorted(_candidates(core, names)):
            rows.append(_features(core, number, names))
            owner.append(place)
            right.append(listed[number][0] == account.person)
    scores = _scores(np.array(rows, float), np.array(right), np.array(owner), [account.person for account in accounts])
    for held in _grouped(owner).values():
        best, *rest = sorted(held, key=lambda row: -scores[row])
        second = scores[rest[0]] if rest else 0.0
        yield float(scores[best] ** 2 / (scores[best] + second + 1e-12)), right[best]


def _grouped(owner: Sequence[int]) -> dict[int, list[int]]:
    held = defaultdict[int, list[int]](list)
    for row, place in enumerate(owner):
        held[place].append(row)
    return held


def _scores(rows: Any, right: Any, owner: Any, persons: Sequence[str]) -> Any:
    order = sorted(Counter(persons))
    random.Random(0).shuffle(order)
    fold_of = {person: number % _FOLDS for number, person in enumerate(order)}
    fold = np.array([fold_of[persons[place]] for place in owner])
    scores = np.zeros(len(rows))
    for number in range(_FOLDS):
        model = HistGradientBoostingClassifier(random_state=0, **_SETTING)
        model.fit(rows[fold != number], right[fold != number])
        scores[fold == number] = model.predict_proba(rows[fold == number])[:, 1]
    return scores
