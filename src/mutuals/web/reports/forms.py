"""What the pages of reports ask: whom a report is shown to, to whom it is written, and what a dashboard holds."""

from __future__ import annotations

from typing import Any

from django import forms

from mutuals.insights import reports
from mutuals.insights.models import Dashboard, Report
from mutuals.insights.schedules import WEEKDAYS
from mutuals.staff.models import Pillar, Team, User
from mutuals.staff.queries import active
from mutuals.web.frame.forms import Asked, zones

PARTS = 8
"""Places for reports in the form of a dashboard."""


class Shown(Asked):
    """Name, and who sees it. `said` has `name`, `shared` and `team`."""

    name = forms.CharField(label="Name", max_length=80)
    whom = forms.ChoiceField(label="Who sees it")

    def __init__(self, data: Any = None, *, viewer: User, row: Report | Dashboard | None = None, **kwargs: Any) -> None:
        super().__init__(data, **({"initial": _known(row)} if row else {}) | kwargs)
        self._teams = {str(one.pk): one for one in Team.objects.filter(pk__in=viewer.team_ids()).order_by("name")}
        named = [(key, one.name) for key, one in self._teams.items()]
        self.fields["whom"].choices = [("", "only I"), ("all", "everybody"), *named]  # type: ignore[attr-defined]
        self.fields["whom"].required = False

    def said(self, told: dict[str, Any]) -> dict[str, Any]:
        """The answers as the acts take them."""
        return {"name": told["name"], "shared": told["whom"] == "all", "team": self._teams.get(told["whom"])}


class Letter(Asked):
    """To which colleagues it is written, and when."""

    to = forms.MultipleChoiceField(label="To", widget=forms.CheckboxSelectMultiple)
    weekday = forms.ChoiceField(
        label="Day", required=False, choices=[("", "every day"), *((str(at), name) for at, name in enumerate(WEEKDAYS))]
    )
    hour = forms.IntegerField(label="From hour", min_value=0, max_value=23, initial=8)
    zone = forms.ChoiceField(label="Zone", choices=zones)

    def __init__(self, data: Any = None, *, viewer: User, report: Report, **kwargs: Any) -> None:
        super().__init__(data, initial={"zone": viewer.zone, "to": [str(viewer.pk)]}, **kwargs)
        self._people = {str(one.pk): one for one in active() if reports.visible_to(one).filter(pk=report.pk).exists()}
        self.fields["to"].choices = [(key, one.name) for key, one in self._people.items()]  # type: ignore[attr-defined]

    def said(self, told: dict[str, Any]) -> dict[str, Any]:
        """The answers as the act takes them."""
        weekday = int(told["weekday"]) if told["weekday"] else None
        return {
            "to": [self._people[key] for key in told["to"]], "weekday": weekday, "hour": told["hour"], "zone": told["zone"]
        }  # fmt: skip


class Board(Shown):
    """A dashboard: which reports, in which order, how wide."""

    pillar = forms.ChoiceField(label="Part of the business", required=False, choices=[("", "all"), *Pillar.choices])

    def __init__(self, data: Any = None, *, viewer: User, row: Dashboard | None = None, **kwargs: Any) -> None:
        super().__init__(data, viewer=viewer, row=row, **kwargs)
        there = [("", "none"), *((str(one.pk), one.name) for one in reports.visible_to(viewer))]
        parts = [(one.pk, size) for one, size in reports.parts_of(row, viewer)] if row else []
        for at in range(max(PARTS, len(parts))):
            pk, size = parts[at] if at < len(parts) else ("", "half")
            self.fields[f"report{at}"] = forms.ChoiceField(
                label=f"Report {at + 1}", required=False, choices=there, initial=str(pk),
                widget=forms.Select(attrs={"class": "input"}),
            )  # fmt: skip
            self.fields[f"size{at}"] = forms.ChoiceField(
                label=f"Width of report {at + 1}", choices=[("half", "half"), ("whole", "whole")], initial=size,
                required=False, widget=forms.Select(attrs={"class": "input"}),
            )  # fmt: skip

    def said(self, told: dict[str, Any]) -> dict[str, Any]:
        """The answers as the act takes them."""
        places = [name.removeprefix("report") for name in self.fields if name.startswith("report")]
        parts = [(int(told[f"report{at}"]), told[f"size{at}"] or "half") for at in places if told[f"report{at}"]]
        return {**super().said(told), "pillar": told["pillar"], "parts": parts}


def _known(row: Report | Dashboard) -> dict[str, Any]:
    told: dict[str, Any] = {"name": row.name, "whom": "all" if row.shared else str(row.team_id or "")}
    return told | ({"pillar": row.pillar} if isinstance(row, Dashboard) else {})
