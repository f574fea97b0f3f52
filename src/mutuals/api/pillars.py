"""What each pillar reads in the stream and in one mention, what people say of that, and the words it looks for."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.http import Http404, HttpRequest
from ninja import Path
from pydantic import Field

from mutuals.api._auth import user_of
from mutuals.api._door import Resource, one
from mutuals.api._paging import Cursor, Limit, pack, unpack
from mutuals.api._types import Done, Flag, In, Line, Out, Page, PathId, Ref
from mutuals.base import clock
from mutuals.history.models import Interaction
from mutuals.inbox.take import take
from mutuals.listening.ears import words_of_pillars
from mutuals.listening.models import Bar, Cue
from mutuals.listening.pillar import cues, fourfold
from mutuals.listening.pillar.pillars import LISTED, Way, shipped

router = Resource("pillars")
Named = Annotated[
    Way, Path(description="sales, service (at once), ahead (service, by words that rise), marketing, innovation.")
]


class PrecisionOut(Out):
    """How often a pillar was right in what it shows; share and range (Wilson, 95 %) are null below twenty verdicts."""

    right: int
    judged: int
    share: float | None
    low: float | None
    high: float | None


class PillarOut(Out):
    """A pillar: from which strength on (0 to 1) it shows, and how often that was right. `bar_id`: a move that can be undone."""

    way: Way
    name: str
    bar: float
    bar_id: int | None
    precision: PrecisionOut


class PillarReadingOut(Out):
    """What a pillar reads in one mention: the words that it rests on, the rest in a sentence, and what somebody said of it."""

    way: Way
    reads: bool
    strength: float
    bar: float
    because: list[str]
    said: str
    right: bool | None
    taken_by: Ref | None


class CueOut(Out):
    """A line of a stream."""

    interaction_id: int
    occurred_at: datetime
    text: str
    strength: float
    right: bool | None
    taken_by: Ref | None
    answered: bool


class Verdict(In):
    """Right or wrong for us; null takes back what was said."""

    right: Flag | None


class WordsOut(Out):
    """Words of a pillar in a language ("" = all languages), as topics ask for them; `ours` = as they came with Mutuals."""

    language: str
    words: str
    ours: bool


class WordsIn(In):
    """`words` null = what came with Mutuals, "" = none are looked for."""

    language: Annotated[Line, Field(max_length=12)] = ""
    words: Annotated[Line, Field(max_length=2000)] | None


@router.read("/pillars", act="listening.view", out=list[PillarOut])
def listed(request: HttpRequest) -> list[PillarOut]:
    """All pillars with their bar and precision."""
    moved, rights = cues.bars(), fourfold.precision()
    return [
        PillarOut(
            way=way,
            name=way.label,
            bar=cues.bar_of(way) / 1000,
            bar_id=moved[way].pk if way in moved else None,
            precision=PrecisionOut(
                right=known.right,
                judged=known.judged,
                share=known.share.share if known.share else None,
                low=known.share.low if known.share else None,
                high=known.share.high if known.share else None,
            ),
        )
        for way, known in rights.items()
    ]


@router.read("/pillars/{way}/stream", act="listening.view", out=Page[CueOut])
def streamed(
    request: HttpRequest, way: Named, cursor: Cursor = "", limit: Limit = 50,
    view: Literal["waiting", "mine", "all", "weaker", "wrong"] = "waiting",
) -> Page[CueOut]:  # fmt: skip
    """What a pillar found, the newest first: what waits, what is the caller's, all, below the bar, or wrong for us."""
    by = user_of(request)
    rows, after = fourfold.stream(way, viewer=by, view=view, after=unpack(cursor, datetime, int), limit=limit)
    if way is Way.AHEAD and view in ("waiting", "all"):
        rows, after = fourfold.posts_ahead(viewer=by, is_all=view == "all", limit=limit), None
    items = [
        CueOut(
            interaction_id=shown.row.pk,
            occurred_at=shown.row.occurred_at,
            text=shown.row.text,
            strength=shown.cue.strength / 1000,
            right=shown.cue.is_right,
            taken_by=Ref.of(shown.cue.taken_by),
            answered=shown.is_answered,
        )
        for shown in rows
    ]
    return Page[CueOut](items=items, next=pack(after))


@router.read("/interactions/{int:interaction_id}/pillars", act="listening.view", out=list[PillarReadingOut])
def read(request: HttpRequest, interaction_id: PathId) -> list[PillarReadingOut]:
    """What every pillar reads in one mention, and why."""
    row = one(Interaction.objects.filter(deleted_at=None), interaction_id)
    return [
        PillarReadingOut(
            way=told.way,
            reads=told.is_read,
            strength=told.strength / 1000,
            bar=told.bar / 1000,
            because=list(told.because),
            said=told.said,
            right=told.cue.is_right if told.cue else None,
            taken_by=Ref.of(told.cue.taken_by) if told.cue else None,
        )
        for told in fourfold.of(row, by=user_of(request), now=clock.now())
    ]


@router.write("POST", "/interactions/{int:interaction_id}/pillars/{way}/judge", act="listening.judge", out=Done)
def judging(request: HttpRequest, interaction_id: PathId, way: Named, body: Verdict) -> Done:
    """Say whether a reading is right for us. Twenty verdicts may move the bar of the pillar."""
    one(Interaction.objects.filter(deleted_at=None), interaction_id)
    cues.judge(interaction_id, way, is_right=body.right, by=user_of(request), now=clock.now())
    return Done()


@router.write("POST", "/interactions/{int:interaction_id}/pillars/{way}/take", act="listening.judge", out=Done)
def taking(request: HttpRequest, interaction_id: PathId, way: Named) -> Done:
    """Work on it: it is the caller's, and so is its conversation if nobody has it."""
    one(Interaction.objects.filter(deleted_at=None), interaction_id)
    take(interaction_id, way, by=user_of(request), now=clock.now())
    return Done()


@router.write("POST", "/interactions/{int:interaction_id}/pillars/{way}/give-back", act="listening.judge", out=Done)
def giving_back(request: HttpRequest, interaction_id: PathId, way: Named) -> Done:
    """It waits again."""
    if not Cue.objects.filter(way=way, interaction_id=interaction_id).exists():
        raise Http404
    cues.give_back(interaction_id, way, by=user_of(request))
    return Done()


@router.read("/pillars/{way}/words", act="listening.view", out=list[WordsOut])
def words(request: HttpRequest, way: Named) -> list[WordsOut]:
    """The words that a pillar looks for, by language; none for the one that rests on words that rise."""
    ours = shipped()
    return [
        WordsOut(language=language, words=told, ours=ours.get((way, language)) == told)
        for one_way, language, told in words_of_pillars()
        if one_way is way and way in LISTED
    ]


@router.write("PUT", "/pillars/{way}/words", act="topic.edit", out=Done)
def changing(request: HttpRequest, way: Named, body: WordsIn) -> Done:
    """Look for other words in a language. The newest posts are asked again in the background."""
    cues.set_words(way, body.language, body.words, by=user_of(request), now=clock.now())
    return Done()


@router.write("POST", "/pillars/bars/{int:bar_id}/undo", act="topic.edit", out=Done)
def undoing(request: HttpRequest, bar_id: PathId) -> Done:
    """The bar stands where it stood before verdicts moved it."""
    cues.undo_bar(one(Bar.objects.all(), bar_id), by=user_of(request), now=clock.now())
    return Done()
