"""Signing in, and the first password of an invited colleague. The rest is allauth's, in our look."""

from __future__ import annotations

from typing import Any

from allauth.account import views as theirs
from django.contrib import messages
from django.contrib.auth import login as begin_session
from django.contrib.auth import logout as end_session
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from mutuals.base import clock
from mutuals.base.refusals import Refusal
from mutuals.staff import accounts, providers
from mutuals.staff.models import User
from mutuals.staff.queries import is_set_up
from mutuals.web.frame.forms import typed
from mutuals.web.signin import factors, throttle
from mutuals.web.signin.forms import Chosen

BACKEND = "django.contrib.auth.backends.ModelBackend"


@sensitive_post_parameters("password")
def login(request: HttpRequest) -> HttpResponseBase:
    """The sign-in; before anybody has an account, the set-up."""
    if request.method == "GET" and not is_set_up():
        return redirect("setup")
    answer: HttpResponseBase = theirs.LoginView.as_view(extra_context={"providers": providers.offered()})(request)
    return answer


@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """An invited colleague sets a password, once, and is signed in; who has a second factor is asked for it first."""
    try:
        user = accounts.invited(token, now=clock.now())
    except Refusal as error:
        return render(request, "signin/welcome.html", {"refused": str(error)}, status=410)
    form = Chosen(typed(request))
    if request.method == "POST" and (known := form.try_act(lambda said: _set(token, said))) is not None:
        return _begin(request, known)
    shown = {"form": form, "user_invited": user}
    return render(request, "signin/welcome.html", shown, status=422 if form.is_bound else 200)


def _set(token: str, said: dict[str, Any]) -> User:
    return accounts.welcome(token, password=said["password"], now=clock.now())


def _begin(request: HttpRequest, user: User) -> HttpResponse:
    """The first session; an invitation stands for the password alone, so who has a second factor signs in with it."""
    if factors.asked_of(user):
        end_session(request)
        messages.success(request, "Your password is set. Sign in with it, and with your second factor.")
        answer = redirect("account_login")
    else:
        begin_session(request, user, backend=BACKEND)
        messages.success(request, "Welcome. You are signed in.")
        answer = redirect("/")
    throttle.remember(answer, user)
    return answer
