"""What the pages of sources ask. The questions of a network come from its connector."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from mutuals.channels.models import Channel, Source
from mutuals.channels.presences import DAYS
from mutuals.connectors.contract import Connector
from mutuals.connectors.contract import Field as Question
from mutuals.staff.models import Pillar, Team, User
from mutuals.web.frame.forms import Asked, zones

_PILLARS = [("", "None yet"), *((pillar.value, pillar.label) for pillar in Pillar)]
_CARE = ("purpose", "owner", "stand_in", "team", "legal_basis", "data_class", "retention_days", "raw_days")
_TYPES = {"number": "number", "email": "email"}


class Answers(Asked):
    """The questions of one connector. Secrets are never shown; one left empty stays as it is."""

    def __init__(
        self,
        data: Any = None,
        *,
        connector: Connector,
        has: frozenset[str] = frozenset(),
        is_new: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        if is_new:
            self.fields["name"] = _line("What shall it be called here?", needed=True, longest=120)
        for question in connector.fields:
            self.fields[question.name] = _question(question, is_kept=question.name in has)
        self.connector = connector

    def answers(self) -> dict[str, Any]:
        """What was said to the connector's questions."""
        return {one.name: self.cleaned_data[one.name] for one in self.connector.fields if one.name in self.cleaned_data}


class Secrets(Asked):
    """The secrets alone, to sign in again."""

    def __init__(self, data: Any = None, *, connector: Connector, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        for question in connector.fields:
            if question.secret:
                self.fields[question.name] = _question(question, is_kept=True)


class Care(Asked):
    """Who answers for a source, why its data may be kept, and for how long."""

    purpose = forms.CharField(
        label="Purpose",
        max_length=300,
        required=False,
        help_text="Which objective does it serve? Empty shows as “no purpose”.",
    )
    owner = forms.ModelChoiceField(
        label="Owner", queryset=User.objects.none(), required=False, help_text="Answers for it."
    )
    stand_in = forms.ModelChoiceField(label="Stand-in", queryset=User.objects.none(), required=False)
    team = forms.ModelChoiceField(
        label="Whose queue", queryset=Team.objects.order_by("name"), required=False, empty_label="Everybody's"
    )
    legal_basis = forms.CharField(
        label="Legal basis",
        max_length=200,
        required=False,
        help_text="To go live: contract, consent, legitimate interest …",
    )
    data_class = forms.CharField(
        label="Data class",
        max_length=60,
        required=False,
        help_text="To go live: public posts, private messages, orders …",
    )
    retention_days = forms.IntegerField(label="Keep messages, days", min_value=0, max_value=36_500)
    raw_days = forms.IntegerField(
        label="Keep bytes as they came, days", min_value=0, max_value=36_500, help_text="For looking into mistakes."
    )

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        _offer(self, active())

    @staticmethod
    def known(source: Source) -> dict[str, Any]:
        """What is known already."""
        return {name: getattr(source, name) for name in _CARE}


class Live(Asked):
    """Going live; with open points only with a reason."""

    anyway = forms.CharField(
        label="Go live anyway, because",
        max_length=300,
        required=False,
        help_text="The reason is kept and shown with the source.",
    )

    def __init__(self, data: Any = None, *, is_asked: bool, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["anyway"].required = is_asked


class Presence(Asked):
    """Who we are there: for which pillar, who speaks, when somebody is there."""

    name = forms.CharField(label="Name, as shown there", max_length=200)
    pillar = forms.ChoiceField(label="Pillar", choices=_PILLARS, required=False)
    purpose = forms.CharField(label="Purpose", max_length=300, required=False)
    brand = forms.CharField(label="Brand", max_length=80, required=False)
    language = forms.CharField(label="Language", max_length=12, required=False, help_text="Such as en or pt.")
    owner = forms.ModelChoiceField(label="Owner", queryset=User.objects.none(), required=False)
    stand_in = forms.ModelChoiceField(label="Stand-in", queryset=User.objects.none(), required=False)
    response_minutes = forms.IntegerField(
        label="Answer within, minutes", min_value=1, max_value=129_600, required=False
    )
    days = forms.MultipleChoiceField(
        label="Days",
        choices=[(day, day.capitalize()) for day in DAYS],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    opens = forms.TimeField(label="From", required=False, widget=forms.TimeInput(attrs={"type": "time"}))
    closes = forms.TimeField(label="To", required=False, widget=forms.TimeInput(attrs={"type": "time"}))
    zone = forms.ChoiceField(label="Zone of these hours", choices=zones, required=False)
    speakers = forms.ModelMultipleChoiceField(
        label="Who may speak as it",
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Admins and owners may as well.",
    )
    speaker_teams = forms.ModelMultipleChoiceField(
        label="Teams that may",
        queryset=Team.objects.order_by("name"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    is_live = forms.BooleanField(label="In use: may be spoken as", required=False, initial=True)

    def __init__(self, data: Any = None, *, is_new: bool = False, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        _offer(self, active())
        speakers = self.fields["speakers"]
        if isinstance(speakers, forms.ModelMultipleChoiceField):
            speakers.queryset = active()
        if is_new:
            self.fields["key"] = _line("Its id on the network", needed=True, longest=512)
            self.fields["key"].help_text = (
                "What never changes there: the mail address of a mailbox, the account's web address at Mastodon, its DID "
                "at Bluesky. A successful test of the source fills it in by itself."
            )

    def about(self) -> dict[str, Any]:
        """The answers as the act takes them."""
        said = dict(self.cleaned_data)
        days, opens, closes, zone = (said.pop(name) for name in ("days", "opens", "closes", "zone"))
        hours: dict[str, Any] = {}
        if days and opens and closes:
            hours = {"zone": zone or "UTC", **{day: [[f"{opens:%H:%M}", f"{closes:%H:%M}"]] for day in days}}
        return said | {"hours": hours}

    @staticmethod
    def known(channel: Channel) -> dict[str, Any]:
        """What is known already; hours that differ by day are shown as those of the first."""
        days = [day for day in DAYS if channel.hours.get(day)]
        span = channel.hours[days[0]][0] if days else ["", ""]
        plain = ("name", "pillar", "purpose", "brand", "language", "owner", "stand_in", "response_minutes", "is_live")
        found: dict[str, Any] = {name: getattr(channel, name) for name in plain}
        found |= {"days": days, "opens": span[0], "closes": span[1], "zone": channel.hours.get("zone", "UTC")}
        speakers = {"speakers": list(channel.speakers.all()), "speaker_teams": list(channel.speaker_teams.all())}
        return found | speakers


def active() -> QuerySet[User]:
    """Who may own or speak."""
    return User.objects.filter(is_active=True).order_by("name", "pk")


def _offer(form: forms.Form, users: QuerySet[User]) -> None:
    for name in ("owner", "stand_in"):
        choice = form.fields[name]
        if isinstance(choice, forms.ModelChoiceField):
            choice.queryset, choice.empty_label = users, "Nobody"


def _question(question: Question, *, is_kept: bool) -> forms.Field:
    needed = question.required and not (question.secret and is_kept)
    if question.kind == "choice":
        options = list(question.choices) if question.required else [("", "As usual"), *question.choices]
        return _dressed(forms.ChoiceField(choices=options, required=needed), question)
    if question.kind == "bool":
        return _dressed(forms.BooleanField(required=False), question)
    field = _line(question.label, needed=needed, longest=2000)
    if question.secret:
        hint = "Kept. Leave it empty to keep it." if is_kept else ""
        field.widget = forms.PasswordInput(attrs={"class": "input", "autocomplete": "off", "placeholder": hint})
    elif question.kind in _TYPES:
        field.widget = forms.TextInput(attrs={"class": "input", "type": _TYPES[question.kind]})
    return _dressed(field, question)


def _dressed(field: forms.Field, question: Question) -> forms.Field:
    field.label, field.help_text = question.label, question.help
    field.initial = question.default or None
    field.widget.attrs.setdefault("class", "check" if question.kind == "bool" else "input")
    return field


def _line(label: str, *, needed: bool, longest: int) -> forms.CharField:
    field = forms.CharField(label=label, required=needed, max_length=longest)
    field.widget.attrs["class"] = "input"
    return field
