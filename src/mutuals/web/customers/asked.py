"""What the address of the list asks: filters, sorting, columns, place; and its words for the chips."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from mutuals.base import filters
from mutuals.base.filters import (
    All,
    Condition,
    Field,
    Kind,
    Refused,
    Test,
    from_query,
    parts_of,
    record,
    said,
    to_query,
)
from mutuals.base.filters.grammar import SEVERAL_OPS
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


@dataclass(frozen=True, slots=True)
class Asked:
    """A list as its address says it."""

    parts: tuple[str, ...] = ()
    sort: str = "name"
    columns: tuple[str, ...] = USUAL
    after: str = ""

    @classmethod
    def of(cls, query: QueryDict) -> Asked:
        """Read an address; what is not known in it is left out. A `where` becomes the filters that it is made of."""
        asked = query.getlist("col")
        custom = [name for name in dict.fromkeys(asked) if _CUSTOM.fullmatch(name)][:_MOST_CUSTOM]
        columns = (*(name for name in COLUMNS if name in asked), *custom) or USUAL
        sort = query.get("sort", "name")
        parts = (*(part for part in query.getlist("f") if part), *parts_of(query.get("where", "")))[:50]
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

    def word(field: Field, value: Any) -> str | None:
        if field.name != "owner" or not str(value).isdecimal():
            return None
        return names.get(int(str(value)), "somebody")

    of, found = record("person"), []
    for number, part in enumerate(asked.parts):
        rest = tuple(one for other, one in enumerate(asked.parts) if other != number)
        without = asked.url(parts=rest)
        try:
            shown = filters.chips(from_query([part]), of, viewer=viewer, word=word)
        except Refused:
            found.append(Chip("Filter", "cannot be read", part[:40], without))
            continue
        one = shown[0] if len(shown) == 1 else None
        if one is not None and not one.join:
            found.append(Chip(one.label, one.how, one.value, without))
        else:
            words = said(from_query([part]), of, viewer=viewer, word=word)
            found.append(Chip(_cut(words[:1].upper() + words[1:]), "", "", without))
    return found


def _cut(words: str, longest: int = 140) -> str:
    return words if len(words) <= longest else f"{words[: longest - 1]}…"


def part_of(field: Field, op: str, value: str) -> str:
    """One filter as a part of an address, from the three answers of the form beside the chips."""
    if field.kind is Kind.RELATION:
        if op in ("atleast", "atmost"):
            return to_query(Test(field.name, op, value.strip()))[0]
        return to_query(Test(field.name, op, _related(field.name, value)))[0]
    if op in ("empty", "filled"):
        return f"{field.name}:{op}"
    words: Sequence[str] = [one.strip() for one in value.split(",")] if op in SEVERAL_OPS else [value]
    return to_query(Test(field.name, op, list(words) if op in SEVERAL_OPS else words[0]))[0]


def _related(name: str, value: str) -> Condition:
    """A word, looked for in what the other record is called; for an order in its lines."""
    field = record("person").named(name)
    if not value.strip() or field is None:
        return All(())
    if field.related == "order":
        return Test("line", "any", Test("article", "contains", value.strip()))
    first = next((one for one in record(field.related).fields if one.kind in (Kind.TEXT, Kind.WORDS)), None)
    if first is None:
        raise Refused(f"“{field.label}” takes no words.", field=name)
    return Test(first.name, "says" if first.kind is Kind.WORDS else "contains", value.strip())
