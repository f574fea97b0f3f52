"""What phrases mean here, whatever the reader would say. Pure: a few hundred of them cost one look at the words of a text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple
from zlib import crc32

from mutuals.base.refusals import Refusal
from mutuals.listening.topic.hits import Index, said, taken
from mutuals.listening.topic.wanted import Phrase, read
from mutuals.text.labels import EMOTIONS, INTENTS, MOODS, URGENCY
from mutuals.text.read import Label
from mutuals.text.read import Reading as Understood

LABELS: dict[str, tuple[str, ...]] = {"mood": MOODS, "emotion": EMOTIONS, "intents": INTENTS, "urgency": URGENCY}
"""What can be said of a text, and what it can be; intents are any number of theirs."""


class Meant(NamedTuple):
    """A phrase, and which value of which label it means."""

    phrase: Phrase
    label: str
    value: str

    def __str__(self) -> str:
        return f"“{said(self.phrase)}” means {self.value}"


@dataclass(frozen=True, slots=True)
class Meanings:
    """All phrases by their numbers. `mark` is another one whenever they are others; "" of none."""

    of: Mapping[int, Meant]
    index: Index
    mark: str

    @classmethod
    def holding(cls, told: Mapping[int, Meant]) -> Meanings:
        """These, made ready."""
        mark = f"~{crc32(repr(sorted(told)).encode()) & 0xFFFF:04x}" if told else ""
        return cls(told, Index({key: one.phrase for key, one in told.items()}), mark)

    def applied(self, found: Understood, text: str) -> tuple[Understood, tuple[Meant, ...]]:
        """A reading as phrases in its text change it, and those that did. Of two for one label the longer one counts, of two as
        long the newer; intents are added, but spam has no other. What they mean is certain, and rests on them."""
        if not self.of:
            return found, ()
        by_label = dict[str, list[Meant]]()
        for key in reversed(self.index.hits(taken(text))):
            by_label.setdefault(self.of[key].label, []).append(self.of[key])
        counted = list[Meant]()
        for label, some in by_label.items():
            some.sort(key=lambda one: -len(said(one.phrase)))
            counted += some if label == "intents" else some[:1]
        return _with(found, counted), tuple(counted)


def _with(found: Understood, counted: list[Meant]) -> Understood:
    for one in counted:
        label = Label(one.value, 1.0, (said(one.phrase),))
        if one.label == "mood":
            shares = [float(mood == one.value) for mood in MOODS]
            found = replace(found, mood=label, moods=(shares[0], shares[1], shares[2]), is_read=True)
        elif one.label == "emotion":
            found = replace(found, emotion=label, is_read=True)
        elif one.label == "urgency":
            found = replace(found, urgency=label, is_read=True)
        else:
            held = {each.name: each for each in found.intents} | {one.value: label}
            kept = ("spam",) if "spam" in held else INTENTS
            found = replace(found, intents=tuple(held[name] for name in kept if name in held), is_read=True)
    return found


def phrase_of(words: str) -> Phrase:
    """Words in a row; of the last one any ending where a star stands behind it. Refused: no words, two phrases, an operator."""
    bare = " ".join(words.replace('"', " ").split())
    if not bare or len(bare) > 100:
        raise Refusal("A phrase has 1 to 100 letters.", fields={"words": "1 to 100 letters."})
    node = read(f'"{bare}"')
    if not isinstance(node, Phrase):
        raise Refusal("Write one phrase: words in a row.", fields={"words": "One phrase."})
    return node
