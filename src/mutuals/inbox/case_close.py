"""How a case ends, with what was wanted and what came of it, and how it goes on again."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.db import transaction

from mutuals.base import gate
from mutuals.base.refusals import Refusal
from mutuals.conversations.models import Conversation
from mutuals.inbox import stepped
from mutuals.inbox.models import Case, CaseState, Outcome, Purpose
from mutuals.processes import run
from mutuals.processes.models import ItemState
from mutuals.staff.models import User
from mutuals.staff.permissions import require

LONGEST = 2_000
Children = Literal["", "close", "leave"]


@transaction.atomic
def close(
    case: Case, *, by: User, now: datetime, purpose: str, outcome: str, result: str = "", is_dropped: bool = False,
    children: Children = "",
) -> Case:  # fmt: skip
    """End a case, solved or dropped, with what they wanted, what came of it, and in words how; what runs about it ends too.

    `children` says what becomes of open cases under it: "close" ends them alike, "leave" lets them be. Twice is once; other
    words about one that has ended replace those that stood there. Refused: no purpose, no outcome, open children
    of which nothing is said, whatever else holds it open, and what the step where it stands asks for.
    """
    gate.enter()
    row = stepped.held(case, by=by)
    told = _told(purpose, outcome, result)
    state = CaseState.DROPPED if is_dropped else CaseState.SOLVED
    if row.state == CaseState.OPEN and children == "close":
        for one in stepped.open_children(row):
            close(one, by=by, now=now, **told, is_dropped=is_dropped, children="close")
    changed = {name: value for name, value in told.items() if getattr(row, name) != value}
    if changed:
        Case.objects.filter(pk=row.pk).update(**changed, changed_at=now)
        row.refresh_from_db(fields=[*changed, "changed_at"])
    if row.state == state:
        return row
    if children == "leave":
        with stepped.leaving_children():
            return _end(row, state, by=by, now=now)
    return _end(row, state, by=by, now=now)


@transaction.atomic
def reopen(case: Case, *, by: User, now: datetime, because: str = "") -> Case:
    """Take a case up again; what ran about it goes on from where it was. Twice is once.

    Refused: another case that is open in one of its conversations.
    """
    require(by, "case.edit", case)
    gate.enter()
    talks = case.talks.filter(is_suggested=False).values_list("conversation_id", flat=True)
    numbers = sorted({*talks, *([case.conversation_id] if case.conversation_id else [])})
    list(Conversation.objects.select_for_update(no_key=True).filter(pk__in=numbers).order_by("pk").values_list("pk"))
    row = stepped.held(case, by=by)
    if row.state == CaseState.OPEN:
        return row
    if row.item is not None:
        run.again(row.item, by=by, now=now, because=because or "The case was opened again.")
        row.refresh_from_db()
    else:
        stepped.put(row, CaseState.OPEN, by=by, now=now)
    return row


def _end(row: Case, state: str, *, by: User, now: datetime) -> Case:
    if row.item is None:
        stepped.put(row, state, by=by, now=now)
        return row
    if row.item.state != ItemState.RUNNING:
        raise Refusal("It ended on its steps; open it again to end it otherwise.")
    run.end(row.item, by=by, now=now, is_lost=state == CaseState.DROPPED, because="The case was ended.")
    row.refresh_from_db()
    return row


def _told(purpose: str, outcome: str, result: str) -> dict[str, str]:
    words = {}
    if purpose not in Purpose.values:
        words["purpose"] = f"Say what they wanted: one of {', '.join(Purpose.values)}."
    if outcome not in Outcome.values:
        words["outcome"] = f"Say what came of it: one of {', '.join(Outcome.values)}."
    text = result.replace("\0", "").strip()
    if len(text) > LONGEST:
        words["result"] = f"At most {LONGEST:,} letters."
    if words:
        raise Refusal(" ".join(words.values()), fields=words)
    return {"purpose": purpose, "outcome": outcome, "result": text}
