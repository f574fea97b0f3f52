"""What staff say of a label wins over the machine for good; and "not relevant", which tunes a topic."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from mutuals.base import gate, jobs, journal
from mutuals.base.refusals import Refusal
from mutuals.history.models import Interaction
from mutuals.listening import mentions
from mutuals.listening.ears import ears
from mutuals.listening.learning.meant import LABELS, Meant
from mutuals.listening.models import Correction, Feedback, Mention, Question, Reading, Topic
from mutuals.listening.read import understand, words_of
from mutuals.listening.topic.hits import why as met_by
from mutuals.listening.topic.wanted import read
from mutuals.staff.models import User
from mutuals.staff.permissions import require
from mutuals.text.read import Reading as Understood

LEARN = "listening.learn"
DEBOUNCE = timedelta(seconds=20)
BECAUSE = {"meaning": "It means something else", "author": "Nothing of this author", "spam": "It is spam"}
"""Why a mention is not relevant."""


@dataclass(frozen=True, slots=True)
class Why:
    """What a label rests on: words, or phrases that mean something here. `corrections`: who said so where staff did."""

    understood: Understood
    is_same_reader: bool
    corrections: tuple[Correction, ...]
    met: tuple[tuple[Topic, tuple[str, ...]], ...]
    meant: tuple[Meant, ...]


def correct(interaction_id: int, label: str, values: Sequence[str], *, by: User, now: datetime) -> Correction:
    """Say what a label is. Refused: what is not read, a label or a value that there is not."""
    require(by, "listening.judge")
    if label not in LABELS or not set(values) <= set(LABELS[label]) or (label != "intents" and len(values) != 1):
        raise Refusal(f"{label[:20]} cannot be that.", fields={label[:20]: "Choose one of those that there are."})
    if label == "intents" and "spam" in values:
        values = ["spam"]
    with transaction.atomic():
        gate.enter()
        reading = Reading.objects.select_for_update().filter(pk=interaction_id).first()
        if reading is None:
            raise Refusal("This was not read yet, or its words are gone.")
        was = getattr(reading, label)
        before = Correction.objects.filter(interaction_id=interaction_id, label=label, ended_at=None).first()
        if before is not None:
            before.ended_at = now
            before.save(update_fields=["ended_at"])
        told = [one for one in LABELS[label] if one in values] if label == "intents" else values[0]
        made = Correction.objects.create(
            interaction_id=interaction_id,
            label=label,
            was=before.was if before else json.dumps(was),
            now=json.dumps(told),
            by=by,
            at=now,
        )
        _say(reading, label, told, is_corrected=True)
        journal.note("reading.corrected", f"interaction:{interaction_id}", by=by, label=label)
        soon(now)
    return made


def undo(correction: Correction, *, by: User, now: datetime) -> None:
    """Take a correction back: what the machine had said stands again. Refused: one that was taken back or replaced."""
    require(by, "listening.judge")
    with transaction.atomic():
        gate.enter()
        reading = Reading.objects.select_for_update().filter(pk=correction.interaction_id).first()
        is_there = Correction.objects.filter(pk=correction.pk, ended_at=None).update(ended_at=now)
        if reading is None or not is_there:
            raise Refusal("Somebody took this back already, or said something else since.")
        _say(reading, correction.label, json.loads(correction.was), is_corrected=False)
        if correction.label == "mood":
            Question.objects.filter(pk=correction.interaction_id).delete()
        journal.note("reading.uncorrected", f"interaction:{reading.pk}", by=by, label=correction.label)
        soon(now)


def soon(now: datetime, *, wait: timedelta = DEBOUNCE) -> None:
    """Learn from what was said, once it is quiet for a moment; many corrections are learned from together."""
    jobs.later(LEARN, once=LEARN, lock=LEARN, at=now + wait)


def _say(reading: Reading, label: str, told: str | list[str], *, is_corrected: bool) -> None:
    setattr(reading, label, told)
    kept = {one for one in reading.corrected if one != label} | ({label} if is_corrected else set())
    reading.corrected = sorted(kept)
    reading.save(update_fields=[label, "corrected"])
    mentions.reread(reading.pk)


def why(row: Interaction, *, by: User) -> Why:
    """On which words the labels of something rest, told again by the reader that is here now."""
    require(by, "listening.view")
    text, listening = words_of(row), ears()
    [understood] = understand([text], listening, why=True)
    reading = Reading.objects.filter(pk=row.pk).first()
    corrections = Correction.objects.filter(interaction_id=row.pk, ended_at=None).select_related("by").order_by("at")
    topics = Topic.objects.filter(version__in=Mention.objects.filter(interaction_id=row.pk).values("version"))
    met = tuple(
        (one, tuple(met_by(read(one.version.words), text))) for one in topics.select_related("version") if one.version
    )
    return Why(
        understood,
        reading is None or reading.version == understood.model_version[:40],
        tuple(corrections),
        met,
        listening.meanings.applied(understood, text)[1],
    )


def not_relevant(topic: Topic, interaction_id: int, *, because: str, by: User, now: datetime) -> Feedback:
    """It counts no more in this topic, whatever version; with "author", nothing of theirs does, now and later.

    Refused: what is no mention of it; an author who is not known.
    """
    require(by, "listening.judge")
    if because not in BECAUSE:
        raise Refusal("Say why it is not relevant.", fields={"because": "Choose one."})
    with transaction.atomic():
        gate.enter()
        row = Topic.objects.select_for_update(no_key=True).get(pk=topic.pk)
        mention = Mention.objects.filter(version__topic=row, interaction_id=interaction_id).first()
        if mention is None:
            raise Refusal("This is no mention of the topic any more.")
        made, _ = Feedback.objects.update_or_create(
            topic=row,
            interaction_id=interaction_id,
            defaults={"is_relevant": False, "because": because, "by": by, "at": now},
        )
        if because != "author":
            mentions.set_aside(row.pk, interaction_id=interaction_id)
        elif mention.profile_id is None:
            raise Refusal("The author is not known, so only this one can be taken out.")
        else:  # this one is among theirs: mentions, then counts, once each, as all who move them do
            _mute(row, mention.profile_id, now, is_muted=True)
        journal.note("mention.not_relevant", row, by=by, interaction=interaction_id, because=because)
    return made


def relevant(topic: Topic, interaction_id: int, *, by: User, now: datetime) -> None:
    """Take "not relevant" back."""
    require(by, "listening.judge")
    with transaction.atomic():
        gate.enter()
        row = Topic.objects.select_for_update(no_key=True).get(pk=topic.pk)
        said = Feedback.objects.filter(topic=row, interaction_id=interaction_id, is_relevant=False).first()
        if said is None:
            raise Refusal("Nobody said that this is not relevant.")
        said.delete()
        mention = Mention.objects.filter(version__topic=row, interaction_id=interaction_id).first()
        if said.because == "author" and mention is not None and mention.profile_id is not None:
            _mute(row, mention.profile_id, now, is_muted=False)
        else:
            mentions.take_back(row.pk, interaction_id=interaction_id)
        journal.note("mention.relevant", row, by=by, interaction=interaction_id)


def _mute(topic: Topic, profile_id: int, now: datetime, *, is_muted: bool) -> None:
    kept = [one for one in topic.muted if one != profile_id]
    topic.muted, topic.changed_at = [*kept, *([profile_id] if is_muted else [])], now
    topic.save(update_fields=["muted", "changed_at"])
    if is_muted:
        mentions.set_aside(topic.pk, profile_id=profile_id)
    else:
        mentions.take_back(topic.pk, profile_id=profile_id)
