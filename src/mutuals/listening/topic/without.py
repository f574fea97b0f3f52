"""Not relevant because of a word: the next version of a topic does without it; what that drops is shown before; and undo."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from mutuals.base.refusals import Refusal
from mutuals.history.models import Interaction
from mutuals.listening.models import Mention, Topic, Version
from mutuals.listening.read import words_of
from mutuals.listening.topic import topics
from mutuals.listening.topic.hits import Index, Text, said
from mutuals.listening.topic.topics import Wanted
from mutuals.listening.topic.wanted import Either, Phrase, phrases, read
from mutuals.staff.models import User
from mutuals.staff.permissions import require

LOOKED, SHOWN = 2_000, 20
"""Newest mentions on which it is tried, and how many of those that fall away are shown."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """What a topic would lose: `many` of the `looked` newest mentions, and the newest of them."""

    word: str
    words: str
    looked: int
    many: int
    newest: tuple[Interaction, ...]


def trial(topic: Topic, word: str, *, by: User) -> Dropped:
    """What falls away without a word or a phrase; nothing is kept. Refused: as for `leave_out`."""
    require(by, "topic.edit", topic)
    version, left_out = _newest(topic), _phrase(word)
    words = _words(version, left_out)
    ids = Mention.objects.filter(version=topic.version, aside="").order_by("-occurred_at", "-interaction_id")
    numbers = list(ids.values_list("interaction_id", flat=True)[:LOOKED])
    rows = Interaction.objects.filter(pk__in=numbers, deleted_at=None).select_related("profile__person__canonical")
    said_at = rows.defer("extra").order_by("-occurred_at", "-pk")
    index = Index({0: left_out})
    gone = [row for row in said_at if index.hits(Text(words_of(row)))]
    return Dropped(said(left_out), words, len(numbers), len(gone), tuple(gone[:SHOWN]))


def leave_out(topic: Topic, word: str, *, by: User, now: datetime) -> Topic:
    """Make the next version without a word. Refused: what is no word or phrase, and a word that the topic asks for."""
    version, left_out = _newest(topic), _phrase(word)
    return topics.change(topic, _wanted(topic, version, _words(version, left_out)), by=by, now=now, seen=topic.edition)


def take_back(topic: Topic, word: str, *, by: User, now: datetime) -> Topic:
    """The undo: the next version asks as before. Refused where the topic was changed since."""
    version, end = _newest(topic), f" NOT {_written(_phrase(word))}"
    if not version.words.endswith(end):
        raise Refusal("The topic was changed since. Take the word out of its words by hand.")
    asked = _wanted(topic, version, version.words.removesuffix(end))
    return topics.change(topic, asked, by=by, now=now, seen=topic.edition)


def _newest(topic: Topic) -> Version:
    version = topic.versions.order_by("-number").first()
    if version is None:
        raise Refusal("This topic has no words.")
    return version


def _phrase(word: str) -> Phrase:
    text = " ".join(word.split())
    bare = text.strip('"')
    node = read(f'"{bare}"' if " " in bare else text)
    if not isinstance(node, Phrase):
        raise Refusal("Say one word, or words in a row.", fields={"word": "One word, or words in a row."})
    return node


def _written(phrase: Phrase) -> str:
    return f'"{said(phrase)}"' if len(phrase.words) > 1 else said(phrase)


def _words(version: Version, left_out: Phrase) -> str:
    tree = read(version.words)
    if left_out in phrases(tree):
        raise Refusal(f"“{said(left_out)}” is what this topic asks for.", fields={"word": "The topic asks for it."})
    asked = f"({version.words})" if isinstance(tree, Either) else version.words
    words = f"{asked} NOT {_written(left_out)}"
    read(words)
    return words


def _wanted(topic: Topic, version: Version, words: str) -> Wanted:
    return replace(topics.held_by(topic, version), words=words)
