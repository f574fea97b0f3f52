"""People out of files: who is meant by a row, what is new in it, and what cannot be decided by a machine.

A row finds a person by its number in the source's own system, and by the address or number that were chosen as match
keys; never by a name. It is doubtful when its keys point to two persons, when only a shared address speaks for a person
of a different name (a household's mailbox), when only a shared number speaks for a person who has another number in the
source's own system, when a name is all it has and somebody of that name is known, or when it
contradicts an earlier row of the file about the same record.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from mutuals.capture.imports import doubtful
from mutuals.capture.imports._people_world import Human, Presence, World
from mutuals.capture.imports._people_write import write
from mutuals.capture.imports.decisions import KEPT_OUT, Decision, Outcome, Pair, Ref, RowIn, Shadow, joined
from mutuals.capture.imports.names import clash
from mutuals.capture.imports.record import content_pair, fields_of, handles_of, name_of
from mutuals.capture.models import Import
from mutuals.connectors.files.mapping import AS_WRITTEN
from mutuals.people import profiles
from mutuals.people.names import fold, tidy

MOST_HANDLES = 100  # addresses, numbers and ids of one person
_CROWD = f"This row names more than {MOST_HANDLES} addresses and numbers; no one person has so many."
_WORDS = {"email": "the address", "phone": "the number"}


class PeoplePlanner:
    """Plans and writes rows of people. `shadow` holds what a preview pretends, and which records were spoken of."""

    def __init__(self, of: Import, shadow: Shadow) -> None:
        self._of, self._shadow = of, shadow
        self._match = frozenset(of.options.get("match") or ("email", "phone"))
        self._by = f"{'form' if of.options.get('self_told') else 'import'}:{of.pk}"
        self._system = f"crm:{of.source_id}"
        self._world = World(shadow, self._system)
        self._suspects: dict[int, list[Pair]] = {}  # by doubtful row: the profiles by which it may be somebody's
        self._decided: list[Decision] = []

    def group(self, _row: RowIn) -> str:
        """Each row stands by itself."""
        return ""

    def plan(self, rows: Sequence[RowIn], *, now: datetime) -> list[Decision]:
        """Decide a batch: eight questions to the database, whatever its size."""
        handles = {row.number: self._handles(row) for row in rows if not row.error}
        good = [row for row in rows if not row.error and len(handles[row.number][0]) <= MOST_HANDLES]
        crowds = [row for row in rows if not row.error and len(handles[row.number][0]) > MOST_HANDLES]
        self._world, self._suspects = World(self._shadow, self._system), {}
        pairs = {pair for row in good for pair in (handles[row.number][2], *handles[row.number][0])}
        self._world.load(pairs, {fold(name_of(row.values)) for row in good})
        errors = [Decision(row, Outcome.ERRORS, row.error) for row in rows if row.error]
        errors += [Decision(row, Outcome.ERRORS, _CROWD) for row in crowds]
        self._decided = errors + [self._decide(row, *handles[row.number], now) for row in good]
        return self._decided

    def apply(self, *, now: datetime) -> None:
        """Write the last plan."""
        write(self._world, of=self._of, by=f"import:{self._of.pk}", now=now)
        doubtful.suggest(self._of, self._decided, self._suspects, now=now)
        self._world.remember_seen()

    def pretend(self) -> None:
        """Remember the last plan in the shadow."""
        self._world.remember_seen()
        self._world.remember_all()

    def pass_over(self, rows: Sequence[RowIn]) -> None:
        """Note which records the finished rows were about."""
        good = {joined(self._handles(row)[2]): row.number for row in reversed(rows) if not row.error}
        known = self._shadow.get(f"seen:{key}" for key in good)
        self._shadow.put({f"seen:{key}": n for key, n in good.items() if f"seen:{key}" not in known})

    def _handles(self, row: RowIn) -> tuple[list[Pair], list[Pair], Pair]:
        """All handles of a row; those by which it may find a person (its own number always); and its record."""
        pairs = handles_of(row.values, self._of.source_id)
        keys = [pair for pair in pairs if pair[0] in self._match or pair[0] not in _WORDS]
        record = keys[0] if keys else content_pair(row.values, self._of.source_id)
        return pairs, keys or [record], record

    def _decide(self, row: RowIn, pairs: list[Pair], keys: list[Pair], record: Pair, now: datetime) -> Decision:
        if refusal := self._refusal(pairs, keys):
            return Decision(row, Outcome.ERRORS, refusal)
        found = {self._world.at(pair).person: pair for pair in reversed(keys)}
        found.pop(None, None)
        if doubt := self._doubt(row, pairs, record, found):
            self._suspects[row.number] = list(found.values())
            return Decision(row, Outcome.DOUBTFUL, doubt)
        self._world.saw(record, row.number)
        ref: Ref = next(iter(found), None) or f"new:{row.number}"
        changed = self._change(row, [*dict.fromkeys([record, *pairs])], ref, now)
        return Decision(row, Outcome.NEW if not found else Outcome.UPDATED if changed else Outcome.SAME)

    def _refusal(self, pairs: Sequence[Pair], keys: Sequence[Pair]) -> str:
        for pair in pairs:
            state = self._world.at(pair)
            if state.is_erased:
                return f"{KEPT_OUT} This person asked to be forgotten."
            if state.is_ours:
                return f"{pair[1]} is our own."
            if state.organisation and pair in keys:
                return f"{pair[1]} belongs to an organisation, not to a person."
        return ""

    def _doubt(self, row: RowIn, pairs: list[Pair], record: Pair, found: dict[Any, Pair]) -> str:
        if len(found) > 1:
            told = " and ".join(
                f"{self._world.people[ref].name or 'somebody'} by {pair[1]}" for ref, pair in found.items()
            )
            return f"The row points to two people: {told}."[:500]
        name = name_of(row.values)
        if not found and record[1].startswith("row:") and fold(name) in self._world.names:
            return (
                f"Somebody called {name[:80]} is known already; a name alone does not say that it is the same person."
            )
        state = self._world.at(record)
        if state.seen and (differing := self._differing(row, record)):
            return f"Row {state.seen} says something else about the same record: {', '.join(differing)}."
        for ref, pair in found.items():
            human = self._world.people[ref]
            names = [human.name, *human.told, *self._told_names(pairs)]
            if pair[0] in _WORDS and clash(name, [one for one in names if one]):
                return f"{_WORDS[pair[0]].capitalize()} {pair[1]} is {human.name}'s, whose name is a different one."[
                    :500
                ]
            if pair[0] == "phone" and (other := self._known_as(ref, record)):
                return (
                    f"The number {pair[1]} is {human.name or 'somebody'}'s, who is {other} where this row is {record[1]}: two"
                    " records of one system are two people until somebody says otherwise."
                )[:500]
        return ""

    def _known_as(self, ref: Ref, record: Pair) -> str:
        """Which other record of the source's own system a person is; "" = none, or the row names no record of its own."""
        is_numbered = record[0] == self._system and not record[1].startswith("row:")
        return self._world.number_of(ref) if is_numbered else ""

    def _told_names(self, pairs: Sequence[Pair]) -> list[str]:
        known = (self._world.at(pair).fields.get("name", {}).get("value", "") for pair in pairs)
        return [str(name) for name in known if name]

    def _differing(self, row: RowIn, record: Pair) -> list[str]:
        known = self._world.at(record).fields
        told = fields_of(row.values)
        names = [name for name, value in told.items() if name in known and known[name].get("value") != value]
        return ["phone" if name == AS_WRITTEN else name for name in names]

    def _change(self, row: RowIn, pairs: Sequence[Pair], ref: Ref, now: datetime) -> bool:
        human = self._world.people.setdefault(
            ref, Human(is_new=isinstance(ref, str), since=row.values.get("created_at"))
        )
        changed = human.join(row.values.get("tags", ()), row.values.get("organisation", ""), row.values.get("role", ""))
        told = fields_of(row.values)
        for place, pair in enumerate(pairs):
            state: Presence = self._world.at(pair)
            state.named = (state.named or set()) | (set(told) if place == 0 else set())
            if state.person is None and not state.organisation:
                state.person, state.attach = ref, True
                human.tell("", pair)
                changed = True
            if place == 0 and state.told(profiles.tell(state.fields, told, at=now, by=self._by)):
                human.tell(str(told.get("name", "")), pair)
                changed = True
        human.name = human.name or tidy(name_of(row.values), at_most=200)
        self._world.names.add(fold(name_of(row.values)))
        return changed
