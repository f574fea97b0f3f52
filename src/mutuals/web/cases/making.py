"""A new case about what the address names or one chooses; and how the house keeps its cases."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from mutuals.base import clock
from mutuals.base.models import Calendar
from mutuals.inbox import case_policy, cases, queries
from mutuals.inbox.models import Case, CasePolicy, Priority, Severity
from mutuals.people.visibility import organisations_visible_to
from mutuals.people.visibility import visible_to as visible_people
from mutuals.staff import queries as staff
from mutuals.staff.models import User
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import Asked, typed
from mutuals.web.processes.shown import chosen_way, ways
from mutuals.web.sales.forms import ForWhom

_ABOUT = ("conversation", "person", "organisation", "parent")


class Opening(ForWhom):
    """A case to be opened. `is_placed`: what it is about was named already, so nobody is asked."""

    title = forms.CharField(label="What is it about?", max_length=200)
    kind = forms.ChoiceField(label="Sort", required=False)
    severity = forms.ChoiceField(label="Severity", choices=Severity.choices, initial=Severity.NORMAL, required=False)
    priority = forms.ChoiceField(label="Priority", choices=Priority.choices, initial=Priority.NORMAL, required=False)
    minutes = forms.IntegerField(label="Limit in minutes", min_value=1, max_value=cases.MOST_MINUTES, required=False)
    owner = forms.ChoiceField(label="Owner", required=False)
    team = forms.ChoiceField(label="Team", required=False)
    steps = forms.ChoiceField(label="Steps", required=False)

    field_order = ("title", "person", "organisation")

    def __init__(self, data: Any = None, *, viewer: User, is_placed: bool, **kwargs: Any) -> None:
        super().__init__(data, viewer=viewer, **kwargs)
        self.is_placed = is_placed
        if is_placed:
            del self.fields["person"], self.fields["organisation"]
        rows = {
            "kind": [(one, one) for one in case_policy.row().kinds],
            "owner": [(str(one.pk), str(one)) for one in staff.active()],
            "team": [(str(one.pk), one.name) for one in staff.teams_of(viewer)],
            "steps": ways(viewer, "case"),
        }
        for name, choices in rows.items():
            self.fields[name].choices = [("", "None" if name != "owner" else "Nobody yet"), *choices]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Somebody is named, unless it has its place."""
        return self.cleaned_data if self.is_placed else super().clean()


class Policy(Asked):
    """How the house keeps its cases."""

    reopen_days = forms.IntegerField(
        label="Days in which a customer’s word opens a case again", min_value=0, max_value=case_policy.MOST_DAYS,
        help_text="After them a new case follows it. 0 = none is opened again by itself.",
    )  # fmt: skip
    kinds = forms.CharField(label="Sorts of cases", widget=forms.Textarea(attrs={"rows": 6}), help_text="One a line.")
    calendar = forms.ChoiceField(label="Limits run by", required=False)

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        names = [(name, name) for name in Calendar.objects.order_by("name").values_list("name", flat=True)]
        self.fields["calendar"].choices = [("", "the clock, day and night"), *names]  # type: ignore[attr-defined]


@needs("case.open", methods="GET POST")
def new(request: HttpRequest) -> HttpResponse:
    """A case about what the address names; one that is open in the same conversation is shown instead."""
    viewer = caller(request)
    told = request.POST if request.method == "POST" else request.GET
    about = {} if "chosen" in told else {name: told.get(name, "") for name in _ABOUT if told.get(name)}
    shown = _about(viewer, about)
    form = Opening(typed(request), viewer=viewer, is_placed=bool(shown), initial={"team": "", "title": _called(shown)})
    if request.method == "POST":
        done = form.try_act(lambda said: _open(viewer, said, shown))
        if done is not None:
            case, is_new = done
            messages.success(
                request, f"{case.reference} is open." if is_new else f"{case.reference} was open here already."
            )
            return redirect("case", case.pk)
        if "conversation" in shown and not request.POST.get("whole"):
            messages.error(request, " ".join(str(words) for rows in form.errors.values() for words in rows))
            return redirect("conversation", shown["conversation"].pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "cases/new.html", {"form": form, "about": about, **shown}, status=status)


@needs("house.view", methods="GET POST", post="house.edit")
def policy(request: HttpRequest) -> HttpResponse:
    """How the house keeps its cases, and changing it."""
    row = case_policy.row()
    start = {"reopen_days": row.reopen_days, "kinds": "\n".join(row.kinds), "calendar": row.calendar}
    form = Policy(typed(request), initial=start)
    if request.method == "POST" and form.try_act(lambda said: _set(caller(request), said)) is not None:
        messages.success(request, "Saved. It holds for cases that end or are opened from now on.")
        return redirect("case_policy")
    return render(request, "cases/policy.html", {"form": form}, status=422 if request.method == "POST" else 200)


def _called(shown: dict[str, Any]) -> str:
    """What a case about a conversation is called unless somebody says otherwise: nobody types what was said already."""
    talk = shown["conversation"].conversation if "conversation" in shown else None
    return (talk.subject or talk.snippet)[:120] if talk else ""


def _open(viewer: User, said: dict[str, Any], shown: dict[str, Any]) -> tuple[Case, bool]:
    turn, person, house = (shown.get(name, said.get(name)) for name in ("conversation", "person", "organisation"))
    if turn is not None and person is None:
        opener = turn.conversation.opener
        person = opener.person.canonical if opener and opener.person else None
    process, is_usual = chosen_way(viewer, "case", said["steps"])
    return cases.open_case(
        by=viewer, now=clock.now(), title=said["title"], kind=said["kind"], minutes=said["minutes"],
        severity=said["severity"] or Severity.NORMAL, priority=said["priority"] or Priority.NORMAL,
        conversation=turn.conversation if turn else None, person=person, organisation=house,
        parent=shown.get("parent"), pillar=turn.pillar if turn else "",
        owner=staff.active().filter(pk=said["owner"]).first() if said["owner"] else None,
        team=staff.teams_of(viewer).filter(pk=said["team"]).first() if said["team"] else None,
        process=process, is_usual=is_usual,
    )  # fmt: skip


def _about(viewer: User, told: dict[str, str]) -> dict[str, Any]:
    """What a case is to be about, as far as this user may see it."""
    rows: dict[str, Any] = {
        "conversation": queries.visible_to(viewer).select_related("conversation__opener__person__canonical"),
        "person": visible_people(viewer),
        "organisation": organisations_visible_to(viewer),
        "parent": cases.visible_to(viewer).select_related("person", "organisation"),
    }
    found: dict[str, Any] = {}
    for name, number in told.items():
        row = rows[name].filter(pk=int(number)).first() if number.isdecimal() and len(number) < 19 else None
        if row is None:
            raise Http404
        found[name] = row
    if found.keys() == {"parent"}:  # a part of what the case above is about
        above = found["parent"]
        if above.person is not None or above.organisation is not None:
            found |= {"person": above.person.canonical if above.person else None, "organisation": above.organisation}
    return found


def _set(by: User, said: dict[str, Any]) -> CasePolicy:
    kinds = [line.strip() for line in said["kinds"].splitlines() if line.strip()]
    return case_policy.change(by=by, reopen_days=said["reopen_days"], kinds=kinds, calendar=said["calendar"])
