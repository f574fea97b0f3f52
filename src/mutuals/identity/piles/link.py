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

from mutuals.connectors.files.writing import writing
from mutuals.identity.model.batch import Bounds, engine
from mutuals.identity.model.conflicts import CROWD
from mutuals.identity.model.decide import TELLS, Rule
from mutuals.identity.piles import Counts, Refused, Told, silent
from mutuals.identity.piles import link_pairs as pairs
from mutuals.identity.piles import link_weights as weights
from mutuals.identity.piles.between import are_records, between
from mutuals.identity.piles.link_handles import by_handles, only_handles
from mutuals.identity.piles.link_model import by_model
from mutuals.identity.piles.link_rows import bring
from mutuals.identity.piles.link_words import CROWDED, Why, contender
from mutuals.identity.piles.records import opening
from mutuals.identity.piles.tables import Table

COLUMNS = {
    "profile_id": pa.string(), "person_id": pa.string(), "decision": pa.string(), "probability": pa.float64(),
    "margin": pa.float64(), "evidence": pa.string(),
}  # fmt: skip
RULE = Rule()
CONTENDED = RULE.review / 2
"""The probability that it is one of two who are close to each other from which a person is asked: who knows one knows both."""
_LINES = 50_000
_MEMORY = 800  # megabytes of the database; what does not fit goes to the disk


def link(
    people: Table, profiles: Table, *, out: Path, seed: int = 7, engine: str = "duckdb", told: Told = silent
) -> Counts:
    """Write a line for each profile to `out`. Only lists of records are left to chance, and so to `seed`.

    Spark weighs by the weights of day one and learns nothing from the files; the counts say so.
    """
    if not people.rows or not profiles.rows:
        raise Refused("There is nobody to link.")
    if engine == "spark":
        lines = by_model(people, profiles, rule=RULE, folder=people.parquet.parent, opened=opening(engine), told=told)
    elif only_handles(people, profiles):
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
    told_by = {"weights": "of day one; --engine duckdb learns from the files"} if engine == "spark" else {}
    return {"people": people.rows, "profiles": profiles.rows, **counts, **told_by}


def _by_clues(people: Table, profiles: Table, told: Told) -> Iterator[Mapping[str, Any]]:
    with engine(Bounds(memory=_MEMORY, threads=2)) as connection:
        connection.execute("SET preserve_insertion_order = false")
        bring(connection, people, profiles, told)
        told("comparing", 0, 2)
        pairs.prepare(connection, people.rows)
        person_of = _person_of(connection, people.rows)
        clues = _clues(connection, people.rows, person_of)
        lifts, pool = pairs.lifts(connection), len(np.unique(person_of))
        scored = weights.score(clues, pool, lifts)
        told("comparing", 1, 2)
        sure = _sure(clues, scored)
        if pairs.learn(connection, pa.table({"profile": sure.profile, "row": sure.row})):
            touched = connection.execute("SELECT row FROM asked").fetchnumpy()["row"]
            clues = weights.replaced(clues, touched, _clues(connection, people.rows, person_of))
            scored = weights.score(clues, pool, lifts)
        told("comparing", 2, 2)
        yield from _lines(connection, people, profiles, clues, scored, pool)


def _sure(clues: weights.Clues, scored: weights.Scored) -> weights.Clues:
    """The pairs that a machine would link: what is only probable by one kind of clue teaches nothing about the person."""
    best, second = weights.ranked(clues, scored)
    nearest = clues.at(best)
    parts = weights.parts(nearest, scored.by)
    verdicts, _ = _verdicts(nearest.person, parts, scored.share[best], *_beside(scored, best, second))
    return nearest.at(verdicts == "link")


def _beside(scored: weights.Scored, best: Any, second: Any) -> tuple[Any, Any]:
    """Probability of the next person for each profile, 0 where there is none, and how many bits they are behind."""
    margins = np.where(second >= 0, scored.bits[best] - scored.bits[second], np.inf).round(3)
    return (np.where(second >= 0, scored.share[second], 0.0) if len(best) else scored.share[best]), margins


def _person_of(connection: duckdb.DuckDBPyConnection, people: int) -> Any:
    """By row the first row of the same person."""
    person_of = np.arange(people, dtype=np.int32)
    held = connection.execute("SELECT row, first FROM one").fetchnumpy()
    person_of[held["row"]] = held["first"]
    return person_of


def _clues(connection: duckdb.DuckDBPyConnection, people: int, person_of: Any) -> weights.Clues:
    """Of the profiles in `asked`, sorted."""
    pairs.keys(connection)
    pairs.levels(connection, people)
    table = connection.sql("FROM clues ORDER BY profile, row").to_arrow_table()
    connection.execute("DROP TABLE clues")
    columns = {name: table[name].to_numpy() for name in table.column_names}
    rests = [rest for (rest,) in connection.execute("SELECT rest FROM rests ORDER BY code").fetchall()]
    return weights.clues_of(columns, person_of, rests)


def _lines(
    connection: duckdb.DuckDBPyConnection,
    people: Table,
    profiles: Table,
    clues: weights.Clues,
    scored: weights.Scored,
    pool: int,
) -> Iterator[Mapping[str, Any]]:
    best, second = weights.ranked(clues, scored)
    share, nearest = scored.share[best].round(6), clues.at(best)
    runner_up, margins = _beside(scored, best, second)
    person_ids, profile_ids = _ids(people), _ids(profiles)
    close = np.where(margins < RULE.margin, clues.row[second], -1) if len(best) else best
    names = person_ids.take(pa.array(close, mask=close < 0)).to_pylist()
    beside = [contender(name, bits) if name else "" for name, bits in zip(names, margins.tolist(), strict=True)]
    del clues
    parts = weights.parts(nearest, scored.by)
    verdicts, crowded = _verdicts(nearest.person, parts, scored.share[best], runner_up, margins)
    for place in np.flatnonzero(crowded):
        beside[place] = CROWDED
    why = Why(nearest, parts, pool)
    for start in range(0, profiles.rows, _LINES):
        size = min(_LINES, profiles.rows - start)
        low, high = np.searchsorted(nearest.profile, (start, start + size))
        at = nearest.profile[low:high] - start
        evidence = _filled(why.of(low, high, _texts(connection, nearest, low, high), beside[low:high]), at, size, "[]")
        for empty, bearers in _crowds(connection, start, size):
            if evidence[empty] == "[]":
                evidence[empty] = why.crowd(bearers)
        yield {
            "profile_id": profile_ids.slice(start, size),
            "person_id": person_ids.take(_spread(nearest.row[low:high], at, size)),
            "decision": _filled(verdicts[low:high], at, size, "leave"),
            "probability": _filled(share[low:high], at, size, 0.0),
            "margin": _spread(np.where(np.isinf(margins[low:high]), np.nan, margins[low:high]), at, size),
            "evidence": evidence,
        }


def _texts(connection: duckdb.DuckDBPyConnection, pairs_of: weights.Clues, low: int, high: int) -> pa.Table:
    """What the clues of these pairs agree in, pair by pair."""
    wanted = pa.table({"profile": pairs_of.profile[low:high], "row": pairs_of.row[low:high]})
    connection.register("wanted", wanted)
    found = connection.sql(pairs.TEXTS).to_arrow_table()
    connection.unregister("wanted")
    return found


def _crowds(connection: duckdb.DuckDBPyConnection, start: int, size: int) -> list[tuple[int, int]]:
    """Places from `start` of profiles whose name is that of too many to be looked at, and how many these are."""
    asked = "SELECT profile - ?, n FROM crowds WHERE profile >= ? AND profile < ?"
    return [(int(place), int(n)) for place, n in connection.execute(asked, [start, start, start + size]).fetchall()]


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


def _verdicts(person: Any, parts: Mapping[str, Any], share: Any, runner_up: Any, margins: Any) -> tuple[Any, Any]:
    """For each profile its verdict, and whether it is one of so many that would be one person's that none is linked."""
    sides: dict[str, Any] = {}
    for name, part in parts.items():
        family = weights.FAMILY[name]
        sides[family] = sides.get(family, 0.0) + part
    speaking = sum(((part >= TELLS).astype(int) for part in sides.values()), np.zeros(len(share), int))
    sure = (share >= RULE.link) & (margins >= RULE.margin) & (speaking >= RULE.families)
    crowded = sure & (np.bincount(person[sure], minlength=int(person.max(initial=0)) + 1)[person] > CROWD)
    asked = (share >= RULE.review) | ((margins < RULE.margin) & (share + runner_up >= CONTENDED))
    return np.where(sure & ~crowded, "link", np.where(asked, "review", "leave")), crowded
