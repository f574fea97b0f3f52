"""Our own presences: who we are on a source, and who may speak as it."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from pydantic import Field

from mutuals.api._auth import user_of
from mutuals.api._door import Resource, one
from mutuals.api._paging import Cursor, Limit, page_by_id
from mutuals.api._types import Flag, Id, In, Line, Loose, Out, Page, PathId, Ref, given
from mutuals.api.staff import Pillar
from mutuals.channels import presences, queries
from mutuals.channels.models import Channel
from mutuals.staff import queries as staff
from mutuals.staff.models import User

router = Resource("channels")
Ids = Annotated[list[Id], Field(max_length=200)]


class ChannelOut(Out):
    """A presence of ours."""

    id: int
    source: Ref | None
    network: str
    key: str
    name: str
    pillar: str
    brand: str
    language: str
    purpose: str
    owner: Ref | None
    stand_in: Ref | None
    hours: dict[str, Any]
    response_minutes: int | None
    speakers: list[Ref]
    speaker_teams: list[Ref]
    is_live: bool

    @classmethod
    def of(cls, row: Channel) -> ChannelOut:
        """A channel with its speakers."""
        return cls(
            id=row.pk,
            source=Ref.of(row.source),
            network=row.network,
            key=row.key,
            name=row.name,
            pillar=row.pillar,
            brand=row.brand,
            language=row.language,
            purpose=row.purpose,
            owner=Ref.of(row.owner),
            stand_in=Ref.of(row.stand_in),
            hours=row.hours,
            response_minutes=row.response_minutes,
            speakers=[Ref(id=user.pk, name=str(user)) for user in row.speakers.all()],
            speaker_teams=[Ref(id=team.pk, name=str(team)) for team in row.speaker_teams.all()],
            is_live=row.is_live,
        )


class ChannelChange(In):
    """What is to change. The account itself stays."""

    name: Annotated[Line, Field(min_length=1, max_length=200)] = ""
    pillar: Pillar = ""
    brand: Annotated[Line, Field(max_length=80)] = ""
    language: Annotated[Line, Field(max_length=12)] = ""
    purpose: Annotated[Line, Field(max_length=300)] = ""
    owner_id: Id | None = None
    stand_in_id: Id | None = None
    hours: Loose = {}
    response_minutes: Annotated[int, Field(ge=1, le=129_600, strict=True)] | None = None
    speaker_ids: Ids = []
    speaker_team_ids: Ids = []
    is_live: Flag = True


class NewChannel(ChannelChange):
    """A presence of ours on a source. `key` is the network's own id of our account."""

    source_id: Id
    network: Annotated[Line, Field(min_length=1, max_length=30)]
    key: Annotated[Line, Field(min_length=1, max_length=512)]
    name: Annotated[Line, Field(min_length=1, max_length=200)]


@router.read("/channels", act="source.view", out=Page[ChannelOut])
def listed(request: HttpRequest, cursor: Cursor = "", limit: Limit = 50) -> Page[ChannelOut]:
    """Our presences, oldest first."""
    rows = queries.channels_visible_to(user_of(request)).prefetch_related("speakers", "speaker_teams")
    found, following = page_by_id(rows, cursor, limit)
    return Page[ChannelOut](items=[ChannelOut.of(row) for row in found], next=following)


@router.read("/channels/{int:channel_id}", act="source.view", out=ChannelOut)
def shown(request: HttpRequest, channel_id: PathId) -> ChannelOut:
    """One presence of ours."""
    return ChannelOut.of(_channel(request, channel_id))


@router.write("POST", "/channels", act="channel.manage", out=ChannelOut, status=201, scope="admin", refuses=(404,))
def add(request: HttpRequest, body: NewChannel) -> ChannelOut:
    """Add a presence of ours to a source."""
    by = user_of(request)
    source = one(queries.visible_to(by), body.source_id)
    about = _about(by, body, "source_id", "network", "key", "name")
    made = presences.add(source, by=by, network=body.network, key=body.key, name=body.name, **about)
    return ChannelOut.of(made)


@router.write("PATCH", "/channels/{int:channel_id}", act="channel.manage", out=ChannelOut, scope="admin")
def change(request: HttpRequest, channel_id: PathId, body: ChannelChange) -> ChannelOut:
    """Change a presence of ours."""
    by = user_of(request)
    presences.change(_channel(request, channel_id), by=by, **_about(by, body))
    return ChannelOut.of(_channel(request, channel_id))


def _channel(request: HttpRequest, number: int) -> Channel:
    return one(queries.channels_visible_to(user_of(request)), number)


def _about(by: User, body: ChannelChange, *leave_out: str) -> dict[str, Any]:
    """What was given, with rows in the place of ids."""
    ids = ("owner_id", "stand_in_id", "speaker_ids", "speaker_team_ids")
    told = given(body, *ids, *leave_out)
    for name in ("owner", "stand_in"):
        if f"{name}_id" in body.model_fields_set:
            number = getattr(body, f"{name}_id")
            told[name] = one(staff.visible_to(by), number) if number else None
    if "speaker_ids" in body.model_fields_set:
        told["speakers"] = [one(staff.visible_to(by), number) for number in body.speaker_ids]
    if "speaker_team_ids" in body.model_fields_set:
        told["speaker_teams"] = [one(staff.teams_visible_to(by), number) for number in body.speaker_team_ids]
    return told
