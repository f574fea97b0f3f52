"""Whose turn is it, and what work is there."""

from mutuals.inbox.models.cases import Case, CaseCheck, CasePart, CasePolicy, CaseState, CaseTalk, Priority, Severity
from mutuals.inbox.models.promises import Promise, PromiseState
from mutuals.inbox.models.tasks import Participant, Repeat, Task, TaskFeed, TaskKind, TaskOutcome
from mutuals.inbox.models.turns import Outcome, Purpose, Turn, TurnState

__all__ = [
    "Case",
    "CaseCheck",
    "CasePart",
    "CasePolicy",
    "CaseState",
    "CaseTalk",
    "Outcome",
    "Participant",
    "Priority",
    "Promise",
    "PromiseState",
    "Purpose",
    "Repeat",
    "Severity",
    "Task",
    "TaskFeed",
    "TaskKind",
    "TaskOutcome",
    "Turn",
    "TurnState",
]
