"""What the privacy desk asks before it erases."""

from __future__ import annotations

from typing import Any

from django import forms

from mutuals.people.models import Person
from mutuals.web.frame.forms import Asked


class Sure(Asked):
    """The person's name once more, because this cannot be undone."""

    name = forms.CharField(
        label="Type the name to erase", max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, data: Any = None, *, person: Person, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.person = person

    def clean_name(self) -> str:
        """The same name, in any case."""
        said = " ".join(str(self.cleaned_data["name"]).split())
        if said.casefold() != str(self.person).casefold():
            raise forms.ValidationError(f"This is not the name. Type: {self.person}")
        return said
