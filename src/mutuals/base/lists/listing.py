"""What a list is: whose rows, which columns and orders, what can be done with many; filled by the rooms at start-up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from mutuals.base.filters import Field, Kind, Record, Refused, record
from mutuals.base.lists.editing import Editing, Options
from mutuals.base.lists.standing import Board


class Unseen(Refused):
    """What an address narrows a list to is not there, or not for this viewer."""


@dataclass(frozen=True, slots=True)
class Ref:
    """A value that leads somewhere: its words, and the text key of the row, such as "person:12" ("" = nowhere)."""

    words: str
    key: str = ""

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True, slots=True)
class Column:
    """One thing that a list tells of each row.

    `name` is that of a field of the record, which then gives label, kind and value; what differs, or has no field, is said
    here. `value` is the way to it over attributes ("organisation.name"), or a function of the row; a function may give a
    `Ref`. `sums`: its figures are added up, by `currency` (the way to it) where they are money. `groups`: the list can be
    counted by its values. `usual`: shown until somebody chooses. `warns` says of a row with a value whether it stands out, as
    what is late does.
    """

    name: str
    label: str = ""
    kind: Kind | None = None
    value: str | Callable[[Any], Any] = ""
    usual: bool = True
    sums: bool = False
    currency: str = ""
    groups: bool = False
    warns: Callable[[Any], bool] | None = None
    made: Field | None = None  # a field that somebody made while everything runs; found by the list itself


@dataclass(frozen=True, slots=True)
class Sort:
    """One order: by a column of the table, then by the key. Name only what an index serves, in this very direction.

    `nullable`: rows without a value stand at the end, and there is an index over those that have one.
    """

    name: str
    label: str
    path: str
    descending: bool = False
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Act:
    """Something that is done to ticked rows. `do(ids, by, word)` asks its rights itself, is done wholly or not at all, and
    answers a sentence for who did it; `right` says whether it is offered; `asks` is the label of the word that it takes.
    """

    name: str
    label: str
    icon: str
    right: str
    do: Callable[[Sequence[int], Any, str], str]
    asks: str = ""


@dataclass(frozen=True, slots=True)
class Narrow:
    """A word in the address that narrows a list besides its condition, such as `person=12`.

    `rows(rows, value, viewer)` narrows; Unseen where the viewer sees nothing of that. `typed`: a field above the list asks
    for it. `choices`: shown side by side. `told(value, viewer)` is what it is narrowed to, in words.
    `usual` is what the screen narrows to where the address says nothing; "all" then says all.
    """

    name: str
    label: str
    rows: Callable[[QuerySet[Any], str, Any], QuerySet[Any]]
    typed: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    told: Callable[[str, Any], Ref] | None = None
    usual: str = ""


def _as_it_is(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of one record of `base.filters`.

    `words` are one and many ("order", "orders"); `right` is what its doors ask for; `visible_to(user)` are the rows that a
    user may see. `title` is always shown and leads to the row. The first of `sorts` is the usual one, and `programs` names
    the one that the API walks by unless it is told. `beside` brings what the columns read of other tables; `dress(rows,
    viewer)` fills a page of rows in, in a fixed number of statements. `options` gives values and words of fields that hold
    numbers of rows, such as owners. `exports(user)` refuses those who may not take the list out as a file. A list that is
    walked by a statement of its own gives `page` and `counted`, of the shape of `walking.walk` and `figures.count`.
    `editing` says how its rows are written, `board` how they stand in columns, `month` by which day they stand in a calendar.
    """

    record: str
    words: tuple[str, str]
    right: str
    visible_to: Callable[[Any], QuerySet[Any]]
    title: Column
    columns: tuple[Column, ...]
    sorts: tuple[Sort, ...]
    programs: str = ""
    acts: tuple[Act, ...] = ()
    narrows: tuple[Narrow, ...] = ()
    beside: Callable[[QuerySet[Any]], QuerySet[Any]] = _as_it_is
    dress: Callable[[list[Any], Any], None] | None = None
    options: Mapping[str, Callable[[Any], Options]] = field(default_factory=dict)
    exports: Callable[[Any], None] | None = None
    page: Callable[..., Any] | None = None
    counted: Callable[..., tuple[int, bool]] | None = None
    editing: Editing | None = None
    board: Board | None = None
    month: str = ""  # the column with the day by which it is a calendar
    opens: str = "list"  # how its screen shows it where the address says nothing: list, board, month

    @property
    def shapes(self) -> tuple[str, ...]:
        """How it can be shown."""
        return ("list", *(["board"] if self.board else []), *(["month"] if self.month else []))

    @property
    def of(self) -> Record:
        """Its record, with all fields that are known of it now."""
        return record(self.record)

    def sort(self, name: str) -> Sort:
        """The order of that name; the usual one for "". Refused names what there is."""
        found = next((one for one in self.sorts if one.name == (name or self.sorts[0].name)), None)
        if found is None:
            raise Refused(f"This list is sorted by: {', '.join(one.name for one in self.sorts)}.", field="sort")
        return found

    def visible_columns(self, viewer: Any) -> list[Column]:
        """The columns that this viewer may see, beside the title; those of fields that people made come last."""
        fields = {one.name: one for one in self.of.fields}
        hidden = {name for name, one in fields.items() if one.may is not None and not one.may(viewer)}
        made = [one for one in self.of.visible_fields(viewer) if one.is_json]
        own = [one for one in self.columns if one.name not in hidden]
        return [*own, *(Column(one.name, usual=False, made=one) for one in made)]

    def chosen(self, names: Sequence[str], viewer: Any) -> list[Column]:
        """The columns of these names in the list's order; the usual ones where none is known."""
        shown = self.visible_columns(viewer)
        return [one for one in shown if one.name in names] or [one for one in shown if one.usual]

    def field_of(self, column: Column) -> Field | None:
        """The field of the condition language that a column shows."""
        return column.made or next((one for one in self.of.fields if one.name == column.name), None)

    def label(self, column: Column) -> str:
        """What stands above a column."""
        found = self.field_of(column)
        return column.label or (found.label if found else column.name.capitalize())

    def kind(self, column: Column) -> Kind:
        """What the values of a column are."""
        found = self.field_of(column)
        return column.kind or (found.kind if found else Kind.TEXT)

    def value(self, column: Column, row: Any) -> Any:
        """What a column tells of a row: a text, figure, day, moment, bool, list of texts, `Ref`, or None."""
        if callable(column.value):
            return column.value(row)
        if column.made is not None:
            return _kept(column.made, row)
        found = self.field_of(column)
        value = along(row, column.value or (found.path if found else column.name))
        if found is not None and found.choices and not column.value:
            return dict(found.choices).get(str(value), value)
        return value

    def currency(self, column: Column, row: Any) -> str:
        """In what the money of a column is; "" where it is none."""
        if column.made is not None and column.made.kind is Kind.MONEY:
            place, _, key = column.made.path.partition("__")
            return str(getattr(row, place).get(f"{key}__currency", ""))
        return str(along(row, column.currency) or "") if column.currency else ""

    def narrow(self, name: str) -> Narrow | None:
        """The narrowing of that name."""
        return next((one for one in self.narrows if one.name == name), None)


def _kept(field: Field, row: Any) -> Any:
    """A value out of a JSON column as lists show it: days and moments read, choices in words."""
    place, _, key = field.path.partition("__")
    value, words = getattr(row, place).get(key), dict(field.choices)
    if value is None:
        return None
    if field.kind in (Kind.DAY, Kind.TIME):
        return (datetime if field.kind is Kind.TIME else date).fromisoformat(str(value))
    if isinstance(value, list):
        return [words.get(str(one), str(one)) for one in value]
    return words.get(value, value) if isinstance(value, str) else value


def along(row: Any, way: str) -> Any:
    """What stands at the end of a way of attributes; None where it breaks off."""
    for name in way.replace("__", ".").split("."):
        row = getattr(row, name, None)
        if row is None:
            return None
    return row


_listings: dict[str, Listing] = {}


def register(told: Listing) -> Listing:
    """Make a list known under the name of its record; the last one counts, so that start-up may run twice."""
    _listings[told.record] = told
    return told


def is_listed(name: str) -> bool:
    """Whether there is a list of this record."""
    return name in _listings


def listing(name: str) -> Listing:
    """The list of that record; Unseen names what there is."""
    if name not in _listings:
        raise Unseen(f"There is no list of “{name[:40]}”. There are: {', '.join(sorted(_listings))}.")
    return _listings[name]


def listings() -> list[Listing]:
    """All lists, by name."""
    return [_listings[name] for name in sorted(_listings)]
