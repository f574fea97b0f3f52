"""What staff have here: reports and dashboards, which somebody else takes over when their access ends."""

from __future__ import annotations

from mutuals.insights import reports
from mutuals.staff import accounts


def register_owned() -> None:
    """Make it known to whoever ends an access."""
    accounts.hold("reports", count=reports.held_by, move=reports.hand_over)
