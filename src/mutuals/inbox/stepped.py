"""Cases and what runs about them: the two begin, end and go on together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from mutuals.base import journal, wake
from mutuals.base.refusals import Refusal
from mutuals.inbox import case_policy
from mutuals.inbox.models import Case, CaseState, CaseTalk, Outcome, Purpose
from mutuals.processes import run, usual
from mutuals.processes.models import Item, ItemState, Passage, Process
from mutuals.processes.shape import Step
from mutuals.staff.models import User
from mutuals.staff.permissions import require

may_not_close: list[Callable[[Case], list[str]]] = []
"""Who may hold a case open: each gives the reasons, in words, why it may not end yet; [] where it may. Told at start-up."""
AT_END = ("purpose", "outcome")
"""Fields that every end asks for."""
_leaves_children: ContextVar[bool] = ContextVar("leaves_children", default=False)


@contextmanager
def leaving_children() -> Iterator[None]:
    """Within, a case may end although cases under it are open: somebody was asked and wants them left."""
    before = _leaves_children.set(True)
    try:
        yield
    finally:
        _leaves_children.reset(before)


def ask_to_close(case: Case) -> None:
    """Refuse to end a case, solved or dropped, while somebody holds it open or cases under it are; all words are told."""
    reasons = [words for asked in may_not_close for words in asked(case)]
    under = [] if _leaves_children.get() else open_children(case)
    if under:
        named = ", ".join(one.reference for one in under[:5]) + (" and more" if len(under) > 5 else "")
        reasons.append(f"Under it {named} {'is' if len(under) == 1 else 'are'} open: end them too, or leave them open.")
    if reasons:
        raise Refusal(
            f"{case.reference} cannot end yet. {' '.join(reasons)}",
            fields={"children": "Close them too, or leave them."} if under else {},
        )


def open_children(case: Case) -> list[Case]:
    """Cases that are open directly under one."""
    return list(Case.objects.filter(parent=case.pk, state=CaseState.OPEN, trashed_at=None).order_by("pk")[:100])


def entered(item: Item, step: Step | None, by: User, now: datetime) -> None:
    """Write where it stands to the case: open while it runs, solved at an end, dropped at a lost end or where it was dropped.

    Refused: a case that runs in another process, one that has ended, one to be opened again beside another open one, and an
    end of which nobody said what was wanted and what came of it.
    """
    row = locked(item.about)
    if row.item_id not in (None, item.pk):
        raise Refusal(f"{row.reference} runs in another process already.")
    if row.item_id is None and row.state != CaseState.OPEN:
        raise Refusal(f"{row.reference} has ended; open it again before it runs in a process.")
    state = CaseState.OPEN
    if item.state != ItemState.RUNNING:
        state = CaseState.DROPPED if step is None or step.end == "lost" else CaseState.SOLVED
    if row.item_id is None:
        row.item = item
        row.save(update_fields=["item"])
    if step is None and state != CaseState.OPEN:
        _said_by_dropping(row, item)
    put(row, state, by=by, now=now)
    wake.changed("inbox", [row.conversation_id] if row.conversation_id else [])


def put(row: Case, state: str, *, by: User, now: datetime) -> None:
    """Write a state to a case that is locked, with all that goes with it. Refused as `entered` says."""
    before = row.state
    if state == before:
        return
    if state == CaseState.OPEN:
        alone(row)
        row.ended_at = row.ended_by = row.reopen_until = None
        row.purpose = row.outcome = row.result = ""
        row.reopened = min(row.reopened + 1, 30_000)
    else:
        if before == CaseState.OPEN:
            ask_to_close(row)
        empty = [name for name in AT_END if not getattr(row, name)]
        if empty:
            words = "Say what they wanted and what came of it."
            raise Refusal(words, fields=dict.fromkeys(empty, "Please choose one."))
        days = case_policy.row().reopen_days
        row.ended_at, row.ended_by = row.ended_at or now, by
        row.reopen_until = now + timedelta(days=days) if days else None
    row.state, row.changed_at = state, now
    row.save(
        update_fields=[
            "state", "ended_at", "ended_by", "reopen_until", "purpose", "outcome", "result", "reopened", "changed_at",
        ]
    )  # fmt: skip
    CaseTalk.objects.filter(case=row, is_suggested=False).update(is_open=state == CaseState.OPEN)
    journal.note(
        "case.changed", about_of(row), by=by, case=row.reference, state=row.state, priority=row.priority,
        before=[before, row.priority], purpose=row.purpose, outcome=row.outcome,
    )  # fmt: skip


@transaction.atomic
def start(case: Case, *, by: User, now: datetime, process: Process | None = None) -> Item:
    """Let a case run in a process, in the usual one of its pillar without one. What runs already is kept.

    Refused: a case that has ended, a process in which no case can start.
    """
    require(by, "case.edit", case)
    there = Item.objects.filter(case=case.pk).first()
    if there is not None:
        return there
    in_which = process or usual.of("case", by=by, now=now, pillar=case.pillar)
    return run.start(f"case:{case.pk}", in_which, by=by, now=now)


@transaction.atomic
def change_process(case: Case, process: Process, *, by: User, now: datetime) -> Case:
    """Let a case go by the steps of another process from its start; those where it was end. Twice is once.

    Refused: a case that has ended, a process of other things, one that is retired or has no version in use.
    """
    require(by, "case.edit", case)
    old = Item.objects.select_for_update(no_key=True).select_related("process").filter(case=case.pk).first()
    if old is not None and old.process_id == process.pk:
        return case
    if process.kind != "case":
        raise Refusal(f"“{process.name}” is no process of cases.")
    row = locked(f"case:{case.pk}")
    if row.state != CaseState.OPEN:
        raise Refusal(f"{row.reference} has ended; open it again first.")
    words = f"It goes by “{process.name}” now."
    if old is not None:
        run.lapse([f"case:{row.pk}"], now=now, because=words)
        Case.objects.filter(pk=row.pk).update(item=None, changed_at=now)
    item = run.start(f"case:{row.pk}", process, by=by, now=now)
    if item.state != ItemState.RUNNING:  # it was there before
        run.again(item, by=by, now=now, because=words)
    frm = old.process.name if old else ""
    journal.note("case.process", row, by=by, case=row.reference, to=process.name, **{"from": frm})
    row.refresh_from_db()
    return row


def alone(row: Case) -> None:
    """Refuse to open one again where another is open in one of its conversations."""
    talks = list(row.talks.filter(is_suggested=False).values_list("conversation_id", flat=True))
    numbers = [number for number in (row.conversation_id, *talks) if number is not None]
    if in_conversations(numbers).exclude(pk=row.pk).exists():
        raise Refusal("Another case is open in this conversation.")


def in_conversations(numbers: list[int]) -> QuerySet[Case]:
    """Cases that are open in some conversations: begun there or joined."""
    joined = CaseTalk.objects.filter(conversation__in=numbers, is_open=True).values("case_id")
    return Case.objects.filter(Q(conversation__in=numbers) | Q(pk__in=joined), state=CaseState.OPEN)


def about_of(row: Case) -> str:
    """What entries about a case are kept under: its conversation, else its person, else its organisation."""
    if row.conversation_id:
        return f"conversation:{row.conversation_id}"
    return f"person:{row.person_id}" if row.person_id else f"organisation:{row.organisation_id}"


def locked(about: str) -> Case:
    """The case of a text key, for this transaction."""
    row = Case.objects.select_for_update(of=("self",)).filter(pk=int(about.removeprefix("case:"))).first()
    if row is None:
        raise Refusal("This case is not there any more.")
    return row


def held(case: Case, *, by: User, act: str = "case.edit") -> Case:
    """The case with its item, locked in the order in which whoever moves it does so, for somebody who may edit it.

    Refused: one that is not there any more, one in the trash.
    """
    require(by, act, case)
    list(Item.objects.select_for_update(no_key=True).filter(case=case.pk).values_list("pk"))
    rows = Case.objects.select_for_update(of=("self",), no_key=True)
    row = rows.select_related("item__process", "person__canonical", "organisation", "owner", "team").filter(pk=case.pk)
    found = row.first()
    if found is None or found.trashed_at is not None:
        raise Refusal("This case is not there any more.")
    return found


def _said_by_dropping(row: Case, item: Item) -> None:
    """What was dropped on its steps had no answer; why it was dropped is the result."""
    last = Passage.objects.filter(item=item).order_by("-pk").first()
    row.purpose, row.outcome = row.purpose or Purpose.NONE, row.outcome or Outcome.NO_ANSWER
    row.result = row.result or (last.because if last else "")
