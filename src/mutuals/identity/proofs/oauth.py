"""A finished sign-in proves an account: whoever signed in was sent to its network and came back with its word."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from mutuals.base import gate, journal
from mutuals.connectors.contract import Handle
from mutuals.identity.proofs import record
from mutuals.people import erased, profiles
from mutuals.people.models import Person
from mutuals.people.persons import Gone


class NotTaken(ValueError):
    """The account cannot be this person's by a sign-in alone; the message says why. Nothing is linked."""


@transaction.atomic
def oauth(person: Person, handle: Handle, *, now: datetime) -> int:
    """Link the account that a network vouched for after its owner signed in; returns the profile's id.

    The caller has finished the sign-in in this person's own session, and `handle` is what the network answered to it, not
    what a form said. Refused (NotTaken): an account of somebody who asked to be forgotten, and one that is somebody else's,
    an organisation's or our own (another person's goes to the review). Gone: the person was erased.
    """
    gate.enter()
    if not Person.objects.filter(pk=person.canonical_id).exists():
        raise Gone
    if erased.which([(handle.network, handle.key)]):
        raise NotTaken("The owner of this account asked to be forgotten.")
    row = profiles.ensure([handle], now=now)[handle.network, handle.key]
    if row.is_ours or row.organisation_id:
        raise NotTaken("This account is our own or an organisation's.")
    subject = f"person:{person.canonical_id}"
    record.keep(row.id, "sign_in", subject, seen=f"profile:{row.id}", now=now, is_lasting=True)
    journal.note("account.signed_in", f"person:{person.canonical_id}", by=record.BY, profile=row.id)
    record.conclude([row.id], now=now)
    return row.id
