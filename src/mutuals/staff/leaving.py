"""What this room does when a person leaves: of customers it holds only what somebody typed into settings of the house."""

from __future__ import annotations

from mutuals.base.leaving import Part, register

TYPED = """
SELECT 'calendar:' || c.id, 'calendar', NULL::bigint, concat_ws(' ', c.name, string_agg(h.words, ' ')) FROM base_calendar c
    LEFT JOIN base_holiday h ON h.calendar_id = c.id GROUP BY c.id
UNION ALL SELECT 'house:1', 'rates', NULL::bigint, string_agg(DISTINCT source, ' ') FROM base_rate HAVING count(*) > 0
"""
"""What staff typed here, as `capture.typed` asks for it."""


def register_leaving() -> None:
    """Take part."""
    register(Part("staff", typed=TYPED, typed_in="calendars, rates"))
