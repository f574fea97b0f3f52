"""What is wrong with a shape, and what is new in it: unreached steps, dead ends, loops, unknown fields. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mutuals.base.filters import Record, Refused
from mutuals.base.filters import check as check_condition
from mutuals.base.refusals import Refusal
from mutuals.processes import automatic
from mutuals.processes.shape import Shape, Step, Way, condition


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about a step ("" = the whole); a version with one that `stops` is not published."""

    step: str
    words: str
    stops: bool = True


@dataclass(frozen=True, slots=True)
class Known:
    """What there is beside the shape: the record that conditions ask, who asks, names of teams, addresses of staff."""

    record: Record | None = None
    viewer: Any = None
    teams: Collection[str] = field(default_factory=tuple)
    staff: Collection[str] = field(default_factory=tuple)


def findings(told: Shape, known: Known) -> list[Finding]:
    """Everything that is wrong or doubtful, in the order of the steps."""
    reached = _reached({told.start}, {one.key: [way.to for way in one.ways] for one in told.steps})
    back: dict[str, list[str]] = {one.key: [] for one in told.steps}
    for one in told.steps:
        for way in one.ways:
            back[way.to].append(one.key)
    ends = {one.key for one in told.steps if one.end}
    leaving = _reached(ends, back)
    found = [] if ends else [Finding("", "No step ends it: one at least is written with end: won, lost or done.")]
    if told.start in ends:
        found.append(Finding(told.start, "It begins where it ends."))
    for one in told.steps:
        if one.key not in reached:
            found.append(Finding(one.key, f"“{one.name}” is reached by no way from the start."))
        if not one.end and not one.ways:
            found.append(Finding(one.key, f"“{one.name}” is a dead end: it leads nowhere and is no end."))
        elif one.key not in leaving and ends:
            found.append(Finding(one.key, f"From “{one.name}” no way leads to an end."))
        found += _of_step(one, told, known)
    return found


def _of_step(one: Step, told: Shape, known: Known) -> Iterator[Finding]:
    sort, _, name = one.owner.partition(":")
    if sort == "team" and name not in known.teams:
        yield Finding(one.key, f"“{one.name}” belongs to a team {name}, which is not there.")
    if sort == "staff" and name.lower() not in known.staff:
        yield Finding(one.key, f"“{one.name}” belongs to {name}, who does not work here.")
    if one.accept and one.end:
        yield Finding(one.key, f"“{one.name}” is an end: what has ended is not accepted by anybody.")
    if one.accept and not one.owner:
        yield Finding(one.key, f"“{one.name}” is handed over, but to nobody: give it an owner.")
    if one.itself:
        yield from _of_itself(one, told)
    for act, answers in one.acts:
        try:
            automatic.read(act, answers)
        except Refusal as error:
            yield Finding(one.key, f"“{one.name}”: {error}")
    yield from _of_fields(one, known)


def _of_itself(one: Step, told: Shape) -> Iterator[Finding]:
    if one.accept:
        yield Finding(one.key, f"“{one.name}” goes on by itself, so nobody can accept it.")
    if all(way.condition is not None for way in one.ways):
        words = f"“{one.name}” goes on by itself, but waits where no condition holds; give one branch none."
        yield Finding(one.key, words, stops=False)
    itself = {step.key: [way.to for way in step.ways] for step in told.steps if step.itself}
    after = _reached(
        {way.to for way in one.ways if way.to in itself}, {k: [t for t in v if t in itself] for k, v in itself.items()}
    )
    if one.key in after:
        yield Finding(one.key, f"“{one.name}” goes round in a circle by itself.")


def _of_fields(one: Step, known: Known) -> Iterator[Finding]:
    asked = [("needs", {"field": name, "op": "filled"}) for name in one.needs]
    asked += [("guard", one.guard)] if one.guard is not None else []
    asked += [(f"the way to {way.to}", way.condition) for way in one.ways if way.condition is not None]
    for place, test in asked:
        if known.record is None:
            yield Finding(one.key, f"“{one.name}”, {place}: nobody tells yet which fields such a record has.")
            continue
        try:
            check_condition(condition(test), known.record, viewer=known.viewer)
        except Refused as error:
            yield Finding(one.key, f"“{one.name}”, {place}: {error}")


def _reached(start: Collection[str], ways: Mapping[str, list[str]]) -> set[str]:
    seen, waiting = set(start), list(start)
    while waiting:
        for to in ways.get(waiting.pop(), ()):
            if to not in seen:
                seen.add(to)
                waiting.append(to)
    return seen


def compared(before: Shape, after: Shape) -> list[str]:
    """What changed from one version to another, in words; [] where both say the same."""
    old, new = ({one.key: one for one in told.steps} for told in (before, after))
    found = (
        [] if before.start == after.start or after.start not in new else [f"It begins at “{new[after.start].name}”."]
    )
    if before.week != after.week:
        found.append("Working hours are others.")
    found += [f"New step “{one.name}”{_between(key, after)}." for key, one in new.items() if key not in old]
    found += [f"Step “{one.name}” is gone." for key, one in old.items() if key not in new]
    for key, one in new.items():
        if key in old:
            found += _changed(old[key], one, after)
    return found


def _between(key: str, told: Shape) -> str:
    before = [one.name for one in told.steps if any(way.to == key for way in one.ways)]
    after = [name for way in (told.step(key) or Step(key, key)).ways if (name := _name(told, way.to))]
    words = f" after “{'”, “'.join(before)}”" if before else ""
    return words + (f", leading to “{'”, “'.join(after)}”" if after else "")


def _changed(old: Step, new: Step, told: Shape) -> Iterator[str]:
    name = f"“{new.name}”"
    if old.name != new.name:
        yield f"“{old.name}” is called {name}."
    for part, words in _PARTS.items():
        if getattr(old, part) != getattr(new, part):
            yield f"{name} {words(old, new)}."
    before, after = ({way.to: way for way in one.ways} for one in (old, new))
    yield from (f"From {name} a way leads to “{_name(told, to)}”." for to in after if to not in before)
    yield from (f"From {name} no way leads to “{_name(told, to) or to}” any more." for to in before if to not in after)
    yield from (
        f"The way from {name} to “{_name(told, to)}” is another." for to in after if _other(before.get(to), after[to])
    )


def _limits(old: Step, new: Step) -> str:
    was, now = (one.limit.words if one.limit else "no limit" for one in (old, new))
    return f"has {now}, not {was}"


_PARTS: Mapping[str, Callable[[Step, Step], str]] = {
    "owner": lambda old, new: f"belongs to {owner_words(new.owner)}, not to {owner_words(old.owner)}",
    "limit": _limits,
    "needs": lambda old, new: f"needs {', '.join(new.needs) or 'no field'}, not {', '.join(old.needs) or 'none'}",
    "guard": lambda _, __: "goes on under another condition",
    "acts": lambda _, new: f"does by itself: {', '.join(act for act, _ in new.acts) or 'nothing any more'}",
    "probability": lambda _, new: "has no probability" if new.probability is None else f"is {new.probability} % likely",
    "accept": lambda _, new: "is accepted by whom it is given to" if new.accept else "is no longer accepted",
    "reason": lambda _, new: "asks for a reason" if new.reason else "asks for no reason any more",
    "itself": lambda _, new: "goes on by itself" if new.itself else "no longer goes on by itself",
    "end": lambda _, new: f"is an end: {new.end}" if new.end else "is no end any more",
}


def _other(old: Way | None, new: Way) -> bool:
    return old is not None and old != new


def _name(told: Shape, key: str) -> str:
    found = told.step(key)
    return found.name if found else ""


def owner_words(owner: str) -> str:
    """An owner as people say it."""
    sort, _, name = owner.partition(":")
    words = {"team": f"the team {name}", "pillar": f"a team of {name}", "role": f"any {name}", "staff": name}
    return words.get(sort, "whoever has it")
