"""Questions about readings, topics and mentions. Screens read counts; lists read mentions by their index, newest first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from mutuals.base import bulk
from mutuals.history.models import Interaction
from mutuals.listening.models import Aside, Feedback, Kind, Mention, Reading, State, Topic, Version
from mutuals.staff.models import User
from mutuals.staff.permissions import may

LONGEST = timedelta(days=92)
"""The longest stretch of time that is counted hour by hour."""
EXACT = 20_000
"""Mentions up to which people are counted one by one; of more, one in SAMPLED of them is."""
SAMPLED = 64
MANY = 1_000
"""Questions without an answer are counted up to here."""


def readings_of(interaction_ids: Collection[int]) -> dict[int, Reading]:
    """What was understood of each, in one query; what is not there was not read yet."""
    return Reading.objects.in_bulk(list(interaction_ids)) if interaction_ids else {}


def visible_to(user: User) -> QuerySet[Topic]:
    """The topics that a user may see, by name; nobody's own, so all or none."""
    rows = Topic.objects.filter(archived_at=None) if may(user, "listening.view") else Topic.objects.none()
    return rows.select_related("version", "owner").order_by("name")


def versions_of(topics: Collection[int]) -> dict[int, Version]:
    """The version of each topic that is reading history, where one is."""
    rows = Version.objects.filter(topic__in=list(topics), state=State.FILLING).order_by("number")
    return {row.topic_id: row for row in rows}


def filled(version: Version | None) -> int:
    """How much of history a version has read, in a hundred."""
    if version is None or not version.began_below:
        return 0
    return round(100 * (1 - (version.below or 0) / version.began_below))


@dataclass(frozen=True, slots=True)
class Span:
    """From when until before when; `zone` says where days begin."""

    since: datetime
    until: datetime
    zone: str

    @property
    def before(self) -> Span:
        """As long, just before."""
        return Span(self.since - (self.until - self.since), self.since, self.zone)

    @property
    def step(self) -> str:
        """What one mark of a chart stands for."""
        return "hour" if self.until - self.since <= timedelta(days=3) else "day"


@dataclass(slots=True)
class Board:
    """Counts of one version in a stretch of time. `steps`: moment -> mood -> mentions; `before` has `steps` of the stretch
    before. `aside`: mentions that do not count.
    """

    n: int = 0
    aside: int = 0
    questions: int = 0
    by_customers: int = 0
    steps: dict[datetime, dict[str, int]] = field(default_factory=dict)
    networks: dict[str, int] = field(default_factory=dict)
    languages: dict[str, int] = field(default_factory=dict)
    moods: dict[str, int] = field(default_factory=dict)
    before: Board | None = None

    @property
    def net(self) -> int | None:
        """Net sentiment: positive less negative in a hundred; None of nothing."""
        return round(100 * (self.moods.get("positive", 0) - self.moods.get("negative", 0)) / self.n) if self.n else None


_BOARD = """
SELECT hour >= %s, hour, mood, network, language, is_customer, sum(n), sum(aside), sum(questions)
FROM listening_count WHERE version_id = %s AND hour >= %s AND hour < %s
GROUP BY GROUPING SETS ((1, 2, 3), (1, 4), (1, 5), (1, 6))
"""


def board(version_id: int, span: Span) -> Board:
    """All that the tiles and charts of a topic show, of this stretch and the one before, in one reading of the counts."""
    found = Board(before=Board())
    values = [span.since, version_id, span.before.since, span.until]
    for is_now, hour, mood, network, language, is_customer, n, aside, questions in bulk.execute(_BOARD, values):
        into = found if is_now or found.before is None else found.before
        if mood is not None:
            into.n, into.aside, into.questions = into.n + n, into.aside + aside, into.questions + questions
            moods = into.steps.setdefault(_step(hour, span), {})
            moods[mood] = moods.get(mood, 0) + n
            into.moods[mood] = into.moods.get(mood, 0) + n
        elif network is not None:
            into.networks[network] = n
        elif language is not None:
            into.languages[language] = n
        elif is_customer:
            into.by_customers += n
    return found


def _step(hour: datetime, span: Span) -> datetime:
    """The step in which an hour lies, by the clocks of the zone."""
    local = hour.astimezone(ZoneInfo(span.zone))
    return local.replace(hour=0, minute=0) if span.step == "day" else local


def rivals(topic: Topic, span: Span) -> list[tuple[Topic, int]]:
    """How many mentions those have that a topic is compared with: our own with competitors, a competitor with our brands."""
    kind = Kind.BRAND if topic.kind == Kind.COMPETITOR else Kind.COMPETITOR
    rows = list(Topic.objects.filter(archived_at=None, kind=kind).exclude(pk=topic.pk).order_by("name"))
    ids = bulk.numbers(row.version_id for row in rows if row.version_id)
    counted = dict(bulk.execute(_VOICES, [ids, span.since, span.until])) if rows else {}
    return [(row, int(counted.get(row.version_id, 0))) for row in rows]


_VOICES = """
SELECT version_id, sum(n) FROM listening_count
WHERE version_id = ANY(%s::bigint[]) AND hour >= %s AND hour < %s GROUP BY 1
"""


_PEOPLE = """
SELECT count(DISTINCT profile_id), count(DISTINCT profile_id) FILTER (WHERE is_customer)
FROM listening_mention WHERE version_id = %s AND aside = '' AND occurred_at >= %s AND occurred_at < %s
"""


def authors(version_id: int, span: Span, *, many: int) -> tuple[int, int, bool]:
    """How many people, how many of them customers, and whether that is exact; `many` mentions are told by the board.

    Of many mentions one person in 64 is counted, by an index that holds only those.
    """
    values = [version_id, span.since, span.until]
    if many <= EXACT:
        people, customers = bulk.execute(_PEOPLE, values)[0]
        return int(people), int(customers), True
    people, customers = bulk.execute(f"{_PEOPLE} AND mod(profile_id, {SAMPLED}) = 0", values)[0]
    return int(people) * SAMPLED, int(customers) * SAMPLED, False


_UNANSWERED = """
SELECT count(*) FROM (
    SELECT 1 FROM listening_mention m JOIN history_interaction i ON i.id = m.interaction_id
    JOIN conversations_conversation c ON c.id = i.conversation_id
    WHERE m.version_id = %s AND m.aside = '' AND m.is_question AND m.occurred_at >= %s AND m.occurred_at < %s
    AND (c.last_out_at IS NULL OR c.last_out_at < m.occurred_at) LIMIT %s) few
"""


def unanswered(version_id: int, span: Span) -> int:
    """Questions after which we said nothing in their thread; counting stops at MANY."""
    return int(bulk.execute(_UNANSWERED, [version_id, span.since, span.until, MANY])[0][0])


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which mentions of a version to list; "" and None = all. `aside`: those that do not count; `lead`: copies of one."""

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
    }
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
