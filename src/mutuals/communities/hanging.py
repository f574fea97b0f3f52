"""What hangs on people here: votes on the person, and what they asked for on the presence that spoke, or on the own record
where staff noted it.
"""

from __future__ import annotations

from collections.abc import Sequence

from mutuals.communities.models import Asker, Vote
from mutuals.communities.queries import roots
from mutuals.communities.rollups import recount
from mutuals.people.hanging import Hanging, Ids, Move, Thing, register
from mutuals.people.profiles import OWN


def register_hanging() -> None:
    """Make it known to splits and merges."""
    register(Hanging("votes for ideas", _votes, "person", _voted, _move_votes))
    register(Hanging("asked for ideas", _asked, "own record", _noted, _move_noted))


def _votes(person_ids: Ids, _profile_ids: Ids) -> int:
    return Vote.objects.filter(person__in=person_ids).count()


def _voted(person_ids: Ids, _profile_ids: Ids) -> list[Thing]:
    rows = Vote.objects.filter(person__in=person_ids).select_related("idea").order_by("pk")
    return [Thing(row.pk, f"Vote for “{row.idea}”", row.person_id) for row in rows]


def _move_votes(moves: Sequence[Move]) -> set[int]:
    """A vote that the other person gave as well stays where it is."""
    went, touched = set(), set()
    for move in moves:
        row = Vote.objects.filter(pk=move.id, person=move.holder).first()
        if row is None or Vote.objects.filter(idea=row.idea_id, person=move.to).exists():
            continue
        Vote.objects.filter(pk=row.pk).update(person=move.to)
        went.add(row.pk)
        touched.add(row.idea_id)
    recount(roots(touched).values())
    return went


def _asked(_person_ids: Ids, profile_ids: Ids) -> int:
    return Asker.objects.filter(profile__in=profile_ids).count()


def _noted(person_ids: Ids, _profile_ids: Ids) -> list[Thing]:
    rows = (
        Asker.objects.filter(profile__person__in=person_ids, profile__network=OWN).select_related("idea").order_by("pk")
    )
    return [Thing(row.pk, f"Asked for “{row.idea}”", row.profile_id) for row in rows if row.profile_id is not None]


def _move_noted(moves: Sequence[Move]) -> set[int]:
    """What the other own record asked for by hand as well stays where it is."""
    went, touched = set(), set()
    for move in moves:
        row = Asker.objects.filter(pk=move.id, profile=move.holder).first()
        theirs = Asker.objects.filter(profile=move.to, said_in="")
        if row is None or (row.said_in == "" and theirs.filter(idea=row.idea_id).exists()):
            continue
        Asker.objects.filter(pk=row.pk).update(profile=move.to)
        went.add(row.pk)
        touched.add(row.idea_id)
    recount(roots(touched).values())
    return went
