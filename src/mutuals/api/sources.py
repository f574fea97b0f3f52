"""Taps we may draw from: set up, live, paused, signed in again. Secrets go in and never come out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Header
from pydantic import Field
from pydantic_core import to_json

from mutuals import connectors
from mutuals.api._auth import user_of
from mutuals.api._door import Resource, check_match, one
from mutuals.api._paging import Cursor, Limit, pack, page_by_id, unpack
from mutuals.api._types import Done, Id, In, Line, Loose, Out, Page, PathId, Ref, given
from mutuals.base import clock
from mutuals.capture import draw
from mutuals.channels import health, queries, signin, sources
from mutuals.channels.models import Source
from mutuals.connectors.contract import Connector
from mutuals.staff import queries as staff
from mutuals.staff.models import User

router = Resource("sources")
Name = Annotated[Line, Field(min_length=1, max_length=120)]
Days = Annotated[int, Field(ge=0, le=sources.LONGEST_RETENTION, strict=True)]
_PEOPLE = ("owner_id", "stand_in_id", "team_id")


class HealthOut(Out):
    """How a source is doing. `lag_seconds` is the time since the last good look."""

    health: str
    last_success_at: datetime | None
    last_item_at: datetime | None
    last_error_at: datetime | None
    last_error: str
    failures: int
    next_try_at: datetime | None
    lag_seconds: float | None
    refused_hooks: int

    @classmethod
    def of(cls, row: Source) -> HealthOut:
        """What the last attempts say."""
        lag = health.lag(row, now=clock.now())
        return cls(
            health=row.health,
            last_success_at=row.last_success_at,
            last_item_at=row.last_item_at,
            last_error_at=row.last_error_at,
            last_error=row.last_error,
            failures=row.failures,
            next_try_at=row.next_try_at,
            lag_seconds=lag.total_seconds() if lag is not None else None,
            refused_hooks=row.refused_hooks,
        )


class SourceOut(Out):
    """A source. `gaps` is what governance misses before it may go live."""

    id: int
    connector: str
    name: str
    state: str
    settings: dict[str, Any]
    purpose: str
    owner: Ref | None
    stand_in: Ref | None
    team: Ref | None
    legal_basis: str
    data_class: str
    retention_days: int
    raw_days: int
    gaps: list[str]
    went_live_anyway: str
    health: HealthOut
    created_at: datetime

    @classmethod
    def of(cls, row: Source) -> SourceOut:
        """A source fetched with owner, stand-in and team."""
        return cls(
            id=row.pk,
            connector=row.connector,
            name=row.name,
            state=row.state,
            settings=row.settings,
            purpose=row.purpose,
            owner=Ref.of(row.owner),
            stand_in=Ref.of(row.stand_in),
            team=Ref.of(row.team),
            legal_basis=row.legal_basis,
            data_class=row.data_class,
            retention_days=row.retention_days,
            raw_days=row.raw_days,
            gaps=sources.gaps(row),
            went_live_anyway=row.went_live_anyway,
            health=HealthOut.of(row),
            created_at=row.created_at,
        )


class About(In):
    """Who answers for a source, and why it may be kept."""

    purpose: Annotated[Line, Field(max_length=300)] = ""
    owner_id: Id | None = None
    stand_in_id: Id | None = None
    team_id: Id | None = None
    legal_basis: Annotated[Line, Field(max_length=200)] = ""
    data_class: Annotated[Line, Field(max_length=60)] = ""
    retention_days: Days = 730
    raw_days: Days = 90


class NewSource(About):
    """A new source. `answers` are those of the connector's form, secrets among them."""

    connector: Annotated[Line, Field(min_length=1, max_length=30)]
    name: Name
    answers: Loose = {}


class SourceChange(About):
    """What is to change; secrets that are left out stay."""

    name: Name = ""
    answers: Loose = {}


class GoLive(In):
    """Why it goes live although something is missing; empty where nothing is."""

    anyway: Annotated[Line, Field(max_length=300)] = ""


class Secrets(In):
    """New secrets, by the names of the connector's form. They are sealed and cannot be read again."""

    secrets: Annotated[
        dict[
            Annotated[Line, Field(min_length=1, max_length=60)], Annotated[str, Field(min_length=1, max_length=20_000)]
        ],
        Field(min_length=1, max_length=20),
    ]


class Question(Out):
    """One question of a connector's form."""

    name: str
    label: str
    help: str
    kind: str
    secret: bool
    required: bool
    choices: list[str]


class ConnectorOut(Out):
    """A network that can be connected."""

    name: str
    label: str
    reads: Literal["draws", "is handed in"]
    does: list[str]
    questions: list[Question]

    @classmethod
    def of(cls, connector: Connector) -> ConnectorOut:
        """One folder of connectors."""
        return cls(
            name=connector.name,
            label=connector.label,
            reads="draws" if connector.fetch else "is handed in",
            does=sorted(str(one) for one in connector.does),
            questions=[
                Question(
                    name=field.name,
                    label=field.label,
                    help=field.help,
                    kind=field.kind,
                    secret=field.secret,
                    required=field.required,
                    choices=[value for value, _ in field.choices],
                )
                for field in connector.fields
            ],
        )


@router.read("/connectors", act="source.view", out=Page[ConnectorOut])
def catalogue(request: HttpRequest, cursor: Cursor = "", limit: Limit = 50) -> Page[ConnectorOut]:
    """The catalogue: every network that can be connected, and what its form asks; by the name of its folder."""
    after = (unpack(cursor, str) or ("",))[0]
    known = [connector for name, connector in sorted(connectors.all_connectors().items()) if name > after]
    following = pack((known[limit - 1].name,)) if len(known) > limit else None
    return Page[ConnectorOut](items=[ConnectorOut.of(connector) for connector in known[:limit]], next=following)


@router.read("/sources", act="source.view", out=Page[SourceOut])
def listed(request: HttpRequest, cursor: Cursor = "", limit: Limit = 50) -> Page[SourceOut]:
    """Sources with their health, oldest first."""
    found, following = page_by_id(queries.visible_to(user_of(request)), cursor, limit)
    return Page[SourceOut](items=[SourceOut.of(row) for row in found], next=following)


@router.read("/sources/{int:source_id}", act="source.view", out=SourceOut)
def shown(request: HttpRequest, response: HttpResponse, source_id: PathId) -> SourceOut:
    """One source. The ETag is what If-Match takes."""
    return _marked(response, _source(request, source_id))


@router.read("/sources/{int:source_id}/health", act="source.view", out=HealthOut)
def how_it_is(request: HttpRequest, source_id: PathId) -> HealthOut:
    """How a source is doing."""
    return HealthOut.of(_source(request, source_id))


@router.write("POST", "/sources", act="source.manage", out=SourceOut, status=201, scope="admin", refuses=(404,))
def add(request: HttpRequest, body: NewSource) -> SourceOut:
    """Set up a source. It is drawn from once it is activated."""
    by = user_of(request)
    told = _about(by, body, "connector", "name", "answers")
    made = sources.add(connector=body.connector, name=body.name, answers=body.answers, by=by, **told)
    return SourceOut.of(made)


@router.write("PATCH", "/sources/{int:source_id}", act="source.manage", out=SourceOut, scope="admin", refuses=(412,))
def change(
    request: HttpRequest,
    response: HttpResponse,
    source_id: PathId,
    body: SourceChange,
    if_match: Annotated[str | None, Header(alias="If-Match", max_length=200)] = None,
) -> SourceOut:
    """Change what is given; with If-Match only if nobody changed it since."""
    by = user_of(request)
    _source(request, source_id)
    with transaction.atomic():
        row = Source.objects.select_for_update(of=("self",)).get(pk=source_id)
        check_match(if_match, _mark(row))
        row = sources.change(row, by=by, **_about(by, body))
    return _marked(response, row)


@router.write("POST", "/sources/{int:source_id}/activate", act="source.manage", out=SourceOut, scope="admin")
def activate(request: HttpRequest, source_id: PathId, body: GoLive) -> SourceOut:
    """Let it be drawn from."""
    return SourceOut.of(sources.activate(_source(request, source_id), by=user_of(request), anyway=body.anyway))


@router.write("POST", "/sources/{int:source_id}/pause", act="source.manage", out=SourceOut, scope="admin")
def pause(request: HttpRequest, source_id: PathId) -> SourceOut:
    """Draw and send no more; keep everything."""
    return SourceOut.of(sources.pause(_source(request, source_id), by=user_of(request)))


@router.write("POST", "/sources/{int:source_id}/reauthorise", act="source.manage", out=SourceOut, scope="admin")
def reauthorise(request: HttpRequest, source_id: PathId, body: Secrets) -> SourceOut:
    """Sign in again in place. The history stays; the secrets cannot be read again."""
    row = health.reauthorise(_source(request, source_id), body.secrets, by=user_of(request))
    return SourceOut.of(row)


@router.write("POST", "/sources/{int:source_id}/check", act="source.manage", out=SourceOut, scope="admin")
def check(request: HttpRequest, source_id: PathId) -> SourceOut:
    """Ask the network who we are there; health takes note."""
    signin.check(_source(request, source_id), by=user_of(request))
    return SourceOut.of(_source(request, source_id))


@router.write("POST", "/sources/{int:source_id}/sync", act="source.sync", out=Done, status=202)
def sync(request: HttpRequest, source_id: PathId) -> Done:
    """Draw now, in the background."""
    draw.sync(_source(request, source_id), by=user_of(request))
    return Done()


@router.write("DELETE", "/sources/{int:source_id}", act="source.manage", out=Done, scope="admin")
def remove(request: HttpRequest, source_id: PathId) -> Done:
    """Take away a source that never brought anything."""
    sources.remove(_source(request, source_id), by=user_of(request))
    return Done()


def _source(request: HttpRequest, number: int) -> Source:
    return one(queries.visible_to(user_of(request)), number)


def _about(by: User, body: About, *leave_out: str) -> dict[str, Any]:
    """What was given, with rows in the place of ids."""
    told = given(body, *_PEOPLE, *leave_out)
    lookups: Mapping[str, Any] = {
        "owner_id": staff.visible_to, "stand_in_id": staff.visible_to, "team_id": staff.teams_visible_to,
    }  # fmt: skip
    for name in _PEOPLE:
        if name in body.model_fields_set:
            number = getattr(body, name)
            told[name.removesuffix("_id")] = one(lookups[name](by), number) if number else None
    return told


def _mark(row: Source) -> str:
    """A source has no time of its last change, so its ETag is made of what can be changed."""
    told = [
        row.name, row.settings, row.purpose, row.owner_id, row.stand_in_id, row.team_id, row.legal_basis,
        row.data_class, row.retention_days, row.raw_days, row.state,
    ]  # fmt: skip
    return f'"s{row.pk}-{hashlib.sha256(to_json(told)).hexdigest()[:20]}"'


def _marked(response: HttpResponse, row: Source) -> SourceOut:
    response["ETag"] = _mark(row)
    return SourceOut.of(row)
