"""What staff and teams have here: what runs and is theirs, and the names of teams in drawings."""

from __future__ import annotations

from mutuals.processes import keep, run
from mutuals.staff import accounts, teams


def register_owned() -> None:
    """Make it known to whoever ends an access, or renames a team."""
    accounts.hold("running items", count=run.held_by, move=run.hand_all)
    teams.renamed("processes", keep.follow_team)
