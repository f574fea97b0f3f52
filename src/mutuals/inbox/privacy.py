"""What this room holds of one person: the work on their conversations, which goes with them, and their cases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mutuals.history.models import Direction, Interaction
from mutuals.inbox.models import Case, Turn
from mutuals.people.privacy import Holder

TYPED = """
SELECT 'case:' || id, 'title', NULL::bigint, title FROM inbox_case
UNION ALL SELECT 'case:' || id, 'result', NULL, result FROM inbox_case WHERE result <> ''
UNION ALL SELECT 'case:' || case_id, 'checklist', NULL, words FROM inbox_casecheck
UNION ALL SELECT 'case:' || case_id, 'part', NULL, name || ' ' || serial FROM inbox_casepart
"""
"""What staff typed here, as `capture.typed` asks for it."""


def export(who: Holder) -> dict[str, Any]:
    """Their cases, as plain JSON values."""
    names = (
        "reference", "title", "state", "priority", "severity", "kind", "due_at", "purpose", "outcome", "result", "reopened",
        "opened_at", "ended_at", "custom",
    )  # fmt: skip
    rows = Case.objects.filter(person__in=who.person_ids).order_by("pk")
    return {
        "cases": [
            {name: getattr(row, name) for name in names}
            | {
                "checklist": list(row.checks.order_by("position").values("words", "done_at")),
                "parts": list(row.parts.order_by("position").values("name", "quantity", "serial")),
            }
            for row in rows
        ]
    }


def erase_cases(who: Holder) -> dict[str, int]:
    """Their cases; those of their conversations go with these. One of an organisation stays, without them and their words."""
    theirs = Case.objects.filter(person__in=who.person_ids)
    stays = theirs.exclude(organisation=None).update(person=None, conversation=None, result="")
    return {
        "cases": theirs.filter(organisation=None).delete()[1].get("inbox.Case", 0),
        "cases of organisations left": stays,
    }


def erase(left: Sequence[int]) -> dict[str, int]:
    """Of the conversations that go on without them, those in which nobody from outside is left are no work any more."""
    Turn.objects.filter(conversation__in=left).exclude(draft="").update(draft="")
    spoken = Interaction.objects.filter(conversation__in=left, direction=Direction.IN).values("conversation_id")
    turns = Turn.objects.filter(conversation__in=left).exclude(conversation__in=spoken)
    return {"turns ended": turns.delete()[0]}
