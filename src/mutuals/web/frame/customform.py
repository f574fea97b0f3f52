"""The part of a form that asks for the house's own fields, on every page on which a record is edited.

Each field is named "custom.key" and shows what is kept; `parted` says only what was changed, so that who edits one field takes
nothing back of another that a colleague edited meanwhile. Typing is the act's: what it refuses stands beside the field.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import groupby
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django import forms

from mutuals.base.fields import FieldKind, Shape, words
from mutuals.records import book
from mutuals.records.holders import PREFIX
from mutuals.records.values import Shown, shown

F = TypeVar("F", bound=forms.Form)
_YES = [("", "Not said"), ("yes", "Yes"), ("no", "No")]
_LONG = (FieldKind.LONG, FieldKind.ADDRESS)
_HINTS = {
    FieldKind.MONEY: "Such as 12.50 EUR.",
    FieldKind.PHONE: "With its country code.",
    FieldKind.REFERENCE: "Its name, or its number.",
}


def asking(form: F, record: str, custom: Mapping[str, Any], *, zone: ZoneInfo) -> F:
    """The form with the fields of a kind of record below its own. `custom` is what is kept of one; {} for a new one.

    What the layout of that record leaves out is not asked for, but for what the form cannot do without.
    """
    for name in book.hidden(record) & form.fields.keys():
        if not form.fields[name].required:
            del form.fields[name]
    for one in _shapes(record):
        form.fields[f"{PREFIX}{one.key}"] = _field(one)
        form.initial[f"{PREFIX}{one.key}"] = _shown(one, custom, zone)
    return form


def parted(form: forms.Form, said: Mapping[str, Any]) -> dict[str, Any]:
    """A form's answers as acts take them: those of such fields that were changed under `custom`, by key; "" empties one."""
    rest = {name: value for name, value in said.items() if not name.startswith(PREFIX)}
    told = {name: value for name, value in said.items() if name.startswith(PREFIX) and value != form.initial[name]}
    return rest | {"custom": {name.removeprefix(PREFIX): value for name, value in told.items()}}


def sections(record: str, custom: Mapping[str, Any], *, viewer: Any, zone: ZoneInfo) -> list[tuple[str, list[Shown]]]:
    """What a record has in such fields, by section, for its page; nothing is asked where it has none."""
    rows = [one for one in shown(record, custom, viewer=viewer, zone=zone) if one.words] if custom else []
    return [(section, list(those)) for section, those in groupby(rows, key=lambda one: one.shape.section)]


def _shapes(record: str) -> list[Shape]:
    return [one for one in book.shapes(record) if one.kind is not FieldKind.FORMULA]


def _field(one: Shape) -> forms.Field:
    hint = one.help or _HINTS.get(one.kind, "")
    usual: dict[str, Any] = {"label": one.label, "required": one.is_required, "help_text": hint}
    if one.kind is FieldKind.MANY:
        return forms.MultipleChoiceField(**usual, choices=one.options, widget=forms.CheckboxSelectMultiple)
    if one.kind in (FieldKind.CHOICE, FieldKind.YES):
        choices = _YES if one.kind is FieldKind.YES else [("", "Not said"), *one.options]
        return forms.ChoiceField(**usual, choices=choices, widget=forms.Select(attrs={"class": "input"}))
    if one.kind in _LONG:
        return forms.CharField(
            **usual, max_length=5_000, widget=forms.Textarea(attrs={"class": "input", "rows": 3}), strip=True
        )
    kind = {FieldKind.DAY: "date", FieldKind.TIME: "datetime-local", FieldKind.EMAIL: "email"}.get(one.kind, "text")
    attrs = {"class": "input", "type": kind}
    if one.kind is FieldKind.NUMBER:
        attrs["inputmode"] = "decimal"
    return forms.CharField(**usual, max_length=300, widget=forms.TextInput(attrs=attrs))


def _shown(one: Shape, custom: Mapping[str, Any], zone: ZoneInfo) -> Any:
    value = custom.get(one.key)
    if one.kind is FieldKind.MANY:
        return list(value or [])
    if value is None:
        return ""
    if one.kind is FieldKind.TIME:
        return datetime.fromisoformat(value).astimezone(zone).strftime("%Y-%m-%dT%H:%M")
    if one.kind in (FieldKind.CHOICE, FieldKind.REFERENCE):
        return str(value)
    return words(one, custom, zone=zone)
