"""What the pages of a task ask."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms

from mutuals.base import clock
from mutuals.inbox import tasks_dates as dates
from mutuals.inbox.models import Repeat, Task, TaskKind
from mutuals.inbox.tasks_read import LONGEST_NOTES, LONGEST_TITLE, MOST_AT, zone_of
from mutuals.people.models import Person
from mutuals.staff import queries as staff
from mutuals.staff.models import Team, User
from mutuals.web.frame.forms import Asked, DayInput
from mutuals.web.sales.forms import ForWhom

MORNING = time(9)
"""When a reminder of what is due on a day is told."""
_REMINDS = (
    ("", "Not"), ("0", "At that time; of a day at nine"), ("10", "10 minutes before"), ("60", "One hour before"),
    ("1440", "A day before"),
)  # fmt: skip


class ClockInput(forms.TimeInput):
    """The browser's own field for a time of day."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class About(Asked):
    """A task: what, when, who, how often."""

    kind = forms.ChoiceField(label="Kind", choices=TaskKind.choices)
    title = forms.CharField(label="What is to be done", max_length=LONGEST_TITLE)
    day = forms.DateField(label="Day", required=False, widget=DayInput())
    at = forms.TimeField(label="Time", required=False, widget=ClockInput())
    until = forms.TimeField(label="Until", required=False, widget=ClockInput())
    assignee = forms.ModelChoiceField(
        label="Who does it", queryset=User.objects.none(), required=False, empty_label="Nobody yet, the team"
    )
    team = forms.ModelChoiceField(label="Team", queryset=Team.objects.none(), required=False, empty_label="None")
    person = forms.CharField(
        label="For whom", max_length=200, required=False, help_text="Name, address or number here of somebody you know."
    )
    remind = forms.ChoiceField(label="Remind", choices=_REMINDS, required=False)
    repeat = forms.ChoiceField(label="Again", choices=Repeat.choices, required=False)
    repeat_until = forms.DateField(label="Until the day", required=False, widget=DayInput())
    users = forms.ModelMultipleChoiceField(
        label="Colleagues at it", queryset=User.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    guests = forms.CharField(
        label="Others at it", max_length=2_000, required=False, help_text="People you know, parted by commas."
    )
    notes = forms.CharField(
        label="Notes", max_length=LONGEST_NOTES, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, data: Any = None, *, viewer: User, row: Task | None = None, **kwargs: Any) -> None:
        self.viewer, self.row = viewer, row
        super().__init__(data, **kwargs)
        colleagues = staff.visible_to(viewer).filter(is_active=True)
        for name in ("assignee", "users"):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = colleagues
        team = self.fields["team"]
        assert isinstance(team, forms.ModelChoiceField)
        team.queryset = staff.teams_of(viewer)
        remind = self.fields["remind"]
        if row and row.remind_at and isinstance(remind, forms.ChoiceField):
            told = f"As it is: {row.remind_at.astimezone(zone_of(viewer)):%a %d %b, %H:%M}"
            remind.choices = [*_REMINDS, ("kept", told)]

    clean_person = ForWhom.clean_person

    def clean_guests(self) -> tuple[Person, ...]:
        """People parted by commas, each found as the one above."""
        found = []
        for said in str(self.cleaned_data["guests"]).split(",")[:MOST_AT]:
            if said.strip():
                one = ForWhom({"person": said.strip()[:200]}, viewer=self.viewer)
                one.full_clean()
                person = one.cleaned_data.get("person")
                if person is None:
                    why = " ".join(str(words) for words in one.errors.get("person", ()))
                    raise forms.ValidationError(f"“{said.strip()[:60]}”: {why}")
                found.append(person)
        return tuple(found)

    def told(self) -> dict[str, Any]:
        """The answers as `TaskIn` takes them, in the zone of whoever answered."""
        said = self.cleaned_data
        zone, day, at, until = zone_of(self.viewer), said["day"], said["at"], said["until"]
        if at and not day:
            now = clock.now().astimezone(zone)
            day = now.date() if at > now.time() else now.date() + timedelta(days=1)
        moment = dates.at(day, at, zone) if day and at else None
        begins = moment if moment and (until or said["kind"] == TaskKind.MEETING) else None
        ends = dates.at(day, until, zone) if begins and until else None
        values = {name: said[name] for name in ("kind", "title", "notes", "assignee", "team", "person", "repeat")}
        return values | {
            "starts_at": begins,
            "ends_at": ends,
            "due_at": None if begins else moment,
            "due_on": day if day and not at else None,
            "repeat_until": said["repeat_until"],
            "remind_at": self._remind(moment or (dates.at(day, MORNING, zone) if day else None)),
            "users": tuple(said["users"]),
            "persons": said["guests"],
        }

    def _remind(self, moment: datetime | None) -> datetime | None:
        said = self.cleaned_data["remind"]
        if said == "kept":
            return self.row.remind_at if self.row else None
        return moment - timedelta(minutes=int(said)) if said and moment else None

    def clean(self) -> dict[str, Any]:
        """What needs a day has one."""
        said = super().clean() or {}
        if (
            said.get("kind") == TaskKind.MEETING
            and not (said.get("day") and said.get("at"))
            and "at" not in self.errors
        ):
            self.add_error("at", "When does the meeting begin?")
        if said.get("until") and not said.get("at") and "at" not in self.errors:
            self.add_error("at", "It ends, but when does it begin?")
        if said.get("remind") not in ("", "kept", None) and not (said.get("day") or said.get("at")):
            self.add_error("remind", "Of what has no day nothing can be told.")
        return said


def as_is(row: Task, viewer: User) -> dict[str, Any]:
    """A task as its form shows it."""
    zone = zone_of(viewer)
    local = row.due_at.astimezone(zone) if row.due_at and not row.due_on else None
    guests = [one.person.canonical for one in row.participants.select_related("person__canonical") if one.person]
    return {
        "kind": row.kind,
        "title": row.title,
        "notes": row.notes,
        "day": row.due_on or (local.date() if local else None),
        "at": local.time() if local else None,
        "until": row.ends_at.astimezone(zone).time() if row.ends_at else None,
        "assignee": row.assignee_id,
        "team": row.team_id,
        "person": f"{row.person.canonical} ({row.person.canonical_id})" if row.person else "",
        "remind": "kept" if row.remind_at else "",
        "repeat": row.repeat,
        "repeat_until": row.repeat_until,
        "users": list(row.participants.filter(user__isnull=False).values_list("user", flat=True)),
        "guests": ", ".join(f"{one} ({one.pk})" for one in guests),
    }
