"""What a condition may look like: a tree of tests, as values, as JSON, and as parts of an address. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

DEEPEST = 5
MOST_TESTS = 50
LONGEST = 20_000  # characters of a whole condition in an address
DEEPEST_RELATIONS = 4  # relations within relations
EMPTY_OPS = ("empty", "filled")
SEVERAL_OPS = ("in", "notin", "between")  # ops of several values
_ANY_OPS = ("any", "none")


class Refused(ValueError):
    """A condition that cannot be used; the message says what is allowed, `field` which one it is about ("" = none)."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Test:
    """One test of one field. `value` None for empty and filled; a condition for a relation.

    `amount`: how many rows of a relation there are at least or at most; with `of`, the name of a field of theirs, what that
    comes to in sum. Both are for `atleast` and `atmost` of relations alone.
    """

    __test__ = False  # not one of pytest's

    field: str
    op: str
    value: Any = None
    amount: Any = None
    of: str = ""


@dataclass(frozen=True, slots=True)
class All:
    """True where all parts are; without parts, always."""

    parts: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Either:
    """True where any part is; without parts, never."""

    parts: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Not:
    """True where the part is not. Nothing is unknown here: a test of an empty value is simply false."""

    part: Condition


Condition = All | Either | Not | Test


def is_condition(value: Any) -> bool:
    """Whether a value is a condition itself, as that of a relation is."""
    return isinstance(value, All | Either | Not | Test)


def from_json(told: Any) -> Condition:
    """A condition out of plain JSON, any part of which may be short: `field:op:value`.

    Refused: more than 5 levels (those within a relation are counted anew), more than 4 relations in one another, more than
    50 tests, anything that is no condition.
    """
    found = _read(told, 1)
    if _tests(found) > MOST_TESTS:
        raise Refused(f"A condition has at most {MOST_TESTS} tests.")
    return found


def to_json(condition: Condition) -> dict[str, Any]:
    """The condition as plain JSON, as `from_json` reads it."""
    if isinstance(condition, All | Either):
        return {"all" if isinstance(condition, All) else "any": [to_json(part) for part in condition.parts]}
    if isinstance(condition, Not):
        return {"not": to_json(condition.part)}
    told: dict[str, Any] = {"field": condition.field, "op": condition.op}
    if condition.amount is not None:
        told["amount"] = condition.amount
    if condition.of:
        told["of"] = condition.of
    if condition.op not in EMPTY_OPS:
        told["value"] = to_json(condition.value) if is_condition(condition.value) else condition.value
    return told


def from_query(parts: Sequence[str]) -> Condition:
    """All of the `f=` parts of an address, each `field:op:value` or a JSON object; no parts = always true.

    Several values (in, notin, between) are parted by "|"; a "|" or a backslash within a value has a backslash before it.
    """
    if sum(map(len, parts)) > LONGEST:
        raise Refused("The condition is too long for an address.")
    found = from_json({"all": [_short(part) if not part.startswith("{") else _json(part) for part in parts]})
    inner = found.parts if isinstance(found, All) else ()
    return inner[0] if len(inner) == 1 and isinstance(inner[0], All) else found


def to_query(condition: Condition) -> list[str]:
    """The parts of an address that `from_query` reads back."""
    parts = condition.parts if isinstance(condition, All) else (condition,)
    if isinstance(condition, All) and len(parts) == 1 and isinstance(parts[0], All):
        parts = (condition,)  # which is read back as its own part
    return [_shortened(part) for part in parts]


def read(text: str) -> Condition:
    """A condition out of one word of an address or a command (`where=`): JSON, or short tests that must all hold.

    Short tests are parted by ";", which has a backslash before it within a value: `city:is:Porto;orders:over:3`. An empty
    text is always true. What comes out is to be checked.
    """
    text = text.strip()
    if len(text) > LONGEST:
        raise Refused("The condition is too long for an address.")
    if text.startswith(("{", "[")):
        told = _json(text)
        return from_json({"all": told} if isinstance(told, list) else told)
    return from_query([part for part in _cut(text) if part])


def together(parts: Sequence[str], where: str = "") -> Condition | None:
    """What an address asks in all: its `f=` parts and its `where=`, which must all hold; None where it asks nothing."""
    told = [from_query(parts)] if parts else []
    told += [read(where)] if where.strip() else []
    if len(told) < 2:
        return told[0] if told else None
    return from_json(
        to_json(All(tuple(part for one in told for part in (one.parts if isinstance(one, All) else (one,)))))
    )


def parts_of(where: str) -> list[str]:
    """The `f=` parts of an address that say what its `where=` does; one that cannot be read stays as it is."""
    try:
        return to_query(read(where)) if where.strip() else []
    except Refused:
        return [where]


def write(condition: Condition | None) -> str:
    """The shortest text that `read` reads back as this condition; "" for none and for what is always true."""
    if condition is None or condition == All():
        return ""
    parts = to_query(condition)
    if any(part.startswith("{") for part in parts):
        return json.dumps(to_json(condition), ensure_ascii=False, separators=(",", ":"), default=str)
    return ";".join(part.replace(";", "\\;") for part in parts)


def _cut(text: str) -> list[str]:
    parts, now = [], ""
    letters = iter(text)
    for letter in letters:
        if letter == ";":
            parts.append(now)
            now = ""
        else:
            now += letter + next(letters, "") if letter == "\\" else letter
    return [*parts, now]


def _read(told: Any, depth: int, hops: int = 0) -> Condition:
    if depth > DEEPEST:
        raise Refused(f"A condition is nested at most {DEEPEST} levels deep.")
    if isinstance(told, str):
        told = _short(told[:LONGEST])
    if not isinstance(told, dict):
        raise Refused("A condition is an object (all, any, not, or field with op and value) or short: field:op:value.")
    if len(told) == 1 and ("all" in told or "any" in told):
        name, parts = next(iter(told.items()))
        if not isinstance(parts, list) or len(parts) > MOST_TESTS:
            raise Refused(f"“{name}” takes a list of at most {MOST_TESTS} conditions.")
        inner = tuple(_read(part, depth + 1, hops) for part in parts)
        return All(inner) if name == "all" else Either(inner)
    if set(told) == {"not"}:
        return Not(_read(told["not"], depth + 1, hops))
    return _read_test(told, hops)


def _read_test(told: dict[str, Any], hops: int) -> Test:
    field, op = told.get("field"), told.get("op")
    known = {"field", "op", "value", "amount", "of"}
    if not isinstance(field, str) or not isinstance(op, str) or not set(told) <= known:
        raise Refused("A test names a field and an op, and nothing else but a value; of a relation an amount, too.")
    name, of = field[:60], told.get("of", "")
    if not isinstance(of, str):
        raise Refused(f"The sum of “{name}” is that “of” one field, by its name.", field=name)
    if op in EMPTY_OPS:
        return Test(name, op)
    value, amount = told.get("value"), told.get("amount")
    if value is None and (op in _ANY_OPS or amount is not None):
        value = All()
    if value is None:
        raise Refused(f"The test of “{name}” lacks its value.", field=name)
    if isinstance(value, dict):
        if hops >= DEEPEST_RELATIONS:
            raise Refused(f"A condition goes over at most {DEEPEST_RELATIONS} relations.", field=name)
        value = _read(value, 1, hops + 1)
    return Test(name, op[:20], value, amount, of[:60])


def _tests(condition: Condition) -> int:
    if isinstance(condition, All | Either):
        return sum(map(_tests, condition.parts)) if condition.parts else 0
    if isinstance(condition, Not):
        return _tests(condition.part)
    return 1 + (_tests(condition.value) if is_condition(condition.value) else 0)


def _short(part: str) -> dict[str, Any]:
    field, _, rest = part.partition(":")
    op, colon, value = rest.partition(":")
    told: dict[str, Any] = {"field": field, "op": op}
    if not op:
        raise Refused("A filter is written field:op:value, such as city:is:Porto.", field=field[:60])
    if not colon:
        return told
    values = _parted(value)
    told["value"] = values if len(values) > 1 or op in SEVERAL_OPS else values[0]
    return told


def _json(part: str) -> Any:
    try:
        return json.loads(part)
    except (ValueError, RecursionError) as error:
        raise Refused("The filter in the address is not readable.") from error


def _parted(text: str) -> list[str]:
    parts, now = [], ""
    letters = iter(text)
    for letter in letters:
        if letter == "|":
            parts.append(now)
            now = ""
        else:
            now += next(letters, "\\") if letter == "\\" else letter
    return [*parts, now]


def _shortened(condition: Condition) -> str:
    if isinstance(condition, Test) and ":" not in condition.field and condition.amount is None and not condition.of:
        if condition.op in EMPTY_OPS or (condition.op in _ANY_OPS and condition.value == All()):
            return f"{condition.field}:{condition.op}"
        values = condition.value if isinstance(condition.value, list) else [condition.value]
        is_listed = condition.op in SEVERAL_OPS
        if values and all(isinstance(value, str) for value in values) and (len(values) == 1 or is_listed):
            quoted = "|".join(value.replace("\\", "\\\\").replace("|", "\\|") for value in values)
            return f"{condition.field}:{condition.op}:{quoted}"
    return json.dumps(to_json(condition), ensure_ascii=False, separators=(",", ":"), default=str)
