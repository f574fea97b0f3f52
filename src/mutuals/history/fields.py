"""What conditions can ask of what was said: its words, where and how it was said, and by whom."""

from __future__ import annotations

from mutuals.base.filters import Field, Kind, Record, extend, is_known, register
from mutuals.history.models import Direction, Interaction
from mutuals.people.fields import sees_all
from mutuals.staff.models import Pillar

INTERACTION = Record(
    "interaction",
    Interaction,
    (
        Field("words", "Words", Kind.WORDS, "subject text"),
        Field("network", "Network", Kind.TEXT, "network"),
        Field("kind", "Kind", Kind.TEXT, "kind"),
        Field("direction", "Direction", Kind.CHOICE, "direction", choices=tuple(Direction.choices)),
        Field("public", "Public", Kind.BOOL, "is_public"),
        Field("language", "Language as told", Kind.TEXT, "language"),
        Field("occurred", "Said at", Kind.TIME, "occurred_at"),
        Field("source", "Source", Kind.TEXT, "source__name"),
        Field("channel", "Our channel", Kind.TEXT, "channel__name"),
        Field("pillar", "Pillar of our channel", Kind.CHOICE, "channel__pillar", choices=tuple(Pillar.choices)),
        Field("person", "Author", Kind.RELATION, "pk", related="person", own="profile__person__canonical_id"),
    ),
    where={"deleted_at": None},
)
SAID = Field(
    "interactions", "Has an interaction", Kind.RELATION, "profile__person__canonical",
    related="interaction", may=sees_all("conversation.view"),
)  # fmt: skip


def register_fields() -> None:
    """Make what was said known. Runs after the room `people`."""
    if not is_known(INTERACTION.name):  # rooms above add to it; a second call must not take that away
        register(INTERACTION)
    extend("person", (SAID,))
