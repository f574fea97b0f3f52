"""What may be asked of a case: its own columns, no relations yet. Steps of processes ask for them."""

from __future__ import annotations

from mutuals.base.filters import Field, Kind, Record, register
from mutuals.inbox.models import Case, CaseState, Priority
from mutuals.staff.models import Pillar

CASE = Record(
    "case",
    Case,
    (
        Field("title", "Title", Kind.TEXT, "title"),
        Field("state", "State", Kind.CHOICE, "state", choices=tuple(CaseState.choices)),
        Field("priority", "Priority", Kind.CHOICE, "priority", choices=tuple(Priority.choices)),
        Field("pillar", "Pillar", Kind.CHOICE, "pillar", choices=tuple(Pillar.choices)),
        Field("limit", "Limit", Kind.TIME, "due_at"),
        Field("opened", "Opened", Kind.TIME, "opened_at"),
        Field("customer", "Customer", Kind.NUMBER, "person_id"),
        Field("conversation", "Conversation", Kind.NUMBER, "conversation_id"),
    ),
)


def register_fields() -> None:
    """Make the fields of cases known."""
    register(CASE)
