"""How this house keeps its cases: for how long a customer's word opens one again, what sorts there are, by which clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from mutuals.base import calendars, house, journal
from mutuals.base.models import Calendar
from mutuals.base.refusals import Refusal, one_line
from mutuals.inbox.models import CasePolicy
from mutuals.staff.models import User
from mutuals.staff.permissions import require

MOST_DAYS = 365
MOST_KINDS = 30


def row() -> CasePolicy:
    """What holds; fourteen days, five sorts and no calendar where nobody said otherwise yet."""
    return CasePolicy.objects.filter(pk=1).first() or CasePolicy(pk=1)


@transaction.atomic
def change(
    *, by: User, reopen_days: int | None = None, kinds: Sequence[str] | None = None, calendar: str | None = None
) -> CasePolicy:
    """Set what is given. The same again changes nothing; what ended keeps the days that held when it ended.

    Refused: more than 365 days, a sort that is there twice or has no words, a calendar that is not there.
    """
    require(by, "house.edit")
    told: dict[str, object] = {}
    if reopen_days is not None:
        if not 0 <= reopen_days <= MOST_DAYS:
            raise Refusal(f"0 to {MOST_DAYS} days.", fields={"reopen_days": f"0 to {MOST_DAYS}."})
        told["reopen_days"] = reopen_days
    if kinds is not None:
        told["kinds"] = _kinds(kinds)
    if calendar is not None:
        if calendar:
            house.calendar(calendar)
        told["calendar"] = calendar
    CasePolicy.objects.get_or_create(pk=1)
    found = CasePolicy.objects.select_for_update().get(pk=1)
    before = {name: getattr(found, name) for name, value in told.items() if getattr(found, name) != value}
    if before:
        for name in before:
            setattr(found, name, told[name])
        found.save(update_fields=list(before))
        journal.note("cases.policy", "house:1", by=by, before=before, after={name: told[name] for name in before})
    return found


def due(now: datetime, minutes: int) -> datetime:
    """When a limit of so many minutes is over: by the calendar of cases, else around the clock."""
    name = row().calendar
    if name and Calendar.objects.filter(name=name).exists():
        return calendars.due(now, minutes, house.calendar(name))
    return now + timedelta(minutes=minutes)


def _kinds(told: Sequence[str]) -> list[str]:
    clean = [one_line(one, what="Kinds", longest=40) for one in told]
    if len(clean) > MOST_KINDS or len({one.lower() for one in clean}) < len(clean):
        words = f"At most {MOST_KINDS} sorts, each once."
        raise Refusal(words, fields={"kinds": words})
    return clean
