"""What the pages of organisations ask."""

from __future__ import annotations

from typing import Any

from django import forms

from mutuals.people.models import Person
from mutuals.people.queries import find_by_name
from mutuals.staff.models import Team, User
from mutuals.staff.queries import active
from mutuals.web.frame.forms import Asked, DayInput
from mutuals.web.organisations import named


class About(Asked):
    """What is known of an organisation."""

    name = forms.CharField(label="Name", max_length=200)
    domain = forms.CharField(
        label="Web domain", max_length=200, required=False, help_text="Such as harbour-oats.example."
    )
    phone = forms.CharField(label="Phone", max_length=40, required=False, help_text="With its country code.")
    city = forms.CharField(label="Town", max_length=100, required=False)
    country = forms.CharField(label="Country", max_length=60, required=False)
    stage = forms.ChoiceField(
        label="Stage",
        required=False,
        choices=(("", "none"), ("lead", "Lead"), ("customer", "Customer"), ("former", "Former customer")),
    )
    owner: forms.ModelChoiceField[User] = forms.ModelChoiceField(
        label="Owner", queryset=None, required=False, empty_label="nobody"
    )
    team: forms.ModelChoiceField[Team] = forms.ModelChoiceField(
        label="Team", queryset=None, required=False, empty_label="none"
    )
    parent = forms.CharField(
        label="Part of", max_length=200, required=False, help_text="Another organisation, by name or number."
    )
    tags = forms.CharField(label="Tags", max_length=2000, required=False, help_text="Parted by commas.")

    def __init__(self, data: Any = None, *, viewer: User, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.viewer = viewer
        self.fields["owner"].queryset = active()  # type: ignore[attr-defined]
        self.fields["team"].queryset = Team.objects.order_by("name")  # type: ignore[attr-defined]

    def clean_parent(self) -> int | None:
        """The number of the one that fits; what was shown is not looked up again."""
        said = str(self.cleaned_data["parent"]).strip()
        if said == self.initial.get("parent"):
            return self.initial.get("parent_id")
        return named.organisation(self.viewer, said).pk if said else None

    def clean_tags(self) -> list[str]:
        """The words between the commas."""
        return [word.strip() for word in str(self.cleaned_data["tags"]).split(",") if word.strip()]


class Joining(Asked):
    """Somebody who has a place there, by name, address or number."""

    person = forms.CharField(label="Who", max_length=200, help_text="Name, address or number of somebody you know.")
    role = forms.CharField(label="Role", max_length=120, required=False)
    since = forms.DateField(label="Since", required=False, widget=DayInput())
    is_main = forms.BooleanField(label="Their main place", required=False)

    def __init__(self, data: Any = None, *, viewer: User, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.viewer = viewer

    def clean_person(self) -> Person:
        """The one person who fits."""
        said = str(self.cleaned_data["person"])
        found = find_by_name(self.viewer, said, limit=5)
        exact = [one for one in found if one.name.casefold() == said.strip().casefold()]
        if len(exact) == 1 or len(found) == 1:
            return (exact or found)[0]
        if not found:
            raise forms.ValidationError("Nobody whom you know is called so.")
        raise forms.ValidationError(
            "Several fit: " + ", ".join(f"{one} ({one.pk})" for one in found) + ". Say it closer."
        )
