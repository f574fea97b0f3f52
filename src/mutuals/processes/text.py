"""Versions as text: plain YAML, one step a paragraph, without aliases and tags; what is wrong is told by its line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from mutuals.base.refusals import Refusal
from mutuals.processes import shape
from mutuals.processes.shape import Shape, Wrong

LONGEST = 60_000
"""Letters of one process."""
DEEPEST, MOST_PARTS = 20, 5_000
_WORDS = {"yes": True, "true": True, "no": False, "false": False, "null": None, "~": None, "": None}
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})")
_FRACTION = re.compile(r"-?[0-9]{1,15}\.[0-9]{1,9}")
Path = tuple[str | int, ...]


class _Written(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


class _Reader:
    """Events of YAML to plain values; `lines` holds where each part begins, from 1."""

    def __init__(self, events: Iterator[Any]) -> None:
        self._events = events
        self.lines: dict[Path, int] = {}
        self._parts = 0

    def value(self, event: Any, path: Path) -> Any:
        self._parts += 1
        if isinstance(event, yaml.AliasEvent):
            raise _at(event, "a process refers to nothing, not even to itself")
        if getattr(event, "tag", None):
            raise _at(event, "a process has no tags")
        if getattr(event, "anchor", None):
            raise _at(event, "a process has no anchors")
        if len(path) > DEEPEST:
            raise _at(event, "this is too deep")
        if self._parts > MOST_PARTS:
            raise _at(event, f"a process has at most {MOST_PARTS:,} words and numbers")
        self.lines.setdefault(path, _line(event))
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(path)
        if isinstance(event, yaml.MappingStartEvent):
            return self._names(path)
        return _scalar(event)

    def _list(self, path: Path) -> list[Any]:
        found: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            found.append(self.value(event, (*path, len(found))))
        return found

    def _names(self, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent) or event.value in found:
                raise _at(event, "a name stands here once, as a word")
            self.lines[(*path, event.value)] = _line(event)
            found[event.value] = self.value(next(self._events), (*path, event.value))
        return found


def load(text: str) -> tuple[Any, dict[Path, int]]:
    """Plain values, and the line on which each part begins. Refusal, by its line: what is no plain YAML, or too long."""
    if len(text) > LONGEST:
        words = f"This text is longer than {LONGEST:,} letters."
        raise Refusal(words, fields={"text": words})
    try:
        events = yaml.parse(text, Loader=yaml.SafeLoader)
        next(events)  # the stream begins
        if isinstance(next(events), yaml.StreamEndEvent):
            raise Refusal("There is nothing here yet.", fields={"text": "There is nothing here yet."})
        reader = _Reader(events)
        found = reader.value(next(events), ())
        next(events)  # the document ends
        if not isinstance(event := next(events), yaml.StreamEndEvent):
            raise _at(event, "a text holds one process")
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "it holds letters that cannot be read"
        words = f"Line {mark.line + 1}: {problem}." if mark else f"This cannot be read: {problem}."
        raise Refusal(words, fields={"text": words}) from error
    return found, reader.lines


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
    flow = None if any(isinstance(value, list | Mapping) for value in told.values()) else False
    return str(
        yaml.dump(told, Dumper=_Written, sort_keys=False, allow_unicode=True, width=110, default_flow_style=flow)
    )


def _scalar(event: Any) -> Any:
    if not event.implicit[0]:  # written in quotes
        return event.value
    if event.value.lower() in _WORDS:
        return _WORDS[event.value.lower()]
    if _NUMBER.fullmatch(event.value):
        return int(event.value)
    return float(event.value) if _FRACTION.fullmatch(event.value) else event.value


def _at(event: Any, problem: str) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1
