"""What this room does when a person leaves: files that were taken out and may hold them go, and reports name them no more."""

from __future__ import annotations

from mutuals.base.leaving import Counts, Leaver, Part, register
from mutuals.insights import exports

_LAST = 120
"""After everything else: what is written again from here on does not find them any more."""
TYPED = "SELECT 'export:' || id, 'condition', by_id::bigint, concat_ws(' ', words, asked) FROM insights_export"
_REPORTS = """
SELECT 'report:' || id, 'name or condition', owner_id::bigint, concat_ws(' ', name, body::text) FROM insights_report
UNION ALL SELECT 'dashboard:' || id, 'name', owner_id::bigint, name FROM insights_dashboard
"""


def register_leaving() -> None:
    """Take part."""
    register(Part("insights", erase={_LAST: _forget}, typed=TYPED, typed_in="exports"))
    register(Part("reports", typed=_REPORTS, typed_in="reports"))


def _forget(them: Leaver) -> Counts:
    gone = exports.erased(now=them.now)
    return {"files of exports": gone} if gone else {}
