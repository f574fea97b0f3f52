"""Signing in by a provider outside: the way there, and the way back. Who has a second factor is asked for it afterwards."""

from __future__ import annotations

import logging
import time
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from mutuals.base import clock
from mutuals.base.refusals import Refusal
from mutuals.staff import oidc, providers
from mutuals.staff.models import Provider
from mutuals.web.signin import throttle

SESSION = "asked_providers"
KEPT = 600  # seconds that somebody may take at the provider
MOST = 5  # questions that are open in one browser
_log = logging.getLogger(__name__)


@never_cache
@require_GET
def begin(request: HttpRequest, provider_id: int) -> HttpResponseBase:
    """To the provider, with a question that only this browser can bring back answered."""
    row = Provider.objects.filter(pk=provider_id, is_active=True).first()
    if row is None:
        raise Http404
    onward = _safe(request, request.GET.get(REDIRECT_FIELD_NAME, ""))
    if request.user.is_authenticated:
        return redirect(onward)
    try:
        if not throttle.may_ask(request):
            raise Refusal("That was too often. Wait a minute.")
        asks = oidc.asking()
        there = oidc.address(
            providers.found(row, now=clock.now()), client=row.client, back=providers.back_to(row), asks=asks
        )
    except Refusal as error:
        return _refused(request, row, error)
    open_ = {key: one for key, one in _open(request).items() if time.time() - one["at"] < KEPT}
    kept = dict(list(open_.items())[-(MOST - 1) :])
    told = {"provider": row.pk, "nonce": asks.nonce, "verifier": asks.verifier, "next": onward, "at": time.time()}
    request.session[SESSION] = {**kept, asks.state: told}
    return HttpResponseRedirect(there)


@never_cache
@require_GET
def back(request: HttpRequest, provider_id: int) -> HttpResponseBase:
    """From the provider: who it is, and where they wanted to go."""
    row = Provider.objects.filter(pk=provider_id).first()
    if row is None:
        raise Http404
    try:
        asked = _taken(request, row)
        told = _told(request, row, asked)
        user = providers.recognise(row, told, now=clock.now())
    except Refusal as error:
        return _refused(request, row, error)
    record_authentication(request, user, method="provider", provider=row.name)
    answer: HttpResponseBase = perform_login(
        request, user, email_verification="none", redirect_url=_safe(request, asked["next"])
    )
    return answer


def _taken(request: HttpRequest, row: Provider) -> dict[str, Any]:
    """What was asked in this browser, once. Refused: nothing that this would answer, too late, another provider's."""
    kept = _open(request)
    asked: dict[str, Any] | None = kept.pop(request.GET.get("state", ""), None)
    if asked is not None:
        request.session[SESSION] = kept
    if asked is None or asked["provider"] != row.pk or time.time() - asked["at"] > KEPT:
        raise Refusal("This answers no question of this browser, or came too late. Begin again.")
    return asked


def _told(request: HttpRequest, row: Provider, asked: dict[str, Any]) -> oidc.Told:
    """Who it is. Refused: as `oidc` says, and what the provider itself refused."""
    found = providers.found(row, now=clock.now())
    oidc.came_from(row.issuer, found, request.GET.dict())
    if wrong := request.GET.get("error", ""):
        words = "You did not agree there." if wrong == "access_denied" else f"It answered {wrong[:60]!r}."
        raise Refusal(f"{row.name} signed nobody in. {words}")
    return oidc.finish(
        request.GET.get("code", "")[:4000],
        issuer=row.issuer,
        found=found,
        client=row.client,
        secret=providers.secret_of(row),
        back=providers.back_to(row),
        asks=oidc.Asking(request.GET["state"], asked["nonce"], asked["verifier"]),
        http=providers.net(),
    )


def _open(request: HttpRequest) -> dict[str, Any]:
    return dict(request.session.get(SESSION) or {})


def _safe(request: HttpRequest, onward: str) -> str:
    """Where one wanted to go, where that is one of our own pages."""
    known = url_has_allowed_host_and_scheme(onward, {request.get_host()}, require_https=request.is_secure())
    return onward if known else settings.LOGIN_REDIRECT_URL


def _refused(request: HttpRequest, row: Provider, error: Refusal) -> HttpResponse:
    _log.info("Sign-in by provider %s refused: %s", row.pk, error)
    return render(request, "signin/refused.html", {"row": row, "why": str(error)}, status=403)
