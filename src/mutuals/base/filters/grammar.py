"""What a condition may look like: a tree of tests, as values, as JSON, and as parts of an address. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

DEEPEST = 5
MOST_TESTS = 50
LONGEST = 20_000  # characters of a whole condition in an address
EMPTY_OPS = ("empty", "filled")


class Refused(ValueError):
    """A condition that cannot be used; the message says what is allowed, `field` which one it is about ("" = none)."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Test:
    """One test of one field. `value` None for empty and filled; a condition for a relation."""

    __test__ = False  # not one of pytest's

    field: str
    op: str
    value: Any = None


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


def from_json(told: Any) -> Condition:
    """A condition out of plain JSON, any part of which may be short: `field:op:value`.

    Refused: more than 5 levels, more than 50 tests, anything that is no condition.
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
    if condition.op not in EMPTY_OPS:
        is_nested = isinstance(condition.value, All | Either | Not | Test)
        told["value"] = to_json(condition.value) if is_nested else condition.value
    return told


def from_query(parts: Sequence[str]) -> Condition:
    """All of the `f=` parts of an address, each `field:op:value` or a JSON object; no parts = always true.

    Several values (in, between) are parted by "|"; a "|" or a backslash within a value has a backslash before it.
    """
    if sum(map(len, parts)) > LONGEST:
        raise Refused("The condition is too long for an address.")
    found = from_json({"all": [_short(part) if not part.startswith("{") else _json(part) for part in parts]})
    inner = found.parts if isinstance(found, All) else ()
    return inner[0] if len(inner) == 1 and isinstance(inner[0], All) else found


def to_query(condition: Condition) -> list[str]:
    """The parts of an address that `from_query` reads back."""
    parts = condition.parts if isinstance(condition, All) else (condition,)
    return [_shortened(part) for part in parts]


def _read(told: Any, depth: int) -> Condition:
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
        inner = tuple(_read(part, depth + 1) for part in parts)
        return All(inner) if name == "all" else Either(inner)
    if set(told) == {"not"}:
        return Not(_read(told["not"], depth + 1))
    return _read_test(told, depth)


def _read_test(told: dict[str, Any], depth: int) -> Test:
    field, op = told.get("field"), told.get("op")
    if not isinstance(field, str) or not isinstance(op, str) or not set(told) <= {"field", "op", "value"}:
        raise Refused("A test names a field and an op, and nothing else but a value.")
    if op in EMPTY_OPS:
        return Test(field[:60], op)
    if "value" not in told or told["value"] is None:
        raise Refused(f"The test of “{field[:60]}” lacks its value.", field=field[:60])
    value = told["value"]
    return Test(field[:60], op[:20], _read(value, depth + 1) if isinstance(value, dict) else value)


def _tests(condition: Condition) -> int:
    if isinstance(condition, All | Either):
        return sum(map(_tests, condition.parts)) if condition.parts else 0
    if isinstance(condition, Not):
        return _tests(condition.part)
    return 1 + (_tests(condition.value) if isinstance(condition.value, All | Either | Not | Test) else 0)


def _short(part: str) -> dict[str, Any]:
    field, _, rest = part.partition(":")
    op, colon, value = rest.partition(":")
    told: dict[str, Any] = {"field": field, "op": op}
    if not op:
        raise Refused("A filter is written field:op:value, such as city:is:Porto.", field=field[:60])
    if not colon:
        return told
    values = _parted(value)
    told["value"] = values if len(values) > 1 or op in ("in", "between") else values[0]
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
    if isinstance(condition, Test) and ":" not in condition.field:
        if condition.op in EMPTY_OPS:
            return f"{condition.field}:{condition.op}"
        values = condition.value if isinstance(condition.value, list) else [condition.value]
        is_listed = condition.op in ("in", "between")
        if values and all(isinstance(value, str) for value in values) and (len(values) == 1 or is_listed):
            quoted = "|".join(value.replace("\\", "\\\\").replace("|", "\\|") for value in values)
            return f"{condition.field}:{condition.op}:{quoted}"
    return json.dumps(to_json(condition), ensure_ascii=False, separators=(",", ":"))
