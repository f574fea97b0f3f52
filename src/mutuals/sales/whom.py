"""Whom rows of a list were sold, offered or billed to: words of an address that narrow to them, and how they are told."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from mutuals.base.lists import Narrow, Ref, Unseen
from mutuals.people.models import Organisation, Person, Profile
from mutuals.people.visibility import organisations_visible_to
from mutuals.people.visibility import visible_to as visible_people

BESIDE = ("organisation", "profile__person__canonical")


def _number(value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) < 19):
        raise Unseen("An address names somebody by a number.")
    return int(value)


def _person(value: str, viewer: Any) -> Person:
    found = visible_people(viewer).filter(cluster=_number(value)).first()
    if found is None:
        raise Unseen("You see no such person.")
    return found


def _organisation(value: str, viewer: Any) -> Organisation:
    found = organisations_visible_to(viewer).filter(pk=_number(value)).first()
    if found is None:
        raise Unseen("You see no such organisation.")
    return found


def _of_person(rows: QuerySet[Any], value: str, viewer: Any) -> QuerySet[Any]:
    person = _person(value, viewer)
    return rows.filter(profile__in=Profile.objects.filter(person__canonical_id=person.canonical_id).values("pk"))


def _of_organisation(rows: QuerySet[Any], value: str, viewer: Any) -> QuerySet[Any]:
    return rows.filter(organisation=_organisation(value, viewer))


def buyer(row: Any) -> Ref | None:
    """Who bought, was offered or billed: the person, else the number that they have in a shop."""
    if row.profile is None:
        return None
    person = row.profile.person.canonical if row.profile.person else None
    return Ref(str(person), f"person:{person.pk}") if person else Ref(f"number {row.profile.key}")


def house(row: Any) -> Ref | None:
    """The organisation for which it was."""
    return Ref(row.organisation.name, f"organisation:{row.organisation.pk}") if row.organisation else None


def _told(name: str, row: Any) -> Ref:
    return Ref(str(row), f"{name}:{row.pk}")


NARROWS = (
    Narrow("person", "Person", _of_person, told=lambda value, viewer: _told("person", _person(value, viewer))),
    Narrow(
        "organisation", "Organisation", _of_organisation,
        told=lambda value, viewer: _told("organisation", _organisation(value, viewer)),
    ),
)  # fmt: skip
"""The words `person=12` and `organisation=3` of an address."""
