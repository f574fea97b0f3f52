"""What the reader learns from staff: its versions, what is asked next, what phrases mean, and reading history again."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query
from pydantic import Field

from mutuals.api._auth import user_of
from mutuals.api._door import Resource, one
from mutuals.api._types import Done, In, Line, Out, PathId
from mutuals.base import clock
from mutuals.history.models import Interaction
from mutuals.listening.learning import asking, lessons, rereading, sayings
from mutuals.listening.models import Lesson, Rereading, Saying
from mutuals.listening.read import words_of

router = Resource("reader")
Label = Literal["mood", "emotion", "intents", "urgency"]
Value = Annotated[Line, Field(min_length=1, max_length=10)]


class ComparedOut(Out):
    """Macro F1 before and after on `many` posts, and between what their difference lies nine times in ten."""

    many: int
    before: float
    after: float
    low: float
    high: float


class HeadOut(Out):
    """How one label did, from how many corrections: on all of them, each judged while it was left out; on those from before;
    on the posts that come with Mutuals. null where there is too little."""

    corrections: int
    taken: bool
    own: ComparedOut | None
    earlier: ComparedOut | None
    known: ComparedOut | None


class LessonOut(Out):
    """A version of the reader, or an attempt that was not better. `kept`: one can go to it. 0 is the reader as it came."""

    id: int
    number: int
    name: str
    at: datetime
    because: str
    by: str
    taken: bool
    used: bool
    held: bool
    kept: bool
    heads: dict[str, HeadOut]


class RightOut(Out):
    """How often the reader was right of those asked by chance, and between what that lies nineteen times in twenty."""

    share: float
    low: float
    high: float
    of: int


class RereadOut(Out):
    """How far history is read again."""

    percent: int
    read: int
    changed: int
    ended: datetime | None


class ReaderOut(Out):
    """What reads now, how much it was told, what waits to be learned, and how many of the newest readings are of others."""

    version: str
    held: bool
    labels: int
    first: int
    answered: int
    skipped: int
    right: RightOut | None
    unlearned: int
    behind: int
    behind_of: int
    reread: RereadOut | None


class AskOut(Out):
    """One to be answered. `chance`: how probable its mood is, in a hundred; `random`: asked by chance."""

    interaction_id: int
    text: str
    language: str
    mood: str
    chance: int
    random: bool


class Telling(In):
    """Which mood it is; null skips it."""

    mood: Literal["negative", "neutral", "positive"] | None


class PhraseIn(In):
    """Words in a row, and what they mean; a star behind the last one stands for any ending."""

    words: Annotated[Line, Field(min_length=1, max_length=100)]
    label: Label
    value: Value


class PhraseOut(Out):
    """A phrase that means something."""

    id: int
    words: str
    label: str
    value: str
    by: str
    at: datetime


class PhraseChange(Out):
    """One that would be read otherwise."""

    interaction_id: int
    was: str
    will: str


class PhrasePreview(Out):
    """Of the `looked` newest of 30 days: how many hold the phrase, would change, and stay as they were corrected."""

    looked: int
    met: int
    changed: int
    corrected: int
    newest: list[PhraseChange]


@router.read("/reader", act="listening.view", out=ReaderOut)
def shown(request: HttpRequest) -> ReaderOut:
    """Which version reads, and what it was told."""
    user_of(request)
    used, told = lessons.in_use(), asking.progress()
    behind, of = rereading.behind()
    last = Rereading.objects.order_by("-pk").first()
    return ReaderOut(
        version=rereading.version(),
        held=used is not None and used.is_held,
        labels=told.labels,
        first=asking.FIRST,
        answered=told.answered,
        skipped=told.skipped,
        right=RightOut(share=told.right.share, low=told.right.low, high=told.right.high, of=told.right.of)
        if told.right
        else None,
        unlearned=lessons.unlearned(),
        behind=behind,
        behind_of=of,
        reread=RereadOut(percent=rereading.progress(last), read=last.read, changed=last.changed, ended=last.ended_at)
        if last
        else None,
    )


@router.read("/reader/versions", act="listening.view", out=list[LessonOut])
def versions(request: HttpRequest, limit: Annotated[int, Query(ge=1, le=200)] = 30) -> list[LessonOut]:
    """Versions and attempts, the newest first."""
    user_of(request)
    return [_told(row) for row in lessons.versions()[:limit]]


@router.write("POST", "/reader/versions/{int:lesson_id}/use", act="listening.learn", out=LessonOut)
def using(request: HttpRequest, lesson_id: PathId) -> LessonOut:
    """Go to a version; answers with the one that was used before, to which one can go back."""
    row = one(Lesson.objects.all(), lesson_id)
    return _told(lessons.use(row, by=user_of(request), now=clock.now()))


@router.write("POST", "/reader/learn", act="listening.learn", out=Done)
def learning(request: HttpRequest) -> Done:
    """Learn now, also where somebody went back; a job of seconds."""
    lessons.ask(by=user_of(request))
    return Done()


@router.write("POST", "/reader/reread", act="listening.learn", out=Done)
def reading_again(request: HttpRequest) -> Done:
    """Read history again by the version in use; corrections win, rules stay quiet."""
    rereading.begin(by=user_of(request), now=clock.now())
    return Done()


@router.write("POST", "/reader/reread/stop", act="listening.learn", out=Done)
def stopping(request: HttpRequest) -> Done:
    """Read no further."""
    rereading.stop(by=user_of(request), now=clock.now())
    return Done()


@router.read("/reader/questions", act="listening.judge", out=list[AskOut])
def questions(request: HttpRequest, limit: Annotated[int, Query(ge=1, le=asking.MOST)] = asking.MANY) -> list[AskOut]:
    """What teaches most, to be answered."""
    return [
        AskOut(
            interaction_id=each.interaction.pk,
            text=words_of(each.interaction)[:2_000],
            language=each.language,
            mood=each.mood,
            chance=round(each.chance / 10),
            random=each.is_random,
        )
        for each in asking.queue(by=user_of(request), many=limit)
    ]


@router.write("POST", "/reader/questions/{int:interaction_id}", act="listening.judge", out=Done)
def answering(request: HttpRequest, interaction_id: PathId, body: Telling) -> Done:
    """Tell which mood it is, also where the reader was right; or skip it."""
    one(Interaction.objects.filter(deleted_at=None), interaction_id)
    if body.mood is None:
        asking.skip(interaction_id, by=user_of(request), now=clock.now())
    else:
        asking.answer(interaction_id, body.mood, by=user_of(request), now=clock.now())
    return Done()


@router.read("/phrases", act="listening.view", out=list[PhraseOut])
def phrases(request: HttpRequest) -> list[PhraseOut]:
    """What phrases mean here, the newest first."""
    user_of(request)
    return [_phrase(row) for row in sayings.standing()]


@router.write("POST", "/phrases", act="listening.learn", out=PhraseOut, status=201)
def saying(request: HttpRequest, body: PhraseIn) -> PhraseOut:
    """From now on a phrase means something; it comes before the reader."""
    return _phrase(sayings.say(body.words, body.label, body.value, by=user_of(request), now=clock.now()))


@router.write("POST", "/phrases/preview", act="listening.learn", out=PhrasePreview)
def previewing(request: HttpRequest, body: PhraseIn) -> PhrasePreview:
    """What a phrase would change in the last 30 days; nothing is kept."""
    found = sayings.preview(body.words, body.label, body.value, by=user_of(request), now=clock.now())
    return PhrasePreview(
        looked=found.looked,
        met=found.met,
        changed=found.changed,
        corrected=found.corrected,
        newest=[
            PhraseChange(interaction_id=each.interaction.pk, was=each.was, will=each.will) for each in found.newest
        ],
    )


@router.write("DELETE", "/phrases/{int:saying_id}", act="listening.learn", out=Done)
def unsaying(request: HttpRequest, saying_id: PathId) -> Done:
    """A phrase means nothing more; the reader is asked again."""
    sayings.take_back(one(Saying.objects.all(), saying_id), by=user_of(request), now=clock.now())
    return Done()


def _told(row: Lesson) -> LessonOut:
    return LessonOut(
        id=row.pk, number=row.number, name=row.name, at=row.at, because=row.because, by=row.by.name if row.by else "",
        taken=row.is_taken, used=row.is_used, held=row.is_held, kept=lessons.is_kept(row),
        heads={head: _head(told) for head, told in row.figures.items()},
    )  # fmt: skip


def _head(told: dict[str, Any]) -> HeadOut:
    own, earlier, known = (
        ComparedOut(**told[name]) if told.get(name) else None for name in ("own", "earlier", "known")
    )
    return HeadOut(corrections=told["many"], taken=told["is_taken"], own=own, earlier=earlier, known=known)


def _phrase(row: Saying) -> PhraseOut:
    return PhraseOut(
        id=row.pk, words=row.words, label=row.label, value=row.value, by=row.by.name if row.by else "", at=row.at
    )
