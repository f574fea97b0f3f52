"""What stands before a view: who may come in, and by which method."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
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

        return login_required(require_http_methods(taken)(asked))

    return around


def caller(request: HttpRequest) -> User:
    """The signed-in user."""
    return cast(User, request.user)


def is_fragment(request: HttpRequest) -> bool:
    """Whether a part of a page is asked for, by htmx; a page brought back from the browser's history is whole."""
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers
