"""`link`: which profile is which person's. Every profile gets one line, with who came nearest and why.

Where the profiles hold handles alone, every reading of every handle is weighed (`model.spelled`); where they hold more,
pairs that share a key are weighed clue by clue (`link_pairs`, `link_weights`), and what is linked for sure adds what its
profiles hold to what is known of the person, once.

A machine links by itself at a probability of .99 over the whole pool, four bits before the next person, with two kinds of
clues that speak for it. The given and the family name are two such kinds for a handle that spells both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from mutuals.identity.model.batch import Bounds, engine
from mutuals.identity.model.decide import TELLS, Rule
from mutuals.identity.piles import Counts, Refused, Told, silent
from mutuals.identity.piles import link_pairs as pairs
from mutuals.identity.piles import link_weights as weights
from mutuals.identity.piles.between import are_records, between
from mutuals.identity.piles.link_handles import by_handles, only_handles
from mutuals.identity.piles.link_rows import bring
from mutuals.identity.piles.link_words import Why
from mutuals.identity.piles.tables import Table
from mutuals.identity.piles.writing import writing

COLUMNS = {
    "profile_id": pa.string(), "person_id": pa.string(), "decision": pa.string(), "probability": pa.float64(),
    "margin": pa.float64(), "evidence": pa.string(),
}  # fmt: skip
RULE = Rule()
_LINES = 50_000
_MEMORY = 800  # megabytes of the database; what does not fit goes to the disk


def link(
    people: Table, profiles: Table, *, out: Path, seed: int = 7, engine: str = "duckdb", told: Told = silent
) -> Counts:
    """Write a line for each profile to `out`. Only lists of records are left to chance, and so to `seed`."""
    if engine == "spark":
        raise Refused("Links are found on one machine only: leave --engine away.")
    if not people.rows or not profiles.rows:
        raise Refused("There is nobody to link.")
    if only_handles(people, profiles):
        lines = by_handles(people, profiles, RULE, told)
    elif are_records(people, profiles):
        lines = between(people, profiles, rule=RULE, seed=seed, told=told)
    else:
        lines = _by_clues(people, profiles, told)
    counts = {"link": 0, "review": 0, "leave": 0}
    with writing(out, COLUMNS) as sink:
        for part in lines:
            sink.add(part)
            for decision in part["decision"]:
                counts[decision] += 1
            told("writing", sum(counts.values()), profiles.rows)
    return {"people": people.rows, "profiles": profiles.rows, **counts}


def _by_clues(people: Table, profiles: Table, told: Told) -> Iterator[Mapping[str, Any]]:
    with engine(Bounds(memory=_MEMORY, threads=2)) as connection:
        connection.execute("SET preserve_insertion_order = false")
        bring(connection, people, "people", told)
        bring(connection, profiles, "profiles", told)
        pairs.prepare(connection, people.rows)
        told("comparing", 0, 2)
        clues, scored, pool = _compared(connection, people)
        told("comparing", 1, 2)
        if _learned(connection, clues, scored):
            del clues, scored
            clues, scored, pool = _compared(connection, people)
        told("comparing", 2, 2)
        yield from _lines(connection, people, profiles, clues, scored, pool)


def _compared(connection: duckdb.DuckDBPyConnection, people: Table) -> tuple[weights.Clues, weights.Scored, int]:
    pairs.keys(connection)
    pairs.levels(connection, people.rows)
    clues, pool = _clues(connection, people.rows)
    connection.execute("DROP TABLE clues")
    return clues, weights.score(clues, pool, pairs.lifts(connection)), pool


def _clues(connection: duckdb.DuckDBPyConnection, people: int) -> tuple[weights.Clues, int]:
    person_of = np.arange(people, dtype=np.int32)
    held = connection.execute("SELECT row, person FROM person_of").fetchnumpy()
    person_of[held["row"]] = held["person"]
    table = connection.sql("FROM clues ORDER BY profile, row").to_arrow_table()
    columns = {name: table[name].to_numpy() for name in table.column_names}
    rests = [rest for (rest,) in connection.execute("SELECT rest FROM rests ORDER BY code").fetchall()]
    return weights.clues_of(columns, person_of, rests), len(np.unique(person_of))


def _learned(connection: duckdb.DuckDBPyConnection, clues: weights.Clues, scored: weights.Scored) -> int:
    """What profiles that are surely somebody's hold becomes known of the person. Returns how many there are."""
    sure = scored.share >= RULE.link
    found = pa.table({"profile": clues.profile[sure], "row": clues.row[sure]})
    connection.register("sure", found)
    connection.execute(
        "INSERT INTO people_marks SELECT s.row, m.kind, m.text, m.rest, s.profile FROM sure s JOIN profiles_marks m "
        "ON m.row = s.profile WHERE m.kind IN ('core', 'number', 'host')"
    )
    connection.unregister("sure")
    return len(found)


def _lines(
    connection: duckdb.DuckDBPyConnection,
    people: Table,
    profiles: Table,
    clues: weights.Clues,
    scored: weights.Scored,
    pool: int,
) -> Iterator[Mapping[str, Any]]:
    best, second = ranked(clues, scored)
    verdicts = _verdicts(clues, scored, best, second)
    person_ids, profile_ids = _ids(people), _ids(profiles)
    why = Why(clues, scored, pool)
    for start in range(0, profiles.rows, _LINES):
        stop = min(start + _LINES, profiles.rows)
        low, high = np.searchsorted(clues.profile[best], (start, stop))
        places, next_ones = best[low:high], second[low:high]
        at = clues.profile[places] - start
        margins = np.where(next_ones >= 0, scored.bits[places] - scored.bits[next_ones], np.nan)
        yield {
            "profile_id": profile_ids.slice(start, stop - start),
            "person_id": person_ids.take(_spread(clues.row[places], at, stop - start)),
            "decision": _filled(verdicts[low:high], at, stop - start, "leave"),
            "probability": _filled(scored.share[places].round(6), at, stop - start, 0.0),
            "margin": _spread(margins.round(3), at, stop - start),
            "evidence": _filled(why.of(places, _texts(connection, clues, places)), at, stop - start, "[]"),
        }


def _texts(connection: duckdb.DuckDBPyConnection, clues: weights.Clues, places: Any) -> pa.Table:
    """What the clues of these pairs agree in, pair by pair."""
    wanted = pa.table({"profile": clues.profile[places], "row": clues.row[places]})
    connection.register("wanted", wanted)
    found = connection.sql(pairs.TEXTS).to_arrow_table()
    connection.unregister("wanted")
    return found


def _spread(values: Any, at: Any, size: int) -> pa.Array:
    """Values at their places, null between them."""
    taken = np.full(size, -1)
    taken[at] = np.arange(len(at))
    return pa.array(values, from_pandas=True).take(pa.array(taken, mask=taken < 0))


def _filled(values: Any, at: Any, size: int, other: Any) -> list[Any]:
    filled = [other] * size
    for place, value in zip(at.tolist(), values if isinstance(values, list) else values.tolist(), strict=True):
        filled[place] = value
    return filled


def _ids(table: Table) -> pa.ChunkedArray:
    return pa.chunked_array([batch.column("id") for batch in table.batches(["id"])])


def ranked(clues: weights.Clues, scored: weights.Scored) -> tuple[Any, Any]:
    """By profile, the place of its likeliest pair, and of the likeliest of another person (-1 for none)."""
    order = np.lexsort((clues.row, -scored.share, clues.profile))
    profile, person = clues.profile[order], clues.person[order]
    first = np.ones(len(order), bool)
    first[1:] = profile[1:] != profile[:-1]
    start = np.flatnonzero(first)
    group = np.cumsum(first) - 1
    other = np.flatnonzero(person != person[start][group]) if len(order) else start
    second = np.full(len(start), -1)
    groups, at = np.unique(group[other], return_index=True)
    second[groups] = order[other[at]]
    return order[start], second


def _verdicts(clues: weights.Clues, scored: weights.Scored, best: Any, second: Any) -> Any:
    sides: dict[str, Any] = {}
    for name, part in scored.parts.items():
        family = weights.FAMILY[name]
        sides[family] = sides.get(family, 0.0) + part[best]
    speaking = sum(((part >= TELLS).astype(int) for part in sides.values()), np.zeros(len(best), int))
    share = scored.share[best]
    ahead = (second < 0) | (scored.bits[best] - scored.bits[second] >= RULE.margin)
    sure = (share >= RULE.link) & ahead & (speaking >= RULE.families)
    return np.where(sure, "link", np.where(share >= RULE.review, "review", "leave"))
