"""What conditions can ask of how something was understood, and of the topics that it met."""

from __future__ import annotations

from mutuals.base.filters import Field, Kind, extend
from mutuals.listening.models import Heard, Reading, Stance, Standing, Topic
from mutuals.text.labels import EMOTIONS, INTENTS, MOODS, URGENCY

_BESIDE = (Reading, "interaction_id")


def _choices(names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((name, name.capitalize()) for name in names)


def _topics() -> list[str]:
    return list(Topic.objects.filter(archived_at=None).values_list("name", flat=True))


FIELDS = (
    Field("mood", "Mood", Kind.CHOICE, "mood", choices=_choices(MOODS), beside=_BESIDE),
    Field("emotion", "Emotion", Kind.CHOICE, "emotion", choices=_choices(EMOTIONS), beside=_BESIDE),
    Field("intents", "Intents", Kind.TAGS, "intents", choices=_choices(INTENTS), beside=_BESIDE),
    Field("urgency", "Urgency", Kind.CHOICE, "urgency", choices=_choices(URGENCY), beside=_BESIDE),
    Field("spoken", "Language as read", Kind.TEXT, "language", beside=_BESIDE),
    Field("topics", "Topics", Kind.TAGS, "topics", beside=(Heard, "interaction_id"), names=_topics),
)
"""Fields of the record "interaction". Topics are told by their names."""


_STANDS = (Standing, "person_id")
OF_PEOPLE = (
    Field("talk", "Speaks of us", Kind.CHOICE, "stance", choices=tuple(Stance.choices), beside=_STANDS),
    Field("spoke", "Last spoke of us", Kind.TIME, "spoke_at", beside=_STANDS),
)
"""Fields of the record "person": silence is a value, and no value is "not reckoned yet"."""


def register_fields() -> None:
    """Make them known. Runs after the rooms `people` and `history`."""
    extend("interaction", FIELDS)
    extend("person", OF_PEOPLE)
