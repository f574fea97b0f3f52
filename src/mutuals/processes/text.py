"""Versions as text: plain YAML, one step a paragraph, without aliases and tags; what is wrong is told by its line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mutuals.base import yaml_text
from mutuals.base.refusals import Refusal
from mutuals.base.yaml_text import Bounds, Path
from mutuals.processes import shape
from mutuals.processes.shape import Shape, Wrong

LONGEST = 60_000
"""Letters of one process."""
_BOUNDS = Bounds("a process", LONGEST)


def load(text: str) -> tuple[Any, dict[Path, int]]:
    """Plain values, and the line on which each part begins. Refusal, by its line: what is no plain YAML, or too long."""
    lines: dict[Path, int] = {}
    return yaml_text.load(text, _BOUNDS, lines=lines), lines


def read(text: str) -> Shape:
    """The shape of a text. Refusal names the line, and what is allowed there."""
    told, lines = load(text)
    try:
        return shape.read(told)
    except Wrong as error:
        path = error.path
        while path and path not in lines:
            path = path[:-1]
        words = f"Line {lines.get(path, 1)}: {error}"
        raise Refusal(words, fields={"text": words}) from error


def line_of(text: str, key: str) -> int:
    """On which line a step begins, from 1; 0 where it is not written."""
    found = re.search(rf"^\s*-?\s*step\s*:\s*[\"']?{re.escape(key)}[\"']?\s*$", text, re.MULTILINE)
    return text.count("\n", 0, found.start()) + 1 if found else 0


def write(told: Mapping[str, Any]) -> str:
    """A body as text, its parts always in the same order, with a blank line before each step."""
    head = {name: told[name] for name in ("start", "hours") if told.get(name)}
    parts = ["".join(_dump({name: value}) for name, value in head.items()), "steps:\n"]
    parts += [_paragraph(shape.ordered(one)) for one in told.get("steps", [])]
    return "\n".join(part for part in parts if part)


def _paragraph(step: Mapping[str, Any]) -> str:
    lines = "".join(_dump({name: value}) for name, value in step.items()).splitlines()
    return "\n".join(("- " if not number else "  ") + line for number, line in enumerate(lines)) + "\n"


def _dump(told: Mapping[str, Any]) -> str:
    """A scalar stands behind its name; what is made of plain values alone stands on one line."""
    is_plain = not any(isinstance(value, list | Mapping) for value in told.values())
    return yaml_text.dump(told, flow=False if is_plain else None)
