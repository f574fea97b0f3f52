"""The same work seen twice: by conversation, all that was said over every channel; by step, what was done at each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mutuals.base.models import Entry
from mutuals.history.models import Interaction
from mutuals.inbox import case_talks, queries
from mutuals.inbox.models import Case
from mutuals.processes import steps
from mutuals.processes.models import Passage
from mutuals.staff.models import User
from mutuals.staff.permissions import may

MOST = 300
"""Messages of one look at a case, the newest."""


@dataclass(slots=True)
class Stay:
    """The time that a case spent at one step, with what was said and done meanwhile. `ended` None = it is there now.

    `seconds` are those that the step counts (working hours where its limit does); None while it is there.
    """

    step: str
    began: datetime
    ended: datetime | None = None
    seconds: int | None = None
    by: str = ""
    because: str = ""
    is_late: bool = False
    is_again: bool = False
    said: list[Interaction] = field(default_factory=list)
    done: list[Entry] = field(default_factory=list)


def thread(case: Case, viewer: User, *, limit: int = MOST) -> list[Interaction]:
    """What was said in all its conversations that this user may read, oldest first; the newest `limit` of it."""
    numbers = case_talks.numbers_of(case)
    seen = list(queries.visible_to(viewer).filter(pk__in=numbers).values_list("pk", flat=True))
    rows = Interaction.objects.filter(conversation__in=seen).select_related(
        "by", "channel", "profile__person__canonical", "conversation"
    )
    return list(rows.order_by("-occurred_at", "-id")[:limit])[::-1]


def stays(case: Case, viewer: User, said: Sequence[Interaction], done: Sequence[Entry]) -> list[Stay]:
    """The steps that it went through, the first one first, each with what was said and done while it was there.

    A case without steps, and who sees no processes, has one stay: from its opening on. What came before its first step stands
    there.
    """
    found = _walked(case) if case.item is not None and may(viewer, "process.view") else []
    found = found or [Stay(case.get_state_display(), case.opened_at, case.ended_at)]
    for message in said:
        _at(found, message.occurred_at).said.append(message)
    for entry in sorted(done, key=lambda one: one.pk):
        _at(found, entry.at).done.append(entry)
    return found


def _walked(case: Case) -> list[Stay]:
    assert case.item is not None
    told = steps.shape_of(case.item.version)
    found: list[Stay] = []
    for one in Passage.objects.filter(item=case.item).select_related("by", "version").order_by("pk"):
        if found:
            last = found[-1]
            last.ended, last.seconds, last.because = one.at, one.seconds, one.because
            last.by, last.is_late, last.is_again = str(one.by or "by itself"), one.in_time is False, one.was_again
        if one.to:
            found.append(Stay(steps.name(told, one.to), one.at))
    return found


def _at(found: Sequence[Stay], at: datetime) -> Stay:
    """The stay in which a moment lies; the first one for what came before it."""
    return next((one for one in reversed(found) if one.began <= at), found[0])
