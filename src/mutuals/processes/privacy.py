"""What this room holds of one person: what ran about them, with every reason that was given; it goes with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mutuals.base.models import Entry
from mutuals.processes import kinds, run
from mutuals.processes.models import Handover, Item, Passage

TYPED = """
SELECT 'process:' || process_id, 'version ' || number, by_id, concat_ws(' ', note, body::text) FROM processes_version
UNION ALL SELECT 'item:' || item_id, 'why it moved', by_id, concat_ws(' ', because, did::text) FROM processes_passage
UNION ALL SELECT 'item:' || item_id, 'hand-over', given_by_id, concat_ws(' ', reason, next_action, because)
    FROM processes_handover
"""
"""What staff typed here, as `capture.typed` asks for it."""


def export(person_ids: Sequence[int]) -> dict[str, Any]:
    """What ran about them and about records of theirs, with its movements and hand-overs."""
    rows = Item.objects.filter(about__in=_keys(person_ids)).order_by("pk")
    told = ("id", "about", "process__name", "state", "step", "end", "began_at", "entered_at", "due_at", "ended_at")
    moved = ("item_id", "frm", "to", "at", "seconds", "because", "did")
    given = ("item_id", "step", "reason", "next_action", "given_at", "accepted_at", "declined_at", "because")
    return {
        "items": list(rows.values(*told)),
        "passages": list(Passage.objects.filter(item__in=rows).order_by("pk").values(*moved)),
        "hand-overs": list(Handover.objects.filter(item__in=rows).order_by("pk").values(*given)),
    }


def erase(person_ids: Sequence[int]) -> dict[str, int]:
    """Delete it. Called while their records are still there: they are found by them."""
    keys = _keys(person_ids)
    Entry.objects.filter(about__in=keys, kind__startswith="process.").update(data={})
    return {"items": run.forget(keys)}


def _keys(person_ids: Sequence[int]) -> list[str]:
    return sorted({*(f"person:{number}" for number in person_ids), *kinds.theirs(person_ids)})
