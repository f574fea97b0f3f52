"""What of this room a file of an import may bring."""

from __future__ import annotations

from mutuals.capture.planners import table_of
from mutuals.connectors.files.fields import Target
from mutuals.inbox import imported_cases, imported_tasks


def register_planners() -> None:
    """Make them known."""
    table_of(Target.CASES, imported_cases.TABLE)
    table_of(Target.TASKS, imported_tasks.TABLE)
