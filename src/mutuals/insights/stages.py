"""The way of a message in stages, and what can stand still on it, in plain words. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum


class Stage(IntEnum):
    """From the network to the screens."""

    SOURCE = 0
    STORED = 1
    LINKED = 2
    READ = 3
    RULED = 4
    REPORTED = 5

    @property
    def words(self) -> str:
        """As screens call it."""
        return self.name.capitalize()


@dataclass(frozen=True, slots=True)
class Still:
    """Something stands still: of which source (0 = of all), at which stage, since when, why, and what to do."""

    source_id: int
    stage: Stage
    since: datetime
    words: str
    to_do: str

    @property
    def about(self) -> str:
        """The text key that its card is about."""
        return f"source:{self.source_id}" if self.source_id else f"stage:{self.stage.name.lower()}"


def lasting(seconds: float) -> str:
    """A stretch of time in its largest unit: 40 seconds, 12 minutes, 16 hours, 3 days."""
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= 2 * size or (seconds >= size and unit != "day"):
            many = int(seconds // size)
            return f"{many} {unit}{'s' * (many != 1)}"
    return f"{max(int(seconds), 0)} seconds"
