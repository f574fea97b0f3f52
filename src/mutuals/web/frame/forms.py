"""Forms that look like ours, keep what was typed, and show what an act said against it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from django import forms
from django.http import HttpRequest, QueryDict

from mutuals.base.files import DiskFull, TooBig
from mutuals.base.filters import Refused
from mutuals.base.refusals import Refusal
from mutuals.capture.imports.begin import Unusable
from mutuals.connectors.contract import Unreadable
from mutuals.identity import link
from mutuals.people import persons
from mutuals.staff.models import User

Result = TypeVar("Result")
REFUSALS = (Refusal, Refused, Unusable, Unreadable, TooBig, DiskFull, persons.Unfit, persons.Taken, link.Taken)
"""How the acts of all rooms say no. `NotAllowed` is not among them: it becomes a page of its own."""


class DayInput(forms.DateInput):
    """The browser's own field for a day. It reads and shows ISO alone, whatever the language of the page."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class Asked(forms.Form):
    """A form of the look: labels above, reasons below the field they are about."""

    template_name = "frame/_form.html"
    use_required_attribute = True

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **{"label_suffix": "", **kwargs})
        for field in self.fields.values():
            widget = field.widget
            if isinstance(widget, forms.CheckboxInput):
                widget.attrs.setdefault("class", "check")
            elif not isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple | forms.HiddenInput):
                widget.attrs.setdefault("class", "input")

    def try_act(self, act: Callable[[dict[str, Any]], Result], /) -> Result | None:
        """What `act` makes of the answers; None where the form or the act refuses: the form then says why."""
        if not self.is_valid():
            return None
        try:
            return act(self.cleaned_data)
        except REFUSALS as error:
            self.refused(error)
            return None

    def refused(self, error: Exception) -> None:
        """Put the reasons of a refusal beside the fields they name, the others above the form."""
        told = said_of(error)
        known = {name: words for name, words in told.items() if name in self.fields}
        for name, words in known.items():
            self.add_error(name, words)
        if len(known) < len(told) or not told:
            self.add_error(None, str(error))


def typed(request: HttpRequest) -> QueryDict | None:
    """What was sent with a form, also when all of it is empty; None where the form is only shown."""
    return request.POST if request.method == "POST" else None


def said_of(error: Exception) -> dict[str, str]:
    """What a refusal says of which field; {} where it is about the whole."""
    fields = dict(getattr(error, "fields", {}))
    if field := getattr(error, "field", ""):
        fields[str(field)] = str(error)
    return fields


def zones() -> list[tuple[str, str]]:
    """Time zones as choices: UTC, then by continent."""
    other = ("Etc/", "posix/", "right/", "SystemV/", "US/", "Brazil/", "Canada/", "Chile/", "Mexico/")
    named = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(other))
    return [("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in named)]


def zone_of(user: User) -> ZoneInfo:
    """The user's time zone; UTC where it is not known any more."""
    try:
        return ZoneInfo(user.zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
