"""Hooks: programs of others that are told what happens here, and what became of each delivery."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache

from mutuals.base import clock
from mutuals.channels import hooks, tell
from mutuals.channels.models import Hook, HookDelivery
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS, Asked, typed

PAGE = 50


class Telling(Asked):
    """Whom, and of what."""

    name = forms.CharField(label="Name", max_length=120, help_text="Such as Warehouse.")
    url = forms.CharField(
        label="Address", max_length=500, help_text="Such as https://example.org/hook. It gets signed POSTs."
    )
    kinds = forms.MultipleChoiceField(
        label="Of what it is told", choices=hooks.FAMILIES, required=False, widget=forms.CheckboxSelectMultiple()
    )
    more = forms.CharField(
        label="And of",
        max_length=1000,
        required=False,
        help_text="Kinds as the journal names them: deal.won, import.*; * is all.",
    )

    def told(self) -> dict[str, Any]:
        """As the act takes it."""
        said = self.cleaned_data
        return {
            "name": said["name"],
            "url": said["url"],
            "kinds": [*said["kinds"], *said["more"].replace(",", " ").split()],
        }


@needs("hook.manage")
def page(request: HttpRequest) -> HttpResponse:
    """All of them."""
    rows = [{"hook": row, "state": _state(row)} for row in hooks.visible_to(caller(request)).order_by("name")]
    return render(request, "hooks/page.html", {"rows": rows})


@never_cache
@needs("hook.manage", methods="GET POST")
def new(request: HttpRequest) -> HttpResponse:
    """One more. Its secret is shown on this answer and never again."""
    form = Telling(typed(request))
    made = form.try_act(lambda _: hooks.add(by=caller(request), now=clock.now(), **form.told()))
    if made is not None:
        return _shown(request, made[0], secret=made[1])
    return render(request, "hooks/new.html", {"form": form}, status=422 if form.is_bound else 200)


@needs("hook.manage", methods="GET POST")
def one(request: HttpRequest, hook_id: int) -> HttpResponse:
    """One, with its log; sent, it is changed."""
    row = _found(request, hook_id)
    form = Telling(typed(request), initial=_known(row))
    if (
        request.method == "POST"
        and form.try_act(lambda _: hooks.change(row, by=caller(request), **form.told())) is not None
    ):
        messages.success(request, "Saved.")
        return redirect("hook_page", row.pk)
    return _shown(request, row, form=form)


@never_cache
@needs("hook.manage", methods="POST")
def do(request: HttpRequest, hook_id: int) -> HttpResponse:
    """Try it, pause it, let it go on, give it a new secret, take it away."""
    row, by, what = _found(request, hook_id), caller(request), request.POST.get("do", "")
    try:
        if what == "test":
            done = tell.greet(row, by=by, now=clock.now())
            if done.state == HookDelivery.State.SENT:
                messages.success(request, f"It answered {done.status} in {done.took_ms} ms.")
            else:
                messages.error(request, f"It was not taken. {done.said}")
        elif what == "secret":
            return _shown(request, row, secret=hooks.renew_secret(row, by=by))
        elif what == "remove":
            hooks.remove(row, by=by)
            messages.success(request, f"{row.name} is told nothing any more.")
            return redirect("hooks")
        elif what == "pause":
            hooks.pause(row, by=by)
        elif what == "go_on":
            hooks.go_on(row, by=by)
    except REFUSALS as error:
        messages.error(request, str(error))
    return redirect("hook_page", row.pk)


@needs("hook.manage", methods="POST")
def again(request: HttpRequest, hook_id: int, delivery_id: int) -> HttpResponse:
    """Send a delivery once more."""
    row = _found(request, hook_id)
    try:
        hooks.again(get_object_or_404(row.deliveries.all(), pk=delivery_id), by=caller(request), now=clock.now())
        messages.success(request, "It leaves within a minute, under the name that it had.")
    except REFUSALS as error:
        messages.error(request, str(error))
    return redirect("hook_page", row.pk)


def _found(request: HttpRequest, number: int) -> Hook:
    return get_object_or_404(hooks.visible_to(caller(request)).select_related("owner"), pk=number)


def _shown(request: HttpRequest, row: Hook, *, form: Telling | None = None, secret: str = "") -> HttpResponse:
    before = request.GET.get("before", "")
    place = int(before) if before.isascii() and before.isdecimal() and len(before) < 19 else None
    rows = hooks.deliveries(row, viewer=caller(request), before=place, limit=PAGE + 1)
    context = {
        "row": row,
        "state": _state(row),
        "form": form or Telling(initial=_known(row)),
        "secret": secret,
        "deliveries": rows[:PAGE],
        "more": rows[PAGE - 1].pk if len(rows) > PAGE else None,
        "is_later": place is not None,
    }
    return render(request, "hooks/one.html", context, status=422 if form is not None and form.is_bound else 200)


def _known(row: Hook) -> dict[str, Any]:
    common = {kind for kind, _ in hooks.FAMILIES}
    return {
        "name": row.name,
        "url": row.url,
        "kinds": [one for one in row.kinds if one in common],
        "more": ", ".join(one for one in row.kinds if one not in common),
    }


def _state(row: Hook) -> tuple[str, str]:
    """In a word, and how it is drawn."""
    if row.paused:
        return "Paused", "line"
    return ("Failing", "late") if row.failing_since else ("On", "good")
