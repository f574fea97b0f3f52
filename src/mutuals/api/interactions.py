"""Handing in what was said: the generic webhook's events, by a token instead of a signature."""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal

from django.http import Http404, HttpRequest
from ninja import Query
from pydantic import Field

from mutuals import connectors, flow
from mutuals.api._auth import user_of
from mutuals.api._door import Resource, one
from mutuals.api._problems import Broken, Conflict
from mutuals.api._shapes import InteractionOut, shown
from mutuals.api._types import Flag, Id, In, Line, Moment, Out, PathId, Text
from mutuals.api.conversations import message_of
from mutuals.api.people import person_of
from mutuals.base import clock
from mutuals.capture import receive
from mutuals.channels.models import Source, SourceState
from mutuals.connectors.contract import Raw
from mutuals.history import queries as history
from mutuals.identity import remark
from mutuals.people.models import Profile
from mutuals.people.visibility import sees_contacts

router = Resource("interactions")
TAKES = "webhook"
Key = Annotated[Line, Field(max_length=300)]
Web = Annotated[str, Field(max_length=2000, pattern=r"^([hH][tT][tT][pP][sS]?://[^\u0000-\u0020\u007f]+)?$")]
Kind = Literal["post", "reply", "message", "mail", "article", "review", "like", "share", "follow"]


class Author(In):
    """Who said it. `id` is the network's own immutable id; `email_verified` an address that the sender confirmed."""

    network: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,29}$")]
    id: Annotated[Line, Field(min_length=1, max_length=300)]
    name: Key = ""
    shown: Key = ""
    url: Web = ""
    email_verified: Annotated[Line, Field(max_length=320)] = ""


class Attached(In):
    """A file by its address."""

    url: Web
    name: Annotated[Line, Field(max_length=150)] = ""
    media_type: Annotated[Line, Field(max_length=160)] = ""
    description: Annotated[Line, Field(max_length=2000)] = ""


class Event(In):
    """One event: something was said, changed or deleted. `id` stays the same over all three."""

    type: Literal["create", "update", "delete"]
    id: Annotated[Line, Field(min_length=1, max_length=300)]
    kind: Kind = "message"
    author: Author | None = None
    at: Moment | None = None
    text: Text = ""
    subject: Annotated[Line, Field(max_length=500)] = ""
    public: Flag = False
    reply_to: Key = ""
    thread: Key = ""
    url: Web = ""
    language: Annotated[Line, Field(max_length=35)] = ""
    revision: Annotated[Line, Field(max_length=100)] = ""
    attachments: Annotated[list[Attached], Field(max_length=20)] = []


class Delivery(In):
    """Up to 500 events for one source of the generic webhook."""

    source_id: Id
    events: Annotated[list[Event], Field(min_length=1, max_length=500)]


class Kept(Out):
    """How many were new; the others had come before. With `wait` they stand in the history already."""

    kept: int
    doubled: int
    advanced: bool


class Remark(In):
    """Words among us about a person, or of a call."""

    text: Annotated[Text, Field(min_length=1)]
    kind: Literal["note", "call"] = "note"


@router.write(
    "POST", "/interactions", act="interaction.add", out=Kept, status=202, scope="ingest write", refuses=(404,)
)
def hand_in(
    request: HttpRequest,
    body: Delivery,
    wait: Annotated[bool, Query(description="Answer once the events stand in the history.")] = False,
) -> Kept:
    """Hand in events. They are kept before the answer; the worker carries them through the house, unless `wait`."""
    source = _source(body.source_id)
    if source.state != SourceState.ACTIVE:
        raise Conflict(f"{source} is not active.")
    raws = [_raw(event, number) for number, event in enumerate(body.events)]
    new = receive.keep(source, raws, cursor=None, now=clock.now())
    if wait:
        flow.run(source.pk)
    return Kept(kept=new, doubled=len(raws) - new, advanced=wait)


def _source(number: int) -> Source:
    """A source of the generic webhook, or 404; in plain SQL, because this is asked for every single event."""
    sql = "SELECT id, name, connector, state FROM channels_source WHERE id = %s AND connector = %s"
    found = list(Source.objects.raw(sql, [number, TAKES]))
    if not found:
        raise Http404
    return found[0]


def _raw(event: Event, number: int) -> Raw:
    """The event as the connector reads it, after it has read it once: what it would park is refused here."""
    told = event.model_dump_json(exclude_unset=True).encode()
    revision = hashlib.sha256(told).hexdigest()[:24]
    raw = Raw(key=f"{event.id}:{revision}", body=told)
    try:
        connectors.get(TAKES).parse(raw)
    except ValueError as error:
        raise Broken(f"body.events.{number}", str(error)) from error
    return raw


@router.read("/interactions/{int:interaction_id}", act="conversation.view", out=InteractionOut)
def shown_one(request: HttpRequest, interaction_id: PathId) -> InteractionOut:
    """One interaction of a conversation."""
    user = user_of(request)
    row = message_of(user, interaction_id)
    return shown([row], history.attachments([row]), full=sees_contacts(user))[0]


@router.write("POST", "/people/{int:person_id}/notes", act="interaction.add", out=InteractionOut, status=201)
def note(request: HttpRequest, person_id: PathId, body: Remark) -> InteractionOut:
    """Keep a note or a call on a person."""
    user = user_of(request)
    row = remark.add(person_of(request, person_id), by=user, text=body.text, kind=body.kind, now=clock.now())
    return shown([row], {}, full=sees_contacts(user))[0]


@router.write("POST", "/profiles/{int:profile_id}/notes", act="interaction.add", out=InteractionOut, status=201)
def note_presence(request: HttpRequest, profile_id: PathId, body: Remark) -> InteractionOut:
    """Keep a note or a call on a profile that is nobody's yet; it goes along with whom it is linked to."""
    user = user_of(request)
    kept = remark.add_to_presence(
        one(Profile.objects.all(), profile_id), by=user, text=body.text, kind=body.kind, now=clock.now()
    )
    return shown([kept], {}, full=sees_contacts(user))[0]
