"""The search itself: the batch engine finds for whom anybody may be the same, and the live path decides about those.

Everybody's columns are laid out of the database, pairs that share a key are weighed by Splink on DuckDB with the model in
use, and whoever has a pair that could be asked about, or of whom a machine thought something before, is looked at
as if they were new. All others are left, and counted as such. What is bounded: memory by `BOUNDS`, a transaction by its size.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from mutuals.base import bulk, clock, gate, wake
from mutuals.identity import cards, known, live, ours, weights
from mutuals.identity.conclude import SAME_AS_BEFORE, Outcome
from mutuals.identity.edges import MACHINE
from mutuals.identity.model import blocks
from mutuals.identity.model.batch import Bounds, Duck, duck, linker_of, weigh
from mutuals.identity.model.comparisons import Comparison, Level
from mutuals.identity.model.decide import DOUBLES, posterior
from mutuals.identity.model.file import Model
from mutuals.identity.model.social import RULE
from mutuals.identity.models import Sweep, Touched, Verdict
from mutuals.identity.proofs import claims
from mutuals.identity.stored import Stored, lay_out
from mutuals.identity.sweep import BACKLOG
from mutuals.identity.weights import Ready

SIZE = 500  # of one transaction
BOUNDS = Bounds(memory=1_000, threads=2)
MET = 1_000_000  # keys that are joined at a time
_NOBODYS = """person_id IS NULL AND organisation_id IS NULL AND NOT is_ours AND NOT is_bot
    AND network <> 'mutuals' AND label <> 'shared'"""
_COUNTED = f"""
SELECT (SELECT count(*) FROM people_person WHERE canonical_id = id), (SELECT count(*) FROM people_profile WHERE {_NOBODYS})
"""  # noqa: S608
_UNREAD = (
    """SELECT p.id FROM people_person p LEFT JOIN identity_known k ON k.person_id = p.id AND k.reading = %s
    WHERE p.canonical_id = p.id AND k.id IS NULL AND p.id > %s ORDER BY p.id LIMIT %s""",
    f"""SELECT p.id FROM people_profile p LEFT JOIN identity_known k ON k.profile_id = p.id AND k.reading = %s
    WHERE {_NOBODYS.replace("person_id", "p.person_id")} AND k.id IS NULL AND p.id > %s ORDER BY p.id LIMIT %s""",  # noqa: S608
)
_STILL = (
    "SELECT id FROM people_person WHERE id = ANY(%s::bigint[]) AND canonical_id = id ORDER BY id",
    f"SELECT id FROM people_profile WHERE id = ANY(%s::bigint[]) AND {_NOBODYS} ORDER BY id",  # noqa: S608
)
_THOUGHT = """
SELECT a.canonical_id, CASE WHEN a.id IS NULL THEN f.id END, b.canonical_id, CASE WHEN b.id IS NULL THEN g.id END,
    e.by, e.verdict, e.probability, e.model
FROM identity_edge e JOIN people_profile f ON f.id = e.a_id LEFT JOIN people_person a ON a.id = f.person_id
JOIN people_profile g ON g.id = e.b_id LEFT JOIN people_person b ON b.id = g.person_id WHERE e.until IS NULL AND e.by = %s
UNION ALL
SELECT NULL, f.id, NULL, f.id, l.by, l.state, NULL, l.model FROM identity_link l JOIN people_profile f ON f.id = l.profile_id
WHERE l.until IS NULL AND l.state = 'suggested' AND f.person_id IS NULL
"""


def work(number: int, *, size: int = SIZE) -> Sweep:
    """The search of this row; counts stand on it as it goes. Of very many who were touched all are read before it."""
    row = Sweep.objects.get(pk=number)
    ours.mark(now=clock.now())
    row.looked_at, outcome = 0, Outcome()
    if row.kind == BACKLOG:
        _read_touched(size)
    row.total = sum(bulk.execute(_COUNTED, [])[0])
    for found in _everybody(size):
        outcome += found
        row.looked_at, row.counts = outcome.total, _counts(outcome)
        row.save(update_fields=["looked_at", "total", "counts"])
        wake.changed("sweep", [row.pk])
    row.total, row.ended_at = row.looked_at, clock.now()  # who came or went meanwhile was not looked at
    row.save(update_fields=["total", "ended_at"])
    wake.changed("sweep", [row.pk])
    return row


def _counts(outcome: Outcome) -> dict[str, float]:
    """The three piles; `error` is the share of the linked ones that is wrong by their own probabilities."""
    error = round(outcome.doubt / outcome.link, 6) if outcome.link else 0.0
    return {"link": outcome.link, "review": outcome.review, "leave": outcome.leave, "error": error}


def _read_touched(size: int) -> None:
    """What is proven needs no weighing and is written now; the others are compared with everybody by the search."""
    many = Touched.objects.count()
    for _ in range(0, many, size):  # whoever is touched from now on is looked at by the worker
        claims.look_at_touched(now=clock.now(), most=size)
        live.read(size=size)


def _everybody(size: int) -> Iterator[Outcome]:
    """Those with whom nobody may be the same as soon as that is known, then the others: persons first."""
    _read_anew(size)
    ready = weights.in_use()
    with tempfile.TemporaryDirectory(prefix="mutuals-sweep-") as folder, duck(BOUNDS) as on:
        stored = lay_out(on, Path(folder), ready)
        _mark_thought(on, ready)
        yield from _weighed(on, stored, ready)
        asked = [_asked(on, "person"), _asked(on, "profile")]
    for which, sql in enumerate(_STILL):
        for start in range(0, len(asked[which]), size):
            yield _look(asked[which][start : start + size], sql, are_people=which == 0)


@gate.giving_way
def _look(wanted: Sequence[int], sql: str, *, are_people: bool) -> Outcome:
    """Those of them who are still to be asked about, in one transaction."""
    with live.alone() as current:
        numbers = [int(one) for (one,) in bulk.execute(sql, [bulk.numbers(wanted)])]
        people, profiles = (numbers, []) if are_people else ([], numbers)
        return live.look(people, profiles, current, now=clock.now())


def _read_anew(size: int) -> None:
    """Whoever is not known yet in the reading of today: read and stored, so that the others find them."""
    for which, sql in enumerate(_UNREAD):
        last = 0
        while True:
            numbers = _keep(sql, last, size, are_people=which == 0)
            if not numbers:
                break
            last = numbers[-1]


@gate.giving_way
def _keep(sql: str, last: int, size: int, *, are_people: bool) -> list[int]:
    """The next so many of them behind `last`, in one transaction; returns who it was."""
    with live.alone() as ready:
        numbers = [int(one) for (one,) in bulk.execute(sql, [ready.reading, last, size])]
        known.keep(cards.of(*((numbers, []) if are_people else ([], numbers))), ready)
    return numbers


def _mark_thought(on: Duck, ready: Ready) -> None:
    """As `thought` pairs of two persons that a machine asks about by this version, with the probability; as `open` whoever
    stands in another thought of a machine, which may hold no more.
    """
    pairs, others = list[tuple[int, int, float]](), set[tuple[int | None, int | None]]()
    for one, profile, other, another, by, verdict, probability, model in bulk.execute(_THOUGHT, [MACHINE]):
        if one and other and one != other and (by, verdict, model) == (MACHINE, Verdict.UNSURE, ready.version):
            pairs.append((*sorted((one, other)), probability or 0.0))
        else:
            others |= {(one, profile), (other, another)}
    kinds = pa.schema([("one", pa.int64()), ("other", pa.int64()), ("probability", pa.float64())])
    on.bring(pa.table([list(column) for column in zip(*pairs, strict=True)] or [[], [], []], schema=kinds), "of_two")
    on.keep(
        "thought",
        "SELECT least(a.id, b.id) AS one, greatest(a.id, b.id) AS other, max(probability) AS probability FROM of_two AS t"
        " JOIN holders AS a ON a.person = t.one JOIN holders AS b ON b.person = t.other GROUP BY ALL",
    )
    kinds = pa.schema([("person", pa.int64()), ("profile", pa.int64())])
    on.bring(pa.table([[one for one, _ in others], [other for _, other in others]], schema=kinds), "open")


def _weighed(on: Duck, stored: Stored, ready: Ready) -> Iterator[Outcome]:
    """Weigh part by part and keep as `asked` who is to be looked at; yields the piles of those of whom nothing new follows.

    Two persons whose pair stands in the review already, as probable as it is now, are not looked at for it. A pair belongs
    to the part of its smaller id, so nothing is found later for whom a part has passed.
    """
    unread = "SELECT h.id FROM holders AS h WHERE NOT h.is_read"
    for holder in ("person", "profile"):
        unread += f" UNION SELECT h.id FROM holders AS h JOIN open AS o ON o.{holder} = h.{holder}"  # noqa: S608
    on.keep("asked", unread)
    on.keep("stands", "SELECT id FROM holders WHERE false")
    least = least_bits(ready, stored.pool) + ready.scorer.prior
    blocks.meet(on, "keys", most=known.BLOCK)
    linker = linker_of(on, replace(most_of(ready.model, stored.rarest), link=False), stored.rows)
    below = -1
    for first, last in blocks.ranges(on, MET):
        likely = weigh(on, linker, blocks.among(on, first, last, looked=known.LOOKED_UNDER), least=least)
        _compare(on, likely, stored, ready)
        new = "SELECT l.one AS id FROM likely AS l {0} UNION SELECT l.other FROM likely AS l {0}"
        on.ask(f"INSERT INTO stands {new.format('WHERE l.stands')}")
        gone = f"FROM thought AS t ANTI JOIN likely AS l ON l.one = t.one AND l.other = t.other WHERE t.one > {below}"
        gone = f"SELECT t.one AS id {gone} AND t.one <= {last} UNION SELECT t.other {gone} AND t.one <= {last}"
        on.ask(f"INSERT INTO asked {new.format('WHERE NOT l.stands')} UNION {gone}")
        yield _piles(on, f"h.id > {below} AND h.id <= {last}")
        below = last
    on.ask(
        f"INSERT INTO asked SELECT one FROM thought WHERE one > {below} UNION SELECT other FROM thought WHERE one > {below}"  # noqa: S608
    )
    yield _piles(on, f"h.id > {below}")


def _compare(on: Duck, likely: str, stored: Stored, ready: Ready) -> None:
    """As `likely` the pairs, and whether each stands in the review as probable as it is."""
    query = f'SELECT l."left", l."right", l.bits, t.probability FROM ({likely}) AS l LEFT JOIN thought AS t'  # noqa: S608
    rows = on.ask(f'{query} ON t.one = l."left" AND t.other = l."right"')
    stands = [
        before is not None and abs(_alone(ready, bits, stored.pool) - before) < SAME_AS_BEFORE
        for _, _, bits, before in rows
    ]
    kinds = pa.schema([("one", pa.int64()), ("other", pa.int64()), ("stands", pa.bool_())])
    on.bring(pa.table([[row[0] for row in rows], [row[1] for row in rows], stands], schema=kinds), "likely")


def _alone(ready: Ready, bits: float, pool: int) -> float:
    return ready.calibration(posterior([bits - ready.scorer.prior], pool=pool, present=DOUBLES)[0])


def _piles(on: Duck, condition: str) -> Outcome:
    """Of whom nothing new follows: those of whom a pair stands in the review, and the others."""
    query = f"SELECT count(*) FROM holders AS h ANTI JOIN asked AS a ON a.id = h.id SEMI JOIN stands AS s ON s.id = h.id WHERE {condition}"  # noqa: S608, E501
    stands = int(on.ask(query)[0][0])
    return Outcome(review=stands, leave=_left(on, condition) - stands)


def _left(on: Duck, condition: str) -> int:
    return int(on.ask(f"SELECT count(*) FROM holders AS h ANTI JOIN asked AS a ON a.id = h.id WHERE {condition}")[0][0])  # noqa: S608


def _asked(on: Duck, holder: str) -> list[int]:
    held = f"SELECT h.{holder} FROM holders AS h SEMI JOIN asked AS a ON a.id = h.id"  # noqa: S608 - names of ours
    return [int(one) for (one,) in on.ask(f"{held} WHERE h.{holder} IS NOT NULL ORDER BY 1")]


def least_bits(ready: Ready, pool: int) -> float:
    """The bits of clues from which on a pair alone reaches the probability at which staff are asked, a hair below. Rivals only
    lower it: of whom no pair reaches it, nothing follows."""
    low, high = -100.0, 200.0
    for _ in range(60):
        middle = (low + high) / 2
        if ready.calibration(posterior([middle], pool=pool)[0]) >= RULE.review:
            high = middle
        else:
            low = middle
    return low - 1e-3


def most_of(model: Model, rarest: Mapping[str, float]) -> Model:
    """The model as it weighs at most: the live path may know the frequency on one side only. Where the two sides hold other
    values, that of what nobody else has counts.
    """
    return replace(model, comparisons=tuple(_at_most(one, rarest) for one in model.comparisons))


def _at_most(comparison: Comparison, rarest: Mapping[str, float]) -> Comparison:
    levels = list[Level]()
    for level in comparison.levels:
        if level.tf is not None:
            test = ("all", level.test, ("not", ("equal", level.tf)))
            u = (level.u or 1.0) ** (1 - level.share) * max(level.floor, rarest[level.tf]) ** level.share
            levels.append(Level(f"{level.name}, of others", test, m=level.m, u=u))
        levels.append(level)
    return replace(comparison, levels=tuple(levels))
