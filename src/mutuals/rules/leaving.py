"""What this room does when a person leaves."""

from __future__ import annotations

from mutuals.base.leaving import Part, register
from mutuals.rules import privacy


def register_leaving() -> None:
    """Take part."""
    register(
        Part(
            "rules",
            export=lambda them: privacy.export(them.who, them.said),
            erase={10: lambda them: privacy.erase(them.who)},
            typed=privacy.TYPED,
            typed_in="rules",
        )
    )
