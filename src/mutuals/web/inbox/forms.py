"""What the inbox reads of an address and of posted forms. Whatever is unknown counts as not asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils import timezone

from mutuals.inbox.models import Outcome, Purpose, TurnState
from mutuals.inbox.queries import TABS, Asked
from mutuals.staff.models import Pillar

STATES = [*TurnState.choices, ("any", "Any state")]
FILTERS = ("network", "pillar", "seen_by", "source", "assignee")
SNOOZES = (
    ("hour", "For an hour"),
    ("evening", "Until 18:00"),
    ("tomorrow", "Until tomorrow, 9:00"),
    ("week", "Until Monday, 9:00"),
)


@dataclass(frozen=True)
class Place:
    """A view of the list, as its address says it; "" = not asked for."""

    tab: str = ""
    state: str = TurnState.OPEN.value
    network: str = ""
    pillar: str = ""
    seen_by: str = ""  # all, few
    source: str = ""
    assignee: str = ""

    @classmethod
    def read(cls, query: QueryDict) -> Place:
        """The place that an address names."""

        def one(name: str, allowed: list[str]) -> str:
            value = query.get(name, "")
            return value if value in allowed else ""

        def number(name: str) -> str:
            value = query.get(name, "")
            return value if value.isascii() and value.isdigit() and len(value) < 18 else ""

        return cls(
            tab=one("tab", list(TABS)),
            state=one("state", [name for name, _ in STATES]) or TurnState.OPEN.value,
            network=query.get("network", "")[:30].replace("\0", ""),
            pillar=one("pillar", list(Pillar.values)),
            seen_by=one("seen_by", ["all", "few"]),
            source=number("source"),
            assignee=number("assignee"),
        )

    def asked(self, tab: str) -> Asked:
        """The same for the room."""
        return Asked(
            tab=tab,
            state="" if self.state == "any" else self.state,
            network=self.network,
            pillar=self.pillar,
            public={"all": True, "few": False}.get(self.seen_by),
            assignee_id=int(self.assignee) if self.assignee else None,
            source_id=int(self.source) if self.source else None,
        )

    def address(self, **changes: str) -> str:
        """The part after "?" with some values changed; what says nothing is left out."""
        values = {**self.__dict__, **changes}
        told = {name: value for name, value in values.items() if value and (name, value) != ("state", "open")}
        return f"?{urlencode(told)}" if told else ""


class Closing(forms.Form):
    """What they wanted, and what came of it."""

    purpose = forms.ChoiceField(choices=Purpose.choices, error_messages={"required": "Say what they wanted."})
    outcome = forms.ChoiceField(choices=Outcome.choices, error_messages={"required": "Say what came of it."})


_STALE = {"invalid": "This page is damaged. Open the conversation anew; your words stay here until then."}


class Writing(forms.Form):
    """An answer or a note."""

    mode = forms.ChoiceField(choices=[("reply", "Reply"), ("note", "Note")])
    text = forms.CharField(
        max_length=100_000, strip=False, error_messages={"required": "There is nothing to send yet."}
    )
    channel = forms.IntegerField(required=False, min_value=1, max_value=2**62)
    answers = forms.IntegerField(required=False, min_value=1, max_value=2**62, error_messages=_STALE)  # as it was shown
    public = forms.NullBooleanField(required=False)  # as it was shown
    key = forms.UUIDField(required=False, error_messages=_STALE)  # drawn for each composer: a doubled submit is one
    purpose = forms.ChoiceField(choices=[("", ""), *Purpose.choices], required=False)
    outcome = forms.ChoiceField(choices=[("", ""), *Outcome.choices], required=False)


class Given(forms.Form):
    """Whose it becomes: "" is nobody."""

    to = forms.IntegerField(required=False, min_value=1, max_value=2**62)
    team = forms.IntegerField(required=False, min_value=1, max_value=2**62)


def snoozed_until(word: str, now: datetime) -> datetime | None:
    """The moment that a choice of the snooze menu means in the user's zone; None for an unknown one."""
    local = timezone.localtime(now)
    morning = local.replace(hour=9, minute=0, second=0, microsecond=0)
    if word == "hour":
        return now + timedelta(hours=1)
    if word == "evening":
        evening = datetime.combine(local.date(), time(18), tzinfo=local.tzinfo)
        return evening if evening > local else evening + timedelta(days=1)
    if word == "tomorrow":
        return morning + timedelta(days=1)
    if word == "week":
        return morning + timedelta(days=7 - local.weekday())
    return None


def first_error(form: forms.Form) -> str:
    """The first thing that is wrong with a form."""
    return next((str(words[0]) for words in form.errors.values()), "")
