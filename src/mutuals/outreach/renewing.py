"""Who comes and who goes: for those who changed within the minute, for everybody in pieces, by night for what time moves.

Each step locks the segment before it looks, so two never write the same members, and what was changed after its look is told
again by `people.stirred`. Whatever is killed begins again where the last piece ended.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import F, QuerySet

from mutuals.base import bulk, clock, gate, jobs
from mutuals.base.filters import Refused, from_json
from mutuals.base.patience import TooSlow, within
from mutuals.outreach import asking, telling
from mutuals.outreach.models import Segment, SegmentState
from mutuals.people import stirred
from mutuals.people.models import Person

FOLLOW, LOOK, NIGHT = "outreach.follow", "outreach.look", "outreach.night"
BATCH = 10_000
"""People who changed that are looked at in one transaction, for all segments."""
PIECE = 50_000
"""People of one step of a whole look."""
PATIENCE = 120.0
"""Seconds for one step of one segment; what takes longer needs another condition."""
TOO_SLOW = "This condition takes too long to be kept up to date. Ask for less, or for fewer relations at once."
_AHEAD = "SELECT max(id) FROM (SELECT id FROM people_person WHERE id > %s ORDER BY id LIMIT %s) p"
_NOBODY = "SELECT NULL::bigint WHERE false"
_STEP = """
WITH fit (id) AS MATERIALIZED ({fit}),
gone AS (
    DELETE FROM outreach_member m WHERE m.segment_id = %(segment)s AND {among}
        AND NOT EXISTS (SELECT FROM fit WHERE fit.id = m.member_id) RETURNING m.member_id
), came AS (
    INSERT INTO outreach_member (segment_id, member_id, since)
    SELECT %(segment)s, fit.id, %(now)s FROM fit
    WHERE NOT EXISTS (SELECT FROM outreach_member o WHERE o.segment_id = %(segment)s AND o.member_id = fit.id)
    RETURNING member_id
), told AS (
    INSERT INTO people_stirred (person_id)
    SELECT member_id FROM (SELECT member_id FROM gone UNION ALL SELECT member_id FROM came) b WHERE %(onward)s RETURNING 1
)
SELECT ARRAY(SELECT member_id FROM gone), ARRAY(SELECT member_id FROM came)
"""


@dataclass(frozen=True, slots=True)
class Moved:
    """Who came into a segment and who went, by their numbers."""

    came: tuple[int, ...] = ()
    went: tuple[int, ...] = ()


# Those who changed


def follow(*, now: datetime | None = None) -> int:
    """Renew all segments for those who changed, batch by batch, until nobody waits; returns how many were looked at."""
    looked = 0
    while True:
        jobs.may_go_on()
        if not (batch := renew_changed(now=now or clock.now())):
            return looked
        looked += len(batch)


@gate.giving_way
@transaction.atomic
def renew_changed(*, now: datetime, most: int = BATCH) -> list[int]:
    """One batch of those who changed, and every segment renewed for them alone. The people that were looked at."""
    gate.enter()
    people = stirred.take(most=most)
    if not people:
        return []
    live = Segment.objects.select_for_update(no_key=True, of=("self",)).select_related("owner")
    held = list(live.filter(trashed_at=None).exclude(state=SegmentState.BROKEN).order_by("pk"))
    for segment in asking.in_order(held, strict=False):
        moved = _stepped(segment, {"people": bulk.numbers(people)}, now=now)
        telling.moved(segment, moved.came, moved.went)
    return people


def step_for(segment: Segment, people: Collection[int], *, now: datetime) -> Moved:
    """Renew one segment, which the caller holds, for some people at once."""
    return _stepped(segment, {"people": bulk.numbers(people)}, now=now)


def _stepped(segment: Segment, among: dict[str, Any], *, now: datetime, onward: bool = False) -> Moved:
    """One step, or words on the segment where it cannot be asked any more."""
    try:
        with within(PATIENCE, TOO_SLOW):
            return _step(segment, among, now=now, onward=onward)
    except (Refused, TooSlow) as error:
        _broken(segment, str(error))
        return Moved()


def _step(segment: Segment, among: dict[str, Any], *, now: datetime, onward: bool) -> Moved:
    """Look at the people of `among`, either their numbers or all from one number to another, and write who came and went."""
    fit = asking.rows(segment, now=now)
    if "people" in among:
        fit = fit.extra(where=["people_person.id = ANY(%s::bigint[])"], params=[among["people"]])
        which = "m.member_id = ANY(%(people)s::bigint[])"
    else:
        fit = fit.filter(pk__gt=among["low"], pk__lte=among["high"])
        which = "m.member_id > %(low)s AND m.member_id <= %(high)s"
    sql, values = _asked(fit)
    named = {"segment": segment.pk, "now": now, "onward": onward, **among}
    statement = _STEP.format(fit=sql.replace("%s", "%({})s"), among=which)
    for number, value in enumerate(values):
        statement = statement.replace("%({})s", f"%(v{number})s", 1)
        named[f"v{number}"] = value
    with connection.cursor() as cursor:
        cursor.execute(statement, named)
        went, came = cursor.fetchone()
    if went or came:
        changed = {"members": F("members") + len(came) - len(went), "renewed_at": now}
        Segment.objects.filter(pk=segment.pk).update(**changed)
    return Moved(tuple(came), tuple(went))


def _asked(fit: QuerySet[Person]) -> tuple[str, list[Any]]:
    try:
        sql, values = fit.values("pk").query.sql_with_params()
    except EmptyResultSet:
        return _NOBODY, []
    return sql, list(values)


def _broken(segment: Segment, why: str) -> None:
    Segment.objects.filter(pk=segment.pk).update(state=SegmentState.BROKEN, why_not=why[:500], next_look_at=None)


# Everybody


def begin(numbers: Collection[int], *, now: datetime) -> None:
    """Everybody is looked at for these segments, from the first person on; by jobs, once the caller's transaction ends."""
    fresh = {"state": SegmentState.BUILDING, "why_not": "", "looked_to": 0, "done": 0, "total": 0, "build_ms": 0}
    Segment.objects.filter(pk__in=numbers, trashed_at=None).update(**fresh, began_at=now)
    for number in sorted(numbers):
        later(number)


def later(number: int) -> None:
    """Let a worker go on with a look."""
    jobs.later(LOOK, lock=f"segment {number}", once=f"segment {number}", segment_id=number)


def look(segment_id: int, *, now: datetime | None = None) -> None:
    """Look at everybody, piece by piece, from where the last one ended. Ends where the segment is stopped or gone."""
    stirred.watch()
    while look_on(segment_id, now=now or clock.now()):
        jobs.may_go_on()


@gate.giving_way
@transaction.atomic
def look_on(segment_id: int, *, now: datetime, piece: int = 0) -> bool:
    """One piece of a whole look; whether there is more to look at."""
    began = time.monotonic()
    gate.enter()
    live = Segment.objects.select_for_update(no_key=True, of=("self",)).select_related("owner")
    segment = live.filter(pk=segment_id, trashed_at=None, state=SegmentState.BUILDING).first()
    if segment is None:
        return False
    if not segment.total:
        segment.total = max(1, asking.everybody().count())
    with connection.cursor() as cursor:
        cursor.execute(_AHEAD, [segment.looked_to, piece or PIECE])
        high = cursor.fetchone()[0]
    is_last = high is None
    onward = Segment.objects.filter(uses__contains=[segment.pk], trashed_at=None).exists()
    among = {"low": segment.looked_to, "high": 2**62 if is_last else high}
    if segment.state == SegmentState.BUILDING:
        _stepped(segment, among, now=now, onward=onward)
    ms = segment.build_ms + int((time.monotonic() - began) * 1000)
    still = Segment.objects.filter(pk=segment.pk, state=SegmentState.BUILDING)  # not one that broke just now
    if is_last:
        return _done(segment, still, ms, now=now)
    seen = asking.everybody().filter(pk__gt=segment.looked_to, pk__lte=high).count()
    return bool(still.update(looked_to=high, done=segment.done + seen, total=segment.total, build_ms=ms))


def _done(segment: Segment, still: QuerySet[Segment], ms: int, *, now: datetime) -> bool:
    told = None if segment.is_fixed else from_json(segment.condition)
    when = asking.next_midnight(now) if told is not None and asking.moves_by_itself(told) else None
    mark = asking.fields_edition() if told is not None and asking.asks_own_fields(told) else ""
    still.update(
        state=SegmentState.READY, built_at=now, build_ms=ms, next_look_at=when, fields_edition=mark,
        done=segment.total, total=segment.total,
    )  # fmt: skip
    return False


def night(*, now: datetime | None = None) -> int:
    """Begin a look for segments that time moves and whose day is over, and for those whose own fields changed."""
    now = now or clock.now()
    mark = asking.fields_edition()
    rows = Segment.objects.filter(trashed_at=None, is_fixed=False)
    due = set(rows.filter(state=SegmentState.READY, next_look_at__lte=now).values_list("pk", flat=True))
    changed = rows.exclude(fields_edition="").exclude(fields_edition=mark)
    changed = changed.filter(state__in=[SegmentState.READY, SegmentState.BROKEN])
    again = set(changed.values_list("pk", flat=True))
    with transaction.atomic():
        Segment.objects.filter(pk__in=again).update(fields_edition=mark)
        begin(due | again, now=now)
    return len(due | again)


def stop(segment: Segment) -> None:
    """End a look in the middle; who changes is followed all the same. Part of an act."""
    Segment.objects.filter(pk=segment.pk, state=SegmentState.BUILDING).update(state=SegmentState.STOPPED)


def whole(segment: Segment, *, now: datetime) -> set[int]:
    """Who would be in a segment if everybody were looked at now, in one statement: for tests and for comparing."""
    return set(asking.rows(segment, now=now).values_list("pk", flat=True))
