"""Versions of the model that weighs: learning a new one in a process of its own, those that are kept, and going back."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction

from mutuals.base import jobs, journal
from mutuals.base.refusals import Refusal
from mutuals.identity import beside
from mutuals.identity.model import calibrate, social
from mutuals.identity.models import Model
from mutuals.staff.models import User
from mutuals.staff.permissions import require

JOB = "identity.learn"
KEPT = 5  # versions
NEEDS = (
    f"A new version takes {calibrate.FEWEST} answers, at least {calibrate.FEWEST_OF_A_KIND} of them that two are the same"
    f" and {calibrate.FEWEST_OF_A_KIND} that they are not."
)
NEWS = 10  # judgements more or fewer than the last version had seen, below which nothing is learned anew by the clock
_log = logging.getLogger(__name__)


def begin(*, by: User, is_deferred: bool = True) -> None:
    """Learn from all that was decided, in the background (or else by `run`, called by whoever began it); nothing comes of
    too little."""
    require(by, "identity.model")
    with transaction.atomic():
        journal.note("model.asked", "model:next", by=by)
        if is_deferred:
            jobs.later(JOB, lock=JOB, once=JOB, by=f"staff:{by.pk}")


def run(by: str = "") -> None:
    """Job: `teach.learn` in a process of its own."""
    if said := beside.run("learn", by):
        _log.error("nothing was learned: %s", said)


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
