"""What lists of records of the house's own making can be asked: told to conditions and lists when the types are read."""

from __future__ import annotations

from mutuals.records import book, engine


def register_fields() -> None:
    """Be told whenever this process reads the types."""
    book.told(engine.know)
