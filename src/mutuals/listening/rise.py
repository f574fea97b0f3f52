"""Words that rise together in a topic: this week beside the week before. A job, once a night and when a topic is filled."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
from django.db import transaction

from mutuals.history.models import Interaction
from mutuals.listening import cards, corpus, nplets
from mutuals.listening.models import CardKind, Mention, Rising, State, Topic
from mutuals.listening.read import words_of
from mutuals.listening.wanted import phrases, read

JOB = "listening.rise"
WEEK = timedelta(days=7)
MOST, SHOWN, KEPT = 20_000, 12, 500
"""Newest mentions that are read, n-plets that are kept, and interactions that are kept of each."""
CARD_Z, CARD_AUTHORS = 3.0, 10
"""How far above the week before, and by how many people, words have to be said before they are a card."""


def rise_all(*, now: datetime) -> int:
    """Job: all topics; returns how many n-plets rise."""
    rows = Topic.objects.filter(archived_at=None, version__state=State.LIVE).select_related("version")
    return sum(rise(topic, now=now) for topic in rows)


def rise(topic: Topic, *, now: datetime) -> int:
    """The n-plets of one topic anew."""
    if topic.version is None:
        return 0
    mentions = list(
        Mention.objects.filter(version=topic.version, aside="", occurred_at__gte=now - 2 * WEEK, occurred_at__lt=now)
        .order_by("-occurred_at", "-interaction_id")
        .only("interaction_id", "occurred_at", "profile_id", "is_customer")[:MOST]
    )
    said = Interaction.objects.only("subject", "text").in_bulk([one.interaction_id for one in mentions])
    texts = [words_of(said[one.interaction_id]) if one.interaction_id in said else "" for one in mentions]
    dull = {word for phrase in phrases(read(topic.version.words)) for word in phrase.words if len(phrase.words) == 1}
    made = corpus.read(texts, authors=[str(one.profile_id) if one.profile_id else None for one in mentions], dull=dull)
    inside = np.array([one.occurred_at >= now - WEEK for one in mentions], bool)
    found = nplets.rising(made, inside, before=~inside, most=SHOWN) if inside.any() else []
    rows = [_row(topic, one, place, mentions, made, now) for place, one in enumerate(found)]
    with transaction.atomic():
        Topic.objects.select_for_update().get(pk=topic.pk)
        Rising.objects.filter(topic=topic).delete()
        Rising.objects.bulk_create(rows)
        for row, one in zip(rows, found, strict=True):
            if (one.growth_z or 0) >= CARD_Z and one.authors >= CARD_AUTHORS:
                _card(topic, row, now=now)
    return len(rows)


def _row(
    topic: Topic, one: nplets.Nplet, place: int, mentions: list[Mention], made: corpus.Corpus, now: datetime
) -> Rising:
    held = [mentions[post] for post in one.posts.tolist()]
    this = [row for row in held if row.occurred_at >= now - WEEK]
    return Rising(
        topic=topic,
        words=[word[:40] for word in one.words],
        authors=one.authors,
        customers=len({row.profile_id for row in this if row.is_customer}),
        mentions=len(this),
        before=_before(one, mentions, made, now),
        growth=one.growth,
        z=one.z,
        said=[row.interaction_id for row in this[:KEPT]],
        place=place,
        at=now,
    )


def _before(one: nplets.Nplet, mentions: list[Mention], made: corpus.Corpus, now: datetime) -> int:
    """How many mentions of the week before hold all its words."""
    places = {word: number for number, word in enumerate(made.words)}
    told = [set(made.post[made.word == places[word]].tolist()) for word in one.words if word in places]
    both = set.intersection(*told) if told else set()
    return sum(mentions[post].occurred_at < now - WEEK for post in both)


def _card(topic: Topic, row: Rising, *, now: datetime) -> None:
    if topic.version is None:
        return
    year, week, _ = now.isocalendar()
    cards.raise_(
        CardKind.RISING,
        f"rising:{'+'.join(row.words)}:{year}-{week}",
        topic,
        topic=topic,
        level=1,
        words=f"{topic.name}: “{' + '.join(row.words)}” rises, {row.mentions:,} mentions this week, {row.before:,} before it.",
        since=now - WEEK,
        until=now,
        evidence={"words": row.words, "authors": row.authors, "growth": row.growth, "said": row.said[:50]},
        touched=cards.touched_by(topic.version.pk, row.said),
        now=now,
    )
