"""What first-run set-up asks."""

from __future__ import annotations

from django import forms

from mutuals.web.frame.forms import Asked, zones

STARTS = (("look", "Look round"), ("file", "Bring a file"), ("source", "Connect a source"))


class Here(Asked):
    """Who we are; for an owner that exists already."""

    name = forms.CharField(label="Your name", max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    company = forms.CharField(
        label="Your organisation", max_length=80, widget=forms.TextInput(attrs={"autocomplete": "organization"})
    )
    zone = forms.ChoiceField(
        label="Time zone", choices=zones, help_text="Times are shown in it; others choose their own."
    )
    start = forms.ChoiceField(
        label="How do you want to start?", choices=STARTS, initial="look", widget=forms.RadioSelect
    )

    field_order = ("name", "company", "email", "password", "zone", "start")


class First(Here):
    """The same, and the account of the first owner."""

    email = forms.EmailField(label="Email", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(
        label="Password",
        max_length=200,
        strip=False,
        help_text="At least 10 letters. A second factor can be added afterwards.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=False),
    )
