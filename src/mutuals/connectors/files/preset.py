"""What is known beforehand of the files that a system writes: presets, which are data in the folder `presets`.

A preset is one JSON file; its name is the file's name.

- `label`, `about`: for the wizard. `target`: what the rows are. `needs`: columns by which such a file is recognised.
- `mapping`, `options`: the answers of the wizard, as `capture.imports.begin.choose` takes them.
- `lines`, for orders only: `each_row` true = each row is one line of its order, known by its place among the rows of
  that order number, so that equal rows are different lines and the same file again changes nothing. `kinds` are
  tried in turn, and the first that fits says what a line is: `number_starts` (the order's number begins so), `below_zero`
  (the quantity is negative), `kind` (sale, return, adjustment, movement). None fits: a sale, or a return below zero.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from mutuals.connectors.files.fields import Target

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
    target: Target
    needs: frozenset[str]
    mapping: Mapping[str, str]
    options: Mapping[str, Any]
    lines: Lines = field(default_factory=Lines)

    def __bool__(self) -> bool:
        return bool(self.name)

    def fits(self, columns: Sequence[str], target: Target) -> bool:
        """Whether a file with these columns may be one of these."""
        return self.target is target and self.needs <= set(columns)

    def mapped(self, columns: Sequence[str]) -> dict[str, str]:
        """The mapping of the columns that this file has."""
        return {column: self.mapping[column] for column in columns if self.mapping.get(column)}


NONE = Preset("", "", "", Target.ORDERS, frozenset(), {}, {})
"""No preset: what each file says by itself."""


@cache
def presets() -> Mapping[str, Preset]:
    """All presets by their names."""
    return {path.stem: _read(path) for path in sorted(_FOLDER.glob("*.json"))}


def preset_of(name: str) -> Preset:
    """The preset of that name; NONE for the empty name; KeyError where there is none such."""
    return presets()[name] if name else NONE


def recognised(columns: Sequence[str], target: Target) -> Preset:
    """The preset that fits these columns, the one that needs most of them first; NONE where none does."""
    found = [one for one in presets().values() if one.fits(columns, target)]
    return max(found, key=lambda one: len(one.needs), default=NONE)


def _read(path: Path) -> Preset:
    told = json.loads(path.read_text(encoding="utf-8"))
    lines = told.get("lines", {})
    return Preset(
        name=path.stem,
        label=told["label"],
        about=told["about"],
        target=Target(told["target"]),
        needs=frozenset(told["needs"]),
        mapping=told["mapping"],
        options=told.get("options", {}),
        lines=Lines(bool(lines.get("each_row")), tuple(KindRule(**rule) for rule in lines.get("kinds", ()))),
    )
