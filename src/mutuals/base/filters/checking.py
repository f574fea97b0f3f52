"""A condition against a record: fields that exist and may be seen, ops that fit, values of the right type."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from mutuals.base.filters.days import EVERY, MOST_DAYS, WORDS_OF_DAYS, lasting
from mutuals.base.filters.grammar import (
    EMPTY_OPS,
    SEVERAL_OPS,
    All,
    Condition,
    Either,
    Not,
    Refused,
    Test,
    is_condition,
)
from mutuals.base.filters.registry import Field, Kind, Record, record
from mutuals.base.filters.words import LONGEST, mark_of_pattern, phrase

LONGEST_TEXT = 200
MOST_VALUES = 100
MOST_ROWS = 1_000_000  # of a relation, that may be asked for at least or at most
_LARGEST = Decimal(10) ** 15


def check(condition: Condition, of: Record, *, viewer: Any) -> Condition:
    """The condition with its values typed: Decimal, date, bool, str, or tuples of them for in, notin and between.

    How long is a number of days, or "3 weeks". What is "me" or "mine" has become numbers of the viewer's own rows. Every
    relation has a condition of its own, and an amount where it is counted or added up.

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
        return _relation(condition, field, viewer)
    if condition.amount is not None or condition.of:
        raise Refused(f"“{field.label}” takes a value, and no amount of rows.", field=field.name)
    if condition.op in EMPTY_OPS:
        return Test(field.name, condition.op)
    if is_condition(condition.value):
        raise Refused(f"“{field.label}” takes a value, and no condition: it is no relation.", field=field.name)
    if field.me is not None and (own := _mine(field, condition, viewer)) is not None:
        return own
    return Test(field.name, condition.op, _typed(field, condition.op, condition.value))


def _relation(test: Test, field: Field, viewer: Any) -> Test:
    inner, amount, other = test.value, test.amount, record(field.related)
    if test.op in ("atleast", "atmost"):
        if amount is None and not is_condition(inner):
            amount, inner = inner, None
        amount = _amount_of(test, field, amount, other, viewer)
    elif amount is not None or test.of:
        raise Refused(f"“{field.label}” takes an amount with atleast and atmost alone.", field=field.name)
    if inner is None or inner == "":
        inner = All()
    if not is_condition(inner):
        shape = f'{{"field": "{other.fields[0].name}", "op": …, "value": …}}'
        told = "text" if isinstance(inner, str) else "value"
        raise Refused(
            f"“{field.label}” takes a condition of its own as an object, such as {shape}, not the {told} “{str(inner)[:40]}”.",
            field=field.name,
        )
    checked = check(inner, other, viewer=viewer)
    if test.of and other.field(test.of, viewer).kind is Kind.MONEY and not _is_of_one_currency(checked):
        raise Refused(
            f"“{field.label}” in sum is of one currency: say which, such as currency:is:EUR beside the rest.",
            field=field.name,
        )
    return Test(field.name, test.op, checked, amount, test.of)


def _amount_of(test: Test, field: Field, amount: Any, other: Record, viewer: Any) -> Decimal | int:
    if test.of:
        summed = other.field(test.of, viewer)
        if summed.kind not in (Kind.NUMBER, Kind.MONEY) or summed.beside or summed.is_json or summed.me:
            raise Refused(f"“{summed.label}” cannot be added up: it is no figure of a {other.name}.", field=field.name)
        return _amount(field, amount)
    text = str(amount)
    least = 1 if test.op == "atleast" else 0
    if isinstance(amount, bool) or not text.isascii() or not text.isdigit() or not least <= int(text[:9]) <= MOST_ROWS:
        raise Refused(
            f"“{field.label}” {'at least' if least else 'at most'} takes a number, {least} to {MOST_ROWS}.",
            field=field.name,
        )
    return int(text)


def _is_of_one_currency(condition: Condition) -> bool:
    """Whether what all rows must fit names their currency. A record that has none is refused by this as well."""
    if isinstance(condition, All):
        return any(_is_of_one_currency(part) for part in condition.parts)
    return isinstance(condition, Test) and condition.field == "currency" and condition.op == "is"


def _mine(field: Field, test: Test, viewer: Any) -> Test | None:
    """A test for "me" or "mine" as one for the viewer's own rows; None where it asks for others."""
    values = test.value if isinstance(test.value, list | tuple) else (test.value,)
    if field.me is None or not any(str(one).lower() in ("me", "mine") for one in values):
        return None
    others = [one for one in values if str(one).lower() not in ("me", "mine")]
    own = {Decimal(number) for number in field.me(viewer)} | {_amount(field, one) for one in others}
    return Test(field.name, "in" if test.op in ("is", "in") else "notin", tuple(sorted(own)))


def _typed(field: Field, op: str, value: Any) -> Any:
    if op in ("last", "next", "older", "later"):
        return _lasting(field, op, value)
    if op in ("this", "previous", "coming"):
        if not isinstance(value, str) or value not in EVERY:
            raise Refused(f"“{field.label}” {op} takes one of: {', '.join(EVERY)}.", field=field.name)
        return value
    if op in (*SEVERAL_OPS, "says", "saysnot"):
        values = value if isinstance(value, list | tuple) else [value]
        if op == "between" and len(values) != 2:
            raise Refused(f"“{field.label}” between takes two values.", field=field.name)
        if not 1 <= len(values) <= MOST_VALUES:
            raise Refused(f"“{field.label}” takes 1 to {MOST_VALUES} values.", field=field.name)
        read = tuple(_READ[field.kind](field, one) for one in values)
        if op == "between" and read[0] > read[1]:
            raise Refused(f"“{field.label}” between takes the smaller or earlier value first.", field=field.name)
        return read
    if field.kind in (Kind.DAY, Kind.TIME) and isinstance(value, str) and value in WORDS_OF_DAYS:
        return value
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
        raise Refused(
            f"“{field.label}” takes a day, written as 2026-05-01, or today, yesterday, tomorrow.", field=field.name
        ) from error
    if not 1 < found.year < 9999:
        raise Refused(f"“{field.label}” takes a day of this age.", field=field.name)
    return found


def _lasting(field: Field, op: str, value: Any) -> int | str:
    found = lasting(value)
    if found is None:
        raise Refused(
            f"“{field.label}” {op} takes a number of days, 1 to {MOST_DAYS}, or weeks, months or years as in “3 weeks”.",
            field=field.name,
        )
    return found


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
