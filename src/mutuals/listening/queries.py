"""Questions about readings, topics and mentions. Screens read counts; lists read mentions by their index, newest first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from mutuals.base import bulk
from mutuals.history.models import Interaction
from mutuals.listening.board.counts import ALL, Only, Span, totals
from mutuals.listening.models import Aside, Feedback, Kind, Mention, Reading, State, Topic, Version
from mutuals.staff.models import User
from mutuals.staff.permissions import may

EXACT = 20_000
"""Mentions up to which people are counted one by one; of more, one in SAMPLED of them is."""
SAMPLED = 64
MANY = 1_000
"""The newest questions that are looked at for an answer."""


def readings_of(interaction_ids: Collection[int]) -> dict[int, Reading]:
    """What was understood of each, in one query; what is not there was not read yet."""
    return Reading.objects.in_bulk(list(interaction_ids)) if interaction_ids else {}


def visible_to(user: User) -> QuerySet[Topic]:
    """The topics that a user may see, by name; nobody's own, so all or none."""
    rows = Topic.objects.filter(archived_at=None) if may(user, "listening.view") else Topic.objects.none()
    return rows.select_related("version", "owner").order_by("name")


def opening(user: User) -> Topic | None:
    """The topic that screens open with: our brand before products, themes and competitors, by name; None of none."""
    order = list(Kind)
    return min(visible_to(user), key=lambda topic: (order.index(Kind(topic.kind)), topic.name), default=None)


def versions_of(topics: Collection[int]) -> dict[int, Version]:
    """The version of each topic that is reading history, where one is."""
    rows = Version.objects.filter(topic__in=list(topics), state=State.FILLING).order_by("number")
    return {row.topic_id: row for row in rows}


def filled(version: Version | None) -> int:
    """How much of history a version has read, in a hundred."""
    if version is None or not version.began_below:
        return 0
    return round(100 * (1 - (version.below or 0) / version.began_below))


def rivals(topic: Topic, span: Span, only: Only = ALL) -> list[tuple[Topic, int]]:
    """How many mentions those have that a topic is compared with: our own with competitors, a competitor with our brands."""
    kind = Kind.BRAND if topic.kind == Kind.COMPETITOR else Kind.COMPETITOR
    rows = list(Topic.objects.filter(archived_at=None, kind=kind).exclude(pk=topic.pk).order_by("name"))
    counted = totals([row.version_id for row in rows if row.version_id], span, only)
    return [(row, counted.get(row.version_id or 0, 0)) for row in rows]


_PEOPLE = """
SELECT count(DISTINCT profile_id), count(DISTINCT profile_id) FILTER (WHERE is_customer)
FROM listening_mention WHERE version_id = %s AND aside = '' AND occurred_at >= %s AND occurred_at < %s
"""


def authors(version_id: int, span: Span, *, many: int, only: Only = ALL) -> tuple[int, int, bool]:
    """How many people, how many of them customers, and whether that is exact; `many` mentions are told by the board.

    Of many mentions one person in 64 is counted, by an index that holds only those.
    """
    sql, values = _PEOPLE + only.sql(), [version_id, span.since, span.until, *only.told().values()]
    if many <= EXACT:
        people, customers = bulk.execute(sql, values)[0]
        return int(people), int(customers), True
    people, customers = bulk.execute(f"{sql} AND mod(profile_id, {SAMPLED}) = 0", values)[0]
    return int(people) * SAMPLED, int(customers) * SAMPLED, False


_UNANSWERED = """
SELECT count(*), count(*) FILTER (WHERE c.last_out_at IS NULL OR c.last_out_at < few.occurred_at) FROM (
    SELECT interaction_id, occurred_at FROM listening_mention
    WHERE version_id = %s AND aside = '' AND is_question AND occurred_at >= %s AND occurred_at < %s {only}
    ORDER BY occurred_at DESC LIMIT %s) few
JOIN history_interaction i ON i.id = few.interaction_id JOIN conversations_conversation c ON c.id = i.conversation_id
"""


def unanswered(version_id: int, span: Span, only: Only = ALL) -> tuple[int, int]:
    """Questions after which we said nothing in their thread, and of how many: the newest MANY are looked at."""
    values = [version_id, span.since, span.until, *only.told().values(), MANY]
    looked, open_ones = bulk.execute(_UNANSWERED.format(only=only.sql()), values)[0]
    return int(open_ones), int(looked)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which mentions of a version to list; "" and None = all. `is_aside`: those that do not count; `lead`: copies of one;
    `only`: none but these; `within`: the filters of the whole board.
    """

    since: datetime | None = None
    until: datetime | None = None
    mood: str = ""
    network: str = ""
    language: str = ""
    is_customer: bool | None = None
    is_question: bool = False
    is_aside: bool = False
    lead: int | None = None
    only: tuple[int, ...] | None = None
    profile: int | None = None
    within: Only = ALL


@dataclass(frozen=True, slots=True)
class Shown:
    """A mention with what was said, how it was understood, and how many say the same."""

    mention: Mention
    row: Interaction
    reading: Reading | None
    copies: int


def stream(
    version_id: int, wanted: Wanted, *, after: tuple[datetime, int] | None = None, limit: int = 30
) -> tuple[list[Shown], tuple[datetime, int] | None]:
    """The newest mentions and where to go on; four queries."""
    rows = list(_listed(version_id, wanted, after)[: limit + 1])
    found, ids = rows[:limit], [row.interaction_id for row in rows[:limit]]
    said = Interaction.objects.filter(pk__in=ids).select_related("profile__person__canonical").in_bulk()
    readings = readings_of(ids)
    copies = dict(bulk.execute(_COPIES, [version_id, bulk.numbers(ids)])) if ids and not wanted.lead else {}
    shown = [
        Shown(row, said[row.interaction_id], readings.get(row.interaction_id), int(copies.get(row.interaction_id, 0)))
        for row in found
        if row.interaction_id in said
    ]
    return shown, (found[-1].occurred_at, found[-1].interaction_id) if len(rows) > limit else None


_COPIES = """
SELECT lead_id, count(*) FROM listening_mention WHERE version_id = %s AND aside = 'copy' AND lead_id = ANY(%s::bigint[])
GROUP BY 1
"""


def _listed(version_id: int, wanted: Wanted, after: tuple[datetime, int] | None) -> QuerySet[Mention]:
    rows = Mention.objects.filter(version_id=version_id).order_by("-occurred_at", "-interaction_id")
    if wanted.lead is not None:
        rows = rows.filter(aside=Aside.COPY, lead_id=wanted.lead)
    else:
        rows = rows.exclude(aside="") if wanted.is_aside else rows.filter(aside="")
    plain: dict[str, Any] = {
        "occurred_at__gte": wanted.since,
        "occurred_at__lt": wanted.until,
        "mood": wanted.mood or None,
        "network": wanted.network or None,
        "language": wanted.language or None,
        "is_customer": wanted.is_customer,
        "is_question": True if wanted.is_question else None,
        "interaction_id__in": wanted.only,
        "profile_id": wanted.profile,
    }
    rows = rows.filter(**wanted.within.told())
    rows = rows.filter(**{name: value for name, value in plain.items() if value is not None})
    if after is not None:
        rows = rows.extra(where=["(occurred_at, interaction_id) < (%s, %s)"], params=list(after))
    return rows


def feedback_of(topic: Topic) -> int:
    """How many mentions were said to be not relevant."""
    return Feedback.objects.filter(topic=topic, is_relevant=False).count()


def topics_of(interaction_ids: Sequence[int]) -> dict[int, list[str]]:
    """The names of the topics that each hit, in one query; what was said to be noise is left out."""
    rows = bulk.execute(
        "SELECT m.interaction_id, t.name FROM listening_mention m JOIN listening_topic t ON t.version_id = m.version_id"
        " WHERE m.interaction_id = ANY(%s::bigint[]) AND m.aside IN ('', 'copy') ORDER BY 1, 2",
        [bulk.numbers(interaction_ids)],
    )
    found: dict[int, list[str]] = {}
    for number, name in rows:
        found.setdefault(int(number), []).append(str(name))
    return found
