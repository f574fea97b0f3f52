"""What an invited colleague answers."""

from __future__ import annotations

from typing import Any

from django import forms

from mutuals.web.frame.forms import Asked


class Chosen(Asked):
    """A password, typed twice."""

    password = forms.CharField(
        label="Password",
        max_length=200,
        strip=False,
        help_text="At least 10 letters; nothing that is used elsewhere.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="Once more",
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """Both are the same."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if said.get("password") and said.get("again") and said["password"] != said["again"]:
            self.add_error("again", "This is not the same.")
        return said
