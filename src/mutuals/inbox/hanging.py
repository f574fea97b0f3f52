"""What hangs on people here: cases, on the person that they were opened for."""

from __future__ import annotations

from collections.abc import Sequence

from mutuals.inbox import promises_people, tasks_privacy
from mutuals.inbox.models import Case
from mutuals.people.hanging import Hanging, Ids, Move, Thing, register


def register_hanging() -> None:
    """Make it known to splits and merges. A case goes with the profile that began its conversation."""
    register(Hanging("cases", _cases, "person", _opened, _move))
    register(promises_people.hanging())
    tasks_privacy.hang_tasks()


def _cases(person_ids: Ids, _profile_ids: Ids) -> int:
    return Case.objects.filter(person__in=person_ids).count()


def _opened(person_ids: Ids, profile_ids: Ids) -> list[Thing]:
    going = set(profile_ids)
    rows = Case.objects.filter(person__in=person_ids).select_related("conversation").order_by("pk")
    return [
        Thing(row.pk, str(row), row.person_id, goes=bool(row.conversation and row.conversation.opener_id in going))
        for row in rows
        if row.person_id is not None
    ]


def _move(moves: Sequence[Move]) -> set[int]:
    return {move.id for move in moves if Case.objects.filter(pk=move.id, person=move.holder).update(person=move.to)}
