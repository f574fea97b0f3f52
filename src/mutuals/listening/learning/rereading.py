"""Reading history again by the version that is used now: offered, never done by itself, with its progress. Rules stay quiet."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Max, Q, QuerySet

from mutuals.base import clock, gate, jobs, journal, wake
from mutuals.base.locks import Space, in_turn
from mutuals.base.refusals import Refusal
from mutuals.history.models import Direction, Interaction
from mutuals.listening import mentions
from mutuals.listening.ears import ears
from mutuals.listening.models import Reading, Rereading
from mutuals.listening.read import KINDS, hear, reader, said_by
from mutuals.staff.models import User
from mutuals.staff.permissions import require

JOB = "listening.reread"
BATCH = 200  # about half a second, so that a worker that is to end need not be waited for
LOOKED = 20_000
"""Newest readings of which it is counted how many are of another version."""


def version() -> str:
    """What a reading carries that is made now."""
    listening = ears()
    return f"{reader(listening.lesson_id).model.version}{listening.meanings.mark}"[:40]


def behind() -> tuple[int, int]:
    """Of the newest readings how many are of another version than the one in use, and how many were looked at."""
    newest = list(Reading.objects.order_by("-pk").values_list("version", flat=True)[:LOOKED])
    name = version()
    return sum(one != name for one in newest), len(newest)


def progress(row: Rereading) -> int:
    """How much of history is read again, in a hundred."""
    return round(100 * (1 - row.below / max(row.began_below, 1)))


def begin(*, by: User, now: datetime) -> Rereading:
    """Read all again that another version has read, the newest first. Refused: where that is going on."""
    require(by, "listening.learn")
    with transaction.atomic():
        in_turn(Space.LESSONS)
        if Rereading.objects.filter(ended_at=None).exists():
            raise Refusal("History is being read again already.")
        end = (Reading.objects.aggregate(last=Max("pk"))["last"] or 0) + 1
        made = Rereading.objects.create(below=end, began_below=end, by=by, began_at=now)
        journal.note("reading.read_again", "machine:reader", by=by, version=version())
        jobs.later(JOB, once=JOB, lock=JOB)
    return made


def stop(*, by: User, now: datetime) -> None:
    """Read no further; what was read again stays. Refused: where nothing is going on."""
    require(by, "listening.learn")
    if not Rereading.objects.filter(ended_at=None).update(ended_at=now):
        raise Refusal("History is not being read again.")


def run() -> None:
    """Job: go on where it stopped, to the end."""
    while _some():
        wake.changed("reader", [])
        jobs.may_go_on()


@transaction.atomic
def _some() -> bool:
    gate.enter()
    row = Rereading.objects.select_for_update().filter(ended_at=None).first()
    if row is None:
        return False
    there = list(_other(version()).filter(pk__lt=row.below).order_by("-pk")[:BATCH])
    if not there:
        row.below, row.ended_at = 0, clock.now()
        row.save(update_fields=["below", "ended_at"])
        return False
    ids = [one.pk for one in there]
    rows = Interaction.objects.filter(pk__in=ids, direction=Direction.IN, kind__in=KINDS, deleted_at=None)
    hear([said_by(one) for one in rows.select_related("profile").defer("extra").order_by("pk")])
    before = {one.pk: _labels(one) for one in there}
    changed = [one.pk for one in Reading.objects.filter(pk__in=ids).order_by("pk") if _labels(one) != before[one.pk]]
    for number in changed:
        mentions.reread(number)
    row.below, row.read, row.changed = ids[-1], row.read + len(ids), row.changed + len(changed)
    row.save(update_fields=["below", "read", "changed"])
    return True


def _labels(row: Reading) -> tuple[object, ...]:
    return row.mood, row.emotion, tuple(row.intents), row.urgency


def _other(name: str) -> QuerySet[Reading]:
    return Reading.objects.filter(~Q(version=name))
