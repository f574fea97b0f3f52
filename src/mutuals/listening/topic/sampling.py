"""What a question would find before it is saved: tried on the newest posts, in a tenth of the time of reading them all.

A word that must be there is looked for in the whole of a text first, and only where it stands the text is taken apart. Posts
are fetched in parts, the newest first, and no more than are needed: from MET posts that are met on, the share of them and the
noise among them are known well enough, and it is said among how many of the newest they were.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from mutuals.base import bulk
from mutuals.history.models import Interaction
from mutuals.listening.models import Feedback, Reading, Topic
from mutuals.listening.read import KINDS, mark
from mutuals.listening.topic.hits import Index, Text
from mutuals.listening.topic.topics import Share, Wanted, share
from mutuals.listening.topic.wanted import Node, anchors, folded, rarest, read
from mutuals.people.models import Profile
from mutuals.staff.models import User
from mutuals.staff.permissions import require
from mutuals.text import alike
from mutuals.text.normal import LONGEST, plain

LOOKED, MET, SHOWN = 5_000, 500, 20
"""Newest posts that a question is tried on at most, how many it meets until that is enough, and how many of these are shown."""
_PART = 1_000
"""Posts that are fetched at once."""
_NEWEST = """
SELECT id, occurred_at, profile_id, language, left(concat_ws('. ', nullif(subject, ''), text), %s)
FROM history_interaction WHERE direction = 'in' AND kind = ANY(%s) AND deleted_at IS NULL {before}
ORDER BY occurred_at DESC, id DESC LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Sample:
    """What a question meets among the `looked` newest posts: how many, the newest twenty, and the noise among them.

    `why` counts what the noise is: spam, copies, other (said to be not relevant). `weekly`: mentions a week, going by this.
    `is_enough`: there are older posts that were not looked at, as so many were met.
    """

    looked: int
    many: int
    newest: tuple[Interaction, ...]
    noise: Share | None
    why: dict[str, int]
    weekly: float | None
    is_enough: bool = False


@dataclass(frozen=True, slots=True)
class _Post:
    """A post as it is tried; `place`: how many newer ones there are."""

    id: int
    at: datetime
    profile_id: int | None
    language: str
    text: str
    place: int


def sample(wanted: Wanted, *, by: User, topic: Topic | None = None) -> Sample:
    """What a question would find, tried on the newest posts; nothing is kept. Unclear: words that cannot be understood.

    Noise is what was read as spam, says the same as another, or was said to be not relevant to `topic` before.
    """
    require(by, "topic.edit")
    node = read(wanted.words)
    index, words = Index({0: node}), _needed(node)
    languages, without = set(wanted.languages), {name.lstrip("@").lower() for name in wanted.without}
    found, readings = list[_Post](), dict[int, Reading]()
    first: datetime | None = None
    last: datetime | None = None
    looked = 0
    for part in _parts():
        first, last, looked = first or part[0].at, part[-1].at, looked + len(part)
        met = [one for one in part if _may_hold(one.text, words) and index.hits(Text(one.text))]
        readings |= Reading.objects.in_bulk([one.id for one in met])
        gone = _authors(met, without)
        found += [
            one
            for one in met
            if one.profile_id not in gone
            and (not languages or (readings[one.id].language if one.id in readings else one.language) in languages)
        ]
        if len(found) >= MET and looked < LOOKED:
            found = found[:MET]
            looked, last = found[-1].place + 1, found[-1].at
            break
    why = _noise(found, readings, topic)
    days = (first - last).total_seconds() / 86_400 if first and last else 0
    return Sample(
        looked,
        len(found),
        _shown([one.id for one in found[:SHOWN]]),
        share(sum(why.values()), len(found)),
        why,
        7 * len(found) / days if days >= 1 else None,
        len(found) == MET and looked < LOOKED,
    )


def newest(after: tuple[datetime, int] | None = None) -> tuple[str, list[object]]:
    """The statement that brings the next part, and its values; it walks the index of the newest posts and sorts nothing."""
    before = "AND (occurred_at, id) < (%s, %s)" if after else ""
    return _NEWEST.format(before=before), [LONGEST, list(KINDS), *(after or ()), _PART]


def _parts() -> Iterator[list[_Post]]:
    after: tuple[datetime, int] | None = None
    for place in range(0, LOOKED, _PART):
        sql, values = newest(after)
        found = bulk.execute(sql, values)
        rows = [_Post(*(*row, place + newer)) for newer, row in enumerate(found)]
        if rows:
            yield rows
        if len(rows) < _PART:
            return
        after = rows[-1].at, rows[-1].id


def _needed(node: Node) -> tuple[str, ...]:
    """Words one of which stands in every text that is met, as they are compared."""
    return tuple({rarest(phrase) for phrase in anchors(node) or ()})


def _may_hold(text: str, words: Sequence[str]) -> bool:
    """Whether one of the words stands in a text as letters in a row: cheap, and never no where it would be met."""
    line = folded.__wrapped__(plain(text))  # whole texts would push the words out of what is remembered
    return any(word in line for word in words)


def _authors(met: Sequence[_Post], without: set[str]) -> set[int | None]:
    """The profiles among the authors that are left out by their name."""
    if not without or not met:
        return set()
    rows = Profile.objects.filter(pk__in={one.profile_id for one in met if one.profile_id}).values_list("pk", "name")
    return {number for number, name in rows if name.lstrip("@").lower()[:100] in without}


def _noise(found: Sequence[_Post], readings: dict[int, Reading], topic: Topic | None) -> dict[str, int]:
    ids = [one.id for one in found]
    spam = {number for number in ids if number in readings and "spam" in readings[number].intents}
    said = Feedback.objects.filter(topic=topic, interaction_id__in=ids, is_relevant=False) if topic else []
    other = {one.interaction_id for one in said} - spam
    oldest_first = found[::-1]
    prints = [
        (readings[one.id].print if one.id in readings else mark(one.text)) or 0 for one in oldest_first
    ]  # what was read carries its mark
    groups = alike.groups([value % 2**64 for value in prints])
    copies = {one.id for place, one in enumerate(oldest_first) if groups[place] != place} - spam - other
    return {"spam": len(spam), "copies": len(copies), "other": len(other)}


def _shown(ids: Sequence[int]) -> tuple[Interaction, ...]:
    rows = Interaction.objects.select_related("profile__person__canonical").defer("extra").in_bulk(ids)
    return tuple(rows[number] for number in ids if number in rows)
