"""What hangs on people here: the conversations that they began, each by the profile it came in by."""

from __future__ import annotations

from mutuals.conversations.models import Conversation
from mutuals.people.hanging import Hanging, Ids, register


def register_hanging() -> None:
    """Make it known to splits and merges."""
    register(Hanging("conversations", _conversations))


def _conversations(_person_ids: Ids, profile_ids: Ids) -> int:
    return Conversation.objects.filter(opener__in=profile_ids).count()
