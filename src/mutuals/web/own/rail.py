"""Where these screens stand in the rail: one line for each type, and the settings."""

from __future__ import annotations

from mutuals.records import book
from mutuals.web.frame.rail import Line

LINES = (Line(176, "Types", "types", "clip", "g y", "type.edit"),)


def made() -> list[Line]:
    """A line for each type in use, as this process remembers them."""
    kinds = [one for one in book.remembered() if not one.is_retired]
    return [Line(125, one.plural, f"/own/{one.key}/", one.icon, "", "own.view") for one in kinds]
