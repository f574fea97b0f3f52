"""What is known beforehand of the files that a system writes: presets, which are data in the folder `presets`.

A preset is one JSON file; its name is the file's name.

- `label`, `about`: for the wizard. `target`: what the rows are. `needs`: columns by which such a file is recognised; `not`:
  columns that such a file never has. `system`: what the source is called where nobody says otherwise, so that the files of one
  system find each other's records.
- `mapping`, `options`: the answers of the wizard, as `capture.imports.begin.choose` takes them.
- `plain`: columns that hold HTML, read as text. `says`: column -> what that system says -> what we say ("" = nothing);
  where a column's words have "*", all others are that. `parts`: column -> what stands between its several values.
- `lines`, for orders only: `each_row` true = each row is one line of its order, known by its place among the rows of
  that order number, so that equal rows are different lines and the same file again changes nothing. `kinds` are
  tried in turn, and the first that fits says what a line is: `number_starts` (the order's number begins so), `below_zero`
  (the quantity is negative), `kind` (sale, return, adjustment, movement). None fits: a sale, or a return below zero.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from mutuals.connectors._text import plain
from mutuals.connectors.files.fields import Target
from mutuals.connectors.files.shapes import Value

_QUOTED = frozenset({f"'{sign}" for sign in "+0123456789"})
_FOLDER = Path(__file__).with_name("presets")


@dataclass(frozen=True, slots=True)
class KindRule:
    """What a line is, where its order's number and its quantity are so."""

    kind: str
    number_starts: str = ""
    below_zero: bool = False

    def fits(self, number: str, quantity: Decimal) -> bool:
        """Whether both conditions hold."""
        return number.startswith(self.number_starts) and (quantity < 0 or not self.below_zero)


@dataclass(frozen=True, slots=True)
class Lines:
    """How the rows of a file are lines of orders."""

    each_row: bool = False
    kinds: tuple[KindRule, ...] = ()

    def kind(self, number: str, quantity: Decimal) -> str:
        """What a line is; empty where no rule says it."""
        return next((rule.kind for rule in self.kinds if rule.fits(number, quantity)), "")


@dataclass(frozen=True, slots=True)
class Preset:
    """One of the files in the folder."""

    name: str
    label: str
    about: str
    target: str
    needs: frozenset[str]
    mapping: Mapping[str, str]
    options: Mapping[str, Any]
    lines: Lines = field(default_factory=Lines)
    system: str = ""
    lacks: frozenset[str] = frozenset()
    plain: frozenset[str] = frozenset()
    says: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.name)

    def fits(self, columns: Sequence[str], target: str) -> bool:
        """Whether a file with these columns may be one of these."""
        return self.target == target and self.is_like(columns)

    def is_like(self, columns: Sequence[str]) -> bool:
        """The same, whatever the rows are said to be."""
        return self.needs <= set(columns) and not self.lacks & set(columns)

    def mended(self, values: Mapping[str, Value]) -> Mapping[str, Value]:
        """A row in the words that we use. Pure."""
        if not self.system:
            return values
        return {
            column: self._mended(column, value) if isinstance(value, str) else value for column, value in values.items()
        }

    def _mended(self, column: str, value: str) -> Value:
        text = value.strip()
        if text[:2] in _QUOTED:
            text = text[1:]  # a number that was kept from spreadsheets by a quote
        if column in self.plain:
            text = plain(text)
        if (known := self.says.get(column)) is not None:
            text = known.get(_told(text), known.get("*", text)) if text else ""
        if (between := self.parts.get(column)) is not None:
            return [part for one in text.split(between) if (part := one.strip())]
        return text

    def mapped(self, columns: Sequence[str], *, many: Collection[str] = ()) -> dict[str, str]:
        """The mapping of the columns that this file has; a field takes the first, but for those of `many`."""
        found: dict[str, str] = {}
        for column in columns:
            name = self.mapping.get(column, "")
            if name and (name in many or name not in found.values()):
                found[column] = name
        return found


NONE = Preset("", "", "", "orders", frozenset(), {}, {})
"""No preset: what each file says by itself."""


@cache
def presets() -> Mapping[str, Preset]:
    """All presets by their names."""
    return {path.stem: _read(path) for path in sorted(_FOLDER.glob("*.json"))}


def preset_of(name: str) -> Preset:
    """The preset of that name; NONE for the empty name; KeyError where there is none such."""
    return presets()[name] if name else NONE


def recognised(columns: Sequence[str], target: str = "") -> Preset:
    """The preset that fits these columns, the one that needs most of them first; NONE where none does.

    Without a target: whatever its rows are.
    """
    found = [one for one in presets().values() if one.is_like(columns) and target in ("", one.target)]
    return max(found, key=lambda one: len(one.needs), default=NONE)


def _read(path: Path) -> Preset:
    told = json.loads(path.read_text(encoding="utf-8"))
    lines = told.get("lines", {})
    return Preset(
        name=path.stem,
        label=told["label"],
        about=told["about"],
        target=Target(told["target"]).value,
        needs=frozenset(told["needs"]),
        mapping=told["mapping"],
        options=told.get("options", {}),
        lines=Lines(bool(lines.get("each_row")), tuple(KindRule(**rule) for rule in lines.get("kinds", ()))),
        system=told.get("system", ""),
        lacks=frozenset(told.get("not", ())),
        plain=frozenset(told.get("plain", ())),
        says={
            column: {_told(theirs): ours for theirs, ours in words.items()}
            for column, words in told.get("says", {}).items()
        },
        parts=told.get("parts", {}),
    )


def _told(text: str) -> str:
    """What a system says, in one case of letters."""
    return " ".join(text.casefold().split())
