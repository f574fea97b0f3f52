"""How allauth behaves here: nobody signs up by themselves; the secrets of second factors are kept sealed."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from mutuals.staff.models import User
from mutuals.web.signin import throttle

_TOO_MANY = (
    "That was too often. Wait five minutes, after many tries an hour; use a passkey or ask an admin to invite you anew."
)
_QUIET = ("account/messages/logged_in.txt", "account/messages/logged_out.txt")


class NoOpenSignUp(DefaultAccountAdapter):  # type: ignore[misc]
    """Refuses self sign-up; says nothing where the page itself says it; counts tries as `throttle` says."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "too_many_login_attempts": _TOO_MANY,
        "rate_limited": _TOO_MANY,
    }

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the try before the password is looked at; the base class gives it back when the password is right."""
        self._login_failed_rl_usage = throttle.spend(request, str(credentials.get("email", "")))
        if self._login_failed_rl_usage is None:
            raise self.validation_error("too_many_login_attempts")

    def post_login(self, request: HttpRequest, user: User, **told: Any) -> HttpResponse:
        """The way on, with the mark of a browser that is known."""
        response: HttpResponse = super().post_login(request, user, **told)
        throttle.remember(response, user)
        return response

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: users are made by `staff.accounts.add`."""
        return False

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: object, **kwargs: object
    ) -> None:
        """A greeting at every sign-in is noise."""
        if message_template not in _QUIET:
            super().add_message(request, level, message_template, *args, **kwargs)


class SealedFactors(DefaultMFAAdapter):  # type: ignore[misc]
    """Keeps secrets and recovery codes under the installation's rotating keys, so a database copy alone opens nothing."""

    def encrypt(self, text: str) -> str:
        """The text as one Fernet token under the newest key."""
        return _sealer().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The text again. Refused where no key of this installation opens it."""
        try:
            return _sealer().decrypt(encrypted_text.encode()).decode()
        except InvalidToken as error:
            raise PermissionDenied("This second factor cannot be opened with the keys of this installation.") from error


def _sealer() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.CREDENTIAL_KEYS])
