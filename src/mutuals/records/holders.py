"""Which kinds of records may have fields of the house's own making; rooms above say so at start-up."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
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
_made: dict[str, Holder] = {}  # of types of the house's own making, as this process read them last


def hold(holder: Holder) -> None:
    """Make a kind known, whose record of conditions is registered; its fields can be filtered by from now on."""
    _holders[holder.record] = holder
    sourced(holder.record, lambda: filters(holder.record))


def hold_made(made: Iterable[Holder]) -> None:
    """The kinds that the house itself has made, all of them: those that were told before are let go."""
    _made.clear()
    for one in made:
        _made[one.record] = one
        sourced(one.record, partial(filters, one.record))


def brought() -> list[Holder]:
    """The kinds that rooms told at start-up, in that order."""
    return list(_holders.values())


def kinds() -> list[Holder]:
    """All kinds, in the order in which they were told; those of the house's own making last."""
    book.kinds()
    return [*_holders.values(), *_made.values()]


def holder(record: str) -> Holder:
    """The kind of that name; Refusal tells which there are."""
    if record not in _holders and record not in _made:
        book.kinds()  # it may have been made a moment ago
    found = _holders.get(record) or _made.get(record)
    if found is None:
        raise Refusal(
            f"Fields can be made for: {', '.join([*_holders, *_made])}.", fields={"record": "Please choose one."}
        )
    return found


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
