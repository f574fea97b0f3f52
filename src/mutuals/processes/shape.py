"""What a version says: a checked shape out of plain values, and back. Pure; nothing here knows tables."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mutuals.base.filters import All, Condition, Refused, from_json, from_query
from mutuals.base.refusals import Refusal
from mutuals.processes.hours import Limit, Week, read_limit, read_week

MOST_STEPS, MOST_WAYS, MOST_ACTS, MOST_NEEDS = 60, 12, 10, 20
ENDS = ("won", "lost", "done")
ROLES = ("owner", "admin", "lead", "staff", "contractor")
PILLARS = ("service", "sales", "marketing", "innovation")
_KEY = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_.]{0,59}")
_TOP = ("start", "hours", "steps")
_PARTS = (
    "step", "name", "owner", "limit", "needs", "guard", "then", "probability", "accept", "reason", "itself", "end", "at",
    "next",
)  # fmt: skip
_WAY = ("to", "label", "if")
FURTHEST = 9_999
"""How far right or down a step stands in the picture at most, in its units."""


class Wrong(Refusal):
    """A part that cannot be used; `path` leads to it: ("steps", 2, "limit")."""

    def __init__(self, path: tuple[str | int, ...], words: str) -> None:
        super().__init__(f"{_place(path)} {words}", fields={"text": words})
        self.path = path


@dataclass(frozen=True, slots=True)
class Way:
    """A branch: to which step, under which label, and the condition (plain JSON) that it needs; None = always open."""

    to: str
    label: str = ""
    condition: Any = None


@dataclass(frozen=True, slots=True)
class Step:
    """One box of the picture.

    `owner` is "" (stays as it is), "team:Service", "pillar:service", "role:lead" or "staff:ada@example.com". `needs` and
    `guard` hold before it may go on; `acts` are done on entering; `accept`: entering is a hand-over; `reason`: entering
    needs a because; `itself`: the first way whose condition holds is taken at once. `end` is "", won, lost or done. `at`
    is where somebody put its box, right and down of the corner; None = where it falls.
    """

    key: str
    name: str
    owner: str = ""
    limit: Limit | None = None
    needs: tuple[str, ...] = ()
    guard: Any = None
    acts: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    probability: int | None = None
    accept: bool = False
    reason: bool = False
    itself: bool = False
    end: str = ""
    at: tuple[int, int] | None = None
    ways: tuple[Way, ...] = ()


@dataclass(frozen=True, slots=True)
class Shape:
    """A whole process: where it begins, when people work, and its steps in the order in which they were written."""

    start: str
    steps: tuple[Step, ...]
    week: Week = field(default_factory=Week)
    plain: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def step(self, key: str) -> Step | None:
        """The step of that key."""
        return next((one for one in self.steps if one.key == key), None)

    def way(self, start: str, to: str) -> Way | None:
        """The branch from one step to another."""
        here = self.step(start)
        return next((one for one in here.ways if one.to == to), None) if here else None


def read(told: Any) -> Shape:
    """A shape out of plain values. Wrong names the part, and what is allowed there."""
    if not isinstance(told, Mapping):
        raise Wrong((), "is written as start and steps.")
    _known((), told, _TOP)
    week = _said(("hours",), read_week, told["hours"]) if told.get("hours") else Week()
    rows = told.get("steps")
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_STEPS:
        raise Wrong(("steps",), f"is a list of 1 to {MOST_STEPS} steps.")
    steps = tuple(_step(("steps", number), row, week) for number, row in enumerate(rows))
    keys = [one.key for one in steps]
    for number, key in enumerate(keys):
        if key in keys[:number]:
            raise Wrong(("steps", number, "step"), f"“{key}” is there twice.")
    for number, one in enumerate(steps):
        for place, way in enumerate(one.ways):
            if way.to not in keys:
                raise Wrong(("steps", number, "next", place), f"leads to “{way.to}”. There are: {', '.join(keys)}.")
    start = told.get("start", keys[0])
    if start not in keys:
        raise Wrong(("start",), f"is one of: {', '.join(keys)}.")
    return Shape(str(start), steps, week, _plain(told))


def condition(told: Any) -> Condition:
    """A condition out of JSON, or of short forms `field:op:value` that must all hold. Refused: anything else."""
    if told is None or told in ([], {}, ""):
        return All()
    if isinstance(told, str):
        return from_query([told])
    if isinstance(told, list):
        if all(isinstance(part, str) for part in told):
            return from_query(told)
        return from_json({"all": told})
    return from_json(told)


def ordered(step: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of a step in their usual order, without those that say nothing."""
    return {name: step[name] for name in _PARTS if step.get(name) not in (None, "", [], {}) and step[name] is not False}


def label_of(way: Mapping[str, Any]) -> Any:
    """The label of a branch as it was meant: yes and no are words there."""
    told = way.get("label")
    return {True: "yes", False: "no"}[told] if isinstance(told, bool) else told or ""


def _plain(told: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: told[name] for name in ("start", "hours") if told.get(name)}
    return {**kept, "steps": [ordered(one) for one in told["steps"]]}


def _step(path: tuple[str | int, ...], told: Any, week: Week) -> Step:
    if not isinstance(told, Mapping):
        raise Wrong(path, "is a step, written as step, name and next.")
    _known(path, told, _PARTS)
    key = told.get("step")
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise Wrong((*path, "step"), "is a short word of small letters, such as reply or legal_check.")
    end = told.get("end") or ""
    if end and end not in ENDS:
        raise Wrong((*path, "end"), f"is one of: {', '.join(ENDS)}.")
    ways = _ways((*path, "next"), told.get("next"))
    if end and ways:
        raise Wrong((*path, "next"), "leads on from an end.")
    limit = told.get("limit")
    return Step(
        key=key,
        name=_line((*path, "name"), told.get("name") or key.replace("_", " ").capitalize(), 80),
        owner=_owner((*path, "owner"), told.get("owner")),
        limit=_said((*path, "limit"), lambda value: read_limit(value, week), limit) if limit else None,
        needs=_needs((*path, "needs"), told.get("needs")),
        guard=_condition((*path, "guard"), told.get("guard")),
        acts=_acts((*path, "then"), told.get("then")),
        probability=_share((*path, "probability"), told.get("probability")),
        accept=_flag((*path, "accept"), told.get("accept")),
        reason=_flag((*path, "reason"), told.get("reason")),
        itself=_flag((*path, "itself"), told.get("itself")),
        end=str(end),
        at=_at((*path, "at"), told.get("at")),
        ways=ways,
    )


def _ways(path: tuple[str | int, ...], told: Any) -> tuple[Way, ...]:
    rows = [] if told in (None, "") else told if isinstance(told, list) else [told]
    if len(rows) > MOST_WAYS:
        raise Wrong(path, f"has at most {MOST_WAYS} branches.")
    ways: list[Way] = []
    for place, row in enumerate(rows):
        here = (*path, place)
        row = {"to": row} if isinstance(row, str) else row
        if not isinstance(row, Mapping):
            raise Wrong(here, "is the key of a step, or to, label and if.")
        _known(here, row, _WAY)
        to = row.get("to")
        if not isinstance(to, str):
            raise Wrong(here, "names a step after to.")
        if any(one.to == to for one in ways):
            raise Wrong(here, f"leads to “{to[:40]}” twice; write one branch with a condition of either.")
        label = _line((*here, "label"), label_of(row), 60)
        ways.append(Way(to, label, _condition((*here, "if"), row.get("if"))))
    return tuple(ways)


def _owner(path: tuple[str | int, ...], told: Any) -> str:
    if told in (None, "", "stays"):
        return ""
    sort, _, name = str(told).replace(":", " ", 1).strip().partition(" ")
    name = " ".join(name.split())
    if sort == "role" and name not in ROLES:
        raise Wrong(path, f"is a role of: {', '.join(ROLES)}.")
    if sort == "pillar" and name not in PILLARS:
        raise Wrong(path, f"is a pillar of: {', '.join(PILLARS)}.")
    if sort not in ("team", "role", "pillar", "staff") or not 0 < len(name) <= 120:
        raise Wrong(path, "is stays, team Service, pillar service, role lead or staff ada@example.com.")
    return f"{sort}:{name}"


def _needs(path: tuple[str | int, ...], told: Any) -> tuple[str, ...]:
    rows = [] if told in (None, "") else told if isinstance(told, list) else [told]
    if len(rows) > MOST_NEEDS or any(not isinstance(one, str) or not _FIELD.fullmatch(one) for one in rows):
        raise Wrong(path, f"is a list of at most {MOST_NEEDS} names of fields.")
    return tuple(dict.fromkeys(rows))


def _condition(path: tuple[str | int, ...], told: Any) -> Any:
    if told in (None, "", [], {}):
        return None
    try:
        condition(told)
    except Refused as error:
        raise Wrong(path, str(error)) from error
    return told


def _acts(path: tuple[str | int, ...], told: Any) -> tuple[tuple[str, Mapping[str, Any]], ...]:
    rows = [] if told in (None, "") else told if isinstance(told, list) else [told]
    if len(rows) > MOST_ACTS:
        raise Wrong(path, f"is a list of at most {MOST_ACTS} acts.")
    found: list[tuple[str, Mapping[str, Any]]] = []
    for place, row in enumerate(rows):
        row = {row: {}} if isinstance(row, str) else row
        if not isinstance(row, Mapping) or len(row) != 1 or not isinstance(next(iter(row.values())) or {}, Mapping):
            raise Wrong((*path, place), "is an act with its answers: note: {text: Told the customer}.")
        name, answers = next(iter(row.items()))
        found.append((str(name)[:60], dict(answers or {})))
    return tuple(found)


def _share(path: tuple[str | int, ...], told: Any) -> int | None:
    if told is None or told == "":
        return None
    if isinstance(told, bool) or not isinstance(told, int) or not 0 <= told <= 100:
        raise Wrong(path, "is a whole number from 0 to 100.")
    return told


def _at(path: tuple[str | int, ...], told: Any) -> tuple[int, int] | None:
    if told in (None, "", []):
        return None
    if not isinstance(told, list | tuple) or [type(one) for one in told] != [int, int]:
        raise Wrong(path, "is two whole numbers: how far right, and how far down.")
    right, down = told
    if not (0 <= right <= FURTHEST and 0 <= down <= FURTHEST):
        raise Wrong(path, f"lies between 0 and {FURTHEST}.")
    return right, down


def _flag(path: tuple[str | int, ...], told: Any) -> bool:
    if told is None:
        return False
    if not isinstance(told, bool):
        raise Wrong(path, "is yes or no.")
    return told


def _line(path: tuple[str | int, ...], told: Any, longest: int) -> str:
    text = " ".join(str(told).split())
    if isinstance(told, list | dict) or len(text) > longest or not text.isprintable():
        raise Wrong(path, f"is one line of at most {longest} letters.")
    return text


def _said(path: tuple[str | int, ...], reader: Any, value: Any) -> Any:
    try:
        return reader(value)
    except ValueError as error:
        raise Wrong(path, str(error)) from error


def _known(path: tuple[str | int, ...], told: Mapping[Any, Any], names: Sequence[str]) -> None:
    for name in told:
        if name not in names:
            raise Wrong((*path, str(name)), f"“{str(name)[:40]}” is not known; there are: {', '.join(names)}.")


def _place(path: tuple[str | int, ...]) -> str:
    if not path:
        return "A process"
    if len(path) > 1 and isinstance(path[1], int):
        part = f", {path[2]}" if len(path) > 2 and path[2] in _PARTS else ""
        return f"Step {path[1] + 1}{part}:"
    return "A process:" if path[0] not in _TOP else f"“{path[0]}”"
