"""What this room does when a person leaves: what names them lets go of them, and what staff typed elsewhere is searched."""

from __future__ import annotations

from mutuals.base.leaving import Part, register
from mutuals.records import privacy


def register_leaving() -> None:
    """Take part. Called once all rooms have said which of their records take fields."""
    register(
        Part(
            "records",
            export=lambda them: privacy.export(them.who.person_ids),
            erase={30: lambda them: privacy.erase(them.who.person_ids)},
            typed=privacy.typed(),
            typed_in="fields and records of your own making",
        )
    )
