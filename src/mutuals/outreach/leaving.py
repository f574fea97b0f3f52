"""What this room does when a person leaves."""

from __future__ import annotations

from mutuals.base.leaving import Part, register
from mutuals.outreach import privacy


def register_leaving() -> None:
    """Take part."""
    register(
        Part(
            "outreach",
            export=lambda them: privacy.export(them.who),
            erase={45: lambda them: privacy.erase(them.who)},
            typed=privacy.TYPED,
            typed_in="segments, campaigns",
        )
    )
