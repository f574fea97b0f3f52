"""A digest: the few mentions that one reader should know of, at most as many as they said, each with why it is shown.

What a reader says of an item tunes what comes next: a reason that was not worth it in a topic weighs less there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.core import signing
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from mutuals.base import bulk, journal, wake
from mutuals.base.refusals import Refusal
from mutuals.history.models import Interaction
from mutuals.listening.models import Feedback, Listener, Reading, Rhythm, Told, Topic
from mutuals.staff.models import User
from mutuals.staff.permissions import may, require

JOB = "listening.digest"
LOOKED, LONGEST = 5_000, 50
"""Newest mentions that a digest is chosen from, and the most items that a reader may ask for."""
_SALT = "mutuals.digest.off"
_NOISE = {"is_relevant": False}
HOUR = 6
"""From this hour of the reader's own morning on it is made."""
_STRETCH = {Rhythm.DAILY: timedelta(days=1), Rhythm.WEEKLY: timedelta(days=7)}
_WEIGHTS = {
    "churn": 9.0,
    "urgent": 7.0,
    "customer": 6.0,
    "question": 5.0,
    "purchase": 4.0,
    "complaint": 3.0,
    "praise": 2.0,
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A mention that may be told. `bought`: what its author bought for; `alike`: how many say the same."""

    interaction_id: int
    topic_id: int
    topic: str
    occurred_at: datetime
    author: int | None
    mood: str
    intents: tuple[str, ...]
    urgency: str
    is_customer: bool
    is_answered: bool
    bought: Decimal
    currency: str
    alike: int


@dataclass(frozen=True, slots=True)
class Item:
    """What is chosen: the reason by its short name, and in words."""

    candidate: Candidate
    reason: str
    why: str


def choose(found: Iterable[Candidate], *, most: int, weights: Mapping[tuple[int, str], float]) -> list[Item]:
    """The weightiest, one an author, none without a reason; `weights` by topic and reason, 1 where nothing is known."""
    ranked = []
    for one in found:
        reason = reason_of(one)
        if reason is not None:
            weight = _WEIGHTS[reason] * weights.get((one.topic_id, reason), 1.0) * (1 + min(one.alike, 50) / 25)
            ranked.append((-weight, -one.occurred_at.timestamp(), one.interaction_id, reason, one))
    chosen, authors = list[Item](), set[int]()
    for _, _, _, reason, one in sorted(ranked, key=lambda row: row[:3]):
        if len(chosen) == most:
            break
        if one.author is None or one.author not in authors:
            chosen.append(Item(one, reason, _why(one, reason)))
            authors |= {one.author} if one.author is not None else set()
    return chosen


def reason_of(one: Candidate) -> str | None:
    """Why somebody should know of it; the gravest reason there is, None where there is none."""
    reasons = {
        "churn": "churn" in one.intents,
        "urgent": one.urgency == "now" and not one.is_answered,
        "customer": one.is_customer and one.mood == "negative",
        "question": "question" in one.intents and not one.is_answered,
        "purchase": "purchase" in one.intents,
        "complaint": "complaint" in one.intents or (one.mood == "negative" and one.alike >= 5),
        "praise": "praise" in one.intents and one.is_customer,
    }
    return next((name for name, holds in reasons.items() if holds), None)


def _why(one: Candidate, reason: str) -> str:
    who = "A customer" if one.is_customer else "Somebody"
    if one.is_customer and one.bought and one.currency not in ("", "*"):
        who = f"A customer who bought for {one.bought:,.0f} {one.currency}"
    words = {
        "churn": f"{who} may leave",
        "urgent": f"{who} is in a hurry, and nobody answered",
        "customer": f"{who} is not content",
        "question": f"{who} asks, and nobody answered",
        "purchase": f"{who} looks for something to buy",
        "complaint": f"{who} complains",
        "praise": f"{who} praises",
    }[reason]
    return f"{words}{f'; {one.alike:,} more say the same' if one.alike else ''} ({one.topic})"


_FOUND = """
SELECT m.interaction_id, t.id, t.name, m.occurred_at, coalesce(x.canonical_id, -m.profile_id), m.mood, r.intents, r.urgency,
    m.is_customer, c.last_out_at IS NOT NULL AND c.last_out_at > m.occurred_at, coalesce(h.order_total, 0),
    coalesce(h.order_currency, ''),
    (SELECT count(*) FROM listening_mention k WHERE k.version_id = m.version_id AND k.aside = 'copy'
        AND k.lead_id = m.interaction_id)
FROM (
    SELECT n.* FROM listening_topic t JOIN LATERAL (
        SELECT * FROM listening_mention m WHERE m.version_id = t.version_id AND m.aside = '' AND m.occurred_at >= %s
        AND m.occurred_at < %s ORDER BY m.occurred_at DESC, m.interaction_id DESC LIMIT %s) n ON true
    WHERE t.archived_at IS NULL AND (cardinality(%s::bigint[]) = 0 OR t.id = ANY(%s::bigint[]))
    ORDER BY n.occurred_at DESC, n.interaction_id DESC LIMIT %s
) m JOIN listening_topic t ON t.version_id = m.version_id JOIN listening_reading r ON r.interaction_id = m.interaction_id
JOIN history_interaction i ON i.id = m.interaction_id AND i.deleted_at IS NULL
LEFT JOIN conversations_conversation c ON c.id = i.conversation_id LEFT JOIN people_profile p ON p.id = m.profile_id
LEFT JOIN people_person x ON x.id = p.person_id LEFT JOIN people_person h ON h.id = x.canonical_id
WHERE NOT EXISTS (SELECT 1 FROM listening_told d WHERE d.user_id = %s AND d.interaction_id = m.interaction_id)
ORDER BY m.occurred_at DESC, m.interaction_id DESC, t.id
"""


def make(user: User, *, now: datetime) -> list[Told]:
    """The reader's digest up to now, of a day or a week at least: what came in late counts too. None is told twice."""
    held = Listener.objects.filter(user=user).first() or Listener(user=user)
    since = now - _STRETCH.get(Rhythm(held.rhythm), timedelta(days=1))
    since = max(min(held.told_at or since, since), now - timedelta(days=7))
    topics = bulk.numbers(held.topics)
    rows = bulk.execute(_FOUND, [since, now, LOOKED, topics, topics, LOOKED, user.pk])
    once = {row[0]: Candidate(*_told(row)) for row in rows[::-1]}
    items = choose(once.values(), most=held.most, weights=weights_of(user))
    with transaction.atomic():
        Listener.objects.update_or_create(user=user, defaults={"told_at": now})
        made = [
            Told(
                user=user, topic_id=one.candidate.topic_id, interaction_id=one.candidate.interaction_id,
                reason=one.reason, why=one.why[:300], place=place, at=now,
            )
            for place, one in enumerate(items)
        ]  # fmt: skip
        Told.objects.bulk_create(made, ignore_conflicts=True)
        wake.changed("today", [user.pk])
    return made


@dataclass(frozen=True, slots=True)
class Nothing:
    """Why a digest is empty: mentions since when, how many of these were looked at and told before."""

    since: datetime
    mentions: int
    told: int


_EMPTY = """
SELECT count(*), count(*) FILTER (WHERE EXISTS (
    SELECT 1 FROM listening_told d WHERE d.user_id = %s AND d.interaction_id = m.interaction_id))
FROM (
    SELECT DISTINCT n.interaction_id FROM listening_topic t JOIN LATERAL (
        SELECT interaction_id FROM listening_mention m WHERE m.version_id = t.version_id AND m.aside = ''
        AND m.occurred_at >= %s AND m.occurred_at < %s ORDER BY m.occurred_at DESC, m.interaction_id DESC LIMIT %s) n ON true
    WHERE t.archived_at IS NULL AND (cardinality(%s::bigint[]) = 0 OR t.id = ANY(%s::bigint[]))
) m
"""


def why_empty(user: User, *, now: datetime) -> Nothing:
    """What there was to choose from for a reader until now, of the stretch that a digest looks at; counted up to LOOKED."""
    held = wishes_of(user)
    since, topics = now - _STRETCH.get(Rhythm(held.rhythm), timedelta(days=1)), bulk.numbers(held.topics)
    [(mentions, told)] = bulk.execute(_EMPTY, [user.pk, since, now, LOOKED, topics, topics])
    return Nothing(since, int(mentions), int(told))


def _told(row: tuple[Any, ...]) -> Any:
    """The columns of a candidate."""
    return (*row[:6], tuple(row[6]), *row[7:])


def weights_of(user: User) -> dict[tuple[int, str], float]:
    """How much each reason weighs for a reader in each topic: what was worth it of what was judged, three of them assumed."""
    rows = (
        Told.objects.filter(user=user, is_relevant__isnull=False)
        .values_list("topic_id", "reason")
        .annotate(good=Count("pk", filter=Q(is_relevant=True)), of=Count("pk"))
    )
    return {(topic, reason): (good + 3) / (of + 3) for topic, reason, good, of in rows}


def due(*, now: datetime, mailed: Callable[[User, Sequence[Told], datetime], object] | None = None) -> int:
    """Job: make the digests of all whose morning it is and who have none of this day, or week; returns how many.

    `mailed` takes those that are to leave by mail, in the transaction that makes them: both are kept, or neither.
    """
    made = 0
    for held in Listener.objects.exclude(rhythm=Rhythm.NEVER).select_related("user").order_by("pk"):
        if may(held.user, "listening.view") and is_due(held, now=now):
            with transaction.atomic():
                told = make(held.user, now=now)
                if mailed and held.by_mail and told:
                    mailed(held.user, told, now)
            made += 1
    return made


def is_due(held: Listener, *, now: datetime) -> bool:
    """Whether it is their morning, of a Monday for weekly ones, and there is none since; one made by hand at night is none."""
    local = now.astimezone(ZoneInfo(held.user.zone))
    if local.hour < HOUR or (held.rhythm == Rhythm.WEEKLY and local.weekday() != 0):
        return False
    return held.told_at is None or held.told_at < local.replace(hour=HOUR, minute=0, second=0, microsecond=0)


def wish(*, by: User, rhythm: str, most: int, topics: Sequence[int] = (), by_mail: bool = False) -> Listener:
    """How one wants to be told. Refused: a rhythm that there is not, fewer than one item or more than fifty."""
    require(by, "listening.view")
    if rhythm not in set(Rhythm):
        raise Refusal("Choose how often.", fields={"rhythm": "Choose one."})
    if not 1 <= most <= LONGEST:
        raise Refusal(f"A digest has 1 to {LONGEST} items.", fields={"most": f"From 1 to {LONGEST}."})
    there = (
        Topic.objects.filter(pk__in=list(topics)[:1_000], archived_at=None).order_by("pk").values_list("pk", flat=True)
    )
    told = {"rhythm": rhythm, "most": most, "topics": list(there), "by_mail": by_mail}
    return Listener.objects.update_or_create(user=by, defaults=told)[0]


def stop_mails(by: User) -> None:
    """No digest by mail from now on; it still stands on the page of today. Twice is once."""
    with transaction.atomic():
        if Listener.objects.filter(user=by, by_mail=True).update(by_mail=False):
            journal.note("digest.mails_stopped", by, by=by)


def mark_of(user: User) -> str:
    """What the way out in a mail carries: whoever has it may stop the mails of this reader, and do nothing else."""
    return signing.dumps(user.pk, salt=_SALT)


def reader_of(mark: str) -> User | None:
    """Whose mails a mark may stop; None for one that we did not write."""
    try:
        return User.objects.filter(pk=signing.loads(mark, salt=_SALT)).first()
    except signing.BadSignature:
        return None


def wishes_of(user: User) -> Listener:
    """How one wants to be told; the usual where nothing was said."""
    return Listener.objects.filter(user=user).first() or Listener(user=user)


@dataclass(frozen=True, slots=True)
class Shown:
    """An item with what was said and how it was understood."""

    told: Told
    row: Interaction
    reading: Reading | None


def newest_of(user: User) -> list[Shown]:
    """The items of one's newest digest that were not put aside, the weightiest first; what is deleted is left out."""
    last = Told.objects.filter(user=user).order_by("-at").values("at")[:1]
    rows = list(
        Told.objects.filter(user=user, at__in=last, topic__archived_at=None)
        .exclude(is_relevant=False)
        .exclude(
            Exists(
                Feedback.objects.filter(topic=OuterRef("topic"), interaction_id=OuterRef("interaction_id"), **_NOISE)
            )
        )
        .select_related("topic")
        .order_by("place")
    )
    ids = [row.interaction_id for row in rows]
    said = (
        Interaction.objects.filter(pk__in=ids, deleted_at=None).select_related("profile__person__canonical").in_bulk()
    )
    readings = Reading.objects.in_bulk(ids)
    return [
        Shown(row, said[row.interaction_id], readings.get(row.interaction_id))
        for row in rows
        if row.interaction_id in said
    ]


def told_to(user: User) -> QuerySet[Told]:
    """All that a reader was ever told."""
    return Told.objects.filter(user=user)


def judge(told_id: int, *, is_relevant: bool | None, by: User) -> Told:
    """Say whether an item of one's own digest was worth it; None takes it back. Refused: what one was not told."""
    require(by, "listening.view")
    row = told_to(by).filter(pk=told_id).first() if told_id < 2**63 else None
    if row is None:
        raise Refusal("This is not in your digest.")
    row.is_relevant = is_relevant
    row.save(update_fields=["is_relevant"])
    wake.changed("today", [by.pk])
    return row
