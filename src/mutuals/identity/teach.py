"""What staff and proofs said teaches the model: its weights by Splink where there are labels enough, and its calibration.
What stands behind the numbers that presences and persons share is learned from all of them together, without labels.

Only for a process of its own (`beside`). Strangers are random pairs of what is known of everybody; pairs of one person are
those that staff confirmed or that a proof holds together, read anew from both sides (`judged`). A version is tried on
judgements that it did not see, beside the one in use: it is used unless it errs more there, or would link a pair by itself
that staff said is two. It is kept either way, with what it learned.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import log
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.db import transaction

from mutuals.base import bulk, clock, journal
from mutuals.identity import known, weights
from mutuals.identity.edges import MACHINE
from mutuals.identity.judged import Judgement, judgements
from mutuals.identity.learn import KEPT, NEWS
from mutuals.identity.model import behind, calibrate, social
from mutuals.identity.model.arrow import table_of
from mutuals.identity.model.batch import Bounds, Duck, duck
from mutuals.identity.model.behind import habit_of, with_habit
from mutuals.identity.model.calibrate import Calibration, Judged
from mutuals.identity.model.card import Column, Row
from mutuals.identity.model.comparisons import Comparison
from mutuals.identity.model.decide import DOUBLES, PRESENT, Candidate, Verdict, decide
from mutuals.identity.model.file import Model as File
from mutuals.identity.model.file import told
from mutuals.identity.model.score import Scorer
from mutuals.identity.model.taught import Counted, moved, of_one, strangers, taught
from mutuals.identity.models import Known, Model
from mutuals.identity.stored import lay_out
from mutuals.identity.weights import Ready, alone, candidate_of

FEWEST = 40  # labels of one person below which weights stay those of day one
FEWEST_DIFFERENT = 5  # judgements of two persons without which nobody could tell whether weights became too bold
CLASSES = frozenset(("place", "work", "talk"))  # families of what many share: they are not learned as identity
SURE = 0.99
SHOWN = 12  # levels that moved most
BOUNDS = Bounds(memory=1_000, threads=1)
GROWN = 0.1  # share by which those who are known have become more or fewer, from which on they teach anew
_PARTS = 5
_SAMPLE = 2_000  # rows
_NUMBERED = """
SELECT r.unique_id AS id, h.person IS NULL AS is_presence, number, bool_or(is_full) AS is_full FROM (
    SELECT unique_id, unnest(numbers) AS number, true AS is_full FROM read_parquet('{path}')
    UNION ALL SELECT unique_id, unnest(shortened), false FROM read_parquet('{path}')
) AS r JOIN holders AS h ON h.id = r.unique_id GROUP BY ALL
"""
_SHARING = f"""
WITH few AS (SELECT number FROM numbered WHERE NOT is_presence GROUP BY number HAVING count(*) <= {behind.SHARED})
SELECT DISTINCT f.id, p.id FROM numbered AS f JOIN few ON few.number = f.number
JOIN numbered AS p ON p.number = f.number AND NOT p.is_presence AND (f.is_full OR p.is_full) WHERE f.is_presence
ORDER BY hash(f.id), f.id, p.id LIMIT 10_000
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class _Seen:
    """Everybody's rows (Parquet), some of them, and presences with the persons who share a number (presence, row, row)."""

    rows: Path
    sample: list[Row]
    numbered: list[tuple[int, Row, Row]]


@dataclass(frozen=True, slots=True)
class _Tried:
    """A judgement under a model that did not see it: the model's own probability, and the candidate behind it."""

    judgement: Judgement
    candidate: Candidate
    probability: float

    @property
    def judged(self) -> Judged:
        """As calibration takes it."""
        return self.probability, self.judgement.same


def learn(*, by: str = "", now: datetime | None = None) -> Model | None:
    """Job: learn from all judgements, where there are news or somebody (`by`, a text key) asked for it. None: too little."""
    ready = weights.in_use()
    held = judgements(ready)
    weighed = [one for one in held if one.pool is not None]
    labels = [one for one in held if one.same]
    last, many = Model.objects.order_by("-pk").first(), Known.objects.count()
    if last is not None and not by and _is_as_before(last, len(weighed), len(labels), many):
        return None
    pool = _pool()
    day_one = social.day_one()
    with tempfile.TemporaryDirectory(prefix="mutuals-learn-") as folder:
        seen = _seen(Path(folder), ready)
        others = None
        if len(labels) >= FEWEST and len(held) - len(labels) >= FEWEST_DIFFERENT and len(seen.sample) > 1:
            others = strangers(day_one, seen.rows, seen.sample, bounds=BOUNDS)
    model, parts = (day_one, [day_one] * _PARTS) if others is None else _trained(day_one, labels, others, ready)
    habit, ones = _habit(model, seen, pool, ready)
    tried = [one for part, each in enumerate(parts) for one in _try_all(with_habit(each, habit), held, part, pool)]
    fresh = calibrate.learn(one.judged for one in tried if one.judgement.pool is not None)
    if not fresh.knots and others is None and habit == habit_of(ready.model):
        return None
    model = with_habit(model, habit)
    measured = _measured(tried, fresh, ready, pool) | {
        "strangers": int(max(others.pairs.values(), default=0)) if others else 0,
        "labels": len(labels) if others else 0,
        "known": many,
        "numbered": round(ones, 1),
        "moved": [list(one) for one in moved(day_one, model)[:SHOWN]],
    }
    return _keep(replace(model, calibration=fresh.told()), measured, last, by=by or MACHINE, now=now or clock.now())


def _is_as_before(last: Model, weighed: int, labels: int, many: int) -> bool:
    seen = last.measured
    judged = abs(weighed - int(seen.get("pairs", 0))) < NEWS and abs(labels - int(seen.get("same_all", 0))) < NEWS
    return judged and abs(many - int(seen.get("known", 0))) <= GROWN * many


def _pool() -> int:
    return max(
        1,
        int(bulk.execute("SELECT coalesce(sum(count), 0) FROM identity_frequency WHERE hash = %s", [known.POOL])[0][0]),
    )


def _seen(folder: Path, ready: Ready) -> _Seen:
    """Everybody laid out, some of the rows, and the presences and persons that share a number which not too many have."""
    with duck(BOUNDS) as on:
        rows = lay_out(on, folder, ready).rows
        path = str(rows).replace("'", "''")
        sample = _read(on, f"FROM read_parquet('{path}') ORDER BY hash(unique_id) LIMIT {_SAMPLE}")
        on.keep("numbered", _NUMBERED.format(path=path))
        pairs = [(int(one), int(other)) for one, other in on.ask(_SHARING)]
        on.bring(pa.table({"id": pa.array(sorted({one for pair in pairs for one in pair}), pa.int64())}), "wanted")
        numbered = _read(on, f"SELECT r.* FROM read_parquet('{path}') AS r JOIN wanted ON wanted.id = r.unique_id")  # noqa: S608
    held = {int(row["unique_id"]): row for row in numbered}  # type: ignore[arg-type]
    return _Seen(rows, sample, [(one, held[one], held[other]) for one, other in pairs])


def _read(on: Duck, query: str) -> list[Row]:
    found = on.arrow(query).to_pylist()
    return [{name: tuple(value) if isinstance(value, list) else value for name, value in row.items()} for row in found]


def _habit(model: File, seen: _Seen, pool: int, ready: Ready) -> tuple[Comparison | None, float]:
    """What stands behind shared numbers, and from how many pairs of one person that was learned. Whoever is linked is met no
    more, so that what more pairs taught stays."""
    scorer = Scorer(model)
    met = [one for each in seen.numbered if (one := met_of(scorer, *each)) is not None]
    before = Model.objects.filter(version=ready.version).first()
    ones = float(before.measured.get("numbered", 0)) if before else 0.0
    found = behind.learn(met, pool)
    return (found.comparison, found.ones) if found and found.ones >= ones else (habit_of(ready.model), ones)


def met_of(scorer: Scorer, presence: int, one: Row, other: Row) -> behind.Met | None:
    """A presence and a person as `behind` learns from them; None where they share no number. The model of the scorer has
    learned nothing of it."""
    code = behind.code(one, other)
    if code is None:
        return None
    candidate = candidate_of(scorer, presence, scorer.score(one, other))
    return behind.Met(presence, code, candidate.bits, candidate.kin)


def _trained(day_one: File, labels: Sequence[Judgement], others: Counted, ready: Ready) -> tuple[File, list[File]]:
    """The model of all labels, and for each fifth of them one that was trained without it."""
    columns = [*day_one.columns, *(Column(f"tf_{name}", "number") for name in ready.frequent)]
    rows: list[Row] = [side for one in labels for side in (one.left, one.right)]
    table = table_of(range(len(rows)), rows, columns)

    def of(keys: Sequence[int]) -> File:
        return taught(day_one, _counted(day_one, keys, table, rows), others, classes=CLASSES)

    parts = [of([key for key, one in enumerate(labels) if one.group % _PARTS != part]) for part in range(_PARTS)]
    return of(range(len(labels))), parts


def _counted(model: File, keys: Sequence[int], table: Any, rows: Sequence[Row]) -> Counted:
    if not keys:
        return Counted({one.name: [None] * (len(one.levels) + 1) for one in model.comparisons},
                       {one.name: 0.0 for one in model.comparisons})  # fmt: skip
    return of_one(model, keys, table, rows, bounds=BOUNDS)


def _try_all(model: File, held: Sequence[Judgement], part: int, pool: int) -> list[_Tried]:
    scorer = Scorer(model)
    return [_try(scorer, one, pool) for one in held if one.group % _PARTS == part]


def _try(scorer: Scorer, one: Judgement, pool: int) -> _Tried:
    score = scorer.score(one.left, one.right)
    candidate = candidate_of(scorer, 0, score, one.conflicts, of_persons=one.of_persons)
    return _Tried(one, candidate, alone(candidate, max(one.pool or pool, 1), of_persons=one.of_persons))


def _measured(tried: Sequence[_Tried], fresh: Calibration, ready: Ready, pool: int) -> dict[str, Any]:
    """How the version and the one in use do on what the version had not seen."""
    used = [_try(ready.scorer, one.judgement, pool) for one in tried]
    unseen = _unseen(tried)
    weighed = [one.judged for one in tried if one.judgement.pool is not None]
    gained = sum(
        _links(one, said, pool) and not _links(old, ready.calibration(old.probability), pool)
        for one, old, said in zip(tried, used, unseen, strict=True)
        if not one.judgement.same
    )
    sure = [same for probability, same in weighed if fresh(probability) >= SURE]
    return {
        "pairs": len(weighed),
        "same": sum(same for _, same in weighed),
        "same_all": sum(one.judgement.same for one in tried),
        "loss_before": round(_loss([(ready.calibration(one.probability), one.judgement.same) for one in used]), 6),
        "loss_after": round(_loss([(said, one.judgement.same) for one, said in zip(tried, unseen, strict=True)]), 6),
        "wrong_links_gained": gained,
        "sure": len(sure),
        "precision": round(sum(sure) / len(sure), 6) if sure else None,
    }


def _links(one: _Tried, probability: float, pool: int) -> bool:
    """Whether a machine would say so by itself, as the live path decides."""
    present = DOUBLES if one.judgement.of_persons else PRESENT
    among = max(one.judgement.pool or pool, 1)
    found = decide([one.candidate], pool=among, present=present, rule=social.RULE, calibrated=lambda _: probability)
    return found.verdict is Verdict.LINK


def _unseen(tried: Sequence[_Tried]) -> list[float]:
    """The probability of each under a calibration that was learned without its fifth."""
    found = dict[int, float]()
    for part in range(_PARTS):
        others = calibrate.learn(
            one.judged for one in tried if one.judgement.group % _PARTS != part and one.judgement.pool is not None
        )
        found |= {
            place: others(one.probability) for place, one in enumerate(tried) if one.judgement.group % _PARTS == part
        }
    return [found[place] for place in range(len(tried))]


def _loss(said: Sequence[Judged]) -> float:
    """Mean logarithmic loss: what is said with certainty and is wrong costs most."""
    total = 0.0
    for probability, same in said:
        bounded = min(max(probability, 1e-6), 1 - 1e-6)
        total -= log(bounded if same else 1 - bounded)
    return total / max(len(said), 1)


def _keep(model: File, measured: dict[str, Any], last: Model | None, *, by: str, now: datetime) -> Model:
    is_better = measured["loss_after"] <= measured["loss_before"] and not measured["wrong_links_gained"]
    with transaction.atomic():
        if is_better:
            Model.objects.filter(is_in_use=True).update(is_in_use=False)
        made = Model.objects.create(
            version=f"{social.VERSION}.{(last.pk if last else 0) + 1}",
            file=json.loads(told(model)),
            made_at=now,
            by=by,
            measured=measured,
            is_in_use=is_better,
        )
        journal.note("model.learned", made, by=by, version=made.version, used=is_better)
        kept = list(Model.objects.order_by("-pk").values_list("pk", flat=True)[:KEPT])
        Model.objects.exclude(pk__in=kept).filter(is_in_use=False).delete()
    return made
