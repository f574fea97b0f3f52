"""First-run set-up: who owns this installation, what it is called, and where to begin."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import login as begin_session
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from mutuals.base import clock
from mutuals.people.queries import count_people
from mutuals.staff import accounts
from mutuals.staff.models import User
from mutuals.staff.queries import is_set_up
from mutuals.web.frame import company
from mutuals.web.frame.doors import caller
from mutuals.web.frame.forms import typed, zone_of
from mutuals.web.setup.forms import First, Here
from mutuals.web.signin.views import BACKEND

_NEXT = {"look": "/", "file": "/imports/", "source": "/sources/new/"}


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def setup(request: HttpRequest) -> HttpResponse:
    """The one page of it: for nobody yet, or for an owner who was not through with it."""
    is_first = not is_set_up()
    if not is_first and not request.user.is_authenticated:
        return redirect_to_login(reverse("setup"))
    if not is_first and (caller(request).role != "owner" or caller(request).set_up_at is not None):
        return redirect("/")
    form = First(typed(request), initial=_known(None)) if is_first else _again(request)
    if not form.is_bound:
        form.fields["zone"].widget.attrs["data-guess-zone"] = ""
    if request.method == "POST" and (start := form.try_act(lambda said: _keep(request, said, is_first=is_first))):
        return redirect(_NEXT.get(start, "/"))
    return render(
        request, "setup/page.html", _shown(request, form, is_first=is_first), status=422 if form.is_bound else 200
    )


def _again(request: HttpRequest) -> Here:
    return Here(typed(request), initial=_known(caller(request)))


def _known(user: User | None) -> dict[str, str]:
    return {
        "company": company.name() if user else company.said(),
        "zone": user.zone if user else "UTC",
        "name": user.name if user else "",
    }


@transaction.atomic
def _keep(request: HttpRequest, said: dict[str, Any], *, is_first: bool) -> str:
    about = {name: said[name] for name in ("email", "name", "password")} if is_first else {}
    user = accounts.first(**about) if is_first else caller(request)
    user = accounts.change(user, by=user, name=said["name"], zone=said["zone"])
    company.call(said["company"])
    accounts.finish_set_up(user, now=clock.now())
    if is_first:
        begin_session(request, user, backend=BACKEND)
    return str(said["start"])


def _shown(request: HttpRequest, form: Here, *, is_first: bool) -> dict[str, Any]:
    found, exact = (
        (0, True) if is_first else count_people(caller(request), zone=zone_of(caller(request)), now=clock.now())
    )
    return {"form": form, "is_first": is_first, "people": found, "is_exact": exact}
