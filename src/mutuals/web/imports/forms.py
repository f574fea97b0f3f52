"""What the import wizard asks: the file, and what its columns mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict

from mutuals.capture.imports import house
from mutuals.capture.imports.begin import NO_PRESET
from mutuals.capture.models import Import
from mutuals.connectors.files.fields import EXTRA, LEAVE, Field, Target, field_of, fields_of
from mutuals.connectors.files.preset import presets
from mutuals.connectors.files.values import parse_bool
from mutuals.web.frame.forms import Asked

TARGETS = {
    "people": "People",
    "organisations": "Organisations",
    "deals": "Deals",
    "orders": "Orders",
    "products": "Products",
    "cases": "Cases",
    "tasks": "Tasks, calls and meetings",
    "posts": "Posts and messages",
}
_ONES = {
    "people": "Person",
    "organisations": "Organisation",
    "deals": "Deal",
    "orders": "Order",
    "products": "Product",
    "cases": "Case",
    "tasks": "Task",
    "posts": "Post",
}
_LOOK = {
    "people": ("/customers/?sort=created", "Look at the customers"),
    "organisations": ("/organisations/", "Look at the organisations"),
    "deals": ("/sales/deals/", "Look at the deals"),
    "orders": ("/customers/?sort=value", "Look at the customers"),
    "products": ("/sales/products/", "Look at the products"),
    "cases": ("/cases/", "Look at the cases"),
    "tasks": ("/tasks/", "Look at the tasks"),
}
_CONSTANTS = {
    Target.PEOPLE: ("country", "language", "tags"),
    Target.ORGANISATIONS: ("country",),
    Target.ORDERS: ("currency", "status"),
    Target.POSTS: ("network", "language", "public"),
    Target.DEALS: ("currency", "pipeline", "owner"),
    Target.PRODUCTS: ("currency", "category"),
    Target.CASES: ("kind", "owner"),
    Target.TASKS: ("kind", "owner"),
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
        label="What are its rows?",
        choices=lambda: [("", "Work it out from the columns"), *targets()],
        required=False,
    )
    source = forms.CharField(
        label="Which system does it come from?",
        max_length=110,
        required=False,
        help_text="It becomes a source; files of one source find each other's records. Empty: as the columns tell, "
        "else the name of the file.",
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
            for name in _constants_of(row.target)
            if said.get(f"const-{name}")
        }
        return cls(mapping, options | ({"constants": constants} if constants else {}))


def lines(row: Import, mapping: Mapping[str, str], wrong: Mapping[str, str]) -> list[Line]:
    """The table of columns."""
    samples = row.sniffed.get("sample_rows", [])
    why = row.sniffed.get("why", {})
    told, catalogue = [], fields_of(row.target)
    one_of = _ONES.get(row.target) or words_of(row.target)[0]
    for number, column in enumerate(row.sniffed.get("columns", [])):
        name = mapping.get(column, LEAVE)
        known = field_of(row.target, name, catalogue) if name not in (LEAVE, EXTRA) else None
        goes = "nowhere" if name == LEAVE else "kept beside" if name == EXTRA else one_of
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
    known: tuple[Field, ...] = fields_of(row.target)
    beside = [(EXTRA, "Keep beside, as it is")] if row.target in (Target.PEOPLE, Target.POSTS) else []
    return [(LEAVE, "Leave out"), *((one.name, one.label) for one in known), *beside]


def keys(row: Import, mapping: Mapping[str, str], options: Mapping[str, Any]) -> list[tuple[str, str, bool]]:
    """By what rows can find what is there: the keys that have a column, and whether each is used."""
    used = set(mapping.values())
    have = [one for one in fields_of(row.target) if one.key and one.name in used]
    wanted = options.get("match", [one.name for one in have if not one.weak])
    return [(one.name, one.label, one.name in wanted) for one in have]


def constants(
    row: Import, mapping: Mapping[str, str], options: Mapping[str, Any], wrong: Mapping[str, str]
) -> list[Constant]:
    """What one value for the whole file can be said for, where no column says it."""
    said = options.get("constants", {})
    open_ones = [name for name in _constants_of(row.target) if name not in mapping.values()]
    catalogue = fields_of(row.target) if open_ones else ()
    known = [(name, field_of(row.target, name, catalogue)) for name in open_ones]
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
    fitting = [one for one in presets().values() if one.fits(columns, row.target)]
    told = [(one.name, one.label, one.name == used) for one in fitting]
    return [*told, (NO_PRESET, "None of these", not used)] if told else []


def words_of(target: str) -> tuple[str, str]:
    """What one row of a target is, and several."""
    if target in TARGETS:
        return _ONES[target], TARGETS[target]
    kind = house.kind_of(target)
    return (kind.name, kind.plural) if kind else ("Record", "Records")


def look(row: Import) -> tuple[str, str]:
    """Where what came in is looked at, and the words of the button."""
    if row.target in _LOOK:
        return _LOOK[row.target]
    kind = house.kind_of(row.target)
    return (
        (f"/own/{kind.key}/", f"Look at {kind.plural.casefold()}") if kind else ("/customers/", "Look at the customers")
    )


def targets() -> list[tuple[str, str]]:
    """What the rows of a file may be: what the house brought, then kinds of its own."""
    return [*TARGETS.items(), *((one.record, one.plural) for one in house.kinds())]


def systems() -> list[str]:
    """The systems whose exports are known by their columns."""
    return sorted({one.system for one in presets().values() if one.system})


def _constants_of(target: str) -> tuple[str, ...]:
    return _CONSTANTS[Target(target)] if target in set(Target) else ()


def _text(value: Any) -> str:
    return (value if isinstance(value, str) else ", ".join(map(str, value)) if value else "")[:120]
