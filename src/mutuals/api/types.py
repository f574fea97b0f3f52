"""Types: kinds of records of the house's own making. Their fields are those of `/fields`, their records those of `/own`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest
from pydantic import Field

from mutuals.api._auth import user_of
from mutuals.api._door import Resource, one
from mutuals.api._types import In, Line, Out, Page, PathId, given
from mutuals.base import clock
from mutuals.records import packs, types
from mutuals.records.models import Type

router = Resource("types")
Name = Annotated[Line, Field(min_length=1, max_length=60)]


class TypeOut(Out):
    """A type. `key` stands in addresses; `record` is its name in fields, conditions and references."""

    id: int
    key: str
    record: str
    name: str
    plural: str
    icon: str
    title_label: str
    prefix: str
    made_at: datetime
    retired_at: datetime | None

    @classmethod
    def of(cls, row: Type) -> TypeOut:
        """A row of the table."""
        same = ("key", "name", "plural", "icon", "title_label", "prefix", "made_at", "retired_at")
        return cls(id=row.pk, record=row.kind.record, **{name: getattr(row, name) for name in same})


class TypeChange(In):
    """What is to change; what is left out stays."""

    name: Name = ""
    plural: Name = ""
    icon: Literal[tuple(types.ICONS)] = "box"  # type: ignore[valid-type]
    title_label: Name = ""
    prefix: Annotated[str, Field(max_length=6, pattern=r"^([A-Za-z][A-Za-z0-9]*)?$")] = ""


class NewType(TypeChange):
    """A new type. Plural and key follow from the name where they are left out; the key never changes."""

    name: Name
    key: Annotated[str, Field(max_length=24, pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$")] = ""


@router.read("/types", act="own.view", out=Page[TypeOut])
def listed(request: HttpRequest) -> Page[TypeOut]:
    """All types in the order in which they were made; retired ones have `retired_at`."""
    user_of(request)
    return Page[TypeOut](items=[TypeOut.of(row) for row in Type.objects.order_by("pk")], next=None)


@router.write("POST", "/types", act="type.edit", out=TypeOut, status=201, scope="admin")
def add(request: HttpRequest, body: NewType) -> TypeOut:
    """Make a type; it has a list, pages, search and API from the next request on."""
    told = given(body, "name")
    return TypeOut.of(types.add(by=user_of(request), now=clock.now(), name=body.name, **told))


@router.write("PATCH", "/types/{int:type_id}", act="type.edit", out=TypeOut, scope="admin")
def change(request: HttpRequest, type_id: PathId, body: TypeChange) -> TypeOut:
    """Change what is given."""
    row = one(Type.objects.all(), type_id)
    return TypeOut.of(types.change(row, by=user_of(request), changes=given(body)))


@router.write("POST", "/types/{int:type_id}/retire", act="type.edit", out=TypeOut, scope="admin")
def retire(request: HttpRequest, type_id: PathId) -> TypeOut:
    """Nobody is offered it from now on; its records stay."""
    row = one(Type.objects.all(), type_id)
    return TypeOut.of(types.retire(row, by=user_of(request), now=clock.now()))


@router.write("POST", "/types/{int:type_id}/bring-back", act="type.edit", out=TypeOut, scope="admin")
def bring_back(request: HttpRequest, type_id: PathId) -> TypeOut:
    """Use a retired type again, with the records that it had."""
    row = one(Type.objects.all(), type_id)
    return TypeOut.of(types.bring_back(row, by=user_of(request)))


class PackOut(Out):
    """A ready-made type with its fields, its process and its shared lists. `is_in`: it is there already."""

    key: str
    name: str
    words: str
    fields: list[str]
    lists: list[str]
    process: str
    is_in: bool

    @classmethod
    def of(cls, told: packs.Pack) -> PackOut:
        """One of them."""
        fields = [str(one["label"]) for one in told.fields]
        return cls(
            key=told.key, name=told.name, words=told.words, fields=fields, lists=list(told.lists), process=told.template,
            is_in=packs.is_in(told),
        )  # fmt: skip


@router.read("/packs", act="own.view", out=Page[PackOut])
def ready_made(request: HttpRequest) -> Page[PackOut]:
    """Ready-made types that can be put in."""
    user_of(request)
    return Page[PackOut](items=[PackOut.of(one) for one in packs.PACKS.values()], next=None)


@router.write("PUT", "/packs/{pack_key}", act="type.edit", out=TypeOut, scope="admin")
def put_in(request: HttpRequest, pack_key: str) -> TypeOut:
    """Put one in: what is there of it already stays. Twice is once."""
    return TypeOut.of(packs.put_in(packs.pack(pack_key), by=user_of(request), now=clock.now()))


@router.write("DELETE", "/packs/{pack_key}", act="type.edit", out=PackOut, scope="admin")
def take_out(request: HttpRequest, pack_key: str) -> PackOut:
    """Take all that it brought away, while nothing stands in it."""
    packs.take_out(packs.pack(pack_key), by=user_of(request))
    return PackOut.of(packs.pack(pack_key))
