"""What this room holds of one person: nothing but the work on their conversations, which goes with them."""

from __future__ import annotations

from collections.abc import Sequence

from mutuals.history.models import Direction, Interaction
from mutuals.inbox.models import Turn


def erase(left: Sequence[int]) -> dict[str, int]:
    """Of the conversations that go on without them, those in which nobody from outside is left are no work any more."""
    spoken = Interaction.objects.filter(conversation__in=left, direction=Direction.IN).values("conversation_id")
    turns = Turn.objects.filter(conversation__in=left).exclude(conversation__in=spoken)
    return {"turns ended": turns.delete()[0]}
