"""What processes can be about: deals, cases and so on. Rooms above say at start-up how such a record is read and shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mutuals.base.filters import Record, is_known, record
from mutuals.base.refusals import Refusal
from mutuals.processes.models import Item
from mutuals.processes.shape import Step
from mutuals.staff.models import User

Row = Mapping[str, Any]
Entered = Callable[[Item, Step | None, User, datetime], object]
"""`entered(item, step, by, now)`; step is None where the item was dropped."""
_KEY = re.compile(r"([a-z][a-z_]{0,29}):([1-9][0-9]{0,17})")


def _nothing(_keys: Sequence[str]) -> dict[str, Any]:
    return {}


def _nobodys(_person_ids: Sequence[int]) -> Collection[str]:
    return ()


def _all(_user: User, keys: Sequence[str]) -> Collection[str]:
    return keys


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing that runs.

    `keys` are the words before the number of its text keys ("deal" for "deal:5"). `record` is the name of its record in
    `base.filters`, "" where conditions cannot ask it. `read` gives a row (field -> value) for each key that is there,
    `shown` its name and address, `sees` those keys among some that somebody may see and move. `theirs` gives the keys of the
    records of some people, beside "person:5": what ran about them is handed over and erased with the person. `fill` writes
    what a step asks for.

    `entered` is called inside the act's transaction each time an item has entered a step: at its start, on each move, back and
    decline, and on each step that it takes by itself. `item` stands there saved and locked: its `step`, `state` and `end` are
    the new ones, before the step does anything by itself. An end is a step with `step.end`; where it was dropped, `step` is
    None and `item.state` dropped. A Refusal that it raises takes everything back: nothing moves, nothing is noted. What only
    changes hands, or is brought to a newer version, enters nothing. `at_end` names fields that every end asks for.
    """

    name: str
    label: str
    keys: tuple[str, ...]
    record: str = ""
    read: Callable[[Sequence[str]], Mapping[str, Row]] = _nothing
    shown: Callable[[Sequence[str]], Mapping[str, tuple[str, str]]] = _nothing
    sees: Callable[[User, Sequence[str]], Collection[str]] = _all
    theirs: Callable[[Sequence[int]], Collection[str]] = _nobodys
    fill: Callable[..., object] | None = None
    entered: Entered | None = None
    is_open: bool = True
    at_end: tuple[str, ...] = ()

    def may(self, user: User, key: str) -> bool:
        """Whether somebody may see and move one."""
        return key in self.sees(user, [key])

    @property
    def asked(self) -> Record | None:
        """The record that conditions ask."""
        return record(self.record) if self.record and is_known(self.record) else None


_USUAL = {
    "deal": "Deal",
    "lead": "Lead",
    "case": "Case",
    "idea": "Idea",
    "campaign": "Campaign",
    "approval": "Approval",
    "membership": "Membership",
}
_kinds: dict[str, Kind] = {}


def about(
    name: str,
    *,
    label: str,
    read: Callable[[Sequence[str]], Mapping[str, Row]],
    shown: Callable[[Sequence[str]], Mapping[str, tuple[str, str]]],
    sees: Callable[[User, Sequence[str]], Collection[str]] = _all,
    theirs: Callable[[Sequence[int]], Collection[str]] = _nobodys,
    record: str = "",
    keys: Sequence[str] = (),
    fill: Callable[[str, Mapping[str, Any], User, datetime], object] | None = None,
    entered: Entered | None = None,
    at_end: Sequence[str] = (),
) -> Kind:
    """Say how one kind of record is read, shown and filled, and who is told where it stands; see `Kind`.

    The last one of a name counts.
    """
    said = tuple(at_end)
    _kinds[name] = Kind(
        name, label, tuple(keys) or (name,), record, read, shown, sees, theirs, fill, entered, at_end=said
    )
    return _kinds[name]


def forget(name: str) -> None:
    """Take a kind away; its processes stay, and nothing new starts."""
    _kinds.pop(name, None)


def kind(name: str) -> Kind:
    """The kind of that name. One that no room has opened yet can be drawn and not started."""
    if name in _kinds:
        return _kinds[name]
    if name in _USUAL:
        return Kind(name, _USUAL[name], (name,), is_open=False)
    return Kind(name, name.replace("_", " ").capitalize(), (name,), is_open=False)


def kinds() -> list[Kind]:
    """Those that are open, and the usual ones, by label."""
    return sorted((kind(name) for name in {*_USUAL, *_kinds}), key=lambda one: one.label)


def theirs(person_ids: Sequence[int]) -> set[str]:
    """Keys of the records of some people, of every kind that is open."""
    return {key for one in _kinds.values() for key in one.theirs(person_ids)}


def is_usable(name: str) -> bool:
    """Whether a process may be drawn for it."""
    return name in _kinds or name in _USUAL


def checked(of: Kind, key: str) -> str:
    """A text key of this kind. Refusal: another one, or a kind that no room has opened."""
    if not of.is_open:
        raise Refusal(f"Nothing can start this yet: no part of this installation tells what a {of.label.lower()} is.")
    found = _KEY.fullmatch(str(key))
    if found is None or found[1] not in of.keys or len(key) > 60:
        wanted = " or ".join(f"{one}:12" for one in of.keys)
        raise Refusal(f"“{str(key)[:60]}” is no {of.label.lower()}; its key is written {wanted}.")
    return str(key)
