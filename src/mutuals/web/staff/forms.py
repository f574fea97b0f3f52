"""What the pages of staff ask."""

from __future__ import annotations

from typing import Any

from django import forms

from mutuals.staff.models import Pillar, Role, Team, User
from mutuals.staff.permissions import SCOPES
from mutuals.web.frame.forms import Asked, DayInput, zones

_ROLES = [(role.value, role.label) for role in Role]
_PILLARS = [("", "None"), *((pillar.value, pillar.label) for pillar in Pillar)]
_WHAT = {
    "read": "Read",
    "write": "Everyday work: answer, note, assign, edit",
    "admin": "Settings: sources, staff, privacy; reading goes with it",
    "ingest": "Hand in events only",
}


class Colleague(Asked):
    """Somebody who works here."""

    name = forms.CharField(label="Name", max_length=120)
    email = forms.EmailField(label="Email", max_length=254, help_text="They sign in with it.")
    role = forms.ChoiceField(label="Role", choices=_ROLES, initial=Role.STAFF.value)
    zone = forms.ChoiceField(label="Time zone", choices=zones, initial="UTC")
    teams = forms.ModelMultipleChoiceField(
        label="Teams", queryset=Team.objects.order_by("name"), required=False, widget=forms.CheckboxSelectMultiple
    )


class Leaving(Asked):
    """Who takes over what somebody leaves behind."""

    transfer_to = forms.ModelChoiceField(label="Who takes over", queryset=User.objects.none(), required=False)

    def __init__(self, data: Any = None, *, user: User, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        others = User.objects.filter(is_active=True).exclude(pk=user.pk).order_by("name")
        choice = self.fields["transfer_to"]
        if isinstance(choice, forms.ModelChoiceField):
            choice.queryset, choice.empty_label = others, "Nobody"


class Called(Asked):
    """A team."""

    name = forms.CharField(label="Name", max_length=80)
    pillar = forms.ChoiceField(label="Pillar", choices=_PILLARS, required=False)


class Own(Asked):
    """What one may change of oneself."""

    name = forms.CharField(label="Name", max_length=120)
    zone = forms.ChoiceField(label="Time zone", choices=zones, help_text="All times are shown in it.")
    theme = forms.ChoiceField(
        label="Theme", choices=[("", "As the system"), ("light", "Light"), ("dark", "Dark")], required=False
    )
    told_by = forms.ChoiceField(
        label="What rules tell you",
        choices=[("", "On the page of today"), ("mail", "There, and by mail")],
        required=False,
    )
    pillar = forms.ChoiceField(
        label="What stands first",
        choices=[("", "The usual order"), *Pillar.choices],
        required=False,
        help_text="In the menu and on Today; nothing is hidden.",
    )


class Password(Asked):
    """A new password for oneself, by the old one."""

    old = forms.CharField(
        label="Password until now",
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    password = forms.CharField(
        label="New password",
        max_length=200,
        strip=False,
        help_text="At least 10 letters.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, data: Any = None, *, user: User, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.user = user

    def clean_old(self) -> str:
        """Whoever sits at an open screen must know it."""
        said = str(self.cleaned_data["old"])
        if not self.user.check_password(said):
            raise forms.ValidationError("This is not your password.")
        return said


class NewToken(Asked):
    """A key for a program."""

    name = forms.CharField(label="What is it for?", max_length=80)
    scopes = forms.MultipleChoiceField(
        label="It may", choices=[(name, _WHAT[name]) for name in SCOPES], widget=forms.CheckboxSelectMultiple
    )
    expires_at = forms.DateTimeField(
        label="Ends on",
        required=False,
        input_formats=["%Y-%m-%d"],
        help_text="Empty: when you end it.",
        widget=DayInput(),
    )
