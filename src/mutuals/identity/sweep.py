"""Searches among what is there: every person and every profile that is nobody's, compared from end to end.

Everybody new is compared as they come. A sweep finds what that missed: a new version of the model, names that became
common or rare, a database that was brought along. It runs in a process of its own, so that the worker stays small and
messages do not wait, and it may be broken off at any time: the next one begins anew, and the same again writes nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from mutuals.base import bulk, clock, jobs, journal, wake
from mutuals.base.refusals import Refusal
from mutuals.identity import beside, live
from mutuals.identity.models import Sweep
from mutuals.identity.proofs import doubles
from mutuals.staff.models import User
from mutuals.staff.permissions import require

JOB = "identity.sweep"
EVERYBODY, BACKLOG = "everybody", "backlog"
MANY = 20_000  # touched profiles from which on everybody is searched beside the worker
LONGEST = timedelta(hours=12)  # after which one that tells nothing any more does not keep another from beginning


def begin(*, by: User, now: datetime, is_deferred: bool = True) -> Sweep:
    """Search from end to end, in the background (or else by `run`, called by whoever began it). Refused: while another
    search is under way.
    """
    require(by, "identity.sweep")
    with transaction.atomic():
        if (running := under_way(now=now)) is not None:
            raise Refusal(
                f"A search is under way since {running.began_at:%H:%M} UTC; it shows what it finds as it goes."
            )
        made = _begin(EVERYBODY, by=f"staff:{by.pk}", now=now, is_deferred=is_deferred)
        journal.note("sweep.begun", made, by=by)
    return made


def nightly(*, now: datetime) -> None:
    """The same by the clock, after the rows of one account that an older version kept apart."""
    doubles.join(now=now)
    if under_way(now=now) is None:
        _begin(EVERYBODY, by="machine:identity", now=now)


def under_way(*, now: datetime) -> Sweep | None:
    """The search that is running, if any."""
    return Sweep.objects.filter(ended_at=None, began_at__gt=now - LONGEST).order_by("-pk").first()


def newest(viewer: User) -> list[Sweep]:
    """The last five."""
    require(viewer, "person.link")
    return list(Sweep.objects.order_by("-began_at", "-pk")[:5])


def _begin(kind: str, *, by: str, now: datetime, is_deferred: bool = True) -> Sweep:
    made = Sweep.objects.create(kind=kind, by=by, began_at=now)
    if is_deferred:
        jobs.later(JOB, lock=JOB, sweep_id=made.pk)
    wake.changed("sweep", [made.pk])
    return made


def run(sweep_id: int) -> None:
    """Job: the search in a process of its own. A second try of one that was broken off goes through from the beginning."""
    row = Sweep.objects.filter(pk=sweep_id, ended_at=None).first()
    if row is None:
        return
    if said := beside.run("sweep", str(sweep_id)):
        Sweep.objects.filter(pk=sweep_id, ended_at=None).update(ended_at=clock.now(), failed=said[:500])
        wake.changed("sweep", [sweep_id])


def drain(*, now: datetime, many: int = MANY) -> int:
    """Job: work through who was touched. For very many a search is begun, in a process of its own, with a row that shows how
    far it is; the newest are looked at here meanwhile.
    """
    if not _is_backlog(many):
        return live.drain(now=now)
    if under_way(now=now) is None:
        _begin(BACKLOG, by="machine:identity", now=now)
    return live.drain(now=now, batches=1)


def _is_backlog(many: int) -> bool:
    row = "SELECT count(*) FROM (SELECT 1 FROM identity_touched LIMIT %s) few"
    return bool(bulk.execute(row, [many + 1])[0][0] > many)
