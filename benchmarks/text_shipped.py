"""Shipped weights on public sets, beside VADER and beside Obsei's mapping of it."""

from __future__ import annotations

import numpy as np
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from benchmarks.figure import Figure
from benchmarks.text_sets import f1, in_words, logits, macro_f1, mood, recalls, rows, texts_of
from corpus.make.rows import feelings
from mutuals.text.labels import EMOTIONS, INTENTS, MOODS
from mutuals.text.model import shipped, span


def measure() -> list[Figure]:
    """Mood, complaints and emotion on sets that nothing of ours was fitted on (GoEmotions: its test part)."""
    return [*_moods(), *_languages(), _complaints(), _feelings()]


def _moods() -> list[Figure]:
    found = []
    for name, some, asked, by in (
        ("airline", rows("airline"), ">= 0.58", "F1"),
        ("TweetEval val", rows("tweeteval", task="sentiment", split="val"), ">= 0.58", "recall"),
    ):
        texts, true = texts_of(some), np.array([mood(row["label"]) for row in some])
        said = logits(texts)[:, span("mood")].argmax(axis=1)
        compound = np.array([_vader.polarity_scores(text)["compound"] for text in texts])
        theirs = np.where(compound >= 0.05, 2, np.where(compound <= -0.05, 0, 1))  # the limits its authors give
        obsei = np.where(
            compound > 0, np.where(compound >= 0.5, 2, 0), np.where(compound <= -0.5, 0, np.where(compound < 0, 2, 0))
        )
        for who, one, want in (("shipped", said, asked), ("VADER", theirs, ""), ("Obsei's mapping", obsei, "")):
            value = macro_f1(true, one, 3) if by == "F1" else float(np.mean(recalls(true, one, 3)))
            found.append(Figure(f"{name}, macro {by}, {who}", value, "", want, in_words(MOODS, true, one)))
    return found


_vader = SentimentIntensityAnalyzer()


def _languages() -> list[Figure]:
    some = rows("umsab_xlmt")
    true = np.array([mood(row["label"]) for row in some])
    spoken = np.array([row["lang"] for row in some])
    said = logits(texts_of(some))[:, span("mood")].argmax(axis=1)
    each = {one: macro_f1(true[spoken == one], said[spoken == one], 3) for one in sorted(set(spoken.tolist()))}
    note = ", ".join(f"{one[:2]} {value:.2f}" for one, value in each.items())
    mean = float(np.mean(list(each.values())))
    return [Figure("UMSAB train and val, 8 languages, mean macro F1, shipped", mean, "", ">= 0.48", note)]


def _complaints() -> Figure:
    some = rows("complaints_tweets")
    true = np.array([row["label"] == 1 for row in some])
    column = span("intents").start + INTENTS.index("complaint")
    chance = 1 / (1 + np.exp(-logits(texts_of(some))[:, column]))
    said = chance >= shipped().limits["complaint"]
    note = in_words(("none", "complaint"), true.astype(int), said.astype(int))
    return Figure("complaints, all, F1 of complaint, shipped", f1(true, said), "", ">= 0.72", note)


def _feelings() -> Figure:
    texts, shares, _ = feelings(("test",))
    one = (shares == 1).any(axis=1)
    true = shares[one].argmax(axis=1)
    said = shipped().felt(logits([text for text, is_one in zip(texts, one, strict=True) if is_one]))[1]
    note = in_words(EMOTIONS, true, said)
    return Figure("GoEmotions test, seven groups, macro F1, shipped", macro_f1(true, said, 7), "", ">= 0.60", note)
