"""If this then that. A room above, or a foreign package, adds what rules may do: `@rules.action(...)`."""

from mutuals.rules.registry import Answer, Event, Staff, Tag, TeamName, action

__all__ = ["Answer", "Event", "Staff", "Tag", "TeamName", "action"]
