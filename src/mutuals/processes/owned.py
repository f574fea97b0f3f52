"""What staff and teams have here: what runs and is theirs, and the names of teams and calendars in drawings."""

from __future__ import annotations

from mutuals.processes import calendars, keep, run
from mutuals.staff import accounts, teams
from mutuals.staff import calendars as of_the_house


def register_owned() -> None:
    """Make it known to whoever ends an access, or renames a team."""
    accounts.hold("running items", count=run.held_by, move=run.hand_all)
    teams.renamed("processes", keep.follow_team)
    of_the_house.used_by("processes", calendars.asked_by, calendars.followed)
