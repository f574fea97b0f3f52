"""How many customers spoke, counted again: who is one is often known only after they spoke, by a link or by an order."""

from __future__ import annotations

from django.db import transaction

from mutuals.base import bulk, jobs, wake
from mutuals.listening import mentions
from mutuals.listening.card import cards
from mutuals.listening.card.rise import KEPT
from mutuals.listening.models import Card, CardState, Rising

MANY = 20_000
"""Interactions of one statement, so that nobody who counts waits long for it."""
MOST = 200
"""Newest open cards that are counted again."""
_RISEN = """
UPDATE listening_rising r SET customers = n.many FROM (
    SELECT s.id, count(DISTINCT m.profile_id) FILTER (WHERE m.is_customer) AS many
    FROM listening_rising s JOIN listening_topic t ON t.id = s.topic_id
    LEFT JOIN listening_mention m ON m.version_id = t.version_id AND m.interaction_id = ANY(s.said) AND m.profile_id IS NOT NULL
    WHERE s.mentions <= %s GROUP BY s.id
) n WHERE n.id = r.id AND r.customers <> n.many RETURNING r.topic_id
"""
"""Sets of which not all mentions are kept wait for their next count."""


def again() -> int:
    """Job: bring the customers of open cards and of rising words up to date; returns how many say another number now."""
    said = sorted({number for row in Rising.objects.only("said").iterator(chunk_size=200) for number in row.said})
    for at in range(0, len(said), MANY):
        jobs.may_go_on()
        mentions.known_again(among=said[at : at + MANY])
    topics = [topic for (topic,) in bulk.execute(_RISEN, [KEPT])]
    if topics:
        wake.changed("rising", sorted(set(topics)))
    rows = Card.objects.filter(state=CardState.OPEN, topic__archived_at=None, topic__version__isnull=False)
    return len(topics) + sum(map(_counted, rows.select_related("topic").order_by("-made_at")[:MOST]))


@transaction.atomic
def _counted(card: Card) -> bool:
    """Whether the card says another number now."""
    version = card.topic.version_id if card.topic else None
    if version is None:
        return False
    said = card.evidence.get("said")
    told = (
        cards.touched_by(version, said)
        if isinstance(said, list)
        else cards.touched_between(version, card.since, card.until)
    )
    if (card.touched, card.value, card.currency) == (told.people, told.value, told.currency):
        return False
    rows = Card.objects.filter(pk=card.pk, state=CardState.OPEN, until=card.until)
    is_told = bool(rows.update(touched=told.people, value=told.value, currency=told.currency))
    if is_told:  # else it ended or was counted by somebody else meanwhile
        wake.changed("card", [card.pk])
    return is_told
