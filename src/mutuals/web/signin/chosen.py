"""Settings: which providers outside may say who somebody is. For owners."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters

from mutuals.base import clock
from mutuals.staff import providers
from mutuals.staff.models import Provider, Role
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS, Asked, typed

_SECRET = forms.PasswordInput(attrs={"autocomplete": "off"})


class Believed(Asked):
    """For what a provider is believed."""

    name = forms.CharField(label="Name", max_length=80, help_text="It stands on the button: Sign in with …")
    domains = forms.CharField(
        label="Domains",
        max_length=2000,
        required=False,
        help_text="Only addresses of these, such as example.org. None: any address that has an account here.",
    )
    makes_accounts = forms.BooleanField(label="Make accounts for who has none yet", required=False)
    role = forms.ChoiceField(
        label="Role of these accounts",
        choices=[one for one in Role.choices if one[0] != Role.OWNER],
        initial=Role.STAFF,
    )

    def told(self) -> dict[str, Any]:
        """As the act takes it."""
        return {**self.cleaned_data, "domains": self.cleaned_data["domains"].replace(",", " ").split()}


class New(Believed):
    """One more."""

    field_order = ("name", "issuer", "client", "secret")
    issuer = forms.CharField(
        label="Issuer", max_length=300, help_text="As the provider writes it, such as https://login.example.org"
    )
    client = forms.CharField(label="Client id", max_length=300)
    secret = forms.CharField(label="Client secret", max_length=1000, strip=False, widget=_SECRET)


class Change(Believed):
    """All but issuer and client."""

    secret = forms.CharField(
        label="New client secret", max_length=1000, required=False, widget=_SECRET, help_text="Empty: it stays."
    )


@needs("provider.manage")
def page(request: HttpRequest) -> HttpResponse:
    """All of them."""
    return render(request, "signin/providers.html", {"rows": providers.visible_to(caller(request)).order_by("name")})


@sensitive_post_parameters("secret")
@needs("provider.manage", methods="GET POST")
def new(request: HttpRequest) -> HttpResponse:
    """One more."""
    form = New(typed(request))
    made = form.try_act(lambda _: providers.add(by=caller(request), now=clock.now(), **form.told()))
    if made is not None:
        messages.success(request, "Added. Write the address to come back to down there, then try it.")
        return redirect("provider_page", made.pk)
    return render(request, "signin/provider_new.html", {"form": form}, status=422 if form.is_bound else 200)


@sensitive_post_parameters("secret")
@needs("provider.manage", methods="GET POST")
def one(request: HttpRequest, provider_id: int) -> HttpResponse:
    """One, and whom it knows; sent, it is changed."""
    row = _found(request, provider_id)
    initial = {
        "name": row.name, "domains": ", ".join(row.domains), "makes_accounts": row.makes_accounts, "role": row.role,
    }  # fmt: skip
    form = Change(typed(request), initial=initial)
    if (
        request.method == "POST"
        and form.try_act(lambda _: providers.change(row, by=caller(request), **form.told())) is not None
    ):
        messages.success(request, "Saved.")
        return redirect("provider_page", row.pk)
    knows = row.knows.select_related("user").order_by("-pk")[:200]
    shown = {"row": row, "form": form, "knows": knows, "back": providers.back_to(row)}
    return render(request, "signin/provider.html", shown, status=422 if form.is_bound else 200)


@needs("provider.manage", methods="POST")
def do(request: HttpRequest, provider_id: int) -> HttpResponse:
    """Try it, switch it off or on, take it away, take a link of an account away."""
    row, by, what = _found(request, provider_id), caller(request), request.POST.get("do", "")
    try:
        if what == "test":
            told = providers.check(row, by=by, now=clock.now())
            messages.success(request, f"It answers. People are sent to {told['authorization_endpoint']}.")
        elif what in ("off", "on"):
            providers.change(row, by=by, is_active=what == "on")
        elif what == "remove":
            providers.remove(row, by=by)
            messages.success(request, f"{row.name} signs nobody in any more.")
            return redirect("providers")
        elif what.isascii() and what.isdecimal() and len(what) < 19:
            providers.forget(get_object_or_404(row.knows.all(), pk=int(what)), by=by)
    except REFUSALS as error:
        messages.error(request, str(error))
    return redirect("provider_page", row.pk)


def _found(request: HttpRequest, number: int) -> Provider:
    return get_object_or_404(providers.visible_to(caller(request)), pk=number)
