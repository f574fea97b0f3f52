"""Reading posts: language, mood towards the brand, emotion, intents, urgency, phrases, and the words that they rest on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mutuals.text.clauses import about
from mutuals.text.closer import Closer
from mutuals.text.endpoint import LIMIT, Endpoint
from mutuals.text.features import NOTHING, Text, cut, parted
from mutuals.text.labels import EMOTIONS, HEADS, INTENTS, MOODS, URGENCY
from mutuals.text.language import languages
from mutuals.text.model import Floats, Model, Scorer, chatter, shared, shipped, span
from mutuals.text.normal import plain
from mutuals.text.phrases import phrases
from mutuals.text.small_words import small_words
from mutuals.text.words import DENIED, REACH, deniers

_BATCH = 256
_WORDS = 3  # that a label is said to rest on
DOUBT = 2.5
"""Nats of doubt from which on a post is looked at closer. Of posts that nothing had learned from, 2.5 looks at two thirds and
keeps nine tenths of what a look at all of them gains; 2.85 at half and seven tenths; 3.1 at a third and half."""
_CLOSER = 0.8  # what the closer look counts beside the fast heads
_ASKED = 0.8  # what a model that was asked counts beside both
_MEANS = ("mood", "emotion", "urgency", "feeling")
_SURE = 4.0  # logits, of a post in which nothing is said
_HALF = 0.5
_SILENCED = 0.5  # what is read as spam counts nowhere, so it has to be likelier than not
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

    `is_read` is False for a post of links, names and numbers alone: neutral, without an intent, resting on nothing.
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

    With a `closer` look (text/closer.py, an extra) posts with so much `doubt` are read again, a hundred times slower;
    `looked` counts them. With an `endpoint` (text/endpoint.py) somebody's language model is asked about what is still unsure.
    """

    def __init__(
        self,
        model: Model | None = None,
        closer: Closer | None = None,
        endpoint: Endpoint | None = None,
        *,
        doubt: float = DOUBT,
    ) -> None:
        self.model = model or shipped()
        self.looked = 0
        self._closer, self._endpoint, self._doubt = closer, endpoint, doubt
        self._scorer = Scorer(self.model)

    def read(self, posts: Sequence[Post], *, why: bool = True) -> list[Reading]:
        """A reading for each post, in their order; without `why` no label has its words, and there are no phrases."""
        return [one for at in range(0, len(posts), _BATCH) for one in self._some(posts[at : at + _BATCH], why=why)]

    def _some(self, posts: Sequence[Post], *, why: bool) -> Iterator[Reading]:
        lines = [plain(post.text) for post in posts]
        found = languages(lines)
        texts = [cut(line, post.language or language) for line, post, language in zip(lines, posts, found, strict=True)]
        logits, brings = self._scorer.score(texts)
        self._towards_brands(posts, lines, texts, logits)
        logits[[row for row, text in enumerate(texts) if text.tokens == NOTHING]] = _unsaid()
        limits = np.tile([self.model.limits[name] for name in INTENTS], (len(posts), 1))
        strange, versions = chatter(logits), [self.model.version] * len(posts)
        if self._closer:
            self._look_closer(self._closer, lines, logits, limits)
        if self._endpoint:
            self._ask(self._endpoint, lines, logits, limits, versions)
        spam = INTENTS.index("spam")
        limits[:, spam] = np.maximum(limits[:, spam], _SILENCED)
        moods, urgency = shared(logits[:, span("mood")]), shared(logits[:, span("urgency")])
        emotions, felt = self.model.felt(logits)
        intents = _chances(logits)
        shown = _shown(brings) if why else [None] * len(posts)
        for row, text in enumerate(texts):
            told = _Told(moods[row], emotions[row], int(felt[row]), intents[row], limits[row], urgency[row])
            yield _reading(text, told, shown[row], versions[row], is_chatter=bool(strange[row] > 0.5))

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

    def _unsure(self, logits: Floats) -> list[int]:
        """The rows that are in doubt; the mood of talk among strangers is towards nobody and counts as far as it is none."""
        chances = _chances(logits)
        doubt = _nats(chances) + _nats(1 - chances)
        doubt += (1 - chatter(logits)) * _nats(shared(logits[:, span("mood")]))
        doubt += 0.5 * _nats(self.model.felt(logits)[0])
        return list(np.flatnonzero(doubt >= self._doubt).tolist())

    def _look_closer(self, closer: Closer, lines: Sequence[str], logits: Floats, limits: Any) -> None:
        """Mix what the encoder says into the rows of which the model is unsure."""
        there = self._unsure(logits)
        self.looked += len(there)
        if there:
            found = closer.logits([lines[row] for row in there])
            by = np.full(found.shape, _CLOSER, np.float32)
            by[:, span("mood")] *= 1 - chatter(logits[there])[:, None]
            told = np.ix_(there, range(found.shape[1]))
            logits[told] += by * (found - logits[told])
            limits[there] += _CLOSER * (np.array([closer.limits[name] for name in INTENTS]) - limits[there])

    def _ask(self, endpoint: Endpoint, lines: Sequence[str], logits: Floats, limits: Any, versions: list[str]) -> None:
        """Mix what a language model says into the rows of which all before are unsure; their version names it."""
        there = self._unsure(logits)
        for row, found in zip(there, endpoint.logits([lines[row] for row in there]), strict=True):
            if found is not None:
                logits[row, : len(found)] += _ASKED * (found - logits[row, : len(found)])
                limits[row] += _ASKED * (LIMIT - limits[row])
                logits[row, span("feeling")] = 0.0
                versions[row] = f"{versions[row]}+{endpoint.address.model}"


@dataclass(frozen=True, slots=True)
class _Told:
    """Probabilities of one post, which emotion is chosen, and from where on an intent is given."""

    moods: Floats
    emotions: Floats
    felt: int
    intents: Floats
    limits: Any
    urgency: Floats


@dataclass(frozen=True, slots=True)
class _Shown:
    """What each token of a text brings to each label, the mean of that over each head of _MEANS, and how much it weighs."""

    brings: Floats
    means: Floats
    weight: Floats


def _shown(brings: Sequence[Floats]) -> list[_Shown | None]:
    """The same of many texts at once: numpy takes as long for one row as for a hundred."""
    whole = np.concatenate(brings)
    means = np.stack([whole[:, span(head)].mean(axis=1) for head in _MEANS], axis=1)
    weight = np.abs(whole[:, span("mood")]).max(axis=1) + np.abs(whole[:, span("intents")]).max(axis=1)
    ends = np.cumsum([len(one) for one in brings])[:-1]
    return [_Shown(*one) for one in zip(brings, np.split(means, ends), np.split(weight, ends), strict=True)]


def _reading(text: Text, told: _Told, shown: _Shown | None, version: str, *, is_chatter: bool) -> Reading:
    def label(head: str, names: Sequence[str], chances: Floats, at: int) -> Label:
        if shown is None:
            return Label(names[at], float(chances[at]), ())
        says = shown.brings[:, span(head).start + at]
        if head != "intents":
            says = says - shown.means[:, _MEANS.index(head)]
        if head == "emotion" and is_chatter:
            says = says + shown.brings[:, span("feeling").start + at] - shown.means[:, _MEANS.index("feeling")]
        return Label(names[at], float(chances[at]), _because(text, says))

    held = [at for at in range(len(INTENTS)) if told.intents[at] >= told.limits[at]]
    if INTENTS.index("spam") in held:
        held = [INTENTS.index("spam")]
    return Reading(
        text.language,
        label("mood", MOODS, told.moods, int(told.moods.argmax())),
        (float(told.moods[0]), float(told.moods[1]), float(told.moods[2])),
        label("emotion", EMOTIONS, told.emotions, told.felt),
        tuple(label("intents", INTENTS, told.intents, at) for at in held),
        tuple(map(float, told.intents)),
        label("urgency", URGENCY, told.urgency, int(told.urgency.argmax())),
        tuple(phrases(text, shown.weight)) if shown else (),
        version,
        is_read=text.tokens != NOTHING,
    )


def _unsaid() -> Floats:
    """The logits of a post in which nothing is said: nothing is meant, and it can wait."""
    logits = np.zeros(span("chatter").stop, np.float32)
    for head, usual in (("mood", "neutral"), ("emotion", "neutral"), ("urgency", "can wait")):
        logits[span(head).start + HEADS[head].index(usual)] = _SURE
    logits[span("intents")] = -_SURE
    return logits


def _nats(chances: Floats) -> Any:
    """What each row's probabilities add to its doubt (Shannon's entropy)."""
    return -(chances * np.log(chances + 1e-9)).sum(axis=1)


def _chances(logits: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits[:, span("intents")], -50, 50))), np.float32)


def _because(text: Text, says: Floats) -> tuple[str, ...]:
    """The words that speak most for a label, a small one only where it says half as much as the first; with their denials."""
    told = says.tolist()
    for_it = sorted(
        (at for at, one in enumerate(told) if one > 0 and _is_shown(text.tokens[at])), key=lambda at: -told[at]
    )
    small = small_words(text.language)
    words = [
        at
        for at in for_it
        if parted(text.tokens[at])[1] not in small
        or (told[at] > _HALF * told[for_it[0]] and text.tokens[at][0] != DENIED)
    ]
    return tuple(dict.fromkeys(_as_said(text, at) for at in words[: 2 * _WORDS]))[:_WORDS]


def _is_shown(token: str) -> bool:
    """Signs of links and names, numbers (of which it is not known which) and marks are not told."""
    return parted(token)[1][0] not in '§0.,:;#*&|/()"“”'


def _as_said(text: Text, at: int) -> str:
    denied, bare = parted(text.tokens[at])
    if not denied:
        return bare
    before = next(
        (one for one in range(at - 1, max(-1, at - 1 - 2 * REACH), -1) if text.tokens[one] in deniers()), None
    )
    if before is None:
        return bare
    return f"{text.tokens[before]} {bare}" if before == at - 1 else f"{text.tokens[before]} … {bare}"
