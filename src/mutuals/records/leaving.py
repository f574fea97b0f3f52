"""What this room does when a person leaves: their values stand in `people`, and what staff typed elsewhere is searched."""

from __future__ import annotations

from mutuals.base.leaving import Part, register
from mutuals.records import privacy


def register_leaving() -> None:
    """Take part. Called once all rooms have said which of their records take fields."""
    register(Part("records", typed=privacy.typed(), typed_in="fields of your own making"))
