"""`link`: which profile is which person's. Every profile gets one line, with who came nearest and why.

Where the profiles hold handles alone, every reading of every handle is weighed (`model.spelled`); where they hold more,
pairs that share a key are weighed clue by clue (`link_pairs`, `link_weights`), and what is linked for sure adds what its
profiles hold to what is known of the person, once.

A machine links by itself at a probability of .99 over the whole pool, four bits before the next person, with two kinds of
clues that speak for it. The given and the family name are two such kinds for a handle that spells both.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from mutuals.identity.model.batch import Bounds, engine
from mutuals.identity.model.decide import Rule
from mutuals.identity.piles import Counts, Refused, Told, silent
from mutuals.identity.piles import link_pairs as pairs
from mutuals.identity.piles import link_weights as weights
from mutuals.identity.piles.link_handles import by_handles, only_handles
from mutuals.identity.piles.link_rows import bring
from mutuals.identity.piles.link_words import evidence_of
from mutuals.identity.piles.tables import Table
from mutuals.identity.piles.writing import writing

COLUMNS = {
    "profile_id": pa.string(), "person_id": pa.string(), "decision": pa.string(), "probability": pa.float64(),
    "margin": pa.float64(), "evidence": pa.string(),
}  # fmt: skip
RULE = Rule()
_LINES = 50_000
_TEXTS = ("account", "contact", "host", "core", "number")


def link(
    people: Table, profiles: Table, *, out: Path, seed: int = 7, engine: str = "duckdb", told: Told = silent
) -> Counts:
    """Write a line for each profile to `out`. `seed` changes nothing: no step is left to chance. Refused without people."""
    if engine == "spark":
        raise Refused("Links are found on one machine only: leave --engine away.")
    if not people.rows or not profiles.rows:
        raise Refused("There is nobody to link.")
    lines = by_handles(people, profiles, RULE, told) if only_handles(profiles) else _by_clues(people, profiles, told)
    counts = {"link": 0, "review": 0, "leave": 0}
    with writing(out, COLUMNS) as sink:
        for part in lines:
            sink.add(part)
            for decision in part["decision"]:
                counts[decision] += 1
            told("writing", sum(counts.values()), profiles.rows)
    return {"people": people.rows, "profiles": profiles.rows, **counts}


def _by_clues(people: Table, profiles: Table, told: Told) -> Iterator[Mapping[str, Any]]:
    with engine(Bounds(memory=1_200, threads=2)) as connection:
        bring(connection, people, "people", told)
        bring(connection, profiles, "profiles", told)
        pairs.prepare(connection, people.rows)
        scored = clues = texts = None
        for turn in (1, 2):
            told("comparing", turn - 1, 2)
            pairs.keys(connection)
            pairs.levels(connection, people.rows)
            clues, texts, persons = _clues(connection, people.rows)
            scored = weights.score(clues, persons, pairs.lifts(connection))
            if turn == 1 and not _learned(connection, clues, scored):
                break
        told("comparing", 2, 2)
        yield from _lines(people, profiles, clues, scored, texts, persons)


def _clues(connection: duckdb.DuckDBPyConnection, people: int) -> tuple[weights.Clues, pa.Table, int]:
    person_of = np.arange(people)
    held = connection.execute("SELECT row, person FROM person_of").fetchnumpy()
    person_of[held["row"]] = held["person"]
    table = connection.sql(
        "SELECT c.*, coalesce(u.n, 0) AS unseen FROM clues c LEFT JOIN unseen u USING (profile) ORDER BY c.profile, c.row"
    ).to_arrow_table()
    columns = {
        name: table[name].to_numpy() for name in table.column_names if not name.endswith("_text") and name != "city"
    }
    for name in ("given_word", "family_word", "other_number"):
        columns[name] = np.equal(columns[name], True)
    columns["rest"] = np.where(np.equal(columns["rest"], None), "", columns["rest"])
    for name in ("account", "contact", "host", "core", "number"):
        columns[name] = columns[name].astype(float)
    clues = weights.clues_of(columns, person_of, columns["unseen"])
    return clues, table.select([*(f"{name}_text" for name in _TEXTS), "city"]), len(np.unique(person_of))


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
    return found.num_rows


def _lines(
    people: Table, profiles: Table, clues: weights.Clues, scored: weights.Scored, texts: pa.Table, pool: int
) -> Iterator[Mapping[str, Any]]:
    best, second = _ranked(clues, scored)
    person_ids = _ids(people)
    verdicts = _verdicts(clues, scored, best, second)
    for start in range(0, profiles.rows, _LINES):
        stop = min(start + _LINES, profiles.rows)
        yield _part(start, stop, profiles, person_ids, clues, scored, texts, best, second, verdicts, pool)


def _ids(table: Table) -> pa.ChunkedArray:
    return pa.chunked_array([batch.column("id") for batch in table.batches(["id"])])


def _ranked(clues: weights.Clues, scored: weights.Scored) -> tuple[dict[int, int], dict[int, int]]:
    """For each profile the place of the likeliest pair, and of the likeliest of another person."""
    order = np.lexsort((clues.row, -scored.share, clues.profile))
    best, second = dict[int, int](), dict[int, int]()
    for place in order.tolist():
        profile = int(clues.profile[place])
        if profile not in best:
            best[profile] = place
        elif profile not in second and clues.person[place] != clues.person[best[profile]]:
            second[profile] = place
    return best, second


def _verdicts(
    clues: weights.Clues, scored: weights.Scored, best: dict[int, int], second: dict[int, int]
) -> dict[int, str]:
    sides: dict[str, Any] = {}
    for name, part in scored.parts.items():
        family = weights.FAMILY[name]
        sides[family] = sides.get(family, 0.0) + part
    speaking = sum((part >= 1).astype(int) for part in sides.values())
    found = dict[int, str]()
    for profile, place in best.items():
        share = scored.share[place]
        margin = scored.bits[place] - scored.bits[second[profile]] if profile in second else np.inf
        sure = share >= RULE.link and margin >= RULE.margin and speaking[place] >= RULE.families
        found[profile] = "link" if sure else "review" if share >= RULE.review else "leave"
    return found


def _part(
    start: int,
    stop: int,
    profiles: Table,
    person_ids: pa.ChunkedArray,
    clues: weights.Clues,
    scored: weights.Scored,
    texts: pa.Table,
    best: dict[int, int],
    second: dict[int, int],
    verdicts: dict[int, str],
    pool: int,
) -> Mapping[str, Any]:
    places = [best.get(profile) for profile in range(start, stop)]
    rows = [None if place is None else int(clues.row[place]) for place in places]
    margins = [
        None if place is None or number not in second else float(scored.bits[place] - scored.bits[second[number]])
        for number, place in enumerate(places, start)
    ]
    return {
        "profile_id": _ids(profiles).slice(start, stop - start),
        "person_id": person_ids.take(pa.array(rows, pa.int64())),
        "decision": [verdicts.get(number, "leave") for number in range(start, stop)],
        "probability": [0.0 if place is None else round(float(scored.share[place]), 6) for place in places],
        "margin": [None if margin is None else round(margin, 3) for margin in margins],
        "evidence": [
            "[]" if place is None else json.dumps(evidence_of(clues, scored, texts, place, pool), ensure_ascii=False)
            for place in places
        ],
    }
