"""Customers and organisations in the trash. Nothing deletes them by the clock: who is to go for ever is erased."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from mutuals.base import gate, journal
from mutuals.base.refusals import Refusal
from mutuals.base.trash import Kind
from mutuals.people import persons
from mutuals.people.models import Organisation, Person
from mutuals.people.visibility import called, organisations_with_trash, sees_contacts, with_trash
from mutuals.staff.models import User
from mutuals.staff.permissions import require


def trash(person: Person, by: User, now: datetime) -> None:
    """Out of every list, with all that hangs on them; who speaks again comes back by itself. Twice is once."""
    _person(person, by, now)


def restore(person: Person, by: User, now: datetime) -> None:
    """Back as they were. Twice is once."""
    del now
    _person(person, by, None)


@transaction.atomic
def _person(person: Person, by: User, at: datetime | None) -> None:
    require(by, "person.edit")
    row = persons.held(person.pk)
    if (row.trashed_at is None) != (at is None):
        Person.objects.filter(pk=row.pk).update(trashed_at=at, trashed_by=by if at else None)
        journal.note("person.trashed" if at else "person.restored", row, by=by)


def trash_organisation(organisation: Organisation, by: User, now: datetime) -> None:
    """Out of every list; its people stay. Twice is once."""
    _organisation(organisation, by, now)


def restore_organisation(organisation: Organisation, by: User, now: datetime) -> None:
    """Back as it was. Twice is once."""
    del now
    _organisation(organisation, by, None)


@transaction.atomic
def _organisation(organisation: Organisation, by: User, at: datetime | None) -> None:
    require(by, "organisation.edit")
    gate.enter()
    row = Organisation.objects.select_for_update(of=("self",)).filter(pk=organisation.pk).first()
    if row is None:
        raise Refusal("This organisation is not there any more.")
    if (row.trashed_at is None) != (at is None):
        Organisation.objects.filter(pk=row.pk).update(trashed_at=at, trashed_by=by if at else None)
        journal.note("organisation.trashed" if at else "organisation.restored", row, by=by)


def _hangs(row: Person) -> str:
    said, orders = row.interaction_count, row.order_count
    return (
        f"their history ({said:,} thing{'' if said == 1 else 's'} said, {orders:,} order{'' if orders == 1 else 's'})"
    )


def _name(row: Person, viewer: User) -> str:
    return str(called(row, full=sees_contacts(viewer)))


TRASHED = (
    Kind("person", "Customers", with_trash, trash, restore, _hangs, call=_name, stays=True),
    Kind(
        "organisation", "Organisations", organisations_with_trash, trash_organisation, restore_organisation,
        lambda row: "its people, deals and cases, which were there all the time", stays=True,
    ),
)  # fmt: skip
