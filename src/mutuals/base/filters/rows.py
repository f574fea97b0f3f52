"""Rows as conditions see them: the fields that are asked for, read in bulk, with what stands beside and behind them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet

from mutuals.base.filters.grammar import Condition, Not, Test
from mutuals.base.filters.registry import Field, Kind, Record, record
from mutuals.base.filters.words import Said

Rows = dict[int, dict[str, Any]]
MOST_RELATED = 1_000  # rows of a relation that are looked through for each; newest first
EMPTY: dict[Kind, Any] = {Kind.WORDS: ""}


def needed(condition: Condition) -> frozenset[str]:
    """The fields of the record that a condition asks for."""
    if isinstance(condition, Test):
        return frozenset((condition.field,))
    if isinstance(condition, Not):
        return needed(condition.part)
    return frozenset[str]().union(*(needed(part) for part in condition.parts))


def relations(condition: Condition, of: Record) -> list[Test]:
    """The tests of relations in a condition: what has to be read before it can be judged."""
    if isinstance(condition, Test):
        kinds = {one.name: one.kind for one in of.fields}
        return [condition] if kinds.get(condition.field) is Kind.RELATION else []
    parts = (condition.part,) if isinstance(condition, Not) else condition.parts
    return [test for part in parts for test in relations(part, of)]


def read(of: Record, ids: Sequence[int], fields: Iterable[str]) -> Rows:
    """The plain fields of rows, one query for the record and one for each table beside it. Relations are left out."""
    known = (of.named(name) for name in sorted(set(fields)))
    wanted = [one for one in known if one is not None and one.kind is not Kind.RELATION]
    own = [one for one in wanted if one.beside is None]
    paths = [path for one in own for path in one.path.split()]
    found: Rows = {}
    for pk, *values in of.model._default_manager.filter(pk__in=list(ids)).values_list("pk", *paths):
        row: dict[str, Any] = {}
        rest = iter(values)
        for one in own:
            told = [next(rest) for _ in one.path.split()]
            row[one.name] = Said(" ".join(map(str, told))) if one.kind is Kind.WORDS else told[0]
        found[pk] = row
    _read_beside(found, [one for one in wanted if one.beside is not None])
    return found


def _read_beside(found: Rows, fields: Sequence[Field]) -> None:
    tables: dict[Any, list[Field]] = defaultdict(list)
    for one in fields:
        tables[one.beside].append(one)
    for (model, key), those in tables.items():
        names = [one.path for one in those]
        rows = model._default_manager.filter(**{f"{key}__in": list(found)})
        for pk, *values in rows.values_list(key, *names):
            found[pk].update(zip((one.name for one in those), values, strict=True))


def relate(of: Record, rows: Rows, tests: Sequence[Test]) -> None:
    """Read what the tests of relations ask for into the rows: as lists of rows under the relation's name, all in bulk."""
    by_name: dict[str, list[Test]] = defaultdict(list)
    for test in tests:
        by_name[test.field].append(test)
    for name, asked in by_name.items():
        one = next(field for field in of.fields if field.name == name)
        _relate(of, rows, one, asked)


def _relate(of: Record, rows: Rows, one: Field, asked: Sequence[Test]) -> None:
    other = record(one.related)
    keys = _keys(of, rows, one)
    fields = frozenset(test.of for test in asked if test.of).union(*(needed(test.value) for test in asked))
    joined: dict[Any, list[int]] = defaultdict(list)
    for key, pk in _pairs(other, one, {key for key in keys.values() if key is not None}):
        joined[key].append(pk)
    numbers = {pk for those in joined.values() for pk in those[:MOST_RELATED]}
    found = read(other, sorted(numbers), fields)
    relate(other, found, [test for told in asked for test in relations(told.value, other)])
    for pk, row in rows.items():
        row[one.name] = [found[number] for number in joined[keys.get(pk)][:MOST_RELATED] if number in found]


def _keys(of: Record, rows: Rows, one: Field) -> dict[int, Any]:
    """Row -> what stands in the column that the relation begins at."""
    if one.own == "pk":
        return {pk: pk for pk in rows}
    return dict(of.model._default_manager.filter(pk__in=list(rows)).values_list("pk", one.own))


def _pairs(other: Record, one: Field, keys: set[Any]) -> QuerySet[Any, Any] | list[Any]:
    if not keys:
        return []
    rows = other.model._default_manager.filter(**{f"{one.path}__in": keys}, **other.where).order_by("-pk")
    return rows.values_list(one.path, "pk").distinct()
