"""What a task is about: a record of any room by its text key, and the person whom that record is for."""

from __future__ import annotations

from mutuals.inbox.models import Case
from mutuals.people.models import Person
from mutuals.sales.models import Deal
from mutuals.staff import named
from mutuals.staff.models import User


def read(viewer: User, key: str) -> tuple[str, Person | None]:
    """A key as a task keeps it, and the person whom its record is for, of a case or deal. "" is about nothing.

    A person's own key becomes ("", person): a task for somebody is not about a record besides. Refused: no key, a kind that
    there is not, and a record that the viewer cannot see.
    """
    if not key.strip():
        return "", None
    found = named.one(viewer, key)
    kind, number = named.split(found.key)
    if kind == "person":
        return "", Person.objects.filter(pk=number).first()
    row: Case | Deal | None = None
    if kind == "case":
        row = Case.objects.select_related("person__canonical").filter(pk=number).first()
    elif kind == "deal":
        row = Deal.objects.select_related("person__canonical").filter(pk=number).first()
    return found.key, row.person.canonical if row and row.person else None
