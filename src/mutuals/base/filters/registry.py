"""Which records can be filtered, and by what; filled by the rooms at start-up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from django.db.models import Model

from mutuals.base.filters.grammar import Refused


class Kind(StrEnum):
    """What the values of a field are."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    DAY = "day"  # a date without a clock
    TIME = "time"  # a moment; tested by days in the viewer's zone
    CHOICE = "choice"
    BOOL = "bool"
    TAGS = "tags"
    WORDS = "words"  # a text that is asked for words and phrases, see `words`
    RELATION = "relation"


_EMPTY = ("empty", "filled")
_AMONG = ("is", "isnot", "in", "notin")
_AMOUNTS = (*_AMONG, "over", "under", "atleast", "atmost", "between", *_EMPTY)
_DAYS = (
    "on", "before", "after", "between", "last", "next", "this", "previous", "coming", "older", "later", *_EMPTY
)  # fmt: skip
OPS: dict[Kind, tuple[str, ...]] = {
    Kind.TEXT: ("is", "isnot", "contains", "starts", "in", "notin", *_EMPTY),
    Kind.NUMBER: _AMOUNTS,
    Kind.MONEY: _AMOUNTS,
    Kind.DAY: _DAYS,
    Kind.TIME: _DAYS,
    Kind.CHOICE: (*_AMONG, *_EMPTY),
    Kind.BOOL: ("is",),
    Kind.TAGS: ("has", "hasnot", "in", "notin", *_EMPTY),
    Kind.WORDS: ("says", "saysnot"),
    Kind.RELATION: ("any", "none", "atleast", "atmost"),
}
_OF_ROWS = (*_AMONG, *_EMPTY)


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a record can be filtered by.

    `path` is the column, or for a relation the way from the other record back to this one. Text is compared letter by
    letter, after `prepare` (folding, say) where the column is kept so. `may(viewer)` False hides the field; `masked`
    says that this is because its values are contact data. `related` is the record on the other side of a relation, whose
    `path` leads to the column `own` of this one. `beside` names a table with one row at most for each row here, and its
    column that holds this one's key: the values stand there, under `path`. Words stand in one column or in several,
    parted by a blank. `names` tells all that its values can be, where these are names of something that comes and goes.
    `is_json`: the value stands in a JSON column, under the key that `path` names after it (`custom__renewal`), as
    `base.fields` keeps it. `is_retired`: what was asked before is still understood, and nobody may ask it anew. `me`: the
    value is the number of a row, and these rows are the viewer's own, so that "me" or "mine" may be asked for instead.
    """

    name: str
    label: str
    kind: Kind
    path: str
    choices: tuple[tuple[str, str], ...] = ()
    prepare: Callable[[str], str] | None = None
    may: Callable[[Any], bool] | None = None
    masked: bool = False
    sortable: bool = False
    related: str = ""
    own: str = "pk"
    beside: tuple[type[Model], str] | None = None
    names: Callable[[], Iterable[str]] | None = None
    is_json: bool = False
    is_retired: bool = False
    me: Callable[[Any], Iterable[int]] | None = None

    @property
    def ops(self) -> tuple[str, ...]:
        """What may be asked of it."""
        return OPS[self.kind] if self.me is None else _OF_ROWS


@dataclass(frozen=True, slots=True)
class Record:
    """A kind of row that lists show. `source` tells the fields that people make while everything runs; asked each time.

    `where`: which of its rows count where it is reached over a relation, such as those that are not in the trash.
    """

    name: str
    model: type[Model]
    fields: tuple[Field, ...]
    source: Callable[[], Iterable[Field]] | None = None
    where: Mapping[str, Any] = field(default_factory=dict)
    _by_name: dict[str, Field] = field(default_factory=dict, compare=False, repr=False)

    def field(self, name: str, viewer: Any) -> Field:
        """The field of that name, for a viewer who may use it; Refused names what there is."""
        found = self.named(name)
        if found is None:
            allowed = ", ".join(one.name for one in self.visible_fields(viewer))
            raise Refused(f"There is no field “{name}” of {self.name}. There are: {allowed}.", field=name)
        if found.is_retired:
            raise Refused(f"“{found.label}” is retired, so it cannot be filtered by.", field=name)
        if found.may is not None and not found.may(viewer):
            raise Refused(f"Your role does not see “{found.label}”, so it cannot be filtered by.", field=name)
        return found

    def named(self, name: str) -> Field | None:
        """The field of that name, whoever may use it. The source is asked only for names that the house did not bring."""
        if not self._by_name:
            self._by_name.update({one.name: one for one in self.fields})
        found = self._by_name.get(name)
        if found is None and self.source is not None and "." in name:
            found = next((one for one in self.source() if one.name == name), None)
        return found

    def every(self) -> tuple[Field, ...]:
        """All fields, with those of the source."""
        return (*self.fields, *(self.source() if self.source is not None else ()))

    def visible_fields(self, viewer: Any) -> tuple[Field, ...]:
        """The fields that a viewer may filter by."""
        shown = (one for one in self.every() if not one.is_retired)
        return tuple(one for one in shown if one.may is None or one.may(viewer))


_records: dict[str, Record] = {}


def register(told: Record) -> Record:
    """Make a record known; the last one of a name counts, so that start-up may run twice."""
    _records[told.name] = told
    return told


def extend(name: str, fields: Iterable[Field]) -> Record:
    """Give a record that is known more fields, as rooms above do at start-up; one of the same name is replaced."""
    told = record(name)
    more = {one.name: one for one in fields}
    kept = tuple(one for one in told.fields if one.name not in more)
    return register(replace(told, fields=(*kept, *more.values()), _by_name={}))


def sourced(name: str, source: Callable[[], Iterable[Field]]) -> Record:
    """Give a record that is known a source of fields. Their names hold a dot ("custom.renewal"), which no others do."""
    return register(replace(record(name), source=source, _by_name={}))


def is_known(name: str) -> bool:
    """Whether a record of this name was registered."""
    return name in _records


def record(name: str) -> Record:
    """The record of that name; Refused names what there is."""
    if name not in _records:
        raise Refused(f"There is no record “{name[:40]}”. There are: {', '.join(sorted(_records))}.")
    return _records[name]


def records() -> list[Record]:
    """All records, by name."""
    return [_records[name] for name in sorted(_records)]
