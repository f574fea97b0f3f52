"""Topics: made, changed, put away; and what one would find, before it is saved."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from mutuals.base import jobs, journal
from mutuals.base.refusals import Refusal, one_line
from mutuals.history.models import Direction, Interaction
from mutuals.listening.alarm import budget
from mutuals.listening.models import Feedback, Kind, Reading, State, Topic, Version
from mutuals.listening.read import KINDS, Said, mark, said_by
from mutuals.listening.topic.hits import Index, Text
from mutuals.listening.topic.wanted import read
from mutuals.staff.models import User
from mutuals.staff.permissions import require
from mutuals.text import alike

FILL = "listening.fill"
MOST = 1_000
"""Topics that are listened for at once."""
LOOKED, SHOWN = 5_000, 20
"""Newest posts that a question is tried on, and how many of those that it meets are shown."""
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


@dataclass(frozen=True, slots=True)
class Sample:
    """What a question meets among the `looked` newest posts: how many, the newest twenty, and the noise among them.

    `why` counts what the noise is: spam, copies, other (said to be not relevant). `weekly`: mentions a week, going by this.
    """

    looked: int
    many: int
    newest: tuple[Interaction, ...]
    noise: Share | None
    why: dict[str, int]
    weekly: float | None


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


def sample(wanted: Wanted, *, by: User, topic: Topic | None = None) -> Sample:
    """What a question would find, tried on the newest posts; nothing is kept. Unclear: words that cannot be understood.

    Noise is what was read as spam, says the same as another, or was said to be not relevant to `topic` before.
    """
    require(by, "topic.edit")
    index = Index({0: read(wanted.words)})
    languages, without = set(wanted.languages), {name.lstrip("@").lower() for name in wanted.without}
    rows = list(_newest(LOOKED))
    told = dict(Reading.objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", "language"))
    found: list[tuple[Interaction, Said]] = []
    for row in rows:
        said = said_by(row)
        is_asked = said.author not in without and (not languages or told.get(row.pk, row.language) in languages)
        if is_asked and index.hits(Text(said.text)):
            found.append((row, said))
    why = _noise([said for _, said in found], topic)
    noisy = sum(why.values())
    days = (rows[0].occurred_at - rows[-1].occurred_at).total_seconds() / 86_400 if len(rows) > 1 else 0
    return Sample(
        len(rows),
        len(found),
        tuple(row for row, _ in found[:SHOWN]),
        share(noisy, len(found)),
        why,
        7 * len(found) / days if days >= 1 else None,
    )


def share(some: int, of: int) -> Share | None:
    """A share and its range (Wilson 1927, 95 %); None of nothing."""
    if of <= 0:
        return None
    z, p = 1.96, some / of
    middle = (p + z * z / (2 * of)) / (1 + z * z / of)
    wide = z * math.sqrt(p * (1 - p) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return Share(p, max(0.0, middle - wide), min(1.0, middle + wide), of)


def _newest(many: int) -> Iterator[Interaction]:
    rows = Interaction.objects.filter(direction=Direction.IN, kind__in=KINDS, deleted_at=None)
    rows = rows.select_related("profile__person__canonical").defer("extra")
    return rows.order_by("-occurred_at", "-pk")[:many].iterator(chunk_size=1_000)


def _noise(found: Sequence[Said], topic: Topic | None) -> dict[str, int]:
    ids = [one.interaction_id for one in found]
    spam = set(Reading.objects.filter(pk__in=ids, intents__contains=["spam"]).values_list("pk", flat=True))
    said = Feedback.objects.filter(topic=topic, interaction_id__in=ids, is_relevant=False) if topic else []
    other = {one.interaction_id for one in said} - spam
    oldest_first = found[::-1]
    groups = alike.groups([(mark(one.text) or 0) % 2**64 for one in oldest_first])
    copies = {one.interaction_id for place, one in enumerate(oldest_first) if groups[place] != place} - spam - other
    return {"spam": len(spam), "copies": len(copies), "other": len(other)}


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
