"""Thousands of rules at the cost of the few that can be true: each stands under the cheapest thing that it cannot do without.

That is a word of the text, an entry of a list (a topic), or values of plain fields together. Pure; nothing here reads rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

from mutuals.base.filters import Condition, Either, Field, Kind, Not, Record, Said, Test, predicate
from mutuals.base.filters.rows import needed, relations

Row = Mapping[str, Any]
_MOST_KEYS = 200  # keys that one rule may stand under; one that needs more is always looked at
_PLAIN = (Kind.TEXT, Kind.CHOICE, Kind.BOOL, Kind.NUMBER, Kind.MONEY)
_COST = {"word": 1, "stem": 2, "entry": 2, "values": 10}
_ALWAYS = 1_000
TEXT = "words"  # the field that holds what was said


@dataclass(frozen=True, slots=True)
class Access:
    """One of these holds wherever the condition does: a word, a stem, an entry of a list, or values of several fields."""

    keys: tuple[tuple[str, Any, Any], ...]

    @property
    def cost(self) -> int:
        """Roughly how many rows have it; several values together are rarer than one."""
        if not self.keys:
            return 0
        return sum(_COST[kind] if kind != "values" else 12 - min(len(names), 6) for kind, names, _ in self.keys)


def access(condition: Condition, of: Record) -> Access | None:
    """What a checked condition cannot be true without; None where nothing of the kind is known."""
    found = (of.named(name) for name in needed(condition))
    return _access(condition, {one.name: one for one in found if one is not None})


def _access(condition: Condition, fields: Mapping[str, Field]) -> Access | None:
    if isinstance(condition, Test):
        return _of_test(condition, fields[condition.field])
    if isinstance(condition, Not):
        return None
    parts = [_access(part, fields) for part in condition.parts]
    if isinstance(condition, Either):
        found = [part for part in parts if part is not None]
        keys = tuple(dict.fromkeys(key for part in found for key in part.keys))
        return Access(keys) if len(found) == len(parts) and len(keys) <= _MOST_KEYS else None
    known = [part for part in parts if part is not None]
    together = _together(known)
    return min([*known, *together], key=lambda one: one.cost, default=None)


def _together(parts: Sequence[Access]) -> list[Access]:
    """Values of several fields that must all hold, as one key each combination."""
    plain = [part for part in parts if part.keys and all(kind == "values" for kind, _, _ in part.keys)]
    combined: dict[tuple[tuple[str, Any], ...], None] = {(): None}
    for part in plain:
        if len(combined) * len(part.keys) > _MOST_KEYS:
            continue
        options = [tuple(zip(names, values, strict=True)) for _, names, values in part.keys]
        combined = dict.fromkeys(tuple(sorted(dict([*one, *more]).items())) for one, more in product(combined, options))
    keys = tuple(
        ("values", tuple(name for name, _ in one), tuple(value for _, value in one)) for one in combined if one
    )
    return [Access(keys)] if len(plain) > 1 and keys else []


def _of_test(test: Test, one: Field) -> Access | None:
    if one.is_json:  # rows have it as it is kept, and not as it is compared
        return None
    if one.name == TEXT and one.kind is Kind.WORDS and test.op == "says":
        return Access(tuple(dict.fromkeys(_rarest(wanted) for wanted in test.value)))
    if one.kind is Kind.TAGS and test.op == "has":
        return Access((("entry", one.name, test.value),))
    if one.kind in _PLAIN and test.op in ("is", "in"):
        values = test.value if test.op == "in" else (test.value,)
        return Access(tuple(("values", (one.name,), (value,)) for value in dict.fromkeys(values)))
    return None


def _rarest(wanted: str) -> tuple[str, Any, Any]:
    """The longest whole word of a phrase; where it has none, its stem."""
    words = wanted.rstrip("*").split(" ")
    whole = words[:-1] if wanted[-1] == "*" else words
    if whole:
        return ("word", "", max(whole, key=len))
    return ("stem", "", words[-1])


@dataclass(frozen=True, slots=True)
class Entry:
    """One rule in the index: its number there, what it needs, and when it holds."""

    number: int
    holds: Callable[[Row], bool]
    tests: tuple[Test, ...] = ()  # of relations


@dataclass
class Index:
    """Rules of one kind of event under their keys."""

    of: Record
    entries: list[Entry] = field(default_factory=list)
    fields: frozenset[str] = frozenset()
    _words: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    _stems: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    _lengths: tuple[int, ...] = ()
    _entries: dict[str, dict[Any, list[int]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    _values: dict[tuple[str, ...], dict[tuple[Any, ...], list[int]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    _always: list[int] = field(default_factory=list)

    def candidates(self, row: Row) -> list[Entry]:
        """The rules that may hold for a row, in the order in which they were given; no other one does."""
        found = set(self._always)
        for names, by_values in self._values.items():
            if hit := by_values.get(tuple(row.get(name) for name in names)):
                found.update(hit)
        for name, by_entry in self._entries.items():
            for value in row.get(name) or ():
                if hit := by_entry.get(value):
                    found.update(hit)
        if self._words or self._stems:
            found.update(self._said(row.get(TEXT)))
        return [self.entries[number] for number in sorted(found)]

    def _said(self, text: Any) -> Iterator[int]:
        if not isinstance(text, Said):
            return
        words = set(text.words)
        for word in words & self._words.keys():
            yield from self._words[word]
        for length in self._lengths:
            for start in {word[:length] for word in words if len(word) >= length}:
                yield from self._stems.get(start, ())


def build(of: Record, told: Sequence[tuple[Condition, Condition, ZoneInfo]], *, now: datetime) -> Index:
    """An index of checked conditions; its entries are numbered as these are.

    Each comes with all that is asked of a row which it holds for, and the zone in which its days are meant.
    """
    made = Index(of, fields=frozenset[str]().union(*(needed(asked) for _, asked, _ in told)))
    for number, (condition, asked, zone) in enumerate(told):
        tests = tuple(relations(asked, of))
        made.entries.append(Entry(number, predicate(condition, of, zone=zone, now=now), tests))
        found = access(condition, of)
        if found is None or found.cost > _ALWAYS:
            made._always.append(number)
            continue
        for kind, name, value in found.keys:
            _put(made, kind, name, value, number)
    made._lengths = tuple(sorted({len(stem) for stem in made._stems}))
    return made


def _put(made: Index, kind: str, name: Any, value: Any, number: int) -> None:
    if kind == "word":
        made._words[value].append(number)
    elif kind == "stem":
        made._stems[value].append(number)
    elif kind == "entry":
        made._entries[name][value].append(number)
    else:
        made._values[name][value].append(number)
