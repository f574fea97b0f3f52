"""How the house counts: questions about its row, its calendars by name and its rates, and amounts kept in its currency.

A room whose records keep an amount in the currency of the house beside their own joins once, at start-up:

    house.keep_home(house.Home("deal", "sales_deal", on="(opened_at AT TIME ZONE 'UTC')::date"))

From then on `renew_home` writes its `home` column anew whenever rates come or the house takes another currency: a job in
pieces of 5,000 rows that may be begun again at any time. Where no rate is known on or before the day, `home` is null.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.db import connection, transaction

from mutuals.base import calendars, jobs, money
from mutuals.base.models import Calendar, House, Rate
from mutuals.base.refusals import Refusal

RENEW = "base.renew_home"
PIECE = 5_000
"""Rows that are renewed in one transaction."""
_homes: dict[str, Home] = {}
_RENEWED = """
UPDATE {table} t SET {home} = n.home FROM (
  SELECT m.id, round(m.{amount} * CASE WHEN m.{currency} = %(house)s THEN 1 ELSE r.rate END, %(digits)s) AS home
  FROM (SELECT *, {on} AS home_day FROM {table} WHERE id > %(after)s ORDER BY id LIMIT %(piece)s) m
  LEFT JOIN LATERAL (
    SELECT CASE WHEN b.currency = m.{currency} THEN b.rate ELSE 1 / b.rate END AS rate FROM base_rate b
    WHERE b.on_day <= m.home_day AND ((b.currency = m.{currency} AND b.against = %(house)s)
      OR (b.currency = %(house)s AND b.against = m.{currency}))
    ORDER BY b.on_day DESC, b.currency = m.{currency} DESC LIMIT 1) r ON m.{currency} <> %(house)s
) n WHERE n.id = t.id AND t.{home} IS DISTINCT FROM n.home
"""


@dataclass(frozen=True, slots=True)
class Home:
    """A table that keeps amounts in the house's currency: its columns, and the day (SQL) whose rate holds for a row."""

    name: str
    table: str
    amount: str = "amount"
    currency: str = "currency"
    home: str = "home"
    on: str = "CURRENT_DATE"


def row() -> House:
    """What holds in this house; EUR, UTC, Monday and English where nobody said otherwise yet."""
    return House.objects.filter(pk=1).first() or House(pk=1)


def currency() -> str:
    """The currency in which the house sums up."""
    return row().currency


def rates(currencies: Iterable[str] | None = None) -> money.Rates:
    """All rates, or those of some currencies, for converting many amounts."""
    found = Rate.objects.all()
    if currencies is not None:
        names = set(currencies)
        found = found.filter(currency__in=names) | found.filter(against__in=names)
    told = found.values_list("currency", "against", "on_day", "rate")
    return money.Rates(money.Told(*one) for one in told)


def calendar(name: str) -> calendars.Calendar:
    """The calendar of that name. Refused, with the names that there are: none of that name."""
    found = Calendar.objects.filter(name=name).values_list("pk", "wording").first()
    if found is None:
        there = ", ".join(Calendar.objects.order_by("name").values_list("name", flat=True)[:20]) or "none yet"
        raise Refusal(f"There is no calendar “{name[:60]}”. There are: {there}.")
    return _read(*found)


def calendar_of(row: Calendar) -> calendars.Calendar:
    """A row as the pure functions take it."""
    windows = tuple(
        calendars.Window(one.weekday, one.starts, one.ends) for one in row.windows.order_by("weekday", "starts")
    )
    holidays = tuple(
        calendars.Holiday(one.on_day, one.words, one.is_half, calendars.read_windows(one.windows))
        for one in row.holidays.order_by("on_day")
    )
    return calendars.Calendar(row.name, row.zone, windows, holidays)


@lru_cache(maxsize=100)
def _read(number: int, wording: str) -> calendars.Calendar:
    """Read once for each wording, of which every act that changes a calendar makes a new one."""
    return calendar_of(Calendar.objects.get(pk=number))


def keep_home(told: Home) -> None:
    """A room tells, at start-up, of a table whose amounts are kept in the house's currency too. The same name replaces."""
    _homes[told.name] = told


def renew_soon() -> None:
    """Renew all of them when this transaction commits; not twice while one waits."""
    jobs.later(RENEW, once=RENEW, lock=RENEW)


def renew_home(names: Iterable[str] | None = None) -> int:
    """Write `home` anew of all records that joined, or of those named; how many rows changed. Twice is once."""
    changed = 0
    for told in list(_homes.values()):
        if names is None or told.name in set(names):
            changed += _renewed(told)
    return changed


def _renewed(told: Home) -> int:
    names = {one: getattr(told, one) for one in ("table", "amount", "currency", "home", "on")}
    changed, after = 0, 0
    while True:
        jobs.may_go_on()
        house = currency()
        values: dict[str, str | int] = {"house": house, "digits": money.digits(house), "after": after, "piece": PIECE}
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_RENEWED.format(**names), values)
            changed += int(cursor.rowcount)
            cursor.execute(
                f"SELECT max(id) FROM (SELECT id FROM {told.table} WHERE id > %s ORDER BY id LIMIT %s) p",  # noqa: S608
                [after, PIECE],
            )
            last: int | None = cursor.fetchone()[0]
        if last is None:
            return changed
        after = last
