"""What this room does when a person leaves."""

from __future__ import annotations

from mutuals.base.leaving import WORDS, Part, register
from mutuals.inbox import privacy


def register_leaving() -> None:
    """Take part."""
    register(
        Part(
            "inbox",
            export=lambda them: privacy.export(them.who),
            erase={
                30: lambda them: privacy.erase_cases(them.who),
                WORDS + 30: lambda them: privacy.erase(them.gone.left_ids),
            },
            typed=privacy.TYPED,
            typed_in="cases",
        )
    )
