"""Who a person became: the canonical row of every cluster. Written by `identity` alone, in the transaction of a merge."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import F, Max, Min

from mutuals.base import gate
from mutuals.people.models import Person
from mutuals.people.persons import Gone


def of(person_ids: Iterable[int]) -> dict[int, int]:
    """The canonical id of each person that is there."""
    return dict(Person.objects.filter(pk__in=set(person_ids)).values_list("pk", "canonical_id"))


def held(person_ids: Iterable[int]) -> dict[int, Person]:
    """The canonical person of each id, locked with these rows in the order of their ids for the caller's transaction.

    Whoever joins or parts clusters locks their canonical rows first, so what is told stays true until the transaction
    ends. Refused: Gone, where one of them is not there any more.
    """
    wanted = set(person_ids)
    gate.enter()
    while True:
        roots = of(wanted)
        if len(roots) < len(wanted):
            raise Gone
        rows = Person.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=wanted | set(roots.values()))
        locked = {person.pk: person for person in rows.order_by("pk")}
        if of(wanted) == roots and set(roots.values()) <= set(locked):
            return {number: locked[root] for number, root in roots.items()}


def join(gone: Person, kept: Person) -> None:
    """Everybody of one cluster belongs to another from now on, heard after all who are there. Both are canonical, held."""
    last = Person.objects.filter(canonical_id=kept.pk).aggregate(last=Max("precedence"))["last"] or 0
    Person.objects.filter(canonical_id=gone.pk).update(canonical_id=kept.pk, precedence=F("precedence") + last + 1)


def part(person_ids: Sequence[int], root: int) -> None:
    """These rows become a cluster of their own, of which `root` is the canonical one, in the order in which they spoke."""
    leaving = Person.objects.filter(pk__in=person_ids).exclude(canonical_id=root)
    first = leaving.aggregate(first=Min("precedence"))["first"] or 0
    leaving.update(canonical_id=root, precedence=F("precedence") - first)
