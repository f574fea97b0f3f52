"""A small language that reckons a number from other fields of the same record: + - * /, brackets, min, max, days, if. Pure.

    price * pieces
    days(begins, ends)                 whole days from one day to the other
    if(pieces > 100, price * 0.9, price)

Names are the keys of fields. There is no `today()`: a value is reckoned when the record is written and kept until it is written
again; what depends on the day belongs into a filter. A part that has no value, and a division by nothing, leave the whole
without a value. Yes counts as 1, no as 0.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation, localcontext
from functools import lru_cache
from typing import Any

LONGEST = 300
DEEPEST = 20
_PLACES = Decimal("0.000001")  # what is reckoned is rounded to six places
_LARGEST = Decimal(10) ** 15
_TOKEN = re.compile(r"\s*(?:([0-9]+(?:\.[0-9]+)?)|([a-z][a-z0-9_]*)|(<=|>=|!=|[-+*/(),<>=]))")
_ACTS = {"min": 0, "max": 0, "days": 2, "if": 3}  # how many parts they take; 0 = two or more
_COMPARE = ("<", ">", "<=", ">=", "=", "!=")


class Unreadable(ValueError):
    """A formula that cannot be read; the message says where."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One knot of the tree: `act` is an operator, a function, "number" or "name"."""

    act: str
    parts: tuple[_Part, ...] = ()
    value: Decimal = Decimal(0)
    name: str = ""


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula that was read."""

    root: _Part

    @staticmethod
    @lru_cache(maxsize=500)
    def read(text: str) -> Formula:
        """Read a formula. Unreadable: longer than 300 letters, nested over 20 levels, or not of this language."""
        if len(text) > LONGEST:
            raise Unreadable(f"A formula has at most {LONGEST} letters.")
        reader = _Reader(_tokens(text))
        root = reader.compared(1)
        if reader.next:
            raise Unreadable(f"“{reader.next}” is not expected there.")
        return Formula(root)

    @property
    def names(self) -> frozenset[str]:
        """The fields that it reckons with."""
        return frozenset(_names(self.root))

    def reckon(self, values: Mapping[str, Any]) -> Decimal | None:
        """The number that it makes of a record's values, None where one is lacking or the number would not be kept."""
        with localcontext() as context:
            context.prec = 34
            try:
                found = _reckon(self.root, values)
                if not isinstance(found, Decimal) or not found.is_finite() or abs(found) >= _LARGEST:
                    return None
                rounded = found.quantize(_PLACES, ROUND_HALF_EVEN).normalize()
                return Decimal(f"{rounded:.15g}")
            except (InvalidOperation, ArithmeticError):
                return None


def _tokens(text: str) -> list[str]:
    found, at = [], 0
    text = text.strip()
    while at < len(text):
        one = _TOKEN.match(text, at)
        if one is None:
            raise Unreadable(f"“{text[at : at + 10]}” cannot be read.")
        found.append(one[0].strip())
        at = one.end()
    if not found:
        raise Unreadable("A formula is needed, such as price * pieces.")
    return found


class _Reader:
    """Walks over the words of a formula, one level of precedence a method."""

    def __init__(self, words: list[str]) -> None:
        self._words, self._at = words, 0

    @property
    def next(self) -> str:
        """The word ahead; "" at the end."""
        return self._words[self._at] if self._at < len(self._words) else ""

    def take(self, wanted: str = "") -> str:
        """Step over one word, which must be `wanted` where that is given."""
        found = self.next
        if not found or (wanted and found != wanted):
            raise Unreadable(f"“{wanted or 'a value'}” is missing{f' before “{found}”' if found else ' at the end'}.")
        self._at += 1
        return found

    def compared(self, depth: int) -> _Part:
        if depth > DEEPEST:
            raise Unreadable(f"A formula is nested at most {DEEPEST} levels deep.")
        left = self.added(depth)
        if self.next in _COMPARE:
            return _Part(self.take(), (left, self.added(depth)))
        return left

    def added(self, depth: int) -> _Part:
        left = self.multiplied(depth)
        while self.next in ("+", "-"):
            left = _Part(self.take(), (left, self.multiplied(depth)))
        return left

    def multiplied(self, depth: int) -> _Part:
        left = self.single(depth)
        while self.next in ("*", "/"):
            left = _Part(self.take(), (left, self.single(depth)))
        return left

    def single(self, depth: int) -> _Part:
        if depth > DEEPEST:
            raise Unreadable(f"A formula is nested at most {DEEPEST} levels deep.")
        word = self.take()
        if word == "-":
            return _Part("-", (_Part("number"), self.single(depth + 1)))
        if word == "(":
            inner = self.compared(depth + 1)
            self.take(")")
            return inner
        if word[0].isdigit():
            return _Part("number", value=Decimal(word))
        if not word[0].isalpha():
            raise Unreadable(f"“{word}” is not expected there.")
        return self._called(word, depth) if self.next == "(" else _Part("name", name=word)

    def _called(self, word: str, depth: int) -> _Part:
        if word not in _ACTS:
            raise Unreadable(f"There is no “{word}(..)”. There are: {', '.join(_ACTS)}.")
        self.take("(")
        parts = [self.compared(depth + 1)]
        while self.next == ",":
            self.take()
            parts.append(self.compared(depth + 1))
        self.take(")")
        wanted = _ACTS[word]
        if (wanted and len(parts) != wanted) or len(parts) < 2:
            raise Unreadable(f"“{word}” takes {wanted or 'two or more'} values.")
        return _Part(word, tuple(parts))


def _names(part: _Part) -> set[str]:
    found = {part.name} if part.act == "name" else set()
    return found.union(*(_names(one) for one in part.parts))


def _reckon(part: _Part, values: Mapping[str, Any]) -> Decimal | date | None:
    if part.act == "number":
        return part.value
    if part.act == "name":
        return _value(values.get(part.name))
    if part.act == "if":
        asked = _reckon(part.parts[0], values)
        return None if asked is None else _reckon(part.parts[1 if asked else 2], values)
    found = [_reckon(one, values) for one in part.parts]
    if part.act == "days":
        first, last = found
        return Decimal((last - first).days) if isinstance(first, date) and isinstance(last, date) else None
    if all(isinstance(one, date) for one in found) and part.act in _COMPARE:
        return _compared(part.act, *found)
    if not all(isinstance(one, Decimal) for one in found):
        return None
    return _made(part.act, found)


def _made(act: str, found: list[Any]) -> Decimal | None:
    if act in ("min", "max"):
        return Decimal(min(found) if act == "min" else max(found))
    first, second = found
    if act in _COMPARE:
        return _compared(act, first, second)
    if act == "/":
        return Decimal(first / second) if second else None
    return Decimal({"+": first + second, "-": first - second, "*": first * second}[act])


def _compared(act: str, first: Any, second: Any) -> Decimal:
    told = {
        "<": first < second,
        ">": first > second,
        "<=": first <= second,
        ">=": first >= second,
        "=": first == second,
        "!=": first != second,
    }
    return Decimal(told[act])


def _value(value: Any) -> Decimal | date | None:
    """A stored value as it is reckoned with: numbers and yes or no; a day or the day of a moment; anything else is nothing."""
    if isinstance(value, bool | int | float):
        return Decimal(str(int(value) if isinstance(value, bool) else value))
    if isinstance(value, str):
        try:
            return date.fromisoformat(value[:10])
        except ValueError:
            return None
    return None
