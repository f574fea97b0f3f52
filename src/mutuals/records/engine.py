"""Types made by the house, told to the machinery that stands: conditions, lists and fields know them like any record.

Called whenever a process reads the types anew, so that what was made in one is known to all by their next request.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from django.db import transaction

from mutuals.base import clock, lists
from mutuals.base.fields import FieldKind
from mutuals.base.filters import Field, Kind, Record
from mutuals.base.filters import register as ask
from mutuals.base.lists import Act, Column, Listing, Ref, Sort
from mutuals.base.refusals import Refusal
from mutuals.records import book, kinds, own, queries, values
from mutuals.records.holders import Holder, hold_made
from mutuals.records.models import Own
from mutuals.staff.models import User
from mutuals.staff.permissions import may, require
from mutuals.staff.queries import active

MOST_TICKED = 200
USUAL = 4  # own fields that stand in a list until somebody chooses


@dataclass(frozen=True, slots=True)
class _OwnList(Listing):
    """A list whose own fields are what it is about: the first four are shown until somebody chooses, right after the number."""

    def visible_columns(self, viewer: Any) -> list[Column]:
        shown = Listing.visible_columns(self, viewer)
        made = [one for one in shown if one.made is not None]
        usual = [replace(one, usual=True) for one in made[:USUAL]]
        return [*shown[:1], *usual, *(one for one in shown[1:] if one.made is None), *made[USUAL:]]


def know(made: Sequence[kinds.Kind]) -> None:
    """Make all types known to this process; a retired one is only read."""
    for one in made:
        ask(_record(one))
    hold_made(_holder(one) for one in made if not one.is_retired)
    for one in made:
        lists.register(_listing(one))


def _record(kind: kinds.Kind) -> Record:
    return Record(
        kind.record,
        Own,
        (
            Field("title", kind.title_label, Kind.TEXT, "title_key", prepare=kinds.folded, sortable=True),
            Field("number", "Number", Kind.NUMBER, "number"),
            Field("owner", "Owner", Kind.NUMBER, "owner_id"),
            Field("team", "Team", Kind.TEXT, "team__name"),
            Field("created", "Written down", Kind.TIME, "created_at"),
            Field("changed", "Last changed", Kind.TIME, "changed_at", sortable=True),
        ),
        where={"type_id": kind.id, "trashed_at": None},
    )


def _holder(kind: kinds.Kind) -> Holder:
    rows = Own.objects.filter(type_id=kind.id)
    return Holder(
        kind.record,
        kind.plural,
        rows.all,
        partial(queries.visible_to, kind=kind),
        f"/own/{kind.key}/",
    )


def _listing(kind: kinds.Kind) -> Listing:
    return _OwnList(
        record=kind.record,
        words=(kind.name.lower(), kind.plural.lower()),
        right="own.view",
        visible_to=partial(queries.visible_to, kind=kind),
        title=Column("title", value=lambda row: Ref(row.title, f"{kind.record}:{row.pk}")),
        columns=(
            Column("number", kind=Kind.TEXT, value=lambda row: kind.reference(row.number)),
            Column("owner", kind=Kind.TEXT, value=lambda row: row.owner.name if row.owner else None, groups=True),
            Column("team", value=lambda row: row.team.name if row.team else None, usual=False, groups=True),
            Column("created", usual=False),
            Column("changed"),
        ),
        sorts=(
            Sort("newest", "Last written down", "pk", descending=True),
            Sort("title", kind.title_label, "title_key"),
            Sort("changed", "Last changed", "changed_at", descending=True),
        ),
        acts=(
            Act("mine", "Take over", "person", "own.edit", partial(_take_over, kind)),
            Act("trash", "Trash", "trash", "own.edit", partial(_trash, kind)),
        ),
        beside=lambda rows: rows.select_related("owner", "team"),
        dress=partial(name_references, kind.record),
        options={"owner": _staff},
        exports=_exports,
    )


def name_references(record: str, rows: list[Any], viewer: Any) -> None:
    """References of a page of rows by name and with where they lead, in one statement for each kind that is named."""
    shapes = [one for one in book.shapes(record) if one.kind is FieldKind.REFERENCE]
    if not shapes:
        return
    names = values.named([(one, row.custom.get(one.key)) for one in shapes for row in rows], viewer=viewer)
    for row in rows:
        told = {one.key: row.custom[one.key] for one in shapes if one.key in row.custom}
        row.custom = row.custom | {key: Ref(names[about], about) for key, about in told.items() if about in names}


def _staff(viewer: Any) -> list[tuple[str, str]]:
    if not may(viewer, "user.view"):
        return [(str(viewer.pk), viewer.name)]
    return [(str(one.pk), one.name) for one in active()]


def _exports(viewer: Any) -> None:
    require(viewer, "list.export")


def _take_over(kind: kinds.Kind, ids: Sequence[int], by: User, word: str) -> str:
    del word
    return f"{own.give(kind, ids[:MOST_TICKED], by, by=by, now=clock.now())} taken over."


@transaction.atomic
def _trash(kind: kinds.Kind, ids: Sequence[int], by: User, word: str) -> str:
    del word
    rows = queries.visible_to(by, kind).filter(pk__in=list(ids)[:MOST_TICKED]).order_by("pk")
    if not may(by, "own.edit"):
        raise Refusal("Your role does not put records into the trash.")
    gone = [own.trash(row, by=by, now=clock.now()) for row in rows]
    return f"{len(gone)} in the trash, for {own.KEPT.days} days."
