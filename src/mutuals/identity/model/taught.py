"""Training by labels: Splink counts how strangers look (u) and how pairs look that are known to be of one person (m).

What the model begins with counts as a number of pairs, so that few labels change little. Nothing moves further from it than
MOVES bits either way: labels are pairs that somebody came to see, and strangers of one's own list are not all strangers.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log2
from typing import Any

import pyarrow as pa
from splink import Linker

from mutuals.identity.model.batch import BOUNDS, Bounds, Opening, Rows, duck, linker_of
from mutuals.identity.model.card import Row
from mutuals.identity.model.comparisons import Comparison, Level, predicate
from mutuals.identity.model.file import DIGITS, Model
from mutuals.identity.model.score import weight
from mutuals.identity.model.train import M_PAIRS, MOST_DIFFER, U_PAIRS

MOVES = 4.0
"""Bits by which a weight may move from the one of day one."""
STRANGERS = 1_000_000
"""Pairs of strangers that are counted, about."""
_SEEN = 20_000  # pairs by which is told how many of the strangers say anything
_SURE = 0.999  # the largest share

Shares = Mapping[str, Sequence[float | None]]
"""By comparison the share of each level, `otherwise` last; None where no pair was seen."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Shares of levels, and of how many pairs each comparison's are."""

    shares: Shares
    pairs: Mapping[str, float]


def strangers(model: Model, rows: Rows, sample: Sequence[Row], *, pairs: int = STRANGERS, bounds: Bounds = BOUNDS,
              opened: Opening = duck) -> Counted:  # fmt: skip
    """How random pairs of the rows look. `sample` are some of the rows (two at least): by them is told which comparisons say
    anything of how many. The same rows and seed give the same.
    """
    with opened(replace(bounds, threads=1)) as on:
        linker = linker_of(on, replace(model, link=False), rows)
        linker.training.estimate_u_using_random_sampling(
            max_pairs=pairs, seed=model.seed, min_count_per_level=None, num_chunks=1
        )
        shares = _shares(model, linker, "u_probability")
        many = int(on.ask("SELECT count(*) FROM rows_0")[0][0])
    chance = random.Random(model.seed)  # noqa: S311 - the same for a seed
    seen = [(sample[chance.randrange(len(sample))], sample[chance.randrange(len(sample))]) for _ in range(_SEEN)]
    all_pairs = min(float(pairs), many * (many - 1) / 2)
    return Counted(shares, {name: all_pairs * count / _SEEN for name, count in _telling(model, seen).items()})


def of_one(model: Model, keys: Sequence[int], rows: pa.Table, held: Sequence[Row], *, bounds: Bounds = BOUNDS,
           opened: Opening = duck) -> Counted:  # fmt: skip
    """How pairs of one person look: of each key the rows `2 * key` and `2 * key + 1` of the table, `held` in order."""
    with opened(replace(bounds, threads=1)) as on:
        linker = linker_of(on, replace(model, link=False), rows)
        labels = pa.table({"unique_id_l": [2 * key for key in keys], "unique_id_r": [2 * key + 1 for key in keys]})
        on.bring(labels, "labels")
        training: Any = linker.training  # this one method of it has no types
        training.estimate_m_from_pairwise_labels(on.api.register("labels"))
        shares = _shares(model, linker, "m_probability")
    told = _telling(model, [(held[2 * key], held[2 * key + 1]) for key in keys])
    return Counted(shares, {name: float(count) for name, count in told.items()})


def taught(model: Model, one: Counted, others: Counted, *, classes: Collection[str] = ()) -> Model:
    """The model with what was counted. Where the family of a comparison is one of `classes`, which many share (a place, a
    language, an employer), agreement may come to weigh less than it began with, and never more. A level that began as
    speaking for one person never weighs less than the difference, and the difference never less often than it did
    times MOST_DIFFER.
    """
    comparisons = tuple(_comparison(each, one, others, each.family in classes) for each in model.comparisons)
    return replace(model, comparisons=comparisons)


def moved(before: Model, after: Model) -> list[tuple[str, str, float, float]]:
    """Comparison, level, bits before and after of all whose weight moved by a tenth of a bit or more, the furthest first."""
    begun = {(one.name, each.name): weight(each) for one in before.comparisons for each in (*one.levels, one.otherwise)}
    found = []
    for one in after.comparisons:
        for each in (*one.levels, one.otherwise):
            old = begun.get((one.name, each.name), 0.0)
            gap = abs(weight(each) - old)
            if gap >= 0.1:
                found.append((gap, one.name, each.name, round(old, 2), round(weight(each), 2)))
    return [
        (name, level, old, new) for _, name, level, old, new in sorted(found, key=lambda each: (-each[0], each[1:3]))
    ]


def _shares(model: Model, linker: Linker, which: str) -> Shares:
    told: Mapping[str, Any] = linker.misc.save_model_to_json()
    return {
        one["output_column_name"]: [
            each.get(which) for each in one["comparison_levels"] if not each.get("is_null_level")
        ]
        for one in told["comparisons"]
    }


def _telling(model: Model, pairs: Sequence[tuple[Row, Row]]) -> dict[str, int]:
    """How many of the pairs say anything, by comparison."""
    missing = {one.name: predicate(one.missing) for one in model.comparisons}
    return {name: sum(not is_missing(*pair) for pair in pairs) for name, is_missing in missing.items()}


def _comparison(comparison: Comparison, one: Counted, others: Counted, is_class: bool) -> Comparison:
    name = comparison.name
    steps = (*comparison.levels, comparison.otherwise)
    found = [
        _level(level, m, u, (one.pairs[name], others.pairs[name]), is_class=is_class, is_last=place == len(steps) - 1)
        for place, (level, m, u) in enumerate(zip(steps, one.shares[name], others.shares[name], strict=True))
    ]
    least = weight(found[-1])
    levels = [_weighing(level, max(weight(level), least)) if weight(begun) > 0 else level
              for level, begun in zip(found[:-1], comparison.levels, strict=True)]  # fmt: skip
    return replace(comparison, levels=tuple(levels), otherwise=found[-1])


def _level(level: Level, m: float | None, u: float | None, pairs: tuple[float, float], *, is_class: bool, is_last: bool
           ) -> Level:  # fmt: skip
    if level.fixed or level.m is None or level.u is None:
        return level
    begun = weight(level)
    ones, others = pairs
    share = ((m or 0.0) * ones + level.m * M_PAIRS) / (ones + M_PAIRS)
    if is_last:
        share = min(share, MOST_DIFFER * level.m)
    strange = level.u
    if level.tf is None or level.share < 1:
        strange = ((u or 0.0) * others + level.u * U_PAIRS) / (others + U_PAIRS)
        strange = max(strange, min(level.u, 1 / (others + 1)))  # what was never seen among n is not rarer than one in n
    most = begun if is_class and begun > 0 else begun + MOVES
    bits = min(max(log2(share / strange), begun - MOVES), most)
    return _weighing(replace(level, m=_rounded(share), u=_rounded(strange)), bits)


def _weighing(level: Level, bits: float) -> Level:
    """The level with m (and where that were more than all, u) such that it weighs so many bits."""
    if level.u is None or abs(weight(level) - bits) < 1e-9:
        return level
    m = level.u * 2**bits
    if m <= _SURE or level.tf is not None:
        return replace(level, m=_rounded(min(m, _SURE)))
    return replace(level, m=_SURE, u=_rounded(_SURE / 2**bits))


def _rounded(value: float) -> float:
    return float(f"{max(value, 1e-12):.{DIGITS}g}")
