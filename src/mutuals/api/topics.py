"""What is listened for: topics, their counts and their mentions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from django.http import HttpRequest
from ninja import Query
from pydantic import Field

from mutuals.api._auth import user_of
from mutuals.api._door import Resource, one
from mutuals.api._paging import Cursor, Limit, pack, page_by_id, unpack
from mutuals.api._problems import Broken
from mutuals.api._types import Done, In, Line, Moment, Out, Page, PathId, Ref
from mutuals.base import clock
from mutuals.listening import correct, counts, queries, topics
from mutuals.listening.counts import LONGEST, Board, Span
from mutuals.listening.models import Topic, Version

router = Resource("topics")
Name = Annotated[Line, Field(min_length=1, max_length=80)]
Short = Annotated[Line, Field(max_length=100)]
Kind = Literal["brand", "product", "theme", "competitor"]
When = Annotated[Moment, Query()]


class TopicIn(In):
    """What to listen for. `words` as on the screen: kettle AND (leak* OR "hot water" NEAR(5) floor) NOT toy. `languages`
    empty = all; `without` names authors; `budget`: how many false alarms are borne, in words."""

    name: Name
    words: Annotated[Line, Field(min_length=1)]
    kind: Kind = "theme"
    languages: Annotated[list[Short], Field(max_length=50)] = []
    without: Annotated[list[Short], Field(max_length=200)] = []
    budget: Short = "one a month"

    def wanted(self) -> topics.Wanted:
        """The same for the room."""
        return topics.Wanted(self.name, self.words, self.kind, tuple(self.languages), tuple(self.without), self.budget)


class TopicOut(Out):
    """A topic by its newest words. `listening`: its history is read; until then `read` of a hundred is, and a version before
    it stays the one that is counted."""

    id: int
    name: str
    kind: str
    words: str
    languages: list[str]
    without: list[str]
    budget: str
    version: int
    listening: bool
    read: int


class NoiseOut(Out):
    """A share, and between what it lies nineteen times in twenty."""

    share: float
    low: float
    high: float


class SampleOut(Out):
    """What words meet among the `looked` newest posts, the newest twenty of these, and how much of it is noise."""

    looked: int
    many: int
    interactions: list[int]
    noise: NoiseOut | None
    spam: int
    copies: int
    not_relevant: int
    weekly: float | None


class StepOut(Out):
    """An hour or a day, and how many mentions of which mood it has."""

    at: datetime
    moods: dict[str, int]


class CountsOut(Out):
    """Mentions of a stretch of time that count, those set aside (copies, spam, not relevant), and what they are made of."""

    mentions: int
    set_aside: int
    questions: int
    by_customers: int
    before: int
    net_sentiment: int | None
    steps: list[StepOut]
    networks: dict[str, int]
    languages: dict[str, int]


class MentionOut(Out):
    """One mention. `copies`: how many say the same; `aside`: why it does not count, "" where it does."""

    interaction_id: int
    occurred_at: datetime
    network: str
    language: str
    mood: str
    intents: list[str]
    customer: bool
    person: Ref | None
    text: str
    url: str
    copies: int
    aside: str


class Judging(In):
    """Whether a mention is relevant; where not, why: it means something else, is by that author, or is spam."""

    relevant: bool
    because: Literal["meaning", "author", "spam"] = "meaning"


@router.read("/topics", act="listening.view", out=Page[TopicOut])
def listed(request: HttpRequest, cursor: Cursor = "", limit: Limit = 50) -> Page[TopicOut]:
    """All topics that are listened for."""
    rows, following = page_by_id(queries.visible_to(user_of(request)), cursor, limit)
    return Page[TopicOut](items=_told(rows), next=following)


@router.write("POST", "/topics", act="topic.edit", out=TopicOut, status=201)
def making(request: HttpRequest, body: TopicIn) -> TopicOut:
    """Listen for something from now on; history is read in the background."""
    return _told([topics.make(body.wanted(), by=user_of(request), now=clock.now())])[0]


@router.write("POST", "/topics/sample", act="topic.edit", out=SampleOut)
def sampling(request: HttpRequest, body: TopicIn) -> SampleOut:
    """What words would find, before anything is saved."""
    found = topics.sample(body.wanted(), by=user_of(request))
    noise = found.noise
    return SampleOut(
        looked=found.looked,
        many=found.many,
        interactions=[row.pk for row in found.newest],
        noise=NoiseOut(share=noise.share, low=noise.low, high=noise.high) if noise else None,
        spam=found.why["spam"],
        copies=found.why["copies"],
        not_relevant=found.why["other"],
        weekly=found.weekly,
    )


@router.read("/topics/{int:topic_id}", act="listening.view", out=TopicOut)
def shown(request: HttpRequest, topic_id: PathId) -> TopicOut:
    """One topic."""
    return _told([_topic(request, topic_id)])[0]


@router.write("PUT", "/topics/{int:topic_id}", act="topic.edit", out=TopicOut)
def changing(request: HttpRequest, topic_id: PathId, body: TopicIn) -> TopicOut:
    """Ask otherwise; the version before stays until this one has read history."""
    changed = topics.change(_topic(request, topic_id), body.wanted(), by=user_of(request), now=clock.now())
    return _told([changed])[0]


@router.write("DELETE", "/topics/{int:topic_id}", act="topic.edit", out=Done)
def putting_away(request: HttpRequest, topic_id: PathId) -> Done:
    """Listen no more. What was said stays."""
    topics.put_away(_topic(request, topic_id), by=user_of(request), now=clock.now())
    return Done()


@router.read("/topics/{int:topic_id}/counts", act="listening.view", out=CountsOut)
def counted(
    request: HttpRequest, topic_id: PathId, since: When, until: When,
    zone: Annotated[str, Query(max_length=60)] = "UTC",
) -> CountsOut:  # fmt: skip
    """Counts of a stretch of time, by hour up to three days, else by day of a zone; 92 days at most."""
    topic = _topic(request, topic_id)
    if not since < until <= since + LONGEST:
        raise Broken("until", f"It is later than since, by {LONGEST.days} days at most.")
    if zone not in available_timezones():
        raise Broken("zone", "There is no such time zone.")
    found = counts.board(topic.version_id, Span(since, until, ZoneInfo(zone).key)) if topic.version_id else Board()
    return CountsOut(
        mentions=found.n,
        set_aside=found.aside,
        questions=found.questions,
        by_customers=found.by_customers,
        before=found.before.n if found.before else 0,
        net_sentiment=found.net,
        steps=[StepOut(at=at, moods=moods) for at, moods in sorted(found.steps.items())],
        networks=found.networks,
        languages=found.languages,
    )


@router.read("/topics/{int:topic_id}/mentions", act="listening.view", out=Page[MentionOut])
def mentions(
    request: HttpRequest, topic_id: PathId, cursor: Cursor = "", limit: Limit = 50,
    mood: Annotated[Literal["", "negative", "neutral", "positive"], Query()] = "", aside: bool = False,
) -> Page[MentionOut]:  # fmt: skip
    """Mentions, the newest first; with `aside` those that do not count."""
    topic = _topic(request, topic_id)
    if topic.version_id is None:
        return Page[MentionOut](items=[], next=None)
    wanted = queries.Wanted(mood=mood, is_aside=aside)
    rows, after = queries.stream(topic.version_id, wanted, after=unpack(cursor, datetime, int), limit=limit)
    return Page[MentionOut](items=[_mention(row) for row in rows], next=pack(after))


@router.write("POST", "/topics/{int:topic_id}/mentions/{int:interaction_id}/judge", act="listening.judge", out=Done)
def judging(request: HttpRequest, topic_id: PathId, interaction_id: PathId, body: Judging) -> Done:
    """Say that a mention is not relevant to a topic, or that it is after all."""
    topic, by, now = _topic(request, topic_id), user_of(request), clock.now()
    if body.relevant:
        correct.relevant(topic, interaction_id, by=by, now=now)
    else:
        correct.not_relevant(topic, interaction_id, because=body.because, by=by, now=now)
    return Done()


def _topic(request: HttpRequest, number: int) -> Topic:
    return one(queries.visible_to(user_of(request)), number)


def _told(rows: list[Topic]) -> list[TopicOut]:
    newest: dict[int, Version] = {}
    for row in Version.objects.filter(topic__in=[topic.pk for topic in rows]).order_by("number"):
        newest[row.topic_id] = row
    return [_out(topic, newest[topic.pk]) for topic in rows if topic.pk in newest]


def _out(topic: Topic, version: Version) -> TopicOut:
    return TopicOut(
        id=topic.pk,
        name=topic.name,
        kind=topic.kind,
        words=version.words,
        languages=list(version.languages),
        without=list(version.without),
        budget=topic.budget,
        version=version.number,
        listening=version.state == "live",
        read=queries.filled(version),
    )


def _mention(shown: queries.Shown) -> MentionOut:
    row, mention = shown.row, shown.mention
    person = row.profile.person.canonical if row.profile and row.profile.person else None
    return MentionOut(
        interaction_id=row.pk,
        occurred_at=row.occurred_at,
        network=mention.network,
        language=mention.language,
        mood=mention.mood,
        intents=list(shown.reading.intents) if shown.reading else [],
        customer=mention.is_customer,
        person=Ref.of(person),
        text=row.text,
        url=row.url,
        copies=shown.copies,
        aside=mention.aside,
    )
