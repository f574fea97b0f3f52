"""What the list of customers asks."""

from __future__ import annotations

from django import forms

from mutuals.web.frame.forms import Asked

_STAGES = [("", "Not said"), ("lead", "Lead"), ("customer", "Customer"), ("former", "Former customer")]


class Somebody(Asked):
    """A person whom staff enter by hand."""

    name = forms.CharField(label="Name", max_length=200, required=False)
    email = forms.EmailField(label="Email", max_length=254, required=False)
    phone = forms.CharField(
        label="Phone", max_length=40, required=False, help_text="With its country code: +351 912 345 678."
    )
    stage = forms.ChoiceField(label="Stage", choices=_STAGES, required=False)
    city = forms.CharField(label="Town", max_length=100, required=False)
    country = forms.CharField(label="Country", max_length=60, required=False)


class Kept(Asked):
    """A list to keep under a name."""

    name = forms.CharField(label="Name", max_length=80)
    query = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)
    shared = forms.BooleanField(label="Everybody sees it", required=False)
