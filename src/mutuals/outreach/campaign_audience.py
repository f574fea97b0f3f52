"""Whom a campaign speaks to: settled from its segment, with the reason for each who is left out; then touched, wave by wave.

Settling goes through the members in pieces of ten thousand, each in a transaction of its own with how far it has come, so a
worker that is killed goes on from there. Within a piece every reason is one statement. Whether somebody allows it is asked
again when they are taken out or touched: who withdraws a second before is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, F, Func, IntegerField, OuterRef, Q, QuerySet, Value

from mutuals.base import bulk, clock, gate, jobs, journal
from mutuals.base.filters import All, Condition, Refused, Test, check, from_json, record, to_q
from mutuals.base.refusals import Refusal, one_line
from mutuals.outreach import asking
from mutuals.outreach.campaigns import held
from mutuals.outreach.models import Audience, Campaign, Member, SegmentState, Settling, Touch, Way
from mutuals.people import consent
from mutuals.people.models import Person
from mutuals.staff.models import User
from mutuals.staff.permissions import require

SETTLE = "outreach.settle_audience"
"""The job's name."""
PIECE = 10_000
AT_ONCE = 2_000  # members that are looked at while somebody waits
LABELS = {
    "trashed": "In the trash",
    "refused": "Refused",
    "withdrawn": "Withdrew their consent",
    "no_consent": "No consent",
    "no_address": "No address to write to",
    "lately": "Spoken to lately",
    "control": "Control group",
    "left": "Not in the segment any more",
}
_TAKE = """
INSERT INTO outreach_audience (campaign_id, person_id, reason, round, at)
SELECT %s, m.member_id, '', %s, %s FROM outreach_member m WHERE m.segment_id = %s AND m.member_id > %s
ORDER BY m.member_id LIMIT %s
ON CONFLICT (campaign_id, person_id) DO UPDATE SET reason = '', round = excluded.round, at = excluded.at
RETURNING person_id
"""
_TOUCH = """
INSERT INTO outreach_touch (campaign_id, person_id, wave, at, by)
SELECT %s, w.id, %s, %s, %s FROM unnest(%s::bigint[]) AS w(id) ON CONFLICT DO NOTHING RETURNING person_id
"""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why some are left out: a condition on people of the one filter language, None where it is none (trash, control)."""

    key: str
    label: str
    condition: Condition | None


@dataclass(frozen=True, slots=True)
class Left:
    """How many are left out for a reason; key "" = those who are spoken to."""

    key: str
    label: str
    people: int


def reasons(campaign: Campaign) -> list[Reason]:
    """All reasons in the order in which they are asked; the first that fits is the one that is told."""
    address: dict[Way, Condition] = {
        Way.EMAIL: Test("email", "empty"),
        Way.PHONE: Test("phone", "empty"),
        Way.ANY: All((Test("email", "empty"), Test("phone", "empty"))),
    }
    told = [Reason("trashed", LABELS["trashed"], None)]
    told += [Reason(key, LABELS[key], one) for key, one in consent.against(campaign.purpose).items()]
    told += [Reason(one["key"], one["label"], from_json(one["where"])) for one in campaign.leave_out]
    told.append(Reason("no_address", LABELS["no_address"], address[Way(campaign.way)]))
    if campaign.quiet_days:
        others = All((Test("campaign", "isnot", campaign.pk), Test("at", "last", campaign.quiet_days)))
        told.append(Reason("lately", LABELS["lately"], Test("touched", "any", others)))
    if campaign.control:
        told.append(Reason("control", LABELS["control"], None))
    return told


def settle(campaign: Campaign, *, by: User, now: datetime) -> Campaign:
    """Choose the audience from the segment as it is now, for the first time or again. Small segments are done on return.

    Refused: no segment, one that is being built, a purpose that is retired, a reason that cannot be asked, Gone.
    """
    require(by, "campaign.edit")
    with transaction.atomic():
        row = held(campaign)
        if row.segment is None or row.segment.trashed_at is not None:
            raise Refusal("Choose a segment first.", fields={"segment": "Whom is it for?"})
        if row.segment.state != SegmentState.READY:
            raise Refusal(f"“{row.segment}” is not ready: {row.segment.get_state_display().lower()}.")
        if row.purpose.retired_at is not None:
            raise Refusal(f"“{row.purpose}” is not in use any more. Choose another purpose.")
        _conditions(row, by)
        row.round, row.settled_to, row.settled = row.round + 1, 0, 0
        row.total = Member.objects.filter(segment=row.segment).count()
        row.settling, row.why_not, row.settled_by = Settling.RUNNING, "", by
        row.save()
        journal.note("campaign.settling", row, by=by, people=row.total)
        jobs.later(SETTLE, lock=f"campaign:{row.pk}", campaign=row.pk)
    if row.total <= AT_ONCE:
        run_on(row.pk, now=now)
        row.refresh_from_db()
    return row


def run_on(campaign: int, *, now: datetime | None = None) -> None:
    """Settle what is left, piece by piece. The job; two at once do each piece once."""
    while step(campaign, now=now or clock.now()):
        jobs.may_go_on()


@transaction.atomic
def step(campaign: int, *, now: datetime) -> bool:
    """One piece. False where nothing is left to do."""
    gate.enter()
    row = Campaign.objects.select_for_update(no_key=True, of=("self",)).filter(pk=campaign, trashed_at=None).first()
    if row is None or row.settling != Settling.RUNNING:
        return False
    try:
        conditions = _conditions(row, row.settled_by)
    except Refused as error:
        row.settling, row.why_not = Settling.BROKEN, str(error)[:500]
        row.save(update_fields=["settling", "why_not"])
        return False
    taken = [
        int(one[0]) for one in bulk.execute(_TAKE, [row.pk, row.round, now, row.segment_id, row.settled_to, PIECE])
    ]
    if not taken:
        _finish(row, now)
        return False
    first, last = min(taken), max(taken)
    here = Audience.objects.filter(campaign=row, round=row.round, reason="", person_id__gte=first, person_id__lte=last)
    people = Person.objects.filter(pk__range=(first, last)).order_by()
    for key, fits in conditions:
        here.filter(person_id__in=people.filter(fits).values("pk")).update(reason=key)
    row.settled_to, row.settled = last, row.settled + len(taken)
    row.save(update_fields=["settled_to", "settled"])
    return True


def _finish(row: Campaign, now: datetime) -> None:
    """Those who are not in the segment any more go; who was spoken to stays, as one who left."""
    before = Audience.objects.filter(campaign=row, round__lt=row.round)
    touched = Touch.objects.filter(campaign=row, person_id=OuterRef("person_id"))
    before.exclude(Exists(touched)).delete()
    before.update(reason="left", round=row.round)
    row.settling, row.settled_at = Settling.DONE, now
    row.save(update_fields=["settling", "settled_at"])
    spoken = Audience.objects.filter(campaign=row, reason="").count()
    journal.note("campaign.settled", row, by=row.settled_by or "machine:campaigns", spoken_to=spoken, of=row.settled)


def _conditions(row: Campaign, viewer: Any) -> list[tuple[str, Q]]:
    """The reasons as conditions of SQL. Refused: one that the viewer may not or cannot ask any more."""
    now, zone, of = clock.now(), asking.zone(), record("person")
    made = []
    for one in reasons(row):
        if one.condition is not None:
            made.append((one.key, to_q(check(one.condition, of, viewer=viewer), of, zone=zone, now=now)))
        elif one.key == "trashed":
            made.append((one.key, Q(trashed_at__isnull=False)))
        else:
            made.append((one.key, _control(row)))
    return made


def _control(row: Campaign) -> Q:
    """The same people each time it is settled: by a hash of person and campaign, so other campaigns leave out others."""
    hashed = Func(F("pk"), Value(row.pk), function="hashint8extended", output_field=IntegerField())
    positive = Func(hashed, Value(100), function="mod", output_field=IntegerField())
    drawn = Person.objects.annotate(drawn=Func(positive, function="abs", output_field=IntegerField()))
    return Q(pk__in=drawn.filter(drawn__lt=row.control).values("pk"))


def counted(campaign: Campaign) -> list[Left]:
    """How many are spoken to, and how many are left out for which reason, the most first."""
    rows = Audience.objects.filter(campaign=campaign).values_list("reason").annotate(many=Count("pk")).order_by()
    names = label_of(campaign)
    told = [Left(key, names.get(key, key), many) for key, many in rows]
    return sorted(told, key=lambda one: (one.key != "", -one.people, one.key))


def label_of(campaign: Campaign) -> dict[str, str]:
    """What each reason is called."""
    own = {one["key"]: one["label"] for one in campaign.leave_out}
    return {**own, **LABELS, "": "Spoken to"}


def reached(campaign: Campaign, *, now: datetime) -> QuerySet[Audience]:
    """Those who are spoken to and allow it at this very moment: nobody who withdrew since, or was thrown away."""
    of, zone = record("person"), asking.zone()
    rows = Audience.objects.filter(campaign=campaign, reason="", person__trashed_at=None)
    for one in consent.against(campaign.purpose).values():
        against = to_q(check(one, of, viewer=campaign.settled_by), of, zone=zone, now=now)
        canonical = Person.objects.filter(against, pk=OuterRef("person__canonical_id"))
        rows = rows.exclude(Exists(canonical))
    return rows


def touch(
    campaign: Campaign,
    *,
    by: User,
    now: datetime,
    wave: str = "1",
    at: datetime | None = None,
    people: Sequence[int] | None = None,
) -> int:
    """Note that they were spoken to in a wave, all that are reached or some of these; says how many for the first time in it.

    Refused: an audience that is not settled, a moment that lies ahead, a purpose that is retired, Gone.
    """
    require(by, "campaign.edit")
    line = one_line(wave, what="Wave", longest=40)
    if at is not None and at > now:
        raise Refusal("This lies ahead.", fields={"at": "When they were spoken to."})
    with transaction.atomic():
        gate.enter()
        row = held(campaign)
        _settled(row)
        rows = reached(row, now=now)
        rows = rows if people is None else rows.filter(person__canonical_id__in=list(people)[:PIECE])
        numbers = list(rows.order_by("person_id").values_list("person_id", flat=True))
        values = [row.pk, line, at or now, f"staff:{by.pk}"]
        went = [one for piece in _pieces(numbers) for one in bulk.execute(_TOUCH, [*values, bulk.numbers(piece)])]
        if went:
            journal.note("campaign.touched", row, by=by, wave=line, people=len(went))
    return len(went)


def _settled(row: Campaign) -> None:
    if row.settling != Settling.DONE:
        raise Refusal("Settle first whom it speaks to.")
    if row.purpose.retired_at is not None:
        raise Refusal(f"“{row.purpose}” is not in use any more. Choose another purpose.")


def _pieces(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    for begin in range(0, len(numbers), PIECE):
        yield numbers[begin : begin + PIECE]
