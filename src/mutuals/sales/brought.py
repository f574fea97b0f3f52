"""Deals as another system kept them: opened long ago, standing at a step of theirs, won or lost on a day of the past."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.utils import timezone

from mutuals.base.refusals import Refusal
from mutuals.people.names import fold
from mutuals.processes import run, steps, usual
from mutuals.processes.models import Process
from mutuals.processes.shape import Step
from mutuals.sales.amounts import home_of
from mutuals.sales.deals import KIND, held
from mutuals.sales.models import Deal
from mutuals.staff.models import User

BECAUSE = "So it stood in the file that was brought."


def pipeline_of(name: str, *, by: User, now: datetime) -> Process:
    """The pipeline of that name, in any case of letters; the usual one without a name. Refused: none is called so."""
    if not name.strip():
        return usual.of(KIND, by=by, now=now, pillar="sales")
    rows = [one for one in Process.objects.filter(kind=KIND, retired_at=None).order_by("pk") if run.newest(one)]
    for row in rows:
        if fold(row.name) == fold(name):
            return row
    known = ", ".join(row.name for row in rows)
    raise Refusal(f"There is no pipeline “{name[:60]}”. There are: {known or 'none yet'}.")


def step_of(words: str, pipeline: Process) -> str:
    """The key of a step by its name or key; "won" and "lost" are the pipeline's ends. Refused: there is none such."""
    version = run.newest(pipeline)
    known = steps.shape_of(version).steps if version else ()
    asked = fold(words)
    for one in known:
        if asked in (fold(one.name), fold(one.key)):
            return one.key
    for one in known:
        if one.end and asked in ("won", "lost") and (one.end == "lost") is (asked == "lost"):
            return one.key
    named = ", ".join(one.name for one in known)
    raise Refusal(f"“{pipeline.name}” has no step “{words[:60]}”. There are: {named}.")


@transaction.atomic
def put_at(deal: Deal, step: str, *, by: User, now: datetime, because: str = "") -> None:
    """Let it stand at a step of its pipeline, whatever leads there: so it stood elsewhere. Twice is once."""
    row = held(deal, by=by)
    if row.item is None:
        raise Refusal("This deal runs in no pipeline; put it into one first.")
    item = run.held(row.item, by=by)
    told = steps.shape_of(item.version)
    to: Step | None = told.step(step)
    if to is None:
        raise Refusal(f"“{item.process.name}” has no step “{step[:60]}”.")
    if item.step != step:
        steps.leave(item, told, to, by=by, now=now, because=because or BECAUSE)


@transaction.atomic
def put_back(deal: Deal, values: dict[str, Any]) -> None:
    """When it was opened and ended, and why it was lost, as the file tells it. The amount at home is that of its own day."""
    row = Deal.objects.get(pk=deal.pk)
    told: dict[str, Any] = {name: moment(values[name]) for name in ("opened_at", "ended_at") if values.get(name)}
    if "lost_reason" in values:
        told["lost_reason"] = str(values["lost_reason"] or "")[:500]
    if row.outcome == "":
        told.pop("ended_at", None)
    if row.outcome != "lost":
        told.pop("lost_reason", None)
    if "opened_at" in told:
        told["home"] = home_of(row.amount, row.currency, told["opened_at"])
    if told:
        Deal.objects.filter(pk=row.pk).update(**told)


def moment(value: Any) -> datetime:
    """A moment out of a plain value; a day alone is its noon."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return timezone.make_aware(datetime.combine(value, time(12)), timezone=timezone.get_default_timezone())
    return datetime.fromisoformat(str(value))
