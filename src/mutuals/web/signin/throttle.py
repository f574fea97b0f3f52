"""How often a password may be tried: per account from one address, per address, and per account from everywhere.

A limit per account alone would let anybody keep its owner out by trying wrong passwords on purpose. So a browser in which
somebody signed in before, or opened an invitation, bears a signed mark and is counted by itself: what others try, from
wherever, does not slow it down. Passkeys are not counted with passwords. How many tries: `ACCOUNT_RATE_LIMITS`.
"""

from __future__ import annotations

from allauth.core.internal.ratelimit import RateLimitUsage, consume, get_ip
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

from mutuals.base.ids import new_token
from mutuals.staff.models import User

COOKIE = "mutuals_known"
KEPT = 365 * 86_400  # seconds
_SALT = "mutuals.web.signin.known"


def spend(request: HttpRequest, login: str) -> RateLimitUsage | None:
    """Count one try to sign in with this email; None where there were too many. What a right password gives back."""
    account = login.strip().lower()
    if browser := _known(request, account):
        return _count(request, "known_failed", f"{account} {browser}")
    near = _count(request, "password_failed", f"{account} {get_ip(request)}")
    everywhere = _count(request, "account_failed", account) if near else None
    return RateLimitUsage([*near.usage, *everywhere.usage]) if near and everywhere else None


def may_ask(request: HttpRequest) -> bool:
    """Whether this address may be sent to a provider once more."""
    return _count(request, "provider", "") is not None


def remember(response: HttpResponse, user: User) -> None:
    """Mark the browser as one in which this user proved who they are. The mark opens nothing."""
    mark = signing.dumps([_of(user.email), new_token()], salt=_SALT)
    response.set_cookie(
        COOKIE,
        mark,
        max_age=KEPT,
        path="/accounts/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _known(request: HttpRequest, account: str) -> str:
    """Which marked browser of this account it is; "" where it bears no mark, a forged one, or another account's."""
    try:
        whose, browser = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=KEPT)
    except (signing.BadSignature, TypeError, ValueError):
        return ""
    return str(browser) if constant_time_compare(str(whose), _of(account)) else ""


def _of(account: str) -> str:
    return salted_hmac(_SALT, account.lower(), algorithm="sha256").hexdigest()[:32]


def _count(request: HttpRequest, action: str, key: str) -> RateLimitUsage | None:
    usage: RateLimitUsage | None = consume(request, app="allauth.account", action=action, key=key)
    return usage
