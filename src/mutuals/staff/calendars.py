"""Calendars as people keep them: their hours, and days that are otherwise. Acts; `base.calendars` counts by them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time

from django.db import transaction
from django.db.models import QuerySet

from mutuals.base import calendars, ical, journal
from mutuals.base.models import Calendar, Holiday, Window
from mutuals.base.refusals import Refusal, one_line
from mutuals.staff.house import read_zone
from mutuals.staff.models import User
from mutuals.staff.permissions import may, require

MOST, MOST_HOLIDAYS = 100, 2_000
"""Calendars of a house; days that are otherwise of one calendar."""
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Hours = Sequence[tuple[time, time]]
_used: dict[str, Callable[[str], list[str]]] = {}
_follow: dict[str, Callable[[str], object]] = {}


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of a file of holidays: days taken, and events left out because of a time of day, repeats, or faults."""

    days: int
    timed: int
    repeated: int
    unread: int


def used_by(room: str, asks: Callable[[str], list[str]], follows: Callable[[str], object]) -> None:
    """A room tells, at start-up, what counts by a calendar there, by its name: `asks` says it in words, for the refusal to
    remove it; `follows` is called in the transaction that changes it. The same room replaces.
    """
    _used[room] = asks
    _follow[room] = follows


def visible_to(viewer: User) -> QuerySet[Calendar]:
    """The calendars that this user may see: all or none, by name."""
    rows = Calendar.objects.order_by("name")
    return rows if may(viewer, "house.view") else rows.none()


@transaction.atomic
def put(name: str, zone: str, hours: Mapping[int, Hours], *, by: User, seen: str | None = None) -> Calendar:
    """Make a calendar, or give the one of that name other hours; its holidays stay. `hours` by weekday, 0 = Monday.

    Its name stays as long as it lives, because processes ask for it by name. Twice is once. `seen` is the wording that the
    caller saw ("" = none was there). Refused: no hours at all, two windows that begin at the same time, an unknown zone,
    and a calendar that a colleague changed since `seen`.
    """
    require(by, "house.edit")
    label = one_line(name, what="Name", longest=60)
    clock = read_zone(zone)
    rows = sorted({(day, starts, ends) for day, told in hours.items() for starts, ends in told})
    _clean(rows)
    fresh = not Calendar.objects.filter(name=label).exists()
    if fresh and Calendar.objects.count() >= MOST:
        raise Refusal(f"A house has at most {MOST} calendars.")
    if fresh and seen:
        raise Refusal("This calendar is not there any more.")
    if fresh:
        _, fresh = Calendar.objects.get_or_create(name=label, defaults={"zone": clock, "wording": _wording()})
    row = Calendar.objects.select_for_update().get(name=label)
    if seen is not None and not fresh and seen != row.wording:
        raise Refusal("A colleague changed this calendar meanwhile. Look at it again." if seen else _TAKEN)
    if not fresh and row.zone == clock and rows == sorted(row.windows.values_list("weekday", "starts", "ends")):
        return row
    before = _said(row)
    row.zone = clock
    row.windows.all().delete()
    Window.objects.bulk_create([Window(calendar=row, weekday=day, starts=a, ends=b) for day, a, b in rows])
    return _noted(row, before, by=by)


@transaction.atomic
def put_holidays(row: Calendar, told: Sequence[calendars.Holiday], *, by: User) -> int:
    """Days that are otherwise; one that is there already is told anew. How many changed. Twice is once."""
    require(by, "house.edit")
    row = _held(row)
    known = {one.on_day: one for one in row.holidays.all()}
    fresh, changed = list[Holiday](), list[Holiday]()
    for one in {each.on_day: each for each in told}.values():
        if one.is_half and one.windows:
            raise Refusal(f"{one.on_day} is half a day or has hours of its own, not both.")
        if not date(1900, 1, 1) <= one.on_day <= date(2200, 1, 1) or len(one.windows) > calendars.MOST_A_DAY:
            raise Refusal(
                f"{one.on_day}: a day lies between 1900 and 2200 and has at most {calendars.MOST_A_DAY} windows."
            )
        words = one_line(one.words, what="Words", longest=120, needed=False)
        windows = [[f"{a:%H:%M}", f"{b:%H:%M}"] for a, b in sorted(one.windows)]
        found = known.get(one.on_day)
        if found is not None and (found.words, found.is_half, found.windows) == (words, one.is_half, windows):
            continue
        told_anew = found or Holiday(calendar=row, on_day=one.on_day)
        told_anew.words, told_anew.is_half, told_anew.windows = words, one.is_half, windows
        (changed if found else fresh).append(told_anew)
    if len(known) + len(fresh) > MOST_HOLIDAYS:
        raise Refusal(f"A calendar has at most {MOST_HOLIDAYS:,} days that are otherwise; take old ones out.")
    Holiday.objects.bulk_create(fresh)
    Holiday.objects.bulk_update(changed, ["words", "is_half", "windows"], batch_size=500)
    if fresh or changed:
        days = [str(one.on_day) for one in [*fresh, *changed]]
        _noted(row, {}, by=by, days=sorted(days)[:50], count=len(days))
    return len(fresh) + len(changed)


@transaction.atomic
def take_holidays(row: Calendar, days: Sequence[date], *, by: User) -> int:
    """Let these days be days as others again; how many were otherwise. Twice is once."""
    require(by, "house.edit")
    row = _held(row)
    gone = row.holidays.filter(on_day__in=list(days)[:MOST_HOLIDAYS]).delete()[0]
    if gone:
        _noted(row, {}, by=by, taken=[str(one) for one in sorted(days)][:50], count=gone)
    return gone


def bring(row: Calendar, told: bytes, *, by: User) -> Brought:
    """Holidays out of an iCalendar file's all-day events; each closes its day. Refused as `ical.all_days` and above."""
    require(by, "house.edit")
    found = ical.all_days(told)
    put_holidays(row, [calendars.Holiday(day, words) for day, words in found.days], by=by)
    return Brought(len(found.days), found.timed, found.repeated, found.unread)


@transaction.atomic
def remove(row: Calendar, *, by: User) -> None:
    """Remove a calendar that nothing asks for. Refused, with what does: one by which processes count. Twice is once."""
    require(by, "house.edit")
    row = _held(row)
    users = [words for asks in _used.values() for words in asks(row.name)]
    if users:
        raise Refusal(f"“{row.name}” is asked by {', '.join(users[:5])}. Give them other hours first.")
    journal.note("calendar.removed", row, by=by, before=_said(row))
    row.delete()


_TAKEN = "There is a calendar of this name already. Open it to change its hours."


def _clean(rows: Sequence[tuple[int, time, time]]) -> None:
    if not rows:
        words = "A calendar in which nobody ever works counts nothing: give it hours on one day at least."
        raise Refusal(words, fields={"mon": words})
    for number, (day, starts, ends) in enumerate(rows):
        if not 0 <= day <= 6:
            raise Refusal("A weekday is 0 (Monday) to 6 (Sunday).")
        if {starts.second, starts.microsecond, ends.second, ends.microsecond} != {0}:
            raise Refusal("Hours are told to the minute.", fields={DAYS[day]: "To the minute."})
        if number and rows[number - 1][:2] == (day, starts):
            words = f"Two windows begin at {starts:%H:%M}."
            raise Refusal(f"{calendars.DAYS[day]}: {words}", fields={DAYS[day]: words})
    if any(sum(row[0] == day for row in rows) > calendars.MOST_A_DAY for day in range(7)):
        raise Refusal(f"A day has at most {calendars.MOST_A_DAY} windows.")


def _held(row: Calendar) -> Calendar:
    found = Calendar.objects.select_for_update().filter(pk=row.pk).first()
    if found is None:
        raise Refusal("This calendar is not there any more.")
    return found


def _said(row: Calendar) -> dict[str, str]:
    windows = tuple(calendars.Window(one.weekday, one.starts, one.ends) for one in row.windows.all())
    return {"zone": row.zone, "hours": "; ".join(calendars.week_in_words(calendars.Calendar(row.name, "UTC", windows)))}


def _noted(row: Calendar, before: Mapping[str, str], *, by: User, **more: object) -> Calendar:
    row.wording = _wording()
    row.save()
    told = more or {"before": before, "after": _said(row)}
    journal.note("calendar.changed", row, by=by, name=row.name, **told)
    for follows in _follow.values():
        follows(row.name)
    return row


def _wording() -> str:
    return uuid.uuid4().hex
