"""From clues to bits, probabilities and a ranking. Arrays in, arrays out; the same clues give the same numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = Any
Levels = Mapping[str, tuple[float, float]]

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
    "account": {"same": (0.9, None)},
    "core": {"same": (0.4, None)},
    "rest": {},
}  # fmt: skip
FAMILY = {
    "given": "name", "family": "name", "spelled": "name", "number": "handle", "core": "handle", "account": "account",
    "contact": "contact", "host": "site", "place": "place",
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
    for name in ("number", "host", "contact", "account", "core"):
        rare[name] = np.minimum(np.nan_to_num(columns[name]), np.float32(_MOST[name]))
        if name != "number":
            level[name] = (~np.isnan(columns[name])).astype(np.int8)
    rare["core"] = np.where(spells, np.minimum(rare["core"], np.float32(_NAME_CORE)), rare["core"])
    holds = (level["core"] == 1) & known  # an equal core holds the number
    rare["core"] = np.where(holds, np.maximum(rare["core"] - rare["number"], 0), rare["core"])
    names = {name: ("", *START[name]) for name in START} | {"rest": ("", "other", *rests)}
    return Clues(columns["profile"], person_of[columns["row"]], columns["row"], level, rare, names, columns["unseen"])


def _bits(share: Array, most: float) -> Array:
    return np.minimum(-np.log2(np.maximum(share, np.float32(1e-9))), np.float32(most))


@dataclass(slots=True)
class Scored:
    """`bits` of each pair and `parts` of each comparison; `share` is the probability of each pair over the whole pool."""

    bits: Array
    parts: dict[str, Array]
    share: Array
    present: float
    m: dict[str, Array]


def score(clues: Clues, pool: int, lifts: tuple[float, float]) -> Scored:
    """Learn how often clues agree for one person and how many profiles are somebody's of the pool, then weigh all pairs."""
    start = {name: np.array([1.0, *(one for one, _ in levels.values())]) for name, levels in START.items()}
    m = {name: values.copy() for name, values in start.items()}
    size = len(clues.names["rest"])
    m["rest"], rest = np.full(size, 1 / size), np.full(size, 1 / size)
    profiles, present = max(len(np.unique(clues.profile)), 1), _PRESENT
    scored = _weigh(clues, m, rest, present, pool, lifts)
    for _ in range(_ROUNDS if len(clues) else 0):
        for name, values in m.items():
            if len(values) > 2 and name not in _FIXED and name != "rest":
                used = np.bincount(clues.level[name], scored.share, len(values))[1:] + _FAITH * start[name][1:]
                values[1:] = used / used.sum() * start[name][1:].sum()
        m["rest"], rest = _rests(clues, scored.share, size)
        present = float(min(max((scored.share.sum() + 25) / (profiles + 50), 0.02), 0.98))
        scored = _weigh(clues, m, rest, present, pool, lifts)
    return scored


def _rests(clues: Clues, share: Array, size: int) -> tuple[Array, Array]:
    """What stands behind a shared number, where it is one person and where it is two."""
    same = np.bincount(clues.level["rest"], share, size) + 1.0
    other = np.bincount(clues.level["rest"], 1 - share, size) + 1.0
    both = same[1:].sum() + other[1:].sum()
    prior = (same + other) / both * _FAITH / 5  # rests of which little was seen say little
    return _normal(same + prior), _normal(other + prior)


def _normal(values: Array) -> Array:
    return values / values[1:].sum()


def _weigh(
    clues: Clues, m: dict[str, Array], rest: Array, present: float, pool: int, lifts: tuple[float, float]
) -> Scored:
    parts = dict[str, Array]()
    for name, levels in START.items():
        base = np.array([0.0, *(np.log2(m[name][n] / (u or 1.0)) for n, (_, u) in enumerate(levels.values(), 1))])
        if name == "rest":
            base = np.concatenate(([0.0], np.log2(m["rest"][1:] / rest[1:])))
        base = base.astype(np.float32)
        parts[name] = base[clues.level[name]]
        if name in clues.rare:
            rare = np.array([False, *(u is None for _, u in levels.values())])[clues.level[name]]
            parts[name] = np.where(rare, np.maximum(parts[name] + clues.rare[name], 0.0), parts[name])
    given, family, place = (clues.level[name] == 1 for name in ("given", "family", "place"))
    both, placed = np.float32(lifts[0]), np.float32(lifts[1])
    parts["together"] = -both * (given & family) - placed * ((given | family) & place)
    bits = sum(parts.values(), np.zeros(len(clues)))
    named = clues.rare["given"] + clues.rare["family"] + np.log2(m["given"][1] * m["family"][1]) - lifts[0]
    crowd = clues.unseen * np.exp2(np.minimum(named, 60.0))
    kin = _RELATIVES * np.exp2(np.minimum(bits - sum(np.maximum(parts[name], -60.0) for name in _PERSONAL), 150.0))
    return Scored(bits, parts, _shares(clues, bits, crowd + kin, present, pool), present, {**m, "rest2": rest})


def _shares(clues: Clues, bits: Array, crowd: Array, present: float, pool: int) -> Array:
    """The probability of each pair; two rows of one person are one, the likelier counts."""
    if not len(clues):
        return np.zeros(0)
    order = np.lexsort((clues.row, -bits, clues.person, clues.profile))
    first = np.ones(len(order), bool)
    first[1:] = (np.diff(clues.profile[order]) != 0) | (np.diff(clues.person[order]) != 0)
    counted = np.zeros(len(order), bool)
    counted[order] = first
    power = np.exp2(np.minimum(bits, 200.0))
    place = np.unique(clues.profile, return_inverse=True)[1]
    known = np.bincount(place, np.where(counted, power, 0.0))
    beside = np.zeros(len(known))
    np.maximum.at(beside, place, crowd)
    whole = known + beside + pool * (1 - present) / present
    return np.where(counted, power / whole[place], 0.0)
