"""Phrase rules: "sick" means praise here. Shown what they would change before they are saved; they come before the reader."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from mutuals.base import journal
from mutuals.base.locks import Space, in_turn
from mutuals.base.refusals import Refusal
from mutuals.history.models import Direction, Interaction
from mutuals.listening.learning.meant import LABELS, Meant, phrase_of
from mutuals.listening.models import Reading, Saying
from mutuals.listening.read import KINDS, words_of
from mutuals.listening.topic.hits import Index, said, taken
from mutuals.staff.models import User
from mutuals.staff.permissions import require
from mutuals.text import alike

MOST = 500
"""Phrases that mean something at once."""
DAYS, LOOKED, SHOWN = 30, 10_000, 20
"""What is looked at before one is saved: so many days, of them so many of the newest; and how many are shown."""


@dataclass(frozen=True, slots=True)
class Changed:
    """One that a phrase would read otherwise."""

    interaction: Interaction
    was: str
    will: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a phrase would do to the `looked` newest of the last 30 days: how many hold it, how many of them would be read
    otherwise, how many were corrected (and stay so), and the newest that change, one of those that say nearly the same."""

    looked: int
    met: int
    changed: int
    corrected: int
    newest: tuple[Changed, ...]


def meaning(words: str, label: str, value: str) -> Meant:
    """What somebody says that a phrase means. Refused: no phrase, a label or value that there is not."""
    phrase = phrase_of(words)
    if value not in LABELS.get(label, ()):
        raise Refusal(f"{label[:20]} cannot be that.", fields={"value": "Choose one of those that there are."})
    return Meant(phrase, label, value)


def say(words: str, label: str, value: str, *, by: User, now: datetime) -> Saying:
    """From now on a phrase means something; it takes the place of what it meant for this label before. History stays as it was
    read until it is read again. Refused: no phrase, a label or value that there is not, too many."""
    require(by, "listening.learn")
    meant = meaning(words, label, value)
    with transaction.atomic():
        in_turn(Space.LESSONS)
        told = said(meant.phrase)
        before = Saying.objects.filter(words=told, label=label, ended_at=None)
        if before.filter(value=value).exists():
            raise Refusal(f"“{told}” means {value} already.", fields={"words": "It means that already."})
        before.update(ended_at=now)
        if Saying.objects.filter(ended_at=None).count() >= MOST:
            raise Refusal(f"There are {MOST} phrases already. Take one back first.")
        made = Saying.objects.create(words=told, label=label, value=value, by=by, at=now)
        journal.note("phrase.said", made, by=by, words=told, label=label, value=value)
    return made


def take_back(saying: Saying, *, by: User, now: datetime) -> None:
    """The reader is asked again. Refused: one that was taken back."""
    require(by, "listening.learn")
    with transaction.atomic():
        if not Saying.objects.filter(pk=saying.pk, ended_at=None).update(ended_at=now):
            raise Refusal("This was taken back already.")
        journal.note("phrase.taken_back", saying, by=by, words=saying.words, label=saying.label, value=saying.value)


def standing() -> QuerySet[Saying]:
    """What phrases mean now, the newest first."""
    return Saying.objects.filter(ended_at=None).select_related("by").order_by("-at", "-pk")


def preview(words: str, label: str, value: str, *, by: User, now: datetime) -> Preview:
    """What a phrase would change in the last 30 days; nothing is kept. Refused: as for `say`."""
    require(by, "listening.learn")
    meant = meaning(words, label, value)
    index = Index({0: meant.phrase})
    rows = Interaction.objects.filter(
        direction=Direction.IN, kind__in=KINDS, deleted_at=None, occurred_at__gte=now - timedelta(days=DAYS)
    )
    newest = rows.select_related("profile").defer("extra").order_by("-occurred_at", "-pk")[:LOOKED]
    looked, met = 0, list[Interaction]()
    for row in newest.iterator(chunk_size=1_000):
        looked += 1
        if index.hits(taken(words_of(row))):
            met.append(row)
    readings = Reading.objects.in_bulk([row.pk for row in met])
    found, corrected = list[Changed](), 0
    for row in met:
        reading = readings.get(row.pk)
        if reading is None:
            continue
        is_corrected = label in reading.corrected
        corrected += is_corrected
        was, will = getattr(reading, label), _will(getattr(reading, label), value)
        if not is_corrected and was != will:
            found.append(Changed(row, _plain(was), _plain(will)))
    unlike = _unlike(found, readings)
    return Preview(looked, len(met), len(found), corrected, tuple(unlike[:SHOWN]))


def _unlike(found: list[Changed], readings: dict[int, Reading]) -> list[Changed]:
    """Of those that say nearly the same the newest alone, so that examples are of different posts."""
    near = alike.groups([(readings[one.interaction.pk].print or 0) % 2**64 for one in found])
    return [one for place, one in enumerate(found) if near[place] == place]


def _will(was: Any, value: str) -> Any:
    if not isinstance(was, list):
        return value
    held = {*was, value}
    return ["spam"] if "spam" in held else [one for one in LABELS["intents"] if one in held]


def _plain(told: Any) -> str:
    return (", ".join(told) or "none") if isinstance(told, list) else told or "nothing to read"
