"""What was understood of each thing that was said, what we listen for, what hit it, and what somebody has to look at.

Nothing points at an interaction by foreign key: its number stands here.
"""

from __future__ import annotations

from mutuals.listening.models.card import Card, CardKind, CardState, Rising, Watching
from mutuals.listening.models.reading import Backlog, Correction, Heard, Reading
from mutuals.listening.models.topic import Aside, Count, Feedback, Kind, Mention, State, Topic, Version

__all__ = [
    "Aside",
    "Backlog",
    "Card",
    "CardKind",
    "CardState",
    "Correction",
    "Count",
    "Feedback",
    "Heard",
    "Kind",
    "Mention",
    "Reading",
    "Rising",
    "State",
    "Topic",
    "Version",
    "Watching",
]
