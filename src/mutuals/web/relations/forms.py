"""What is asked of a relation, and of a kind of them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from mutuals.base.refusals import Refusal
from mutuals.people.queries import find_by_name
from mutuals.records import relations
from mutuals.staff import named
from mutuals.staff.models import User
from mutuals.web.frame.forms import Asked, DayInput

KINDS = ("person", "organisation", "deal", "case", "order", "own", "idea")
"""The kinds of records on whose pages relations stand."""
_NAMES = ("name", "title", "number", "reference")
_FIT = 6


class Dated(Asked):
    """From when to when, and why."""

    since = forms.DateField(label="Since", required=False, widget=DayInput())
    until = forms.DateField(label="Until", required=False, widget=DayInput())
    note = forms.CharField(label="Note", max_length=500, required=False)


class Relating(Dated):
    """How this record stands to another one: "supplies" forth, "is supplied by" back."""

    way = forms.ChoiceField(label="It")
    record = forms.ChoiceField(label="What", required=False)
    other = forms.CharField(label="Called", max_length=200, help_text="A name, a number, or a key such as deal:5.")
    field_order = ("way", "record", "other", "since", "until", "note")

    def __init__(self, data: Any = None, *, viewer: User, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.viewer = viewer
        told: list[tuple[str, str]] = []
        for one in relations.kinds():
            told.append((f"{one.key}>", one.words))
            if not one.is_mutual:
                told.append((f"{one.key}<", one.inverse))
        self.fields["way"].choices = told  # type: ignore[attr-defined]
        kinds = named.kinds()
        self.fields["record"].choices = [(name, kinds[name].label) for name in KINDS if name in kinds]  # type: ignore[attr-defined]

    def clean_other(self) -> str:
        """The key of the one record that fits."""
        text = str(self.cleaned_data["other"]).strip()
        if named.is_key(text):
            return text
        kind = self.data.get("record") or KINDS[0]
        found = _found(self.viewer, kind, text)
        if len(found) == 1:
            return f"{kind}:{found[0].pk}"
        if not found:
            raise forms.ValidationError("Nothing that you see is called so.")
        several = ", ".join(f"{row} ({kind}:{row.pk})" for row in found[:_FIT])
        raise forms.ValidationError(f"Several fit: {several}. Say which.")


class NewKind(Asked):
    """A kind of the house's own making."""

    words = forms.CharField(label="One way", max_length=60, help_text="Such as: looks after")
    inverse = forms.CharField(
        label="The other way",
        max_length=60,
        required=False,
        help_text="is looked after by. Empty: the same word both ways.",
    )


def _found(viewer: User, kind: str, text: str) -> list[Any]:
    of = named.kinds().get(kind)
    if of is None or kind not in KINDS:
        raise Refusal("There is no such kind of record.", fields={"record": "Choose one."})
    if kind == "person":
        people = find_by_name(viewer, text, limit=_FIT)
        return [one for one in people if one.name.casefold() == text.casefold()] or list(people)
    rows: QuerySet[Any] = of.rows(viewer)
    columns = {one.name: one for one in rows.model._meta.fields}
    name = next(one for one in _NAMES if one in columns)
    if columns[name].get_internal_type() not in ("CharField", "TextField"):
        digits = text.rpartition("-")[2]
        return list(rows.filter(**{name: int(digits)})[:_FIT]) if digits.isdecimal() and len(digits) < 10 else []
    exact = list(rows.filter(**{f"{name}__iexact": text}).order_by("-pk")[:_FIT])
    return exact or list(rows.filter(**{f"{name}__icontains": text}).order_by("-pk")[:_FIT])
