"""A condition in plain English, as one sentence and as chips that stand in one another. Pure but for words of values.

Fields that a viewer may not see are not named. What has not been checked is said as well as it goes, and never refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from mutuals.base.filters.days import EVERY, WORDS_OF_DAYS, lasting
from mutuals.base.filters.grammar import EMPTY_OPS, All, Condition, Either, Not, Test, is_condition
from mutuals.base.filters.registry import Field, Kind, Record, is_known, record

OP_WORDS = {
    "is": "is",
    "isnot": "is not",
    "contains": "contains",
    "starts": "starts with",
    "in": "is one of",
    "notin": "is none of",
    "empty": "is empty",
    "filled": "is filled in",
    "over": "above",
    "under": "below",
    "atleast": "at least",
    "atmost": "at most",
    "between": "between",
    "on": "on",
    "before": "before",
    "after": "after",
    "last": "in the last days",
    "next": "in the next days",
    "this": "in this",
    "previous": "in the previous",
    "coming": "in the coming",
    "older": "longer ago than days",
    "later": "further ahead than days",
    "has": "has",
    "hasnot": "has not",
    "says": "says",
    "saysnot": "does not say",
    "any": "with",
    "none": "without",
}
"""Each question in a few words, as menus and chips show it."""
_HIDDEN = "something that your role does not see"
_BARE = ("over", "under", "atleast", "atmost", "between", "on", "before", "after")  # said with an "is" before them
_PEOPLE = {"person": "people"}
Word = Callable[[Field, Any], str | None]
"""What a value of a field is called, such as the name of an owner; None = as it stands."""


@dataclass(frozen=True, slots=True)
class Chip:
    """One part of a condition in words; a group or a relation holds its parts in `inner`.

    `join` is "" for a test of a plain field, "all", "any" or "not" for a group and "with" for a relation. `condition` is the
    part itself, from which `unchip` makes the whole again, whatever has been taken out of `inner`.
    """

    label: str
    how: str
    value: str
    condition: Condition
    join: str = ""
    inner: tuple[Chip, ...] = ()

    @property
    def field(self) -> str:
        """The name of the field that a test asks; "" of a group."""
        return self.condition.field if isinstance(self.condition, Test) else ""

    @property
    def op(self) -> str:
        """The question that a test asks; "" of a group."""
        return self.condition.op if isinstance(self.condition, Test) else ""

    def __str__(self) -> str:
        return " ".join(one for one in (self.label, self.how, self.value) if one)


def said(told: Condition | None, of: Record, *, viewer: Any = None, word: Word | None = None) -> str:
    """A condition of a record as the rest of a sentence: "town is Porto, and has a deal where amount is above 5000".

    `viewer` None reads all fields. "" for no condition at all.
    """
    if told is None or told == All():
        return ""
    return _said(told, _Reader(of, viewer, word), 0)


def chips(told: Condition | None, of: Record, *, viewer: Any = None, word: Word | None = None) -> list[Chip]:
    """The parts of a condition that must all hold, each as a chip with those that stand in it."""
    if told is None:
        return []
    reader = _Reader(of, viewer, word)
    return [_chip(part, reader) for part in (told.parts if isinstance(told, All) else (told,))]


def unchip(shown: Iterable[Chip]) -> Condition:
    """The condition of chips that must all hold, as they stand now."""
    return All(tuple(_unchip(one) for one in shown))


@dataclass(frozen=True, slots=True)
class _Reader:
    of: Record
    viewer: Any
    word: Word | None

    def named(self, name: str) -> Field | None:
        found = self.of.named(name)
        if found is None or self.viewer is None or found.may is None or found.may(self.viewer):
            return found
        return None

    def within(self, field: Field) -> _Reader:
        return replace(self, of=record(field.related))

    def value(self, field: Field, value: Any) -> str:
        if isinstance(value, list | tuple):
            joint = " and " if field.kind in (Kind.DAY, Kind.TIME, Kind.NUMBER, Kind.MONEY) else " or "
            return joint.join(self.value(field, one) for one in value)
        if self.word is not None and (found := self.word(field, value)):
            return found
        if field.kind is Kind.BOOL:
            return "yes" if str(value).lower() in ("true", "yes", "1") else "no"
        return dict(field.choices).get(str(value), f"“{value}”" if field.kind is Kind.WORDS else str(value))


def _said(told: Condition, reader: _Reader, depth: int) -> str:
    if isinstance(told, All | Either):
        if not told.parts:
            return "anything" if isinstance(told, All) else "nothing"
        joint = ", and " if isinstance(told, All) else ", or "
        whole = joint.join(_said(one, reader, depth + 1) for one in told.parts)
        return f"({whole})" if depth and len(told.parts) > 1 else whole
    if isinstance(told, Not):
        return f"not ({_said(told.part, reader, 0)})"
    field = reader.named(told.field)
    if field is None:
        return _HIDDEN if reader.of.named(told.field) else f"“{told.field}” {OP_WORDS.get(told.op, told.op)} …"
    if field.kind is Kind.RELATION:
        return _related(told, field, reader, depth)
    return f"{_small(field.label)} {_how(told, field, reader)}".rstrip()


def _how(test: Test, field: Field, reader: _Reader) -> str:
    """The question with its answer: "is above 3", "is in the last 3 weeks", "was yesterday"."""
    op, value = test.op, test.value
    if op in EMPTY_OPS:
        return OP_WORDS[op]
    if field.kind in (Kind.DAY, Kind.TIME):
        if (told := _days(op, value)) is not None:
            return told
    elif op in ("in", "notin") and isinstance(value, list | tuple):
        named = " or ".join(reader.value(field, one) for one in value)
        return f"{'has' if field.kind is Kind.TAGS else 'is'} {'one' if op == 'in' else 'none'} of {named}"
    elif field.kind is Kind.WORDS:
        return f"{'say' if op == 'says' else 'do not say'} {reader.value(field, value)}"
    how = f"is {OP_WORDS[op]}" if op in _BARE else OP_WORDS.get(op, op)
    return f"{how} {reader.value(field, value)}"


def _days(op: str, value: Any) -> str | None:
    if op in ("last", "next", "older", "later"):
        number, _, unit = str(lasting(value) or value).partition(" ")
        many = f"{number} {unit or 'days'}"
        many = many.removesuffix("s") if number == "1" else many
        if op == "last":
            return f"is in the last {many}"
        if op == "next":
            return f"is in the next {many}"
        return f"is more than {many} {'ago' if op == 'older' else 'ahead'}"
    if op in ("this", "previous", "coming"):
        if value == EVERY[0]:
            return {"this": "is today", "previous": "is yesterday", "coming": "is tomorrow"}[op]
        return f"is in {'this' if op == 'this' else f'the {op}'} {value}"
    if op == "on" and value in WORDS_OF_DAYS:
        return f"is {value}"
    return None


def _related(test: Test, field: Field, reader: _Reader, depth: int) -> str:
    inner = test.value if is_condition(test.value) else All()
    where = "" if inner == All() or not is_known(field.related) else _said(inner, reader.within(field), depth + 1)
    return f"{_has(test, field, reader)}{f' where {where}' if where else ''}"


def _has(test: Test, field: Field, reader: _Reader) -> str:
    """What a relation asks before its "where": "has an order", "has at least 3 orders", "never asked for an idea"."""
    label = _small(field.label)
    amount = test.amount if test.amount is not None else test.value
    is_thing = label.startswith("has ") or not label.startswith(("asked ", "voted ", "was "))
    bare = label.removeprefix("has ").removeprefix("an ").removeprefix("a ")
    words = OP_WORDS.get(test.op, test.op)
    if test.of:
        known = reader.within(field).named(test.of) if is_known(field.related) else None
        summed = _small(known.label) if known else _HIDDEN
        return f"{label if is_thing is False else f'has {_many(bare)}'} whose {summed} is {words} {amount} in sum"
    if test.op in ("atleast", "atmost"):
        many = f"{words} {amount}"
        return f"has {many} {bare if str(amount) == '1' else _many(bare)}" if is_thing else f"{label} {many} times"
    if not is_thing:
        return label if test.op == "any" else f"never {label}" if not label.startswith("was ") else f"not {label}"
    if test.op == "none":
        return f"has no {bare}"
    return label if label.startswith("has ") else f"has {'an' if bare[:1] in 'aeiou' else 'a'} {bare}"


def _many(thing: str) -> str:
    head, _, rest = thing.partition(" that ")
    if head in _PEOPLE:
        return _PEOPLE[head]
    plural = f"{head[:-1]}ies" if head.endswith("y") and head[-2:-1] not in "aeiou" else f"{head}s"
    return f"{plural} that {rest}" if rest else plural


def _small(label: str) -> str:
    return label[:1].lower() + label[1:]


def _chip(told: Condition, reader: _Reader) -> Chip:
    if isinstance(told, Not):
        return Chip("Not", "", "", told, "not", (_chip(told.part, reader),))
    if isinstance(told, All | Either):
        join = "all" if isinstance(told, All) else "any"
        return Chip(f"{join.capitalize()} of", "", "", told, join, tuple(_chip(one, reader) for one in told.parts))
    field = reader.named(told.field)
    if field is None:
        return Chip(_HIDDEN.capitalize() if reader.of.named(told.field) else told.field, "", "", told)
    if field.kind is Kind.RELATION:
        inner = told.value if is_condition(told.value) else All()
        parts = inner.parts if isinstance(inner, All) else (inner,)
        within = reader.within(field)
        label = _has(told, field, reader)
        label = label[:1].upper() + label[1:]
        return Chip(label, "where" if parts else "", "", told, "with", tuple(_chip(one, within) for one in parts))
    how = _how(told, field, reader)
    value = "" if told.op in EMPTY_OPS else reader.value(field, told.value)
    bare = how.removesuffix(value).rstrip() if value else how
    return Chip(field.label, bare, value if bare != how else "", told)


def _unchip(one: Chip) -> Condition:
    if not one.join:
        return one.condition
    parts = tuple(_unchip(part) for part in one.inner)
    if one.join == "not":
        return Not(parts[0] if parts else All())
    if one.join == "with":
        assert isinstance(one.condition, Test)
        was = one.condition.value
        if not is_condition(was):
            return one.condition
        is_single = not isinstance(was, All) and len(parts) == 1
        return replace(one.condition, value=parts[0] if is_single else All(parts))
    return All(parts) if one.join == "all" else Either(parts)
