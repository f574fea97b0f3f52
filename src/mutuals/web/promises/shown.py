"""How promises are shown: one line each, and what a text that is being written promises."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mutuals.base import clock
from mutuals.inbox import promises_found
from mutuals.inbox.models import Promise, PromiseState
from mutuals.people.visibility import visible_to as visible_people
from mutuals.staff.models import User
from mutuals.web.frame import talk


@dataclass(frozen=True)
class Line:
    """A promise as a list prints it. `person` is None where this viewer may not see them; `who` is what is said then."""

    row: Promise
    person: Any
    who: str
    is_late: bool
    is_soon: bool

    @property
    def mark(self) -> tuple[str, str]:
        """The colour and the words of its state."""
        if self.row.state == PromiseState.OPEN:
            return ("late", "Late") if self.is_late else ("care", "Soon") if self.is_soon else ("line", "Open")
        if self.row.state == PromiseState.KEPT:
            return ("good", "Kept") if self.row.told_at else ("care", "Kept, not told")
        colour = {PromiseState.BROKEN: "late", PromiseState.SUGGESTED: "note"}.get(PromiseState(self.row.state), "line")
        return colour, self.row.get_state_display()


def lines(rows: Iterable[Promise], viewer: User) -> list[Line]:
    """The same for some rows, in one statement more."""
    found, now = list(rows), clock.now()
    told = {row.pk: row.person.canonical if row.person else None for row in found}
    ids = {one.pk for one in told.values() if one is not None}
    seen = set(visible_people(viewer).filter(pk__in=ids).values_list("pk", flat=True)) if ids else set()
    return [_line(row, told[row.pk], seen, now) for row in found]


def _line(row: Promise, person: Any, seen: Collection[int], now: datetime) -> Line:
    is_open = row.state == PromiseState.OPEN and row.due_at is not None
    opener = row.conversation.opener if row.conversation else None
    return Line(
        row,
        person if person is not None and person.pk in seen else None,
        talk.named(opener, full=False) if opener else "",
        is_late=bool(is_open and row.due_at and row.due_at <= now),
        is_soon=bool(is_open and row.alerted_at is not None),
    )


def reading(text: str, viewer: User, ticked: Collection[str] = ()) -> list[dict[str, Any]]:
    """What a text that the viewer writes promises, each with its number, and whether it is ticked to be kept track of."""
    found = promises_found.promised(text, writer=viewer, now=clock.now()) if text.strip() else []
    return [
        {"number": str(n), "words": one.words, "due_at": one.due_at, "is_ticked": str(n) in ticked}
        for n, one in enumerate(found, 1)
    ]
