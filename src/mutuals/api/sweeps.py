"""Searches among what is there, and the versions of the model that weighs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from pydantic import Field

from mutuals.api._auth import user_of
from mutuals.api._door import Resource
from mutuals.api._types import In, Out
from mutuals.base import clock
from mutuals.identity import learn, sweep
from mutuals.identity.models import Model, Sweep

router = Resource("identity")


class SweepOut(Out):
    """One search: how far it is, and its three piles: link, review, leave. `wrong`: which share of the linked ones is expected
    to be, by their own odds (0 to 1); null where none was linked."""

    id: int
    kind: str
    began_at: datetime
    ended_at: datetime | None
    looked_at: int
    total: int | None
    counts: dict[str, int]
    wrong: float | None
    failed: str

    @classmethod
    def of(cls, row: Sweep) -> SweepOut:
        """A row."""
        return cls(
            id=row.pk,
            kind=row.kind,
            began_at=row.began_at,
            ended_at=row.ended_at,
            looked_at=row.looked_at,
            total=row.total,
            counts=row.piles,
            wrong=row.wrong,
            failed=row.failed,
        )


class ModelOut(Out):
    """A version of the model: what it was measured at, and whether it is in use.

    `measured`: `pairs` judged that a machine had weighed, `same` of them one person, `labels` of one person and `strangers`
    that weights were learned from (0 = the calibration alone was), `moved` the levels that moved most (clue, level, bits of
    day one, bits now), and on judgements that were not seen `loss_before`, `loss_after` and `wrong_links_gained`.
    """

    version: str
    made_at: datetime
    measured: dict[str, Any]
    is_in_use: bool


class Version(In):
    """Which version; empty for the one that this release begins with."""

    version: Annotated[str, Field(max_length=40)]


@router.read("/identity/sweeps", act="person.link", out=list[SweepOut])
def sweeps(request: HttpRequest) -> list[SweepOut]:
    """The newest searches."""
    return [SweepOut.of(row) for row in sweep.newest(user_of(request))]


@router.write("POST", "/identity/sweeps", act="identity.sweep", out=SweepOut, status=201)
def begin(request: HttpRequest) -> SweepOut:
    """Search everybody from end to end, in the background. Refused while a search is under way."""
    return SweepOut.of(sweep.begin(by=user_of(request), now=clock.now()))


@router.read("/identity/models", act="person.link", out=list[ModelOut])
def models(request: HttpRequest) -> list[ModelOut]:
    """The kept versions, newest first; none of them in use: the one that this release begins with."""
    return [_model(row) for row in learn.versions(user_of(request))]


@router.write("POST", "/identity/models/use", act="identity.model", out=list[ModelOut])
def use(request: HttpRequest, body: Version) -> list[ModelOut]:
    """Weigh by another version from now on."""
    learn.use(body.version, by=user_of(request), now=clock.now())
    return models(request)


@router.write("POST", "/identity/models/learn", act="identity.model", out=list[ModelOut], status=202)
def begin_learning(request: HttpRequest) -> list[ModelOut]:
    """Learn from all decisions, in the background; a new version appears where there is enough to learn from."""
    learn.begin(by=user_of(request))
    return models(request)


def _model(row: Model) -> ModelOut:
    return ModelOut(version=row.version, made_at=row.made_at, measured=row.measured, is_in_use=row.is_in_use)
