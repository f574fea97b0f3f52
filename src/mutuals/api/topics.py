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
from mutuals.api._types import Done, Flag, Id, In, Line, Moment, Out, Page, PathId, Ref
from mutuals.base import clock
from mutuals.listening import queries
from mutuals.listening.board import counts, voices
from mutuals.listening.board.counts import LONGEST, Board, Only, Span
from mutuals.listening.learning import correct
from mutuals.listening.models import Topic, Version
from mutuals.listening.topic import topics, without
from mutuals.listening.topic.sampling import sample
from mutuals.people.visibility import sees_contacts, shown_name

router = Resource("topics")
Name = Annotated[Line, Field(min_length=1, max_length=80)]
Short = Annotated[Line, Field(max_length=100)]
Kind = Literal["brand", "product", "theme", "competitor"]
When = Annotated[Moment, Query()]
Part = Annotated[str, Query(max_length=30, pattern=r"^[^\u0000]*$")]
MoodAsked = Annotated[Literal["", "negative", "neutral", "positive"], Query()]
By = Annotated[Literal["", "customers", "others"], Query()]
_BY = {"": None, "customers": True, "others": False}


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


class TopicChangeIn(TopicIn):
    """The same; `seen` is the `edition` that was read before, so that nobody is written over."""

    seen: Id | None = None


class TopicOut(Out):
    """A topic by its newest words. `listening`: its history is read; until then `read` of a hundred is, and a version before
    it stays the one that is counted. `edition` goes up with each change of words, name, kind or budget."""

    id: int
    name: str
    kind: str
    words: str
    languages: list[str]
    without: list[str]
    budget: str
    version: int
    edition: int
    listening: bool
    read: int


class NoiseOut(Out):
    """A share, and between what it lies nineteen times in twenty."""

    share: float
    low: float
    high: float


class SampleOut(Out):
    """What words meet among the `looked` newest posts, the newest twenty of these, and how much of it is noise. `enough`: so
    many are met that older posts were not looked at."""

    looked: int
    many: int
    interactions: list[int]
    noise: NoiseOut | None
    spam: int
    copies: int
    not_relevant: int
    weekly: float | None
    enough: bool


class PointOut(Out):
    """An hour or a day, and how many mentions of which mood it has."""

    at: datetime
    moods: dict[str, int]


class TopicCountsOut(Out):
    """Mentions of a stretch of time that count, those set aside (copies, spam, not relevant), and what they are made of."""

    mentions: int
    set_aside: int
    questions: int
    by_customers: int
    before: int
    net_sentiment: int | None
    steps: list[PointOut]
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


class VoiceOut(Out):
    """One author of a topic: how many mentions, and how many of these negative."""

    profile_id: int
    name: str
    mentions: int
    negative: int
    customer: bool


class FoundOut(Out):
    """A link or a town, and the interactions in which it stands."""

    name: str
    interactions: list[int]


class VoicesOut(Out):
    """Who speaks most, what they link to, where they are. Links and towns are those of the `looked` newest mentions."""

    voices: list[VoiceOut]
    looked: int
    links: list[FoundOut]
    places: list[FoundOut]


class DroppedOut(Out):
    """What falls away: `many` of the `looked` newest mentions, the newest twenty of these, and how the topic would ask."""

    words: str
    looked: int
    many: int
    interactions: list[int]


class WordIn(In):
    """A word, or words in a row, that a topic is to do without; `back` undoes that."""

    word: Annotated[Line, Field(min_length=1, max_length=100)]
    back: Flag = False


class Judging(In):
    """Whether a mention is relevant; where not, why: it means something else, is by that author, or is spam."""

    relevant: Flag
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
    found = sample(body.wanted(), by=user_of(request))
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
        enough=found.is_enough,
    )


@router.read("/topics/{int:topic_id}", act="listening.view", out=TopicOut)
def shown(request: HttpRequest, topic_id: PathId) -> TopicOut:
    """One topic."""
    return _told([_topic(request, topic_id)])[0]


@router.write("PUT", "/topics/{int:topic_id}", act="topic.edit", out=TopicOut)
def changing(request: HttpRequest, topic_id: PathId, body: TopicChangeIn) -> TopicOut:
    """Ask otherwise, or change its name, kind or budget; the version before stays until a new one has read history. Refused
    where a colleague changed anything of it since `seen`."""
    topic = _topic(request, topic_id)
    changed = topics.change(topic, body.wanted(), by=user_of(request), now=clock.now(), seen=body.seen)
    return _told([changed])[0]


@router.write("DELETE", "/topics/{int:topic_id}", act="topic.edit", out=Done)
def putting_away(request: HttpRequest, topic_id: PathId) -> Done:
    """Listen no more. What was said stays."""
    topics.put_away(_topic(request, topic_id), by=user_of(request), now=clock.now())
    return Done()


@router.read("/topics/{int:topic_id}/counts", act="listening.view", out=TopicCountsOut)
def counted(
    request: HttpRequest, topic_id: PathId, since: When, until: When,
    zone: Annotated[str, Query(max_length=60)] = "UTC", network: Part = "", language: Part = "", mood: MoodAsked = "",
    by: By = "",
) -> TopicCountsOut:  # fmt: skip
    """Counts of a stretch of time, by hour up to three days, else by day of a zone; 92 days at most. The filters are of
    everything that is counted."""
    topic = _topic(request, topic_id)
    if not since < until <= since + LONGEST:
        raise Broken("until", f"It is later than since, by {LONGEST.days} days at most.")
    if zone not in available_timezones():
        raise Broken("zone", "There is no such time zone.")
    only = Only(network, language, mood, _BY[by])
    span = Span(since, until, ZoneInfo(zone).key)
    found = counts.board(topic.version_id, span, only) if topic.version_id else Board()
    return TopicCountsOut(
        mentions=found.n,
        set_aside=found.aside,
        questions=found.questions,
        by_customers=found.by_customers,
        before=found.before.n if found.before else 0,
        net_sentiment=found.net,
        steps=[PointOut(at=at, moods=moods) for at, moods in sorted(found.steps.items())],
        networks=found.networks,
        languages=found.languages,
    )


@router.read("/topics/{int:topic_id}/mentions", act="listening.view", out=Page[MentionOut])
def mentions(
    request: HttpRequest, topic_id: PathId, cursor: Cursor = "", limit: Limit = 50,
    mood: MoodAsked = "", aside: bool = False, network: Part = "", language: Part = "", by: By = "",
    questions: bool = False, author: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
) -> Page[MentionOut]:  # fmt: skip
    """Mentions, the newest first; with `aside` those that do not count. `author` is the number of a profile."""
    topic = _topic(request, topic_id)
    if topic.version_id is None:
        return Page[MentionOut](items=[], next=None)
    only = Only(network, language, mood, _BY[by])
    wanted = queries.Wanted(is_aside=aside, is_question=questions, profile=author, within=only)
    rows, after = queries.stream(topic.version_id, wanted, after=unpack(cursor, datetime, int), limit=limit)
    return Page[MentionOut](items=[_mention(row) for row in rows], next=pack(after))


@router.read("/topics/{int:topic_id}/voices", act="listening.view", out=VoicesOut)
def voiced(request: HttpRequest, topic_id: PathId, since: When, until: When) -> VoicesOut:
    """Who speaks most among the newest mentions of a stretch of time, what they link to, and where they are."""
    topic = _topic(request, topic_id)
    if topic.version_id is None:
        return VoicesOut(voices=[], looked=0, links=[], places=[])
    span = Span(since, until, "UTC")
    around, full = voices.around(topic.version_id, span), sees_contacts(user_of(request))
    return VoicesOut(
        voices=[
            VoiceOut(
                profile_id=told.profile.pk,
                name=shown_name(told.profile, full=full),
                mentions=told.n,
                negative=told.negative,
                customer=told.is_customer,
            )
            for told in voices.voices(topic.version_id, span)
        ],
        looked=around.looked,
        links=[FoundOut(name=name, interactions=list(ids)) for name, ids in around.links],
        places=[FoundOut(name=name, interactions=list(ids)) for name, ids in around.places],
    )


@router.read("/topics/{int:topic_id}/without", act="topic.edit", out=DroppedOut)
def dropping(
    request: HttpRequest, topic_id: PathId, word: Annotated[str, Query(min_length=1, max_length=100)]
) -> DroppedOut:
    """What a topic would lose without a word, tried on its newest mentions; nothing is kept."""
    found = without.trial(_topic(request, topic_id), word, by=user_of(request))
    return DroppedOut(
        words=found.words, looked=found.looked, many=found.many, interactions=[row.pk for row in found.newest]
    )


@router.write("POST", "/topics/{int:topic_id}/without", act="topic.edit", out=TopicOut)
def leaving_out(request: HttpRequest, topic_id: PathId, body: WordIn) -> TopicOut:
    """Not relevant because of a word: the next version does without it; with `back` that is taken back."""
    act = without.take_back if body.back else without.leave_out
    return _told([act(_topic(request, topic_id), body.word, by=user_of(request), now=clock.now())])[0]


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
        edition=topic.edition,
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
