"""Reports as letters by the clock: to colleagues with an account, each of whom is written only what they may see.

A letter has a name of its report, day and reader, so that it leaves once however often the job is killed (`rules.send.letter`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import QuerySet

from mutuals.base import jobs, journal
from mutuals.base.filters import Refused
from mutuals.base.patience import TooSlow
from mutuals.base.refusals import Refusal
from mutuals.insights import pivot, reports
from mutuals.insights.models import Report, Schedule
from mutuals.insights.pivot_words import text_table
from mutuals.rules import send
from mutuals.staff.models import User
from mutuals.staff.permissions import NotAllowed, require

JOB = "insights.reports"
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MOST = 20
"""Schedules of one report, and readers of one schedule."""
_LONGEST = 60  # lines of a table in a letter
_SALT = "mutuals.insights.schedules"


def visible_to(viewer: User) -> QuerySet[Schedule]:
    """One's own, those of reports of one's own, and those by which one is written oneself."""
    rows = Schedule.objects.select_related("report", "owner").order_by("pk")
    return rows.filter(report__in=reports.visible_to(viewer).values("pk")) if viewer.is_active else rows.none()


@transaction.atomic
def add(
    report: Report, *, to: Sequence[User], hour: int, by: User, weekday: int | None = None, zone: str = ""
) -> tuple[Schedule, bool]:
    """Let a report be written to colleagues, each day or on a weekday (0 = Monday), from an hour on; and whether that is new.

    Refused: nobody, whoever does not see the report or has no access, an hour or a zone that there is not.
    """
    require(by, "report.edit")
    zone = zone or by.zone
    if not 0 <= hour <= 23 or (weekday is not None and not 0 <= weekday <= 6) or zone not in available_timezones():
        raise Refusal("A letter leaves at an hour from 0 to 23, on a weekday from 0 to 6 or daily, in a known zone.")
    people = sorted({one.pk: one for one in to}.values(), key=lambda one: one.pk)
    if not people or len(people) > MOST:
        raise Refusal(f"A letter goes to 1 to {MOST} colleagues.", fields={"to": "Please name somebody."})
    for one in people:
        if not one.is_active or not reports.visible_to(one).filter(pk=report.pk).exists():
            raise Refusal(f"{one.name} does not see this report: share it first.", fields={"to": "Share it first."})
    told = {"to": [one.pk for one in people], "hour": hour, "weekday": weekday, "zone": zone}
    same = Schedule.objects.filter(report=report, owner=by, **told).first()
    if same is not None:
        return same, False
    if report.schedules.count() >= MOST:
        raise Refusal(f"A report has at most {MOST} letters.")
    row = Schedule.objects.create(report=report, owner=by, **told)
    journal.note("report.scheduled", report, by=by, **told)
    return row, True


@transaction.atomic
def stop(row: Schedule, *, by: User) -> None:
    """Stop a letter: by whoever began it, or owns the report. Twice is once."""
    require(by, "report.edit")
    if by.pk not in (row.owner_id, row.report.owner_id):
        raise Refusal("Only who began this letter, or whose report it is, can stop it.")
    if Schedule.objects.filter(pk=row.pk).delete()[0]:
        journal.note("report.unscheduled", row.report, by=by)


def mark_of(row: Schedule, reader: User) -> str:
    """What the way out in a letter carries: whoever has it may stop this letter to this reader, and do nothing else."""
    return signing.dumps([row.pk, reader.pk], salt=_SALT)


def is_mark(mark: str) -> bool:
    """Whether we wrote a mark."""
    try:
        signing.loads(mark, salt=_SALT)
    except signing.BadSignature:
        return False
    return True


@transaction.atomic
def leave(mark: str) -> bool:
    """A reader wants no more of a letter, by its mark; False for a mark that we did not write. Twice is once."""
    try:
        number, reader = signing.loads(mark, salt=_SALT)
    except (signing.BadSignature, ValueError):
        return False
    row = Schedule.objects.select_for_update().filter(pk=number).first()
    if row is not None and reader in row.to:
        row.to = [one for one in row.to if one != reader]
        row.save(update_fields=["to"])
        journal.note("report.left", f"report:{row.report_id}", by=f"staff:{reader}")
    return True


def said(row: Schedule) -> str:
    """When it leaves: "every Monday from 8:00, Europe/Berlin"."""
    when = "every day" if row.weekday is None else f"every {WEEKDAYS[row.weekday]}"
    return f"{when} from {row.hour}:00, {row.zone}"


def write(now: datetime) -> int:
    """Job: put the letters that are due, each once a day of its zone; how many."""
    put = 0
    for row in Schedule.objects.select_related("report").order_by("pk"):
        jobs.may_go_on()
        here = now.astimezone(ZoneInfo(row.zone))
        is_day = row.weekday is None or row.weekday == here.weekday()
        if not is_day or here.hour < row.hour or row.last_on == here.date():
            continue
        for reader in User.objects.filter(pk__in=row.to, is_active=True).order_by("pk"):
            put += _letter(row, reader, now)
        Schedule.objects.filter(pk=row.pk).update(last_on=here.date())
    return put


def _letter(row: Schedule, reader: User, now: datetime) -> bool:
    report = reports.visible_to(reader).filter(pk=row.report_id).first()
    if report is None:
        return False
    day = now.astimezone(ZoneInfo(row.zone)).date()
    home = settings.PUBLIC_URL.rstrip("/")
    try:
        asked = reports.asked_of(report)
        told = pivot.run(asked.narrowed(zone=asked.zone or row.zone), viewer=reader, now=now)
    except (Refused, Refusal, TooSlow, NotAllowed) as error:
        table = str(error)
    else:
        table = "\n".join(
            [told.sentence and f"Where {told.sentence}.", f"Days of {told.zone}.", "", text_table(told, _LONGEST)]
        )
    text = f"{report.name}, {day.day} {day:%B %Y}\n\n{table}\n\nOpen it: {home}/reports/{report.pk}/"
    off = f"{home}/reports/letters/off/{mark_of(row, reader)}/"
    name = f"report {row.pk} {day} {reader.pk}"
    return send.letter(name, reader, subject=f"{report.name}, {day.day} {day:%B}", text=text.strip(), off=off, now=now)
