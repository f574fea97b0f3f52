"""Taking up what a pillar found in the stream: the cue is mine, and so is its conversation, if nobody has it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from mutuals.history.models import Interaction
from mutuals.inbox import work
from mutuals.inbox.models import Turn
from mutuals.listening.models import Cue
from mutuals.listening.pillar import cues
from mutuals.listening.pillar.pillars import Way
from mutuals.staff.models import User


def take(interaction_id: int, way: Way, *, by: User, now: datetime) -> Cue:
    """Work on it. A conversation that a colleague has stays theirs. Refused: a cue that a colleague works on."""
    with transaction.atomic():
        cue = cues.take(interaction_id, way, by=by, now=now)
        said = Interaction.objects.filter(pk=interaction_id).values("conversation_id")
        turn = Turn.objects.select_related("conversation").filter(pk__in=said, assignee=None).first()
        if turn is not None:
            work.assign(turn, by=by, to=by, now=now)
    return cue
