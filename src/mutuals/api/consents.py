"""What people allow: purposes, and what each person gave, refused and withdrew."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from django.http import HttpRequest
from pydantic import Field

from mutuals.api._auth import user_of
from mutuals.api._door import Resource, one
from mutuals.api._types import Day, Flag, Id, In, Line, Moment, Out, PathId, Word
from mutuals.api.people import person_named
from mutuals.base import clock
from mutuals.people import consent, purposes
from mutuals.people.models import Consent, ConsentState, Person, Profile, Purpose

router = Resource("consents")
BASES = Literal["consent", "contract", "legal_obligation", "vital_interests", "public_task", "legitimate_interests"]
SAYS = Literal["given", "refused", "withdrawn"]
Label = Annotated[Line, Field(min_length=1, max_length=80)]
About = Annotated[Line, Field(max_length=500)]


class PurposeOut(Out):
    """What data of people are used for. `basis` is the letter of Article 6 (1) GDPR on which that rests."""

    id: int
    key: str
    label: str
    words: str
    needs_consent: bool
    basis: BASES
    retired_at: datetime | None

    @classmethod
    def of(cls, row: Purpose) -> PurposeOut:
        """A row."""
        return cls(id=row.pk, **{name: getattr(row, name) for name in _PURPOSE})


class NewPurpose(In):
    """A purpose. `basis` is consent where people are asked first."""

    key: Annotated[Word, Field(min_length=1, max_length=40)]
    label: Label
    words: About = ""
    basis: BASES = "consent"


class PurposeChanging(In):
    """What is to change; `retired` takes it out of use, or up again."""

    label: Label | None = None
    words: About | None = None
    basis: BASES | None = None
    retired: Flag | None = None


class ConsentOut(Out):
    """One word of somebody on a purpose. `stands`: it is the newest of all their rows, so it is the one that holds."""

    id: int
    purpose: str
    state: SAYS
    basis: BASES
    at: datetime
    until: date | None
    source: str
    words: str
    by: str
    profile_id: int | None
    stands: bool

    @classmethod
    def of(cls, row: Consent) -> ConsentOut:
        """A row."""
        same = ("state", "basis", "at", "until", "source", "words", "by", "profile_id", "stands")
        return cls(id=row.pk, purpose=row.purpose.key, **{name: getattr(row, name) for name in same})


class RulingOut(Out):
    """Whether data of somebody may be used for a purpose today, and why."""

    purpose: str
    allowed: bool
    because: str


class ConsentsOut(Out):
    """What somebody allows: a ruling for each purpose in use, and all that they said, the newest first."""

    rulings: list[RulingOut]
    said: list[ConsentOut]


class NewConsent(In):
    """What somebody said. A consent needs `words` or a `source` (a text key such as "interaction:12"); `at` empty = now."""

    purpose: Annotated[Word, Field(min_length=1, max_length=40)]
    state: SAYS
    words: Annotated[Line, Field(max_length=consent.LONGEST)] = ""
    source: Annotated[Line, Field(max_length=120)] = ""
    at: Moment | None = None
    until: Day | None = None
    basis: BASES = "consent"
    profile_id: Id | None = None


_PURPOSE = ("key", "label", "words", "needs_consent", "basis", "retired_at")


@router.read("/purposes", act="consent.view", out=list[PurposeOut])
def purposes_listed(request: HttpRequest) -> list[PurposeOut]:
    """All purposes, retired ones too, in the order in which they came."""
    return [PurposeOut.of(row) for row in purposes.every(with_retired=True)]


@router.write("POST", "/purposes", act="purpose.edit", out=PurposeOut, status=201)
def purpose_adding(request: HttpRequest, body: NewPurpose) -> PurposeOut:
    """Add a purpose; one of the same key is given back as it is."""
    told = purposes.PurposeIn(body.label, body.words, body.basis)
    return PurposeOut.of(purposes.add(body.key, told, by=user_of(request))[0])


@router.write("PATCH", "/purposes/{int:purpose_id}", act="purpose.edit", out=PurposeOut)
def purpose_changing(request: HttpRequest, purpose_id: PathId, body: PurposeChanging) -> PurposeOut:
    """Say it anew, retire it, or take it up again. What people said stays."""
    by, row = user_of(request), one(Purpose.objects.all(), purpose_id)
    told = purposes.PurposeIn(
        row.label if body.label is None else body.label,
        row.words if body.words is None else body.words,
        row.basis if body.basis is None else body.basis,
    )
    row = purposes.change(row, told, by=by)
    if body.retired is not None:
        row = purposes.retire(row, by=by, now=clock.now(), back=not body.retired)
    return PurposeOut.of(row)


@router.read("/people/{int:person_id}/consents", act="consent.view", out=ConsentsOut)
def consents_shown(request: HttpRequest, person_id: PathId) -> ConsentsOut:
    """What somebody allows, and all that they said about it."""
    return _shown(request, person_named(request, person_id))


@router.write("POST", "/people/{int:person_id}/consents", act="consent.edit", out=ConsentsOut, status=201)
def consent_noting(request: HttpRequest, person_id: PathId, body: NewConsent) -> ConsentsOut:
    """Note that they gave, refused or withdrew their consent. It holds at once; said again in the same way is once."""
    person = person_named(request, person_id)
    profile = None
    if body.profile_id is not None:
        profile = one(Profile.objects.filter(person__canonical_id=person.pk), body.profile_id)
    told = consent.Evidence(body.words, body.source, body.at, body.until, body.basis, profile)
    consent.ACTS[ConsentState(body.state)](person, body.purpose, told, by=user_of(request), now=clock.now())
    return _shown(request, person)


def _shown(request: HttpRequest, person: Person) -> ConsentsOut:
    rulings = consent.rulings(person, now=clock.now())
    return ConsentsOut(
        rulings=[RulingOut(purpose=one.purpose.key, allowed=one.is_allowed, because=one.because) for one in rulings],
        said=[ConsentOut.of(row) for row in consent.of(person, user_of(request))],
    )
