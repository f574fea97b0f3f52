"""Proofs written down, what follows from them for links, and what happens when one is lost.

A proof says that a profile is in the hand of whoever has its subject in hand: a page, a domain, the account of a person.
Whose that is must be known from elsewhere: what staff or a file of theirs wrote down as somebody's website, or another
profile of theirs with the same proof. A company's page proves nobody: no page of a domain that an organisation has (`belongs`
suggests the organisation instead), nor a site from which two people write, or which two people are said to have; and staff
are asked where it names two presences of one network that are called otherwise, as the page of a team does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from mutuals.base import bulk, gate, journal
from mutuals.identity import edges, known, link
from mutuals.identity.models import LIVE, Edge, Link, LinkState, Proof, Verdict
from mutuals.identity.proofs.addresses import host, page
from mutuals.identity.reading import sites
from mutuals.identity.remark import own_record
from mutuals.people.models import Organisation, Person, Profile
from mutuals.people.names import fold
from mutuals.people.profiles import OWN
from mutuals.people.queries import cluster

BY = "machine:proofs"
AGAIN = timedelta(days=30)
MOST_ASKED = 3  # people whom one proof names; more of them are a crowd, and nobody is asked
SILENT = 6  # looks in a row without an answer, after which a proof counts as lost: a good month
CONTRADICTED = 20.0  # priority in the review: above what a model is unsure of
WORDS = {
    "rel_me": "The site and this presence name each other",
    "verified_field": "The network found that the site leads back to this presence",
    "domain": "The handle is a domain that names this account",
    "mail": "Answered from this address to what we wrote there",
    "code": "Sent back the code that we gave them elsewhere",
    "sign_in": "Signed in with this account",
    "one_account": "One account, known by its page and by its id",
}
VOUCHED = "(f.fields->'website'->>'by' LIKE 'staff:%%' OR f.fields->'website'->>'by' LIKE 'import:%%')"
"""A website that staff wrote down, or a file for which whoever imported it vouches; not what anybody writes into a form."""
_RECORDED = f"""
SELECT p.canonical_id, f.fields->'website'->>'value' FROM people_profile f JOIN people_person p ON p.id = f.person_id
WHERE f.fields ? 'website' AND {VOUCHED} AND lower(left(regexp_replace(regexp_replace(
    f.fields->'website'->>'value', '^(https?://)?(www\\.)?', '', 'i'), '/+$', ''), 300)) = %s
"""  # noqa: S608 - words of ours
_WRITERS = """
SELECT count(*) FROM (
    SELECT DISTINCT person_id FROM (
        SELECT person_id FROM people_profile
        WHERE network = 'email' AND split_part(key, '@', 2) = %s AND person_id IS NOT NULL LIMIT 50
    ) writers LIMIT 2
) counted
"""


def keep(profile_id: int, kind: str, subject: str, *, seen: str, now: datetime, is_lasting: bool = False) -> None:
    """Write down that a proof was seen, for the first time or again; nothing where the profile was erased meanwhile.

    `is_lasting`: it cannot be lost.
    """
    again = None if is_lasting else now + AGAIN
    found = Proof.objects.filter(profile=profile_id, kind=kind, subject=subject, ended_at=None)
    with transaction.atomic():
        gate.enter()
        if not found.update(looked_at=now, again_at=again, silent=0) and Profile.objects.filter(pk=profile_id).exists():
            bulk.insert(
                Proof,
                ("profile_id", "kind", "subject", "seen", "at", "looked_at", "again_at", "silent", "ended_because"),
                [(profile_id, kind, subject, seen[:1000], now, now, again, 0, "")],
                conflict="DO NOTHING",
            )


def holds(profile_id: int, kind: str, subject: str) -> bool:
    """Whether a proof is known already."""
    return Proof.objects.filter(profile=profile_id, kind=kind, subject=subject, ended_at=None).exists()


def clue(proof: Proof) -> dict[str, Any]:
    """A proof as it stands on a link; `proof_id` is the row that ends it."""
    return {
        "clue": proof.kind,
        "words": WORDS[proof.kind],
        "detail": proof.subject.partition(":")[2] if proof.kind not in ("code", "sign_in") else "",
        "weight": None,
        "proof": True,
        "family": "proof",
        "seen": proof.seen,
        "at": proof.at.isoformat(),
        "for": True,
        "proof_id": proof.pk,
    }


def conclude(profile_ids: Iterable[int], *, now: datetime) -> list[tuple[int, int]]:
    """Link profiles to the one person whom their proofs name; returns (profile, person) of what was linked or became proven.

    Nothing is linked where they name nobody, where staff said that it is somebody else's, where they name several people, and
    where the profile is another person's already: these two go to the review.
    """
    rows = Proof.objects.filter(profile__in=sorted(set(profile_ids)), ended_at=None).order_by("profile", "pk")
    rows = rows.select_related("profile")
    held: dict[int, list[Proof]] = {}
    for row in rows:
        held.setdefault(row.profile_id, []).append(row)
    done = []
    for profile_id, proofs in held.items():
        named = {person for proof in proofs for person in _named(proof)}
        is_sure = len(named) == 1 and not all(map(_is_of_several, proofs))
        if is_sure and _prove(profile_id, person := named.pop(), proofs, now):
            done.append((profile_id, person))
        elif named and not is_sure and len(named) <= MOST_ASKED:
            _ask_all(profile_id, named, proofs, now)
    return done


def _is_of_several(proof: Proof) -> bool:
    """Whether a page names another presence of the same network that is called by other words: a team's page does."""
    if not proof.subject.startswith("page:"):
        return False
    own = proof.profile
    others = Profile.objects.filter(proofs__subject=proof.subject, proofs__ended_at=None, network=own.network)
    names = others.exclude(pk=own.pk).values_list("shown", flat=True)[:MOST_ASKED]
    mine = set(fold(own.shown).split())
    return bool(mine) and any(theirs and mine.isdisjoint(theirs) for one in names if (theirs := set(fold(one).split())))


def _named(proof: Proof) -> set[int]:
    """The canonical persons whom a proof speaks of; a page that may be a company's speaks of nobody."""
    kind, _, what = proof.subject.partition(":")
    if kind == "person":
        return set(Person.objects.filter(pk=int(what)).values_list("canonical_id", flat=True))
    others = Proof.objects.filter(subject=proof.subject, ended_at=None).exclude(profile__person=None)
    if kind != "page":
        return set(others.values_list("profile__person__canonical_id", flat=True))
    is_root = "/" not in what and "?" not in what
    if Organisation.objects.filter(domain__in=spelt([host(what)])).exists() or (is_root and _is_shared(host(what))):
        return set()
    recorded = {person for person, told in bulk.execute(_RECORDED, [what.lower()[:300]]) if page(str(told)) == what}
    by_proof = others.exclude(profile=proof.profile_id).values_list("profile__person__canonical_id", flat=True)
    return recorded | {number for number in by_proof if number is not None}


def spelt(hosts: Iterable[str]) -> list[str]:
    """Hosts as organisations may have written them down; without those that many share, which are no organisation's own."""
    return [spelling for name in sorted(set(hosts)) if sites.host(name) for spelling in (name, f"www.{name}")]


def _is_shared(name: str) -> bool:
    """Whether two people write from a host."""
    return bool(bulk.execute(_WRITERS, [name])[0][0] > 1)


def _prove(profile_id: int, person_id: int, proofs: Sequence[Proof], now: datetime) -> bool:
    with transaction.atomic():
        gate.enter()
        row = Profile.objects.select_for_update(no_key=True).filter(pk=profile_id).first()
        person = Person.objects.filter(pk=person_id).first()
        if row is None or person is None or row.organisation_id or row.is_ours or row.network == OWN:
            return False
        if link.is_refused(row, person.pk) or not (proofs := _standing(proofs)):
            return False
        clues = [clue(proof) for proof in proofs if person_id in _named(proof)]
        if row.person_id is None:
            Link.objects.filter(profile=row, state=LinkState.SUGGESTED, until=None).update(until=now)
            link.attach([(row.pk, person_id)], state=LinkState.PROVEN, because=clues, by=BY, now=now)
            link.settle([person_id], now=now)
            journal.note("profile.proven", person, by=BY, profile=row.pk, proofs=[one["clue"] for one in clues])
            return True
        holder = Person.objects.get(pk=row.person_id)
        if holder.canonical_id != person_id:
            _ask(row, person, clues, now)
            return False
        return _strengthen(row, person, clues)


def _standing(proofs: Sequence[Proof]) -> list[Proof]:
    """Those that were not lost since they were read; whoever asks holds the profile, as whoever loses one does."""
    held = set(Proof.objects.filter(pk__in=[proof.pk for proof in proofs], ended_at=None).values_list("pk", flat=True))
    return [proof for proof in proofs if proof.pk in held]


def _ask_all(profile_id: int, people: Iterable[int], proofs: Sequence[Proof], now: datetime) -> None:
    """A proof names several people: staff are asked about each."""
    with transaction.atomic():
        gate.enter()
        row = Profile.objects.select_for_update(no_key=True).filter(pk=profile_id).first()
        if row is None or row.organisation_id or row.is_ours or row.network == OWN:
            return
        proofs = _standing(proofs)
        for person in Person.objects.filter(pk__in=sorted(people)).exclude(cluster=row.person_id).order_by("pk"):
            clues = [clue(proof) for proof in proofs if person.pk in _named(proof)]
            if clues and not link.is_refused(row, person.pk):
                _ask(row, person, clues, now)


def _ask(row: Profile, person: Person, clues: Sequence[dict[str, Any]], now: datetime) -> None:
    """A proof speaks for somebody else than who has the presence, or for several: asked of staff, once."""
    said = edges.between([row.pk], edges.profiles_of(cluster(person)))
    if any(one.by.startswith("staff:") or any(clue.get("proof") for clue in one.because) for one in said):
        return
    own = own_record(person, now=now)
    edges.say(row.pk, own.pk, Verdict.UNSURE, edges.Grounds(clues, priority=CONTRADICTED), by=BY, now=now)
    journal.note("profile.contradicted", person, by=BY, profile=row.pk)


def _strengthen(row: Profile, person: Person, clues: Sequence[dict[str, Any]]) -> bool:
    """A link that stands is proven now; True where that was news."""
    held = Link.objects.select_for_update().filter(profile=row, state__in=LIVE, until=None).first()
    if held is None:
        return False
    known = {one.get("proof_id") for one in held.because if one.get("for")}
    fresh = [one for one in clues if one["proof_id"] not in known]
    if not fresh:
        return False
    held.state, held.because = LinkState.PROVEN, [*held.because, *fresh]
    held.save(update_fields=["state", "because"])
    journal.note("profile.proven", person, by=BY, profile=row.pk, proofs=[one["clue"] for one in fresh])
    return True


@transaction.atomic
def lose(proof: Proof, *, why: str, now: datetime) -> None:
    """A proof does not hold any more. A link that rests on it alone ends and is suggested; any other goes on without it; a
    question that was asked because of it alone ends."""
    gate.enter()
    row = Profile.objects.select_for_update(no_key=True).filter(pk=proof.profile_id).first()
    if row is None or not Proof.objects.filter(pk=proof.pk, ended_at=None).update(
        ended_at=now, looked_at=now, ended_because=why[:300]
    ):
        return
    _unask(row, proof, now)
    held = Link.objects.select_for_update().filter(profile=row, state=LinkState.PROVEN, until=None).first()
    if held is None or not any(one.get("proof_id") == proof.pk for one in held.because):
        return
    lost = {
        "words": f"No more: {WORDS[proof.kind]}",
        "proof": False,
        "for": False,
        "detail": why,
        "at": now.isoformat(),
    }
    because = [{**one, **lost} if one.get("proof_id") == proof.pk else one for one in held.because]
    standing = [one for one in because if one.get("for", True)]
    if standing:
        is_proven = any(one.get("proof") or one.get("proof_id") for one in standing)
        held.state = LinkState.PROVEN if is_proven else LinkState.CONFIRMED
        held.because = because
        held.save(update_fields=["state", "because"])
    else:
        _loosen(row, held, because, now)
    journal.note("profile.unproven", f"person:{held.person_id}", by=BY, profile=row.pk, proof=proof.kind)


def _unask(row: Profile, proof: Proof, now: datetime) -> None:
    """What was asked because of it alone is asked no more; what else speaks for these two is looked at anew."""
    asked = Edge.objects.filter(Q(a=row) | Q(b=row), until=None, verdict=Verdict.UNSURE, by=BY)
    ended = [edge for edge in asked if {one.get("proof_id") for one in edge.because if one.get("proof")} == {proof.pk}]
    if ended:
        edges.end(ended, now=now)
        known.touch([row.pk])


def _loosen(row: Profile, held: Link, because: Sequence[dict[str, Any]], now: datetime) -> None:
    Link.objects.filter(pk=held.pk).update(until=now)
    Profile.objects.filter(pk=row.pk).update(person=None)
    Link.objects.filter(profile=row, person=held.person_id, state=LinkState.SUGGESTED, until=None).update(until=now)
    Link.objects.create(
        profile=row, person_id=held.person_id, state=LinkState.SUGGESTED, because=list(because), by=BY, since=now
    )
    link.settle(Person.objects.filter(pk=held.person_id).values_list("canonical_id", flat=True), now=now)


def unanswered(proof: Proof, *, now: datetime) -> None:
    """A look brought no answer: another one follows, later each time, and in the end the proof counts as lost."""
    if proof.silent + 1 >= SILENT:
        lose(proof, why="Nothing answered there for more than a month.", now=now)
        return
    wait = timedelta(days=min(16, 2**proof.silent))
    Proof.objects.filter(pk=proof.pk).update(silent=proof.silent + 1, looked_at=now, again_at=now + wait)


def of_profiles(profile_ids: Iterable[int]) -> list[Proof]:
    """Proofs of profiles, those that hold first: what a page shows, with where it was seen and when it is looked at again."""
    rows = Proof.objects.filter(profile__in=list(profile_ids)).filter(Q(ended_at=None) | ~Q(ended_because=""))
    return sorted(rows.order_by("pk"), key=lambda one: one.ended_at is not None)
