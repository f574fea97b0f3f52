"""The list of this room, for `base.lists`: ideas, with how they are edited and their board of states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet, Sum

from mutuals.base import gate, lists
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
from mutuals.communities import decide, ideas, merge, queries
from mutuals.communities.models import Idea, IdeaState
from mutuals.people.lists import exports, owner, staff
from mutuals.people.models import Person
from mutuals.people.names import fold
from mutuals.people.queries import cluster
from mutuals.people.visibility import row_of
from mutuals.processes.models import ItemState
from mutuals.staff import meanwhile
from mutuals.staff.models import User
from mutuals.staff.permissions import require

OPEN = (IdeaState.NEW, IdeaState.REVIEW, IdeaState.PLANNED)
_STATES = (("open", "Open"), *IdeaState.choices)


def _state(rows: QuerySet[Any], value: str, _: Any) -> QuerySet[Any]:
    if value not in ("all", *dict(_STATES)):
        raise Unseen(f"Ideas are: {', '.join(dict(_STATES))}, all.")
    if value == "open":
        return rows.exclude(state__in=(IdeaState.DONE, IdeaState.DECLINED))
    return rows if value == "all" else rows.filter(state=value)


def _titled(rows: QuerySet[Any], value: str, _: Any) -> QuerySet[Any]:
    return rows.filter(title_key__contains=fold(value) or value)


def _about(rows: QuerySet[Any], value: str, _: Any) -> QuerySet[Any]:
    return rows.filter(product__sku=value[:80])


def _who(value: str, viewer: Any) -> Person:
    row = row_of(viewer, int(value)) if value.isascii() and value.isdecimal() and len(value) < 19 else None
    if row is None:
        raise Unseen("You see no such person.")
    return row.canonical


def _of_person(rows: QuerySet[Any], value: str, viewer: Any) -> QuerySet[Any]:
    return rows.filter(pk__in=queries.of_people(cluster(_who(value, viewer))))


def _worth(row: Any) -> Any:
    """What those who asked have bought; in words where it is of several currencies."""
    if row.worth_currency == "*":
        return Ref("several currencies")
    return row.worth if row.worth_currency else None


# How it is edited


def _hold(pk: int, by: User) -> Idea:
    require(by, "idea.edit")
    gate.enter()
    rows = queries.with_gone(by).filter(merged_into=None).select_for_update(no_key=True, of=("self",))
    row = rows.filter(pk=pk).first()
    if row is None:
        raise Refusal("This idea is not there any more.")
    return row


def _told(row: Idea, name: str) -> Any:
    if name == "trash":
        return "yes" if row.trashed_at else None
    value = row.owner_id if name == "owner" else getattr(row, name)
    return None if value is None else str(value)


def _write(row: Idea, changes: Mapping[str, Any], by: User, now: datetime, because: str) -> None:
    told = dict(changes)
    if "trash" in told and not told["trash"]:
        merge.restore(row, by=by)
    if "owner" in told:
        told["owner"] = User.objects.filter(pk=int(told["owner"])).first() if told["owner"] else None
    state, is_gone = told.pop("state", None), told.pop("trash", None)
    if told:
        ideas.edit(row, by=by, changes=told, now=now)
    if state:
        decide.set_state(row, state=state, by=by, now=now, because=because)
    if is_gone:
        merge.trash(row, by=by, now=now)


def _last(row: Idea, name: str) -> tuple[str, datetime] | None:
    return (
        meanwhile.last_of(f"idea:{row.pk}", "idea.state") if name == "state" else meanwhile.last(f"idea:{row.pk}", name)
    )


EDITING = Editing(
    right="idea.edit",
    entries=(
        Entry("title", "Title", bulk=False),
        Entry("state", "State", "choice", options=lambda _: tuple(IdeaState.choices)),
        Entry("owner", "Owner", "choice", options=staff, empty="nobody"),
        Entry("trash", "Trash", "choice", options=lambda _: (("yes", "in the trash"),), empty="not in the trash", inline=False),
    ),
    hold=_hold,
    told=_told,
    write=_write,
    last=_last,
    moved=("state",),
    trash=True,
)  # fmt: skip


# Its board


def _lanes(rows: QuerySet[Any], asked: Asked) -> tuple[list[Lane], list[Total]]:
    said = asked.kept.get("state", "") or "all"
    shown = OPEN if said == "open" else tuple(IdeaState) if said == "all" else (IdeaState(said),)
    counted = rows.values_list("state").annotate(many=Count("pk"), votes=Sum("votes")).order_by("state")
    told = {state: (many, votes) for state, many, votes in counted}
    return [
        Lane(one.value, str(one.label), _votes(told.get(one, (0, 0))[1]), told.get(one, (0, 0))[0]) for one in shown
    ], []


def _votes(many: int) -> str:
    return "1 vote" if many == 1 else f"{many:,} votes"


def _cards(rows: Sequence[Any], viewer: Any, now: datetime) -> list[Card]:
    del viewer, now
    return [
        Card(
            row.pk,
            f"idea:{row.pk}",
            row.title,
            () if row.item is not None and row.item.state == ItemState.RUNNING
            else tuple(one.value for one in IdeaState if one != row.state),
            whom=row.product.name if row.product else "",
            amount=row.worth if row.worth_currency not in ("", "*") else None,
            currency=row.worth_currency if row.worth_currency != "*" else "",
            owner_id=row.owner_id,
            owner=row.owner.name if row.owner else "",
            note=_votes(row.votes),
        )
        for row in rows
    ]  # fmt: skip


BOARD = Board(
    entry="state",
    path="state",
    order="votes",
    rows=lambda rows, asked: rows,
    lanes=_lanes,
    cards=_cards,
    goals=lambda asked: {one.value: Goal(str(one.label), one is IdeaState.DECLINED) for one in IdeaState},
    beside=lambda rows: rows.select_related("product", "owner", "item"),
)

IDEAS = Listing(
    record="idea",
    words=("idea", "ideas"),
    right="idea.view",
    visible_to=queries.visible_to,
    title=Column("title", value=lambda row: Ref(row.title, f"idea:{row.pk}")),
    columns=(
        Column("number", usual=False),
        Column("state", groups=True),
        Column("votes", sums=True),
        Column("askers"),
        Column("value", value=_worth, currency="worth_currency"),
        Column("product", groups=True),
        Column("owner", kind=Kind.TEXT, value=owner, groups=True),
        Column("created"),
    ),
    sorts=(
        Sort("votes", "Most votes", "votes", descending=True),
        Sort("value", "Most bought by those who asked", "worth", descending=True),
        Sort("new", "Newest first", "pk", descending=True),
    ),
    programs="new",
    narrows=(
        Narrow("state", "How far they are", _state, choices=_STATES, usual="open"),
        Narrow("q", "Words of the title", _titled, typed=True),
        Narrow("product", "Product number", _about, typed=True),
        Narrow(
            "person", "Asked or voted for by", _of_person,
            told=lambda value, viewer: Ref(str(_who(value, viewer)), f"person:{_who(value, viewer).pk}"),
        ),
    ),
    beside=lambda rows: rows.select_related("product", "owner"),
    options={"owner": staff},
    exports=exports,
    editing=EDITING,
    board=BOARD,
    month="created",
)  # fmt: skip


def register_lists() -> None:
    """Make the list of this room known. Runs after the room `people`."""
    lists.register(IDEAS)
