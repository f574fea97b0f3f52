"""What colleagues wrote for each other in the history: the words of notes, by the entries that tell of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mutuals.base.reading import Piece
from mutuals.history.models import Direction, Interaction
from mutuals.staff.named import Written


def _notes(told: Sequence[Piece]) -> Mapping[int, str]:
    """Only notes: what was sent to somebody mentions no colleague, whatever stands in it."""
    by_note = {one.data["interaction"]: one.id for one in told if isinstance(one.data.get("interaction"), int)}
    rows = Interaction.objects.filter(pk__in=by_note, direction=Direction.NOTE, deleted_at=None)
    return {by_note[pk]: text for pk, text in rows.values_list("pk", "text")}


WRITTEN = (Written(("conversation.noted", "person.noted", "profile.noted"), _notes),)
