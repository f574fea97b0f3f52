"""Records by their text keys, whatever room they are of: how they are called, where they stand, and who sees them.

A room tells it in its module `named`, found by itself, as `NAMED`; what staff wrote in it for each other, as `WRITTEN`. So
rooms below can speak of "deal:5" without knowing deals.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import QuerySet

from mutuals.base import found
from mutuals.base.reading import Piece
from mutuals.base.refusals import Refusal
from mutuals.staff.models import User

Ids = Collection[int]
_KEY = re.compile(r"[a-z][a-z_]{0,39}:[1-9][0-9]{0,17}", re.ASCII)


def _itself(ids: Ids) -> dict[int, list[int]]:
    return {one: [one] for one in ids}


def _nobodys(_person_ids: Sequence[int]) -> Ids:
    return ()


@dataclass(frozen=True, slots=True)
class Named:
    """One kind of record.

    `rows` gives those that somebody may see. `call` names a row for a viewer, as `str` does where there is none; `way` is its
    address with `{}` for the number. `alike` gives for some numbers all those that are the same record today, the one under
    which it goes on first: merged people. `theirs` gives those of some people, whose names may stand in what was written there.
    """

    kind: str  # "deal" of "deal:5"
    label: str
    way: str
    rows: Callable[[User], QuerySet[Any]]
    call: Callable[[Any, User], str] | None = None
    joined: tuple[str, ...] = ()  # what `call` reads beside the row
    alike: Callable[[Ids], Mapping[int, Sequence[int]]] = _itself
    theirs: Callable[[Sequence[int]], Ids] = _nobodys
    noted: tuple[str, Callable[[Piece], int]] | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """Entries that tell of words which colleagues wrote for each other: `words` gives them by the number of the entry."""

    kinds: tuple[str, ...]
    words: Callable[[Sequence[Piece]], Mapping[int, str]]


@dataclass(frozen=True, slots=True)
class Shown:
    """A record as one viewer may see it, under the key by which it goes on today."""

    key: str
    label: str
    name: str
    url: str


@cache
def kinds() -> dict[str, Named]:
    """All kinds of records that rooms tell, by the word before the number of their keys."""
    return {one.kind: one for room in _told() for one in getattr(room, "NAMED", ())}


@cache
def written() -> tuple[Written, ...]:
    """All that rooms tell of words among colleagues."""
    return tuple(one for room in _told() for one in getattr(room, "WRITTEN", ()))


def _told() -> list[Any]:
    return found.parts([one.name for one in apps.get_app_configs() if one.name.startswith("mutuals.")], "named")


def about(entry: Piece) -> str:
    """The text key of the record that an entry is about."""
    for of in _noted_elsewhere():
        if of.noted and entry.kind.startswith(of.noted[0]) and (number := of.noted[1](entry)):
            return f"{of.kind}:{number}"
    return entry.about


@cache
def _noted_elsewhere() -> tuple[Named, ...]:
    return tuple(of for of in kinds().values() if of.noted)


def is_key(key: str) -> bool:
    """Whether a text is written as a text key, of whatever kind."""
    return _KEY.fullmatch(key) is not None


def split(key: str) -> tuple[str, int]:
    """The kind and the number of a text key; ("", 0) for what is none of a kind that is known."""
    kind, _, number = key.partition(":")
    if not is_key(key) or kind not in kinds():
        return "", 0
    return kind, int(number)


def sorted_out(keys: Iterable[str]) -> dict[str, set[int]]:
    """Text keys as numbers by kind, without those of no known kind."""
    told: dict[str, set[int]] = {}
    for kind, number in map(split, keys):
        if kind:
            told.setdefault(kind, set()).add(number)
    return told


def alike(keys: Iterable[str]) -> dict[str, list[str]]:
    """Each key -> all keys of the same record as it stands today, the one under which it goes on first. A statement a kind."""
    same: dict[str, list[str]] = {}
    for kind, numbers in sorted_out(keys).items():
        groups = kinds()[kind].alike(numbers)
        same |= {f"{kind}:{one}": [f"{kind}:{other}" for other in groups.get(one, (one,))] for one in numbers}
    return same


def seen(viewer: User, keys: Iterable[str]) -> set[str]:
    """Those of some keys whose records the viewer may see."""
    there: set[str] = set()
    for kind, numbers in sorted_out(keys).items():
        of = kinds()[kind]
        now = _now(of, numbers)
        rows = of.rows(viewer).filter(pk__in=set(now.values()))
        is_seen = set(rows.order_by().values_list("pk", flat=True))
        there |= {f"{kind}:{one}" for one in numbers if now[one] in is_seen}
    return there


def shown(viewer: User, keys: Iterable[str]) -> dict[str, Shown]:
    """The names and addresses of those that the viewer may see. A statement or two for each kind among them."""
    told: dict[str, Shown] = {}
    for kind, numbers in sorted_out(keys).items():
        of = kinds()[kind]
        now = _now(of, numbers)
        rows = of.rows(viewer).filter(pk__in=set(now.values()))
        by_number = {row.pk: row for row in (rows.select_related(*of.joined) if of.joined else rows).order_by()}
        for one in numbers:
            if (row := by_number.get(now[one])) is not None:
                name = of.call(row, viewer) if of.call else str(row)
                told[f"{kind}:{one}"] = Shown(f"{kind}:{row.pk}", of.label, name[:200], of.way.format(row.pk))
    return told


def _now(of: Named, numbers: Ids) -> dict[int, int]:
    """Each number -> the one under which its record goes on."""
    groups = of.alike(numbers)
    return {one: next(iter(groups.get(one, ())), one) for one in numbers}


def one(viewer: User, key: str) -> Shown:
    """The record of a key, by the key under which it goes on. Refused: one that is not there, or not the viewer's to see."""
    key = key.strip()
    there = shown(viewer, [key]).get(key)
    if there is None:
        words = "There is no such record, or it is not yours to see. A key is written deal:5."
        raise Refusal(words, fields={"about": words})
    return there
