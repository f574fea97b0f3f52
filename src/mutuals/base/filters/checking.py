"""A condition against a record: fields that exist and may be seen, ops that fit, values of the right type."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from mutuals.base.filters.grammar import EMPTY_OPS, All, Condition, Either, Not, Refused, Test
from mutuals.base.filters.registry import Field, Kind, Record, record
from mutuals.base.filters.words import LONGEST, mark_of_pattern, phrase

LONGEST_TEXT = 200
MOST_VALUES = 100
MOST_DAYS = 36_500
_LARGEST = Decimal(10) ** 15


def check(condition: Condition, of: Record, *, viewer: Any) -> Condition:
    """The condition with its values typed: Decimal, date, bool, int (days), str, or tuples of them for in and between.

    Refused names the field and what it takes. What comes out may be compiled; what did not pass here must not be.
    """
    if isinstance(condition, All):
        return All(tuple(check(part, of, viewer=viewer) for part in condition.parts))
    if isinstance(condition, Either):
        return Either(tuple(check(part, of, viewer=viewer) for part in condition.parts))
    if isinstance(condition, Not):
        return Not(check(condition.part, of, viewer=viewer))
    field = of.field(condition.field, viewer)
    if condition.op not in field.ops:
        raise Refused(f"“{field.label}” can be asked: {', '.join(field.ops)}.", field=field.name)
    if field.kind is Kind.RELATION:
        inner = condition.value if isinstance(condition.value, All | Either | Not | Test) else All()
        return Test(field.name, condition.op, check(inner, record(field.related), viewer=viewer))
    if condition.op in EMPTY_OPS:
        return Test(field.name, condition.op)
    return Test(field.name, condition.op, _typed(field, condition.op, condition.value))


def _typed(field: Field, op: str, value: Any) -> Any:
    if op == "last":
        return _days(field, value)
    if op in ("in", "between", "says", "saysnot"):
        values = value if isinstance(value, list | tuple) else [value]
        if op == "between" and len(values) != 2:
            raise Refused(f"“{field.label}” between takes two values.", field=field.name)
        if not 1 <= len(values) <= MOST_VALUES:
            raise Refused(f"“{field.label}” takes 1 to {MOST_VALUES} values.", field=field.name)
        read = tuple(_READ[field.kind](field, one) for one in values)
        if op == "between" and read[0] > read[1]:
            raise Refused(f"“{field.label}” between takes the smaller or earlier value first.", field=field.name)
        return read
    return _READ[field.kind](field, value)


def _text(field: Field, value: Any) -> str:
    if not isinstance(value, str) or not value or len(value) > LONGEST_TEXT or "\0" in value:
        raise Refused(f"“{field.label}” takes a text of 1 to {LONGEST_TEXT} letters.", field=field.name)
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        raise Refused(f"“{field.label}” takes whole letters only.", field=field.name)
    return field.prepare(value) if field.prepare else value


def _words(field: Field, value: Any) -> str:
    found = phrase(value)
    if found and (mark := mark_of_pattern(value)):
        raise Refused(
            f"“{field.label}” takes words, and no patterns: “{mark}” is not looked for. Write the words alone, and a * at"
            " the end for any ending.",
            field=field.name,
        )
    if not found:
        raise Refused(
            f"“{field.label}” takes words or phrases of 1 to {LONGEST} letters; a * at the end stands for any ending"
            " after two letters at least.",
            field=field.name,
        )
    return found


def _amount(field: Field, value: Any) -> Decimal:
    try:
        amount = Decimal(str(value)) if isinstance(value, int | float | str | Decimal) else Decimal("NaN")
    except InvalidOperation:
        amount = Decimal("NaN")
    if isinstance(value, bool) or not amount.is_finite() or abs(amount) >= _LARGEST:
        raise Refused(f"“{field.label}” takes a number, such as 12 or 12.50.", field=field.name)
    return amount


def _day(field: Field, value: Any) -> date:
    try:
        found = value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError as error:
        raise Refused(f"“{field.label}” takes a day, written as 2026-05-01.", field=field.name) from error
    if not 1 < found.year < 9999:
        raise Refused(f"“{field.label}” takes a day of this age.", field=field.name)
    return found


def _days(field: Field, value: Any) -> int:
    text = str(value)
    if isinstance(value, bool) or not text.isascii() or not text.isdigit() or not 0 < int(text[:9]) <= MOST_DAYS:
        raise Refused(f"“{field.label}” last takes a number of days, 1 to {MOST_DAYS}.", field=field.name)
    return int(text)


def _bool(field: Field, value: Any) -> bool:
    known = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
    if isinstance(value, bool):
        return value
    if str(value).lower() not in known:
        raise Refused(f"“{field.label}” is yes or no.", field=field.name)
    return known[str(value).lower()]


def _choice(field: Field, value: Any) -> str:
    allowed = [key for key, _ in field.choices]
    if allowed and str(value) not in allowed:
        raise Refused(f"“{field.label}” is one of: {', '.join(allowed)}.", field=field.name)
    return _text(field, str(value))


_READ: dict[Kind, Callable[[Field, Any], Any]] = {
    Kind.TEXT: _text,
    Kind.NUMBER: _amount,
    Kind.MONEY: _amount,
    Kind.DAY: _day,
    Kind.TIME: _day,
    Kind.CHOICE: _choice,
    Kind.BOOL: _bool,
    Kind.TAGS: _text,
    Kind.WORDS: _words,
}
