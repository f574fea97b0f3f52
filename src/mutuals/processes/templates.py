"""Processes to begin with, as text files of the package: one for each thing that most firms do."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from mutuals.processes import shape, text

_FOLDER = Path(__file__).parent / "shipped"
_ABOUT = ("name", "kind", "pillar", "words")


@dataclass(frozen=True, slots=True)
class Template:
    """One of them: under which name, what runs in it, for which pillar, what it is for, and its body."""

    key: str
    name: str
    kind: str
    pillar: str
    words: str
    body: dict[str, Any]
    is_usual: bool = False  # of several of a kind, the one to begin with


@cache
def templates() -> dict[str, Template]:
    """All, by key, in the order of their names."""
    found = [_read(path) for path in sorted(_FOLDER.glob("*.yaml"))]
    return {one.key: one for one in sorted(found, key=lambda one: one.name)}


def of_kind(kind: str) -> Template | None:
    """The one to begin with for a kind; None where none is shipped."""
    found = [one for one in templates().values() if one.kind == kind]
    return min(found, key=lambda one: not one.is_usual, default=None)


def _read(path: Path) -> Template:
    told, _ = text.load(path.read_text())
    about = {name: str(told.pop(name)) for name in _ABOUT}
    is_usual = bool(told.pop("usual", False))
    return Template(path.stem, is_usual=is_usual, body=dict(shape.read(told).plain), **about)
