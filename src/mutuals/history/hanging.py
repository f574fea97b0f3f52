"""What hangs on people here: messages, by the profile they came in by; notes and calls, on the own record."""

from __future__ import annotations

from collections.abc import Sequence

from mutuals.history.models import Interaction
from mutuals.people.hanging import Hanging, Ids, Move, Thing, register
from mutuals.people.profiles import OWN

_OTHERS = ("note", "call", "order")
_ASKED = 200  # of the newest, whether they go along


def register_hanging() -> None:
    """Make it known to splits and merges. Notes and calls stay with the own record, unless staff name them."""
    register(Hanging("messages", _messages))
    register(Hanging("notes and calls", _notes, "own record", _noted, _move))


def _messages(_person_ids: Ids, profile_ids: Ids) -> int:
    return Interaction.objects.filter(profile__in=profile_ids).exclude(kind__in=_OTHERS).count()


def _notes(_person_ids: Ids, profile_ids: Ids) -> int:
    return Interaction.objects.filter(profile__in=profile_ids, profile__network=OWN, kind__in=_OTHERS[:2]).count()


def _noted(person_ids: Ids, _profile_ids: Ids) -> list[Thing]:
    rows = Interaction.objects.filter(profile__person__in=person_ids, profile__network=OWN, kind__in=_OTHERS[:2])
    newest = rows.order_by("-occurred_at", "-pk")[:_ASKED]
    return [Thing(row.pk, row.text[:80], row.profile_id) for row in newest if row.profile_id is not None]


def _move(moves: Sequence[Move]) -> set[int]:
    went = set()
    for move in moves:
        if Interaction.objects.filter(pk=move.id, profile=move.holder).update(profile=move.to):
            went.add(move.id)
    return went
