"""What this room does when a person leaves."""

from __future__ import annotations

from mutuals.base.leaving import PROFILES, Part, register
from mutuals.identity import privacy


def register_leaving() -> None:
    """Take part."""
    register(
        Part(
            "identity",
            export=lambda them: privacy.export(them.who),
            erase={PROFILES: lambda them: privacy.erase(them.who)},
        )
    )
