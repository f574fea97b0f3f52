"""`mutuals house`: how the house counts money and time: currency, rates, calendars, and when a limit is over."""

from __future__ import annotations

import argparse
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from mutuals.base import calendars as pure
from mutuals.base import clock, house, money
from mutuals.base.models import Calendar
from mutuals.base.refusals import Refusal
from mutuals.cli._say import Missing, me, parted, verb
from mutuals.sales import goods
from mutuals.sales.queries import sells_to_people
from mutuals.staff import calendars
from mutuals.staff import house as acts
from mutuals.staff.models import User
from mutuals.staff.permissions import require

PLACE = 25  # among the groups of `mutuals --help`
_HOURS = "DAY=HOURS, such as mon-fri=9:00-13:00,14:00-18:00 or sat=22:00-6:00; several times"


def register(groups: Any) -> None:
    """Add the group."""
    verbs = groups.add_parser("house", help="how the house counts money and time").add_subparsers(
        required=True, metavar="VERB"
    )
    verb(verbs, "show", show, "currency, zone, first weekday and language")
    parser = verb(verbs, "set", change, "change what is given", examples=["mutuals house set --currency EUR"])
    parser.add_argument("--currency", help="three letters; amounts kept in it follow")
    parser.add_argument("--zone", help="such as Europe/Lisbon")
    parser.add_argument("--first-weekday", choices=calendars.DAYS)
    parser.add_argument("--language", help="such as en")
    parser.add_argument(
        "--sell-to", choices=("people", "organisations"), help="people: they may order without an organisation"
    )
    _rates(verbs)
    _calendars(verbs)


def _rates(verbs: Any) -> None:
    parser = verb(verbs, "rates", list_rates, "rates, newest day first")
    parser.add_argument("--currency", default="", help="only of this one")
    parser.add_argument("--limit", type=int, default=50, help="at most 1,000 (50)")
    parser = verb(verbs, "rate", put_rate, "tell what one unit of a currency is worth from a day on")
    parser.add_argument("currency")
    parser.add_argument("rate", help="in the house's currency, such as 0.92; - takes the rate of that day away")
    parser.add_argument("--on", type=_day, help="the day (today)")
    parser.add_argument("--against", default="", help="in another currency than the house's")
    parser.add_argument("--source", default="by hand", help="who says so")
    parser = verb(verbs, "rates-from", put_file, "tell the rates of a CSV file: currency, day, rate, against, source")
    parser.add_argument("file", type=Path)
    parser.add_argument("--source", default="", help="for lines that name none")
    parser = verb(verbs, "convert", convert, "an amount in another currency, by the rate of a day")
    parser.add_argument("amount")
    parser.add_argument("currency")
    parser.add_argument("--to", default="", help="the house's currency")
    parser.add_argument("--on", type=_day, help="the day (today)")


def _calendars(verbs: Any) -> None:
    verb(verbs, "calendars", list_calendars, "calendars by name")
    parser = verb(
        verbs, "calendar", put_calendar, "make a calendar, or give one other hours; without --hours it is shown",
        examples=["mutuals house calendar Support --zone Europe/Lisbon --hours mon-fri=9:00-13:00,14:00-18:00"],
    )  # fmt: skip
    parser.add_argument("name")
    parser.add_argument("--zone", help="such as Europe/Lisbon (the house's)")
    parser.add_argument("--hours", action="append", default=[], metavar="DAY=HOURS", help=_HOURS)
    parser.add_argument("--remove", action="store_true")
    parser = verb(verbs, "holiday", put_holiday, "let a day be otherwise: closed, half, or with other hours")
    parser.add_argument("calendar")
    parser.add_argument("day", type=_day)
    parser.add_argument("words", nargs="?", default="")
    parser.add_argument("--half", action="store_true", help="the first half of that day's hours")
    parser.add_argument("--hours", default="", help="such as 9:00-12:00")
    parser.add_argument("--take", action="store_true", help="let it be a day as others again")
    parser = verb(verbs, "holidays-from", bring, "holidays out of the all-day events of an iCalendar file")
    parser.add_argument("calendar")
    parser.add_argument("file", type=Path)
    parser = verb(verbs, "due", due, "when so many minutes of working time are over, and how that comes about")
    parser.add_argument("calendar")
    parser.add_argument("minutes", type=int)
    parser.add_argument("--from", dest="start", help="such as 2026-11-20T16:00+00:00 (now)")


def show(args: argparse.Namespace) -> dict[str, Any]:
    """The row."""
    require(me(args), "house.view")
    row = house.row()
    return {"currency": row.currency, "zone": row.zone, "first weekday": calendars.DAYS[row.first_weekday],
            "language": row.language, "sells to people": sells_to_people()}  # fmt: skip


def change(args: argparse.Namespace) -> dict[str, Any]:
    """The row as it is now."""
    first = None if args.first_weekday is None else calendars.DAYS.index(args.first_weekday)
    if args.sell_to:
        goods.sell_to(by=me(args), people=args.sell_to == "people")
    acts.change(by=me(args), currency=args.currency, zone=args.zone, first_weekday=first, language=args.language)
    return show(args)


def list_rates(args: argparse.Namespace) -> list[dict[str, Any]]:
    """A line for each."""
    require(me(args), "house.view")
    rows = acts.rates_visible_to(me(args)).order_by("-on_day", "-pk")
    rows = rows.filter(currency=money.code(args.currency)) if args.currency else rows
    return [
        {"currency": one.currency, "on": one.on_day, "rate": f"{one.rate.normalize():f}", "against": one.against,
         "source": one.source}
        for one in rows[: min(max(args.limit, 1), 1_000)]
    ]  # fmt: skip


def put_rate(args: argparse.Namespace) -> dict[str, Any]:
    """What became of it."""
    by, on = me(args), args.on or timezone.localdate()
    if args.rate == "-":
        against = money.code(args.against or house.currency())
        rows = acts.rates_visible_to(by).filter(currency=money.code(args.currency), against=against, on_day=on)
        row = rows.first()
        if row is None:
            raise Missing(f"No rate of {args.currency} was told for {on}.")
        acts.take_rate(row, by=by)
        return {"taken": str(row)}
    told = acts.RateIn(args.currency, on, acts.number(args.rate), args.source, args.against)
    return _counts(acts.put_rates([told], by=by))


def put_file(args: argparse.Namespace) -> dict[str, Any]:
    """What became of its lines."""
    return _counts(acts.put_rates(acts.read_csv(_bytes(args.file), source=args.source), by=me(args)))


def convert(args: argparse.Namespace) -> dict[str, Any]:
    """The amount, and which rate was taken."""
    require(me(args), "house.view")
    currency, to = money.code(args.currency), money.code(args.to or house.currency())
    amount, on, known = acts.number(args.amount.lstrip("-")), args.on or timezone.localdate(), house.rates([currency])
    amount = -amount if args.amount.startswith("-") else amount
    day, rate = known.of(currency, to, on)
    found = money.converted(money.Money(Decimal(amount), currency), to, on, known)
    return {"amount": found.amount, "currency": to, "rate": f"{rate.normalize():f}", "rate of": day}


def list_calendars(args: argparse.Namespace) -> list[dict[str, Any]]:
    """A line for each."""
    require(me(args), "house.view")
    return [
        {"name": row.name, "zone": row.zone, "hours": "; ".join(pure.week_in_words(house.calendar_of(row))),
         "holidays": row.holidays.count()}
        for row in calendars.visible_to(me(args))
    ]  # fmt: skip


def put_calendar(args: argparse.Namespace) -> dict[str, Any]:
    """The calendar as it is now."""
    by = me(args)
    if args.remove:
        calendars.remove(_calendar(by, args.name), by=by)
        return {"removed": args.name}
    if args.hours:
        week: dict[int, tuple[tuple[time, time], ...]] = {}
        for days, hours in parted(args.hours, "--hours"):
            for day in _days(days):
                week[day] = (*week.get(day, ()), *pure.read_hours(hours))
        row = calendars.visible_to(by).filter(name=args.name.strip()).first()
        zone = args.zone or (row.zone if row else house.row().zone)
        row = calendars.put(args.name, zone, week, by=by)
    else:
        require(by, "house.view")
        row = _calendar(by, args.name)
    told = house.calendar_of(row)
    days_off = [
        {"day": one.on_day, "words": one.words,
         "hours": "half" if one.is_half else pure.hours_in_words(one.windows) or "closed"}
        for one in told.holidays
    ]  # fmt: skip
    return {"name": row.name, "zone": row.zone, "hours": "; ".join(pure.week_in_words(told)), "holidays": days_off}


def put_holiday(args: argparse.Namespace) -> dict[str, Any]:
    """How many days changed."""
    by = me(args)
    row = _calendar(by, args.calendar)
    if args.take:
        return {"changed": calendars.take_holidays(row, [args.day], by=by)}
    told = pure.Holiday(args.day, args.words, args.half, pure.read_hours(args.hours))
    return {"changed": calendars.put_holidays(row, [told], by=by)}


def bring(args: argparse.Namespace) -> dict[str, Any]:
    """What became of its events."""
    by = me(args)
    done = calendars.bring(_calendar(by, args.calendar), _bytes(args.file), by=by)
    return {"days": done.days, "with a time of day": done.timed, "repeating": done.repeated, "broken": done.unread}


def due(args: argparse.Namespace) -> dict[str, Any]:
    """The moment, and how it came about."""
    require(me(args), "house.view")
    told = house.calendar_of(_calendar(me(args), args.calendar))
    start = clock.read(args.start) if args.start else clock.now()
    if start is None:
        raise Refusal("A moment is told with its zone, such as 2026-11-20T16:00+00:00.")
    found, zone = pure.explain(start, args.minutes, told), ZoneInfo(told.zone)
    rows = [
        {"day": f"{row.day:%a} {row.day}", "from": _clock(row.begin, zone), "to": _clock(row.end, zone),
         "counted": pure.length(row.counted), "so far": pure.length(row.so_far), "words": row.words}
        for row in found.rows
    ]  # fmt: skip
    return {"over": found.over, "how": " ".join(found.words), "rows left out": found.left_out, "rows": rows}


def _clock(moment: datetime | None, zone: ZoneInfo) -> str:
    return pure.clock(moment.astimezone(zone)) if moment else ""


def _calendar(by: User, name: str) -> Calendar:
    row = calendars.visible_to(by).filter(name=name.strip()).first()
    if row is None:
        raise Missing(f"There is no calendar {name[:60]}.")
    return row


def _days(told: str) -> list[int]:
    first, _, last = told.lower().partition("-")
    if first not in calendars.DAYS or (last or first) not in calendars.DAYS:
        raise Refusal(f"A day is one of {', '.join(calendars.DAYS)}, or two of them as mon-fri.")
    start, end = calendars.DAYS.index(first), calendars.DAYS.index(last or first)
    return [(start + ahead) % 7 for ahead in range((end - start) % 7 + 1)]


def _day(told: str) -> date:
    try:
        return date.fromisoformat(told)
    except ValueError as error:
        raise argparse.ArgumentTypeError("a day is written as 2026-11-20") from error


def _bytes(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(acts.MOST_BYTES + 1)


def _counts(told: acts.Counts) -> dict[str, Any]:
    return {"new": told.new, "changed": told.changed, "same": told.same}
