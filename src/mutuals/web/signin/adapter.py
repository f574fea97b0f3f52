"""How allauth behaves here: nobody signs up by themselves; an admin makes users."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class NoOpenSignUp(DefaultAccountAdapter):  # type: ignore[misc]
    """Refuses self sign-up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: users are made by `staff.accounts.add`."""
        return False
