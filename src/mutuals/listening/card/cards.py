"""Cards: made by machines, ended by people. Each is acted on, given to somebody, or dismissed with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet

from mutuals.base import bulk, journal, wake
from mutuals.base.refusals import Refusal, one_line
from mutuals.listening.models import Card, CardKind, CardState, Topic
from mutuals.staff.models import User
from mutuals.staff.permissions import may, require

_TOUCHED = """
SELECT count(*), coalesce(sum(c.order_total), 0), min(c.order_currency), max(c.order_currency)
FROM (
    SELECT DISTINCT x.canonical_id FROM listening_mention m JOIN people_profile p ON p.id = m.profile_id
    JOIN people_person x ON x.id = p.person_id
    WHERE m.version_id = %s AND m.aside IN ('', 'copy') AND {which}
) k JOIN people_person c ON c.id = k.canonical_id AND (c.order_count > 0 OR c.stage = 'customer')
"""


@dataclass(frozen=True, slots=True)
class Touched:
    """Customers who spoke, and what they bought for; currency "*" = several."""

    people: int
    value: Decimal
    currency: str


def touched_between(version_id: int, since: datetime, until: datetime) -> Touched:
    """Those of a stretch of time."""
    which = "m.occurred_at >= %s AND m.occurred_at < %s"
    return _touched(which, [version_id, since, until])


def touched_by(version_id: int, interaction_ids: list[int]) -> Touched:
    """Those of some mentions."""
    return _touched("m.interaction_id = ANY(%s::bigint[])", [version_id, bulk.numbers(interaction_ids)])


def _touched(which: str, values: list[Any]) -> Touched:
    sql = _TOUCHED.format(which=which)
    people, value, low, high = bulk.execute(sql, values)[0]
    return Touched(int(people), Decimal(value), (low or "") if low == high else "*")


NOBODY = Touched(0, Decimal(0), "")


def raise_(
    kind: CardKind,
    key: str,
    about: Model | str,
    *,
    words: str,
    now: datetime,
    level: int = 1,
    topic: Topic | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    evidence: dict[str, Any] | None = None,
    touched: Touched = NOBODY,
) -> Card | None:
    """Put a card before people, or bring the open one of this `about` and `key` up to date; None where it was settled.

    For every room above as well: `cards.raise_(CardKind.HELD, "held:2026-11-23T01", rule, words="...", now=now)`. `about` is
    the row that it concerns or its text key ("source:3"): the card's page leads there. `key` tells one occasion from the next
    (the day, the hour, the number of the firing): the same again is the same card. `words` is the one sentence that people
    read; `level` 1 watch, 2 act, 3 crisis; `since` and `until` say when (now, where nothing is told); `evidence` is plain
    JSON. Something graver than what was settled is a new card, told by a key of its own.
    """
    what = journal.key_of(about)
    told: dict[str, Any] = {
        "level": level,
        "words": words[:400],
        "until": until or now,
        "evidence": evidence or {},
        "touched": touched.people,
        "value": touched.value,
        "currency": touched.currency,
        "over_at": None,
    }
    with transaction.atomic():
        fresh = {**told, "topic": topic, "kind": kind, "since": since or now, "made_at": now}
        card, is_new = Card.objects.select_for_update().get_or_create(about=what, key=key[:200], defaults=fresh)
        if not is_new and card.state != CardState.OPEN:
            if level <= card.level or key.endswith(f"/{level}"):
                return None
            return raise_(
                kind, f"{key[:190]}/{level}", what, words=words, now=now, level=level, topic=topic, since=since, until=until,
                evidence=evidence, touched=touched,
            )  # fmt: skip
        if is_new:
            journal.note("card.made", card, by="machine:listening", what=str(kind), concerns=what, level=level)
        else:
            for name, value in told.items():
                setattr(card, name, value)
            card.save(update_fields=list(told))
        wake.changed("card", [card.pk])
    return card


def over(about: Model | str, *, now: datetime, kind: CardKind) -> int:
    """Say on the open cards of a kind about something that the cause is gone; people end them. Returns how many."""
    rows = Card.objects.filter(about=journal.key_of(about), kind=kind, state=CardState.OPEN, over_at=None)
    numbers = list(rows.values_list("pk", flat=True))
    if numbers:
        rows.update(over_at=now)
        wake.changed("card", numbers)
    return len(numbers)


def settle(card: Card, state: str, *, by: User, now: datetime, reason: str = "", to: User | None = None) -> Card:
    """Say what was done about it. Refused: giving it to nobody, dismissing without a reason, what is settled already."""
    require(by, "listening.judge", card)
    if state not in set(CardState) - {CardState.OPEN}:
        raise Refusal("Say what was done about it.", fields={"state": "Choose one."})
    why = one_line(reason, what="Reason", longest=300, needed=state == CardState.DISMISSED)
    if state == CardState.DELEGATED and (to is None or not may(to, "listening.view")):
        raise Refusal("Say to whom it is given.", fields={"to": "Choose a colleague who may see it."})
    with transaction.atomic():
        row = Card.objects.select_for_update().get(pk=card.pk)
        if row.state != CardState.OPEN:
            raise Refusal(f"{row.by or 'Somebody'} settled this already: {row.get_state_display().lower()}.")
        row.state, row.reason, row.by, row.settled_at = state, why, by, now
        row.to = to if state == CardState.DELEGATED else None
        row.save(update_fields=["state", "reason", "by", "to", "settled_at"])
        journal.note("card.settled", row, by=by, state=state, **({"to": to.pk} if row.to and to else {}))
        wake.changed("card", [row.pk])
    return row


def reopen(card: Card, *, by: User) -> Card:
    """Take back what was said of it."""
    require(by, "listening.judge", card)
    with transaction.atomic():
        row = Card.objects.select_for_update().get(pk=card.pk)
        row.state, row.reason, row.by, row.to, row.settled_at = CardState.OPEN, "", None, None, None
        row.save(update_fields=["state", "reason", "by", "to", "settled_at"])
        journal.note("card.reopened", row, by=by)
    return row


def visible_to(user: User) -> QuerySet[Card]:
    """The cards that a user may see, the gravest and newest first."""
    rows = Card.objects.filter(topic__archived_at=None) if may(user, "listening.view") else Card.objects.none()
    return rows.select_related("topic", "by", "to").order_by("-level", "-made_at", "-pk")


def open_of(topic: Topic) -> QuerySet[Card]:
    """Those of one topic that wait for somebody."""
    return topic.cards.filter(state=CardState.OPEN).order_by("-level", "-made_at", "-pk")


def led(card: Card, *things: Model | str) -> None:
    """Keep what came of a card: cases that were opened because of it. In the transaction of whoever opened them."""
    row = Card.objects.select_for_update().get(pk=card.pk)
    row.led = list(dict.fromkeys([*row.led, *(journal.key_of(one) for one in things)]))
    row.save(update_fields=["led"])
    wake.changed("card", [row.pk])
