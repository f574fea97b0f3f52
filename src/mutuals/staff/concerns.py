"""Whom an entry of the journal concerns by what it says itself: who was given, offered or told something. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mutuals.base.reading import Piece
from mutuals.staff.models import Why

SILENT = frozenset({
    "conversation.woken", "person.exported", "process.by_itself", "follow.began", "follow.ended", "list.exported",
    "staff.told",
})  # fmt: skip
"""Kinds that tell those who follow a record nothing that they want to know."""
_GIVES = (".assigned", ".given", ".handed", ".settled")  # ends of kinds whose `to` is a colleague
_BEGINS = (
    ".opened",
    ".added",
    ".made",
    ".taken_up",
    ".made_of",
)  # ends of kinds that say whose it is from the beginning
_OWNERS = ("owner", "owner_id", "assignee", "assignee_id")
_TEXTS = ("text", "note", "result", "because", "reason")  # what colleagues write into entries themselves
LONGEST = 300


@dataclass(slots=True)
class Concern:
    """Whom an entry concerns: colleagues by why, and the teams whose members are offered it."""

    users: dict[int, Why] = field(default_factory=dict)
    teams: set[int] = field(default_factory=set)


def of(entry: Piece) -> Concern:
    """Whom it concerns, beside those who follow what it is about and those who are mentioned in it."""
    told = Concern()
    if entry.kind == "staff.told":
        kind, _, number = entry.about.partition(":")
        if kind == "staff" and number.isdecimal():
            told.users[int(number)] = Why.TOLD
        return told
    data = entry.data
    if entry.kind == "process.handed_over":
        told.users |= dict.fromkeys(_numbers(data, "to_user"), Why.OFFERED)
        told.teams |= _numbers(data, "to_team")
        return told
    if entry.kind.endswith(_GIVES):
        told.users |= dict.fromkeys(_numbers(data, "to"), Why.GIVEN)
    if entry.kind.endswith(_BEGINS):
        told.users |= dict.fromkeys(_numbers(data, *_OWNERS), Why.GIVEN)
    changes = told_of if isinstance(told_of := data.get("changes"), Mapping) else {}
    for name in _OWNERS:
        pair = changes.get(name)
        if isinstance(pair, list) and len(pair) == 2 and _is_number(pair[1]):
            told.users[pair[1]] = Why.GIVEN
    return told


def record(entry: Piece) -> str:
    """What an entry is about where it tells somebody something: the thing that was told of."""
    return str(entry.data.get("thing", ""))[:60] if entry.kind == "staff.told" else ""


def typed(entry: Piece) -> str:
    """What a colleague wrote into the entry itself for others here; "" where it is a machine's."""
    if not entry.by.startswith("staff:") or entry.kind == "staff.told":
        return ""
    return "\n".join(one for name in _TEXTS if isinstance(one := entry.data.get(name), str) and "@" in one)


def by_themselves(entry: Piece) -> int:
    """The colleague who did it with their own hands: what a rule did in their name they may not know. 0 = nobody."""
    kind, _, number = entry.by.partition(":")
    return int(number) if kind == "staff" and number.isdecimal() and not entry.data.get("via") else 0


def line(text: str) -> str:
    """Words as one line of a notice."""
    told = " ".join(text.split())
    return told if len(told) <= LONGEST else f"{told[: LONGEST - 1]}…"


def _numbers(data: Mapping[str, Any], *names: str) -> set[int]:
    return {data[name] for name in names if _is_number(data.get(name))}


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31
