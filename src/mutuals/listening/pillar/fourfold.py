"""One thing that was said, read four ways: what sales, service at once and ahead, marketing and innovation see in it, and why.

Also the streams of each way, how often it is right, and the newest posts asked again when its words change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from mutuals.base import bulk, gate
from mutuals.history.models import Direction, Interaction
from mutuals.listening.draft import drafts
from mutuals.listening.draft.forecast import LEAST
from mutuals.listening.ears import ears
from mutuals.listening.models import Cue, Mention, Reading, Rising
from mutuals.listening.pillar import cues
from mutuals.listening.pillar.pillars import ANY, BAR, ENOUGH, LISTED, MEANT, Way, chance, strength
from mutuals.listening.queries import readings_of
from mutuals.listening.read import KINDS, understand, words_of
from mutuals.listening.topic.hits import taken
from mutuals.listening.topic.hits import why as met_by
from mutuals.listening.topic.topics import Share, share
from mutuals.listening.topic.wanted import folded, read
from mutuals.staff.models import User
from mutuals.staff.permissions import may, require
from mutuals.text.labels import INTENTS
from mutuals.text.language import UNKNOWN
from mutuals.text.read import Reading as Understood

PAST, MOST, BATCH = timedelta(days=90), 20_000, 1_000
"""How old a post may be that is asked again when words change, how many are, and how many at once."""
_SPOKEN = {"purchase": "wants to buy", "churn": "may leave"}


@dataclass(frozen=True, slots=True)
class Precision:
    """How often a way was right in what it shows; `share` None = fewer than ENOUGH were judged."""

    right: int
    judged: int
    share: Share | None


@dataclass(frozen=True, slots=True)
class Told:
    """What one way reads. `because` are words of the text, `said` the rest in a sentence; `strength` in thousandths."""

    way: Way
    is_read: bool
    strength: int
    bar: int
    because: tuple[str, ...]
    said: str
    cue: Cue | None
    precision: Precision


@dataclass(frozen=True, slots=True)
class Shown:
    """A cue with what was said and how that was understood. `is_answered`: we spoke in its thread since."""

    cue: Cue
    row: Interaction
    reading: Reading | None
    is_answered: bool


def of(row: Interaction, *, by: User, now: datetime) -> list[Told]:
    """All ways, in their order, told again by the reader that is here now."""
    require(by, "listening.view")
    text, listening = words_of(row), ears()
    [understood] = understand([text], listening, why=True)
    kept = {
        Way(cue.way): cue for cue in Cue.objects.filter(interaction_id=row.pk).select_related("judged_by", "taken_by")
    }
    bars, rights = cues.bars(), precision()
    is_spam = any(label.name == "spam" for label in understood.intents)
    found = []
    for way in Way:
        bar = bars[way].value if way in bars else BAR
        if way is Way.AHEAD:
            strong, because, said = _ahead(row, text)
        elif is_spam or not understood.is_read:
            strong, because, said = 0, (), "Read as spam." if is_spam else "It holds no words."
        else:
            lists = [words for one, language, words in listening.lists if one is way and _fits(language, understood)]
            because = tuple(dict.fromkeys(word for words in lists for word in met_by(read(words), text)))
            sure = chance(way, understood.chances)
            strong = strength(is_met=bool(because), chance=sure)
            because, said = _because(way, because, understood)
        if way is Way.MARKETING:
            said = f"{said} {_content(text, now)}".strip()
        cue = kept.get(way)
        is_read = strong >= bar if cue is None or cue.is_right is None else cue.is_right
        found.append(Told(way, is_read, strong, bar, because, said, cue, rights[way]))
    return found


def _fits(language: str, understood: Understood) -> bool:
    return language in (ANY, understood.language) or understood.language == UNKNOWN


def _because(way: Way, words: tuple[str, ...], understood: Understood) -> tuple[tuple[str, ...], str]:
    """The words of lists and of the reader, and what the reader says."""
    given = {label.name: label for label in understood.intents if label.name in MEANT[way]}
    name = max(MEANT[way], key=lambda one: understood.chances[INTENTS.index(one)])
    sure = round(100 * understood.chances[INTENTS.index(name)])
    more = given[name].because if name in given else ()
    told = tuple(dict.fromkeys([*words, *(one for one in more if any(map(str.isalnum, one)))]))
    return told, f"{_SPOKEN.get(name, name).capitalize()}: {sure} %."


def _ahead(row: Interaction, text: str) -> tuple[int, tuple[str, ...], str]:
    """Words that rise in its topics and stand in it, those that most people say."""
    topics = Mention.objects.filter(interaction_id=row.pk).values("version__topic")
    rising = Rising.objects.filter(topic__in=topics).select_related("topic").order_by("-authors", "pk")
    held = set(taken(text).places)
    for one in rising:
        if row.pk in one.said or {folded(word) for word in one.words} <= held:
            people = f"{one.authors:,} {'person says' if one.authors == 1 else 'people say'}"
            times = f"{one.mentions:,} times, {one.before:,} the week before"
            return 1000, tuple(one.words), f"{people} this together in {one.topic.name} this week: {times}."
    return 0, (), "No words that rise together stand in it."


def _content(text: str, now: datetime) -> str:
    """What these words would bring as a post of ours."""
    channel, found = drafts.as_ours(text, now=now)
    if channel is None or isinstance(found, int):
        few = f"too few posts of yours ({found} of {LEAST})"
        return f"What these words would bring as a post of ours is not known: {few}."
    told = (
        f"about {found.middle:,.0f} reactions ({found.low:,} to {found.high:,}); usual at this hour: {found.usual:,.0f}"
    )
    return f"As a post of ours on {channel.name} now: {told}."


def precision() -> dict[Way, Precision]:
    """How often each way was right in what is at or above its bar, as judged by people."""
    moved = cues.bars()
    right, judged = defaultdict[Way, int](int), defaultdict[Way, int](int)
    for way, strong, is_right, n in bulk.execute(_JUDGED, []):
        if strong >= (moved[way].value if way in moved else BAR):
            judged[way] += n
            right[way] += n * is_right
    return {
        way: Precision(right[way], judged[way], share(right[way], judged[way]) if judged[way] >= ENOUGH else None)
        for way in Way
    }


_JUDGED = """
SELECT way, strength, is_right, count(*) FROM listening_cue WHERE judged_at IS NOT NULL AND is_right IS NOT NULL
GROUP BY 1, 2, 3
"""
VIEWS = {"waiting": "To be worked on", "mine": "Mine", "all": "All", "weaker": "Below the bar", "wrong": "Not for us"}
"""What of a stream is listed."""
_ANSWERED = "(c.last_out_at IS NOT NULL AND c.last_out_at >= u.occurred_at)"
_FITS = "u.is_right IS DISTINCT FROM false"
_SHOWN = f"(u.strength >= %(bar)s OR u.is_right) AND {_FITS}"
_WHICH = {
    "waiting": f"{_SHOWN} AND u.taken_at IS NULL AND NOT {_ANSWERED}",
    "mine": f"u.taken_by_id = %(by)s AND {_FITS}",
    "all": _SHOWN,
    "weaker": "u.strength < %(bar)s AND u.is_right IS NULL",
    "wrong": "NOT u.is_right",
}
_STREAM = """
SELECT u.id, {answered} FROM listening_cue u JOIN history_interaction i ON i.id = u.interaction_id AND i.deleted_at IS NULL
LEFT JOIN conversations_conversation c ON c.id = i.conversation_id
WHERE u.way = %(way)s AND {which} {after} ORDER BY u.occurred_at DESC, u.interaction_id DESC LIMIT %(limit)s
"""


def stream(
    way: Way, *, viewer: User, view: str = "waiting", after: tuple[datetime, int] | None = None, limit: int = 30
) -> tuple[list[Shown], tuple[datetime, int] | None]:
    """What a way found, the newest first, and where to go on. Nothing for those who may not listen."""
    if not may(viewer, "listening.view"):
        return [], None
    sql = _STREAM.format(
        answered=_ANSWERED, which=_WHICH[view],
        after="AND (u.occurred_at, u.interaction_id) < (%(at)s, %(number)s)" if after else "",
    )  # fmt: skip
    values = {"way": way.value, "bar": cues.bar_of(way), "by": viewer.pk, "limit": limit + 1}
    found = bulk.execute(sql, values | ({"at": after[0], "number": after[1]} if after else {}))
    answered = {int(pk): bool(one) for pk, one in found[:limit]}
    kept = Cue.objects.select_related("taken_by", "judged_by").in_bulk(list(answered))
    ids = [cue.interaction_id for cue in kept.values()]
    said = Interaction.objects.filter(pk__in=ids).select_related("profile__person__canonical").in_bulk()
    readings = readings_of(ids)
    rows = [
        Shown(cue, said[cue.interaction_id], readings.get(cue.interaction_id), is_answered)
        for pk, is_answered in answered.items()
        if (cue := kept.get(pk)) is not None and cue.interaction_id in said
    ]
    last = rows[-1].cue if rows else None
    return rows, (last.occurred_at, last.interaction_id) if last and len(found) > limit else None


def posts_ahead(*, viewer: User, is_all: bool = False, limit: int = 30) -> list[Shown]:
    """The posts that hold the words that rise now, the newest first: what *service, ahead* reads as a stream of posts.

    Without `is_all` those that nobody took and nobody said to be wrong. Nothing for those who may not listen.
    """
    if not may(viewer, "listening.view"):
        return []
    ids = {one for said in Rising.objects.values_list("said", flat=True)[:200] for one in said}
    kept = {cue.interaction_id: cue for cue in Cue.objects.filter(way=Way.AHEAD, interaction_id__in=ids)}
    wrong = {number for number, cue in kept.items() if cue.is_right is False or (cue.taken_at and not is_all)}
    rows = Interaction.objects.filter(pk__in=ids - wrong, deleted_at=None).select_related("profile__person__canonical")
    found = list(rows.order_by("-occurred_at", "-pk")[:limit])
    readings = readings_of([row.pk for row in found])
    new = {
        row.pk: Cue(way=Way.AHEAD, interaction_id=row.pk, occurred_at=row.occurred_at, strength=1000) for row in found
    }
    return [Shown(kept.get(row.pk, new[row.pk]), row, readings.get(row.pk), False) for row in found]


def ask_again(*, now: datetime) -> int:
    """Job: the newest posts are asked for the words that are looked for now; returns how many cues were written."""
    below, asked, made = 2**62, 0, 0
    while asked < MOST:
        rows = _before(below, now)
        if not rows:
            break
        with transaction.atomic():
            gate.enter()
            made += _again(rows)
        below, asked = rows[-1].pk, asked + len(rows)
    return made


def _before(below: int, now: datetime) -> list[Interaction]:
    rows = Interaction.objects.filter(
        pk__lt=below, direction=Direction.IN, kind__in=KINDS, deleted_at=None, occurred_at__gte=now - PAST
    )
    return list(rows.only("subject", "text", "occurred_at").order_by("-pk")[:BATCH])


def _again(rows: Sequence[Interaction]) -> int:
    """What the reader said stays; it reads only what has no cue yet and an intent, or words, that speak for one."""
    listening, readings = ears(), Reading.objects.in_bulk([row.pk for row in rows])
    kept: dict[tuple[int, str], int] = {
        (number, way): sure
        for number, way, sure in Cue.objects.filter(Q(interaction_id__in=[row.pk for row in rows])).values_list(
            "interaction_id", "way", "chance"
        )
    }
    found = {row.pk: listening.ways(words_of(row), readings[row.pk].language) for row in rows if row.pk in readings}
    fresh = [
        row
        for row in rows
        if row.pk in readings
        and not any((row.pk, way.value) in kept for way in LISTED)
        and (found[row.pk] or set(readings[row.pk].intents) - {"spam"})
    ]
    cues.write(
        (row.pk, row.occurred_at, one, listening.ways(words_of(row), one.language))
        for row, one in zip(fresh, understand([words_of(row) for row in fresh], listening), strict=True)
    )
    new = {row.pk for row in fresh}
    told = [
        cues.row(way, row.pk, row.occurred_at, way in found[row.pk], kept.get((row.pk, way.value), 0))
        for row in rows
        for way in LISTED
        if row.pk in found and row.pk not in new and ((row.pk, way.value) in kept or way in found[row.pk])
        and "spam" not in readings[row.pk].intents
    ]  # fmt: skip
    cues.keep(told)
    return len(told) + len(fresh)
