"""Promises that were ticked while an answer was written: made with its sending."""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.http import QueryDict

from mutuals.base.refusals import Refusal
from mutuals.history.models import Interaction
from mutuals.inbox import promises
from mutuals.inbox.models import Turn
from mutuals.staff.models import User
from mutuals.web.promises.shown import reading


def kept_track(turn: Turn, by: User, row: Interaction, told: QueryDict, now: datetime) -> str:
    """Make those that are ticked, as the text holds them that is sent; what the toast says of it.

    Refused: a moment that is over, or cannot be read.
    """
    ticked = set(told.getlist("promise")[:20])
    made = 0
    for one in reading(row.text, by, ticked) if ticked else ():
        if one["is_ticked"]:
            due = one["due_at"] or _due(told.get(f"promise_due_{one['number']}", ""))
            promises.make(by=by, now=now, words=one["words"], due_at=due, turn=turn, said_in=f"interaction:{row.pk}")
            made += 1
    if ticked and not made:
        return ". The words promise nothing any more, so nothing is kept track of"
    return f". {made} promise{'s' if made > 1 else ''} kept track of" if made else ""


def _due(text: str) -> datetime | None:
    try:
        due: datetime | None = forms.DateTimeField(required=False).clean(text)
    except forms.ValidationError as error:
        raise Refusal("Say until when as a day and an hour.") from error
    return due
