"""A room says itself what it has: start-up finds it, and nothing that registers is forgotten."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from django.urls import URLPattern, URLResolver, get_resolver

import mutuals
from mutuals.base import found, jobs, leaving
from mutuals.base.filters import is_known
from mutuals.config.wiring import PARTS, rooms
from mutuals.people.hanging import kinds
from mutuals.staff.accounts import _holdings

ROOT = Path(mutuals.__file__).parent
_REGISTERS = re.compile(r"^def (register_\w+)\(\) -> None:", re.M)


def test_rooms_are_asked_from_below_to_above() -> None:
    names = [one.removeprefix("mutuals.") for one in rooms()]

    assert names.index("staff") < names.index("people") < names.index("capture") < names.index("inbox")
    assert not {"base", "web", "api", "config"} & set(names)


def test_every_function_that_registers_stands_where_start_up_looks_for_it() -> None:
    wanted = {(part, f"register_{part}") for part in PARTS}
    there = {
        (file.stem, name)
        for room in rooms()
        for file in (ROOT / room.removeprefix("mutuals.")).glob("*.py")
        for name in _REGISTERS.findall(file.read_text())
    }

    assert there <= wanted, f"start-up does not ask for these: {sorted(there - wanted)}"


def test_no_two_addresses_have_one_name() -> None:
    def names(patterns: list[URLPattern | URLResolver]) -> list[str]:
        told: list[str] = []
        for one in patterns:
            inner = names(one.url_patterns) if isinstance(one, URLResolver) else [one.name or ""]
            told += [] if getattr(one, "namespace", None) else inner
        return [name for name in told if name]

    counted = Counter(names(get_resolver().url_patterns))

    assert {name for name, count in counted.items() if count > 1} == set()


def test_every_room_that_holds_something_of_a_person_takes_part_when_they_leave() -> None:
    holding = {one.removeprefix("mutuals.") for one in rooms() if found.parts([one], "privacy")}

    registered = {part.room: part for part in leaving.parts()}

    assert holding <= registered.keys()
    assert all(part.export or part.typed for part in registered.values())
    with_files = registered.pop("insights")  # files that were taken out go when nothing finds the person any more
    assert with_files.export is None
    assert all((part.export is None) == (not part.erase) for part in registered.values())
    assert max(registered, key=lambda room: max(registered[room].erase, default=0)) == "people"
    assert min(with_files.erase) > max(registered["people"].erase)


def test_what_rooms_have_is_known() -> None:
    assert all(is_known(record) for record in ("person", "interaction", "order"))
    assert {"presences", "messages", "orders", "cases"} <= kinds().keys()
    assert {"sources and channels", "people", "rules", "open conversations", "running items"} <= _holdings.keys()
    assert {"flow.advance", "rules.deliver", "inbox.wake_snoozed", "base.backup"} <= jobs.app.tasks.keys()
