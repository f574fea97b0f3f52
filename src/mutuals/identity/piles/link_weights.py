"""From clues to bits, probabilities and a ranking. Arrays in, arrays out; the same clues give the same numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = Any

# Shares among pairs of one person and among pairs of two: where learning starts. u of None: the rarity of what agrees.
START: dict[str, dict[str, tuple[float, float | None]]] = {
    "given": {"same": (0.85, None), "alike": (0.05, 0.01), "initial": (0.09, 0.08), "differs": (0.01, 0.95)},
    "family": {
        "same": (0.7, None), "alike": (0.05, 0.004), "initial": (0.15, 0.08), "other": (0.05, 0.3), "differs": (0.03, 0.96),
    },
    "spelled": {"spells": (0.6, 0.6), "silent": (0.4, 0.97)},
    "number": {"same": (0.3, None), "differs": (0.7, 1.0)},
    "place": {"same": (0.7, None), "differs": (0.3, 0.9)},
    "host": {"same": (0.5, None)},
    "contact": {"same": (0.7, None)},
    "cited": {"same": (1.0, None)},
    "account": {"same": (0.9, None)},
    "core": {"same": (0.4, None)},
    "rest": {},
}  # fmt: skip
FAMILY = {
    "given": "name", "family": "name", "spelled": "name", "number": "handle", "core": "handle", "account": "account",
    "contact": "contact", "cited": "contact", "host": "site", "place": "place",
    "rest": "handle",
    "together": "name",
}  # fmt: skip
"""Comparisons that come from one source of knowledge speak as one."""
_MOST = {
    "given": 14.0,
    "family": 18.0,
    "number": 16.0,
    "core": 16.0,
    "host": 16.0,
    "place": 8.0,
    "account": 30.0,
    "contact": 24.0,
    "cited": 10.0,
}
_INITIAL, _OTHER = 3, 4  # their numbers among the levels of a name
_NAME_CORE = 2.0  # bits that an equal core may add where it only spells the name
_RELATIVES = 0.5
"""Relatives of a person who write and are not in the list: they share family name, place, site and number, not the rest."""
_PERSONAL = ("given", "rest", "account", "core")
_FIXED = frozenset(("given",))  # what a relative has as well would teach that names of one person differ
_FAITH = 50.0  # pairs that the start is worth
_ROUNDS = 8
_PRESENT = 0.5
_MOST_TAUGHT = 500_000  # pairs from which is learned
_AT_ONCE = 500_000  # pairs that are weighed at once


@dataclass(slots=True)
class Clues:
    """Pairs, sorted by profile. `level` is comparison -> codes into `names` (0 is unknown); `rare` the bits of agreement."""

    profile: Array
    person: Array
    row: Array
    level: dict[str, Array]
    rare: dict[str, Array]
    names: dict[str, tuple[str, ...]]
    unseen: Array

    def __len__(self) -> int:
        return len(self.profile)

    def at(self, places: Any) -> Clues:
        """Some of them, by a slice, a mask or their places."""
        return self.each(lambda values: values[places])

    def each(self, act: Callable[[Array], Array]) -> Clues:
        """The same with every column changed alike."""
        return Clues(
            act(self.profile),
            act(self.person),
            act(self.row),
            {name: act(values) for name, values in self.level.items()},
            {name: act(values) for name, values in self.rare.items()},
            self.names,
            act(self.unseen),
        )


def clues_of(columns: Mapping[str, Array], person_of: Array, rests: Sequence[str]) -> Clues:
    """From the columns of the table `clues` (see `link_pairs.LEVELS`), sorted by profile; `person_of` is row -> person."""
    spelled = columns["spelled"]
    given, family = columns["given"].copy(), columns["family"].copy()
    given[(spelled == 2) & (given == 0)] = _INITIAL
    family[(spelled == 3) & (family == 0)] = _INITIAL
    says_given = np.isin(spelled, (1, 3, 5)) | columns["given_word"]
    says_family = np.isin(spelled, (1, 2, 4)) | columns["family_word"]
    given[says_given & np.isin(given, (0, _INITIAL))] = 1
    family[says_family & np.isin(family, (0, _INITIAL, _OTHER))] = 1
    known = ~np.isnan(columns["number"])
    spells = (spelled > 0) & (spelled < 6)
    level = {
        "given": given,
        "family": family,
        "spelled": np.where(spells, 1, np.where(spelled == 6, 2, 0)).astype(np.int8),
        "number": np.where(known, 1, np.where(columns["other_number"], 2, 0)).astype(np.int8),
        "place": columns["place"],
        "rest": columns["rest"],
    }
    rare = {name: _bits(columns[f"{name}_share"], _MOST[name]) for name in ("given", "family", "place")}
    for name in ("number", "host", "contact", "account", "core", "cited"):
        rare[name] = np.minimum(np.nan_to_num(columns[name]), np.float32(_MOST[name]))
        if name != "number":
            level[name] = (~np.isnan(columns[name])).astype(np.int8)
    rare["core"] = np.where(spells, np.minimum(rare["core"], np.float32(_NAME_CORE)), rare["core"])
    holds = (level["core"] == 1) & known  # an equal core holds the number
    rare["core"] = np.where(holds, np.maximum(rare["core"] - rare["number"], 0), rare["core"])
    level["cited"][level["contact"] == 1] = 0  # the same address is told once
    names = {name: ("", *START[name]) for name in START} | {"rest": ("", "other", *rests)}
    return Clues(columns["profile"], person_of[columns["row"]], columns["row"], level, rare, names, columns["unseen"])


def replaced(clues: Clues, profiles: Array, by: Clues) -> Clues:
    """The same clues, but those of some profiles."""
    kept = clues.at(~np.isin(clues.profile, profiles))
    order = np.argsort(np.concatenate((kept.profile, by.profile)), kind="stable")
    others = iter([by.profile, by.person, by.row, *by.level.values(), *by.rare.values(), by.unseen])
    both = kept.each(lambda values: np.concatenate((values, next(others)))[order])
    both.names = by.names
    return both


def _bits(share: Array, most: float) -> Array:
    return np.minimum(-np.log2(np.maximum(share, np.float32(1e-9))), np.float32(most))


@dataclass(frozen=True, slots=True)
class Learned:
    """How often clues agree where two are one (`m`), what stands behind a number (`rest`, of one and of two), and how many
    of the profiles are somebody's of the pool (`present`)."""

    m: Mapping[str, Array]
    rest: tuple[Array, Array]
    present: float
    pool: int
    lifts: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Scored:
    """`bits` of each pair; `share` is its probability over the whole pool."""

    bits: Array
    share: Array
    by: Learned


def score(clues: Clues, pool: int, lifts: tuple[float, float]) -> Scored:
    """Learn how often clues agree for one person and how many profiles are somebody's of the pool, then weigh all pairs.

    Of very many profiles every so manieth teaches.
    """
    return _scored(clues, _learn(_some(clues), pool, lifts))


def _some(clues: Clues) -> Clues:
    every = -(-len(clues) // _MOST_TAUGHT)
    return clues.at(clues.profile % every == 0) if every > 1 else clues


def _learn(clues: Clues, pool: int, lifts: tuple[float, float]) -> Learned:
    start = {name: np.array([1.0, *(one for one, _ in levels.values())]) for name, levels in START.items()}
    size = len(clues.names["rest"])
    even = np.full(size, 1 / size)
    profiles = max(len(_starts(clues.profile)), 1)
    by = Learned(start, (even, even), _PRESENT, pool, lifts)
    for _ in range(_ROUNDS if len(clues) else 0):
        share = _scored(clues, by).share
        m = dict[str, Array]()
        for name, values in start.items():
            m[name] = values
            if len(values) > 2 and name not in _FIXED:
                used = np.bincount(clues.level[name], share, len(values))[1:] + _FAITH * values[1:]
                m[name] = np.array([1.0, *(used / used.sum() * values[1:].sum())])
        present = float(min(max((share.sum() + 25) / (profiles + 50), 0.02), 0.98))
        by = Learned(m, _rests(clues, share, size), present, pool, lifts)
    return by


def _rests(clues: Clues, share: Array, size: int) -> tuple[Array, Array]:
    """What stands behind a shared number, where it is one person and where it is two."""
    same = np.bincount(clues.level["rest"], share, size) + 1.0
    other = np.bincount(clues.level["rest"], 1 - share, size) + 1.0
    both = same[1:].sum() + other[1:].sum()
    prior = (same + other) / both * _FAITH / 5  # rests of which little was seen say little
    return _normal(same + prior), _normal(other + prior)


def _normal(values: Array) -> Array:
    return values / values[1:].sum()


def parts(clues: Clues, by: Learned) -> dict[str, Array]:
    """The bits of each comparison."""
    found = dict[str, Array]()
    for name, levels in START.items():
        base = np.array([0.0, *(np.log2(by.m[name][n] / (u or 1.0)) for n, (_, u) in enumerate(levels.values(), 1))])
        if name == "rest":
            base = np.concatenate(([0.0], np.log2(by.rest[0][1:] / by.rest[1][1:])))
        found[name] = base.astype(np.float32)[clues.level[name]]
        if name in clues.rare:
            rare = np.array([False, *(u is None for _, u in levels.values())])[clues.level[name]]
            found[name] = np.where(rare, np.maximum(found[name] + clues.rare[name], 0.0), found[name])
    given, family, place = (clues.level[name] == 1 for name in ("given", "family", "place"))
    both, placed = np.float32(by.lifts[0]), np.float32(by.lifts[1])
    found["together"] = -both * (given & family) - placed * ((given | family) & place)
    return found


def _scored(clues: Clues, by: Learned) -> Scored:
    """Some pairs at a time, so that memory follows their number and not that of the comparisons."""
    bits, crowd = np.zeros(len(clues)), np.zeros(len(clues))
    for start in range(0, len(clues), _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        bits[some], crowd[some] = _weighed(clues.at(some), by)
    return Scored(bits, _shares(clues, bits, crowd, by), by)


def _weighed(clues: Clues, by: Learned) -> tuple[Array, Array]:
    """The bits of pairs, and for how many others of the same name and for how many relatives the same would speak."""
    held = parts(clues, by)
    bits = sum(held.values(), np.zeros(len(clues)))
    named = clues.rare["given"] + clues.rare["family"] + np.log2(by.m["given"][1] * by.m["family"][1]) - by.lifts[0]
    crowd = clues.unseen * np.exp2(np.minimum(named, 60.0).astype(np.float64))
    own = sum(np.maximum(held[name], -60.0) for name in _PERSONAL)
    return bits, crowd + _RELATIVES * np.exp2(np.minimum(bits - own, 150.0))


def _shares(clues: Clues, bits: Array, crowd: Array, by: Learned) -> Array:
    """The probability of each pair; two rows of one person are one, the likelier counts."""
    if not len(clues):
        return np.zeros(0)
    starts = _starts(clues.profile)
    power = np.exp2(np.minimum(bits, 200.0))
    power[_beside(clues, bits)] = 0.0
    nobody = by.pool * (1 - by.present) / by.present
    whole = np.add.reduceat(power, starts) + np.maximum.reduceat(crowd, starts) + nobody
    return power / np.repeat(whole, np.diff(starts, append=len(power)))


def _starts(profile: Array) -> Array:
    """Where each profile's pairs begin."""
    return np.flatnonzero(np.diff(profile, prepend=-1)) if len(profile) else np.zeros(0, np.int64)


def _beside(clues: Clues, bits: Array) -> Array:
    """Places of pairs whose person has a likelier row with the same profile."""
    several = np.zeros(int(clues.person.max()) + 1, bool)
    several[clues.person[clues.row != clues.person]] = True
    at = np.flatnonzero(several[clues.person])
    at = at[np.lexsort((clues.row[at], -bits[at], clues.person[at], clues.profile[at]))]
    return at[1:][(np.diff(clues.profile[at]) == 0) & (np.diff(clues.person[at]) == 0)]


def ranked(clues: Clues, scored: Scored) -> tuple[Array, Array]:
    """By profile, the place of its likeliest pair, and of the likeliest of another person (-1 for none)."""
    if not len(clues):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    starts = _starts(clues.profile)
    sizes = np.diff(starts, append=len(clues))
    best, _ = _first(scored.share, starts, sizes)
    others = np.where(clues.person == np.repeat(clues.person[best], sizes), -1.0, scored.share)
    second, most = _first(others, starts, sizes)
    return best, np.where(most < 0, -1, second)


def _first(values: Array, starts: Array, sizes: Array) -> tuple[Array, Array]:
    """The place of the largest of each group, the first of equals, and how large it is."""
    most = np.maximum.reduceat(values, starts)
    at = np.flatnonzero(values == np.repeat(most, sizes))
    return at[np.searchsorted(at, starts)], most
