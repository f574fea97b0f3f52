"""A code that a customer sends back: it goes out to one presence of theirs, and comes in from another.

Whoever sends it in has read what we sent there, so both are one's. A code is ten letters, `7KQF-3MXB-2C`: which challenge it
belongs to, and a secret of which only a keyed hash is kept. It is good once, for a day, and never from the presence that it
was sent to. Whoever sends five wrong ones is not heard any more about that code; nobody can close it for anybody else, and by
five tries each a million presences hit one of its 39 bits once in 100,000 times. Incoming words are read for codes only
while one is open.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet

from mutuals.base import journal
from mutuals.connectors.contract import Kind
from mutuals.history.keep import Kept
from mutuals.identity.models import LIVE, Challenge, Guess, Link
from mutuals.identity.proofs import letters, record
from mutuals.people.models import Person, Profile
from mutuals.people.profiles import OWN
from mutuals.staff.models import User
from mutuals.staff.permissions import require

LASTS = timedelta(hours=24)
TRIES = 5  # of one presence
MOST_OPEN = 5  # of one person at once
LONGEST = 5000  # characters of a message that are looked through
_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that is taken for another
_SECRET = 8  # letters: 39 bits
_DASH = "[-\u2010-\u2015\u2212]"
_CODE = re.compile(
    rf"(?<![A-Za-z0-9])([{_LETTERS}]{{4}}){_DASH}([{_LETTERS}]{{4}}){_DASH}([{_LETTERS}]{{1,12}})(?![A-Za-z0-9])",
    re.IGNORECASE,
)


class CannotAsk(ValueError):
    """No code can be made for this; the message says why."""


@dataclass(frozen=True, slots=True)
class Made:
    """A challenge with its code, which is shown and sent once and kept nowhere."""

    challenge: Challenge
    code: str


@transaction.atomic
def make(person: Person, *, sent_to: Profile, by: User, now: datetime) -> Made:
    """A code for a person, to be sent to one of their presences by whoever calls. Refused (CannotAsk): a presence that is not
    surely theirs, their own record, and a sixth open code.
    """
    require(by, "person.link", person)
    own = Link.objects.filter(profile=sent_to, state__in=LIVE, until=None).exists() and sent_to.network != OWN
    row = Profile.objects.select_related("person").filter(pk=sent_to.pk).first()
    Guess.objects.filter(challenge__ends_at__lte=now).delete()
    if not own or row is None or row.person is None or row.person.canonical_id != person.canonical_id:
        raise CannotAsk("A code goes only to a presence that is surely theirs.")
    Person.objects.select_for_update(no_key=True).get(pk=person.canonical_id)
    if _open(now).filter(person__canonical_id=person.canonical_id).count() >= MOST_OPEN:
        raise CannotAsk(f"{MOST_OPEN} codes are open for them already; the oldest ends within a day.")
    challenge = Challenge.objects.create(
        person_id=person.canonical_id, sent_to=row, digest=b"", by=by, made_at=now, ends_at=now + LASTS
    )
    secret = "".join(secrets.choice(_LETTERS) for _ in range(_SECRET))
    Challenge.objects.filter(pk=challenge.pk).update(digest=_digest(challenge.pk, secret))
    challenge.refresh_from_db()
    journal.note("code.made", person, by=by, profile=row.pk, challenge=challenge.pk)
    return Made(challenge, f"{secret[:4]}-{secret[4:]}-{_spelled(challenge.pk)}")


def words(code: str) -> str:
    """What is written to the customer, short enough for every network."""
    return f"Code {code}: send it to us within a day from your other account. Tell it to nobody else."


def withdraw(challenge: Challenge, *, by: User, now: datetime) -> None:
    """End an open code."""
    require(by, "person.link", challenge.person)
    if _open(now).filter(pk=challenge.pk).update(ends_at=now):
        journal.note("code.withdrawn", f"person:{challenge.person_id}", by=by, challenge=challenge.pk)


def of_person(person: Person, *, now: datetime) -> list[Challenge]:
    """Open codes of a person, the newest first."""
    rows = _open(now).filter(person__canonical_id=person.canonical_id)
    return list(rows.select_related("sent_to", "by").order_by("-pk"))


def recognise(kept: Sequence[Kept], *, now: datetime) -> list[tuple[int, int]]:
    """Find codes that came back in a batch of messages, and link who sent them; returns (profile, person).

    One cheap question while no code is open. A code inside quoted words is none: only what was written this time is read.
    Nor is one in a letter that a machine sent, or whose sender our own server did not check (`letters.is_genuine`): whoever
    has a code could claim anybody's address by it.
    """
    if not _open(now).exists():
        return []
    done = []
    for one in kept:
        profile_id, envelope = one.placed.profile_id, one.placed.arrived.envelope
        if not one.is_new or one.placed.is_ours or profile_id is None or one.placed.arrived.is_history:
            continue
        if envelope.kind is Kind.MAIL and not letters.is_genuine(envelope, one.placed.arrived.source.settings):
            continue
        for found in list(_CODE.finditer(envelope.body[:LONGEST]))[:TRIES]:
            secret, number = (found[1] + found[2]).upper(), _read(found[3].upper())
            if person_id := _met(number, secret, profile_id, seen=f"raw:{one.placed.arrived.raw_id}", now=now):
                done.append((profile_id, person_id))
    return done


def _met(number: int, secret: str, profile_id: int, *, seen: str, now: datetime) -> int | None:
    """The person whose code this is, or None. A wrong one counts as a try of whoever sent it."""
    with transaction.atomic():
        row = _open(now).select_for_update(of=("self",)).filter(pk=number).exclude(sent_to=profile_id).first()
        if row is None or Guess.objects.filter(challenge=row, profile=profile_id, tries__gte=TRIES).exists():
            return None
        if not hmac.compare_digest(bytes(row.digest), _digest(row.pk, secret)):
            guess, is_first = Guess.objects.get_or_create(challenge=row, profile_id=profile_id)
            if not is_first:
                Guess.objects.filter(pk=guess.pk).update(tries=F("tries") + 1)
            return None
        Challenge.objects.filter(pk=row.pk).update(met_at=now, met_by=profile_id)
        person_id = row.person.canonical_id
        record.keep(profile_id, "code", f"person:{person_id}", seen=seen, now=now, is_lasting=True)
        journal.note("code.returned", f"person:{person_id}", by=record.BY, profile=profile_id, challenge=row.pk)
    record.conclude([profile_id], now=now)
    return person_id


def _open(now: datetime) -> QuerySet[Challenge]:
    return Challenge.objects.filter(met_at=None, ends_at__gt=now)


def _digest(number: int, secret: str) -> bytes:
    """HMAC-SHA256 of challenge and secret under the installation's own key, 32 bytes."""
    return hmac.digest(settings.SECRET_KEY.encode(), f"code\0{number}\0{secret}".encode(), "sha256")


def _spelled(number: int) -> str:
    told = ""
    while number:
        number, rest = divmod(number, len(_LETTERS))
        told = _LETTERS[rest] + told
    return told


def _read(told: str) -> int:
    number = 0
    for letter in told:
        number = number * len(_LETTERS) + _LETTERS.index(letter)
    return min(number, 2**62)
