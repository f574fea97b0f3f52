"""What the pages of the house ask."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from mutuals.base import calendars
from mutuals.base.refusals import Refusal
from mutuals.staff import house
from mutuals.staff.calendars import DAYS
from mutuals.web.frame.forms import Asked, DayInput, zones

LANGUAGES = (("en", "English"), ("de", "German"))
_LONGEST = 366 * 24 * 60


class Counting(Asked):
    """What holds where nobody said otherwise."""

    currency = forms.CharField(label="Currency", max_length=3, min_length=3, help_text="Sums are told in it.")
    zone = forms.ChoiceField(label="Time zone", choices=zones, help_text="Of the house; everybody sees their own.")
    first_weekday = forms.TypedChoiceField(
        label="A week begins on", coerce=int, choices=list(enumerate(calendars.DAYS))
    )
    language = forms.ChoiceField(label="Language", choices=LANGUAGES)

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        known = str(self.initial.get("language", "en"))
        if known not in dict(LANGUAGES):
            self.fields["language"].choices = [*LANGUAGES, (known, known)]  # type: ignore[attr-defined]


class Rated(Asked):
    """One rate."""

    currency = forms.CharField(label="One unit of", max_length=3, min_length=3, help_text="Such as USD.")
    rate = forms.CharField(label="Is worth", max_length=30, help_text="Such as 0.92.")
    on_day = forms.DateField(label="From", widget=DayInput())
    source = forms.CharField(label="Says who", max_length=80, initial="by hand")

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **{"auto_id": "rate_%s", **kwargs})  # beside the house's own currency

    def clean_rate(self) -> Any:
        """The number."""
        return _said(house.number, self.cleaned_data["rate"])


class RatesFile(Asked):
    """A file of rates."""

    file = forms.FileField(label="CSV file", help_text="Columns: currency, day, rate, and if you like against, source.")


class Weekly(Asked):
    """A calendar: its zone, and the hours of each weekday in one line."""

    name = forms.CharField(label="Name", max_length=60, help_text="Processes ask for it by this name, which stays.")
    zone = forms.ChoiceField(label="Time zone", choices=zones)
    mon, tue, wed, thu, fri, sat, sun = (
        forms.CharField(label=day, max_length=200, required=False) for day in calendars.DAYS
    )

    def __init__(self, data: Any = None, *, is_new: bool, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["mon"].help_text = "9:00–13:00, 14:00–18:00; 22:00–6:00 ends on the next day; empty: nobody works."
        if not is_new:
            del self.fields["name"]

    def clean(self) -> dict[str, Any]:
        """The hours of each weekday, each refused beside its own line."""
        said = super().clean() or {}
        for day in DAYS:
            try:
                said[day] = calendars.read_hours(said.get(day) or "")
            except Refusal as error:
                self.add_error(day, str(error))
        return said

    def hours(self) -> dict[int, Any]:
        """By weekday, 0 = Monday."""
        return {number: self.cleaned_data[day] for number, day in enumerate(DAYS)}


class DayOff(Asked):
    """A day that is otherwise."""

    on_day = forms.DateField(label="Day", widget=DayInput())
    words = forms.CharField(label="What it is", max_length=120, required=False)
    is_half = forms.BooleanField(label="Half a day: the first half of its hours", required=False)
    hours = forms.CharField(label="Other hours", max_length=200, required=False, help_text="Empty: closed.")

    def clean_hours(self) -> Any:
        """Windows."""
        return _said(calendars.read_hours, self.cleaned_data["hours"])


class DaysFile(Asked):
    """A calendar file."""

    file = forms.FileField(label="iCalendar file", help_text="Its events of whole days close those days.")


class Tried(Asked):
    """A limit to be counted: from when, by the calendar's clock, and how much working time."""

    day = forms.DateField(label="From", widget=DayInput())
    clock = forms.TimeField(label="At", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    minutes = forms.IntegerField(label="Minutes of work", min_value=1, max_value=_LONGEST)

    def start(self, zone: ZoneInfo) -> datetime:
        """The moment."""
        told: time = self.cleaned_data["clock"]
        return calendars.moment(self.cleaned_data["day"], told, zone)


def _said(read: Any, told: Any) -> Any:
    try:
        return read(told)
    except Refusal as error:
        raise forms.ValidationError(str(error)) from error
