"""The list of deals, for `base.lists`: its columns, how it is edited, its board of steps and its month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import Q, QuerySet

from mutuals.base.filters import Kind
from mutuals.base.lists import (
    Asked,
    Board,
    Card,
    Column,
    Editing,
    Entry,
    Goal,
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
from mutuals.processes import hours, run, steps
from mutuals.processes.models import Passage, Process, Version
from mutuals.records.engine import name_references
from mutuals.sales import deals, pipeline
from mutuals.sales.models import Deal
from mutuals.staff import meanwhile
from mutuals.staff.models import User

_BESIDE = ("person__canonical", "organisation", "owner", "item__process", "item__version")
_STATES = (("open", "Open"), ("won", "Won"), ("lost", "Lost"), ("trash", "Trash"))


def _state(rows: QuerySet[Any], value: str, viewer: Any) -> QuerySet[Any]:
    if value == "trash":
        return pipeline.deals_visible_to(viewer, trashed=True)
    if value not in ("all", *dict(_STATES)):
        raise Unseen("Deals are open, won, lost or in the trash.")
    return rows if value == "all" else rows.filter(outcome="" if value == "open" else value)


def _titled(rows: QuerySet[Any], value: str, _: Any) -> QuerySet[Any]:
    return rows.filter(title__icontains=value[:200])


def _in_pipeline(rows: QuerySet[Any], value: str, viewer: Any) -> QuerySet[Any]:
    return rows.filter(item__process=_named(value, viewer))


def _named(value: str, viewer: Any) -> Process:
    row = next((one for one in pipeline.pipelines(viewer) if str(one.pk) == value), None)
    if row is None:
        raise Unseen("There is no such pipeline.")
    return row


def _owned(rows: QuerySet[Any], value: str, viewer: Any) -> QuerySet[Any]:
    if value == "me":
        return rows.filter(owner=viewer)
    if not value.isdecimal() or len(value) > 18:
        raise Unseen("An owner is named by a number, or as “me”.")
    return rows.filter(owner=int(value))


def _whose(value: str, viewer: Any) -> Ref:
    return Ref("mine" if value == "me" else dict(staff(viewer)).get(value, value))


def _person(row: Any) -> Ref | None:
    one = row.person.canonical if row.person else None
    return Ref(str(one), f"person:{one.pk}") if one else None


def _house(row: Any) -> Ref | None:
    return Ref(row.organisation.name, f"organisation:{row.organisation_id}") if row.organisation else None


def _step(row: Any) -> str:
    return steps.name(steps.shape_of(row.item.version), row.item.step) if row.item else ""


def _steps(viewer: Any) -> list[tuple[str, str]]:
    """The steps of all pipelines by key, each once, in their order."""
    told: dict[str, str] = {}
    for process in pipeline.pipelines(viewer):
        newest = run.newest(process)
        for step in steps.shape_of(newest).steps if newest else ():
            told.setdefault(step.key, step.name)
    return list(told.items())


# How it is edited


def _hold(pk: int, by: User) -> Deal:
    row = pipeline.deals_visible_to(by).filter(pk=pk).first()
    row = row or pipeline.deals_visible_to(by, trashed=True).filter(pk=pk).first()
    if row is None:
        raise Refusal("This deal is not there any more.")
    return deals.held(row, by=by, is_trashed=True)


def _told(row: Deal, name: str) -> Any:
    if name == "step":
        return row.item.step if row.item else None
    if name == "trash":
        return "yes" if row.trashed_at else None
    value = row.owner_id if name == "owner" else getattr(row, name)
    return value if value is None or name == "probability" else str(value)


def _write(row: Deal, changes: Mapping[str, Any], by: User, now: datetime, because: str) -> None:
    told = dict(changes)
    if "trash" in told:
        (deals.trash if told.pop("trash") else deals.restore)(row, by=by, now=now)
    if "owner" in told:
        told["owner"] = User.objects.filter(pk=int(told["owner"])).first() if told["owner"] else None
    step = told.pop("step", None)
    if told:
        deals.edit(row, by=by, changes=told, now=now)
    if step:
        _go(row, step, by=by, now=now, because=because)


def _go(row: Deal, step: str, *, by: User, now: datetime, because: str) -> None:
    """Forwards by a way, else back to where it was: what a card or an undo asks for."""
    item = row.item
    if item is None:
        raise Refusal("This deal runs in no pipeline; put it into one first.")
    told = steps.shape_of(item.version)
    if told.way(item.step, step) is not None or step not in steps.visited(item, told):
        deals.move(row, to=step, by=by, now=now, because=because)
    else:
        deals.held(row, by=by)
        run.back(item, to=step, by=by, now=now, because=because or "Moved back on the board.")


def _last(row: Deal, name: str) -> tuple[str, datetime] | None:
    if name != "step" or row.item is None:
        return meanwhile.last(f"deal:{row.pk}", name)
    moved = Passage.objects.filter(item=row.item).select_related("by").order_by("-pk").first()
    return (str(moved.by) if moved.by else "Mutuals", moved.at) if moved else None


EDITING = Editing(
    right="deal.edit",
    entries=(
        Entry("title", "Title", bulk=False),
        Entry("owner", "Owner", "choice", options=staff, empty="nobody"),
        Entry("step", "Step", "choice", options=_steps),
        Entry("amount", "Amount", "money", bulk=False),
        Entry("probability", "Probability", "number", empty="that of its step"),
        Entry("expected_on", "Expected on", "day", empty="no day", column="expected"),
        Entry(
            "trash", "Trash", "choice", options=lambda _: (("yes", "in the trash"),), empty="not in the trash",
            inline=False,
        ),
    ),
    hold=_hold,
    told=_told,
    write=_write,
    last=_last,
    moved=("step",),
    trash=True,
)  # fmt: skip


# Its board


def _process(asked: Asked) -> Process | None:
    """The pipeline that is asked for; without one the usual, or the first."""
    there = pipeline.pipelines(asked.viewer)
    said = asked.kept.get("pipeline", "")
    return _named(said, asked.viewer) if said else next(iter(there), None)


def _standing(rows: QuerySet[Any], asked: Asked) -> QuerySet[Any]:
    process = _process(asked)
    return pipeline.standing(rows, process) if process else rows.none()


def _lanes(rows: QuerySet[Any], asked: Asked) -> tuple[list[Lane], list[Total]]:
    process = _process(asked)
    if process is None:
        return [], []
    found, _ = pipeline.columns(rows, process, now=asked.now)
    lanes = [
        Lane(
            one.step.key, one.step.name, _note(one), one.count, one.late,
            tuple(Total(sum_.currency, sum_.amount, sum_.weighted) for sum_ in one.sums.values()),
        )
        for one in found
    ]  # fmt: skip
    return lanes, [Total(one.currency, one.amount, one.weighted) for one in pipeline.whole(found)]


def _note(column: pipeline.Column) -> str:
    limit = f"limit {column.step.limit.words}" if column.step.limit else "no limit"
    return limit if column.step.probability is None else f"{limit} · {column.step.probability} %"


def _cards(rows: Sequence[Any], viewer: Any, now: datetime) -> list[Card]:
    """All of them for one statement: the versions in which they run."""
    del viewer
    versions = Version.objects.in_bulk({row.item.version_id for row in rows if row.item})
    shapes = {number: steps.shape_of(version) for number, version in versions.items()}
    return [_card(row, shapes, now) for row in rows]


def _card(row: Any, shapes: Mapping[int, Any], now: datetime) -> Card:
    item = row.item
    here = shapes[item.version_id].step(item.step) if item else None
    percent = row.probability if row.probability is not None else here.probability if here else None
    return Card(
        row.pk,
        f"deal:{row.pk}",
        row.title,
        tuple(way.to for way in here.ways) if here and row.is_open else (),
        whom=row.organisation.name if row.organisation else str(row.person.canonical) if row.person else "",
        amount=row.amount,
        currency=row.currency,
        owner_id=row.owner_id,
        owner=row.owner.name if row.owner else "",
        note="" if percent is None else f"{percent} %",
        since=hours.span((now - item.entered_at).total_seconds()) if item else "",
        is_late=bool(item and row.is_open and item.due_at and item.due_at <= now),
    )


def _goals(asked: Asked) -> dict[str, Goal]:
    process = _process(asked)
    newest = run.newest(process) if process else None
    shape = steps.shape_of(newest) if newest else None
    return {one.key: Goal(one.name, one.reason) for one in shape.steps} if shape else {}


BOARD = Board(
    entry="step",
    path="item__step",
    order="item__entered_at",
    rows=_standing,
    lanes=_lanes,
    cards=_cards,
    goals=_goals,
    beside=lambda rows: rows.select_related("person__canonical", "organisation", "owner", "item"),
)

DEALS = Listing(
    record="deal",
    words=("deal", "deals"),
    right="deal.view",
    visible_to=pipeline.deals_visible_to,
    title=Column("title", value=lambda row: Ref(row.title, f"deal:{row.pk}")),
    columns=(
        Column("person", "Person", value=_person),
        Column("for", value=_house),
        Column("pipeline", usual=False, groups=True),
        Column("step", value=_step, groups=True),
        Column("outcome", groups=True, usual=False),
        Column("reason", usual=False),
        Column("owner", kind=Kind.TEXT, value=owner, groups=True),
        Column("expected"),
        Column("probability", "Sure, %", value=pipeline.probability),
        Column("currency", usual=False, groups=True),
        Column("amount", sums=True, currency="currency"),
        Column("opened", usual=False),
        Column("ended", usual=False),
    ),
    sorts=(
        Sort("newest", "Last opened", "pk", descending=True),
        Sort("changed", "Last changed", "changed_at", descending=True),
        Sort("expected", "Expected first", "expected_on", nullable=True),
        Sort("largest", "Largest first, in the currency of the house", "home", descending=True, nullable=True),
    ),
    narrows=(
        Narrow("state", "State", _state, choices=_STATES, usual="open"),
        Narrow("q", "Words of the title", _titled, typed=True),
        Narrow(
            "pipeline", "Pipeline", _in_pipeline,
            told=lambda value, viewer: Ref(_named(value, viewer).name),
        ),
        Narrow("owner", "Owner", _owned, told=_whose),
        Narrow("step", "Step", lambda rows, value, _: rows.filter(Q(item__step=value[:40]))),
    ),
    beside=lambda rows: rows.select_related(*_BESIDE),
    dress=partial(name_references, "deal"),
    options={"owner": staff, "step": _steps},
    exports=exports,
    editing=EDITING,
    board=BOARD,
    month="expected",
    opens="board",
)  # fmt: skip
