"""What somebody told of a field -> what is kept of it. Each kind has one reader; Misfit says what it takes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from mutuals.base.fields.formula import Formula, Unreadable
from mutuals.base.fields.shapes import FieldKind, Misfit, Shape

DIGITS = 15  # a number of more digits would not come back as it was told
LONGEST = {FieldKind.TEXT: 200, FieldKind.LONG: 5_000, FieldKind.ADDRESS: 500, FieldKind.EMAIL: 254}
MOST = 50  # of several choices
_MAIL = re.compile(r"[^@\s<>\"]{1,64}@[^@\s<>\"]{1,180}\.[^@\s<>\".]{2,}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_REFERENCE = re.compile(r"([a-z][a-z0-9_]{0,29}):([1-9][0-9]{0,17})")
_YES = {"yes": True, "true": True, "1": True, "on": True, "no": False, "false": False, "0": False}


def stored(shape: Shape, told: Any, *, zone: ZoneInfo) -> Any:
    """The value as the record keeps it; None = nothing was told. A moment without a zone is read in `zone`.

    An amount comes as "12.50 EUR", or as {"amount": .., "currency": ..}, and leaves as the latter; `flat` lays it into the
    record. Refused: Misfit; a formula takes no values.
    """
    if shape.kind is FieldKind.FORMULA:
        raise Misfit(f"“{shape.label}” is reckoned from other fields, so it cannot be written.", key=shape.key)
    if told is None or told in ("", [], {}) or (isinstance(told, str) and not told.strip()):
        return None
    return _READ[shape.kind](shape, told, zone)


def flat(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values by key as the column holds them: amounts as two keys, and nothing that is empty."""
    laid: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, Mapping):
            laid[key], laid[currency_key(key)] = value.get("amount"), value.get("currency")
        elif value is not None and value not in ("", []):
            laid[key] = value
    return {key: value for key, value in laid.items() if value is not None}


def currency_key(key: str) -> str:
    """Where the currency of an amount stands."""
    return f"{key}__currency"


def reckoned(custom: Mapping[str, Any], shapes: Iterable[Shape]) -> dict[str, Any]:
    """The record's values with what its formulas make of them; one that lacks a part has no value. Formulas do not nest."""
    formulas = [one for one in shapes if one.kind is FieldKind.FORMULA]
    names = {one.key for one in formulas}
    told = {key: value for key, value in custom.items() if key not in names}
    made: dict[str, Any] = {}
    for one in formulas:
        if one.is_retired:
            if one.key in custom:
                made[one.key] = custom[one.key]
            continue
        try:
            value = Formula.read(one.formula).reckon(told)
        except Unreadable:
            continue
        if value is not None:
            made[one.key] = _plain(value)
    return {**told, **made}


def _plain(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _line(shape: Shape, told: Any, _zone: ZoneInfo) -> str:
    text = _clean(shape, told)
    return _fits(shape, " ".join(text.split()))


def _lines(shape: Shape, told: Any, _zone: ZoneInfo) -> str:
    return _fits(shape, _clean(shape, told).replace("\r\n", "\n").strip())


def _clean(shape: Shape, told: Any) -> str:
    if not isinstance(told, str):
        raise Misfit(f"“{shape.label}” takes a text.", key=shape.key)
    if any(unicodedata.category(letter) == "Cs" or (letter < " " and letter not in "\r\n\t") for letter in told):
        raise Misfit(f"“{shape.label}” holds letters that cannot be kept.", key=shape.key)
    return told


def _fits(shape: Shape, text: str) -> str:
    most = LONGEST[shape.kind]
    if len(text) > most:
        raise Misfit(f"“{shape.label}” is longer than {most} letters.", key=shape.key)
    return text


def _mail(shape: Shape, told: Any, zone: ZoneInfo) -> str:
    text = _line(shape, told, zone).casefold()
    if not _MAIL.fullmatch(text):
        raise Misfit(f"“{shape.label}” takes an email address, such as bea@kettle.example.", key=shape.key)
    return text


def _phone(shape: Shape, told: Any, _zone: ZoneInfo) -> str:
    digits = re.sub(r"[\s()./-]", "", _clean(shape, told))
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", digits):
        raise Misfit(f"“{shape.label}” takes a number with its country code, such as +351 912 345 678.", key=shape.key)
    return digits


def _decimal(shape: Shape, told: Any) -> Decimal:
    try:
        number = Decimal(str(told).strip().replace("_", "x")) if not isinstance(told, bool) else Decimal("NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise Misfit(f"“{shape.label}” takes a number, such as 12 or 12.50.", key=shape.key)
    digits = "".join(map(str, number.as_tuple().digits)).strip("0")
    is_near = not number or Decimal(10) ** -DIGITS <= abs(number) < Decimal(10) ** DIGITS
    if len(digits) > DIGITS or not is_near:
        raise Misfit(f"“{shape.label}” takes a number of at most {DIGITS} digits.", key=shape.key)
    return number.normalize()


def _number(shape: Shape, told: Any, _zone: ZoneInfo) -> int | float:
    return _plain(_decimal(shape, told))


def _money(shape: Shape, told: Any, _zone: ZoneInfo) -> dict[str, Any]:
    if isinstance(told, Mapping):
        amount, currency = told.get("amount"), str(told.get("currency") or "")
    else:
        amount, _, currency = str(told).strip().partition(" ")
    currency = currency.strip().upper()
    if not _CURRENCY.fullmatch(currency):
        raise Misfit(f"“{shape.label}” takes an amount with its currency, such as 12.50 EUR.", key=shape.key)
    return {"amount": _plain(_decimal(shape, amount)), "currency": currency}


def _day(shape: Shape, told: Any, _zone: ZoneInfo) -> str:
    try:
        day = (
            told if isinstance(told, date) and not isinstance(told, datetime) else date.fromisoformat(str(told).strip())
        )
    except ValueError as error:
        raise Misfit(f"“{shape.label}” takes a day, written as 2026-05-01.", key=shape.key) from error
    if not 1 < day.year < 9999:
        raise Misfit(f"“{shape.label}” takes a day of this age.", key=shape.key)
    return day.isoformat()


def _time(shape: Shape, told: Any, zone: ZoneInfo) -> str:
    try:
        moment = told if isinstance(told, datetime) else datetime.fromisoformat(str(told).strip())
    except ValueError as error:
        raise Misfit(f"“{shape.label}” takes a day and a time, written as 2026-05-01 10:30.", key=shape.key) from error
    if not 1 < moment.year < 9999:
        raise Misfit(f"“{shape.label}” takes a time of this age.", key=shape.key)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z".rjust(20, "0")


def _yes(shape: Shape, told: Any, _zone: ZoneInfo) -> bool:
    if isinstance(told, bool):
        return told
    if str(told).strip().casefold() not in _YES:
        raise Misfit(f"“{shape.label}” is yes or no.", key=shape.key)
    return _YES[str(told).strip().casefold()]


def _choice(shape: Shape, told: Any, _zone: ZoneInfo) -> str:
    text = str(told).strip()
    by_words = {words.casefold(): key for key, words in shape.options}
    if text in dict(shape.options):
        return text
    if text.casefold() not in by_words:
        allowed = ", ".join(words for _, words in shape.options)
        raise Misfit(f"“{shape.label}” is one of: {allowed}.", key=shape.key)
    return by_words[text.casefold()]


def _many(shape: Shape, told: Any, zone: ZoneInfo) -> list[str]:
    values = told.split(",") if isinstance(told, str) else told
    if not isinstance(values, list | tuple):
        raise Misfit(f"“{shape.label}” takes a list.", key=shape.key)
    found = list(dict.fromkeys(_choice(shape, one, zone) for one in values if str(one).strip()))
    if len(found) > MOST:
        raise Misfit(f"“{shape.label}” takes at most {MOST} values.", key=shape.key)
    order = [key for key, _ in shape.options]
    return sorted(found, key=order.index)


def _reference(shape: Shape, told: Any, _zone: ZoneInfo) -> str:
    text = str(told).strip()
    text = f"{shape.leads_to}:{text}" if text.isdecimal() else text
    found = _REFERENCE.fullmatch(text)
    if not found or found[1] != shape.leads_to:
        raise Misfit(f"“{shape.label}” names one {shape.leads_to} by its number.", key=shape.key)
    return text


_READ: dict[FieldKind, Callable[[Shape, Any, ZoneInfo], Any]] = {
    FieldKind.TEXT: _line,
    FieldKind.LONG: _lines,
    FieldKind.ADDRESS: _lines,
    FieldKind.EMAIL: _mail,
    FieldKind.PHONE: _phone,
    FieldKind.NUMBER: _number,
    FieldKind.MONEY: _money,
    FieldKind.DAY: _day,
    FieldKind.TIME: _time,
    FieldKind.YES: _yes,
    FieldKind.CHOICE: _choice,
    FieldKind.MANY: _many,
    FieldKind.REFERENCE: _reference,
}
