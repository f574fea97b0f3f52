"""Two organisations become one, and are parted again. Here and not in `identity`: nothing is weighed, staff say it of two rows.

Whatever points at the one that goes is moved to the one that stays, in all rooms; which rows these were is written down.
Undoing moves those back that are still there: what was told of it since stays where it is. Text keys ("organisation:5") are not
moved: `named` leads the old one to the new, as it does for people.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import Q, QuerySet

from mutuals.base import gate, journal
from mutuals.base.locks import Space, in_turn
from mutuals.base.refusals import Refusal
from mutuals.people import family
from mutuals.people.models import Organisation, OrganisationMerge
from mutuals.people.persons import Unfit
from mutuals.records import values as house
from mutuals.staff.models import User
from mutuals.staff.permissions import require

_FILLED = ("domain", "phone", "city", "country", "stage", "owner_id", "team_id", "parent_id")
"""What the one that stays takes over where it has nothing."""


@gate.giving_way
@transaction.atomic
def merge(kept: Organisation, gone: Organisation, *, by: User, now: datetime) -> OrganisationMerge:
    """`gone` becomes a part of what `kept` is. The same merge twice is one.

    What `kept` does not know it takes from `gone`: fields, tags, own fields. Refused: one with itself, and one that is a part
    of the other where the upper one would go.
    """
    require(by, "organisation.merge")
    in_turn(Space.FAMILY)
    kept, gone = _held(kept.pk), _held(gone.pk)
    if gone.merged_into_id is not None and gone.merged_into_id in (kept.pk, kept.merged_into_id):
        return OrganisationMerge.objects.get(gone=gone, undone_at=None)
    if kept.pk == gone.pk:
        raise Refusal("This is one organisation already: choose another one to merge with.")
    if kept.merged_into_id or gone.merged_into_id:
        raise Refusal("One of the two was merged into another one meanwhile: merge with that one.")
    if gone.pk in family.above(kept.pk):
        raise Refusal(f"{kept} is a part of {gone}: keep {gone}, or take {kept} out of it first.")
    moved = {name: ids for name, rows in _pointing(gone) if (ids := _moved(name, rows, kept.pk))}
    taken = _take(kept, gone)
    Organisation.objects.filter(pk=gone.pk).update(merged_into=kept)
    house.forget([f"organisation:{gone.pk}"])
    _write(kept, {name: pair[1] for name, pair in taken.items()}, now)
    row = OrganisationMerge.objects.create(
        kept=kept, gone=gone, by=f"staff:{by.pk}", at=now, moved=moved, taken=taken
    )  # fmt: skip
    _note("organisation.merged", row, by)
    return row


@gate.giving_way
@transaction.atomic
def undo(row: OrganisationMerge, *, by: User, now: datetime) -> dict[str, Any]:
    """Part them again; twice is once. Answers what stays as it is, since somebody changed it: {"city": "Porto"}.

    Refused: while the one that was kept is itself merged away; that merge is undone first.
    """
    require(by, "organisation.merge")
    in_turn(Space.FAMILY)
    row = OrganisationMerge.objects.select_for_update(of=("self",)).select_related("kept", "gone").get(pk=row.pk)
    if row.undone_at is not None:
        return {}
    kept = _held(row.kept_id)
    if kept.merged_into_id is not None:
        raise Refusal(f"{kept} was merged into another organisation since. Undo that first.")
    Organisation.objects.filter(pk=row.gone_id).update(merged_into=None)
    back = {name: pair for name, pair in row.taken.items() if _plain(kept, name) == pair[1]}
    stays = {name: _plain(kept, name) for name in row.taken if name not in back}
    _write(kept, {name: pair[0] for name, pair in back.items()}, now)
    places = dict(_pointing(kept))
    for name, ids in row.moved.items():
        if name in places:
            _moved(name, places[name].filter(pk__in=ids), row.gone_id)
    if row.gone_id in family.above(row.gone_id):
        Organisation.objects.filter(pk=row.gone_id).update(parent=None)
    gone = _held(row.gone_id)
    house.settle("organisation", {gone.pk: gone.custom})
    OrganisationMerge.objects.filter(pk=row.pk).update(undone_at=now, undone_by=f"staff:{by.pk}")
    _note("organisation.unmerged", row, by)
    return stays


def merges_of(number: int, *, limit: int = 20) -> list[OrganisationMerge]:
    """Which organisations were merged into one and are still, the newest first: those that can be undone."""
    rows = OrganisationMerge.objects.filter(kept=number, undone_at=None).select_related("gone")
    return list(rows.order_by("-pk")[:limit])


def became(numbers: Any) -> dict[int, int]:
    """Whom these organisations were merged into, themselves where they were not."""
    rows = Organisation.objects.filter(pk__in=list(numbers)).values_list("pk", "merged_into_id")
    return {pk: into or pk for pk, into in rows}


def _held(number: int) -> Organisation:
    row = Organisation.objects.select_for_update(no_key=True, of=("self",)).filter(pk=number).first()
    if row is None:
        raise Unfit("This organisation is not there any more.", field="")
    return row


def _pointing(one: Organisation) -> Iterator[tuple[str, QuerySet[Any]]]:
    """All rows of all rooms that point at an organisation, by "room.model.column"; its own merges are not among them."""
    for field in Organisation._meta.related_objects:
        model, column = field.related_model, field.field
        if model is not OrganisationMerge and isinstance(column, models.ForeignKey):
            rows = model._base_manager.filter(**{column.name: one.pk})
            yield f"{model._meta.label_lower}.{column.name}", rows


def _moved(name: str, rows: QuerySet[Any], to: int) -> list[int]:
    """Point these rows at another one; a row that is there already stays where it is. Which went."""
    column = name.rpartition(".")[2]
    ids = sorted(
        rows.exclude(pk=to).values_list("pk", flat=True)
        if rows.model is Organisation
        else rows.values_list("pk", flat=True)
    )
    if not ids:
        return []
    model = rows.model._base_manager
    try:
        with transaction.atomic():
            model.filter(pk__in=ids).update(**{f"{column}_id": to})
        return ids
    except IntegrityError:
        return [pk for pk in ids if _went(model.filter(pk=pk), column, to)]


def _went(row: QuerySet[Any], column: str, to: int) -> bool:
    try:
        with transaction.atomic():
            return bool(row.update(**{f"{column}_id": to}))
    except IntegrityError:
        return False


def _take(kept: Organisation, gone: Organisation) -> dict[str, list[Any]]:
    """What the one that stays takes over: field -> before and after."""
    taken: dict[str, list[Any]] = {}
    for name in _FILLED:
        mine, theirs = getattr(kept, name), getattr(gone, name)
        if theirs and not mine and (name != "parent_id" or _fits(kept.pk, theirs)):
            taken[name] = [mine, theirs]
    tags = list(dict.fromkeys([*kept.tags, *gone.tags]))[:50]
    if tags != kept.tags:
        taken["tags"] = [kept.tags, tags]
    custom = {**gone.custom, **kept.custom}
    if custom != kept.custom:
        taken["custom"] = [kept.custom, custom]
    return taken


def _fits(number: int, parent: int) -> bool:
    try:
        family.check(number, parent)
    except Unfit:
        return False
    return True


def _plain(row: Organisation, name: str) -> Any:
    return getattr(row, name)


def _write(row: Organisation, values: dict[str, Any], now: datetime) -> None:
    if values:
        Organisation.objects.filter(pk=row.pk).update(**values, changed_at=now)
    if "custom" in values:
        house.settle("organisation", {row.pk: values["custom"]})


def _note(kind: str, row: OrganisationMerge, by: User) -> None:
    for number in (row.kept_id, row.gone_id):
        journal.note(kind, f"organisation:{number}", by=by, merge=row.pk, kept=row.kept_id, gone=row.gone_id)


def alike(ids: Any) -> dict[int, list[int]]:
    """Each organisation -> all that are one with it today, the one under which it goes on first."""
    roots = became(ids)
    rows = Organisation.objects.filter(Q(pk__in=set(roots.values())) | Q(merged_into__in=set(roots.values())))
    groups: dict[int, list[int]] = {}
    for pk, into in rows.order_by("pk").values_list("pk", "merged_into_id"):
        groups.setdefault(into or pk, []).append(pk)
    return {one: [root, *(pk for pk in groups.get(root, ()) if pk != root)] for one, root in roots.items()}
