"""Organisations that are parts of others: the ways up and down, what is refused, and what the whole family has together.

Rooms above tell at start-up what they have of organisations, by `tells`; the page of a group shows it for all of its parts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from mutuals.base.locks import Space, in_turn
from mutuals.people.models import Affiliation, Organisation
from mutuals.people.persons import Unfit
from mutuals.people.visibility import organisations_visible_to, visible_to

LEVELS = 20
"""So many levels a family has at most, the topmost one counted."""
SHOWN = 200
"""So many parts are shown."""

_ABOVE = """
WITH RECURSIVE up(id, parent_id, level) AS (
    SELECT id, parent_id, 0 FROM people_organisation WHERE id = %s
    UNION ALL SELECT o.id, o.parent_id, up.level + 1
    FROM up JOIN people_organisation o ON o.id = up.parent_id WHERE up.level < %s
) SELECT id FROM up ORDER BY level DESC
"""
_BELOW = """
WITH RECURSIVE down(id, level, way) AS (
    SELECT id, 0, ARRAY[name_key, id::text] FROM people_organisation WHERE id = %s
    UNION ALL SELECT o.id, down.level + 1, down.way || o.name_key || o.id::text
    FROM down JOIN people_organisation o ON o.parent_id = down.id
    WHERE down.level < %s AND o.merged_into_id IS NULL AND o.trashed_at IS NULL
) SELECT id, level FROM down ORDER BY way
"""


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing that a family has: "12 open deals", and what else is to be said of it ("EUR 4,000"); `way` leads to them."""

    name: str
    number: int
    note: str = ""
    way: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """An organisation of a family, and how many levels it stands below the one that was asked for."""

    organisation: Organisation
    level: int


_told: dict[str, Callable[[Any, Sequence[int]], Figure]] = {}


def tells(name: str, figure: Callable[[Any, Sequence[int]], Figure]) -> None:
    """A room tells what it has of organisations: `figure(viewer, ids)`. The same name again replaces."""
    _told[name] = figure


def above(number: int) -> list[int]:
    """The organisations above one, the topmost first, without itself. One statement."""
    return _asked(_ABOVE, number)[:-1]


def below(number: int) -> list[int]:
    """An organisation and all of its parts, itself first. One statement."""
    return _asked(_BELOW, number)


def parts(viewer: Any, number: int) -> list[Part]:
    """An organisation and its parts as a tree, each below what it is a part of; `SHOWN` at most. Two statements."""
    with connection.cursor() as cursor:
        cursor.execute(_BELOW, [number, LEVELS])
        found = [(int(pk), int(level)) for pk, level in cursor.fetchmany(SHOWN)]
    rows = organisations_visible_to(viewer).in_bulk([pk for pk, _ in found])
    return [Part(rows[pk], level) for pk, level in found if pk in rows]


def figures(viewer: Any, ids: Sequence[int]) -> list[Figure]:
    """What these organisations have together: people who are there now, and what the rooms above tell."""
    here = Affiliation.objects.filter(organisation__in=ids, until=None, person__canonical__in=visible_to(viewer))
    people = here.values("person__canonical").distinct().count()
    return [Figure("people", people), *(figure(viewer, ids) for figure in _told.values())]


def check(number: int | None, parent: int | None) -> None:
    """Refuse a parent that would close a circle or make a family too deep; nobody else changes families meanwhile.

    `number` is None for an organisation that is being made. Inside a transaction.
    """
    if parent is None:
        return
    in_turn(Space.FAMILY)
    chain = [*above(parent), parent]
    if number is not None and number in chain:
        raise Unfit("An organisation cannot be a part of itself, nor of one of its own parts.", field="parent")
    depth = 1 if number is None else _depth(number)
    if len(chain) + depth > LEVELS:
        raise Unfit(f"A family of organisations has at most {LEVELS} levels.", field="parent")


def _depth(number: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_BELOW, [number, LEVELS])
        return max((int(level) for _, level in cursor.fetchall()), default=0) + 1


def _asked(statement: str, number: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [number, LEVELS])
        return [int(row[0]) for row in cursor.fetchall()]
