"""What applying a rule can take back: the fields that its acts wrote, kept as a batch of `base.undo` (decision 0020)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db.models import F

from mutuals.base.models import Batch, BatchState, Change
from mutuals.rules.models import Run

_run: ContextVar[Run | None] = ContextVar("run_of_a_rule", default=None)


@contextmanager
def kept_for(run: Run) -> Iterator[None]:
    """What acts write within is kept with that run."""
    before = _run.set(run)
    try:
        yield
    finally:
        _run.reset(before)


def wrote(record: str, number: int, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Keep what an act changed of a row whose list can write it back. Nothing where no rule is being applied."""
    run = _run.get()
    if run is None or before == after:
        return
    if run.batch is None:
        words = f"The rule “{run.rule.name}” applied to what was there"
        run.batch = Batch.objects.create(
            kind="rule", record=record, words=words[:300], by=f"staff:{run.by_id}", state=BatchState.DONE
        ).pk
    Change.objects.create(batch_id=run.batch, about=f"{record}:{number}", before=dict(before), after=dict(after))
    Batch.objects.filter(pk=run.batch).update(total=F("total") + 1, done=F("done") + 1)


def is_undone(run: Run) -> bool:
    """Whether somebody takes back what it did, or has: then it does no more."""
    return run.batch is not None and not Batch.objects.filter(pk=run.batch, state=BatchState.DONE).exists()
