"""What a file may bring by the one planner of `table`: how rows of a record are known, read and written. Declarations.

Values are plain, as JSON keeps them, so that they can be compared, kept with a batch, and written back: numbers and amounts as
texts, days and moments in ISO form, own fields under "c:" and their key, other records as text keys ("person:12").
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from mutuals.base.refusals import Refusal
from mutuals.capture.imports.references import Reference
from mutuals.people.models import Organisation, Person
from mutuals.staff.models import User

Plain = dict[str, Any]
TRASHED = ""
"""The name under which a row in the trash says so."""


@dataclass(frozen=True, slots=True)
class Table:
    """One kind of record.

    - `names`: fields of the file that it keeps. `references`: what its rows name beside.
    - `read(values, by, is_new)`: cleaned values of a row as they would be written, plain. It writes nothing. Refused
      (ValueError): what the record does not take.
    - `now(ids, by)`: what rows hold, plain; rows that are not there are left out, one in the trash has `TRASHED`.
    - `find(name, values, by)`: the rows that have these values of a key, by value as it was told.
    - `make(values, by, now)`: a new row; its id. `write(id, values, by, now)`: change one. Both are acts and may refuse.
    - `remove(id, by, now)`: take away what an import made. Where it has to stay after all it gives the words that say why.
    """

    record: str
    words: str
    names: tuple[str, ...]
    read: Callable[[Mapping[str, Any], User, bool], Plain]
    now: Callable[[Sequence[int], User], Mapping[int, Plain]]
    find: Callable[[str, Collection[Any], User], Mapping[Any, list[int]]]
    make: Callable[[Mapping[str, Any], User, datetime], int]
    write: Callable[[int, Mapping[str, Any], User, datetime], None]
    remove: Callable[[int, User, datetime], str | None]
    references: tuple[Reference, ...] = ()


def plain(value: Any) -> Any:
    """A value as tables tell it: the same for what a file says and what a column holds."""
    if value is None or value in ("", [], {}):
        return None
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value else "0"
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value


def number_of(key: str | None) -> int | None:
    """The id in a text key; None of none."""
    return int(key.rpartition(":")[2]) if key else None


def rows_named(values: Mapping[str, Any]) -> dict[str, Any]:
    """The person, the organisation and the owner that values name, as the acts take them; None takes one out.

    Refused: one that is named and is not there any more.
    """
    told: dict[str, Any] = {}
    for name, model in (("person", Person), ("organisation", Organisation), ("owner", User)):
        if name in values:
            number = number_of(values[name])
            told[name] = model._default_manager.filter(pk=number).first() if number else None
            if number and told[name] is None:
                raise Refusal(f"The {name} is not there any more.")
    return told


def key_of(record: str, number: int | None) -> str | None:
    """The text key of a row; None of none."""
    return f"{record}:{number}" if number else None
