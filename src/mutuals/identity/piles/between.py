"""Linking where the profiles are records like the people are: two lists of customers, without handles or networks.

Both are compared as `dedupe` compares one file, but each record with those of the other file alone; weights are learned from
the two files themselves.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from mutuals.identity.model.card import Row
from mutuals.identity.model.decide import Rule
from mutuals.identity.model.score import Evidence, Scorer
from mutuals.identity.piles import Told
from mutuals.identity.piles.link_words import clue
from mutuals.identity.piles.records import Compared, compare
from mutuals.identity.piles.tables import Table

_OF_A_NETWORK = frozenset(("handle", "network", "url", "display_name", "bio"))
_LINES = 20_000
_MOST_BITS = 60.0


def are_records(people: Table, profiles: Table) -> bool:
    """Whether the profiles are no accounts of a network, and both files have at least two columns in common."""
    known = set(people.columns) & set(profiles.columns)
    return not _OF_A_NETWORK & set(profiles.columns) and len(known) > 1


def between(people: Table, profiles: Table, *, rule: Rule, seed: int, told: Told) -> Iterator[Mapping[str, Any]]:
    """The lines of `link` (profile_id, person_id, decision, probability, margin, evidence), one for each profile, in order.

    The probability is over the whole pool: of one person among all that share a key with the profile, or none.
    """
    found = compare([people, profiles], seed=seed, told=told)
    best, margin, share = _best(found, people.rows, profiles.rows)
    scorer = Scorer(found.model)
    names = [pq.read_table(table.parquet, columns=["id"])["id"].combine_chunks() for table in (people, profiles)]
    for start in range(0, profiles.rows, _LINES):
        part = slice(start, min(start + _LINES, profiles.rows))
        evidence = _evidence(found, scorer, best[part], range(part.start + people.rows, part.stop + people.rows))
        yield {
            "profile_id": names[1][part],
            "person_id": names[0].take(pa.array(best[part], pa.int64(), mask=best[part] < 0)),
            "decision": [_decision(rule, *one) for one in zip(share[part], margin[part], evidence, strict=True)],
            "probability": np.round(share[part], 6),
            "margin": pa.array(np.round(margin[part], 3), mask=np.isinf(margin[part])),
            "evidence": [_why(parts, people.rows) for parts in evidence],
        }


def _best(found: Compared, people: int, profiles: int) -> tuple[Any, Any, Any]:
    """By profile: the likeliest person or -1, the bits before the next one (infinite without one), the probability."""
    best = np.full(profiles, -1, dtype=np.int64)
    margin, share = np.full(profiles, np.inf), np.zeros(profiles)
    number, bits = found.right - people, found.bits.clip(-_MOST_BITS, _MOST_BITS)
    order = np.lexsort((found.left, -bits, number))
    number, person, bits = number[order], found.left[order], bits[order]
    first = np.append(True, number[1:] != number[:-1])[: len(number)]
    top = number[first]
    best[top] = person[first]
    weights = np.bincount(number, np.exp2(bits), profiles)
    share[top] = np.exp2(bits[first]) / (1 + weights[top])
    second = np.append(False, first[:-1])[: len(number)] & ~first
    highest = np.full(profiles, -np.inf)
    highest[top] = bits[first]
    margin[number[second]] = highest[number[second]] - bits[second]
    return best, margin, share


def _evidence(found: Compared, scorer: Scorer, best: Any, numbers: range) -> list[tuple[Evidence, ...]]:
    wanted = [int(one) for one in best if one >= 0]
    rows = _rows(found, [*wanted, *numbers])
    return [
        scorer.score(rows[int(one)], rows[number]).evidence if one >= 0 else ()
        for one, number in zip(best, numbers, strict=True)
    ]


def _rows(found: Compared, numbers: Sequence[int]) -> dict[int, Row]:
    """The compared rows of these numbers, as the scorer takes them."""
    table = pq.read_table(found.rows, filters=[("unique_id", "in", set(numbers))])
    rows = {int(row["unique_id"]): row for row in table.to_pylist()}
    return {
        number: {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}
        for number, row in rows.items()
    }


def _decision(rule: Rule, share: float, margin: float, evidence: Sequence[Evidence]) -> str:
    speaking = {part.family for part in evidence if part.bits >= 1}
    if share >= rule.link and margin >= rule.margin and len(speaking) >= rule.families:
        return "link"
    return "review" if share >= rule.review else "leave"


def _why(parts: Sequence[Evidence], pool: int) -> str:
    """The clues as `link` writes them: the weightiest first, and last how many people were looked at."""
    told = [
        clue(one.comparison.removeprefix("x_"), f"{_words(one.comparison)}: {one.level}", one.bits, one.family)
        for one in sorted(parts, key=lambda one: (-abs(one.bits), one.comparison))
    ]
    return json.dumps([*told, clue("pool", f"among {pool:,} people", 0.0, "pool")], ensure_ascii=False)


def _words(comparison: str) -> str:
    known = {"given": "given name", "family": "family name", "others": "other names", "born": "date of birth"}
    return known.get(comparison, comparison.removeprefix("x_").replace("_", " "))
