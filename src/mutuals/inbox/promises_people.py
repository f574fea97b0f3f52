"""What promises mean for one person: handed over, erased, searched in what staff typed, and taken along in a split."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q

from mutuals.conversations.models import Conversation
from mutuals.inbox.models import Promise
from mutuals.people.hanging import Hanging, Ids, Move, Thing
from mutuals.people.privacy import Holder

TYPED = """
UNION ALL SELECT 'promise:' || id, 'words', owner_id, words FROM inbox_promise
UNION ALL SELECT 'promise:' || id, 'reason', owner_id, reason FROM inbox_promise WHERE reason <> ''
"""
"""What staff typed, to stand behind the statement of the room."""


def export(who: Holder) -> dict[str, Any]:
    """What was promised to them, as plain JSON values."""
    names = ("words", "state", "due_at", "made_at", "kept_at", "told_at", "reason")
    return {"promises": list(Promise.objects.filter(_theirs(who)).order_by("pk").values(*names))}


def erase(who: Holder) -> dict[str, int]:
    """What was promised to them, also in conversations that go on without them."""
    return {"promises": Promise.objects.filter(_theirs(who)).delete()[0]}


def hanging() -> Hanging:
    """A promise goes with the profile that began its conversation."""
    return Hanging("promises", _count, "person", _made, _move)


def _theirs(who: Holder) -> Q:
    began = Conversation.objects.filter(opener__in=who.profile_ids).values("pk")
    return Q(person__in=who.person_ids) | Q(person=None, conversation__in=began)


def _count(person_ids: Ids, _profile_ids: Ids) -> int:
    return Promise.objects.filter(person__in=person_ids).count()


def _made(person_ids: Ids, profile_ids: Ids) -> list[Thing]:
    going = set(profile_ids)
    rows = Promise.objects.filter(person__in=person_ids).select_related("conversation").order_by("pk")
    return [
        Thing(row.pk, row.words, row.person_id, goes=bool(row.conversation and row.conversation.opener_id in going))
        for row in rows
        if row.person_id is not None
    ]


def _move(moves: Sequence[Move]) -> set[int]:
    return {move.id for move in moves if Promise.objects.filter(pk=move.id, person=move.holder).update(person=move.to)}
