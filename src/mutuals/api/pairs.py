"""The review: pairs that may be one person, answers, taking them back, and why two are held to be one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from ninja import Query
from pydantic import Field

from mutuals.api._auth import user_of
from mutuals.api._door import Resource, one
from mutuals.api._paging import Cursor, Limit, pack, unpack
from mutuals.api._problems import Broken
from mutuals.api._types import Flag, Id, In, Line, Out, Page, PathId, Ref
from mutuals.api.people import person_named
from mutuals.base import clock
from mutuals.identity import evidence, queries, review, sides, why
from mutuals.identity.models import Edge, Verdict
from mutuals.people.models import Person, Profile
from mutuals.people.visibility import row_of, sees_contacts, shown_clues

router = Resource("pairs")
Thing = Annotated[str, Query(max_length=30, pattern=r"^(person|profile):[0-9]{1,18}$", examples=["person:12"])]


class PairOut(Out):
    """One pair that waits. `probability` is calibrated, for a pool of so many people; `one_ref` and `other_ref` name the two
    as `/identity/why` takes them: person:12, or profile:30. Whom nobody named is told by what else is known of them."""

    id: int
    one: str
    one_ref: str
    other: str
    other_ref: str
    probability: float | None
    pool: int | None
    since: datetime


class FieldOut(Out):
    """What both sides know of a field; `mark` is equal, fits, differs, other or one side."""

    field: str
    one: list[str]
    other: list[str]
    mark: str


class PairPage(PairOut):
    """One pair with its clues, its fields side by side, and the next likely holder. `open`: it can be answered."""

    open: bool
    clues: list[dict[str, Any]]
    fields: list[FieldOut]
    runner_up: PairOut | None


class Answering(In):
    """Same, different for ever, or unsure (it goes to the end). `keep_id`, `choices` and `anyway` as for a merge."""

    verdict: Literal["same", "different", "unsure"]
    keep_id: Id | None = None
    choices: dict[Annotated[str, Field(max_length=20)], Literal["kept", "gone", "both"]] = {}
    anyway: Flag = False
    note: Annotated[Line, Field(max_length=300)] = ""


class AnswerOut(Out):
    """What was answered; `key` takes it back. `pair_id`: what is open again."""

    key: int
    words: str
    person: Ref | None
    pair_id: int | None

    @classmethod
    def of(cls, done: review.Answer) -> AnswerOut:
        """From what the act says."""
        return cls(key=done.key, words=done.words, person=Ref.of(done.person), pair_id=done.edge)


class Accepting(In):
    """From which calibrated probability on all open pairs are the same, at most 200 at once."""

    threshold: Annotated[float, Field(ge=0.9, le=1)]


class ErrorOut(Out):
    """What accepting all would do wrong: how many are expected to be, and at worst (nineteen times in twenty it is fewer);
    `answers` is on how many judgements that rests."""

    pairs: int
    wrong: float
    at_worst: float
    answers: int


class BandOut(Out):
    """Answers of one week (it begins on a Monday, UTC) about pairs of one band of probability."""

    week: datetime
    low: float
    high: float
    answers: int
    same: int


class QualityOut(Out):
    """What was promised beside what was answered, newest week first; and the silent second looks."""

    bands: list[BandOut]
    second_looks: int
    answered_alike: int


class Undoing(In):
    """The key that an answer told."""

    key: Id


class ReasonOut(Out):
    """One thought of two: what was held, how probable, by whom, from when to when, with its clues."""

    what: str
    verdict: str
    probability: float | None
    pool: int | None
    margin: float | None
    by: str
    since: datetime
    until: datetime | None
    said: str
    clues: list[dict[str, Any]]


@router.read("/identity/pairs", act="person.link", out=Page[PairOut], refuses=(404,))
def waiting(request: HttpRequest, about: Thing | None = None, cursor: Cursor = "", limit: Limit = 50) -> Page[PairOut]:
    """Pairs that wait, in the order of the review; about one thing (person:12, profile:30): one page, likeliest first."""
    place = unpack(cursor, str)
    if place and queries.place_of(place[0]) is None:
        raise Broken("cursor", "This is not a cursor of this list.")
    viewer = user_of(request)
    full = sees_contacts(viewer)
    if about is not None:
        asked = queries.about(_thing(request, about), viewer, limit=limit)
        return Page[PairOut](items=[_pair(row.edge, full=full) for row in asked], next=None)
    rows = queries.queue(viewer, after=place[0] if place else "", limit=limit + 1)
    following = pack((rows[limit - 1].cursor,)) if len(rows) > limit else None
    return Page[PairOut](items=[_pair(row.edge, full=full) for row in rows[:limit]], next=following)


@router.read("/identity/pairs/{int:pair_id}", act="person.link", out=PairPage)
def shown(request: HttpRequest, pair_id: PathId) -> PairPage:
    """One pair with all that speaks for and against it."""
    viewer = user_of(request)
    found = queries.pair(pair_id, viewer=viewer)
    if found is None:
        raise Http404
    full = sees_contacts(viewer)
    rows = sides.rows(found.one, found.other)
    return PairPage(
        **_sides_as_shown(found, full=full),
        open=found.is_open,
        clues=shown_clues(found.edge.because, full=full),
        fields=[FieldOut(field=row.field, one=list(row.one), other=list(row.other), mark=row.mark) for row in rows],
        runner_up=_pair(found.rival, full=full) if found.rival else None,
    )


@router.write("POST", "/identity/pairs/{int:pair_id}/answer", act="person.link", out=AnswerOut)
def answering(request: HttpRequest, pair_id: PathId, body: Answering) -> AnswerOut:
    """Answer a pair; 409 where it was answered meanwhile, or something speaks against the merge."""
    by = user_of(request)
    done = review.answer(
        one(Edge.objects.all(), pair_id),
        Verdict(body.verdict),
        by=by,
        now=clock.now(),
        keep=row_of(by, body.keep_id) if body.keep_id else None,
        choices=body.choices,
        anyway=body.anyway,
        note=body.note,
    )
    return AnswerOut.of(done)


@router.read("/identity/pairs/accept", act="person.merge_many", out=ErrorOut)
def reckoned(request: HttpRequest, threshold: Annotated[float, Query(ge=0.9, le=1, allow_inf_nan=False)]) -> ErrorOut:
    """How many pairs stand above a probability, and how many of them would be joined wrongly, before any is."""
    error = review.error_above(threshold, viewer=user_of(request), now=clock.now())
    return ErrorOut(
        pairs=error.pairs, wrong=error.share * error.pairs, at_worst=error.high * error.pairs, answers=error.judged
    )


@router.write("POST", "/identity/pairs/accept", act="person.merge_many", out=AnswerOut)
def accepting(request: HttpRequest, body: Accepting) -> AnswerOut:
    """All open pairs from a probability on are the same; those against which something speaks stay open."""
    return AnswerOut.of(review.accept_above(body.threshold, by=user_of(request), now=clock.now()))


@router.write("POST", "/identity/pairs/undo", act="person.link", out=AnswerOut)
def undoing(request: HttpRequest, body: Undoing) -> AnswerOut:
    """Take an answer back, or all that were accepted at once."""
    return AnswerOut.of(review.undo(body.key, by=user_of(request), now=clock.now()))


@router.read("/identity/quality", act="person.merge_many", out=QualityOut)
def quality(request: HttpRequest) -> QualityOut:
    """How often the review was right in the last twelve weeks, and how often two colleagues agree."""
    found = review.quality(viewer=user_of(request), now=clock.now())
    bands = [
        BandOut(week=row.week, low=row.low, high=min(row.high, 1.0), answers=row.answers, same=row.same)
        for row in found.bands
    ]
    return QualityOut(bands=bands, second_looks=found.asked, answered_alike=found.alike)


@router.read("/identity/why", act="person.link", out=list[ReasonOut], refuses=(404,))
def reasons(request: HttpRequest, one: Thing, other: Thing) -> list[ReasonOut]:
    """Why two (person:12, profile:30) are held to be one, or not; what is thought today stands first."""
    viewer = user_of(request)
    full = sees_contacts(viewer)
    found = why.why(_thing(request, one), _thing(request, other), viewer=viewer)
    return [
        ReasonOut(
            **{name: getattr(row, name) for name in ReasonOut.model_fields if name != "clues"},
            clues=[_clue(clue, full=full) for clue in row.clues],
        )
        for row in found
    ]


def _clue(clue: evidence.Clue, *, full: bool) -> dict[str, Any]:
    told = {name: getattr(clue, name) for name in ("words", "weight", "family", "seen", "at")}
    return {**told, "for": clue.is_for, "proof": clue.is_proof, **({"detail": clue.detail} if full else {})}


def _thing(request: HttpRequest, text: str) -> Person | Profile:
    kind, _, number = text.partition(":")
    if kind == "person":
        return person_named(request, int(number))
    return one(Profile.objects.select_related("person"), int(number))


def _sides_as_shown(found: queries.Pair, *, full: bool) -> dict[str, Any]:
    """The pair with the names of its sides, in the order in which fields and clues stand."""
    told = _pair(found.edge, full=full).model_dump()
    if queries.ends_of(found.edge)[0].pk != found.one.profile.pk:
        told["one_ref"], told["other_ref"] = told["other_ref"], told["one_ref"]
    return told | {"one": str(found.one.called(full=full)), "other": str(found.other.called(full=full))}


def _pair(edge: Edge, *, full: bool) -> PairOut:
    (one, other), (one_ref, other_ref) = queries.names_of(edge, full=full), queries.referred(edge)
    return PairOut(
        id=edge.pk,
        one=str(one),
        one_ref=one_ref,
        other=str(other),
        other_ref=other_ref,
        probability=edge.probability,
        pool=edge.pool,
        since=edge.since,
    )
