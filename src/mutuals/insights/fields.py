"""What conditions may ask of lines of orders and of what we say, besides what their rooms tell."""

from __future__ import annotations

from mutuals.base.filters import Field, Kind, extend
from mutuals.history.models import Status

_OF_LINES = (
    Field("ordered", "Ordered at", Kind.TIME, "order__placed_at"),
    Field("currency", "Currency", Kind.TEXT, "order__currency"),
)
_STATUS = Field("status", "How far it has come", Kind.CHOICE, "status", choices=tuple(Status.choices))


def register_fields() -> None:
    """Give them to records of the rooms below."""
    extend("line", _OF_LINES)
    extend("interaction", (_STATUS,))
