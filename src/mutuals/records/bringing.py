"""Rows of a file into records of a type: columns are known by their names, rows by a number or a unique value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from mutuals.base import journal
from mutuals.base.fields import FieldKind, Shape
from mutuals.base.refusals import Refusal
from mutuals.connectors.files import read
from mutuals.connectors.files.shapes import BadRow, Row, as_cell
from mutuals.connectors.files.sniff import sniff
from mutuals.records import book, own, queries
from mutuals.records.kinds import Kind, folded
from mutuals.records.models import Own
from mutuals.staff.models import User
from mutuals.staff.permissions import require

MOST = 2_000  # rows of one file
MOST_TOLD = 100  # rows that are left out and told with their reason
NUMBER, TITLE = "number", "title"
_NUMBERS = ("number", "no", "no.", "nr", "nr.")


@dataclass(slots=True)
class Brought:
    """What became of a file. `columns` says what each column was taken for ("" = nothing); rows are counted from 1."""

    columns: dict[str, str] = field(default_factory=dict)
    match: str = ""
    made: int = 0
    changed: int = 0
    same: int = 0
    left_out: list[tuple[int, str]] = field(default_factory=list)
    lost: int = 0  # rows that were left out, those that are not told too

    def leave(self, row: int, why: str) -> None:
        """A row is left out."""
        self.lost += 1
        if len(self.left_out) < MOST_TOLD:
            self.left_out.append((row, why))


class _Looked(Exception):
    """The check is through: all of it goes back."""


def keys_of(kind: Kind) -> list[tuple[str, str]]:
    """By what rows can be known, with its words: the number, and each unique field."""
    unique = [(one.key, one.label) for one in book.shapes(kind.record) if one.is_unique]
    return [(NUMBER, "Number"), *unique]


def understood(kind: Kind, columns: Sequence[str]) -> dict[str, str]:
    """Column -> title, number, the key of a field, "key__currency" of an amount, or "" where nothing is called so.

    A column that begins with "currency" says that of the amount right before it, as in our own files.
    """
    called = {kind.title_label: TITLE, "title": TITLE, "name": TITLE, **dict.fromkeys(_NUMBERS, NUMBER)}
    shapes = [one for one in book.shapes(kind.record) if one.kind is not FieldKind.FORMULA]
    names = {folded(words): name for words, name in called.items()}
    for one in shapes:
        names |= {folded(one.label): one.key, one.key: one.key, f"custom.{one.key}": one.key}
    money, found, before = {one.key for one in shapes if one.kind is FieldKind.MONEY}, dict[str, str](), ""
    for column in columns:
        name = names.get(folded(column), "")
        if not name and before in money and folded(column).startswith("currency"):
            name = f"{before}__currency"
        found[column] = "" if name in found.values() else name
        before = name
    return found


def bring(
    kind: Kind, columns: Sequence[str], rows: Iterable[Mapping[str, str]], *, by: User, now: datetime, match: str = "",
    is_check: bool = False,
) -> Brought:  # fmt: skip
    """Take rows in: one that is known by `match` is changed where it says otherwise, any other one is new; an empty cell says
    nothing. `match` is the number or a unique field, "" = the first of these that the file has. `is_check` takes nothing in.

    A row that does not fit is left out and told. Refused as a whole: no column that says the title, more than 2,000 rows.
    """
    require(by, "import.run")
    require(by, "own.edit")
    told = Brought(understood(kind, columns))
    fed = set(told.columns.values())
    if TITLE not in fed:
        raise Refusal(f"No column is called “{kind.title_label}”, which says what each is called.")
    usable = [name for name, _ in keys_of(kind) if name in fed]
    if match and match not in usable:
        raise Refusal("No column says that by which rows are to be known.", fields={"match": "The file lacks it."})
    told.match = match or next(iter(usable), "")
    try:
        with transaction.atomic():
            for number, row in enumerate(rows, start=1):
                if number > MOST:
                    raise Refusal(f"At most {MOST:,} rows at once. Part the file.")
                _row(kind, number, row, told, by=by, now=now)
            if is_check:
                raise _Looked
            journal.note("own.imported", f"type:{kind.id}", by=by, made=told.made, changed=told.changed, left=told.lost)
    except _Looked:
        pass
    return told


def bring_file(kind: Kind, path: Path, *, by: User, now: datetime, match: str = "", is_check: bool = False) -> Brought:
    """The same of a table in any format that is read here. Raises Unreadable, with the remedy, for what is none."""
    require(by, "import.run")
    sniffed = sniff(path)
    bad: list[BadRow] = []

    def rows() -> Iterator[Mapping[str, str]]:
        for item in read.rows(path, sniffed):
            if isinstance(item, Row):
                yield {name: as_cell(item.values.get(name, "")) for name in sniffed.columns}
            elif isinstance(item, BadRow):
                bad.append(item)

    told = bring(kind, sniffed.columns, rows(), by=by, now=now, match=match, is_check=is_check)
    for one in bad:
        told.leave(one.number, one.reason)
    return told


def _row(kind: Kind, number: int, row: Mapping[str, str], told: Brought, *, by: User, now: datetime) -> None:
    said = {name: row.get(column, "").strip() for column, name in told.columns.items() if name}
    said = {name: value for name, value in said.items() if value}
    shapes = {one.key: one for one in book.shapes(kind.record)}
    custom = {key: _value(shapes[key], said) for key in said if key in shapes}
    try:
        with transaction.atomic():
            there = _known(kind, told.match, said, by)
            if there is None and TITLE not in said:
                raise Refusal("It has no title.")
            if there is None:
                own.add(kind, by=by, now=now, title=said[TITLE], custom=custom)
                told.made += 1
                return
            changes = {"custom": custom} | ({"title": said[TITLE]} if TITLE in said else {})
            if own.edit(there, by=by, changes=changes, now=now).changed_at == there.changed_at:
                told.same += 1
            else:
                told.changed += 1
    except Refusal as error:
        told.leave(number, str(error))


def _value(shape: Shape, said: Mapping[str, str]) -> Any:
    value = said[shape.key]
    if shape.kind is FieldKind.MONEY and f"{shape.key}__currency" in said:
        return f"{value} {said[f'{shape.key}__currency']}"
    return value


def _known(kind: Kind, match: str, said: Mapping[str, str], by: User) -> Own | None:
    """The record that a row is about; None = it is new. Refused: a number that there is not."""
    if match not in said:
        return None
    rows = queries.visible_to(by, kind)
    if match == NUMBER:
        digits = said[NUMBER].rpartition("-")[2]
        if not digits.isascii() or not digits.isdecimal() or len(digits) > 9:
            raise Refusal(f"“{said[NUMBER][:40]}” is no number of ours.")
        found = rows.filter(number=int(digits)).first()
        if found is None:
            raise Refusal(f"There is no number {digits}. Leave it empty to make a new one.")
        return found
    shape = next(one for one in book.shapes(kind.record) if one.key == match)
    return queries.holding(rows, shape, said[match], by=by)
