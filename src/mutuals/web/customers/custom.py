"""Columns and orders of the list of customers that are fields of the house's own making."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from mutuals.base.fields import words
from mutuals.base.filters import record
from mutuals.people.queries import Listed
from mutuals.records import book, values
from mutuals.records.holders import PREFIX
from mutuals.staff.permissions import may
from mutuals.web.customers.asked import Asked


def custom_columns(viewer: Any) -> dict[str, str]:
    """The fields that a viewer may have as columns: name and label, in their order."""
    if not may(viewer, "field.view"):
        return {}
    return {f"{PREFIX}{one.key}": one.label for one in book.shapes("person")}


def is_sorted(name: str) -> bool:
    """Whether the list can be ordered by a field."""
    field = record("person").named(name)
    return field is not None and field.sortable


def fill_columns(asked: Asked, rows: Iterable[Listed], viewer: Any, zone: ZoneInfo) -> None:
    """Give each person of a page the words of the columns that are shown, in their order, as `custom_cells`."""
    wanted = [one for one in book.shapes("person") if f"{PREFIX}{one.key}" in asked.columns]
    if not wanted or not may(viewer, "field.view"):
        return
    people: list[Any] = [row.person for row in rows]
    names = values.named(((one, who.custom.get(one.key)) for who in people for one in wanted), viewer=viewer)
    for who in people:
        who.custom_cells = [words(one, who.custom, zone=zone, names=names) for one in wanted]
