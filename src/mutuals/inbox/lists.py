"""The lists of cases, tasks and promises, for `base.lists`: how they are narrowed, written, put on a board and into a month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from mutuals.base import clock, lists
from mutuals.base.filters import Kind
from mutuals.base.lists import (
    Act,
    Asked,
    Board,
    Card,
    Column,
    Editing,
    Entry,
    Lane,
    Listing,
    Narrow,
    Ref,
    Sort,
    Total,
    Unseen,
)
from mutuals.base.refusals import Refusal
from mutuals.inbox import case_edit, cases, promises, promises_listed, stepped, tasks, tasks_asked, tasks_read
from mutuals.inbox.models import Case, CaseState, Priority, Promise, PromiseState, Severity, Task
from mutuals.inbox.narrows import WHOSE, house, name_of, person, person_by, states, user, whose, words
from mutuals.people.lists import exports, owner, staff
from mutuals.processes import standing, steps
from mutuals.staff import meanwhile, named
from mutuals.staff.models import User

MOST_TICKED = 200


# Cases


def _hold_case(pk: int, by: User) -> Case:
    row = cases.visible_to(by).filter(pk=pk).first()
    if row is None:
        raise Refusal("This case is not there any more.")
    return stepped.held(row, by=by)


def _told_case(row: Case, name: str) -> Any:
    if name == "step":
        return row.item.step if row.item else None
    value = row.owner_id if name == "owner" else getattr(row, name)
    return None if value is None else str(value)


def _write_case(row: Case, changes: Mapping[str, Any], by: User, now: datetime, because: str) -> None:
    told = dict(changes)
    step = told.pop("step", None)
    if "owner" in told:
        told["owner"] = user(told["owner"])
    if told:
        row = case_edit.edit(row, by=by, now=now, changes=told)
    if step:
        standing.go(row.item, step, by=by, now=now, because=because)


def _last_case(row: Case, name: str) -> tuple[str, datetime] | None:
    return standing.last_moved(row.item) if name == "step" else meanwhile.last(f"case:{row.pk}", name)


def _lanes(rows: QuerySet[Any], asked: Asked) -> tuple[list[Lane], list[Total]]:
    return standing.lanes(rows, standing.process_of(asked, "case"), via="item__", now=asked.now), []


def _cards(rows: Sequence[Any], viewer: Any, now: datetime) -> list[Card]:
    del viewer
    shapes = standing.shapes_of(row.item for row in rows)
    return [
        Card(
            row.pk, f"case:{row.pk}", f"{row.reference} {row.title}",
            whom=str(row.person.canonical) if row.person else row.organisation.name if row.organisation else "",
            owner_id=row.owner_id, owner=row.owner.name if row.owner else "", note=row.get_severity_display(),
            **standing.card_of(row.item, shapes, now),
        )
        for row in rows
    ]  # fmt: skip


def _step(row: Case) -> str | None:
    """The name of the step where an open one stands."""
    is_there = row.item is not None and row.state == CaseState.OPEN
    return steps.name(steps.shape_of(row.item.version), row.item.step) if is_there and row.item else None


_BESIDE = ("person__canonical", "organisation", "owner", "team", "item__version")
CASES = Listing(
    record="case",
    words=("case", "cases"),
    right="case.view",
    visible_to=cases.visible_to,
    title=Column("title", value=lambda row: Ref(row.title, f"case:{row.pk}")),
    columns=(
        Column("reference", "Number"),
        Column("state", groups=True),
        Column("priority", groups=True),
        Column("severity", groups=True),
        Column("kind", usual=False, groups=True),
        Column("step", "Step", value=_step),
        Column("person", "Customer", kind=Kind.TEXT, value=person),
        Column("organisation", "Organisation", kind=Kind.TEXT, value=house),
        Column("conversation", "Conversation", kind=Kind.NUMBER, value="conversation_id", usual=False),
        Column("owner", kind=Kind.TEXT, value=owner, groups=True),
        Column("team", kind=Kind.TEXT, value=name_of("team")),
        Column("limit", warns=lambda row: row.state == CaseState.OPEN and row.due_at < clock.now()),
        Column("opened"),
        Column("ended", usual=False),
        Column("purpose", usual=False),
        Column("outcome", usual=False),
        Column("result", usual=False),
        Column("reopened", usual=False),
    ),
    sorts=(
        Sort("newest", "Last opened", "opened_at", descending=True),
        Sort("limit", "Soonest limit", "due_at", nullable=True),
    ),
    narrows=(
        Narrow("q", "C-00012, words", lambda rows, value, _: cases.found_by(rows, value), typed=True),
        Narrow("serial", "Serial number", lambda rows, value, _: cases.with_serial(rows, value), typed=True),
        whose("owner", "team"),
        states(CaseState.choices),
        Narrow(
            "process", "Process",
            lambda rows, value, viewer: rows.filter(item__process=standing.named(value, viewer, "case")),
            told=lambda value, viewer: standing.told(value, viewer, "case"),
        ),
        person_by(lambda rows, ids: rows.filter(person__in=ids)),
    ),
    beside=lambda rows: rows.select_related(*_BESIDE),
    options={"owner": staff},
    exports=exports,
    editing=Editing(
        right="case.edit",
        entries=(
            Entry("title", "Title", bulk=False),
            Entry("priority", "Priority", "choice", options=lambda _: tuple(Priority.choices)),
            Entry("severity", "Severity", "choice", options=lambda _: tuple(Severity.choices)),
            Entry("owner", "Owner", "choice", options=staff, empty="nobody"),
            Entry("step", "Step", "choice", options=lambda viewer: standing.choices(viewer, "case"), inline=False),
        ),
        hold=_hold_case,
        told=_told_case,
        write=_write_case,
        last=_last_case,
        moved=("step",),
    ),
    board=Board(
        entry="step",
        path="item__step",
        order="item__entered_at",
        rows=lambda rows, asked: standing.rows_of(rows, standing.process_of(asked, "case"), via="item__").filter(
            state=CaseState.OPEN
        ),
        lanes=_lanes,
        cards=_cards,
        goals=lambda asked: standing.goals(standing.process_of(asked, "case")),
        beside=lambda rows: rows.select_related(*_BESIDE),
    ),
    month="limit",
)  # fmt: skip


# Tasks


def _hold_task(pk: int, by: User) -> Task:
    row = tasks_asked.visible_to(by).filter(pk=pk).first()
    if row is None:
        raise Refusal("This task is not there any more.")
    return tasks.held(row, by=by)


def _told_task(row: Task, name: str) -> Any:
    value = row.assignee_id if name == "owner" else getattr(row, name)
    return None if value is None else str(value)


def _write_task(row: Task, changes: Mapping[str, Any], by: User, now: datetime, because: str) -> None:
    del because
    told = dict(changes)
    if "owner" in told:
        told["assignee"] = user(told.pop("owner"))
    tasks.edit(row, by=by, changes=told, now=now)


_SPANS = (
    ("open", "Open"), ("late", "Late"), ("today", "Today"), ("week", "This week"), ("none", "Without a date"), ("done", "Done"),
)  # fmt: skip


def _of_span(rows: QuerySet[Any], value: str, viewer: Any) -> QuerySet[Any]:
    if value not in ("all", *tasks_asked.SPANS):
        raise Unseen(f"Tasks are: {', '.join(tasks_asked.SPANS)}, all.")
    return rows if value == "all" else tasks_asked.in_span(rows, tasks_asked.Asked(_now_of(viewer), span=value))


def _record(value: str, viewer: Any) -> Ref:
    found = named.shown(viewer, [value[:60]]).get(value[:60])
    if found is None:
        raise Unseen("There is no such record.")
    return Ref(found.name, found.key)


def _is_late(row: Task) -> bool:
    return tasks_asked.is_late(row, timezone.localtime(clock.now()))


def _now_of(viewer: Any) -> datetime:
    return clock.now().astimezone(tasks_read.zone_of(viewer))


def _done(ids: Sequence[int], by: Any, _: str) -> str:
    rows = list(tasks_asked.visible_to(by).filter(pk__in=list(ids)[:MOST_TICKED], done_at=None).order_by("pk"))
    return f"{len(tasks.done_many(rows, by=by, now=clock.now()))} done."


TASKS = Listing(
    record="task",
    words=("task", "tasks"),
    right="task.view",
    visible_to=tasks_asked.visible_to,
    title=Column("title", value=lambda row: Ref(row.title, f"task:{row.pk}")),
    columns=(
        Column("kind", groups=True),
        Column("person", "Customer", kind=Kind.TEXT, value=person),
        Column("about", "About", usual=False),
        Column("owner", kind=Kind.TEXT, value=name_of("assignee")),
        Column("team", kind=Kind.TEXT, value=name_of("team")),
        Column("starts", "Begins", kind=Kind.TIME, value="starts_at", usual=False),
        Column("ends", "Ends", kind=Kind.TIME, value="ends_at", usual=False),
        Column("due", value=lambda row: row.due_on or row.due_at, warns=_is_late),
        Column("day", usual=False),
        Column("done"),
        Column("outcome", groups=True),
        Column("result", usual=False),
        Column("notes", usual=False),
        Column("made", usual=False),
    ),
    sorts=(
        Sort("due", "Soonest due", "due_at", nullable=True),
        Sort("newest", "Newest", "pk", descending=True),
        Sort("done", "Last done", "done_at", descending=True, nullable=True),
    ),
    acts=(Act("done", "Done", "check", "task.edit", _done),),
    narrows=(
        words("title"),
        whose("assignee", "team", usual="mine", longest=2),
        Narrow("state", "Which", _of_span, choices=_SPANS, usual="open"),
        person_by(tasks_asked.of_people),
        Narrow("about", "About", lambda rows, value, _: rows.filter(about=value[:60]), told=_record),
    ),
    beside=lambda rows: rows.select_related("person__canonical", "assignee", "team"),
    options={"owner": staff},
    exports=exports,
    editing=Editing(
        right="task.edit",
        entries=(
            Entry("title", "Title", bulk=False),
            Entry("owner", "Who does it", "choice", options=staff, empty="nobody"),
        ),
        hold=_hold_task,
        told=_told_task,
        write=_write_task,
        last=lambda row, name: meanwhile.last(f"task:{row.pk}", "assignee" if name == "owner" else name),
    ),
    month="due",
)


# Promises


def _hold_promise(pk: int, by: User) -> Promise:
    row = promises.visible_to(by).filter(pk=pk).select_for_update(no_key=True, of=("self",)).first()
    if row is None:
        raise Refusal("This promise is not there any more.")
    return row


def _write_promise(row: Promise, changes: Mapping[str, Any], by: User, now: datetime, because: str) -> None:
    del now, because
    to = user(changes["owner"])
    if to is None:
        raise Refusal("Choose who sees to it.", fields={"owner": "Choose who sees to it."})
    promises.hand(row, by=by, to=to)


def _keep(ids: Sequence[int], by: Any, _: str) -> str:
    rows = promises.visible_to(by).filter(pk__in=list(ids)[:MOST_TICKED], state=PromiseState.OPEN).order_by("pk")
    found = [promises.keep(row, by=by, now=clock.now()) for row in rows]
    return f"{len(found)} kept. Tell the customers."


PROMISES = Listing(
    record="promise",
    words=("promise", "promises"),
    right="promise.view",
    visible_to=promises.visible_to,
    title=Column("words", value=lambda row: Ref(row.words, f"promise:{row.pk}")),
    columns=(
        Column("state", groups=True),
        Column("person", "Customer", kind=Kind.TEXT, value=person),
        Column("case", "Case", value=lambda row: Ref(row.case.reference, f"case:{row.case_id}") if row.case else None),
        Column("about", "About", usual=False),
        Column("conversation", "Conversation", kind=Kind.NUMBER, value="conversation_id", usual=False),
        Column("owner", kind=Kind.TEXT, value=owner, groups=True),
        Column("due", warns=lambda row: row.state == PromiseState.OPEN and row.due_at <= clock.now()),
        Column("made", usual=False),
        Column("kept"),
        Column("reason", usual=False),
    ),
    sorts=(Sort("due", "Soonest due", "due_at", nullable=True), Sort("newest", "Newest", "pk", descending=True)),
    acts=(Act("keep", "Kept", "check", "promise.edit", _keep),),
    narrows=(
        words("words"),
        Narrow("whose", "Whose", promises_listed.of_whom, choices=WHOSE[:2], usual="mine"),
        states(PromiseState.choices, {"late": ("Late", lambda: Q(state=PromiseState.OPEN, due_at__lt=clock.now()))}),
        person_by(lambda rows, ids: rows.filter(promises_listed.made_to(ids))),
    ),
    beside=lambda rows: rows.select_related("person__canonical", "case", "owner"),
    options={"owner": staff},
    exports=exports,
    editing=Editing(
        right="promise.edit",
        entries=(Entry("owner", "Who sees to it", "choice", options=staff),),
        hold=_hold_promise,
        told=lambda row, name: str(row.owner_id) if row.owner_id else None,
        write=_write_promise,
        last=lambda row, name: meanwhile.last_of(promises.about_of(row), "promise.handed"),
    ),
    month="due",
)


def register_lists() -> None:
    """Make the lists of this room known. Runs after the room `people`."""
    for one in (CASES, TASKS, PROMISES):
        lists.register(one)
