"""Tables of the floor: what is kept of what happened, what can be undone, and how the house counts time and money."""

from mutuals.base.models.filed import Filed
from mutuals.base.models.house import Calendar, Holiday, House, Rate, Window
from mutuals.base.models.kept import Blob, Entry, Once
from mutuals.base.models.undo import Batch, BatchState, Change

__all__ = [
    "Batch",
    "BatchState",
    "Blob",
    "Calendar",
    "Change",
    "Entry",
    "Filed",
    "Holiday",
    "House",
    "Once",
    "Rate",
    "Window",
]
