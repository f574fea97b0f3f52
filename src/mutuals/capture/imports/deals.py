"""Deals out of files: how their rows are read, compared and written by the planner of tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from mutuals.base import clock, house
from mutuals.base.refusals import Refusal
from mutuals.capture.imports.house import custom_of
from mutuals.capture.imports.references import ORGANISATION, PERSON
from mutuals.capture.imports.staff_named import one_of_us
from mutuals.capture.imports.tables import TRASHED, Plain, Table, key_of, plain, rows_named
from mutuals.connectors.files.fields import OF_HOUSE
from mutuals.people.names import fold
from mutuals.records import values as house_fields
from mutuals.sales import brought, deals, dealt
from mutuals.sales.models import Deal
from mutuals.staff.models import User

_PLAIN = ("title", "amount", "currency", "probability", "expected_on", "opened_at", "ended_at", "lost_reason")
_EDITED = ("title", "amount", "currency", "probability", "expected_on")
_AS_IT_WAS = ("opened_at", "ended_at", "lost_reason")


def read(values: Mapping[str, Any], by: User, is_new: bool) -> Plain:
    """A row as it would be written. Refused: what no deal holds, a step, pipeline or colleague that there is not."""
    told = dict(values)
    if is_new and not values.get("person") and not values.get("organisation"):
        raise Refusal("Say whom it is for: a person, an organisation, or both.")
    if is_new and not values.get("currency"):
        if values.get("amount"):
            raise Refusal("The amount names no currency; choose one for the whole file.")
        told["currency"] = house.currency()
    if isinstance(told.get("probability"), Decimal):
        told["probability"] = _percent(told["probability"])
    fits = dealt.read({name: told[name] for name in _EDITED if name in told})
    made: Plain = {name: plain(value) for name, value in {**told, **fits}.items() if name in _PLAIN}
    made |= {name: told[name] for name in ("person", "organisation") if told.get(name)}
    if told.get("owner"):
        made["owner"] = f"staff:{one_of_us(str(told['owner'])).pk}"
    if told.get("pipeline") or told.get("stage"):
        pipeline = brought.pipeline_of(str(told.get("pipeline") or ""), by=by, now=clock.now())
        if told.get("pipeline"):
            made["pipeline"] = pipeline.name
        if told.get("stage"):
            made["stage"] = brought.step_of(str(told["stage"]), pipeline)
    custom = house_fields.read("deal", custom_of(told), by=by)
    return made | {f"{OF_HOUSE}{key}": value for key, value in custom.items()}


def now(ids: Sequence[int], _by: User) -> dict[int, Plain]:
    """What deals hold."""
    rows = Deal.objects.filter(pk__in=ids).select_related("item__process", "person")
    return {row.pk: _held(row) for row in rows}


def find(name: str, values: Collection[Any], _by: User) -> dict[Any, list[int]]:
    """Deals by their title, as it is written, in any case of letters."""
    asked = {fold(str(value)): value for value in values}
    found: dict[Any, list[int]] = {}
    rows = Deal.objects.filter(title__in=list(values), trashed_at=None) if name == "title" else Deal.objects.none()
    for number, title in rows.values_list("pk", "title"):
        found.setdefault(asked[fold(title)], []).append(number)
    return found


def make(values: Mapping[str, Any], by: User, at: datetime) -> int:
    """Open it, and let it stand where it stood."""
    fields = dealt.read({name: values[name] for name in _EDITED if name in values})
    told = deals.DealIn(**fields, **rows_named(values), came_by="import", custom=None)
    pipeline = brought.pipeline_of(str(values.get("pipeline") or ""), by=by, now=at)
    row, _ = deals.open_deal(told, by=by, now=at, pipeline=pipeline, is_apart=True)
    if custom := custom_of(dict(values)):
        deals.edit(row, by=by, changes={"custom": custom}, now=at)
    _stand(row, values, by, at)
    return int(row.pk)


def write(number: int, values: Mapping[str, Any], by: User, at: datetime) -> None:
    """Change what is told."""
    row = Deal.objects.get(pk=number)
    changes: dict[str, Any] = {name: values[name] for name in _EDITED if name in values} | rows_named(values)
    if custom := custom_of(dict(values)):
        changes["custom"] = custom
    if changes:
        row = deals.edit(row, by=by, changes=changes, now=at)
    if values.get("pipeline"):
        row = deals.move_to_pipeline(row, brought.pipeline_of(values["pipeline"], by=by, now=at), by=by, now=at)
    _stand(row, values, by, at)


def remove(number: int, by: User, at: datetime) -> None:
    """Into the trash."""
    deals.trash(Deal.objects.get(pk=number), by=by, now=at)


TABLE = Table(
    "deal",
    "deal",
    (*_PLAIN, "stage", "pipeline", "owner"),
    read,
    now,
    find,
    make,
    write,
    remove,
    references=(PERSON, ORGANISATION),
)


def _stand(row: Deal, values: Mapping[str, Any], by: User, at: datetime) -> None:
    if values.get("stage"):
        brought.put_at(row, values["stage"], by=by, now=at, because=str(values.get("lost_reason") or ""))
    if any(name in values for name in _AS_IT_WAS):
        brought.put_back(row, dict(values))


def _held(row: Deal) -> Plain:
    told: Plain = {name: plain(getattr(row, name)) for name in _PLAIN}
    told["person"] = key_of("person", row.person.canonical_id if row.person else None)
    told["organisation"] = key_of("organisation", row.organisation_id)
    told["owner"] = key_of("staff", row.owner_id)
    told["stage"] = row.item.step if row.item else None
    told["pipeline"] = row.item.process.name if row.item else None
    told |= {f"{OF_HOUSE}{key}": value for key, value in house_fields.told("deal", row.custom).items()}
    return told | ({TRASHED: True} if row.trashed_at else {})


def _percent(value: Decimal) -> int:
    """70, 0.7 and 70.00 are the same probability."""
    return round(value * 100) if 0 < value < 1 else round(value)
