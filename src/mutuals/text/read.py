"""Reading posts: language, mood towards the brand, emotion, intents, urgency, phrases, and the words that they rest on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mutuals.text.clauses import about
from mutuals.text.closer import Closer
from mutuals.text.features import Text, cut, parted
from mutuals.text.labels import EMOTIONS, INTENTS, MOODS, URGENCY
from mutuals.text.language import UNKNOWN, languages
from mutuals.text.model import Floats, Model, Scorer, shipped, span
from mutuals.text.normal import plain
from mutuals.text.phrases import phrases

_BATCH = 256
_WORDS = 3  # that a label is said to rest on
_SURE = {"mood": 0.8, "emotion": 0.6}
"""A probability from which on a label of these heads needs no closer look."""
_OPEN = (0.1, 0.8)  # an intent whose probability lies between them needs one
_CLOSER = 0.7  # what the closer look counts beside the fast heads
_CLAUSE = 0.5  # what the clause of the brand counts beside the whole text


@dataclass(frozen=True, slots=True)
class Post:
    """What is read. `brands` are names and handles of whoever reads it; `language` overrules what would be found."""

    text: str
    brands: tuple[str, ...] = ()
    language: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """One label, how probable it is (calibrated), and up to three words that it rests on."""

    name: str
    probability: float
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What was understood of one post. `moods` are the probabilities of all three in the order of MOODS.
    `intents` are those that are given, `chances` the probabilities of all seven in the order of INTENTS.

    `is_read` is False for a post without a word or sign: then its labels are only what is usual, and rest on nothing.
    """

    language: str
    mood: Label
    moods: tuple[float, float, float]
    emotion: Label
    intents: tuple[Label, ...]
    chances: tuple[float, ...]
    urgency: Label
    phrases: tuple[str, ...]
    model_version: str
    is_read: bool = field(default=True)


class Reader:
    """Reads with one model; what it reckons for a word is kept, so one reader should read many posts.

    With a `closer` look (text/closer.py, an extra) posts of which the model is unsure are read again, a hundred times slower.
    `looked` counts them.
    """

    def __init__(self, model: Model | None = None, closer: Closer | None = None) -> None:
        self.model = model or shipped()
        self.looked = 0
        self._closer = closer
        self._scorer = Scorer(self.model)

    def read(self, posts: Sequence[Post]) -> list[Reading]:
        """A reading for each post, in their order."""
        return [one for at in range(0, len(posts), _BATCH) for one in self._some(posts[at : at + _BATCH])]

    def _some(self, posts: Sequence[Post]) -> Iterator[Reading]:
        lines = [plain(post.text) for post in posts]
        found = languages(lines)
        texts = [cut(line, post.language or language) for line, post, language in zip(lines, posts, found, strict=True)]
        logits, brings = self._scorer.score(texts)
        self._towards_brands(posts, lines, texts, logits)
        limits = np.tile([self.model.limits[name] for name in INTENTS], (len(posts), 1))
        if self._closer:
            self._look_closer(self._closer, lines, logits, limits)
        moods, emotions = _shares(logits[:, span("mood")]), _shares(logits[:, span("emotion")])
        intents = 1 / (1 + np.exp(-np.clip(logits[:, span("intents")], -50, 50)))
        urgency = _shares(logits[:, span("urgency")])
        for row, text in enumerate(texts):
            yield self._reading(text, moods[row], emotions[row], intents[row], limits[row], urgency[row], brings[row])

    def _towards_brands(
        self, posts: Sequence[Post], lines: Sequence[str], texts: Sequence[Text], logits: Floats
    ) -> None:
        """Where a post speaks of others too, its mood is half that of the clauses which speak of the brand."""
        parts = [
            (row, part) for row, post in enumerate(posts) if post.brands and (part := about(lines[row], post.brands))
        ]
        if parts:
            mood = span("mood")
            there = [row for row, _ in parts]
            found, _ = self._scorer.score([cut(part, texts[row].language) for row, part in parts])
            logits[there, mood] = (1 - _CLAUSE) * logits[there, mood] + _CLAUSE * found[:, mood]

    def _look_closer(self, closer: Closer, lines: Sequence[str], logits: Floats, limits: Any) -> None:
        """Mix what the encoder says into the rows of which the model is unsure."""
        chances = 1 / (1 + np.exp(-np.clip(logits[:, span("intents")], -50, 50)))
        unsure = ((chances > _OPEN[0]) & (chances < _OPEN[1])).any(axis=1)
        for head, sure in _SURE.items():
            unsure |= _shares(logits[:, span(head)]).max(axis=1) < sure
        there: list[int] = np.flatnonzero(unsure).tolist()
        self.looked += len(there)
        if len(there):
            found = closer.logits([lines[row] for row in there])
            logits[there] = (1 - _CLOSER) * logits[there] + _CLOSER * found
            limits[there] = (1 - _CLOSER) * limits[there] + _CLOSER * np.array(
                [closer.limits[name] for name in INTENTS]
            )

    def _reading(
        self, text: Text, moods: Floats, emotions: Floats, intents: Floats, limits: Any, urgency: Floats, brings: Floats
    ) -> Reading:
        def label(head: str, names: Sequence[str], chances: Floats, at: int) -> Label:
            column = brings[:, span(head)]
            says = column[:, at] if head == "intents" else column[:, at] - column.mean(axis=1)
            return Label(names[at], float(chances[at]), _because(text, says))

        held = [at for at in range(len(INTENTS)) if intents[at] >= limits[at]]
        if INTENTS.index("spam") in held:
            held = [INTENTS.index("spam")]
        weight = np.abs(brings[:, span("mood")]).max(axis=1) + np.abs(brings[:, span("intents")]).max(axis=1)
        return Reading(
            text.language,
            label("mood", MOODS, moods, int(moods.argmax())),
            (float(moods[0]), float(moods[1]), float(moods[2])),
            label("emotion", EMOTIONS, emotions, int(emotions.argmax())),
            tuple(label("intents", INTENTS, intents, at) for at in held),
            tuple(map(float, intents)),
            label("urgency", URGENCY, urgency, int(urgency.argmax())),
            tuple(phrases(text, weight)),
            self.model.version,
            is_read=text.language != UNKNOWN or text.tokens != ("§0",),
        )


def _shares(logits: Floats) -> Floats:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)


def _because(text: Text, says: Floats) -> tuple[str, ...]:
    """The words that speak most for a label; a denied one is told with its denial."""
    out: dict[str, None] = {}
    told = says.tolist()
    for place in sorted((at for at, one in enumerate(told) if one > 0), key=lambda at: -told[at])[: 2 * _WORDS]:
        if len(out) == _WORDS:
            break
        denied, bare = parted(text.tokens[place])
        if not bare.startswith("§"):
            out[f"not {bare}" if denied else bare] = None
    return tuple(out)
