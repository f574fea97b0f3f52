"""Heads fitted on a set's own train part and thrown away: what such labels do.

On our features and what the shipped heads say; and, with the extra `closer`, half of these and the whole of a head on what the
encoder of the closer look makes of each text.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse
from sklearn.model_selection import GroupKFold, KFold

from benchmarks.figure import Figure
from benchmarks.text_sets import cuts, f1, in_words, macro_f1, mood, rows, texts_of
from corpus.make.fit import fit, logits, matrix
from mutuals.text.closer import SCALE, Closer, NoEncoder
from mutuals.text.closer import shipped as closer
from mutuals.text.features import BITS, bag
from mutuals.text.language import UNKNOWN
from mutuals.text.model import Scorer, shipped
from mutuals.text.normal import plain
from mutuals.text.vectors import shipped as vectors

_HEADS = 0.25  # what a logit of the shipped heads counts beside a meaning
_FAST, _STIFF = 0.5, 100.0  # what the fast logits count beside those on the encoder, and the ridge of the latter
_EMOTIONS = ("anger", "joy", "optimism", "sadness")


def measure() -> list[Figure]:
    """Complaints by domain, eight languages by one model, four emotions; each by the fast heads, then with the encoder."""
    sets = (_Complaints(), _Languages(), _Emotions())
    found = [one.figure(_Set(one.texts, one.true, one.labels, one.language), "in-domain") for one in sets]
    try:
        looking = closer()
    except NoEncoder as error:
        return [*found, Figure("in-domain, closer look", 0.0, "", "", str(error))]
    return found + [
        one.figure(_Closer(looking, one.texts, one.true, one.labels, one.language), "in-domain, closer look")
        for one in sets
    ]


class _Set:
    """Texts as numbers: our features, and beside the meanings what the shipped heads say."""

    def __init__(self, texts: list[str], true: np.ndarray, labels: int, language: str) -> None:
        some = cuts(texts, language=language)
        made = bag(some, vectors())
        said = np.clip(Scorer(shipped()).score(cuts(texts))[0], -6, 6)
        self.x, self.dense = matrix(made), np.hstack([made.dense, _HEADS * said])
        self.y = np.eye(labels, dtype=np.float32)[true]

    def logits(self, train: np.ndarray, test: np.ndarray) -> np.ndarray:
        """Of the rows `test`, by a head fitted on `train`."""
        ones = np.ones(len(train))
        head = fit(self.x[train], self.dense[train], self.y[train], ones, many=False, ridge=0.3, least=1)
        return logits(head, self.x[test], self.dense[test])


class _Closer(_Set):
    """The same, and what the encoder makes of each text."""

    def __init__(self, looking: Closer, texts: Sequence[str], true: np.ndarray, labels: int, language: str) -> None:
        super().__init__(texts, true, labels, language)
        self._means = looking.means([plain(text) for text in texts]) * SCALE
        self._none = sparse.csr_matrix((len(texts), 1 << BITS), dtype=np.float32)

    def logits(self, train: np.ndarray, test: np.ndarray) -> np.ndarray:
        ones = np.ones(len(train))
        head = fit(self._none[train], self._means[train], self.y[train], ones, many=False, ridge=_STIFF, rounds=200)
        return logits(head, self._none[test], self._means[test]) + _FAST * super().logits(train, test)


class _Complaints:
    """Complaint or not, by domain: none is learned from that is asked about."""

    labels, language = 2, UNKNOWN

    def __init__(self) -> None:
        some = rows("complaints_tweets")
        self.texts, self.true = texts_of(some), np.array([int(row["label"]) for row in some])
        self._domains = np.array([str(row["domain"]) for row in some])

    def figure(self, made: _Set, weights: str) -> Figure:
        """F1 of complaint over five folds."""
        true, domains = self.true, self._domains
        of_domain = np.flatnonzero(~np.char.startswith(domains, "random"))
        random = np.flatnonzero(np.char.startswith(domains, "random"))
        values = np.zeros_like(true)
        parts = zip(GroupKFold(5).split(of_domain, groups=domains[of_domain]), KFold(5).split(random), strict=True)
        for (_, out), (_, aside) in parts:
            test = np.concatenate([of_domain[out], random[aside]])
            train = np.setdiff1d(np.arange(len(true)), test)
            values[test] = _above(made.logits(train, test)) > _limit(made, true, train)
        note = in_words(("none", "complaint"), true, values)
        return Figure(f"complaints, 5 folds by domain, F1, {weights}", f1(true == 1, values == 1), "", ">= 0.82", note)


def _above(z: np.ndarray) -> np.ndarray:
    return z[:, 1] - z[:, 0]


def _limit(made: _Set, true: np.ndarray, train: np.ndarray) -> float:
    """From where on one is given: where F1 is highest on a quarter of the train part that is left out."""
    aside = np.arange(len(train)) % 4 == 0
    above, held = _above(made.logits(train[~aside], train[aside])), true[train[aside]] == 1
    return max((0.1 * step for step in range(-12, 5)), key=lambda limit: f1(held, above > limit))


class _Languages:
    """Mood in eight languages by one model."""

    labels, language = 3, ""

    def __init__(self) -> None:
        self._rows = [row for row in rows("umsab_xlmt") if row["split"] in ("train", "val")]
        self.texts, self.true = texts_of(self._rows), np.array([mood(row["label"]) for row in self._rows])

    def figure(self, made: _Set, weights: str) -> Figure:
        """The mean macro F1 of all languages on val."""
        train, test = _parts(self._rows)
        said = made.logits(train, test).argmax(axis=1)
        spoken, true = np.array([row["lang"] for row in self._rows])[test], self.true[test]
        each = {one: macro_f1(true[spoken == one], said[spoken == one], 3) for one in sorted(set(spoken.tolist()))}
        note, mean = (
            ", ".join(f"{one[:2]} {value:.2f}" for one, value in each.items()),
            float(np.mean([*each.values()])),
        )
        return Figure(f"UMSAB val, 8 languages, mean macro F1, {weights}", mean, "", ">= 0.56", note)


class _Emotions:
    """Four emotions of tweets."""

    labels, language = 4, UNKNOWN

    def __init__(self) -> None:
        self._rows = [row for row in rows("tweeteval", task="emotion") if row["split"] in ("train", "val")]
        self.texts = texts_of(self._rows)
        self.true = np.array([_EMOTIONS.index(str(row["label"])) for row in self._rows])

    def figure(self, made: _Set, weights: str) -> Figure:
        """Macro F1 on val."""
        train, test = _parts(self._rows)
        true, said = self.true[test], made.logits(train, test).argmax(axis=1)
        note = in_words(_EMOTIONS, true, said)
        return Figure(f"TweetEval emotion val, macro F1, {weights}", macro_f1(true, said, 4), "", ">= 0.68", note)


def _parts(some: Sequence[dict[str, object]]) -> tuple[np.ndarray, np.ndarray]:
    split = np.array([row["split"] for row in some])
    return np.flatnonzero(split == "train"), np.flatnonzero(split == "val")
