"""What the address of the list asks: filters, sorting, columns, place; and its words for the chips."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from mutuals.base.filters import All, Condition, Field, Kind, Refused, Test, from_query, record, to_query
from mutuals.base.lists import OP_WORDS
from mutuals.people.queries import SORTS

COLUMNS = {
    "organisation": "Organisation",
    "owner": "Owner",
    "stage": "Stage",
    "email": "Email",
    "phone": "Phone",
    "city": "Town",
    "country": "Country",
    "language": "Language",
    "tags": "Tags",
    "contacts": "Contacts",
    "orders": "Orders",
    "value": "Bought for",
    "last_order": "Last order",
    "last": "Last contact",
    "created": "Known since",
}
USUAL = ("organisation", "owner", "stage", "tags", "orders", "value", "last_order", "last")
SORT_WORDS = {"name": "Name", "last": "Last contact", "value": "Bought for", "created": "Known since"}
_CUSTOM = re.compile(r"custom\.[a-z][a-z0-9_]{0,39}")  # a field of the house's own making
_MOST_CUSTOM = 20  # of them as columns
_INNER = {"organisation": "name", "bought": "line"}  # what the word beside a relation is looked for in


@dataclass(frozen=True, slots=True)
class Asked:
    """A list as its address says it."""

    parts: tuple[str, ...] = ()
    sort: str = "name"
    columns: tuple[str, ...] = USUAL
    after: str = ""

    @classmethod
    def of(cls, query: QueryDict) -> Asked:
        """Read an address; what is not known in it is left out."""
        asked = query.getlist("col")
        custom = [name for name in dict.fromkeys(asked) if _CUSTOM.fullmatch(name)][:_MOST_CUSTOM]
        columns = (*(name for name in COLUMNS if name in asked), *custom) or USUAL
        sort = query.get("sort", "name")
        parts = tuple(part for part in query.getlist("f") if part)[:50]
        is_known = sort in SORTS or _CUSTOM.fullmatch(sort)
        return cls(parts, sort if is_known else "name", columns, query.get("after", ""))

    @property
    def where(self) -> Condition | None:
        """The condition of all filters. Refused: one that cannot be read."""
        return from_query(self.parts) if self.parts else None

    @property
    def query(self) -> str:
        """The shareable part of the address, without the place."""
        told: list[tuple[str, str]] = [("f", part) for part in self.parts]
        if self.sort != "name":
            told.append(("sort", self.sort))
        if self.columns != USUAL:
            told += [("col", name) for name in self.columns]
        return urlencode(told)

    def url(self, **changes: Any) -> str:
        """The address with something changed, from its first page."""
        query = replace(self, **{"after": "", **changes}).query
        return f"/customers/?{query}" if query else "/customers/"

    def page(self, after: str) -> str:
        """The address of a neighbouring page, or nothing."""
        return (
            (f"/customers/?{self.query}&" if self.query else "/customers/?") + urlencode({"after": after})
            if after
            else ""
        )


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter in words, and the list without it."""

    field: str
    op: str
    value: str
    without: str


def chips(asked: Asked, viewer: Any, names: Mapping[int, str]) -> list[Chip]:
    """The filters in words; `names` are those of staff. One that is made of several is shown as such."""
    fields = {field.name: field for field in record("person").visible_fields(viewer)}
    found = []
    for number, part in enumerate(asked.parts):
        rest = tuple(one for other, one in enumerate(asked.parts) if other != number)
        without = asked.url(parts=rest)
        try:
            whole = from_query([part])
        except Refused:
            found.append(Chip("Filter", "cannot be read", part[:40], without))
            continue
        test = whole.parts[0] if isinstance(whole, All) and len(whole.parts) == 1 else whole
        found.append(_chip(test, fields, names, without))
    return found


def _chip(test: Condition, fields: Mapping[str, Field], names: Mapping[int, str], without: str) -> Chip:
    if not isinstance(test, Test) or test.field not in fields:
        return Chip("Several conditions", "", "", without)
    return Chip(
        fields[test.field].label, OP_WORDS.get(test.op, test.op), _value(test, fields[test.field], names), without
    )


def _value(test: Test, field: Field, names: Mapping[int, str]) -> str:
    value = test.value
    if field.kind is Kind.RELATION:
        return _innermost(value)
    if field.name in ("owner", "team") and str(value).isdecimal():
        return names.get(int(str(value)), "somebody") if field.name == "owner" else str(value)
    if field.kind is Kind.CHOICE:
        return dict(field.choices).get(str(value), str(value))
    return " and ".join(map(str, value)) if isinstance(value, list | tuple) else str(value if value is not None else "")


def _innermost(value: Any) -> str:
    while isinstance(value, Test):
        value = value.value
    return "" if value is None or isinstance(value, All) else str(value)


def part_of(field: Field, op: str, value: str) -> str:
    """One filter as a part of an address, from the three answers of the form beside the chips."""
    if field.kind is Kind.RELATION:
        return to_query(Test(field.name, op, _related(field.name, value)))[0]
    if op in ("empty", "filled"):
        return f"{field.name}:{op}"
    words: Sequence[str] = [one.strip() for one in value.split(",")] if op in ("in", "between") else [value]
    return to_query(Test(field.name, op, list(words) if op in ("in", "between") else words[0]))[0]


def _related(name: str, value: str) -> Condition:
    if not value.strip():
        return All(())
    if name == "bought":
        return Test("line", "any", Test("article", "contains", value.strip()))
    return Test(_INNER.get(name, "name"), "contains", value.strip())
