"""What hangs on people here: messages, by the profile they came in by; notes and calls, on the own record."""

from __future__ import annotations

from mutuals.history.models import Interaction
from mutuals.people.hanging import Hanging, Ids, register
from mutuals.people.profiles import OWN

_OTHERS = ("note", "call", "order")


def register_hanging() -> None:
    """Make it known to splits and merges. Notes and calls stay with the own record: they are of whom they were made for."""
    register(Hanging("messages", _messages))
    register(Hanging("notes and calls", _notes))


def _messages(_person_ids: Ids, profile_ids: Ids) -> int:
    return Interaction.objects.filter(profile__in=profile_ids).exclude(kind__in=_OTHERS).count()


def _notes(_person_ids: Ids, profile_ids: Ids) -> int:
    return Interaction.objects.filter(profile__in=profile_ids, profile__network=OWN, kind__in=_OTHERS[:2]).count()
