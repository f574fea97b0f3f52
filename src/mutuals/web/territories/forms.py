"""What is asked of a territory."""

from __future__ import annotations

from typing import Any

from django import forms

from mutuals.base import filters
from mutuals.base.filters import Condition, Refused
from mutuals.people.territories import RECORDS
from mutuals.staff.models import Team, User
from mutuals.staff.queries import active
from mutuals.web.frame.forms import Asked


class About(Asked):
    """Who goes to whom."""

    name = forms.CharField(label="Name", max_length=80)
    record = forms.ChoiceField(label="Of", choices=[(key, words.capitalize()) for key, words in RECORDS.items()])
    condition = forms.CharField(
        label="Whoever fits",
        max_length=20_000,
        help_text="As in the address of a list after where=, such as city:is:Porto;orders:over:3",
    )
    owner: forms.ModelChoiceField[User] = forms.ModelChoiceField(label="Goes to", queryset=None)
    team: forms.ModelChoiceField[Team] = forms.ModelChoiceField(
        label="Team", queryset=None, required=False, empty_label="none"
    )

    def __init__(self, data: Any = None, *, is_new: bool = True, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["owner"].queryset = active()  # type: ignore[attr-defined]
        self.fields["team"].queryset = Team.objects.order_by("name")  # type: ignore[attr-defined]
        if is_new:
            return
        del self.fields["record"]
        self.fields["position"] = forms.IntegerField(
            label="Turn", min_value=1, max_value=200, help_text="The first that fits counts."
        )
        self.fields["position"].widget.attrs["class"] = "input"

    def clean_condition(self) -> Condition:
        """As the lists read it."""
        try:
            return filters.read(str(self.cleaned_data["condition"]))
        except Refused as error:
            raise forms.ValidationError(str(error)) from error
