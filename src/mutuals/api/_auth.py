"""Who is calling: a program by its token, or a member of staff by the session of the screens.

An operation says which scope a token needs and which act the user's role must include at all; the act itself asks
again for the row that it touches. A session needs no scope, but a CSRF token for everything that writes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from ninja.errors import AuthenticationError, HttpError
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from mutuals.base import clock
from mutuals.staff import tokens
from mutuals.staff.models import Token, User
from mutuals.staff.permissions import NotAllowed, require

ANYBODY = "anybody signed in"
"""In place of an act: what concerns only the caller."""
SAFE = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True, slots=True)
class Caller:
    """A user, and the token that they came by (None = their session)."""

    user: User
    token: Token | None

    @property
    def key(self) -> str:
        """Whose requests these are, as a text key."""
        return f"token:{self.token.pk}" if self.token else f"staff:{self.user.pk}"


def caller_of(request: HttpRequest) -> Caller | None:
    """Who calls, asked once per request. Raises 401 for a token that is no good, so that no session hides it."""
    held: Any = request.__dict__.get("_mutuals_caller", ...)
    if held is ...:
        held = _by_token(request) if "Authorization" in request.headers else _by_session(request)
        request.__dict__["_mutuals_caller"] = held
    return cast("Caller | None", held)


def user_of(request: HttpRequest) -> User:
    """The user of a request that was let in."""
    caller = caller_of(request)
    if caller is None:
        raise AuthenticationError
    return caller.user


def _by_token(request: HttpRequest) -> Caller:
    kind, _, plain = request.headers["Authorization"].partition(" ")
    found = tokens.user_of(plain.strip(), now=clock.now()) if kind.lower() == "bearer" else None
    if found is None:
        raise AuthenticationError
    return Caller(*found)


def _by_session(request: HttpRequest) -> Caller | None:
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
        return None
    if request.method not in SAFE and check_csrf(request):
        raise HttpError(403, "The CSRF token is missing or wrong. Load the page again.")
    return Caller(request.user, None)


def _let_in(caller: Caller, act: str, scopes: tuple[str, ...]) -> Caller:
    if caller.token is not None and tokens.reaches(caller.token).isdisjoint(scopes):
        raise NotAllowed(f"This token lacks the scope “{'” or “'.join(scopes)}”.")
    if act != ANYBODY:
        require(caller.user, act)
    return caller


class Bearer(AuthBase):
    """`Authorization: Bearer mut_...`"""

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __init__(self, act: str, scopes: tuple[str, ...]) -> None:
        super().__init__()
        self.act, self.scopes = act, scopes

    def __call__(self, request: HttpRequest) -> Caller | None:
        """The caller, None without a token. Raises what refuses them."""
        caller = caller_of(request)
        return _let_in(caller, self.act, self.scopes) if caller and caller.token else None


class Session(AuthBase):
    """The session cookie of the screens."""

    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = settings.SESSION_COOKIE_NAME

    def __init__(self, act: str, scopes: tuple[str, ...]) -> None:
        super().__init__()
        self.act, self.scopes = act, scopes

    def __call__(self, request: HttpRequest) -> Caller | None:
        """The caller, None where nobody is signed in."""
        caller = caller_of(request)
        return _let_in(caller, self.act, self.scopes) if caller and not caller.token else None
