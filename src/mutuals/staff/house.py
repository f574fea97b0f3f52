"""How the house counts money and time: its currency, zone and week, and the rates of days. Acts; `base.house` answers."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction
from django.db.models import QuerySet

from mutuals.base import house, journal, money
from mutuals.base.bulk import run
from mutuals.base.models import House, Rate
from mutuals.base.refusals import Refusal, one_line
from mutuals.staff.models import User
from mutuals.staff.permissions import may, require

MOST, MOST_BYTES = 5_000, 1_000_000
"""Rates of one call; bytes of a file of them."""
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
_FIRST, _LAST = date(1900, 1, 1), date(2200, 1, 1)
_NAMES = {
    "currency": ("currency", "from", "code"), "on_day": ("day", "on_day", "date"), "rate": ("rate", "value"),
    "against": ("against", "to"), "source": ("source",),
}  # fmt: skip
_PUT = """
INSERT INTO base_rate (currency, against, on_day, rate, source)
SELECT currency, against, on_day, rate, source FROM {g} ORDER BY currency, against, on_day
ON CONFLICT (currency, against, on_day) DO UPDATE SET rate = excluded.rate, source = excluded.source, at = now()
WHERE (base_rate.rate, base_rate.source) IS DISTINCT FROM (excluded.rate, excluded.source)
RETURNING xmax = 0
"""


@dataclass(frozen=True, slots=True)
class RateIn:
    """What one unit of `currency` is worth from a day on, in the house's currency, or in `against` where it is named."""

    currency: str
    on_day: date
    rate: Decimal
    source: str = "by hand"
    against: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of rates: new, told otherwise than before, the same as before."""

    new: int
    changed: int
    same: int


def rates_visible_to(viewer: User) -> QuerySet[Rate]:
    """The rates that this user may see: all or none."""
    return Rate.objects.all() if may(viewer, "house.view") else Rate.objects.none()


@transaction.atomic
def change(*, by: User, **told: Any) -> House:
    """Set what is given of currency, zone, first_weekday and language. Amounts kept in its currency follow by a job.

    Refused: what is no currency, zone, weekday or language. The same again changes nothing.
    """
    require(by, "house.edit")
    House.objects.get_or_create(pk=1)
    row = House.objects.select_for_update().get(pk=1)
    clean = {name: _CLEAN[name](value) for name, value in told.items() if value is not None}
    changed = {name: value for name, value in clean.items() if getattr(row, name) != value}
    if not changed:
        return row
    before = {name: getattr(row, name) for name in changed}
    for name, value in changed.items():
        setattr(row, name, value)
    row.save()
    journal.note("house.changed", row, by=by, before=before, after=changed)
    if "currency" in changed:
        house.renew_soon()
    return row


@transaction.atomic
def put_rates(told: Sequence[RateIn], *, by: User) -> Counts:
    """Tell rates; one that was told for the same day before is told anew. Twice is once. Amounts follow by a job.

    Refused, by its number from 1: what is no currency, a rate that is not above zero, a day outside of 1900 to 2200, a currency
    in itself, two different rates of one day, more than 5,000 at once.
    """
    require(by, "house.edit")
    if len(told) > MOST:
        raise Refusal(f"At most {MOST:,} rates at once.")
    against = house.currency()
    rows: dict[tuple[str, str, date], tuple[Decimal, str]] = {}
    for number, one in enumerate(told, start=1):
        try:
            key, value = _clean_rate(one, against)
        except Refusal as error:
            raise Refusal(f"Rate {number}: {error}" if len(told) > 1 else str(error), fields=error.fields) from error
        if rows.setdefault(key, value) != value:
            raise Refusal(f"Rate {number}: {key[0]} of {key[2]} is there twice, with different rates.")
    types = {"currency": "varchar", "against": "varchar", "on_day": "date", "rate": "numeric", "source": "varchar"}
    wrote = run(_PUT, types, [(*key, *value) for key, value in rows.items()])
    new = sum(1 for one in wrote if one[0])
    if wrote:
        days = sorted(key[2] for key in rows)
        journal.note(
            "rates.told", "house:1", by=by, new=new, changed=len(wrote) - new,
            currencies=sorted({key[0] for key in rows})[:50], first=str(days[0]), last=str(days[-1]),
        )  # fmt: skip
        house.renew_soon()
    return Counts(new, len(wrote) - new, len(rows) - len(wrote))


@transaction.atomic
def take_rate(row: Rate, *, by: User) -> None:
    """Take a rate away that was told by mistake. Twice is once."""
    require(by, "house.edit")
    if Rate.objects.filter(pk=row.pk).delete()[0]:
        journal.note("rates.taken", "house:1", by=by, rate=str(row), on=str(row.on_day))
        house.renew_soon()


def read_csv(told: bytes, *, source: str = "") -> list[RateIn]:
    """Rates out of a CSV file with a heading: currency, day, rate, and if you like against and source.

    Parted by commas, semicolons or tabs; days as 2026-11-20; a comma may stand for the point of a number where it cannot mean
    thousands. `source` holds for lines that name none. Refused, by line: anything else.
    """
    if len(told) > MOST_BYTES:
        raise Refusal("A file of rates is at most one megabyte long.")
    try:
        text = told.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refusal("This file is not UTF-8 text.") from error
    head = text.partition("\n")[0]
    mark = max(",;\t", key=head.count)
    rows = csv.reader(io.StringIO(text.replace("\0", "")), delimiter=mark)
    try:
        places = _places(next(rows, []))
        return [
            _line(row, places, source, rows.line_num) for row in rows if any(cell.strip() for cell in row)
        ]  # fmt: skip
    except csv.Error as error:
        raise Refusal(f"Line {rows.line_num}: this cannot be read: {error}.") from error


def number(told: object) -> Decimal:
    """A number as people write it: 0.92, 0,92. Refused: none, and 1,234, which may be two numbers."""
    text = str(told).strip().replace("\u00a0", "").replace(" ", "")
    if re.fullmatch(r"[1-9][0-9]{0,2},[0-9]{3}", text):
        raise Refusal(f"{text} may be two numbers: write {text.replace(',', '.')} or {text.replace(',', '')}.")
    if not re.fullmatch(r"[0-9]{1,10}([.,][0-9]{1,20})?", text):
        raise Refusal("A rate is a number such as 0.92.", fields={"rate": "A number such as 0.92."})
    try:
        return Decimal(text.replace(",", "."))
    except InvalidOperation as error:
        raise Refusal("A rate is a number such as 0.92.", fields={"rate": "A number such as 0.92."}) from error


def _places(head: Sequence[str]) -> dict[str, int]:
    names = [cell.strip().lower().replace(" ", "_") for cell in head]
    found = {name: next((names.index(one) for one in known if one in names), -1) for name, known in _NAMES.items()}
    if min(found["currency"], found["on_day"], found["rate"]) < 0:
        raise Refusal("The first line names the columns: currency, day, rate, and if you like against and source.")
    return found


def _line(row: Sequence[str], places: Mapping[str, int], source: str, line: int) -> RateIn:
    told = {name: row[place].strip() if 0 <= place < len(row) else "" for name, place in places.items()}
    try:
        day = date.fromisoformat(told["on_day"])
    except ValueError as error:
        raise Refusal(f"Line {line}: a day is written as 2026-11-20, not as “{told['on_day'][:20]}”.") from error
    try:
        rate = number(told["rate"])
        return RateIn(money.code(told["currency"]), day, rate, told["source"] or source or "file", told["against"])
    except Refusal as error:
        raise Refusal(f"Line {line}: {error}") from error


def _clean_rate(one: RateIn, house_currency: str) -> tuple[tuple[str, str, date], tuple[Decimal, str]]:
    currency, against = money.code(one.currency), money.code(one.against or house_currency, field="against")
    if currency == against:
        raise Refusal(
            f"One {currency} is one {currency}: that needs no rate.", fields={"currency": "Another currency."}
        )
    if not _FIRST <= one.on_day <= _LAST:
        raise Refusal("A day lies between 1900 and 2200.", fields={"on_day": "Between 1900 and 2200."})
    rate = (
        one.rate.quantize(Decimal(1).scaleb(-10)) if one.rate.is_finite() and one.rate < money.MOST_RATE else Decimal(0)
    )
    if rate <= 0:
        words = "A rate is above zero and below a thousand million."
        raise Refusal(words, fields={"rate": words})
    return (currency, against, one.on_day), (rate, one_line(one.source or "by hand", what="Source", longest=80))


def read_zone(told: object) -> str:
    """The name of a time zone. Refused: one that is none."""
    """The name of a zone as IANA has it. Refused: one that is not known."""
    try:
        ZoneInfo(str(told))
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Refusal("A zone is named as Europe/Lisbon.", fields={"zone": "Such as Europe/Lisbon."}) from error
    return str(told)[:50]


def _weekday(told: object) -> int:
    if isinstance(told, bool) or not isinstance(told, int) or not 0 <= told <= 6:
        raise Refusal("A weekday is 0 (Monday) to 6 (Sunday).", fields={"first_weekday": "0 (Monday) to 6 (Sunday)."})
    return told


def _language(told: object) -> str:
    if not _LANGUAGE.fullmatch(str(told)):
        raise Refusal("A language is told as en or pt-BR.", fields={"language": "Such as en or pt-BR."})
    return str(told)


_CLEAN = {"currency": money.spendable, "zone": read_zone, "first_weekday": _weekday, "language": _language}
