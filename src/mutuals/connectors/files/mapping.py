"""From a row in the file's own columns to a record in ours, and each value to one writing.

`mapping` is column -> field of the catalogue, "extra", or empty; `constants` are fields that are the same for all rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from mutuals.connectors.files.fields import EXTRA, Field, Shape, Target, brought
from mutuals.connectors.files.shapes import Value
from mutuals.connectors.files.times import parse_date, parse_time
from mutuals.connectors.files.values import (
    NeedsCountry,
    parse_bool,
    parse_domain,
    parse_email,
    parse_money,
    parse_phone,
)

OF_CURRENCY = "__currency"
"""Ends the name of the field that says the currency of an amount."""
AS_WRITTEN = "phone_written"
"""Phone numbers of a record that name no country, where nobody said which: kept as they stand, and nobody's id."""
_SEVERAL = re.compile(r"[;,|\n]\s*")


@dataclass(frozen=True, slots=True)
class Reading:
    """How the values of one file are to be read: the answers of the wizard. None = nobody said."""

    zone: str | None = None
    day_first: bool | None = None
    region: str | None = None  # for phone numbers without a country prefix
    decimal: str | None = None
    constants: Mapping[str, str] = field(default_factory=dict)
    refer: Callable[[Any, str], str] | None = None  # a record that a text names, for references of own fields


@dataclass(frozen=True, slots=True)
class Problem:
    """One value that could not be read, as it stood."""

    field: str
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class Clean:
    """A record in our terms. Texts are trimmed; email, phone, its AS_WRITTEN and tags are lists; see `clean`."""

    values: Mapping[str, Any]
    problems: tuple[Problem, ...] = ()


def apply(
    values: Mapping[str, Value],
    mapping: Mapping[str, str],
    target: Target | str,
    *,
    constants: Mapping[str, str] | None = None,
    fields: Sequence[Field] | None = None,
) -> dict[str, Any]:
    """The row under our field names, still text. Several columns may feed a `many` field. `fields` is the target's catalogue,
    kept by those who read many rows.
    """
    many = {known.name for known in (brought(target) if fields is None else fields) if known.many}
    done: dict[str, Any] = dict(constants or {})
    extra: dict[str, Value] = {}
    for column, name in mapping.items():
        value = values.get(column, "")
        if not name or not value:
            continue
        if name == EXTRA:
            extra[column] = value
        elif name in many:
            done.setdefault(name, []).extend(_several(value, name))
        elif isinstance(value, str):
            done[name] = value if name == "text" else value.strip()
        else:
            done[name] = value if name == "lines" else ", ".join(str(part) for part in value)
    if extra:
        done[EXTRA] = extra
    return done


def _several(value: Value, name: str) -> list[str]:
    if not isinstance(value, str):
        return [part for part in value if isinstance(part, str) and part]
    if name == "phone" or name.endswith("_name"):
        return [part.strip() for part in re.split(r"[;|\n]", value) if part.strip()]
    return [part for part in _SEVERAL.split(value.strip()) if part]


def clean(
    record: Mapping[str, Any], target: Target | str, reading: Reading, *, fields: Sequence[Field] | None = None
) -> Clean:
    """Each value to its type; what cannot be read is a Problem and left out, the rest of the record stays.

    Types: email and phone list[str] (one writing each, doubles removed), numbers without a country apart under
    AS_WRITTEN; money and quantities Decimal; times aware UTC
    datetime beside `<field>_original` (the text) ; birthday date; public bool; a missing required field is a Problem.
    """
    done: dict[str, Any] = {}
    problems: list[Problem] = []
    for known in brought(target) if fields is None else fields:
        value = record.get(known.name)
        if value is None or value in ("", []):
            if known.required:
                problems.append(Problem(known.name, f"{known.label} is missing", ""))
            continue
        if known.name == "lines":
            done["lines"] = _lines(value, reading, problems)
        elif known.many:
            written: list[str] = []
            done[known.name] = _each(known, value, reading, problems, written)
            if written:
                done[AS_WRITTEN] = written
        else:
            _one(known, str(value), reading, done, problems)
    _with_currency(done, record, problems)
    if target == Target.PEOPLE and not problems and _is_nobody(done, reading):
        lone = next(iter(done.get(AS_WRITTEN, ())), "")
        why = f"only “{lone[:40]}”, which names no country" if lone else "no name, mail or number"
        problems.append(Problem("name", f"Nothing says who this is: {why}", lone))
    if record.get(EXTRA):
        done[EXTRA] = record[EXTRA]
    return Clean(done, tuple(problems))


def _is_nobody(done: Mapping[str, Any], reading: Reading) -> bool:
    """Nothing tells who it is, or nothing stands there but an id: what the whole file says is of nobody."""
    if any(done.get(name) for name in ("name", "given_name", "family_name", "email", "phone")):
        return False
    told = {name for name, value in done.items() if value} - set(reading.constants) - {"id"}
    return not done.get("id") or not told


def numbers_without_country(
    rows: Iterable[Mapping[str, Value]], mapping: Mapping[str, str], target: Target | str
) -> list[str]:
    """The phone numbers among the first rows of a file that only a country would tell."""
    found: list[str] = []
    for row in rows:
        _each(_PHONE, apply(row, mapping, target).get("phone", []), Reading(), [], found)
    return found


def _each(known: Field, value: object, reading: Reading, problems: list[Problem], written: list[str]) -> list[str]:
    """The values as they are read; numbers that lack a country go to `written`, what cannot be read to `problems`."""
    found: list[str] = []
    for text in value if isinstance(value, list) else [str(value)]:
        try:
            read = str(_read(known, text, reading))
        except NeedsCountry:
            written += [] if text in written else [text]
            continue
        except ValueError as error:
            problems.append(Problem(known.name, str(error), text))
            continue
        if read and read not in found:
            found.append(read)
    return found


def _one(known: Field, text: str, reading: Reading, done: dict[str, Any], problems: list[Problem]) -> None:
    try:
        done[known.name] = _read(known, text, reading)
    except ValueError as error:
        problems.append(Problem(known.name, str(error), text))
        return
    if known.shape is Shape.TIME and known.check is None:
        done[f"{known.name}_original"] = text


def _lines(value: object, reading: Reading, problems: list[Problem]) -> list[dict[str, Any]]:
    """Lines of an order given as a list: sku, name, quantity, unit_price, under these names or with `line_` before."""
    done: list[dict[str, Any]] = []
    for line in value if isinstance(value, list) else []:
        if not isinstance(line, Mapping):
            problems.append(Problem("lines", "A line of the order is not an object", str(line)[:80]))
            continue
        read: dict[str, Any] = {}
        for known in _ORDER_FIELDS:
            if known.name.startswith("line_"):
                text = str(line.get(known.name.removeprefix("line_")) or line.get(known.name) or "")
                if text:
                    _one(known, text, reading, read, problems)
        done.append(read)
    return done


def _with_currency(done: dict[str, Any], record: Mapping[str, Any], problems: list[Problem]) -> None:
    """Amounts of own fields get the currency that a column of its own, or of the whole row, says."""
    for name, value in done.items():
        if isinstance(value, dict) and value.get("currency") == "":
            said = done.get(f"{name}{OF_CURRENCY}") or done.get("currency") or ""
            if said:
                done[name] = {**value, "currency": said}
            else:
                problems.append(Problem(name, f"“{value['amount']}” names no currency", str(record.get(name, ""))))


def _read(known: Field, text: str, reading: Reading) -> Any:
    if known.check is not None:
        return known.check(text, reading)
    reader = _READERS.get(known.shape)
    if known.name.endswith("domain"):
        return parse_domain(text)
    return reader(text, reading) if reader else text.strip()


def _quantity(text: str, reading: Reading) -> Decimal:
    return parse_money(text, decimal=reading.decimal).amount


_READERS: dict[Shape, Callable[[str, Reading], Any]] = {
    Shape.EMAIL: lambda text, _: parse_email(text),
    Shape.PHONE: lambda text, reading: parse_phone(text, region=reading.region),
    Shape.TIME: lambda text, reading: parse_time(text, zone=reading.zone, day_first=reading.day_first).utc,
    Shape.DATE: lambda text, reading: parse_date(text, day_first=reading.day_first),
    Shape.MONEY: _quantity,
    Shape.NUMBER: _quantity,
    Shape.BOOL: lambda text, _: parse_bool(text),
    Shape.CURRENCY: lambda text, _: parse_money(f"1 {text}").currency or text.strip().upper()[:3],
}
_PHONE = Field("phone", "Phone", Shape.PHONE, many=True)
_ORDER_FIELDS = brought(Target.ORDERS)
