"""The condition of a list in words: a chip for each test of it, and the whole as a sentence. Pure but for options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mutuals.base.filters import (
    OP_WORDS,
    All,
    Condition,
    Field,
    Kind,
    Record,
    Refused,
    Test,
    from_query,
    record,
    said,
    to_query,
)
from mutuals.base.filters.grammar import SEVERAL_OPS, is_condition
from mutuals.base.lists.listing import Listing


@dataclass(frozen=True, slots=True)
class Chip:
    """One part of a condition in words. `field` and `op` are the names of its test where it is a single one."""

    label: str
    how: str
    value: str
    field: str = ""
    op: str = ""
    typed: str = ""  # the value as the form beside the chips takes it


def chips(of: Listing, parts: Sequence[str], viewer: Any) -> list[Chip]:
    """The parts of an address in words, in their order. One that cannot be read is said to be so."""
    options = _Options(of, viewer)
    return [_chip(part, of.of, viewer, options) for part in parts]


def sentence(of: Listing, where: Condition | None, viewer: Any) -> str:
    """The whole in words: "Orders where total is above 100, and status is paid"; without a condition "All orders"."""
    many = of.words[1]
    if where is None or where == All():
        return f"All {many}"
    return f"{many.capitalize()} where {_said(where, of.of, viewer, _Options(of, viewer))}"


def part_of(field: Field, op: str, value: str) -> str:
    """One test as a part of an address, from the three answers of the form beside the chips.

    Several values (in, between) are parted by commas. A relation is asked for a word in the first text of the other record.
    """
    if field.kind is Kind.RELATION and op in ("any", "none"):
        return to_query(Test(field.name, op, _related(field, value)))[0]
    if op in ("empty", "filled"):
        return f"{field.name}:{op}"
    if op in SEVERAL_OPS:
        return to_query(Test(field.name, op, [one.strip() for one in value.split(",")]))[0]
    return to_query(Test(field.name, op, value))[0]


class _Options:
    """Words for the values of fields, each list asked once and only where a value needs it."""

    def __init__(self, of: Listing, viewer: Any) -> None:
        self._of, self._viewer = of, viewer
        self._known: dict[str, Mapping[str, str]] = {}

    def word(self, field: Field, value: Any) -> str:
        if field.kind is Kind.BOOL:
            return "yes" if str(value).lower() in ("true", "yes", "1") else "no"
        if field.name in self._of.options and any(field is one for one in self._of.of.fields):
            if field.name not in self._known:
                self._known[field.name] = dict(self._of.options[field.name](self._viewer))
            return self._known[field.name].get(str(value), str(value))
        return dict(field.choices).get(str(value), str(value))


def _chip(part: str, of: Record, viewer: Any, options: _Options) -> Chip:
    try:
        whole = from_query([part])
    except Refused:
        return Chip("Filter", "cannot be read", part[:40])
    test = whole.parts[0] if isinstance(whole, All) and len(whole.parts) == 1 else whole
    field = _field(test, of, viewer)
    if not isinstance(test, Test) or field is None:
        return Chip(_cut(_said(test, of, viewer, options)), "", "")
    if field.kind is Kind.RELATION and test.op not in ("any", "none"):
        words = _said(test, of, viewer, options)
        return Chip(_cut(words[:1].upper() + words[1:]), "", "")
    if field.kind is Kind.RELATION:
        is_asked = is_condition(test.value) and test.value != All()
        inner = _said(test.value, record(field.related), viewer, options) if is_asked else ""
        return Chip(field.label, OP_WORDS.get(test.op, test.op), _cut(inner))
    typed = ", ".join(map(str, test.value)) if isinstance(test.value, list | tuple) else str(test.value or "")
    return Chip(field.label, OP_WORDS.get(test.op, test.op), _value(test, field, options), test.field, test.op, typed)


def _said(told: Condition, of: Record, viewer: Any, options: _Options) -> str:
    return said(told, of, viewer=viewer, word=options.word) or "anything"


def _field(test: Condition, of: Record, viewer: Any) -> Field | None:
    if not isinstance(test, Test):
        return None
    return next((one for one in of.visible_fields(viewer) if one.name == test.field), None)


def _value(test: Test, field: Field, options: _Options) -> str:
    if test.value is None or test.op in ("empty", "filled"):
        return ""
    many = list(test.value) if isinstance(test.value, list | tuple) else [test.value]
    words = [options.word(field, one) for one in many]
    return " and ".join(words) if test.op == "between" else " or ".join(words)


def _related(field: Field, value: str) -> Condition:
    if not value.strip():
        return All()
    first = next((one for one in record(field.related).fields if one.kind is Kind.TEXT), None)
    if first is None:
        raise Refused(f"“{field.label}” takes no words.", field=field.name)
    return Test(first.name, "contains", value.strip())


def _cut(text: str, longest: int = 90) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
