"""What stands before a view: who may come in, and by which method."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.views.decorators.http import require_http_methods

from mutuals.staff.models import User
from mutuals.staff.permissions import require

View = Callable[..., HttpResponseBase]


def needs(act: str = "", *, methods: str = "GET", post: str = "") -> Callable[[View], View]:
    """A view for signed-in users who may do `act` somewhere ("" = any); others sign in first, or read whom to ask.

    `methods` are parted by spaces; GET takes HEAD with it. `post` is the right that a POST needs where it differs. The act
    asks again, on the row it is about.
    """
    taken = methods.split() + (["HEAD"] if "GET" in methods else [])

    def around(view: View) -> View:
        @wraps(view)
        def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            asks = post if post and request.method == "POST" else act
            if asks:
                require(caller(request), asks)
            return view(request, *args, **kwargs)

        page = login_required(require_http_methods(taken)(asked))

        @wraps(view)
        def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if is_fragment(request) and not request.user.is_authenticated:
                return _signed_out(request)
            return page(request, *args, **kwargs)

        return door

    return around


def _signed_out(request: HttpRequest) -> HttpResponse:
    """A page whose session ended elsewhere asked for a part of itself: it goes to the sign-in, and comes back from there."""
    came = urlsplit(request.headers.get("HX-Current-URL", ""))
    shown = came.path if came.netloc == request.get_host() else "/"
    query = urlencode({REDIRECT_FIELD_NAME: f"{shown}?{came.query}" if came.query and shown == came.path else shown})
    answered = HttpResponse(status=401)
    answered.headers["HX-Redirect"] = f"{resolve_url(settings.LOGIN_URL)}?{query}"
    return answered


def caller(request: HttpRequest) -> User:
    """The signed-in user."""
    return cast(User, request.user)


def is_fragment(request: HttpRequest) -> bool:
    """Whether a part of a page is asked for, by htmx; a page brought back from the browser's history is whole."""
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers
