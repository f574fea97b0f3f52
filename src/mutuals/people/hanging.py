"""What hangs on people: the rooms above say how many of their things do, and how they go along when a person is split.

Whatever came in by a profile follows that profile by itself. Here are the things that hang on the person instead, or on the
person's own record: whoever splits is asked about them, or a rule says it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from django.db.models import Q, QuerySet

from mutuals.base.models import Filed
from mutuals.people.models import Affiliation, Consent, Fact, Profile
from mutuals.people.profiles import OWN
from mutuals.records import relations
from mutuals.records.models import Relation

Ids = Sequence[int]


@dataclass(frozen=True, slots=True)
class Thing:
    """One row that may go along: on whom it hangs now (a person or an own record), and whether it goes without asking."""

    id: int
    words: str
    holder: int
    goes: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """One row and between whom it goes; left where it is if it hangs on somebody else by then."""

    id: int
    holder: int
    to: int


@dataclass(frozen=True, slots=True)
class Hanging:
    """A kind of things of one room, such as "messages".

    `counts_for(person ids, profile ids)` says how many hang on any of these. `things` lists those that may go along with some
    profiles out of all profiles of some persons; `move` moves them and says which went. Both are None where all follow
    their profile.
    """

    name: str
    counts_for: Callable[[Ids, Ids], int]
    on: Literal["profile", "person", "own record"] = "profile"
    things: Callable[[Ids, Ids], list[Thing]] | None = None
    move: Callable[[Sequence[Move]], set[int]] | None = None


_kinds: dict[str, Hanging] = {}


def register(kind: Hanging) -> None:
    """Make a kind known, in the order in which they are shown; the same name again replaces it."""
    _kinds[kind.name] = kind


def kinds() -> Mapping[str, Hanging]:
    """All kinds by their names."""
    return _kinds


def counts_for(person_ids: Ids, profile_ids: Ids) -> dict[str, int]:
    """How many of each kind hang on these persons and profiles; kinds of which there is nothing are left out."""
    counted = ((name, kind.counts_for(person_ids, profile_ids)) for name, kind in _kinds.items())
    return {name: number for name, number in counted if number}


def register_hanging() -> None:
    """What hangs on people in this room."""
    register(Hanging("presences", _presences))
    register(Hanging("affiliations", _affiliations, "person", _places, _move_places))
    register(Hanging("facts", _facts, "person", _known, _move_known))
    register(Hanging("consents", _consents, "person", _said, _move_said))
    register(Hanging("relations", _relations, "person", _related, _move_related))
    register(Hanging("files", _files, "person", _filed, _move_files))


def _presences(_person_ids: Ids, profile_ids: Ids) -> int:
    return Profile.objects.filter(pk__in=profile_ids).exclude(network=OWN).count()


def _affiliations(person_ids: Ids, _profile_ids: Ids) -> int:
    return Affiliation.objects.filter(person__in=person_ids).count()


def _places(person_ids: Ids, _profile_ids: Ids) -> list[Thing]:
    rows = Affiliation.objects.filter(person__in=person_ids).select_related("organisation").order_by("pk")
    return [Thing(row.pk, f"{row.role or 'member'}, {row.organisation}", row.person_id) for row in rows]


def _move_places(moves: Sequence[Move]) -> set[int]:
    """A place that the other person has already stays; of two main ones, theirs goes on to be the main one."""
    went = set()
    for move in moves:
        row = Affiliation.objects.filter(pk=move.id, person=move.holder).first()
        theirs = Affiliation.objects.filter(person=move.to)
        if row is None or theirs.filter(organisation=row.organisation_id, role=row.role, since=row.since).exists():
            continue
        is_main = row.is_main and not theirs.filter(is_main=True).exists()
        Affiliation.objects.filter(pk=row.pk).update(person=move.to, is_main=is_main)
        went.add(row.pk)
    return went


def _keys(person_ids: Ids) -> dict[str, int]:
    return {f"person:{number}": number for number in person_ids}


def _relations(person_ids: Ids, _profile_ids: Ids) -> int:
    return relations.count_of(list(_keys(person_ids)))


def _related(person_ids: Ids, _profile_ids: Ids) -> list[Thing]:
    keys = _keys(person_ids)
    rows = Relation.objects.filter(Q(one__in=keys) | Q(other__in=keys)).order_by("pk")
    return [Thing(row.pk, relations.said(row), keys.get(row.one) or keys[row.other]) for row in rows]


def _move_related(moves: Sequence[Move]) -> set[int]:
    return {one.id for one in moves if relations.move(one.id, holder=f"person:{one.holder}", to=f"person:{one.to}")}


def _facts(person_ids: Ids, _profile_ids: Ids) -> int:
    return Fact.objects.filter(person__in=person_ids).count()


def _known(person_ids: Ids, profile_ids: Ids) -> list[Thing]:
    """What a profile told goes with it."""
    told = {f"profile:{number}" for number in profile_ids}
    rows = Fact.objects.filter(person__in=person_ids).order_by("pk")
    return [Thing(row.pk, row.name, row.person_id, goes=row.source in told) for row in rows]


def _move_known(moves: Sequence[Move]) -> set[int]:
    went = set()
    for move in moves:
        row = Fact.objects.filter(pk=move.id, person=move.holder).first()
        if row is None or Fact.objects.filter(person=move.to, name=row.name, source=row.source).exists():
            continue
        Fact.objects.filter(pk=row.pk).update(person=move.to)
        went.add(row.pk)
    return went


def _consents(person_ids: Ids, _profile_ids: Ids) -> int:
    return Consent.objects.filter(person__in=person_ids).count()


def _said(person_ids: Ids, _profile_ids: Ids) -> list[Thing]:
    """What staff noted; a word that was given by a profile goes with it by itself."""
    rows = Consent.objects.filter(person__in=person_ids, profile=None).select_related("purpose").order_by("pk")
    return [
        Thing(row.pk, f"{row.purpose}: {row.get_state_display().lower()} on {row.at:%d %b %Y}", row.person_id)
        for row in rows
        if row.person_id is not None
    ]


def _move_said(moves: Sequence[Move]) -> set[int]:
    went = set()
    for move in moves:
        row = Consent.objects.filter(pk=move.id, person=move.holder, profile=None).first()
        same = Consent.objects.filter(person=move.to, profile=None)
        if row is None or same.filter(purpose=row.purpose_id, state=row.state, at=row.at).exists():
            continue
        Consent.objects.filter(pk=row.pk).update(person=move.to)
        went.add(row.pk)
    return went


def _files(person_ids: Ids, _profile_ids: Ids) -> int:
    return _on(person_ids).count()


def _filed(person_ids: Ids, _profile_ids: Ids) -> list[Thing]:
    return [Thing(row.pk, row.name, int(row.about.partition(":")[2])) for row in _on(person_ids).order_by("pk")]


def _on(person_ids: Ids) -> QuerySet[Filed]:
    return Filed.objects.filter(about__in=[f"person:{number}" for number in person_ids], trashed_at=None)


def _move_files(moves: Sequence[Move]) -> set[int]:
    """A file that the other person has as well, under the same name, stays."""
    went = set()
    for move in moves:
        row = _on([move.holder]).filter(pk=move.id).first()
        if row is None or _on([move.to]).filter(blob=row.blob_id, name=row.name).exists():
            continue
        Filed.objects.filter(pk=row.pk).update(about=f"person:{move.to}")
        went.add(row.pk)
    return went
