"""What this room does when a person leaves."""

from __future__ import annotations

from mutuals.base.leaving import Part, register
from mutuals.processes import privacy


def register_leaving() -> None:
    """Take part."""
    register(
        Part(
            "processes",
            export=lambda them: privacy.export(them.who.person_ids),
            erase={20: lambda them: privacy.erase(them.who.person_ids)},
            typed=privacy.TYPED,
            typed_in="processes",
        )
    )
