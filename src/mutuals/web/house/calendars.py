"""One calendar: its week as a picture, days that are otherwise, and a limit counted by it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from mutuals.base import calendars as pure
from mutuals.base import house, ical
from mutuals.base.models import Calendar
from mutuals.base.refusals import Refusal
from mutuals.staff import calendars as acts
from mutuals.staff.permissions import may
from mutuals.web.frame.doors import caller, needs
from mutuals.web.house import forms, shown


@needs("house.edit", methods="GET POST")
def new(request: HttpRequest) -> HttpResponse:
    """A new calendar, by its name."""
    start = dict.fromkeys(acts.DAYS[:5], "09:00–17:00") | {"zone": house.row().zone}
    form = forms.Weekly(request.POST if request.method == "POST" else None, is_new=True, initial=start)
    if request.method == "POST":
        row = form.try_act(lambda said: acts.put(said["name"], said["zone"], form.hours(), by=caller(request), seen=""))
        if row is not None:
            messages.success(request, "The calendar is there. Processes ask for it by its name.")
            return redirect("calendar", row.pk)
    return render(request, "house/new.html", {"form": form}, status=422 if form.is_bound else 200)


@needs("house.view", methods="GET POST", post="house.edit")
def page(request: HttpRequest, calendar_id: int) -> HttpResponse:
    """Its week, holidays, and how a limit comes about; sent, other hours."""
    row = _found(request, calendar_id)
    if request.method != "POST":
        return _page(request, row)
    form = forms.Weekly(request.POST, is_new=False)
    seen = request.POST.get("seen", "")[:32]
    if form.try_act(lambda said: acts.put(row.name, said["zone"], form.hours(), by=caller(request), seen=seen)) is None:
        return _page(request, row, form=form)
    messages.success(request, "Saved. Limits that run follow.")
    return redirect("calendar", row.pk)


@needs("house.edit", methods="POST")
def holidays(request: HttpRequest, calendar_id: int) -> HttpResponse:
    """A day that is otherwise, a file of them, or a day that is as others again."""
    row, by = _found(request, calendar_id), caller(request)
    if day := request.POST.get("take", ""):
        acts.take_holidays(row, _days(day), by=by)
        messages.success(request, f"{day[:10]} is a day as others again.")
        return redirect("calendar", row.pk)
    if "file" in request.FILES or request.POST.get("do") == "file":
        file = forms.DaysFile(request.POST, files=request.FILES)
        done = file.try_act(lambda said: acts.bring(row, said["file"].read(ical.MOST_BYTES + 1), by=by))
        if done is None:
            return _page(request, row, file_form=file)
        rest = f"{done.timed} with a time of day, {done.repeated} that repeat and {done.unread} broken were left out."
        messages.success(request, f"{done.days} days are holidays; {rest}")
        return redirect("calendar", row.pk)
    form = forms.DayOff(request.POST)
    if form.try_act(lambda said: acts.put_holidays(row, [_holiday(said)], by=by)) is None:
        return _page(request, row, day_form=form)
    messages.success(request, "Noted. Limits that run follow.")
    return redirect("calendar", row.pk)


@needs("house.edit", methods="POST")
def remove(request: HttpRequest, calendar_id: int) -> HttpResponse:
    """Remove it, where nothing counts by it."""
    row = _found(request, calendar_id)
    try:
        acts.remove(row, by=caller(request))
    except Refusal as error:
        messages.error(request, str(error))
        return redirect("calendar", row.pk)
    messages.success(request, f"“{row.name}” is gone.")
    return redirect("house")


def _page(request: HttpRequest, row: Calendar, **wrong: Any) -> HttpResponse:
    viewer, told, today = caller(request), house.calendar_of(row), timezone.localdate()
    is_all = request.GET.get("all") == "1"
    coming = [one for one in told.holidays if is_all or one.on_day >= today - timedelta(days=31)]
    tried = forms.Tried(request.GET if "minutes" in request.GET else None, initial=_start(told.zone))
    context = {
        "row": row,
        "week": shown.week(told, house.row().first_weekday),
        "coming": [(one, pure.hours_in_words(one.windows)) for one in coming],
        "hidden": len(told.holidays) - len(coming),
        "form": wrong.get("form") or forms.Weekly(is_new=False, initial=_hours(told)),
        "day_form": wrong.get("day_form") or forms.DayOff(initial={"on_day": today}),
        "file_form": wrong.get("file_form") or forms.DaysFile(),
        "tried": tried,
        "told": _tried(tried, told),
        "may_edit": may(viewer, "house.edit"),
    }
    return render(request, "house/calendar.html", context, status=422 if wrong else 200)


def _tried(form: forms.Tried, told: pure.Calendar) -> dict[str, Any] | None:
    if not form.is_bound:
        return None
    found = form.try_act(lambda said: pure.explain(form.start(ZoneInfo(told.zone)), said["minutes"], told))
    return None if found is None else shown.explained(found, told.zone)


def _hours(told: pure.Calendar) -> dict[str, str]:
    week: dict[str, Any] = {"zone": told.zone}
    for number, day in enumerate(acts.DAYS):
        week[day] = pure.hours_in_words((one.starts, one.ends) for one in sorted(told.windows) if one.weekday == number)
    return week


def _start(zone: str) -> dict[str, Any]:
    local = timezone.now().astimezone(ZoneInfo(zone))
    return {"day": local.date(), "clock": local.strftime("%H:%M"), "minutes": 240}


def _holiday(said: dict[str, Any]) -> pure.Holiday:
    return pure.Holiday(said["on_day"], said["words"], said["is_half"], said["hours"])


def _days(told: str) -> list[date]:
    try:
        return [date.fromisoformat(told[:10])]
    except ValueError:
        return []


def _found(request: HttpRequest, number: int) -> Calendar:
    return get_object_or_404(acts.visible_to(caller(request)), pk=number)
