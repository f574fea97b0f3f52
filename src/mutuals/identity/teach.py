"""What staff and proofs said teaches the model: its weights by Splink where there are labels enough, and its calibration.

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

from django.db import transaction

from mutuals.base import bulk, clock, journal
from mutuals.identity import known, weights
from mutuals.identity.edges import MACHINE
from mutuals.identity.judged import Judgement, judgements
from mutuals.identity.learn import KEPT, NEWS
from mutuals.identity.model import calibrate, social
from mutuals.identity.model.arrow import table_of
from mutuals.identity.model.batch import Bounds, Duck, duck
from mutuals.identity.model.calibrate import Calibration, Judged
from mutuals.identity.model.card import Column, Row
from mutuals.identity.model.decide import DOUBLES, PRESENT, Candidate, Verdict, decide
from mutuals.identity.model.file import Model as File
from mutuals.identity.model.file import told
from mutuals.identity.model.score import Scorer
from mutuals.identity.model.taught import Counted, moved, of_one, strangers, taught
from mutuals.identity.models import Model
from mutuals.identity.stored import lay_out
from mutuals.identity.weights import Ready, alone, candidate_of

FEWEST = 40  # labels of one person below which weights stay those of day one
FEWEST_DIFFERENT = 5  # judgements of two persons without which nobody could tell whether weights became too bold
CLASSES = frozenset(("place", "work", "talk"))  # families of what many share: they are not learned as identity
SURE = 0.99
SHOWN = 12  # levels that moved most
BOUNDS = Bounds(memory=1_000, threads=1)
_PARTS = 5
_SAMPLE = 2_000  # rows


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
    last = Model.objects.order_by("-pk").first()
    if last is not None and not by and _is_as_before(last, len(weighed), len(labels)):
        return None
    pool = _pool()
    day_one = social.day_one()
    if len(labels) < FEWEST or len(held) - len(labels) < FEWEST_DIFFERENT:
        model, counted = day_one, 0
        tried = [_try(Scorer(day_one), one, pool) for one in held]
    else:
        model, tried, counted = _trained(day_one, held, pool, ready)
    fresh = calibrate.learn(one.judged for one in tried if one.judgement.pool is not None)
    if not fresh.knots and not counted:
        return None
    measured = _measured(tried, fresh, ready, pool) | {"strangers": counted, "labels": len(labels) if counted else 0}
    measured["moved"] = [list(one) for one in moved(day_one, model)[:SHOWN]]
    return _keep(replace(model, calibration=fresh.told()), measured, last, by=by or MACHINE, now=now or clock.now())


def _is_as_before(last: Model, weighed: int, labels: int) -> bool:
    seen = last.measured
    return abs(weighed - int(seen.get("pairs", 0))) < NEWS and abs(labels - int(seen.get("same_all", 0))) < NEWS


def _pool() -> int:
    return max(
        1,
        int(bulk.execute("SELECT coalesce(sum(count), 0) FROM identity_frequency WHERE hash = %s", [known.POOL])[0][0]),
    )


def _trained(day_one: File, held: Sequence[Judgement], pool: int, ready: Ready) -> tuple[File, list[_Tried], int]:
    """The model of all labels; each judgement tried by one that was trained without its fifth; how many strangers it took."""
    labels = [one for one in held if one.same]
    columns = [*day_one.columns, *(Column(f"tf_{name}", "number") for name in ready.frequent)]
    rows: list[Row] = [side for one in labels for side in (one.left, one.right)]
    table = table_of(range(len(rows)), rows, columns)
    with tempfile.TemporaryDirectory(prefix="mutuals-learn-") as folder:
        with duck(BOUNDS) as on:
            stored = lay_out(on, Path(folder), ready)
            sample = _sample(on, stored.rows)
        if len(sample) < 2:
            return day_one, [_try(Scorer(day_one), one, pool) for one in held], 0
        others = strangers(day_one, stored.rows, sample, bounds=BOUNDS)

    def of(keys: Sequence[int]) -> File:
        return taught(day_one, _counted(day_one, keys, table, rows), others, classes=CLASSES)

    tried = list[_Tried]()
    for part in range(_PARTS):
        scorer = Scorer(of([key for key, one in enumerate(labels) if one.group % _PARTS != part]))
        tried += [_try(scorer, one, pool) for one in held if one.group % _PARTS == part]
    return of(range(len(labels))), tried, int(max(others.pairs.values(), default=0))


def _counted(model: File, keys: Sequence[int], table: Any, rows: Sequence[Row]) -> Counted:
    if not keys:
        return Counted({one.name: [None] * (len(one.levels) + 1) for one in model.comparisons},
                       {one.name: 0.0 for one in model.comparisons})  # fmt: skip
    return of_one(model, keys, table, rows, bounds=BOUNDS)


def _sample(on: Duck, rows: Path) -> list[Row]:
    path = str(rows).replace("'", "''")
    found = on.arrow(f"FROM read_parquet('{path}') ORDER BY hash(unique_id) LIMIT {_SAMPLE}").to_pylist()
    return [{name: tuple(value) if isinstance(value, list) else value for name, value in row.items()} for row in found]


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
