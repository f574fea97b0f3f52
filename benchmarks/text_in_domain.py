"""Our features fitted on a set's own train part, and thrown away: what they could reach with labels of that kind."""

from __future__ import annotations

import numpy as np
from sklearn.model_selection import GroupKFold, KFold

from benchmarks.figure import Figure
from benchmarks.text_sets import cuts, f1, in_words, macro_f1, mood, rows, texts_of
from corpus.make.fit import fit, logits, matrix
from mutuals.text.features import bag
from mutuals.text.language import UNKNOWN
from mutuals.text.vectors import shipped as vectors

_EMOTIONS = ("anger", "joy", "optimism", "sadness")


def measure() -> list[Figure]:
    """Complaints by domain, eight languages by one model, four emotions."""
    return [_complaints(), _languages(), _emotions()]


def _said(
    texts: list[str], true: np.ndarray, train: np.ndarray, test: np.ndarray, labels: int, language: str
) -> np.ndarray:
    some = bag(cuts(texts, language=language), vectors())
    x, y = matrix(some), np.eye(labels, dtype=np.float32)[true]
    head = fit(x[train], some.dense[train], y[train], np.ones(len(train)), many=False, ridge=0.3, least=1)
    return logits(head, x[test], some.dense[test]).argmax(axis=1)


def _complaints() -> Figure:
    some = rows("complaints_tweets")
    texts, true = texts_of(some), np.array([int(row["label"]) for row in some])
    domains = np.array([str(row["domain"]) for row in some])
    of_domain = np.flatnonzero(~np.char.startswith(domains, "random"))
    random = np.flatnonzero(np.char.startswith(domains, "random"))
    values = np.zeros_like(true)
    parts = zip(GroupKFold(5).split(of_domain, groups=domains[of_domain]), KFold(5).split(random), strict=True)
    for (_, out), (_, aside) in parts:
        test = np.concatenate([of_domain[out], random[aside]])
        train = np.setdiff1d(np.arange(len(true)), test)
        values[test] = _said(texts, true, train, test, 2, UNKNOWN)
    note = in_words(("none", "complaint"), true, values)
    return Figure("complaints, 5 folds by domain, F1, in-domain", f1(true == 1, values == 1), "", ">= 0.82", note)


def _languages() -> Figure:
    some = rows("umsab_xlmt")
    true = np.array([mood(row["label"]) for row in some])
    train = np.flatnonzero([row["split"] == "train" for row in some])
    test = np.flatnonzero([row["split"] != "train" for row in some])
    said = _said(texts_of(some), true, train, test, 3, "")
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
    said = _said(texts_of(some), true, train, test, 4, UNKNOWN)
    note = in_words(_EMOTIONS, true[test], said)
    return Figure("TweetEval emotion val, macro F1, in-domain", macro_f1(true[test], said, 4), "", ">= 0.68", note)
