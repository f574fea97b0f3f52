"""Records of kinds of the house's own making out of files."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from mutuals.base.refusals import Refusal, one_line
from mutuals.capture.imports.house import custom_of, kind_of
from mutuals.capture.imports.tables import TRASHED, Plain, Table
from mutuals.connectors.files.fields import OF_HOUSE
from mutuals.people.names import fold
from mutuals.records import book, own, values
from mutuals.records.kinds import LONGEST_TITLE, Kind, folded
from mutuals.records.models import Own
from mutuals.staff.models import User


def table(target: str) -> Table:
    """Rows of one kind."""
    kind = kind_of(target)
    if kind is None:
        raise Refusal("This kind is not there any more.")
    return _OfKind(kind).table()


class _OfKind:
    def __init__(self, kind: Kind) -> None:
        self._kind, self._record = kind, kind.record

    def table(self) -> Table:
        names = ("number", "title")
        return Table(
            self._record,
            fold(self._kind.name),
            names,
            self.read,
            self.now,
            self.find,
            self.make,
            self.write,
            self.remove,
        )

    def read(self, told: Mapping[str, Any], by: User, is_new: bool) -> Plain:
        if is_new and told.get("number"):
            raise Refusal(f"There is no number {str(told['number'])[:20]} of ours. Leave it empty to make a new one.")
        made: Plain = {}
        if "title" in told:
            made["title"] = one_line(told["title"], what="Title", longest=LONGEST_TITLE)
        custom = values.read(self._record, custom_of(dict(told)), by=by)
        return made | {f"{OF_HOUSE}{key}": value for key, value in custom.items()}

    def now(self, ids: Sequence[int], _by: User) -> dict[int, Plain]:
        return {row.pk: self._held(row) for row in Own.objects.filter(pk__in=ids, type_id=self._kind.id)}

    def _held(self, row: Own) -> Plain:
        told = {
            "title": row.title,
            **{f"{OF_HOUSE}{key}": one for key, one in values.told(self._record, row.custom).items()},
        }
        return told | ({TRASHED: True} if row.trashed_at else {})

    def find(self, name: str, asked: Collection[Any], _by: User) -> dict[Any, list[int]]:
        rows = Own.objects.filter(type_id=self._kind.id, trashed_at=None)
        found: dict[Any, list[int]] = {}
        if name == "title":
            keys = {folded(str(value)): value for value in asked}
            for number, title in rows.filter(title_key__in=list(keys)).values_list("pk", "title_key"):
                found.setdefault(keys[title], []).append(number)
        elif name == "number":
            digits = {int(text): value for value in asked if (text := str(value).rpartition("-")[2]).isdecimal()}
            for number, pk in rows.filter(number__in=list(digits)).values_list("number", "pk"):
                found[digits[number]] = [pk]
        else:
            shape = next((one for one in book.shapes(self._record) if f"{OF_HOUSE}{one.key}" == name), None)
            for value in asked:
                if shape and (about := values.who_holds(shape, value)):
                    found[value] = [int(about.rpartition(":")[2])]
        return found

    def make(self, told: Mapping[str, Any], by: User, at: datetime) -> int:
        if self._kind.is_retired:
            raise Refusal(f"{self._kind.plural} are retired: nothing new is written down.")
        return int(own.add(self._kind, by=by, now=at, title=told["title"], custom=custom_of(dict(told))).pk)

    def write(self, number: int, told: Mapping[str, Any], by: User, at: datetime) -> None:
        changes: dict[str, Any] = {"title": told["title"]} if told.get("title") else {}
        own.edit(Own.objects.get(pk=number), by=by, changes={**changes, "custom": custom_of(dict(told))}, now=at)

    def remove(self, number: int, by: User, at: datetime) -> None:
        own.trash(Own.objects.get(pk=number), by=by, now=at)
