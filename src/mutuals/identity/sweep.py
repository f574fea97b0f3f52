"""Searches among what is there: every person and every profile that is nobody's, compared from end to end.

Everybody new is compared as they come. A sweep finds what that missed: a new version of the model, names that became
common or rare, a database that was brought along. It runs in a process of its own, so that the worker stays small and
messages do not wait, and it may be broken off at any time: the next one begins anew, and the same again writes nothing.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction

from mutuals.base import bulk, clock, jobs, journal, wake
from mutuals.base.refusals import Refusal
from mutuals.identity import live
from mutuals.identity.conclude import Outcome
from mutuals.identity.models import Sweep, Touched
from mutuals.identity.proofs import claims
from mutuals.staff.models import User
from mutuals.staff.permissions import require

JOB = "identity.sweep"
EVERYBODY, BACKLOG = "everybody", "backlog"
MANY = 20_000  # touched profiles from which on they are worked through beside the worker
SIZE = 500  # of one transaction
LONGEST = timedelta(hours=12)  # after which one that tells nothing any more does not keep another from beginning
_PEOPLE = "SELECT id FROM people_person WHERE canonical_id = id AND id > %s ORDER BY id LIMIT %s"
_NOBODYS = """
SELECT id FROM people_profile WHERE person_id IS NULL AND organisation_id IS NULL AND NOT is_ours AND NOT is_bot
    AND network <> 'mutuals' AND label <> 'shared' AND id > %s ORDER BY id LIMIT %s
"""
_TOTAL = """
SELECT (SELECT count(*) FROM people_person WHERE canonical_id = id) + (SELECT count(*) FROM people_profile
    WHERE person_id IS NULL AND organisation_id IS NULL AND NOT is_ours)
"""


def begin(*, by: User, now: datetime, is_deferred: bool = True) -> Sweep:
    """Search from end to end, in the background (or else by `work`, called by whoever began it). Refused: while another
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
    """The same by the clock."""
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
    done = subprocess.run(
        [sys.executable, "-P", "-m", "mutuals.identity.sweep_process", str(sweep_id)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or [f"ended with {done.returncode}"]
        Sweep.objects.filter(pk=sweep_id, ended_at=None).update(ended_at=clock.now(), failed=said[0][:500])
        wake.changed("sweep", [sweep_id])


def drain(*, now: datetime, many: int = MANY) -> int:
    """Job: work through who was touched. Very many go to a process of their own, with a row that shows how far it is."""
    if _is_backlog(many):
        if under_way(now=now) is None:
            _begin(BACKLOG, by="machine:identity", now=now)
        return 0
    return live.drain(now=now)


def _is_backlog(many: int) -> bool:
    row = "SELECT count(*) FROM (SELECT 1 FROM identity_touched LIMIT %s) few"
    return bool(bulk.execute(row, [many + 1])[0][0] > many)


def work(number: int, *, size: int = SIZE) -> Sweep:
    """The search itself; counts stand on the row as it goes."""
    row = Sweep.objects.get(pk=number)
    walk = _backlog(size) if row.kind == BACKLOG else _everybody(size)
    row.total = Touched.objects.count() if row.kind == BACKLOG else bulk.execute(_TOTAL, [])[0][0]
    row.looked_at, outcome = 0, Outcome()
    for looked_at, found in walk:
        row.looked_at += looked_at
        outcome += found
        row.counts = _counts(outcome)
        row.save(update_fields=["looked_at", "total", "counts"])
        wake.changed("sweep", [row.pk])
    row.ended_at = clock.now()
    row.save(update_fields=["ended_at"])
    wake.changed("sweep", [row.pk])
    return row


def _counts(outcome: Outcome) -> dict[str, float]:
    """The three piles; `error` is the share of the linked ones that is wrong by their own probabilities."""
    error = round(outcome.doubt / outcome.link, 6) if outcome.link else 0.0
    return {"link": outcome.link, "review": outcome.review, "leave": outcome.leave, "error": error}


def _backlog(size: int) -> Iterator[tuple[int, Outcome]]:
    while True:
        claims.look_at_touched(now=clock.now(), most=size)
        done, found = live.batch(now=clock.now(), size=size)
        if not done:
            return
        yield done, found


def _everybody(size: int) -> Iterator[tuple[int, Outcome]]:
    """Persons first, then profiles that are nobody's; each few hundred in a transaction of their own."""
    for sql, is_people in ((_PEOPLE, True), (_NOBODYS, False)):
        last = 0
        while numbers := [int(number) for (number,) in bulk.execute(sql, [last, size])]:
            with live.alone() as ready:
                found = live.look(numbers if is_people else [], [] if is_people else numbers, ready, now=clock.now())
            last = numbers[-1]
            yield len(numbers), found
