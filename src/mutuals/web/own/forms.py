"""What the pages of types and their records ask."""

from __future__ import annotations

from typing import Any

from django import forms

from mutuals.records import bringing
from mutuals.records.kinds import LONGEST_TITLE, Kind
from mutuals.records.types import ICONS
from mutuals.staff.models import Team, User
from mutuals.staff.permissions import may
from mutuals.staff.queries import active
from mutuals.web.frame.forms import Asked


class About(Asked):
    """What a type is."""

    name = forms.CharField(label="Name", max_length=60, help_text="One of them: Machine, Site, Contract.")
    plural = forms.CharField(label="Plural", max_length=60, help_text="As its list is called: Machines.")
    title_label = forms.CharField(
        label="What each is called by", max_length=60, initial="Name", help_text="Such as Name, Model, Address."
    )
    prefix = forms.CharField(  # type: ignore[assignment]
        label="Letters before numbers", max_length=6, required=False, help_text="M makes M-1, M-2; empty: 1, 2."
    )
    icon = forms.ChoiceField(label="Icon", choices=list(ICONS.items()))


class Record(Asked):
    """A record of a type, before its own fields."""

    title = forms.CharField(label="Name", max_length=LONGEST_TITLE)
    owner = forms.ModelChoiceField(
        label="Owner", queryset=User.objects.none(), required=False, empty_label="You", help_text="Who looks after it."
    )
    team = forms.ModelChoiceField(label="Team", queryset=Team.objects.none(), required=False, empty_label="No team")

    def __init__(self, data: Any = None, *, kind: Kind, viewer: User, is_new: bool = False, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["title"].label = kind.title_label
        owner, team = self.fields["owner"], self.fields["team"]
        assert isinstance(owner, forms.ModelChoiceField)
        assert isinstance(team, forms.ModelChoiceField)
        seen = active() if may(viewer, "user.view") else User.objects.filter(pk=viewer.pk)
        owner.queryset, team.queryset = seen, Team.objects.order_by("name")
        owner.empty_label = "You" if is_new else "Nobody"


class Upload(Asked):
    """A file of records."""

    file = forms.FileField(
        label="File", help_text=f"CSV, XLSX, Parquet or JSON Lines, at most {bringing.MOST:,} rows.",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.parquet,.jsonl"}),
    )  # fmt: skip
    match = forms.ChoiceField(
        label="Rows are known by", required=False, help_text="A row that is known is changed, any other one is new."
    )

    def __init__(self, data: Any = None, *, kind: Kind, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        match = self.fields["match"]
        assert isinstance(match, forms.ChoiceField)
        match.choices = [("", "The first that the file has"), *bringing.keys_of(kind)]
