"""Our features, and what the shipped heads say, fitted on a set's own train part and thrown away: what such labels do."""

from __future__ import annotations

import numpy as np
from sklearn.model_selection import GroupKFold, KFold

from benchmarks.figure import Figure
from benchmarks.text_sets import cuts, f1, in_words, macro_f1, mood, rows, texts_of
from corpus.make.fit import fit, logits, matrix
from mutuals.text.features import bag
from mutuals.text.language import UNKNOWN
from mutuals.text.model import Scorer, shipped
from mutuals.text.vectors import shipped as vectors

_HEADS = 0.25  # what a logit of the shipped heads counts beside a meaning
_EMOTIONS = ("anger", "joy", "optimism", "sadness")


def measure() -> list[Figure]:
    """Complaints by domain, eight languages by one model, four emotions."""
    return [_complaints(), _languages(), _emotions()]


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


def _complaints() -> Figure:
    some = rows("complaints_tweets")
    texts, true = texts_of(some), np.array([int(row["label"]) for row in some])
    domains = np.array([str(row["domain"]) for row in some])
    of_domain = np.flatnonzero(~np.char.startswith(domains, "random"))
    random = np.flatnonzero(np.char.startswith(domains, "random"))
    values, made = np.zeros_like(true), _Set(texts, true, 2, UNKNOWN)
    parts = zip(GroupKFold(5).split(of_domain, groups=domains[of_domain]), KFold(5).split(random), strict=True)
    for (_, out), (_, aside) in parts:
        test = np.concatenate([of_domain[out], random[aside]])
        train = np.setdiff1d(np.arange(len(true)), test)
        values[test] = _above(made.logits(train, test)) > _limit(made, true, train)
    note = in_words(("none", "complaint"), true, values)
    return Figure("complaints, 5 folds by domain, F1, in-domain", f1(true == 1, values == 1), "", ">= 0.82", note)


def _above(z: np.ndarray) -> np.ndarray:
    return z[:, 1] - z[:, 0]


def _limit(made: _Set, true: np.ndarray, train: np.ndarray) -> float:
    """From where on one is given: where F1 is highest on a quarter of the train part that is left out."""
    aside = np.arange(len(train)) % 4 == 0
    above, held = _above(made.logits(train[~aside], train[aside])), true[train[aside]] == 1
    return max((0.1 * step for step in range(-12, 5)), key=lambda limit: f1(held, above > limit))


def _languages() -> Figure:
    some = rows("umsab_xlmt")
    true = np.array([mood(row["label"]) for row in some])
    train = np.flatnonzero([row["split"] == "train" for row in some])
    test = np.flatnonzero([row["split"] != "train" for row in some])
    said = _Set(texts_of(some), true, 3, "").logits(train, test).argmax(axis=1)
    spoken = np.array([row["lang"] for row in some])[test]
    each = {one: macro_f1(true[test][spoken == one], said[spoken == one], 3) for one in sorted(set(spoken.tolist()))}
    note = ", ".join(f"{one[:2]} {value:.2f}" for one, value in each.items())
    return Figure(
        "UMSAB val, 8 languages, mean macro F1, in-domain", float(np.mean(list(each.values()))), "", ">= 0.56", note
    )


def _emotions() -> Figure:
    some = rows("tweeteval", task="emotion")
    true = np.array([_EMOTIONS.index(str(row["label"])) for row in some])
    train = np.flatnonzero([row["split"] == "train" for row in some])
    test = np.flatnonzero([row["split"] == "val" for row in some])
    said = _Set(texts_of(some), true, 4, UNKNOWN).logits(train, test).argmax(axis=1)
    note = in_words(_EMOTIONS, true[test], said)
    return Figure("TweetEval emotion val, macro F1, in-domain", macro_f1(true[test], said, 4), "", ">= 0.68", note)
