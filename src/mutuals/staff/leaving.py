"""What this room does when a person leaves: what staff typed here is searched, what they were told of the person goes."""

from __future__ import annotations

from mutuals.base import undo
from mutuals.base.leaving import Counts, Leaver, Part, register
from mutuals.staff import filed, notices_privacy

TYPED = f"""
SELECT 'calendar:' || c.id, 'calendar', NULL::bigint, concat_ws(' ', c.name, string_agg(h.words, ' ')) FROM base_calendar c
    LEFT JOIN base_holiday h ON h.calendar_id = c.id GROUP BY c.id
UNION ALL SELECT 'house:1', 'rates', NULL::bigint, string_agg(DISTINCT source, ' ') FROM base_rate HAVING count(*) > 0
UNION ALL {notices_privacy.TYPED}
UNION ALL {filed.TYPED}
"""  # noqa: S608 - constants
"""What staff typed here, as `capture.typed` asks for it."""
CHANGED = """
SELECT 'batch:' || b.id, 'words', nullif(split_part(b.by, ':', 2), '')::bigint, b.words FROM base_batch b
UNION ALL SELECT 'batch:' || batch_id, about, NULL::bigint, concat_ws(' ', before, after, kept, said) FROM base_change
"""
"""The same of what was changed by many at once, which is kept so that it can be undone."""
_LAST = 95
"""The turn after those in which rooms above forget what batches keep of records of theirs."""


def register_leaving() -> None:
    """Take part."""
    register(
        Part(
            "staff",
            export=lambda them: notices_privacy.export(them) | filed.export(them),
            erase={
                notices_privacy.FIRST: lambda them: notices_privacy.erase(them) | filed.erase(them),
                _LAST: _forget,
            },
            typed=f"{TYPED} UNION ALL {CHANGED}",
            typed_in="calendars, rates, notices, names of files, changes of many rows",
        )
    )


def _forget(them: Leaver) -> Counts:
    """What batches keep of the person goes, after the rooms above forgot what they keep of deals and others of theirs."""
    gone = undo.forget([f"person:{number}" for number in them.who.person_ids])
    return {"changes kept for undoing erased": gone} if gone else {}
