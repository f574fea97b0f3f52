"""How rows of a list are written: in a cell, by a moved card, many at once, and when that is taken back. Declarations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from mutuals.base.filters import Refused
from mutuals.base.refusals import Refusal

Options = Iterable[tuple[str, str]]
TYPED = ("text", "number", "money", "day", "choice", "tags")
"""How a field is typed."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A field that a list can write. Its values are plain, as JSON keeps them: text, number, amount and day as text, None.

    `kind` is one of `TYPED`; `options(viewer)` are the values of a choice, `empty` the words for none ("" = it needs one).
    `inline`: it is written in its cell. `bulk`: it is offered for many at once. `column` is where it stands, where that has
    another name.
    """

    name: str
    label: str
    kind: str = "text"
    options: Callable[[Any], Options] | None = None
    empty: str = ""
    longest: int = 200
    inline: bool = True
    bulk: bool = True
    column: str = ""

    def read(self, typed: str, viewer: Any) -> Any:
        """What somebody typed as the field keeps it. Refused: no such choice, no number, no day."""
        text = typed.replace("\0", "").strip()
        if self.kind == "tags":
            return sorted({one.strip() for one in text.split(",") if one.strip()})
        if not text:
            if self.kind != "text" and not self.empty:
                raise Refused(f"{self.label} is missing.", field=self.name)
            return "" if self.kind == "text" else None
        if len(text) > self.longest:
            raise Refused(f"{self.label}: at most {self.longest} letters.", field=self.name)
        if self.kind == "choice":
            return self._chosen(text, viewer)
        return _READ.get(self.kind, _text)(text, self)

    def words(self, value: Any, viewer: Any) -> str:
        """A value as people read it; the empty word where there is none."""
        if value in (None, "", []):
            return self.empty or "nothing"
        if isinstance(value, list):
            return ", ".join(map(str, value))
        if self.options is not None:
            return dict(self.options(viewer)).get(str(value), str(value))
        return "yes" if value is True else str(value)

    def typed(self, value: Any) -> str:
        """A value as the field beside its label takes it."""
        if isinstance(value, list):
            return ", ".join(map(str, value))
        return "" if value is None else str(value)

    def _chosen(self, text: str, viewer: Any) -> Any:
        known = dict(self.options(viewer)) if self.options else {}
        if text not in known:
            raise Refused(f"{self.label}: “{text[:40]}” is not among the choices.", field=self.name)
        return text


class Meanwhile(Refusal):
    """Somebody else changed the same field since it was shown. `theirs` is what it is now; `who` and `at` by whom, when."""

    def __init__(self, words: str, *, name: str, theirs: Any, who: str, at: datetime | None) -> None:
        super().__init__(words, fields={name: words})
        self.name, self.theirs, self.who, self.at = name, theirs, who, at


@dataclass(frozen=True, slots=True)
class Editing:
    """How the rows of one record are written. The functions ask every right themselves.

    `hold(pk, by)` gives the row, locked until the end of the transaction, also one in the trash; it refuses rows that are gone
    or not the viewer's. `told(row, name)` is a plain value of it. `write(row, changes, by, now, because)` writes plain values;
    the same again is nothing. `last(row, name)` is who
    wrote a field last, and when, where that is known. `moved` are fields of which one says that they move a row.
    `trash`: rows go into the trash by the field "trash", a bool.
    """

    right: str
    entries: tuple[Entry, ...]
    hold: Callable[[int, Any], Any]
    told: Callable[[Any, str], Any]
    write: Callable[[Any, Mapping[str, Any], Any, datetime, str], None]
    last: Callable[[Any, str], tuple[str, datetime] | None] = lambda row, name: None
    moved: tuple[str, ...] = ()
    trash: bool = False

    def entry(self, name: str) -> Entry:
        """The field of that name. Refused names what there is."""
        found = next((one for one in self.entries if one.name == name), None)
        if found is None:
            there = ", ".join(one.name for one in self.entries)
            raise Refused(f"“{name[:40]}” is not written in a list. There are: {there}.", field=name[:40])
        return found

    def meanwhile(self, row: Any, name: str, by: Any) -> Meanwhile:
        """What is told to `by`, who wrote a field that somebody changed since it was shown; times are those of their zone."""
        entry, theirs, last = self.entry(name), self.told(row, name), self.last(row, name)
        who, at = last or ("Somebody", None)
        when = f" at {at.astimezone(ZoneInfo(by.zone)):%H:%M}" if at else ""
        words = entry.words(theirs, by)
        did = f"moved it to {words}" if name in self.moved else f"changed {entry.label.lower()} to “{words}”"
        return Meanwhile(f"{who} {did}{when}.", name=name, theirs=theirs, who=who, at=at)

    def in_column(self, name: str) -> Entry | None:
        """The field that is written in the cells of a column."""
        return next((one for one in self.entries if one.inline and (one.column or one.name) == name), None)


def _text(text: str, entry: Entry) -> str:
    del entry
    return text


def _number(text: str, entry: Entry) -> int:
    if not text.isascii() or not text.removeprefix("-").isdigit() or len(text) > 15:
        raise Refused(f"{entry.label} is a whole number.", field=entry.name)
    return int(text)


def _money(text: str, entry: Entry) -> str:
    try:
        found = Decimal(text.replace(",", "") if "." in text else text.replace(",", "."))
    except InvalidOperation as error:
        raise Refused(f"{entry.label} is a number, such as 1200.50.", field=entry.name) from error
    if not found.is_finite() or abs(found) >= Decimal(10) ** 12:
        raise Refused(f"{entry.label} is too large.", field=entry.name)
    return f"{found:f}"


def _day(text: str, entry: Entry) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise Refused(f"{entry.label} is a day, such as 2026-01-31.", field=entry.name) from error


_READ: dict[str, Callable[[str, Entry], Any]] = {"number": _number, "money": _money, "day": _day}
