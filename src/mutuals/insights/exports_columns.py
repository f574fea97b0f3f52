"""Columns of a list as columns of a file: what their values are, and how they are read off a row, worked out once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from mutuals.base.filters import Kind
from mutuals.base.lists import Column, Listing, Ref
from mutuals.base.lists.listing import along
from mutuals.base.writing import Card, Head, Shape, card

_SHAPES = {
    Kind.NUMBER: Shape.NUMBER,
    Kind.MONEY: Shape.NUMBER,
    Kind.DAY: Shape.DAY,
    Kind.TIME: Shape.TIME,
    Kind.BOOL: Shape.YES,
    Kind.TAGS: Shape.WORDS,
}
Reader = Callable[[Any], Any]


def heads(of: Listing, columns: Sequence[Column]) -> list[Head]:
    """Number, title and columns; beside money stands its currency."""
    told = [Head("id", "Id", Shape.WHOLE)]
    for column in (of.title, *columns):
        shape = Shape.TEXT if column is of.title else _SHAPES.get(of.kind(column), Shape.TEXT)
        told.append(Head(column.name, of.label(column), shape))
        if _is_money(of, column):
            told.append(Head(f"{column.name}_currency", "Currency"))
    return told


def reader(of: Listing, columns: Sequence[Column]) -> Callable[[Any], list[Any]]:
    """What reads one row as a line of the file."""
    ways: list[Reader] = [lambda row: row.pk]
    for column in (of.title, *columns):
        ways.append(_plain(_way(of, column)))
        if _is_money(of, column):
            ways.append(partial(of.currency, column))
    return lambda row: [way(row) for way in ways]


def _is_money(of: Listing, column: Column) -> bool:
    return bool(column.currency) or (column.made is not None and of.kind(column) is Kind.MONEY)


def _way(of: Listing, column: Column) -> Reader:
    """As `Listing.value` reads it, but without asking for the field of each value."""
    if callable(column.value):
        return column.value
    if column.made is not None:
        return partial(of.value, column)
    field = of.field_of(column)
    path = column.value or (field.path if field else column.name)
    choices = {str(value): words for value, words in field.choices} if field and not column.value else {}

    def read(row: Any) -> Any:
        value = along(row, path)
        return choices.get(str(value), value) if choices else value

    return read


def _plain(read: Reader) -> Reader:
    def plain(row: Any) -> Any:
        value = read(row)
        if isinstance(value, Ref):
            return value.words
        if isinstance(value, list | tuple):
            return [str(one) for one in value]
        return None if value == "" else value

    return plain


def cards(record: str, rows: Iterable[Any]) -> Iterator[str]:
    """People or organisations as business cards, as far as the viewer for whom the rows were dressed may read them."""
    return (card(_person(row) if record == "person" else _organisation(row)) for row in rows)


def _person(row: Any) -> Card:
    told = row.listed
    return Card(
        f"person:{row.pk}", str(row), email=told.email, phone=told.phone, role=told.role, city=row.city, country=row.country,
        organisation=told.organisation.name if told.organisation else "", language=row.language, tags=tuple(row.tags),
        changed=row.changed_at,
    )  # fmt: skip


def _organisation(row: Any) -> Card:
    return Card(
        f"organisation:{row.pk}", row.name, "org", phone=row.phone, city=row.city, country=row.country,
        url=f"https://{row.domain}" if row.domain else "", tags=tuple(row.tags), changed=row.changed_at,
    )  # fmt: skip
