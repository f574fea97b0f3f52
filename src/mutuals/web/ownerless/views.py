"""What nobody looks after, by kind, given to somebody; and all that a colleague looks after, handed over."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from mutuals.base import clock
from mutuals.people import ownerless
from mutuals.staff import accounts
from mutuals.staff.models import User
from mutuals.staff.queries import active, visible_to
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import Asked, typed


class Taker(Asked):
    """Who takes over."""

    to: forms.ModelChoiceField[User] = forms.ModelChoiceField(label="To", queryset=None)

    def __init__(self, data: Any = None, *, but: User | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        rows = active()
        self.fields["to"].queryset = rows.exclude(pk=but.pk) if but else rows  # type: ignore[attr-defined]


@needs("ownerless.view")
def page(request: HttpRequest) -> HttpResponse:
    """How much of each kind is nobody's."""
    return render(request, "ownerless/page.html", {"counts": ownerless.counts(caller(request))})


@needs("ownerless.view", methods="GET POST")
def one(request: HttpRequest, what: str) -> HttpResponse:
    """The newest of one kind, and the form that gives the ticked ones to somebody."""
    by, form = caller(request), Taker(typed(request))
    kind = next((kind for kind in ownerless.kinds(by) if kind.name == what), None)
    if kind is None:
        messages.error(request, "There is no such kind of record.")
        return redirect("ownerless")
    if request.method == "POST":
        ids = [int(text) for text in request.POST.getlist("id") if text.isdecimal() and len(text) < 19]
        went = form.try_act(lambda said: ownerless.give(what, ids, to=said["to"], by=by, now=clock.now()))
        if went is not None:
            messages.success(request, f"{went} given to {form.cleaned_data['to']}." if ids else "Nothing was ticked.")
            return redirect("ownerless_kind", what)
    shown = {"kind": kind, "rows": ownerless.rows(what, by), "form": form}
    return render(request, "ownerless/kind.html", shown, status=422 if form.errors else 200)


@needs("owner.transfer", methods="GET POST")
def owns(request: HttpRequest, user_id: int) -> HttpResponse:
    """What moves, before it does; then the click that moves it."""
    by = caller(request)
    user = get_object_or_404(visible_to(by), pk=user_id)
    form = Taker(typed(request), but=user)
    if request.method == "POST":
        moved = form.try_act(lambda said: accounts.transfer(user, said["to"], by=by))
        if moved is not None:
            words = ", ".join(f"{number} {name}" for name, number in moved.items()) or "Nothing"
            messages.success(request, f"{words} went to {form.cleaned_data['to']}.")
            return redirect("colleague_owns", user.pk)
    shown = {"colleague": user, "holds": accounts.holdings(user), "form": form}
    return render(request, "ownerless/owns.html", shown, status=422 if form.errors else 200)
