"""Rows of any kind that a `Table` describes: known by that system's number or a chosen key, made or changed, never guessed.

A row finds its record by the number of the source's own system (`Brought`), else by the keys that were chosen. What the file
says as it did last time changes nothing, and what staff changed since stays; all else that it says is written. A row is
doubtful where its keys fit several records, where it names somebody by what several have, and where it contradicts an
earlier row of the file about the same record. A reference to what is not known fails its row.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from mutuals.base import bulk
from mutuals.capture.imports.decisions import Decision, Outcome, Ref, RowIn, Shadow
from mutuals.capture.imports.references import References
from mutuals.capture.imports.tables import TRASHED, Plain, Table, number_of
from mutuals.capture.imports.written import Wrote, keep
from mutuals.capture.models import Brought, Import
from mutuals.connectors.files.fields import OF_HOUSE, fields_of
from mutuals.connectors.files.mapping import OF_CURRENCY
from mutuals.people.names import fold
from mutuals.people.profiles import stored_key

_COLUMNS = ("source_id", "record", "key", "about", "told")
_CONFLICT = "(source_id, record, key) DO UPDATE SET about = excluded.about, told = excluded.told"


@dataclass(slots=True)
class _Known:
    """A record of that system: which of ours it is, and what files said of it last, as digests."""

    ref: Ref | None = None
    told: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Todo:
    """What one row is to do: its place among the decisions, its key, its record, and what to write."""

    place: int
    key: str
    ref: Ref
    values: Plain
    told: dict[str, str]


class TablePlanner:
    """Plans and writes rows of one `Table`."""

    def __init__(self, of: Import, shadow: Shadow, table: Table) -> None:
        self._of, self._shadow, self._table = of, shadow, table
        catalogue = fields_of(of.target)
        asked = of.options.get("match") or [one.name for one in catalogue if one.key and not one.weak]
        self._match = [one for one in catalogue if one.key and one.name != "id" and one.name in asked]
        own = [one.name for one in catalogue if one.name.startswith(OF_HOUSE) and not one.name.endswith(OF_CURRENCY)]
        self._names = (*table.names, *own)
        self._decisions: list[Decision] = []
        self._todo: list[_Todo] = []
        self._brought: dict[str, _Known] = {}
        self._held: dict[Ref, Plain] = {}
        self._found: dict[str, list[Ref]] = {}
        self._keys: dict[Ref, set[str]] = {}
        self._seen: dict[str, list[Any]] = {}
        self._saw: dict[str, list[Any]] = {}

    def group(self, _row: RowIn) -> str:
        """Each row stands by itself."""
        return ""

    def plan(self, rows: Sequence[RowIn], *, now: datetime) -> list[Decision]:
        """Decide a batch; some eight questions to the database, whatever its size."""
        good = [row for row in rows if not row.error]
        references = References(self._of, self._table.references)
        references.load([row.values for row in good])
        self._load(good)
        self._todo, self._saw = [], {}
        self._decisions = []
        for row in rows:
            self._decisions.append(self._decide(row, references))
        return self._decisions

    def pass_over(self, rows: Sequence[RowIn]) -> None:
        """Note which records the finished rows were about."""
        told = {f"seen:{self._key(row)}": [row.number, _digest(row.values)] for row in reversed(rows) if not row.error}
        known = self._shadow.get(told)
        self._shadow.put({key: one for key, one in told.items() if key not in known})

    def pretend(self) -> None:
        """Remember the last plan."""
        told: dict[str, Any] = dict(self._saw)
        for todo in self._todo:
            told[f"brought:{todo.key}"] = [todo.ref, todo.told]
            told[f"row:{todo.ref}"] = self._held[todo.ref]
        for key, refs in self._found.items():
            told[f"found:{key}"] = refs
        for ref, keys in self._keys.items():
            told[f"keys:{ref}"] = sorted(keys)
        self._shadow.put(told)

    def apply(self, *, now: datetime) -> None:
        """Write the last plan, act by act. A row that an act refuses is told as one that was not taken."""
        self._shadow.put(self._saw)
        ids: dict[Ref, int] = {}
        kept: list[tuple[Any, ...]] = []
        wrote: list[Wrote] = []
        before = self._table.now([todo.ref for todo in self._todo if isinstance(todo.ref, int)], self._of.by)
        for todo in self._todo:
            number = self._write(todo, ids, now)
            if number is None:
                continue
            about = f"{self._table.record}:{number}"
            kept.append((self._of.source_id, self._table.record, todo.key, about, json.dumps(todo.told)))
            was, is_new = before.get(number, {}), todo.ref not in before
            wrote.append(
                Wrote(about, {} if is_new else {name: was.get(name) for name in todo.values}, todo.values, is_new)
            )
        bulk.insert(Brought, _COLUMNS, list({row[2]: row for row in kept}.values()), conflict=_CONFLICT)
        keep(self._of, wrote)

    def _write(self, todo: _Todo, ids: dict[Ref, int], now: datetime) -> int | None:
        decision, by = self._decisions[todo.place], self._of.by
        number = todo.ref if isinstance(todo.ref, int) else ids.get(todo.ref)
        try:
            with transaction.atomic():
                if number is None and decision.outcome is not Outcome.NEW:
                    raise ValueError("The first row about this record was not taken.")
                if number is None:
                    number = ids[todo.ref] = self._table.make(todo.values, by, now)
                elif todo.values:
                    self._table.write(number, todo.values, by, now)
        except (ValueError, PermissionError) as error:
            self._decisions[todo.place] = Decision(decision.row, Outcome.ERRORS, str(error)[:500])
            return None
        return number

    def _load(self, rows: Sequence[RowIn]) -> None:
        keys = {self._key(row) for row in rows}
        record, source = self._table.record, self._of.source_id
        there = Brought.objects.filter(source=source, record=record, key__in=keys)
        self._brought = {
            key: _Known(number_of(about), told) for key, about, told in there.values_list("key", "about", "told")
        }
        self._found, self._keys = {}, defaultdict(set)
        for one in self._match:
            asked = {row.values[one.name] for row in rows if row.values.get(one.name) not in (None, "", [])}
            for value, numbers in self._table.find(one.name, asked, self._of.by).items() if asked else ():
                self._found[_word(one.name, value)] = list(numbers)
        self._take_over(rows, keys)
        ids = {known.ref for known in self._brought.values() if isinstance(known.ref, int)}
        ids |= {ref for refs in self._found.values() for ref in refs if isinstance(ref, int)}
        self._held = {**dict[Ref, Plain](self._pretended(ids))}
        for number, row in self._table.now(sorted(ids), self._of.by).items():
            self._held.setdefault(number, row)
        abouts = Brought.objects.filter(
            source=source, record=record, about__in=[f"{record}:{number}" for number in ids]
        )
        for about, key in abouts.values_list("about", "key") if self._match else ():
            self._keys[int(about.rpartition(":")[2])].add(key)

    def _take_over(self, rows: Sequence[RowIn], keys: set[str]) -> None:
        """What a preview pretends beside what stands in the tables."""
        self._seen = self._shadow.get(f"seen:{key}" for key in keys)
        for key, (ref, told) in self._shadow.get(f"brought:{key}" for key in keys).items():
            self._brought[key.removeprefix("brought:")] = _Known(ref, told)
        words = {_word(one.name, row.values.get(one.name)) for one in self._match for row in rows}
        for word, refs in self._shadow.get(f"found:{word}" for word in words).items():
            known = self._found.setdefault(word.removeprefix("found:"), [])
            known += [ref for ref in refs if ref not in known]

    def _pretended(self, ids: set[int]) -> dict[Ref, Plain]:
        refs = (
            {ref for refs in self._found.values() for ref in refs} | {one.ref for one in self._brought.values()} | ids
        )
        for key, told in self._shadow.get(f"keys:{ref}" for ref in refs).items():
            name = key.removeprefix("keys:")
            self._keys[int(name) if name.isdigit() else name] |= set(told)
        kept = self._shadow.get(f"row:{ref}" for ref in refs)
        return {int(name) if (name := key.removeprefix("row:")).isdigit() else name: row for key, row in kept.items()}

    def _decide(self, row: RowIn, references: References) -> Decision:
        if row.error:
            return Decision(row, Outcome.ERRORS, row.error)
        key, digest = self._key(row), _digest(row.values)
        if (seen := self._seen.get(f"seen:{key}")) is not None:
            if seen[1] == digest:
                return Decision(row, Outcome.SAME)
            words = f"Row {seen[0]} says something else about the same {self._table.words}."
            return Decision(row, Outcome.DOUBTFUL, words)
        named = references.of(row.values)
        if named.error or named.doubt:
            return Decision(row, Outcome.ERRORS if named.error else Outcome.DOUBTFUL, named.error or named.doubt)
        ref, doubt = self._which(row, key)
        if doubt:
            return Decision(row, Outcome.DOUBTFUL, doubt)
        values = {name: row.values[name] for name in self._names if row.values.get(name) not in (None, "", [])}
        try:
            told = self._table.read({**values, **named.keys}, self._of.by, ref is None)
        except (ValueError, PermissionError) as error:
            return Decision(row, Outcome.ERRORS, str(error)[:500])
        return self._planned(row, key, ref, told)

    def _planned(self, row: RowIn, key: str, ref: Ref | None, told: Plain) -> Decision:
        known = self._brought.setdefault(key, _Known())
        digests = {name: _digest(value) for name, value in told.items()}
        held = self._held.get(ref, {}) if ref is not None else {}
        at: Ref = f"new:{row.number}" if ref is None else ref
        if held.get(TRASHED):
            words = f"This {self._table.words} is in the trash: take it out first, or leave the row out."
            return Decision(row, Outcome.ERRORS, words)
        if ref is None:
            outcome, changes = Outcome.NEW, told
        else:
            changes = {name: value for name, value in told.items() if self._is_news(name, value, held, known, digests)}
            outcome = Outcome.UPDATED if changes else Outcome.SAME
        self._seen[f"seen:{key}"] = self._saw[f"seen:{key}"] = [row.number, _digest(row.values)]
        self._held[at] = {**held, **changes}
        fresh = {**known.told, **digests}
        if outcome is not Outcome.SAME or fresh != known.told or known.ref is None:
            self._todo.append(_Todo(len(self._decisions), key, at, changes, fresh))
        known.ref, known.told = at, fresh
        self._keys.setdefault(at, set()).add(key)
        for one in self._match:
            if (value := row.values.get(one.name)) not in (None, "", []):
                refs = self._found.setdefault(_word(one.name, value), [])
                refs += [] if at in refs else [at]
        return Decision(row, outcome)

    def _is_news(self, name: str, value: Any, held: Plain, known: _Known, digests: Mapping[str, str]) -> bool:
        """Whether a value is to be written: the file says other than last time, and nobody else said something since."""
        if held.get(name) == value or known.told.get(name) == digests[name]:
            return False
        return name not in known.told or _digest(held.get(name)) == known.told[name]

    def _which(self, row: RowIn, key: str) -> tuple[Ref | None, str]:
        """The record that a row is about, None = a new one; or the doubt."""
        known = self._brought.get(key)
        if known is not None and known.ref is not None and known.ref in self._held:
            return known.ref, ""
        is_numbered = bool(row.values.get("id"))
        for one in self._match:
            refs = self._found.get(_word(one.name, row.values.get(one.name)), [])
            free = [
                ref for ref in refs if not (is_numbered and self._keys.get(ref))
            ]  # known under another number there
            if len(free) > 1:
                return None, f"By “{one.label}” the row fits {len(free)} {self._table.words}s. Say which one it is."
            if free:
                return free[0], ""
        return None, ""

    def _key(self, row: RowIn) -> str:
        """By what that system, or the row itself, knows its record."""
        if number := str(row.values.get("id") or "").strip("\0 "):
            return stored_key("crm", number)[1][:200]
        for one in self._match:
            if (value := row.values.get(one.name)) not in (None, "", []):
                return f"{one.name}:{_digest(_folded(value))}"
        return f"row:{_digest(row.values)}"


def _folded(value: Any) -> Any:
    return fold(value) if isinstance(value, str) else value


def _word(name: str, value: Any) -> str:
    return f"{name}\x1f{_folded(value)}"


def _digest(value: Any) -> str:
    told = json.dumps(value, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:20]
