"""Letters to colleagues that no rule asked for: the digest of what was said, for those who want it by mail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from mutuals.history.models import Interaction
from mutuals.listening.board import digest
from mutuals.listening.models import Told
from mutuals.rules import send
from mutuals.staff import notices
from mutuals.staff.models import User, Why


def of_digest(user: User, made: Sequence[Told], now: datetime) -> bool:
    """Mail a digest to its reader, once a day of theirs; whether it is to leave.

    It says why each item is shown and where it stands, never a customer's words: those are read in the house, if they are
    still there.
    """
    day = now.astimezone(ZoneInfo(user.zone)).date()
    home = settings.PUBLIC_URL.rstrip("/")
    talks = dict(
        Interaction.objects.filter(pk__in=[one.interaction_id for one in made]).values_list("pk", "conversation_id")
    )
    lines = []
    for number, one in enumerate(made, 1):
        talk = talks.get(one.interaction_id)
        way = f"/inbox/{talk}/#m{one.interaction_id}" if talk else f"/listening/{one.topic_id}/"
        lines.append(f"{number}. {one.why}\n   {home}{way}")
    text = "\n\n".join([*lines, f"All of it: {home}/listening/digest/"])
    many = f"{len(made)} thing{'s' * (len(made) != 1)} you should know of"
    off = f"{home}/digest/off/{digest.mark_of(user)}/"
    return send.letter(f"digest {user.pk} {day}", user, subject=f"{many}, {day:%d %B}", text=text, off=off, now=now)


def of_notices(user: User, told: Sequence[notices.Line], now: datetime) -> bool:
    """Mail to a colleague what they were told, whether it is to leave. It says who, why and where, never a customer's name or
    words: those are read in the house, by those who may still see them.
    """
    home = settings.PUBLIC_URL.rstrip("/")
    said = {Why.MENTION: "mentioned you", Why.GIVEN: "gave this to you", Why.OFFERED: "offers this to you"}
    lines = [
        f"{number}. {one.record.label}: {one.who} {said.get(one.why, 'changed it')}\n   {home}{one.record.url}"
        for number, one in enumerate(told, 1)
        if one.record is not None
    ]
    if not lines:
        return False
    text = "\n\n".join([*lines, f"All of it: {home}/notices/"])
    many = "Something concerns you" if len(lines) == 1 else f"{len(lines)} things concern you"
    off = f"{home}/notices/off/{notices.mark_of(user)}/"
    return send.letter(f"notices {user.pk} {told[-1].id}", user, subject=many, text=text, off=off, now=now)
