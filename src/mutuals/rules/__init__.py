"""If this then that. A room above, or a foreign package, adds what rules may do: `@rules.action(...)`."""

from mutuals.rules.registry import Event, Staff, Tag, TeamName, action

__all__ = ["Event", "Staff", "Tag", "TeamName", "action"]
