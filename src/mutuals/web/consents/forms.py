"""What the pages of consents ask."""

from __future__ import annotations

from typing import Any

from django import forms

from mutuals.people import consent, purposes
from mutuals.people.models import Basis, ConsentState
from mutuals.web.frame.forms import Asked, DayInput


class Noting(Asked):
    """What somebody said about a purpose."""

    purpose = forms.ChoiceField(label="Purpose")
    state = forms.ChoiceField(
        label="They", choices=[("given", "agreed"), ("refused", "said no"), ("withdrawn", "took it back")]
    )
    words = forms.CharField(
        label="How we know",
        max_length=consent.LONGEST,
        required=False,
        help_text="What was asked or said. Needed for a consent.",
    )
    source = forms.CharField(
        label="Where it can be read", max_length=120, required=False, help_text="Such as interaction:12, or form:news."
    )
    on_day = forms.DateField(label="When", required=False, widget=DayInput(), help_text="Empty: now.")
    until = forms.DateField(label="Holds until", required=False, widget=DayInput())

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["purpose"].choices = [(one.key, one.label) for one in purposes.every()]  # type: ignore[attr-defined]

    def clean_state(self) -> ConsentState:
        """The state."""
        return ConsentState(self.cleaned_data["state"])


class Purposed(Asked):
    """A purpose."""

    label = forms.CharField(label="What it is for", max_length=80)
    words = forms.CharField(label="As people are told", max_length=500, required=False)
    basis = forms.ChoiceField(
        label="Rests on",
        choices=Basis.choices,
        help_text="Consent: people are asked first. Article 6 (1) GDPR knows no others.",
    )

    def told(self) -> purposes.PurposeIn:
        """As the act takes it."""
        return purposes.PurposeIn(**{name: self.cleaned_data[name] for name in ("label", "words", "basis")})


class NewPurposed(Purposed):
    """A new one."""

    key = forms.CharField(
        label="Key", max_length=40, help_text="For files and programs, such as spring_letter. It never changes."
    )
    field_order = ("label", "key", "words", "basis")
