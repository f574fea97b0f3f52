"""What the import wizard asks: the file, and what its columns mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict

from mutuals.capture.imports.begin import NO_PRESET
from mutuals.capture.models import Import
from mutuals.connectors.files.fields import EXTRA, FIELDS, LEAVE, Field, Target, field_of
from mutuals.connectors.files.preset import NONE, Preset, presets
from mutuals.connectors.files.values import parse_bool
from mutuals.web.frame.forms import Asked

TARGETS = {"people": "People", "organisations": "Organisations", "orders": "Orders", "posts": "Posts and messages"}
_ONES = {"people": "Person", "organisations": "Organisation", "orders": "Order", "posts": "Post"}
_CONSTANTS = {
    Target.PEOPLE: ("country", "language", "tags"),
    Target.ORGANISATIONS: ("country",),
    Target.ORDERS: ("currency", "status"),
    Target.POSTS: ("network", "language", "public"),
}
_OFFERED = {"public": (("yes", "public: everybody could read them"), ("no", "private: only we could"))}
_HINTS = {
    "public": "Nobody else knows it; a guess would hide or publish them all.",
    "network": "Where they were written, in small letters: mastodon, twitter. Empty: a network called file.",
    "language": "Two letters, such as en or de. Empty: not said.",
    "country": "Two letters, such as DE.",
    "currency": "Three letters, such as EUR.",
    "tags": "Several with commas between them.",
}
ENCODINGS = ("utf-8", "utf-16", "cp1252", "latin-1", "cp1250", "cp1251", "shift_jis", "gb18030", "big5", "euc_kr")
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


class Upload(Asked):
    """The file, what is in it, and which system it comes from."""

    file = forms.FileField(label="File", widget=forms.FileInput(attrs={"required": True}))
    target = forms.ChoiceField(
        label="What are its rows?", choices=[("", "Work it out from the columns"), *TARGETS.items()], required=False
    )
    source = forms.CharField(
        label="Which system does it come from?",
        max_length=110,
        required=False,
        help_text="It becomes a source. Empty: the name of the file.",
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One column of the file in the table: its name, first value, what it becomes, and why that is proposed."""

    number: int
    column: str
    sample: str
    field: str
    goes_to: str
    why: str
    is_key: bool
    error: str


@dataclass(frozen=True, slots=True)
class Constant:
    """One value for the whole file: what it is called, what was said, and what it may be where that is fixed."""

    name: str
    words: str
    value: str
    offered: tuple[tuple[str, str], ...]
    hint: str
    error: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What was said about a file: column -> field, and how values are read."""

    mapping: dict[str, str]
    options: dict[str, Any]

    @classmethod
    def of(cls, row: Import, said: QueryDict) -> Choice:
        """Read the form. What is empty is left out, so that the act asks for it where it is needed."""
        columns = row.sniffed.get("columns", [])
        mapping = {column: said.get(f"col-{number}", LEAVE) for number, column in enumerate(columns)}
        options: dict[str, Any] = {"match": said.getlist("match")} if said.getlist("match") else {}
        for name in ("zone", "decimal", "region"):
            if said.get(name):
                options[name] = said.get(name, "").strip()
        if said.get("day_first"):
            options["day_first"] = said["day_first"] == "yes"
        if said.get("history_only") and row.target == Target.POSTS:
            options["history_only"] = said["history_only"] == "yes"
        if said.get("self_told") and row.target == Target.PEOPLE:
            options["self_told"] = said["self_told"] == "yes"
        if row.options.get("preset"):
            options["preset"] = row.options["preset"]
        constants = {
            name: said.get(f"const-{name}", "").strip()
            for name in _CONSTANTS[Target(row.target)]
            if said.get(f"const-{name}")
        }
        return cls(mapping, options | ({"constants": constants} if constants else {}))


def lines(row: Import, mapping: Mapping[str, str], wrong: Mapping[str, str]) -> list[Line]:
    """The table of columns."""
    samples = row.sniffed.get("sample_rows", [])
    why = row.sniffed.get("why", {})
    told = []
    for number, column in enumerate(row.sniffed.get("columns", [])):
        name = mapping.get(column, LEAVE)
        known = field_of(row.target, name) if name not in (LEAVE, EXTRA) else None
        goes = "nowhere" if name == LEAVE else "kept beside" if name == EXTRA else _ONES[row.target]
        sample = next((_text(one.get(column)) for one in samples if one.get(column)), "")
        told.append(
            Line(
                number,
                column,
                sample,
                name,
                goes,
                why.get(column, ""),
                bool(known and known.key),
                wrong.get(column, ""),
            )
        )
    return told


def fields(row: Import) -> list[tuple[str, str]]:
    """What a column of this file can become."""
    known: tuple[Field, ...] = FIELDS[Target(row.target)]
    return [(LEAVE, "Leave out"), *((one.name, one.label) for one in known), (EXTRA, "Keep beside, as it is")]


def keys(row: Import, mapping: Mapping[str, str], options: Mapping[str, Any]) -> list[tuple[str, str, bool]]:
    """By what rows can find what is there: the keys that have a column, and whether each is used."""
    used = set(mapping.values())
    have = [one for one in FIELDS[Target(row.target)] if one.key and one.name in used]
    wanted = options.get("match", [one.name for one in have])
    return [(one.name, one.label, one.name in wanted) for one in have]


def constants(
    row: Import, mapping: Mapping[str, str], options: Mapping[str, Any], wrong: Mapping[str, str]
) -> list[Constant]:
    """What one value for the whole file can be said for, where no column says it."""
    said = options.get("constants", {})
    open_ones = [name for name in _CONSTANTS[Target(row.target)] if name not in mapping.values()]
    known = [(name, field_of(row.target, name)) for name in open_ones]
    return [
        Constant(
            name,
            one.label,
            _yes_or_no(said.get(name, "")) if name in _OFFERED else str(said.get(name, "")),
            _OFFERED.get(name, ()),
            _HINTS.get(name, ""),
            wrong.get(name, ""),
        )
        for name, one in known
        if one
    ]


def _yes_or_no(said: Any) -> str:
    """The offered answer that means the same as what was said; empty where nothing was."""
    if said in (None, ""):
        return ""
    try:
        return "yes" if parse_bool(str(said)) else "no"
    except ValueError:
        return ""


def presets_of(row: Import, options: Mapping[str, Any]) -> list[tuple[str, str, bool]]:
    """Whose export this file can be: name, label, whether it is taken as that one. [] where none fits."""
    columns, used = row.sniffed.get("columns", []), options.get("preset", "")
    fitting = [one for one in presets().values() if one.fits(columns, Target(row.target))]
    told = [(one.name, one.label, one.name == used) for one in fitting]
    return [*told, (NO_PRESET, "None of these", not used)] if told else []


def preset_of_options(options: Mapping[str, Any]) -> Preset:
    """The preset by which a file is read; NONE where there is none."""
    return presets().get(str(options.get("preset", "")), NONE)


def _text(value: Any) -> str:
    return (value if isinstance(value, str) else ", ".join(map(str, value)) if value else "")[:120]
