"""The role matrix as the page prints it: read from the rules, never written down twice. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from mutuals.staff.models import Role
from mutuals.staff.permissions import ACTS, Scope

_WORDS = {Scope.ALL: "all", Scope.OWN: "own", Scope.NONE: ""}


@dataclass(frozen=True, slots=True)
class Line:
    """One act, and how far each role reaches with it, in the order of the roles."""

    act: str
    words: str
    reaches: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The acts on one kind of thing."""

    name: str
    lines: tuple[Line, ...]


def matrix() -> list[Group]:
    """All acts by what they are done to."""
    found: dict[str, list[Line]] = {}
    for act, reach in ACTS.items():
        thing, _, verb = act.partition(".")
        reaches = tuple(_WORDS[reach.get(role, Scope.NONE)] for role in Role)
        found.setdefault(thing, []).append(Line(act, verb.replace("_", " "), reaches))
    return [Group(name.capitalize(), tuple(lines)) for name, lines in found.items()]
