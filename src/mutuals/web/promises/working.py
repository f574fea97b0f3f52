"""Promises from the screen: made by a form, and each act by a button."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from mutuals.base import clock
from mutuals.base.refusals import Refusal
from mutuals.history.models import Interaction
from mutuals.inbox import cases, promises, promises_found, queries
from mutuals.inbox.models import Promise
from mutuals.people.visibility import visible_to as visible_people
from mutuals.staff import queries as staff
from mutuals.staff.models import User
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS, Asked, typed
from mutuals.web.promises.views import found

_PLACES = ("conversation", "person", "case", "message", "about")


class DueInput(forms.DateTimeInput):
    """The browser's own field for a moment, by the clock of whoever looks."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class Promising(Asked):
    """A promise."""

    words = forms.CharField(
        label="What we promise", max_length=promises.LONGEST, help_text="As the customer was told it."
    )
    due_at = forms.DateTimeField(
        label="Until",
        required=False,
        widget=DueInput(),
        help_text="Empty: no moment was said. Its owner is told ahead.",
    )
    owner = forms.ChoiceField(label="Who sees to it", required=False)
    person = forms.IntegerField(label="Customer number", required=False, min_value=1, max_value=2**62)
    conversation = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput())
    case = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput())
    message = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput())
    about = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput())

    def __init__(self, data: Any = None, *, viewer: User, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.viewer = viewer
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ChoiceField)
        self._staff = {str(one.pk): one for one in staff.active()}
        owner.choices = [("", "myself"), *((key, str(one)) for key, one in self._staff.items())]

    def make(self, said: dict[str, Any]) -> Promise:
        """Make it of the answers. Refused: what is named and not the viewer's to see."""
        by, talk, message = self.viewer, said["conversation"], None
        turns = queries.visible_to(by).select_related("conversation__opener__person__canonical")
        if said["message"]:
            own = Interaction.objects.filter(conversation__in=queries.visible_to(by).values("pk"))
            message = own.filter(pk=said["message"]).first()
            talk = message.conversation_id if message else talk
        turn = turns.filter(pk=talk).first() if talk else None
        person = visible_people(by).filter(pk=said["person"]).first() if said["person"] else None
        if said["person"] and person is None:
            raise Refusal("There is no customer of this number.", fields={"person": "Nobody has this number."})
        case = cases.visible_to(by).filter(pk=said["case"]).first() if said["case"] else None
        made, _ = promises.make(
            by=by, now=clock.now(), words=said["words"], due_at=said["due_at"], turn=turn, person=person, case=case,
            about=said["about"], said_in=f"interaction:{message.pk}" if message else "",
            owner=self._staff.get(said["owner"]),
        )  # fmt: skip
        return made


@needs("promise.edit", methods="GET POST")
def new(request: HttpRequest) -> HttpResponse:
    """Make one; an address may name what it is about, and the message that says it."""
    viewer, said = caller(request), typed(request)
    start: dict[str, Any] = {name: request.GET.get(name, "")[:60] for name in _PLACES} | _of_message(request)
    form = Promising(said, viewer=viewer, initial=start)
    is_placed = any((said or start).get(name) for name in ("conversation", "case", "message")) or start["about"]
    if is_placed or (start["person"] and said is None):
        form.fields["person"].widget = forms.HiddenInput()
    made = form.try_act(form.make) if said is not None else None
    if made is not None:
        messages.success(request, "Promise kept track of.")
        return _back(request, made)
    way = request.GET.get("back", "") or request.POST.get("back", "")
    context = {"form": form, "back": way if _is_ours(request, way) else reverse("promises")}
    return render(request, "promises/form.html", context, status=200 if said is None else 422)


@needs("promise.edit", methods="POST")
def do(request: HttpRequest, promise_id: int) -> HttpResponse:
    """Do with a promise what a button says."""
    row, told = found(request, promise_id), request.POST
    act = _ACTS.get(told.get("do", ""))
    if act is None:
        raise Http404
    try:
        messages.success(request, act(row, caller(request), told))
    except REFUSALS as error:
        messages.error(request, str(error))
    return _back(request, row)


def _confirm(row: Promise, by: User, told: Any) -> str:
    promises.confirm(row, by=by, now=clock.now(), due_at=_due(told))
    return "Promise kept track of."


def _keep(row: Promise, by: User, _told: Any) -> str:
    kept = promises.keep(row, by=by, now=clock.now())
    if kept.is_drafted:
        return "Kept. The answer that tells the customer lies ready in the conversation."
    return "Kept. Tell the customer."


def _tell(row: Promise, by: User, _told: Any) -> str:
    promises.tell(row, by=by, now=clock.now())
    return "The customer knows."


def _move(row: Promise, by: User, told: Any) -> str:
    due = _due(told)
    if due is None:
        raise Refusal("Choose until when.")
    promises.move(row, by=by, now=clock.now(), due_at=due, reason=told.get("reason", ""))
    return f"Moved to {timezone.localtime(due):%a %-d %b, %H:%M}. Tell the customer."


def _hand(row: Promise, by: User, told: Any) -> str:
    number = told.get("to", "")
    to = staff.active().filter(pk=number).first() if number.isdecimal() and len(number) < 19 else None
    if to is None:
        raise Refusal("Choose who sees to it.")
    promises.hand(row, by=by, to=to)
    return f"{to} sees to it now."


def _withdraw(row: Promise, by: User, told: Any) -> str:
    promises.withdraw(row, by=by, now=clock.now(), reason=told.get("reason", ""))
    return "Taken back."


def _break(row: Promise, by: User, told: Any) -> str:
    promises.give_up(row, by=by, now=clock.now(), reason=told.get("reason", ""))
    return "Noted as broken. Tell the customer."


def _reopen(row: Promise, by: User, _told: Any) -> str:
    promises.reopen(row, by=by, now=clock.now())
    return "Open again."


_ACTS: dict[str, Callable[[Promise, User, Any], str]] = {
    "confirm": _confirm, "keep": _keep, "tell": _tell, "move": _move, "hand": _hand, "withdraw": _withdraw,
    "break": _break, "reopen": _reopen,
}  # fmt: skip


def _due(told: Any) -> datetime | None:
    """The moment of the field `due_at`. Refused: one that cannot be read."""
    if not told.get("due_at"):
        return None
    try:
        due: datetime | None = forms.DateTimeField().clean(told["due_at"])
    except forms.ValidationError as error:
        raise Refusal("Choose a day and an hour.") from error
    return due


def _of_message(request: HttpRequest) -> dict[str, Any]:
    """What the message that an address names promises, and where it was said."""
    number, viewer = request.GET.get("message", ""), caller(request)
    if not (number.isdecimal() and len(number) < 19):
        return {}
    rows = Interaction.objects.filter(conversation__in=queries.visible_to(viewer).values("pk"), pk=number)
    row = rows.first()
    if row is None:
        raise Http404
    told = promises_found.promised(row.text, writer=viewer, now=row.occurred_at)
    first = told[0] if told else None
    due = first.due_at if first and first.due_at and first.due_at > clock.now() else None
    return {"words": first.words if first else "", "due_at": due, "conversation": row.conversation_id}


def _back(request: HttpRequest, row: Promise) -> HttpResponse:
    way = request.POST.get("back", "")
    return redirect(way) if _is_ours(request, way) else redirect("promise", row.pk)


def _is_ours(request: HttpRequest, way: str) -> bool:
    return way.startswith("/") and url_has_allowed_host_and_scheme(way, allowed_hosts={request.get_host()})
