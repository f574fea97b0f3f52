"""Links weighed by the model of people and their accounts (`model.social`), within whichever engine: for `--engine spark`.

Rows of both files are read into cards and then into the columns that are compared live; the engine finds the pairs that
share a key and weighs them by Splink; what follows for a profile is decided over the whole pool, as for one that came in
live. Rows are read in this process batch by batch, and only likely pairs come back to it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf, log2
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from mutuals.identity.keys import keys_of
from mutuals.identity.model import blocks, social
from mutuals.identity.model.arrow import table_of
from mutuals.identity.model.batch import Bounds, Engine, Opening, linker_of, weigh
from mutuals.identity.model.card import Card, Row, row_of
from mutuals.identity.model.decide import Candidate, Decision, Rule, Verdict, decide
from mutuals.identity.model.file import Model
from mutuals.identity.model.score import Evidence, Scorer
from mutuals.identity.piles import Told
from mutuals.identity.piles.link_words import clue
from mutuals.identity.piles.tables import Table
from mutuals.identity.reading import handles, names, places, sites

Lines = Iterator[Mapping[str, Any]]
BLOCK, LOOKED_UNDER = 200, 16  # as the live path has it
BOUNDS = Bounds(memory=1_500)
_LINES = 20_000
_MET = 1_000_000  # keys that are joined at a time
_SHOWN = 5  # persons who are weighed against each other for one profile


def by_model(people: Table, profiles: Table, *, rule: Rule, folder: Path, opened: Opening, told: Told) -> Lines:
    """The lines of `link` (profile_id, person_id, decision, probability, margin, evidence), one for each profile, in order."""
    model = social.day_one()
    rows, keys = folder / "cards.parquet", folder / "keys.parquet"
    _write(model, people, profiles, rows, keys, told)
    with opened(BOUNDS) as on:
        likely = _likely(on, model, rows, keys, people.rows, rule, told)
    yield from _lines(model, rows, likely, people, profiles, rule)


@dataclass(frozen=True, slots=True)
class _Likely:
    """By profile the likeliest persons with the bits of their clues, and by number how frequent what they hold is."""

    pairs: Mapping[int, Sequence[tuple[float, int]]]
    shares: Mapping[int, Row]


def card(record: Mapping[str, str]) -> Card:
    """What one row says: texts of our words, several of one cell parted by `;`."""
    shown = record.get("name") or record.get("display_name", "")
    called = names.readings(shown, record.get("given_name", ""), record.get("family_name", ""))
    named = [name for name in called if name.family]
    network, bio = record.get("network", ""), record.get("bio", "")
    pages = [*_many(record, "website"), *_many(record, "url"), *sites.links(bio)[:10]]
    accounts = [(network, handle) for handle in _many(record, "handle")]
    return Card(
        record.get("id", ""),
        given=tuple(name.given for name in named),
        family=tuple(name.family for name in named),
        names=_once(" ".join(name.words) for name in called),
        handles=_once((where, handles.read(handle[:200], where).core) for where, handle in accounts),
        emails=_once(map(sites.address, _many(record, "email"))),
        phones=_once(_many(record, "phone")),
        hosts=_once(map(sites.host, pages)),
        links=_once(page for page in pages if "/" in page.partition("//")[2].rstrip("/")),
        cities=_once([record.get("city", "")]),
        organisations=_once([record.get("organisation", "")]),
        birth_dates=_once([record.get("birth_date", "")]),
        languages=_once([record.get("language", "")]),
        mentioned=_once(places.mentioned(bio)),
    )


def _many(record: Mapping[str, str], name: str) -> list[str]:
    return [value.strip() for value in record.get(name, "").split(";")[:12] if value.strip()]


def _once(values: Any) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(value for value in values if value))


def _write(model: Model, people: Table, profiles: Table, rows: Path, keys: Path, told: Told) -> None:
    """Both files as one of columns and one of keys: persons have the numbers of their rows, profiles those behind."""
    done, every = 0, people.rows + profiles.rows
    held = pa.schema([("id", pa.int64()), ("key", pa.int64()), ("place", pa.int64())])
    empty = table_of([], [], model.columns)
    schema = empty.schema.set(0, pa.field("unique_id", pa.int64()))
    with pq.ParquetWriter(rows, schema) as out, pq.ParquetWriter(keys, held) as under:
        for table, first in ((people, 0), (profiles, people.rows)):
            for batch in table.batches():
                cards = [card(record) for record in _records(batch)]
                numbers = [first + number for number in batch.column("row").to_pylist()]
                out.write_table(
                    table_of(numbers, [row_of(one, social.READINGS) for one in cards], model.columns).cast(schema)
                )
                told_keys = [
                    (n, key, at) for n, one in zip(numbers, cards, strict=True) for at, key in enumerate(keys_of(one))
                ]
                under.write_table(
                    pa.table([list(one) for one in zip(*told_keys, strict=True)] or [[], [], []], schema=held)
                )
                done += len(numbers)
                told("reading", done, every)


def _records(batch: pa.RecordBatch) -> Iterator[dict[str, str]]:
    columns = [column.to_pylist() for column in batch.columns]
    for values in zip(*columns, strict=True):
        yield {
            name: value
            for name, value in zip(batch.schema.names, values, strict=True)
            if value is not None and name != "row"
        }


def _likely(on: Engine, model: Model, rows: Path, keys: Path, people: int, rule: Rule, told: Told) -> _Likely:
    """Only pairs that could go to the review, alone or with a second one."""
    on.bring(rows, "cards")
    on.bring(keys, "keys")
    on.keep("frequent", f"SELECT c.*{_shares(on, model, people)}")
    blocks.meet(on, "keys", most=BLOCK)
    prior = log2(model.prior / (1 - model.prior))
    least = log2(max(people, 1)) + log2(rule.review / (2 - rule.review)) + prior - 1e-6
    linker = linker_of(on, replace(model, link=False), "frequent")
    weighed = weigh(on, linker, blocks.across(on, people, looked=LOOKED_UNDER), least=least)
    found = on.arrow(weighed)
    left, right = on.dialect.quote("left"), on.dialect.quote("right")
    ids = f"SELECT {left} AS id FROM ({weighed}) AS one UNION SELECT {right} AS id FROM ({weighed}) AS other"  # noqa: S608
    shares = ", ".join(["f.unique_id", *(f"f.{on.dialect.quote(f'tf_{name}')}" for name in _frequent(model))])
    known = on.arrow(f"SELECT {shares} FROM frequent AS f JOIN ({ids}) AS ids ON ids.id = f.unique_id").to_pylist()  # noqa: S608
    told("comparing", found.num_rows, found.num_rows)
    likely: dict[int, list[tuple[float, int]]] = {}
    sides = (found[name].to_pylist() for name in ("left", "right", "bits"))
    for person, profile, bits in zip(*sides, strict=True):
        likely.setdefault(profile - people, []).append((bits - prior, person))
    ranked = {profile: sorted(each, key=lambda one: (-one[0], one[1])) for profile, each in likely.items()}
    return _Likely(ranked, {int(row.pop("unique_id")): row for row in known})


def _frequent(model: Model) -> list[str]:
    return sorted({level.tf for comparison in model.comparisons for level in comparison.levels if level.tf})


def _shares(on: Engine, model: Model, people: int) -> str:
    """Columns and joins for how many of the persons have the same, as `tf_*`."""
    quote = on.dialect.quote
    said, joins = "", ""
    for name in _frequent(model):
        counted = f"SELECT {quote(name)} AS value, count(*) / {max(people, 1):d}.0 AS share FROM cards WHERE unique_id < {people:d} AND {quote(name)} IS NOT NULL GROUP BY {quote(name)}"  # noqa: S608, E501
        said += f", CAST(of_{name}.share AS DOUBLE) AS {quote(f'tf_{name}')}"
        joins += f" LEFT JOIN ({counted}) AS of_{name} ON of_{name}.value = c.{quote(name)}"
    return f"{said} FROM cards AS c{joins}"


def _lines(model: Model, rows: Path, likely: _Likely, people: Table, profiles: Table, rule: Rule) -> Lines:
    scorer = Scorer(model)
    held = [pq.read_table(table.parquet, columns=["id"])["id"] for table in (people, profiles)]
    for start in range(0, profiles.rows, _LINES):
        part = range(start, min(start + _LINES, profiles.rows))
        wanted = {person for profile in part for _, person in likely.pairs.get(profile, ())[:_SHOWN]}
        shown = _rows(
            rows, wanted | {people.rows + profile for profile in part if profile in likely.pairs}, likely.shares
        )
        decisions = [
            _decided(scorer, shown, likely.pairs.get(profile, ()), people.rows, people.rows + profile, rule)
            for profile in part
        ]
        yield {
            "profile_id": held[1].slice(start, len(part)),
            "person_id": [None if one.best is None else held[0][int(str(one.best.key))].as_py() for one in decisions],
            "decision": [_said(one.verdict) for one in decisions],
            "probability": [round(one.probability, 6) for one in decisions],
            "margin": [None if one.best is None or one.margin == inf else round(one.margin, 3) for one in decisions],
            "evidence": [_why(one) for one in decisions],
        }


def _decided(
    scorer: Scorer, rows: Mapping[int, Row], likely: Sequence[tuple[float, int]], pool: int, profile: int, rule: Rule
) -> Decision:
    candidates = [
        Candidate(person, bits, scorer.score(rows[person], rows[profile]).evidence if place < _SHOWN else ())
        for place, (bits, person) in enumerate(likely)
    ]
    return decide(candidates, pool=max(pool, len(candidates)), rule=rule)


def _rows(path: Path, numbers: set[int], shares: Mapping[int, Row]) -> dict[int, Row]:
    if not numbers:
        return {}
    found = dict[int, Row]()
    for row in pq.read_table(path, filters=[("unique_id", "in", numbers)]).to_pylist():
        number = int(row.pop("unique_id"))
        held = {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}
        found[number] = {**held, **shares.get(number, {})}
    return found


def _said(verdict: Verdict) -> str:
    return "review" if verdict is Verdict.AMBIGUOUS else str(verdict.value)


def _why(decision: Decision) -> str:
    parts: Sequence[Evidence] = decision.best.evidence if decision.best else ()
    told = [clue(one.comparison, f"{one.comparison}: {one.level}", one.bits, one.family)
            for one in sorted(parts, key=lambda one: (-abs(one.bits), one.comparison))]  # fmt: skip
    return json.dumps([*told, clue("pool", f"among {decision.pool:,} people", 0.0, "pool")], ensure_ascii=False)
