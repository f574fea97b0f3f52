"""What the lists of cases, tasks and promises have in common: how they are narrowed, and what their columns say of others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from mutuals.base.lists import Narrow, Ref, Unseen
from mutuals.people.queries import cluster
from mutuals.people.visibility import row_of
from mutuals.staff.models import User

WHOSE = (("mine", "Mine"), ("team", "My teams’"), ("nobody", "Nobody’s"))


def whose(way: str, team: str, *, usual: str = "", longest: int = 3) -> Narrow:
    """Whose rows: the viewer's own by `way`, those of their teams by `team`, or nobody's."""
    choices = WHOSE[:longest]

    def rows(found: QuerySet[Any], value: str, viewer: Any) -> QuerySet[Any]:
        ways = {"mine": {way: viewer}, "team": {f"{team}__in": viewer.team_ids()}, "nobody": {way: None}, "all": {}}
        if value not in ("all", *dict(choices)):
            raise Unseen(f"A list is of: {', '.join(dict(choices))}, all.")
        return found.filter(**ways[value])

    return Narrow("whose", "Whose", rows, choices=choices, usual=usual)


def states(known: Sequence[tuple[str, str]], more: Mapping[str, tuple[str, Callable[[], Q]]] = {}) -> Narrow:
    """One of the states, open ones unless the address says another; `more` are words for what is asked besides."""

    def rows(found: QuerySet[Any], value: str, _: Any) -> QuerySet[Any]:
        if value not in ("all", *dict(known), *more):
            raise Unseen(f"The state is one of: {', '.join((*dict(known), *more))}, all.")
        if value in more:
            return found.filter(more[value][1]())
        return found if value == "all" else found.filter(state=value)

    choices = [(value, str(words)) for value, words in known]
    choices[1:1] = [(value, words) for value, (words, _) in more.items()]
    return Narrow("state", "State", rows, choices=tuple(choices), usual="open")


def _theirs(value: str, viewer: Any) -> Any:
    row = row_of(viewer, int(value)) if value.isascii() and value.isdecimal() and len(value) < 19 else None
    if row is None:
        raise Unseen("You see no such person.")
    return row.canonical


def _named(value: str, viewer: Any) -> Ref:
    row = _theirs(value, viewer)
    return Ref(str(row), f"person:{row.pk}")


def person_by(find: Callable[[QuerySet[Any], Sequence[int]], QuerySet[Any]]) -> Narrow:
    """Those of one person: `find` looks for the rows of all numbers that this person was known by."""
    return Narrow(
        "person", "Person", lambda rows, value, viewer: find(rows, cluster(_theirs(value, viewer))), told=_named
    )


def words(way: str) -> Narrow:
    """A field for words that the row has in this column."""
    return Narrow("q", "Words", lambda rows, value, _: rows.filter(**{f"{way}__icontains": value[:200]}), typed=True)


def person(row: Any) -> Ref | None:
    """Whom a row is about, as they are known now."""
    one = row.person.canonical if row.person else None
    return Ref(str(one), f"person:{one.pk}") if one else None


def house(row: Any) -> Ref | None:
    """The organisation that a row is about."""
    return Ref(row.organisation.name, f"organisation:{row.organisation_id}") if row.organisation else None


def name_of(way: str) -> Callable[[Any], str | None]:
    """What a column says of another row: its name."""

    def told(row: Any) -> str | None:
        one = getattr(row, way)
        return str(one) if one else None

    return told


def user(value: Any) -> User | None:
    """The user of a number."""
    return User.objects.filter(pk=int(value)).first() if value else None
