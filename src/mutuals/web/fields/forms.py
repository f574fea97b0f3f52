"""What the pages of fields ask."""

from __future__ import annotations

from typing import Any

from django import forms

from mutuals.base.fields import FieldKind
from mutuals.records import holders
from mutuals.records.kinds import PREFIX
from mutuals.records.models import CustomField
from mutuals.web.frame.forms import Asked


class About(Asked):
    """What a field is. Its kind is asked once."""

    label = forms.CharField(label="Label", max_length=80)
    kind = forms.ChoiceField(label="Kind", choices=[(one.value, one.words) for one in FieldKind])
    options = forms.CharField(
        label="Options", required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Of a list: one in each line.",
    )  # fmt: skip
    leads_to = forms.ChoiceField(label="Leads to", required=False, help_text="Of another record: of which kind.")
    formula = forms.CharField(
        label="Formula", required=False, max_length=300,
        help_text="Made of the keys of other fields: price * pieces, days(begins, ends), if(pieces > 9, 1, 2), min, max.",
    )  # fmt: skip
    section = forms.CharField(
        label="Section", required=False, max_length=80, help_text="Fields of one section stand together."
    )
    help = forms.CharField(label="Help", required=False, max_length=300)
    is_required = forms.BooleanField(
        label="Required", required=False, help_text="Of what staff write; what files bring may lack it."
    )
    is_unique = forms.BooleanField(label="Unique", required=False, help_text="No two records have the same value.")

    def __init__(self, data: Any = None, *, row: CustomField | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.row = row
        leads = self.fields["leads_to"]
        assert isinstance(leads, forms.ChoiceField)
        leads.choices = [("", "Nothing"), *((one.record, one.words) for one in holders.kinds())]
        if row is None:
            return
        kind = FieldKind(row.kind)
        unused = {"kind", "leads_to"}
        unused |= {"options"} if kind not in (FieldKind.CHOICE, FieldKind.MANY) else set()
        unused |= {"formula"} if kind is not FieldKind.FORMULA else set()
        for name in unused:
            del self.fields[name]

    def changes(self) -> dict[str, Any]:
        """What the acts take. An option keeps its value where its line is that of before, or stands where it stood."""
        told = dict(self.cleaned_data)
        leads = told.pop("leads_to", "")
        if "options" in told:
            told["options"] = self._options(told["options"])
        if told.get("kind") == FieldKind.REFERENCE:
            told["options"] = [leads] if leads else []
        return told

    def _options(self, text: str) -> list[Any]:
        """The lines; one that is new where another one is gone, at the same place of as many lines, is that one renamed."""
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        before = [(str(value), str(words)) for value, words in self.row.options] if self.row else []
        if len(lines) != len(before):
            return lines
        known = {words for _, words in before}
        return [
            [value, line] if words not in lines and line not in known else line
            for line, (value, words) in zip(lines, before, strict=True)
        ]


BROUGHT: dict[str, tuple[tuple[str, str], ...]] = {
    "person": (
        ("phone", "Phone"), ("city", "Town"), ("country", "Country"), ("language", "Language"), ("birthday", "Birthday"),
        ("tags", "Tags"),
    ),
    "organisation": (
        ("domain", "Web domain"), ("phone", "Phone"), ("city", "Town"), ("country", "Country"), ("tags", "Tags"),
    ),
    "deal": (("expected_on", "Expected on"), ("probability", "Probability")),
    "idea": (("text", "More about it"), ("product", "Product")),
}  # fmt: skip
"""Fields that forms ask for and that a house may leave out, by their names on the form."""
_OWN = (("owner", "Owner"), ("team", "Team"))


class Layout(Asked):
    """Which of the fields that the house brought the forms ask for."""

    asked = forms.MultipleChoiceField(
        label="The form asks for", required=False, widget=forms.CheckboxSelectMultiple,
        help_text="What is not ticked is left out of the form. What is known of it already stays.",
    )  # fmt: skip

    def __init__(self, data: Any = None, *, record: str, hidden: frozenset[str], **kwargs: Any) -> None:
        names = BROUGHT.get(record, _OWN if record.startswith(PREFIX) else ())
        kwargs.setdefault("initial", {"asked": [name for name, _ in names if name not in hidden]})
        super().__init__(data, **kwargs)
        asked = self.fields["asked"]
        assert isinstance(asked, forms.MultipleChoiceField)
        asked.choices = names
        self.names = [name for name, _ in names]

    def left_out(self) -> list[str]:
        """The names of those that were not ticked."""
        return [name for name in self.names if name not in self.cleaned_data["asked"]]
