"""Second factors: whether somebody has one, and what a change of them ends."""

from __future__ import annotations

from typing import Any

from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth import update_session_auth_hash
from django.dispatch import receiver
from django.http import HttpRequest

from mutuals.staff import accounts
from mutuals.staff.models import User


def asked_of(user: User) -> bool:
    """Whether signing in as this user asks more than the password."""
    return bool(is_mfa_enabled(user))


@receiver([authenticator_added, authenticator_removed, authenticator_reset])
def changed(request: HttpRequest, user: User, **_told: Any) -> None:
    """An app, a passkey or the recovery codes came, went or were made anew: this session goes on, all others end."""
    accounts.factors_changed(user)
    update_session_auth_hash(request, user)
