"""Presences of organisations: a proof on their domain suggests one, staff say so or never, and take it back.

What is suggested is read from the proofs each time, and ends with them; what was said stands in the journal and on
the presence.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from mutuals.base import gate, journal
from mutuals.base.models import Entry
from mutuals.base.refusals import Refusal
from mutuals.identity import edges, known, link
from mutuals.identity.models import Edge, Link, LinkState, Proof, Verdict
from mutuals.identity.proofs import record
from mutuals.identity.proofs.addresses import host
from mutuals.people.models import Organisation, Profile
from mutuals.people.persons import Gone
from mutuals.people.profiles import OWN
from mutuals.staff.models import User
from mutuals.staff.permissions import require

THEIRS, NEVER, TAKEN_BACK = "profile.belongs", "profile.not_theirs", "profile.belonging_taken_back"
MOST = 1000  # proofs that are read for one question


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An organisation whose presence one may be, as the clues of the proofs say."""

    organisation: Organisation
    because: list[dict[str, object]]


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of which presence; `key` is for `undo`."""

    key: int
    words: str
    profile: int


def suggested(profile_ids: Iterable[int]) -> dict[int, list[Suggestion]]:
    """By presence that is nobody's: the organisations on whose domain it proved itself, without those that staff refused."""
    rows = Proof.objects.filter(profile__in=list(profile_ids), subject__startswith="page:", ended_at=None)
    free = rows.filter(profile__person=None, profile__organisation=None, profile__is_ours=False)
    proofs = list(free.order_by("profile", "pk")[:MOST])
    hosts = {proof.pk: host(proof.subject.partition(":")[2]) for proof in proofs}
    if not proofs:
        return {}
    named: dict[str, list[Organisation]] = {}
    for row in Organisation.objects.filter(domain__in=record.spelt(hosts.values()), merged_into=None).order_by("pk"):
        named.setdefault(row.domain.removeprefix("www."), []).append(row)
    never = _refused({proof.profile_id for proof in proofs}) if named else set()
    found: dict[int, dict[int, Suggestion]] = {}
    for proof in proofs:
        for row in named.get(hosts[proof.pk], []):
            if (proof.profile_id, row.pk) not in never:
                held = found.setdefault(proof.profile_id, {}).setdefault(row.pk, Suggestion(row, []))
                held.because.append(record.clue(proof))
    return {number: list(ones.values()) for number, ones in found.items()}


def say(profile: Profile, organisation: Organisation, *, is_theirs: bool, by: User, now: datetime) -> Said:
    """Staff say that a presence is an organisation's, or never; a proof is not needed for it.

    It is left out of all comparing then, and what machines thought of whose it may be ends. Refused: Gone; Taken, where it is
    a person's, another organisation's or our own.
    """
    require(by, "person.link")
    with transaction.atomic():
        row = _locked(profile.pk)
        if row.person_id is not None or row.is_ours or row.network == OWN:
            raise link.Taken("This presence is a person's or our own, so it cannot be an organisation's.")
        was = row.organisation_id
        if is_theirs:
            if was is not None and was != organisation.pk:
                raise link.Taken("This presence is another organisation's; that must be taken back first.")
            _give(row, organisation.pk, now=now)
        elif was == organisation.pk:
            _free(row)
        told = {"profile": row.pk, "organisation": organisation.pk, "was": was}
        entry = journal.note(THEIRS if is_theirs else NEVER, f"profile:{row.pk}", by=by, **told)
        words = f"{row} is {organisation}’s" if is_theirs else f"Never {organisation}’s; the answer is remembered"
        return Said(entry.pk, words, row.pk)


def undo(key: int, *, by: User, now: datetime) -> Said:
    """Take back what was said, as if it had not been. Twice is once. Refused: an unknown key, and where something else was
    said since."""
    require(by, "person.link")
    with transaction.atomic():
        found = Entry.objects.filter(pk=key, kind__in=[THEIRS, NEVER]).first() if 0 < key < 2**63 else None
        if found is None:
            raise Refusal("There is nothing to take back under this name.")
        row = _locked(int(found.data["profile"]))
        later = list(Entry.objects.filter(about=found.about, pk__gt=key, kind__in=[THEIRS, NEVER, TAKEN_BACK]))
        gone, was = _gone(later), found.data["was"]
        if key in gone:
            return Said(key, "It was taken back already", row.pk)
        if any(_stands(one, gone) for one in later) or (was is not None and row.person_id is not None):
            raise Refusal("Something else was said of this presence since; that stands.")
        if was is not None and Organisation.objects.filter(pk=was).exists():
            _give(row, was, now=now)
        else:
            _free(row)
        journal.note(TAKEN_BACK, found.about, by=by, of=key, profile=row.pk)
        return Said(key, "Taken back", row.pk)


def _locked(number: int) -> Profile:
    gate.enter()
    row = Profile.objects.select_for_update(no_key=True).filter(pk=number).first()
    if row is None:
        raise Gone
    return row


def _give(row: Profile, organisation_id: int, *, now: datetime) -> None:
    Profile.objects.filter(pk=row.pk).update(organisation=organisation_id)
    Link.objects.filter(profile=row, state=LinkState.SUGGESTED, until=None).update(until=now)
    thought = Edge.objects.filter(Q(a=row) | Q(b=row), until=None).exclude(verdict=Verdict.DIFFERENT)
    edges.end(thought.exclude(by__startswith="staff:"), now=now)
    known.forget([row.pk])


def _free(row: Profile) -> None:
    """Nobody's again: it is compared anew."""
    Profile.objects.filter(pk=row.pk).update(organisation=None)
    known.touch([row.pk])


def _refused(profile_ids: set[int]) -> set[tuple[int, int]]:
    """(presence, organisation) of which staff said never, as their last word."""
    abouts = [f"profile:{number}" for number in sorted(profile_ids)]
    rows = list(Entry.objects.filter(about__in=abouts, kind__in=[THEIRS, NEVER, TAKEN_BACK]).order_by("pk"))
    gone = _gone(rows)
    last = {(row.data["profile"], row.data["organisation"]): row.kind for row in rows if _stands(row, gone)}
    return {pair for pair, kind in last.items() if kind == NEVER}


def _gone(rows: Iterable[Entry]) -> set[object]:
    return {row.data.get("of") for row in rows if row.kind == TAKEN_BACK}


def _stands(row: Entry, gone: set[object]) -> bool:
    return row.kind != TAKEN_BACK and row.pk not in gone
