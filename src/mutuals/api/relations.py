"""How records stand to each other, and the kinds of that."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from django.http import Http404, HttpRequest
from ninja import Query
from pydantic import Field

from mutuals.api._auth import user_of
from mutuals.api._door import Resource
from mutuals.api._types import Day, Done, Flag, Id, In, Line, Out, PathId, given
from mutuals.base import clock
from mutuals.records import relations
from mutuals.records.models import Relation
from mutuals.staff import named

router = Resource("relations")
Key = Annotated[str, Field(max_length=60, pattern=r"^[a-z][a-z_]{0,39}:[1-9][0-9]{0,17}$")]
Name = Annotated[str, Field(max_length=40, pattern=r"^[a-z0-9_]+$")]


class RelationKindOut(Out):
    """A kind: its words one way and back. `own`: of the house's own making."""

    key: str
    words: str
    inverse: str
    own: bool
    retired: bool

    @classmethod
    def of(cls, way: relations.Way) -> RelationKindOut:
        """As doors tell it."""
        return cls(key=way.key, words=way.words, inverse=way.inverse, own=way.is_own, retired=way.is_retired)


class RelationOut(Out):
    """A relation as it is read from one record: `words` lead from there to `other`, a text key such as "person:12"."""

    id: int
    kind: str
    words: str
    other: str
    name: str
    since: date | None
    until: date | None
    note: str

    @classmethod
    def of(cls, told: relations.Told) -> RelationOut:
        """As it was read."""
        names = ("id", "kind", "words", "since", "until", "note")
        return cls(other=told.other.key, name=told.other.name, **{name: getattr(told, name) for name in names})


class NewRelation(In):
    """Two records, by their text keys. `back`: the kind is meant the other way round, "is supplied by"."""

    one: Key
    kind: Name
    other: Key
    back: Flag = False
    since: Day | None = None
    until: Day | None = None
    note: Annotated[Line, Field(max_length=500)] = ""


class RelationChange(In):
    """What is to change."""

    since: Day | None = None
    until: Day | None = None
    note: Annotated[Line, Field(max_length=500)] = ""


class NewRelationKind(In):
    """Words one way, "looks after", and back, "is looked after by"; without these one word both ways."""

    words: Annotated[Line, Field(min_length=1, max_length=60)]
    inverse: Annotated[Line, Field(max_length=60)] = ""


@router.read("/relations", act="relation.view", out=list[RelationOut], refuses=(404,))
def listed(
    request: HttpRequest, of: Annotated[Key, Query(description='The text key of a record, "person:12".')]
) -> list[RelationOut]:
    """The relations of one record, those that stand first; 200 at most."""
    viewer = user_of(request)
    if not named.seen(viewer, [of]):
        raise Http404
    return [RelationOut.of(told) for told in relations.of(viewer, of)]


@router.write("POST", "/relations", act="relation.edit", out=RelationOut, status=201, refuses=(404,))
def add(request: HttpRequest, body: NewRelation) -> RelationOut:
    """Say how two records stand to each other. The same from the same day on is one."""
    by, told = user_of(request), given(body, "one", "kind", "other", "back")
    row = relations.add(body.one, body.kind, body.other, by=by, now=clock.now(), is_back=body.back, **told)
    return _read(request, row, body.one)


@router.write("PATCH", "/relations/{int:relation_id}", act="relation.edit", out=RelationOut)
def change(request: HttpRequest, relation_id: PathId, body: RelationChange) -> RelationOut:
    """Change days and note."""
    row = relations.change(_seen(request, relation_id), by=user_of(request), changes=given(body))
    return _read(request, row, row.one)


@router.write("DELETE", "/relations/{int:relation_id}", act="relation.edit", out=Done)
def remove(request: HttpRequest, relation_id: PathId) -> Done:
    """Take out what never was; what ended gets its last day instead."""
    relations.remove(_seen(request, relation_id), by=user_of(request))
    return Done()


@router.read("/relation-kinds", act="relation.view", out=list[RelationKindOut])
def kinds(request: HttpRequest) -> list[RelationKindOut]:
    """All kinds, retired ones too; those of the house's own making last."""
    return [RelationKindOut.of(one) for one in relations.kinds(retired=True)]


@router.write("POST", "/relation-kinds", act="relation.set_up", out=RelationKindOut, status=201)
def add_kind(request: HttpRequest, body: NewRelationKind) -> RelationKindOut:
    """Make a kind; a retired one of these words is offered again."""
    return RelationKindOut.of(relations.add_kind(body.words, body.inverse, by=user_of(request), now=clock.now()))


@router.write("DELETE", "/relation-kinds/{relation_kind}", act="relation.set_up", out=Done)
def retire_kind(request: HttpRequest, relation_kind: Name) -> Done:
    """Offer it no more; what is kept stays."""
    relations.retire_kind(relation_kind, by=user_of(request), now=clock.now())
    return Done()


def _seen(request: HttpRequest, number: Id) -> Relation:
    row = relations.seen(user_of(request), number)
    if row is None:
        raise Http404
    return row


def _read(request: HttpRequest, row: Relation, key: str) -> RelationOut:
    found = (told for told in relations.of(user_of(request), key) if told.id == row.pk)
    return RelationOut.of(next(found))
