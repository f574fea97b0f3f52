"""What this room does when a person leaves."""

from __future__ import annotations

from mutuals.base.leaving import WORDS, Part, register
from mutuals.conversations import privacy


def register_leaving() -> None:
    """Take part."""
    register(
        Part(
            "conversations",
            export=lambda them: privacy.export(them.who),
            erase={
                WORDS + 20: lambda them: privacy.erase(
                    them.who, them.gone.conversation_ids, them.gone.left_ids, them.gone.keys
                )
            },
        )
    )
