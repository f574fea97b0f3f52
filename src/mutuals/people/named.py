"""How people and organisations are called by their text keys; merged persons are one."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from mutuals.base import bulk
from mutuals.people import joining
from mutuals.people.models import Person
from mutuals.people.visibility import called, organisations_visible_to, sees_contacts, visible_to
from mutuals.staff.models import User
from mutuals.staff.named import Named

_SAME = """
SELECT one.id, one.canonical_id, other.id
FROM people_person one JOIN people_person other ON other.canonical_id = one.canonical_id
WHERE one.id = ANY(%s::bigint[]) ORDER BY other.id
"""


def _called(row: Person, viewer: User) -> str:
    told = called(row, full=sees_contacts(viewer))
    return " ".join(one for one in (told.words, told.number) if one)


def _alike(ids: Collection[int]) -> dict[int, list[int]]:
    told: dict[int, list[int]] = {}
    for one, root, other in bulk.execute(_SAME, [bulk.numbers(ids)]):
        group = told.setdefault(one, [root])
        if other != root:
            group.append(other)
    return told


def _theirs(person_ids: Sequence[int]) -> Collection[int]:
    return person_ids


NAMED = (
    Named("person", "Customer", "/customers/{}/", visible_to, _called, alike=_alike, theirs=_theirs),
    Named("organisation", "Organisation", "/organisations/{}/", organisations_visible_to, alike=joining.alike),
)
