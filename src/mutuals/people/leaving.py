"""What this room does when a person leaves."""

from __future__ import annotations

from mutuals.base.leaving import PROFILES, Part, register
from mutuals.people import privacy


def register_leaving() -> None:
    """Take part."""
    register(
        Part(
            "people",
            export=lambda them: privacy.export(them.who),
            erase={PROFILES + 10: lambda them: privacy.erase(them.who, now=them.now)},
            typed=privacy.TYPED,
            typed_in="consents",
        )
    )
