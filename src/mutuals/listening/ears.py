"""What we listen for at this moment: all topics in one index, kept by each process until one of them changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock

from django.conf import settings
from django.db import transaction

from mutuals.base import bulk
from mutuals.base.locks import Space, in_turn
from mutuals.channels.models import Channel
from mutuals.listening.learning.meant import Meanings, Meant, phrase_of
from mutuals.listening.models import Lesson, PillarWords, Saying, State, Version
from mutuals.listening.pillar.pillars import ANY, Way, shipped
from mutuals.listening.topic.hits import Index, taken
from mutuals.listening.topic.wanted import read
from mutuals.text.language import UNKNOWN

_STAMP = (
    "SELECT (SELECT coalesce(max(changed_at)::text, '') || ' ' || count(*) FROM listening_topic)"
    " || (SELECT ' ' || coalesce(max(id), 0) || ' ' || count(*) FROM channels_channel)"
    " || (SELECT ' ' || coalesce(max(at)::text, '') || ' ' || count(*) FROM listening_pillarwords)"
    " || (SELECT ' ' || coalesce(max(id), 0) || ' ' || count(*) FROM listening_saying WHERE ended_at IS NULL)"
    " || (SELECT ' ' || coalesce(max(id), 0) FROM listening_lesson WHERE is_used)"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a version asks beside its words."""

    version_id: int
    topic_id: int
    languages: frozenset[str]
    without: frozenset[str]
    muted: frozenset[int]

    def takes(self, language: str, author: str) -> bool:
        """Whether what somebody said in a language may hit it."""
        return (not self.languages or language in self.languages) and author not in self.without

    def is_muted(self, profile_id: int | None) -> bool:
        """Whether it was said to be noise whatever they say."""
        return profile_id in self.muted


@dataclass(frozen=True, slots=True)
class Ears:
    """All that is listened for. `brands`: how we are called. `lists`: the words of pillars, by way and language.

    `meanings`: what phrases mean here. `lesson_id`: the version of the reader that is used, None as it came.
    """

    stamp: str
    brands: tuple[str, ...]
    asked: Mapping[int, Asked]
    index: Index = field(repr=False)
    lists: tuple[tuple[Way, str, str], ...] = ()
    listed: Index = field(repr=False, default_factory=lambda: Index({}))
    meanings: Meanings = field(repr=False, default_factory=lambda: Meanings.holding({}))
    lesson_id: int | None = None

    def ways(self, text: str, language: str) -> set[Way]:
        """The ways whose words a text in a language holds; of one that is not known the words of all languages count."""
        found = [self.lists[key] for key in self.listed.hits(taken(text))]
        return {way for way, told, _ in found if told in (ANY, language) or language == UNKNOWN}

    def hits(self, text: str) -> list[Asked]:
        """The versions whose words a text holds."""
        return [self.asked[key] for key in self.index.hits(taken(text))] if self.asked else []


_held: list[Ears] = []
_lock = Lock()


def ears() -> Ears:
    """What is listened for now. From here to the end of the caller's transaction `settled` waits for it."""
    _, found = bulk.together([("SELECT pg_advisory_xact_lock_shared(%s::bigint)", [Space.EARS.key()]), (_STAMP, [])])
    stamp = str(found[0][0])
    with _lock:
        if not _held or _held[0].stamp != stamp:
            _held[:] = [_read(stamp)]
        return _held[0]


def settled() -> None:
    """Wait until all who listen by what was before are through; whoever begins then knows what is committed by now."""
    with transaction.atomic():
        in_turn(Space.EARS)


def _read(stamp: str) -> Ears:
    rows = Version.objects.exclude(state=State.OLD).filter(topic__archived_at=None).select_related("topic")
    asked = {
        row.pk: Asked(
            row.pk, row.topic_id, frozenset(row.languages), frozenset(row.without), frozenset(row.topic.muted)
        )
        for row in rows
    }
    names = Channel.objects.exclude(name="").order_by("pk").values_list("name", flat=True)[:200]
    brands = tuple(dict.fromkeys([settings.COMPANY, *(name.lstrip("@") for name in names)]))
    lists = words_of_pillars()
    listed = Index({key: read(words) for key, (_, _, words) in enumerate(lists)})
    index = Index({row.pk: read(row.words) for row in rows})
    return Ears(stamp, brands, asked, index, lists, listed, meanings(), _lesson())


def meanings() -> Meanings:
    """What phrases mean here by now."""
    rows = Saying.objects.filter(ended_at=None)
    return Meanings.holding({row.pk: Meant(phrase_of(row.words), row.label, row.value) for row in rows})


def _lesson() -> int | None:
    return Lesson.objects.filter(is_used=True, number__gt=0).values_list("pk", flat=True).first()


def words_of_pillars() -> tuple[tuple[Way, str, str], ...]:
    """The words of each way and language that are looked for: ours, unless somebody said otherwise; none where "" was said."""
    told = shipped() | {(Way(row.way), row.language): row.words for row in PillarWords.objects.order_by("pk")}
    return tuple((way, language, words) for (way, language), words in told.items() if words)
