"""Which kinds of records may have fields of the house's own making; rooms above say so at start-up."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from mutuals.base.fields import FILTERED, FieldKind, Shape
from mutuals.base.filters import Field, sourced
from mutuals.base.refusals import Refusal
from mutuals.records import book
from mutuals.staff.permissions import may

PREFIX = "custom."
"""What names of such fields begin with in conditions, forms and columns: "custom.renewal"."""
_SORTED = frozenset(FieldKind) - {FieldKind.LONG, FieldKind.MANY, FieldKind.ADDRESS, FieldKind.REFERENCE}


@dataclass(frozen=True, slots=True)
class Holder:
    """A kind of record with a column `custom`.

    `rows()` are all that are counted and reckoned anew; `visible_to(user)` those that a user may see and a reference may name,
    of which `merged(numbers)` says whom they became. `address` begins the web address of one.
    """

    record: str
    words: str
    rows: Callable[[], QuerySet[Any]]
    visible_to: Callable[[Any], QuerySet[Any]]
    address: str
    merged: Callable[[Iterable[int]], dict[int, int]] | None = None


_holders: dict[str, Holder] = {}


def hold(holder: Holder) -> None:
    """Make a kind known, whose record of conditions is registered; its fields can be filtered by from now on."""
    _holders[holder.record] = holder
    sourced(holder.record, lambda: filters(holder.record))


def kinds() -> list[Holder]:
    """All kinds, in the order in which they were told."""
    return list(_holders.values())


def holder(record: str) -> Holder:
    """The kind of that name; Refusal tells which there are."""
    if record not in _holders:
        raise Refusal(f"Fields can be made for: {', '.join(_holders)}.", fields={"record": "Please choose one."})
    return _holders[record]


def filters(record: str) -> tuple[Field, ...]:
    """The fields of a record as conditions ask for them."""
    return tuple(_filter(one) for one in book.every(record))


def _filter(shape: Shape) -> Field:
    return Field(
        f"{PREFIX}{shape.key}",
        shape.label,
        FILTERED[shape.kind],
        f"custom__{shape.key}",
        choices=shape.options if shape.kind in (FieldKind.CHOICE, FieldKind.MANY) else (),
        may=_may_see,
        sortable=shape.kind in _SORTED,
        is_json=True,
        is_retired=shape.is_retired,
    )


def _may_see(user: Any) -> bool:
    return may(user, "field.view")
