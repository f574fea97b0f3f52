"""What staff decided teaches how far the model's probabilities may be believed: a new version of it, kept beside the old.

A judgement is a pair that a machine weighed and that staff then said to be one person or two: at the review, by a
confirmed or rejected link, by a merge or a split. Only the calibration is learned; what a clue weighs stays.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from math import log
from typing import Any

from django.db import transaction

from mutuals.base import bulk, journal
from mutuals.base.refusals import Refusal
from mutuals.identity import weights
from mutuals.identity.edges import MACHINE
from mutuals.identity.model import social
from mutuals.identity.model.calibrate import Calibration, Judged, learn
from mutuals.identity.model.decide import posterior
from mutuals.identity.model.file import told
from mutuals.identity.models import Model
from mutuals.staff.models import User
from mutuals.staff.permissions import require

KEPT = 5  # versions
NEWS = 10  # judgements more or fewer than the last version had seen, below which nothing is learned anew
MOST = 20_000  # newest judgements that are read
SURE = 0.99
_PARTS = 5
_JUDGED = """
SELECT m.because::text, m.pool, s.verdict = 'same' FROM identity_edge s CROSS JOIN LATERAL (
    SELECT because, pool FROM identity_edge m
    WHERE m.a_id = s.a_id AND m.b_id = s.b_id AND m.by = %s AND m.pool IS NOT NULL ORDER BY m.id DESC LIMIT 1
) m WHERE s.until IS NULL AND s.by LIKE 'staff:%%' AND s.verdict IN ('same', 'different')
UNION
SELECT m.because::text, m.pool, s.state = 'confirmed' FROM identity_link s CROSS JOIN LATERAL (
    SELECT because, pool FROM identity_link m
    WHERE m.profile_id = s.profile_id AND m.person_id = s.person_id AND m.by = %s AND m.pool IS NOT NULL
    ORDER BY m.id DESC LIMIT 1
) m WHERE s.until IS NULL AND s.by LIKE 'staff:%%' AND s.state IN ('confirmed', 'rejected')
ORDER BY 1, 2, 3 LIMIT %s
"""


def judged() -> list[Judged]:
    """(the model's own probability, whether staff said that it is one person) of every judgement; each pair counts once."""
    found = []
    for because, pool, same in bulk.execute(_JUDGED, [MACHINE, MACHINE, MOST]):
        bits = sum(float(clue.get("weight") or 0.0) for clue in json.loads(because))
        found.append((posterior([bits], pool=max(int(pool), 1))[0], bool(same)))
    return found


def refit(*, now: datetime) -> Model | None:
    """Job: learn from all judgements, where there are news. The version is used from now on unless it would have been worse
    on those that it had not seen; it is kept either way. None: nothing new, or too little.
    """
    held = judged()
    last = Model.objects.order_by("-pk").first()
    if last is not None and abs(len(held) - int(last.measured.get("pairs", 0))) < NEWS:
        return None
    fresh = learn(held)
    if not fresh.knots:
        return None
    ready = weights.in_use()
    before, after = _loss(held, ready.calibration), _unseen(held)
    with transaction.atomic():
        is_better = after <= before
        if is_better:
            Model.objects.filter(is_in_use=True).update(is_in_use=False)
        made = Model.objects.create(
            version=f"{social.VERSION}.{(last.pk if last else 0) + 1}",
            file=json.loads(told(ready.model.calibrated(fresh.told()))),
            made_at=now,
            by=MACHINE,
            measured=_measured(held, fresh, before, after),
            is_in_use=is_better,
        )
        journal.note("model.learned", made, by=MACHINE, version=made.version, used=is_better)
        _forget_old()
    return made


def use(version: str, *, by: User, now: datetime) -> None:
    """Go back to a kept version, or ("") to the one that this release begins with. Refused: a version that is not kept."""
    require(by, "identity.model")
    with transaction.atomic():
        Model.objects.filter(is_in_use=True).update(is_in_use=False)
        if version and not Model.objects.filter(version=version).update(is_in_use=True):
            raise Refusal("This version is not kept any more.")
        journal.note("model.used", f"model:{version or social.VERSION}"[:60], by=by)


def versions(viewer: User) -> list[Model]:
    """The kept versions, newest first."""
    require(viewer, "person.link")
    return list(Model.objects.order_by("-pk").defer("file"))


def _measured(held: Sequence[Judged], fresh: Calibration, before: float, after: float) -> dict[str, Any]:
    sure = [same for probability, same in held if fresh(probability) >= SURE]
    return {
        "pairs": len(held),
        "same": sum(same for _, same in held),
        "loss_before": round(before, 6),
        "loss_after": round(after, 6),
        "sure": len(sure),
        "precision": round(sum(sure) / len(sure), 6) if sure else None,
    }


def _unseen(held: Sequence[Judged]) -> float:
    """The loss on each fifth of the judgements of a calibration that was learned from the others."""
    losses = []
    for part in range(_PARTS):
        others = [one for place, one in enumerate(held) if place % _PARTS != part]
        own = [one for place, one in enumerate(held) if place % _PARTS == part]
        losses.append(_loss(own, learn(others)) * len(own))
    return sum(losses) / max(len(held), 1)


def _loss(held: Sequence[Judged], calibration: Calibration) -> float:
    """Mean logarithmic loss: what is said with certainty and is wrong costs most."""
    total = 0.0
    for probability, same in held:
        said = min(max(calibration(probability), 1e-6), 1 - 1e-6)
        total -= log(said if same else 1 - said)
    return total / max(len(held), 1)


def _forget_old() -> None:
    kept = list(Model.objects.order_by("-pk").values_list("pk", flat=True)[:KEPT])
    Model.objects.exclude(pk__in=kept).filter(is_in_use=False).delete()
