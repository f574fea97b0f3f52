"""What the address of a list asks: filters, order, columns, grouping, place, and the list's own narrowing words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import QueryDict

from mutuals.base.filters import Condition, from_query, parts_of
from mutuals.base.lists import Asked, Listing

MOST_PARTS = 50
_MONTH = re.compile(r"(19|20|21)\d\d-(0[1-9]|1[0-2])", re.ASCII)
LONGEST_WORD = 200


@dataclass(frozen=True, slots=True)
class Address:
    """A list as its address says it. `columns` () are those that the viewer usually has.

    `view` is list, board or month, "" = as the list usually opens; `month` the one that is shown, "2026-11"; `usual` what the
    list is narrowed to where the address says nothing.
    """

    path: str
    parts: tuple[str, ...] = ()
    sort: str = ""
    columns: tuple[str, ...] = ()
    group: str = ""
    after: str = ""
    kept: tuple[tuple[str, str], ...] = field(default=())
    view: str = ""
    month: str = ""
    usual: tuple[tuple[str, str], ...] = field(default=())

    @classmethod
    def read(cls, of: Listing, path: str, query: QueryDict) -> Address:
        """Read an address; words that the list does not know are left out."""
        names, known = [one.name for one in of.sorts], {one.name for one in of.columns}
        sort = query.get("sort", "")
        kept = [(one.name, query.get(one.name, "").strip()[:LONGEST_WORD]) for one in of.narrows]
        return cls(
            path=path,
            parts=(*(part for part in query.getlist("f") if part), *parts_of(query.get("where", "")))[:MOST_PARTS],
            sort=sort if sort in names[1:] else "",
            columns=tuple(name[:60] for name in query.getlist("col")[:MOST_PARTS] if name in known or "." in name),
            group=query.get("group", "")[:60],
            after=query.get("after", ""),
            view=query.get("view", "") if query.get("view", "") in of.shapes else "",
            month=query.get("month", "") if _MONTH.fullmatch(query.get("month", "")) else "",
            usual=tuple((one.name, one.usual) for one in of.narrows if one.usual),
            kept=tuple((name, value) for name, value in kept if value),
        )

    @property
    def where(self) -> Condition | None:
        """The condition of all filters. Refused: one that cannot be read."""
        return from_query(self.parts) if self.parts else None

    @property
    def query(self) -> str:
        """The shareable part of the address, without the place."""
        told = [*self.kept, *(("f", part) for part in self.parts)]
        told += [("sort", self.sort)] if self.sort else []
        told += [("col", name) for name in self.columns]
        more = (("group", self.group), ("view", self.view), ("month", self.month))
        return urlencode([*told, *((name, value) for name, value in more if value)])

    def url(self, **changes: Any) -> str:
        """The address with something changed, from its first page."""
        query = replace(self, **{"after": "", **changes}).query
        return f"{self.path}?{query}" if query else self.path

    def page(self, after: str) -> str:
        """The address of a neighbouring page, or nothing."""
        if not after:
            return ""
        return f"{self.path}?{self.query}{'&' if self.query else ''}{urlencode({'after': after})}"

    def narrowed(self, name: str, value: str) -> str:
        """The address with one of the list's own words said, or taken away by ""."""
        others = tuple(pair for pair in self.kept if pair[0] != name)
        return self.url(kept=(*others, (name, value)) if value else others)

    def replaced(self, at: int | None, part: str) -> str:
        """The address with one filter more, or (`at`) in the place of another."""
        if at is None or not 0 <= at < len(self.parts):
            return self.url(parts=(*self.parts, part))
        return self.url(parts=(*self.parts[:at], part, *self.parts[at + 1 :]))

    def hidden(self, *without: str) -> Sequence[tuple[str, str]]:
        """What a form of the page has to send along, but for some names."""
        told = [*self.kept, *(("f", part) for part in self.parts), ("sort", self.sort), ("group", self.group)]
        told += [("view", self.view), ("month", self.month)]
        told += [("col", name) for name in self.columns]
        return [(name, value) for name, value in told if value and name not in without]

    def asked(self, viewer: Any, zone: ZoneInfo, now: datetime) -> Asked:
        """The same for the engine."""
        return Asked(viewer, zone, now, where=self.where, sort=self.sort, kept=dict(self.usual) | dict(self.kept))
