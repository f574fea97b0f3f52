"""How allauth behaves here: nobody signs up by themselves; the secrets of second factors are kept sealed."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

_QUIET = ("account/messages/logged_in.txt", "account/messages/logged_out.txt")


class NoOpenSignUp(DefaultAccountAdapter):  # type: ignore[misc]
    """Refuses self sign-up; says nothing where the page itself says it."""

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
