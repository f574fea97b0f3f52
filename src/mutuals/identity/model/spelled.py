"""Whose name does a handle spell? Every reading of every handle against every name of the list and against strangers.

A handle is written by somebody of the list, by a stranger whose name is like the names of the list, or it says no name. How
often each way of spelling is used, how many of the writers are in the list and how many handles say nothing is learned from
the handles themselves by expectation maximisation, without labels. Handles that belong together help each other once:
whoever has one handle in the file is likelier to have another, on another network, and a stranger as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import log2
from typing import Any

import numpy as np

from mutuals.identity.model.strangers import Letters, Strangers
from mutuals.identity.reading.handles import KINDS, Handle, Piece, fits, pieces
from mutuals.identity.reading.names import WAY, WAYS, Name, spellings

Array = Any
Told = Callable[[int, int], None]

# Where learning starts: how people spell their names, from experience; each counts as much as _FAITH handles.
_WAYS = (
    0.38,
    0.03,
    0.06,
    0.005,
    0.01,
    0.02,
    0.1,
    0.02,
    0.04,
    0.02,
    0.04,
    0.04,
    0.12,
    0.03,
    0.01,
    0.01,
    0.01,
    0.01,
    0.01,
)
_KINDS = (0.625, 0.21, 0.06, 0.05, 0.01, 0.02, 0.01, 0.01)
_FAITH = 20.0
_PRESENT, _SILENT = 0.5, 0.2
_ROUNDS = 20
_UNFIT = 0.03  # how often the writing parts a handle where the name has no joint
_MORE = 0.6  # other handles that a writer has in the file under another core
_ONE_EACH = 0.9  # how surely a person has one account of a network
_UNFORESEEN = 0.005
"""How often a sure reading is of a namesake whom the list gave no reason to expect, for strangers may be named otherwise."""
_LEAST = 1e-6
_TINY = 1e-12
_WITH_DROPPED = frozenset((WAY["given family"], WAY["short family"], WAY["initial family"]))
_UNPARTED = 6  # kinds from here on leave letters over, which strangers read only where somebody of the list does
_GIVEN_AS = {
    WAY["given family"]: "given", WAY["family given"]: "given", WAY["short family"]: "short", WAY["family short"]: "short",
    WAY["initial family"]: "initial", WAY["family initial"]: "initial", WAY["initials family"]: "initial",
    WAY["cut family"]: "cut", WAY["family"]: "",
}  # fmt: skip
"""What a reading that holds the whole family name says of the given name."""
_FAMILY_FIRST = frozenset((WAY["family given"], WAY["family short"], WAY["family initial"]))


@dataclass(frozen=True, slots=True)
class Claim:
    """One handle held to be one person's: `bits` of evidence against a stranger, and in which way it is spelled.

    `together` are those of the bits that come from other handles of the file.
    """

    handle: int
    person: int
    probability: float
    bits: float
    way: str
    kind: str
    text: str
    together: float = 0.0

    def bits_before(self, other: Claim) -> float:
        """How many bits this claim is ahead of another on the same handle."""
        return log2(max(self.probability, _TINY) / max(other.probability, _TINY))


@dataclass(frozen=True, slots=True)
class Learned:
    """What the handles taught: shares of the ways, of what stands around, of writers in the list, of handles without name."""

    ways: tuple[float, ...]
    kinds: tuple[float, ...]
    present: float
    silent: float


@dataclass(slots=True)
class _Readings:
    """Readings as columns. For people `who` is the person, for strangers the place of `said` (given as, given, family)."""

    unit: list[int] = field(default_factory=list)
    who: list[int] = field(default_factory=list)
    way: list[int] = field(default_factory=list)
    kind: list[int] = field(default_factory=list)
    share: list[float] = field(default_factory=list)
    text: list[str] = field(default_factory=list)

    def add(self, unit: int, who: int, way: int, kind: int, share: float, text: str) -> None:
        self.unit.append(unit)
        self.who.append(who)
        self.way.append(way)
        self.kind.append(kind)
        self.share.append(share)
        self.text.append(text)


class Spelled:
    """All handles of a file against all names of a list. The same input gives the same numbers.

    `handles` are (network, handle read); `names` are the readings of each person's name. Memory: some hundred bytes for each
    reading; a piece that more than `most` people spell alike is told of nobody.
    """

    def __init__(
        self,
        names: Sequence[Sequence[Name]],
        handles: Sequence[tuple[str, Handle]],
        *,
        most: int = 5_000,
        told: Told = lambda done, total: None,
    ) -> None:
        self._told = told
        self._people = max(len(names), 1)
        self._strangers = Strangers(one[0] for one in names if one)
        self._gather(handles)
        self._letters = Letters(sorted(self._cores))
        self._pieces = [pieces(handle.core) for handle in self._units]
        self._spellings = self._spelled_by(names, most)
        self._mine, self._theirs = _Readings(), _Readings()
        self._said: list[tuple[str, str, str]] = []
        self._nothing = np.array([self._letters.bits(core, own=1) for core in self._cores])
        for unit in range(len(self._units)):
            self._read(unit)
            if unit % 200 == 0:
                told(unit, len(self._units))
        self._settle()
        self.learned = self._learn()

    def _gather(self, handles: Sequence[tuple[str, Handle]]) -> None:
        """Handles of one core are one unit, read by the writing that parts it most."""
        self._cores: dict[str, int] = {}
        self._units: list[Handle] = []
        self._networks: list[set[str]] = []
        self._unit_of: list[int] = []
        for network, handle in handles:
            unit = self._cores.setdefault(handle.core, len(self._units))
            if unit == len(self._units):
                self._units.append(handle)
                self._networks.append(set())
            elif len(handle.meets) > len(self._units[unit].meets):
                self._units[unit] = handle
            self._networks[unit].add(network)
            self._unit_of.append(unit)

    def _spelled_by(self, names: Sequence[Sequence[Name]], most: int) -> dict[str, list[tuple[int, int, float, int]]]:
        wanted = {piece.text for held in self._pieces for piece in held}
        found: dict[str, list[tuple[int, int, float, int]]] = defaultdict(list)
        for person, readings in enumerate(names):
            for number, name in enumerate(readings):
                seen = set[tuple[str, int]]()
                for text, way, share, meet in spellings(name, self._strangers.shares):
                    if text in wanted and (text, way) not in seen:
                        seen.add((text, way))
                        found[text].append((person, way, share if number == 0 else share / 2, meet))
        return {text: held for text, held in found.items() if len(held) <= most}

    def _read(self, unit: int) -> None:
        handle = self._units[unit]
        for piece in self._pieces[unit]:
            spelled = self._spellings.get(piece.text, ())
            if piece.kind >= _UNPARTED and not spelled:
                continue
            odds = 2.0 ** -(piece.bits + self._left_over(handle.core, piece))
            for person, way, share, meet in spelled:
                if piece.dropped < 0 or (meet == piece.dropped - piece.start and way in _WITH_DROPPED):
                    self._mine.add(unit, person, way, piece.kind, share * odds * _fit(handle, piece, meet), piece.text)
            for way, meet, share in self._by_strangers(piece):
                if share > 0:
                    theirs = share * odds * _fit(handle, piece, meet)
                    self._theirs.add(unit, len(self._said), way, piece.kind, theirs, "")
                    self._said.append(_said(way, piece.text, meet))

    def _by_strangers(self, piece: Piece) -> Iterator[tuple[int, int, float]]:
        if piece.dropped < 0:
            return self._strangers.readings(piece.text)
        parted = self._strangers.parted(piece.text, piece.dropped - piece.start)
        return (one for one in parted if one[0] in _WITH_DROPPED)

    def _left_over(self, core: str, piece: Piece) -> float:
        if piece.kind == 6:
            return self._letters.bits(core[: piece.start], own=1, ends=False)
        return self._letters.bits(core[piece.end :], own=1, begins=False) if piece.kind == 7 else 0.0

    def _settle(self) -> None:
        """Columns become arrays."""
        mine, theirs = self._mine, self._theirs
        self._unit, self._who = np.array(mine.unit, np.int64), np.array(mine.who, np.int64)
        self._way, self._kind = np.array(mine.way, np.int64), np.array(mine.kind, np.int64)
        self._share = np.array(mine.share, float)
        self._unit2, self._way2 = np.array(theirs.unit, np.int64), np.array(theirs.way, np.int64)
        self._kind2, self._share2 = np.array(theirs.kind, np.int64), np.array(theirs.share, float)

    def _posterior(self, by: Learned, more: Array = 1.0, more2: Array = 1.0) -> tuple[Array, Array, Array]:
        """The probability of each reading by people, by strangers, and that a unit says nothing."""
        ways, kinds, size = np.array(by.ways), np.array(by.kinds), len(self._units)
        speaks = 1 - by.silent
        mine = ways[self._way] * kinds[self._kind] * self._share * more * (speaks * by.present / self._people)
        theirs = ways[self._way2] * kinds[self._kind2] * self._share2 * more2 * (speaks * (1 - by.present))
        silent = by.silent * np.exp2(-self._nothing)
        whole = silent + np.bincount(self._unit, mine, size) + np.bincount(self._unit2, theirs, size) + 1e-300
        return mine / whole[self._unit], theirs / whole[self._unit2], silent / whole

    def _learn(self) -> Learned:
        ways, kinds = np.array(_WAYS) / sum(_WAYS), np.array(_KINDS) / sum(_KINDS)
        by = Learned(tuple(ways), tuple(kinds), _PRESENT, _SILENT)
        for _ in range(_ROUNDS if self._units else 0):
            mine, theirs, silent = self._posterior(by)
            used = _FAITH * ways + np.bincount(self._way, mine, len(WAYS)) + np.bincount(self._way2, theirs, len(WAYS))
            held = (
                _FAITH * kinds
                + np.bincount(self._kind, mine, len(KINDS))
                + np.bincount(self._kind2, theirs, len(KINDS))
            )
            present = (mine.sum() + 10 * _PRESENT) / (mine.sum() + theirs.sum() + 10)
            quiet = (silent.sum() + 10 * _SILENT) / (len(self._units) + 10)
            by = Learned(tuple(used / used.sum()), tuple(held / held.sum()), float(present), float(quiet))
        return by

    def claims(self) -> list[Claim]:
        """For each handle everybody whose name it may spell, the best reading of each, by handle and probability."""
        mine, theirs, _ = self._posterior(self.learned)
        more, more2 = self._together(mine, theirs)
        mine, _, _ = self._posterior(self.learned, more, more2)
        best = dict[tuple[int, int], list[float]]()
        for place, (unit, person, share) in enumerate(zip(self._mine.unit, self._mine.who, mine.tolist(), strict=True)):
            held = best.setdefault((unit, person), [0.0, 0.0, 0.0])
            held[0] += share
            if share > held[1]:
                held[1:] = share, float(place)
        of = defaultdict[int, list[Claim]](list)
        even = self._people * (1 - self.learned.present) / self.learned.present
        for (unit, person), (sure, _, at) in best.items():
            sure *= 1 - _UNFORESEEN
            if sure >= _LEAST:
                of[unit].append(self._claim(unit, person, sure, int(at), even, float(more[int(at)])))
        for held_by in of.values():
            held_by.sort(key=lambda one: (-one.probability, one.person))
        return [replace(one, handle=number) for number, unit in enumerate(self._unit_of) for one in of.get(unit, ())]

    def _claim(self, unit: int, person: int, sure: float, place: int, even: float, more: float) -> Claim:
        bits = log2(sure * even / max(1 - sure, _TINY))
        mine = self._mine
        return Claim(
            unit, person, sure, bits, WAYS[mine.way[place]], KINDS[mine.kind[place]], mine.text[place], log2(more)
        )

    def _together(self, mine: Array, theirs: Array) -> tuple[Array, Array]:
        """What the other handles of the same writer add: to people, and to strangers who may have written both."""
        size = max(len(self._units), 1)
        return self._people_together(mine, size), self._strangers_together(theirs, size)

    def _people_together(self, mine: Array, size: int) -> Array:
        of = defaultdict[int, dict[int, float]](dict)
        for unit, person, share in zip(self._mine.unit, self._mine.who, mine.tolist(), strict=True):
            if share > _LEAST:
                of[person][unit] = of[person].get(unit, 0.0) + share
        gain = _MORE / size / (self.learned.present / self._people)
        known = dict[tuple[int, int], float]()
        more = np.ones(len(mine))
        for place, (unit, person) in enumerate(zip(self._mine.unit, self._mine.who, strict=True)):
            if person in of:
                if (unit, person) not in known:
                    known[unit, person] = self._gain(unit, of[person], gain)
                more[place] = known[unit, person]
        return more

    def _gain(self, unit: int, others: dict[int, float], gain: float) -> float:
        elsewhere, doubled = 0.0, 1.0
        for other, share in others.items():
            if other != unit and self._networks[other] & self._networks[unit]:
                doubled *= 1 - _ONE_EACH * min(share, 1.0)
            elif other != unit:
                elsewhere += share
        return (1 + gain * elsewhere) * doubled

    def _strangers_together(self, theirs: Array, size: int) -> Array:
        of = defaultdict[str, dict[tuple[int, str, str], float]](dict)
        for unit, way, who, share in zip(
            self._theirs.unit, self._theirs.way, self._theirs.who, theirs.tolist(), strict=True
        ):
            if way in _GIVEN_AS and share > _LEAST:
                kind, given, family = self._said[who]
                of[family][unit, kind, given] = of[family].get((unit, kind, given), 0.0) + share
        gain = _MORE / size / (1 - self.learned.present)
        more = np.ones(len(theirs))
        for place, (unit, way, who) in enumerate(
            zip(self._theirs.unit, self._theirs.way, self._theirs.who, strict=True)
        ):
            if way in _GIVEN_AS and len(of.get(self._said[who][2], ())) > 1:
                more[place] = 1 + gain * self._also(unit, self._said[who], of[self._said[who][2]])
        return more

    def _also(self, unit: int, said: tuple[str, str, str], others: dict[tuple[int, str, str], float]) -> float:
        """How much likelier it is that somebody of such a name writes, because another handle may be theirs."""
        kind, given, family = said
        rare = self._strangers.family(family)
        mine = self._strangers.part(kind, given) * rare
        total = 0.0
        for (other, kind2, given2), share in others.items():
            if (
                other == unit
                or self._networks[other] & self._networks[unit]
                or not _one_name(kind, given, kind2, given2)
            ):
                continue
            total += share / max(mine, self._strangers.part(kind2, given2) * rare)
        return total


def _fit(handle: Handle, piece: Piece, meet: int) -> float:
    return 1.0 if fits(handle, piece, meet) else _UNFIT


def _said(way: int, text: str, meet: int) -> tuple[str, str, str]:
    if way not in _GIVEN_AS:
        return "", text, ""
    if way in _FAMILY_FIRST:
        return _GIVEN_AS[way], text[meet:], text[:meet]
    given = text[:1] if way == WAY["initials family"] else text[:meet]
    return _GIVEN_AS[way], given, text[meet:]


def _one_name(kind: str, given: str, kind2: str, given2: str) -> bool:
    """Whether somebody may be called both."""
    if not given or not given2:
        return True
    if kind == kind2:
        return given == given2
    if "short" in (kind, kind2):
        return "given" not in (kind, kind2) and given[0] == given2[0]
    return given.startswith(given2) or given2.startswith(given)
