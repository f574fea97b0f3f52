"""Words that rise together in a topic: a week beside the week before, of everybody or of a segment beside the others.

Where less than a week and a half is known, the newer half of what a topic knows is counted beside the older one. A topic that
itself bursts is measured by all that was heard: its words are no larger part of it than before, but of the stream they are.

A job keeps what rises of each topic this week: once a night of all, when a topic is filled, and within two minutes where a
tenth more was said than when it was counted last (`due`), so that a burst shows its words while it lasts. Any other week,
segment or product is counted when somebody asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from django.db import transaction
from django.db.models import Q

from mutuals.base import bulk, filters, wake
from mutuals.base.filters import Condition
from mutuals.base.refusals import Refusal
from mutuals.history.models import Interaction
from mutuals.listening.card import cards
from mutuals.listening.models import Card, CardKind, Mention, Rising, State, Topic
from mutuals.listening.nplet import corpus, nplets
from mutuals.listening.read import words_of
from mutuals.listening.topic.wanted import phrases, read
from mutuals.people.models import Profile
from mutuals.people.visibility import visible_to as people_visible_to
from mutuals.staff.models import User
from mutuals.staff.permissions import require

JOB = "listening.rise"
WEEK = timedelta(days=7)
_WHOLE = timedelta(days=10, hours=12)
"""From so much of a topic on, the week before is enough of a week to stand beside this one."""
_HEARD = 10
"""Where the week before brought one part of so many of what this week brought, it is known, and silence in it is silence."""
MOST, SHOWN, KEPT = 20_000, 12, 500
"""Newest mentions that are read, n-plets that are kept, and interactions that are kept of each."""
PARTS = 14
"""Parts of the time that was counted, of which a line is drawn: days, where two weeks were."""
DUE = "listening.rise_due"
GROWN, MORE = 10, 20
"""One part of so many that has to be said anew, and mentions at least, before the words of a topic are counted again by day."""
CARD_Z, CARD_AUTHORS = 2.5, 10
"""How far above the week before, and by how many people, words have to be said before they are a card."""


def rise_all(*, now: datetime) -> int:
    """Job: all topics; returns how many n-plets rise."""
    rows = Topic.objects.filter(archived_at=None, version__state=State.LIVE).select_related("version")
    return sum(rise(topic, now=now) for topic in rows)


_SAID_OF = "SELECT coalesce(sum(n), 0) FROM listening_pulse WHERE version_id = %s AND hour >= %s AND hour < %s"
_SAID = """
SELECT t.id, coalesce(sum(p.n), 0)::bigint
FROM listening_topic t JOIN listening_version v ON v.id = t.version_id AND v.state = 'live'
LEFT JOIN listening_pulse p ON p.version_id = v.id AND p.hour >= coalesce(t.risen_at, %s) - interval '14 days' AND p.hour < %s
WHERE t.archived_at IS NULL GROUP BY t.id
HAVING coalesce(sum(p.n), 0) - t.risen_n >= greatest(%s, t.risen_n / %s) ORDER BY t.id
"""
"""What was said since the beginning of the two weeks that were counted last, whenever it came: a window that slid on would lose
on one side what it gains on the other, and nothing would ever be new in a steady stream."""


def due(*, now: datetime) -> int:
    """Job: topics of which a tenth more was said than when their words were counted last; returns how many."""
    rows = [number for number, _ in bulk.execute(_SAID, [now, now, MORE, GROWN])]
    for topic in Topic.objects.filter(pk__in=rows).select_related("version"):
        rise(topic, now=now)
    return len(rows)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which words to count. `where`: a condition of people, `product`: a part of the name of what they bought,
    `mood`: how it was said, "" = any; `until` ends the week.
    """

    topic: Topic
    until: datetime
    where: Condition | None = None
    product: str = ""
    mood: str = ""

    @property
    def is_narrow(self) -> bool:
        """Whether some mentions only are meant: the rest is what they are compared with."""
        return self.where is not None or bool(self.product.strip() or self.mood)


@dataclass(frozen=True, slots=True)
class Rise:
    """A pair or triple: how many people and customers say it in how many mentions, and in how many the week before.

    `growth` is drawn towards 1, `share` of the people meant, `elsewhere` of the others (None where nobody else was asked for).
    `said` are the newest interactions, at most KEPT, `examples` some of different people. `line`: how many mentions there were
    in each of PARTS parts of the time that was counted, the oldest first; the second half of them is what rises.
    """

    words: tuple[str, ...]
    authors: int
    customers: int
    mentions: int
    before: int
    growth: float | None
    z: float
    share: float
    elsewhere: float | None
    said: tuple[int, ...]
    examples: tuple[int, ...]
    line: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What rises since when, and of how many mentions of how many people it was read. `is_part`: older ones were left out."""

    sets: tuple[Rise, ...]
    mentions: int
    people: int
    is_part: bool
    since: datetime


def found(asked: Asked, *, viewer: User, zone: str = "UTC", most: int = 30) -> Found:
    """The words that rise, for whom was asked. Refused: a condition that the viewer may not ask."""
    require(viewer, "listening.view")
    mentions = _mentions(asked.topic, asked.until)
    is_meant = None
    if asked.is_narrow:
        is_meant = np.array([not asked.mood or one.mood == asked.mood for one in mentions], bool)
    if asked.where is not None or asked.product.strip():
        members = _members(asked, mentions, viewer, zone)
        is_meant &= np.array([one.profile_id in members for one in mentions], bool)
    return _found(asked.topic, asked.until, mentions, is_meant, most)


def raise_(asked: Asked, words: Sequence[str], *, by: User, now: datetime, zone: str = "UTC") -> Card:
    """Make a card of one set of words, so that somebody does something about it; the one that stands is given back.

    Refused: words that do not rise (any more).
    """
    require(by, "listening.judge")
    key = sorted(word.strip() for word in words)
    told = found(asked, viewer=by, zone=zone)
    one = next((each for each in told.sets if sorted(each.words) == key), None)
    if one is None:
        raise Refusal("These words do not rise any more. Count again.")
    card = _card(asked.topic, one, since=told.since, until=asked.until, now=now, narrow=_narrowed(asked))
    if card is None:
        raise Refusal("A card about these words was settled already this week.")
    return card


def raise_kept(row: Rising, *, by: User, now: datetime) -> Card:
    """The same of a set as it was counted last, though it may rise no more by now."""
    require(by, "listening.judge")
    same = ("authors", "customers", "mentions", "before", "growth", "z")
    one = Rise(
        words=tuple(row.words), said=tuple(row.said), examples=tuple(row.examples), line=tuple(row.line), share=0.0,
        elsewhere=None, **{name: getattr(row, name) for name in same},
    )  # fmt: skip
    card = _card(row.topic, one, since=row.since or row.at - WEEK, until=row.at, now=now)
    if card is None:
        raise Refusal("A card about these words was settled already this week.")
    return card


def rise(topic: Topic, *, now: datetime) -> int:
    """The n-plets of one topic anew."""
    if topic.version is None:
        return 0
    said = int(bulk.execute(_SAID_OF, [topic.version.pk, now - 2 * WEEK, now])[0][0])
    told = _found(topic, now, _mentions(topic, now), None, SHOWN)
    rows = [
        Rising(
            topic=topic, words=list(one.words), authors=one.authors, customers=one.customers, mentions=one.mentions,
            before=one.before, growth=one.growth, z=one.z, said=list(one.said), place=place, at=now,
            line=list(one.line), examples=list(one.examples), since=told.since,
        )
        for place, one in enumerate(told.sets)
    ]  # fmt: skip
    with transaction.atomic():
        Topic.objects.select_for_update().get(pk=topic.pk)
        Topic.objects.filter(pk=topic.pk).update(risen_at=now, risen_n=said)
        Rising.objects.filter(topic=topic).delete()
        Rising.objects.bulk_create(rows)
        for one in told.sets:
            if one.z >= CARD_Z and one.authors >= CARD_AUTHORS:
                _card(topic, one, since=told.since, until=now, now=now)
        wake.changed("rising", [topic.pk])
    return len(rows)


def _mentions(topic: Topic, until: datetime) -> list[Mention]:
    rows = Mention.objects.filter(
        version=topic.version_id, aside="", occurred_at__gte=until - 2 * WEEK, occurred_at__lt=until
    )
    ordered = rows.order_by("-occurred_at", "-interaction_id")
    return list(ordered.only("interaction_id", "occurred_at", "profile_id", "is_customer", "mood")[:MOST])


def _members(asked: Asked, mentions: Sequence[Mention], viewer: User, zone: str) -> set[int]:
    """The profiles among the authors whose people are meant."""
    authors = {one.profile_id for one in mentions if one.profile_id}
    here = Profile.objects.filter(pk__in=authors).exclude(person=None)
    meant = people_visible_to(viewer).filter(pk__in=set(here.values_list("person__canonical_id", flat=True)))
    if asked.where is not None:
        of = filters.record("person")
        checked = filters.check(asked.where, of, viewer=viewer)
        meant = meant.filter(filters.to_q(checked, of, zone=ZoneInfo(zone), now=asked.until))
    people = set(meant.values_list("pk", flat=True))
    if product := asked.product.strip():
        named = Q(orders__lines__name__icontains=product) | Q(orders__lines__product__name__icontains=product)
        bought = Profile.objects.filter(named, person__canonical__in=people)
        people = set(bought.values_list("person__canonical_id", flat=True))
    return set(here.filter(person__canonical__in=people).values_list("pk", flat=True))


def _found(topic: Topic, until: datetime, mentions: Sequence[Mention], is_meant: Any, most: int) -> Found:
    """`is_meant`: which mentions, None = all. What others said the week before is neither here nor there, and not read.

    Of a part, what rises comes first, then what it says more than the others though no more than before. Nothing rises
    where there is nothing to compare with: neither something before nor others.
    """
    heard = _heard(until) if mentions and is_meant is None else (0, 0)
    since = until - WEEK if is_meant is not None else _since(mentions, until, heard)
    if topic.version is None or not mentions:
        return Found((), 0, 0, False, since)
    is_now = np.array([one.occurred_at >= since for one in mentions], bool)
    meant = np.ones(len(mentions), bool) if is_meant is None else is_meant
    which = np.flatnonzero(is_now | meant)
    kept, is_now, meant = [mentions[place] for place in which.tolist()], is_now[which], meant[which]
    said = Interaction.objects.only("subject", "text").in_bulk([one.interaction_id for one in kept])
    texts = [words_of(said[one.interaction_id]) if one.interaction_id in said else "" for one in kept]
    dull = {word for phrase in phrases(read(topic.version.words)) for word in phrase.words if len(phrase.words) == 1}
    made = corpus.read(texts, authors=[str(one.profile_id) if one.profile_id else None for one in kept], dull=dull)
    inside, before, others = is_now & meant, ~is_now & meant, is_now & ~meant
    of_all = heard if since == until - WEEK else None
    has_other = (before | others).any() or (of_all is not None and _is_known(of_all))
    told = nplets.rising(made, inside, before=before, heard=of_all, most=most) if inside.any() and has_other else []
    if is_meant is not None and before.any() and others.any():
        beside = {one.words: one for one in nplets.rising(made, inside, others=others, most=most)}
        told += [one for words, one in beside.items() if set(words) not in [set(each.words) for each in told]]
    sets = tuple(_told(one, kept, made, meant, (since, until), is_narrow=is_meant is not None) for one in told[:most])
    people = {one.profile_id or -one.interaction_id for one, here in zip(kept, meant.tolist(), strict=True) if here}
    return Found(sets, int(meant.sum()), len(people), len(mentions) == MOST, since)


_HEARD_OF = """
SELECT count(*) FILTER (WHERE occurred_at >= %s), count(*) FILTER (WHERE occurred_at < %s)
FROM history_interaction WHERE occurred_at >= %s AND occurred_at < %s
"""


def _heard(until: datetime) -> tuple[int, int]:
    """How much of everything was said in the week and in the week before, by the index of times alone."""
    since = until - WEEK
    this, before = bulk.execute(_HEARD_OF, [since, since, since - WEEK, until])[0]
    return int(this), int(before)


def _is_known(heard: tuple[int, int]) -> bool:
    return heard[1] > 0 and heard[1] * _HEARD >= heard[0]


def _since(mentions: Sequence[Mention], until: datetime, heard: tuple[int, int]) -> datetime:
    """Since when is now; the newest are read first, so where some were left out the oldest known is not the first."""
    first = mentions[-1].occurred_at if mentions else until - 2 * WEEK
    if len(mentions) == MOST or first <= until - _WHOLE or _is_known(heard):
        return until - WEEK
    return until - (until - first) / 2


def _told(
    one: nplets.Nplet, mentions: Sequence[Mention], made: corpus.Corpus, is_meant: Any, span: tuple[datetime, datetime], *,
    is_narrow: bool,
) -> Rise:  # fmt: skip
    since, until = span
    this = [row for row in (mentions[post] for post in one.posts.tolist()) if row.occurred_at >= since]
    places = {word: number for number, word in enumerate(made.words)}
    holding = [set(made.post[made.word == places[word]].tolist()) for word in one.words if word in places]
    both = set.intersection(*holding) if holding else set[int]()
    meant = [mentions[post].occurred_at for post in both if is_meant[post]]
    before = sum(at < since for at in meant)
    return Rise(
        words=tuple(word[:40] for word in one.words),
        authors=one.authors,
        customers=len({row.profile_id for row in this if row.is_customer}),
        mentions=len(this),
        before=before,
        growth=one.growth,
        z=one.growth_z if one.growth_z is not None else one.z,
        share=one.share,
        elsewhere=one.elsewhere if is_narrow else None,
        said=tuple(row.interaction_id for row in this[:KEPT]),
        examples=tuple(mentions[post].interaction_id for post in one.examples),
        line=_line(meant, since, until),
    )


def _line(moments: Sequence[datetime], since: datetime, until: datetime) -> tuple[int, ...]:
    """How many fall into each part of the time from as long before `since` as it is to `until`."""
    counted, half = [0] * PARTS, (until - since) / (PARTS // 2)
    for at in moments:
        counted[max(0, min(PARTS - 1, PARTS // 2 + (at - since) // half))] += 1
    return tuple(counted)


def lasting(stretch: timedelta) -> str:
    """A stretch of time in words: 4 days, 7 hours, 12 minutes."""
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if stretch.total_seconds() >= 2 * size:
            return f"{stretch.total_seconds() / size:.0f} {unit}s"
    return "minutes"


def _narrowed(asked: Asked) -> str:
    """What tells the card of a segment from that of everybody."""
    parts = filters.to_query(asked.where) if asked.where is not None else []
    return " ".join([*parts, asked.product.strip(), asked.mood]).strip()


def _card(topic: Topic, one: Rise, *, since: datetime, until: datetime, now: datetime, narrow: str = "") -> Card | None:
    if topic.version is None:
        return None
    year, week, _ = until.isocalendar()
    whom = " among those asked for" if narrow else ""
    stretch = "this week" if until - since >= WEEK else f"in the last {lasting(until - since)}"
    return cards.raise_(
        CardKind.RISING,
        f"rising:{'+'.join(one.words)}:{year}-{week}{':' + narrow if narrow else ''}",
        topic,
        topic=topic,
        words=f"{topic.name}: “{' + '.join(one.words)}” rises{whom}, {one.mentions:,} mentions {stretch},"
        f" {one.before:,} before it.",
        since=since,
        until=until,
        evidence={
            "words": list(one.words), "authors": one.authors, "growth": one.growth, "said": list(one.said),
            "examples": list(one.examples), "narrow": narrow,
        },
        touched=cards.touched_by(topic.version.pk, list(one.said)),
        now=now,
    )  # fmt: skip
