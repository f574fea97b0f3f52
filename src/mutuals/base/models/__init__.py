"""Tables of the floor: what is kept of what happened, and how the house counts time and money."""

from mutuals.base.models.house import Calendar, Holiday, House, Rate, Window
from mutuals.base.models.kept import Blob, Entry, Once

__all__ = ["Blob", "Calendar", "Entry", "Holiday", "House", "Once", "Rate", "Window"]
