"""What this room holds of one person: the work on their conversations, which goes with them, and their cases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mutuals.history.models import Direction, Interaction
from mutuals.inbox.models import Case, Turn
from mutuals.people.privacy import Holder

TYPED = "SELECT 'case:' || id, 'title', NULL::bigint, title FROM inbox_case"
"""What staff typed here, as `capture.typed` asks for it."""


def export(who: Holder) -> dict[str, Any]:
    """Their cases, as plain JSON values."""
    names = ("reference", "title", "state", "priority", "due_at", "opened_at", "ended_at")
    return {"cases": list(Case.objects.filter(person__in=who.person_ids).values(*names))}


def erase_cases(who: Holder) -> dict[str, int]:
    """Their cases; those of their conversations go with these."""
    return {"cases": Case.objects.filter(person__in=who.person_ids).delete()[0]}


def erase(left: Sequence[int]) -> dict[str, int]:
    """Of the conversations that go on without them, those in which nobody from outside is left are no work any more."""
    Turn.objects.filter(conversation__in=left).exclude(draft="").update(draft="")
    spoken = Interaction.objects.filter(conversation__in=left, direction=Direction.IN).values("conversation_id")
    turns = Turn.objects.filter(conversation__in=left).exclude(conversation__in=spoken)
    return {"turns ended": turns.delete()[0]}
