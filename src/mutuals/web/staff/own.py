"""One's own page: name, zone, theme, how one is told, password, keys for programs."""

from __future__ import annotations

from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from mutuals.base import clock
from mutuals.rules import send
from mutuals.staff import accounts
from mutuals.staff import tokens as keys
from mutuals.staff.models import Pillar, Token, User
from mutuals.staff.permissions import may
from mutuals.staff.queries import tokens_visible_to
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import Asked, typed
from mutuals.web.staff.forms import NewToken, Own, Password


@needs(methods="GET POST")
def page(request: HttpRequest) -> HttpResponse:
    """Name, zone, theme and how one is told."""
    user = caller(request)
    form = Own(typed(request), initial=_as_is(user))
    if request.method == "POST" and form.try_act(lambda said: accounts.change(user, by=user, **said)) is not None:
        messages.success(request, "Saved.")
        return redirect("me")
    return _page(request, own=form)


@sensitive_post_parameters("old", "password")
@needs(methods="POST")
def password(request: HttpRequest) -> HttpResponse:
    """A new password; this session goes on, others end."""
    user = caller(request)
    if not ratelimit.consume(request, action="change_password", user=user):  # five a minute
        messages.error(request, "That was too often. Wait a minute and try again.")
        return redirect("me")
    form = Password(request.POST, user=user)
    if form.try_act(lambda said: _set(user, said)) is not None:
        update_session_auth_hash(request, user)
        messages.success(request, "The password is changed. Other browsers are signed out.")
        return redirect("me")
    return _page(request, secret=form)


@never_cache
@needs("token.own", methods="POST")
def tokens(request: HttpRequest) -> HttpResponse:
    """A key, whose plain text is shown on this answer and never again."""
    form = NewToken(request.POST)
    made = form.try_act(lambda said: keys.make(caller(request), now=clock.now(), **said))
    return _page(request, token=None if made else form, plain=made[1] if made else "")


@needs("token.own", methods="POST")
def end_token(request: HttpRequest, token_id: int) -> HttpResponse:
    """End a key at once."""
    keys.revoke(get_object_or_404(tokens_visible_to(caller(request)), pk=token_id), by=caller(request), now=clock.now())
    messages.success(request, "The key opens nothing any more.")
    return redirect("me")


@needs(methods="POST")
def theme(request: HttpRequest) -> HttpResponse:
    """Light, dark, or as the system has it."""
    accounts.change(caller(request), by=caller(request), theme=_known(request.POST.get("theme", "")))
    return HttpResponse(status=204) if "HX-Request" in request.headers else redirect("me")


@needs(methods="POST")
def pillar(request: HttpRequest) -> HttpResponse:
    """From which part of the business one looks at the house; Today is shown in its order."""
    told = request.POST.get("pillar", "")
    accounts.change(caller(request), by=caller(request), pillar=told if told in Pillar.values else "")
    return redirect("today")


def _as_is(user: User) -> dict[str, str]:
    return {"name": user.name, "zone": user.zone, "theme": user.theme, "told_by": user.told_by, "pillar": user.pillar}


def _known(theme: str) -> str:
    return theme if theme in ("light", "dark") else ""


def _set(user: User, said: dict[str, Any]) -> bool:
    accounts.set_password(user, said["password"], by=user)
    user.refresh_from_db()
    return True


def _page(request: HttpRequest, *, plain: str = "", **forms: Asked | None) -> HttpResponse:
    user = caller(request)
    held = Token.objects.filter(user=user, revoked_at=None).order_by("-created_at", "-pk")
    shown = {
        "own": forms.get("own") or Own(initial=_as_is(user)),
        "has_mailbox": send.mailbox() is not None,
        "secret": forms.get("secret") or Password(user=user),
        "token": forms.get("token") or NewToken(),
        "may_have_tokens": may(user, "token.own"),
        "held": held,
        "plain": plain,
    }
    is_wrong = any(form is not None and form.errors for form in forms.values())
    return render(request, "staff/me.html", shown, status=422 if is_wrong else 200)
