"""What is thought of two profiles: one live edge a pair. What staff said ends only by staff."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from mutuals.identity.models import Edge, Verdict
from mutuals.people.models import Profile
from mutuals.staff.models import User

MACHINE = "machine:identity"


@dataclass(frozen=True, slots=True)
class Grounds:
    """Why something is thought: the clues, and what a model made of them (empty where staff say so)."""

    because: Sequence[Mapping[str, Any]] = ()
    probability: float | None = None
    margin: float | None = None
    pool: int | None = None
    model: str = ""
    priority: float = 0.0


def said_by(user: User, words: str, note: str = "", *, is_for: bool = True) -> Grounds:
    """What a member of staff says, as a clue."""
    return Grounds([{"clue": f"{user} {words}", "detail": note, "for": is_for, "family": "staff"}])


def live(one: int, other: int) -> Edge | None:
    """What is thought of two profiles now."""
    a, b = sorted((one, other))
    return Edge.objects.filter(a=a, b=b, until=None).first()


def between(ones: Iterable[int], others: Iterable[int]) -> QuerySet[Edge]:
    """The live edges from any profile of one side to any of the other."""
    left, right = list(ones), list(others)
    return Edge.objects.filter(Q(a__in=left, b__in=right) | Q(a__in=right, b__in=left), until=None)


def say(one: int, other: int, verdict: Verdict, grounds: Grounds, *, by: str, now: datetime) -> Edge:
    """Think this of two profiles from now on; the thought before ends, and can be had back by `take_back`.

    A machine does not overrule staff: what they said is returned as it stands. The caller holds the profiles or their
    persons, so that no two of staff think of the same pair at the same time; a machine's thought that came in between ends.
    """
    a, b = sorted((one, other))
    while True:
        before = Edge.objects.select_for_update().filter(a=a, b=b, until=None).first()
        if before is not None:
            if before.by.startswith("staff:") and not by.startswith("staff:"):
                return before
            end([before], now=now)
        try:
            with transaction.atomic():
                return _make(a, b, verdict, grounds, by=by, now=now)
        except IntegrityError:
            if live(a, b) is None:
                raise


def _make(a: int, b: int, verdict: Verdict, grounds: Grounds, *, by: str, now: datetime) -> Edge:
    return Edge.objects.create(
        a_id=a,
        b_id=b,
        verdict=verdict,
        because=list(grounds.because),
        probability=grounds.probability,
        margin=grounds.margin,
        pool=grounds.pool,
        model=grounds.model,
        priority=grounds.priority,
        by=by,
        since=now,
    )


def end(edges: Iterable[Edge], *, now: datetime) -> None:
    """These are not thought any more."""
    Edge.objects.filter(pk__in=[edge.pk for edge in edges], until=None).update(until=now)


def take_back(edge: Edge, *, now: datetime) -> Edge | None:
    """End a thought as if it had not been had: the one that it replaced, if any, is live again, in a row of its own.

    Nothing happens to an edge that ended meanwhile: somebody thought again of these two.
    """
    if not Edge.objects.filter(pk=edge.pk, until=None).update(until=now):
        return None
    before = Edge.objects.filter(a=edge.a_id, b=edge.b_id, until=edge.since).exclude(pk=edge.pk).order_by("-pk").first()
    return again([before], now=now)[0] if before else None


def again(edges: Iterable[Edge], *, now: datetime) -> list[Edge]:
    """Ended edges think the same once more, in new rows, where nothing else is thought of their pairs by now."""
    rows = [edge for edge in edges if live(edge.a_id, edge.b_id) is None]
    for row in rows:
        row.pk, row.since, row.until = None, now, None
        row._state.adding = True
    return Edge.objects.bulk_create(rows)


def profiles_of(person_ids: Iterable[int]) -> list[int]:
    """The profiles that are linked to these very rows of persons."""
    return list(Profile.objects.filter(person__in=list(person_ids)).order_by("pk").values_list("pk", flat=True))
