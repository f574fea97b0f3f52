"""The list of leads, for `base.lists`: the runs of those who may buy, on a board by step and as a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from mutuals.base import clock
from mutuals.base.filters import Kind
from mutuals.base.lists import (
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
from mutuals.people.lists import exports, owner, staff
from mutuals.processes import run, standing, steps
from mutuals.processes.models import Item, ItemState
from mutuals.sales import leads
from mutuals.staff.models import User
from mutuals.staff.permissions import require

KIND = leads.KIND
_STATES = (("running", "Open"), ("won", "Converted"), ("lost", "Let go"))


def visible_to(viewer: Any) -> QuerySet[Item]:
    """The runs of leads, of all states."""
    return leads.rows(viewer, "all")


def _in_state(rows: QuerySet[Any], value: str, _: Any) -> QuerySet[Any]:
    if value not in (*leads.STATES, "all"):
        raise Unseen(f"Leads are: {', '.join(leads.STATES)}.")
    return leads.in_state(rows, value)


def _with_whos(rows: list[Any], viewer: Any) -> None:
    """Who each run of a page is about, and what was said when they were taken up; four statements."""
    found = {one.item.pk: one for one in leads.told(viewer, rows)}
    for row in rows:
        one = found.get(row.pk)
        row.who, row.source, row.note = (one.who, one.source, one.note) if one else (None, "", "")


def _who(row: Any) -> Ref:
    who = getattr(row, "who", None)
    return Ref(str(who), f"{row.about.partition(':')[0]}:{who.pk}") if who else Ref("Somebody")


def _hold(pk: int, by: User) -> Item:
    require(by, "lead.edit")
    row = visible_to(by).filter(pk=pk).first()
    if row is None:
        raise Refusal("This lead is not there any more.")
    return run.held(row, by=by)


def _write(row: Item, changes: Mapping[str, Any], by: User, now: datetime, because: str) -> None:
    require(by, "lead.edit")
    if changes.get("step"):
        standing.go(row, changes["step"], by=by, now=now, because=because)


def _lanes(rows: QuerySet[Any], asked: Asked) -> tuple[list[Lane], list[Total]]:
    return standing.lanes(rows, standing.process_of(asked, KIND), via="", now=asked.now), []


def _cards(rows: Sequence[Any], viewer: Any, now: datetime) -> list[Card]:
    _with_whos(list(rows), viewer)
    shapes = standing.shapes_of(rows)
    return [
        Card(
            row.pk, _who(row).key or row.about, _who(row).words,
            owner_id=row.owner_id, owner=row.owner.name if row.owner else "", **standing.card_of(row, shapes, now),
        )
        for row in rows
    ]  # fmt: skip


LEADS = Listing(
    record=KIND,
    words=("lead", "leads"),
    right="lead.view",
    visible_to=visible_to,
    title=Column("about", "Who", value=_who),
    columns=(
        Column("process", usual=False, groups=True),
        Column("step", value=lambda row: steps.name(steps.shape_of(row.version), row.step), groups=True),
        Column("state", usual=False, groups=True),
        Column("source", "Where from", Kind.TEXT, value="source"),
        Column("note", "Note", Kind.TEXT, value="note"),
        Column("owner", kind=Kind.TEXT, value=owner, groups=True),
        Column("began", usual=False),
        Column("entered"),
        Column("limit", warns=lambda row: row.state == ItemState.RUNNING and row.due_at <= clock.now()),
        Column("ended", usual=False),
    ),
    sorts=(Sort("newest", "Last begun", "pk", descending=True),),
    narrows=(
        Narrow("state", "State", _in_state, choices=_STATES, usual="running"),
        Narrow(
            "process", "Process",
            lambda rows, value, viewer: rows.filter(process=standing.named(value, viewer, KIND)),
            told=lambda value, viewer: standing.told(value, viewer, KIND),
        ),
    ),
    beside=lambda rows: rows.select_related("process", "version", "owner"),
    dress=_with_whos,
    options={"owner": staff, "step": lambda viewer: standing.choices(viewer, KIND)},
    exports=exports,
    editing=Editing(
        right="lead.edit",
        entries=(Entry("step", "Step", "choice", options=lambda viewer: standing.choices(viewer, KIND), inline=False),),
        hold=_hold,
        told=lambda row, name: getattr(row, name),
        write=_write,
        last=lambda row, name: standing.last_moved(row),
        moved=("step",),
    ),
    board=Board(
        entry="step",
        path="step",
        order="entered_at",
        rows=lambda rows, asked: standing.rows_of(rows, standing.process_of(asked, KIND), via="").filter(
            state=ItemState.RUNNING
        ),
        lanes=_lanes,
        cards=_cards,
        goals=lambda asked: standing.goals(standing.process_of(asked, KIND)),
        beside=lambda rows: rows.select_related("owner", "version"),
    ),
)  # fmt: skip
