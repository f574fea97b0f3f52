"""Plain YAML with bounds: texts, numbers, yes and no in lists and names; no tags, no anchors, nothing that refers to itself.

Rules and processes are read and written as such texts. What is too much is refused while it is read, by its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from mutuals.base.refusals import Refusal

Path = tuple[str | int, ...]
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # its letters are read by libyaml where that is there
_WORDS = {
    "yes": True,
    "Yes": True,
    "true": True,
    "True": True,
    "no": False,
    "No": False,
    "false": False,
    "False": False,
}
_NOTHING = ("", "~", "null")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_FRACTION = re.compile(r"-?[0-9]{1,15}\.[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a text may hold at most: letters, levels, values in all, values of one list, names of one part.

    `noun` is what it is about, in refusals: "a rule has no tags"; `full` what is said where a list is too long.
    """

    noun: str
    letters: int
    levels: int = 20
    values: int = 5_000
    listed: int = 5_000
    names: int = 5_000
    full: str = "so long no list is here"


class _Reader:
    """Events to plain values. Only the events are libyaml's; what they make is made here."""

    def __init__(self, events: Iterator[Any], bounds: Bounds, lines: dict[Path, int] | None) -> None:
        self._events, self._bounds, self._lines = events, bounds, lines
        self._values = 0

    def value(self, event: Any, path: Path, level: int = 0) -> Any:
        bounds = self._bounds
        self._values += 1
        if isinstance(event, yaml.AliasEvent):
            raise _at(event, f"{bounds.noun} refers to nothing, not even to itself")
        if getattr(event, "tag", None):
            raise _at(event, f"{bounds.noun} has no tags")
        if getattr(event, "anchor", None):
            raise _at(event, f"{bounds.noun} has no anchors")
        if level > bounds.levels:
            raise _at(event, "this is too deep")
        if self._values > bounds.values:
            raise _at(event, f"this holds more than {bounds.values:,} words and numbers")
        if self._lines is not None:
            self._lines.setdefault(path, _line(event))
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(path, level + 1)
        if isinstance(event, yaml.MappingStartEvent):
            return self._part(path, level + 1)
        return _scalar(event)

    def _list(self, path: Path, level: int) -> list[Any]:
        found: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            if len(found) >= self._bounds.listed:
                raise _at(event, self._bounds.full)
            found.append(self.value(event, self._below(path, len(found)), level))
        return found

    def _part(self, path: Path, level: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent) or event.value in found:
                raise _at(event, "a name stands here once, as a word")
            if event.tag or event.anchor:
                raise _at(event, f"{self._bounds.noun} has no tags and no anchors")
            if len(found) >= self._bounds.names:
                raise _at(event, f"so many names no part of {self._bounds.noun} has")
            below = self._below(path, event.value)
            if self._lines is not None:
                self._lines[below] = _line(event)
            found[event.value] = self.value(next(self._events), below, level)
        return found

    def _below(self, path: Path, name: str | int) -> Path:
        return (*path, name) if self._lines is not None else path


def load(text: str, bounds: Bounds, *, lines: dict[Path, int] | None = None) -> Any:
    """Plain values of a text. `lines` is filled with the line, from 1, on which each part begins, where it is given.

    Refusal, by its line: what is no plain YAML, beyond its bounds, empty, or more than one document.
    """
    if len(text) > bounds.letters:
        raise _refused(f"This text is longer than {bounds.letters:,} letters.")
    try:
        events = yaml.parse(text, Loader=_LOADER)
        next(events)  # the stream begins
        if isinstance(next(events), yaml.StreamEndEvent):
            raise _refused("There is nothing here yet.")
        found = _Reader(events, bounds, lines).value(next(events), ())
        next(events)  # the document ends
        if not isinstance(event := next(events), yaml.StreamEndEvent):
            raise _at(event, "a text is one document")
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "it holds letters that cannot be read"
        line = min(mark.line, text.count("\n")) + 1 if mark else 0  # the end may stand behind the last line
        raise _refused(f"Line {line}: {problem}." if line else f"This cannot be read: {problem}.") from error
    except UnicodeError as error:
        raise _refused("This cannot be read: it holds letters that cannot be read.") from error
    return found


class _Written(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def dump(told: Any, *, flow: bool | None = False) -> str:
    """Plain values as text, names in their order. `flow` None puts what is made of plain values alone on one line."""
    return str(
        yaml.dump(told, Dumper=_Written, sort_keys=False, allow_unicode=True, width=110, default_flow_style=flow)
    )


def _scalar(event: Any) -> Any:
    """Times and days stay texts, and so does what is written in quotes."""
    value = event.value
    if not event.implicit[0]:
        return value
    if value in _WORDS:
        return _WORDS[value]
    if value in _NOTHING:
        return None
    if _NUMBER.fullmatch(value):
        return int(value)
    return float(value) if _FRACTION.fullmatch(value) else value


def _refused(words: str) -> Refusal:
    return Refusal(words, fields={"text": words})


def _at(event: Any, problem: str) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1
