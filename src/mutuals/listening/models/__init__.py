"""What was understood of each thing that was said, what we listen for, what hit it, and what somebody has to look at.

Nothing points at an interaction by foreign key: its number stands here.
"""

from __future__ import annotations

from mutuals.listening.models.board import Board, Listener, Rhythm, Told
from mutuals.listening.models.card import Card, CardKind, CardState, Lookback, Playbook, Rising, Step, Watching
from mutuals.listening.models.counted import ANY, Day, Pulse, Strand
from mutuals.listening.models.draft import Draft, Forecast, Learned
from mutuals.listening.models.learning import Lesson, Question, Rereading, Saying
from mutuals.listening.models.pillar import Bar, Cue, PillarWords
from mutuals.listening.models.reading import Backlog, Correction, Heard, Reading
from mutuals.listening.models.standing import Stance, Standing
from mutuals.listening.models.topic import Aside, Count, Feedback, Kind, Mention, State, Topic, Version

__all__ = [
    "ANY",
    "Aside",
    "Backlog",
    "Bar",
    "Board",
    "Card",
    "CardKind",
    "CardState",
    "Correction",
    "Count",
    "Cue",
    "Day",
    "Draft",
    "Feedback",
    "Forecast",
    "Heard",
    "Kind",
    "Learned",
    "Lesson",
    "Listener",
    "Lookback",
    "Mention",
    "PillarWords",
    "Playbook",
    "Pulse",
    "Question",
    "Reading",
    "Rereading",
    "Rhythm",
    "Rising",
    "Saying",
    "Stance",
    "Standing",
    "State",
    "Step",
    "Strand",
    "Told",
    "Topic",
    "Version",
    "Watching",
]
