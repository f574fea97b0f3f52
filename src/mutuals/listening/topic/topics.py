"""Topics: made, changed, put away. What one would find before it is saved is `sampling`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from mutuals.base import jobs, journal
from mutuals.base.refusals import Refusal, one_line
from mutuals.listening.alarm import budget
from mutuals.listening.models import Kind, State, Topic, Version
from mutuals.listening.topic.wanted import read
from mutuals.staff.models import User
from mutuals.staff.permissions import require

FILL = "listening.fill"
MOST = 1_000
"""Topics that are listened for at once."""
_NAMES = 200  # authors that are left out


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to listen for. `languages` () = all; `without`: names of authors."""

    name: str
    words: str
    kind: str = Kind.THEME
    languages: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    budget: str = "one a month"


@dataclass(frozen=True, slots=True)
class Share:
    """A share with the range in which it lies nineteen times in twenty (Wilson's interval)."""

    share: float
    low: float
    high: float
    of: int


def make(wanted: Wanted, *, by: User, now: datetime) -> Topic:
    """Begin to listen; history is read in the background. Refused: words that cannot be understood, a name that is taken."""
    require(by, "topic.edit")
    asked = _checked(wanted)
    with transaction.atomic():
        if Topic.objects.filter(archived_at=None).count() >= MOST:
            raise Refusal(f"There are {MOST:,} topics already. Put one away first.")
        _free(asked.name, None)
        topic = Topic(name=asked.name, kind=asked.kind, budget=asked.budget, owner=by, changed_at=now)
        _named(topic)
        topic.version = _next(topic, asked, by=by)
        topic.save(update_fields=["version"])
        journal.note("topic.made", topic, by=by, words=asked.words)
    return topic


def change(topic: Topic, wanted: Wanted, *, by: User, now: datetime, seen: int | None = None) -> Topic:
    """Ask otherwise, or call it otherwise. New words wait: the version that is shown stays until the next one has read history.

    Doing it again changes nothing. Refused: as for `make`; and `seen`, the edition that the writer saw, where somebody
    changed words, name, kind or budget since.
    """
    require(by, "topic.edit", topic)
    asked = _checked(wanted)
    with transaction.atomic():
        row = Topic.objects.select_for_update(no_key=True).get(pk=topic.pk)
        if row.archived_at is not None:
            raise Refusal(f"{row.name} was put away.")
        newest = row.versions.order_by("-number").first()
        held = held_by(row, newest)
        if asked == held:
            return row
        if seen is not None and seen != row.edition:
            raise Refusal(written_over(held))
        _free(asked.name, row.pk)
        row.name, row.kind, row.budget, row.changed_at = asked.name, asked.kind, asked.budget, now
        row.edition += 1
        _named(row)
        if (asked.words, asked.languages, asked.without) != (held.words, held.languages, held.without):
            row.versions.filter(state=State.FILLING).exclude(pk=row.version_id or 0).update(state=State.OLD)
            _next(row, asked, by=by)
        journal.note("topic.changed", row, by=by, words=asked.words)
    return row


def held_by(topic: Topic, newest: Version | None) -> Wanted:
    """What a topic is by its newest version, as somebody would write it."""
    if newest is None:
        return Wanted(topic.name, "", topic.kind, (), (), topic.budget)
    return Wanted(topic.name, newest.words, topic.kind, tuple(newest.languages), tuple(newest.without), topic.budget)


def written_over(held: Wanted) -> str:
    """What is said to who would write over a colleague's change: what the topic is by now."""
    return (
        f"A colleague changed this topic since you opened it. It is called “{held.name}” now, is of the kind"
        f" “{Kind(held.kind).label}”, with false alarms “{held.budget}”, and asks: {held.words}"
    )


def put_away(topic: Topic, *, by: User, now: datetime) -> None:
    """Listen no more. Its mentions are deleted in the background; what was said stays where it is."""
    require(by, "topic.edit", topic)
    with transaction.atomic():
        Topic.objects.filter(pk=topic.pk, archived_at=None).update(archived_at=now, changed_at=now)
        Version.objects.filter(topic=topic).update(state=State.OLD)
        journal.note("topic.put_away", topic, by=by)
        jobs.later("listening.tidy", once="listening.tidy")


def share(some: int, of: int) -> Share | None:
    """A share and its range (Wilson 1927, 95 %); None of nothing."""
    if of <= 0:
        return None
    z, p = 1.96, some / of
    middle = (p + z * z / (2 * of)) / (1 + z * z / of)
    wide = z * math.sqrt(p * (1 - p) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return Share(p, max(0.0, middle - wide), min(1.0, middle + wide), of)


def _checked(wanted: Wanted) -> Wanted:
    name = one_line(wanted.name, what="Name", longest=80)
    words = " ".join(wanted.words.split())
    read(words)
    if wanted.kind not in set(Kind):
        raise Refusal("Choose what this topic is to us.", fields={"kind": "Choose one."})
    if len(wanted.without) > _NAMES or len(wanted.languages) > 50:
        raise Refusal(f"At most {_NAMES} authors and 50 languages.", fields={"without": f"At most {_NAMES}."})
    without = tuple(
        dict.fromkeys(
            one_line(one, what="Without", longest=100).lstrip("@").lower() for one in wanted.without if one.strip()
        )
    )
    languages = tuple(dict.fromkeys(one_line(one, what="Languages", longest=12) for one in wanted.languages))
    try:
        words_of_budget = budget.read(wanted.budget).words
    except ValueError as error:
        raise Refusal(str(error), fields={"budget": str(error)}) from error
    return Wanted(name, words, wanted.kind, languages, without, words_of_budget)


def _free(name: str, but: int | None) -> None:
    if Topic.objects.filter(name=name, archived_at=None).exclude(pk=but or 0).exists():
        raise _taken(name)


def _named(topic: Topic) -> None:
    """Keep it under its name, which somebody may take at the same moment."""
    try:
        with transaction.atomic():
            topic.save()
    except IntegrityError as error:
        raise _taken(topic.name) from error


def _taken(name: str) -> Refusal:
    return Refusal(f"There is a topic “{name}” already.", fields={"name": "This name is taken."})


def _next(topic: Topic, asked: Wanted, *, by: User) -> Version:
    newest = topic.versions.order_by("-number").first()
    made = Version.objects.create(
        topic=topic,
        number=newest.number + 1 if newest else 1,
        words=asked.words,
        languages=list(asked.languages),
        without=list(asked.without),
        by=by,
    )
    jobs.later(FILL, version_id=made.pk)
    return made
