"""Fields of the house's own making: which there are, and acts on them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query
from pydantic import Field

from mutuals.api._auth import user_of
from mutuals.api._door import Resource, one
from mutuals.api._types import Done, Flag, In, Line, Out, Page, PathId, given
from mutuals.api.people import Custom
from mutuals.base import clock
from mutuals.base.fields import FieldKind
from mutuals.inbox import case_own, cases
from mutuals.records import definitions, values
from mutuals.records.models import CustomField

router = Resource("fields")
Record = Annotated[str, Field(max_length=30, pattern=r"^[a-z][a-z0-9_]*$")]
Key = Annotated[str, Field(max_length=40, pattern=r"^[a-z][a-z0-9_]*$")]
Option = (
    Annotated[Line, Field(min_length=1, max_length=80)]
    | tuple[Key, Annotated[Line, Field(min_length=1, max_length=80)]]
)
Options = Annotated[list[Option], Field(max_length=200)]


class OwnFieldOut(Out):
    """One field of a kind of record. `key` names its values under `custom`, and `custom.key` is its name in conditions.

    `options` are the values of a choice with their words; of a reference the record that it leads to.
    """

    id: int
    record: str
    key: str
    label: str
    kind: str
    options: list[Annotated[list[str], Field(min_length=2, max_length=2)]]
    formula: str
    is_required: bool
    is_unique: bool
    section: str
    position: int
    help: str
    made_at: datetime
    retired_at: datetime | None

    @classmethod
    def of(cls, row: CustomField) -> OwnFieldOut:
        """A row of the table."""
        return cls(
            id=row.pk,
            record=row.record,
            key=row.key,
            label=row.label,
            kind=row.kind,
            options=[[str(value), str(words)] for value, words in row.options],
            formula=row.formula,
            is_required=row.is_required,
            is_unique=row.is_unique,
            section=row.section,
            position=row.position,
            help=row.help,
            made_at=row.made_at,
            retired_at=row.retired_at,
        )


class FieldChange(In):
    """What is to change; what is left out stays. An option is its words, or its value with its words."""

    label: Annotated[Line, Field(min_length=1, max_length=80)] = ""
    options: Options = []
    formula: Annotated[Line, Field(max_length=300)] = ""
    is_required: Flag = False
    is_unique: Flag = False
    section: Annotated[Line, Field(max_length=80)] = ""
    help: Annotated[Line, Field(max_length=300)] = ""


class NewField(FieldChange):
    """A new field. `key` follows from the label where it is left out; kind and key never change."""

    record: Record
    label: Annotated[Line, Field(min_length=1, max_length=80)]
    kind: Literal[tuple(FieldKind)]  # type: ignore[valid-type]
    key: Key | None = None


class Ordered(In):
    """The keys of a record's fields as they are to stand."""

    record: Record
    keys: Annotated[list[Key], Field(max_length=200)]


class CaseValues(Out):
    """What fields of the house's own making tell of a case, by key."""

    custom: dict[str, Any]


class CaseValuesIn(In):
    """Values by key; null empties one, what is not named stays."""

    custom: Custom


@router.read("/cases/{int:case_id}/fields", act="case.view", out=CaseValues)
def of_case(request: HttpRequest, case_id: PathId) -> CaseValues:
    """Values of own fields of a case."""
    viewer = user_of(request)
    row = one(cases.visible_to(viewer), case_id)
    return CaseValues(custom=values.plain("case", row.custom, viewer=viewer))


@router.write("PATCH", "/cases/{int:case_id}/fields", act="case.edit", out=CaseValues)
def fill_case(request: HttpRequest, case_id: PathId, body: CaseValuesIn) -> CaseValues:
    """Write values of own fields of a case."""
    by = user_of(request)
    row = case_own.fill(one(cases.visible_to(by), case_id), by=by, now=clock.now(), custom=body.custom)
    return CaseValues(custom=values.plain("case", row.custom, viewer=by))


@router.read("/fields", act="field.view", out=Page[OwnFieldOut])
def listed(
    request: HttpRequest, record: Annotated[str, Query(max_length=30, pattern=r"^[a-z0-9_]*$")] = ""
) -> Page[OwnFieldOut]:
    """All fields, of one kind of record or of all, as they stand; retired ones have `retired_at`."""
    user_of(request)
    rows = CustomField.objects.order_by("record", "position", "pk")
    rows = rows.filter(record=record) if record else rows
    return Page[OwnFieldOut](items=[OwnFieldOut.of(row) for row in rows], next=None)


@router.write("POST", "/fields", act="field.edit", out=OwnFieldOut, status=201, scope="admin")
def add(request: HttpRequest, body: NewField) -> OwnFieldOut:
    """Make a field; it is on all screens, in conditions and here from the next request on."""
    told: dict[str, Any] = given(body, "record", "label", "kind")
    row = definitions.add(
        body.record, by=user_of(request), now=clock.now(), label=body.label, kind=str(body.kind), **told
    )
    return OwnFieldOut.of(row)


@router.write("POST", "/fields/order", act="field.edit", out=Done, scope="admin")
def order(request: HttpRequest, body: Ordered) -> Done:
    """Put the fields of a record in this order; those that are not named follow."""
    definitions.order(body.record, body.keys, by=user_of(request))
    return Done()


@router.write("PATCH", "/fields/{int:field_id}", act="field.edit", out=OwnFieldOut, scope="admin")
def change(request: HttpRequest, field_id: PathId, body: FieldChange) -> OwnFieldOut:
    """Change what is given."""
    row = one(CustomField.objects.all(), field_id)
    return OwnFieldOut.of(definitions.change(row, by=user_of(request), changes=given(body)))


@router.write("POST", "/fields/{int:field_id}/retire", act="field.edit", out=OwnFieldOut, scope="admin")
def retire(request: HttpRequest, field_id: PathId) -> OwnFieldOut:
    """Nobody sees or fills it from now on; its values stay."""
    row = one(CustomField.objects.all(), field_id)
    return OwnFieldOut.of(definitions.retire(row, by=user_of(request), now=clock.now()))


@router.write("POST", "/fields/{int:field_id}/bring-back", act="field.edit", out=OwnFieldOut, scope="admin")
def bring_back(request: HttpRequest, field_id: PathId) -> OwnFieldOut:
    """Use a retired field again, with the values that it had."""
    row = one(CustomField.objects.all(), field_id)
    return OwnFieldOut.of(definitions.bring_back(row, by=user_of(request)))
