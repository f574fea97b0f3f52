"""Reading: what was said becomes a reading, and a mention of each topic that it meets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from threading import Lock

from mutuals.base import bulk
from mutuals.conversations.arrived import SPEAKING
from mutuals.history.keep import TEXT, Kept, clean
from mutuals.history.models import Direction, Interaction
from mutuals.listening import mentions
from mutuals.listening.ears import Ears, ears
from mutuals.listening.mentions import Hit
from mutuals.listening.models import Lesson, Reading
from mutuals.listening.pillar import cues
from mutuals.listening.pillar.pillars import Way
from mutuals.text import alike
from mutuals.text.language import UNKNOWN
from mutuals.text.model import Model, shipped
from mutuals.text.read import Post, Reader
from mutuals.text.read import Reading as Understood
from mutuals.text.refit import moved, restored

KINDS = tuple(sorted(kind.value for kind in SPEAKING))
"""Kinds of interaction that have words."""
_FEW = 5  # words below which the same said twice is no copy
_LABELS = ("mood", "emotion", "intents", "urgency")
_COLUMNS = (
    "interaction_id", "language", "mood", "negative", "neutral", "positive", "emotion", "intents", "urgency", "print",
    "version",
)  # fmt: skip
_KEEP = "(interaction_id) DO UPDATE SET " + ", ".join(
    f"{name} = CASE WHEN '{name}' = ANY(listening_reading.corrected) THEN listening_reading.{name} ELSE EXCLUDED.{name} END"
    if name in _LABELS
    else f"{name} = EXCLUDED.{name}"
    for name in _COLUMNS[1:]
)
_one_at_a_time = Lock()  # the reader keeps what it reckons


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that somebody outside said. `author` is how the network calls them, in lower case without @."""

    interaction_id: int
    occurred_at: datetime
    profile_id: int | None
    network: str
    author: str
    text: str


def interactions(kept: Sequence[Kept]) -> None:
    """Read a batch as it comes: what is new, and what was edited again. What was deleted is no reading and no mention."""
    gone = [one.interaction_id for one in kept if one.is_deleted and one.interaction_id]
    again = [one.interaction_id for one in kept if one.is_edit and one.interaction_id]
    mentions.drop([*gone, *again])
    cues.drop(gone, again)
    if gone:
        Reading.objects.filter(pk__in=gone).delete()
    hear([_said(one, one.interaction_id) for one in kept if one.interaction_id and _has_words(one)])


def hear(said: Sequence[Said]) -> int:
    """Read and keep, and find the topics; returns how many mentions were found. Doing it again changes nothing."""
    if not said:
        return 0
    listening = ears()
    found = understand([one.text for one in said], listening)
    prints = [mark(one.text) for one in said]
    rows = [_row(one, reading, seen) for one, reading, seen in zip(said, found, prints, strict=True)]
    bulk.insert(Reading, _COLUMNS, rows, conflict=_KEEP)
    hits, met = list[Hit](), list[set[Way]]()
    for one, reading, seen in zip(said, found, prints, strict=True):  # both in turn: a text is taken apart once
        hits += hits_of(one, reading.language, seen, listening)
        met.append(listening.ways(one.text, reading.language))
    mentions.write(hits)
    cues.write(
        (one.interaction_id, one.occurred_at, reading, ways)
        for one, reading, ways in zip(said, found, met, strict=True)
    )
    return len(hits)


def hits_of(one: Said, language: str, seen: int | None, listening: Ears, version_id: int | None = None) -> list[Hit]:
    """The versions that it meets; only the one that is named, where one is."""
    return [
        Hit(
            asked.version_id, asked.topic_id, one.interaction_id, one.occurred_at, one.profile_id, one.network, seen,
            asked.is_muted(one.profile_id),
        )
        for asked in listening.hits(one.text)
        if version_id in (None, asked.version_id) and asked.takes(language, one.author)
    ]  # fmt: skip


def understand(texts: Sequence[str], listening: Ears, *, why: bool = False) -> list[Understood]:
    """What the version of the reader in use makes of texts; it is loaded once a process. What phrases mean comes first.

    Only with `why` are the words told that labels rest on: nobody keeps them, and they cost a third of the reading.
    """
    with _one_at_a_time:
        read = reader(listening.lesson_id).read([Post(text, listening.brands) for text in texts], why=why)
    if not (mark := listening.meanings.mark):
        return read
    return [
        replace(listening.meanings.applied(one, text)[0], model_version=f"{one.model_version}{mark}")
        for one, text in zip(read, texts, strict=True)
    ]


@lru_cache(maxsize=1)
def reader(lesson_id: int | None) -> Reader:
    """The reader of this process, by what it has learned; as it came where that is gone, or was learned by another model."""
    return Reader(model_of(Lesson.objects.filter(pk=lesson_id).first() if lesson_id else None))


def model_of(lesson: Lesson | None) -> Model:
    """The model that a version is."""
    if lesson is None or lesson.weights is None or lesson.base != shipped().version:
        return shipped()
    return moved(shipped(), restored(bytes(lesson.weights)))


def mark(text: str) -> int | None:
    """The mark of near-doubles as PostgreSQL holds it; None for few words, which many people say by themselves."""
    if len(text.split(None, _FEW)) < _FEW or not (seen := alike.print_of(text)):
        return None
    return seen - 2**64 if seen >= 2**63 else seen


def words_of(row: Interaction) -> str:
    """What is read of an interaction: its subject and its text."""
    return _words(row.subject, row.text)


def said_by(row: Interaction) -> Said:
    """The same of a stored one, with its profile at hand."""
    name = _author(row.profile.name) if row.profile else ""
    return Said(row.pk, row.occurred_at, row.profile_id, row.network, name, words_of(row))


def _words(subject: str, text: str) -> str:
    return f"{subject}. {text}" if subject else text


def _has_words(one: Kept) -> bool:
    is_news = one.is_new or one.is_edit
    return is_news and one.direction is Direction.IN and one.placed.arrived.envelope.kind in SPEAKING


def _said(one: Kept, number: int) -> Said:
    placed, envelope = one.placed, one.placed.arrived.envelope
    network = (envelope.author.network if envelope.author else placed.arrived.source.connector)[:30]
    author = _author(envelope.author.name) if envelope.author else ""
    text = _words(clean(envelope.subject)[:300], clean(envelope.body)[:TEXT])
    return Said(number, one.occurred_at, placed.profile_id, network, author, text)


def _author(name: str) -> str:
    return name.lstrip("@").lower()[:100]


def _row(one: Said, found: Understood, seen: int | None) -> tuple[object, ...]:
    if not found.is_read:
        return (one.interaction_id, UNKNOWN, "", 0, 0, 0, "", [], "", None, found.model_version[:40])
    negative, neutral, positive = (round(1000 * share) for share in found.moods)
    intents = [intent.name for intent in found.intents]
    return (
        one.interaction_id, found.language, found.mood.name, negative, neutral, positive, found.emotion.name, intents,
        found.urgency.name, seen, found.model_version[:40],
    )  # fmt: skip
