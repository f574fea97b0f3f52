"""How the house counts money and time: its currency and week, rates of days, calendars, and how a limit came about."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Literal

from django.db import transaction
from django.http import Http404, HttpRequest
from ninja import Query
from pydantic import Field

from mutuals.api._auth import user_of
from mutuals.api._door import Resource, one
from mutuals.api._paging import Cursor, Limit, page_by_id
from mutuals.api._types import Day, Done, Flag, In, Line, Moment, Out, Page, PathId, Spendable, given
from mutuals.base import calendars as pure
from mutuals.base import house, money
from mutuals.base.models import Calendar, House, Rate
from mutuals.processes import hours, queries, steps
from mutuals.sales import goods
from mutuals.sales.queries import sells_to_people
from mutuals.staff import calendars
from mutuals.staff import house as acts

router = Resource("house")
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Asked = Annotated[str, Query(pattern=r"^[A-Z]{3}$")]
File = Annotated[str, Field(min_length=1, max_length=1_000_000, pattern=r"^[^\u0000]*$")]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class HouseOut(Out):
    """What holds where nobody said otherwise. `first_weekday`: 0 = Monday. `sells_to_people`: persons may order without an
    organisation.
    """

    currency: str
    zone: str
    first_weekday: int
    language: str
    sells_to_people: bool

    @classmethod
    def of(cls, row: House) -> HouseOut:
        """The row."""
        told = {name: getattr(row, name) for name in ("currency", "zone", "first_weekday", "language")}
        return cls(**told, sells_to_people=sells_to_people())


class HouseChange(In):
    """What is to be changed; what is left out stays."""

    currency: Spendable | Literal[""] = ""
    zone: Annotated[Line, Field(max_length=50)] = ""
    first_weekday: Annotated[int, Field(ge=0, le=6, strict=True)] = 0
    language: Annotated[Line, Field(max_length=12)] = ""
    sells_to_people: Flag = True


class RateOut(Out):
    """From `on_day` on one unit of `currency` is worth `rate` of `against`."""

    id: int
    currency: str
    against: str
    on_day: date
    rate: Decimal
    source: str

    @classmethod
    def of(cls, row: Rate) -> RateOut:
        """A row."""
        return cls(id=row.pk, **{name: getattr(row, name) for name in cls.model_fields if name != "id"})


class NewRate(In):
    """A rate; `against` is the house's currency where it is left out."""

    currency: Currency
    on_day: Day
    rate: Annotated[Decimal, Field(gt=0, lt=10**9)]
    source: Annotated[Line, Field(max_length=80)] = "by hand"
    against: Annotated[str, Field(pattern=r"^([A-Z]{3})?$")] = ""


class NewRates(In):
    """Up to 5,000 rates."""

    rates: Annotated[list[NewRate], Field(min_length=1, max_length=acts.MOST)]


class RatesFile(In):
    """A CSV file as text: currency, day, rate, and if you like against and source; `source` for lines that name none."""

    text: File
    source: Annotated[Line, Field(max_length=80)] = ""


class RatesDone(Out):
    """How many rates are new, told otherwise than before, the same."""

    new: int
    changed: int
    same: int


class ConvertedOut(Out):
    """An amount in another currency, by the rate of `rate_of`, the last day on or before that was asked for."""

    amount: Decimal
    currency: str
    rate: Decimal
    rate_of: date


class HolidayOut(Out):
    """A day that is otherwise: closed, half, or with hours of its own ("09:00–12:00")."""

    on_day: date
    words: str
    is_half: bool
    hours: str


class CalendarOut(Out):
    """When people work, by weekday ("09:00–13:00, 14:00–18:00"; a window that ends at or before its start ends next day)."""

    id: int
    name: str
    zone: str
    hours: dict[str, str]
    holidays: list[HolidayOut]
    wording: str

    @classmethod
    def of(cls, row: Calendar) -> CalendarOut:
        """A row with its hours and holidays."""
        told = house.calendar_of(row)
        week: dict[str, list[pure.Window]] = {}
        for each in told.windows:
            week.setdefault(calendars.DAYS[each.weekday], []).append(each)
        days = [
            HolidayOut(on_day=each.on_day, words=each.words, is_half=each.is_half, hours=pure.hours_in_words(each.windows))
            for each in told.holidays
        ]  # fmt: skip
        windows = {day: pure.hours_in_words((each.starts, each.ends) for each in told) for day, told in week.items()}
        return cls(id=row.pk, name=row.name, zone=row.zone, hours=windows, holidays=days, wording=row.wording)


class NewCalendar(In):
    """A calendar by its name, new or with other hours. `seen`: the wording that was seen ("" = none was there)."""

    name: Annotated[Line, Field(min_length=1, max_length=60)]
    zone: Annotated[Line, Field(max_length=50)]
    hours: dict[Weekday, Annotated[Line, Field(max_length=200)]]
    seen: Annotated[str, Field(pattern=r"^[0-9a-f]{0,32}$")] | None = None


class NewHoliday(In):
    """A day that is otherwise; closed where neither half nor with hours."""

    on_day: Day
    words: Annotated[Line, Field(max_length=120)] = ""
    is_half: Flag = False
    hours: Annotated[Line, Field(max_length=200)] = ""


class NewHolidays(In):
    """Up to 2,000 of them."""

    holidays: Annotated[list[NewHoliday], Field(min_length=1, max_length=calendars.MOST_HOLIDAYS)]


class CalendarDays(In):
    """Days that are to be as others again."""

    days: Annotated[list[Day], Field(min_length=1, max_length=calendars.MOST_HOLIDAYS)]


class CalendarFile(In):
    """An iCalendar file as text."""

    text: File


class HolidaysChanged(Out):
    """How many days changed."""

    changed: int


class BroughtOut(Out):
    """Days that were taken, and events that were not: with a time of day, repeating, broken."""

    days: int
    timed: int
    repeated: int
    unread: int


class RowOut(Out):
    """A line of an explanation: what of a day counted, and the minutes counted by its end."""

    day: date
    words: str
    begin: datetime | None
    end: datetime | None
    minutes: int
    so_far: int


class ToldOut(Out):
    """How a moment came about: sentences, rows, how many rows were left out in the middle, and the moment."""

    words: list[str]
    rows: list[RowOut]
    left_out: int
    over: datetime

    @classmethod
    def of(cls, told: pure.Told) -> ToldOut:
        """An explanation."""
        rows = [
            RowOut(day=each.day, words=each.words, begin=each.begin, end=each.end,
                   minutes=_minutes(each.counted), so_far=_minutes(each.so_far))
            for each in told.rows
        ]  # fmt: skip
        return cls(words=list(told.words), rows=rows, left_out=told.left_out, over=told.over)


@router.read("/house", act="house.view", out=HouseOut)
def shown(request: HttpRequest) -> HouseOut:
    """Currency, zone, first weekday and language of the house, and whether it sells to persons without an organisation."""
    return HouseOut.of(house.row())


@router.write("PATCH", "/house", act="house.edit", out=HouseOut, scope="admin")
def change(request: HttpRequest, body: HouseChange) -> HouseOut:
    """Change them; amounts kept in the house's currency follow."""
    by, told = user_of(request), given(body)
    people = told.pop("sells_to_people", None)
    with transaction.atomic():
        if people is not None:
            goods.sell_to(by=by, people=people)
        return HouseOut.of(acts.change(by=by, **told))


@router.read("/rates", act="house.view", out=Page[RateOut])
def rates(
    request: HttpRequest,
    currency: Annotated[str, Query(pattern=r"^([A-Z]{3})?$")] = "",
    cursor: Cursor = "",
    limit: Limit = 50,
) -> Page[RateOut]:
    """Rates in the order in which they were first told."""
    rows = acts.rates_visible_to(user_of(request))
    found, following = page_by_id(rows.filter(currency=currency) if currency else rows, cursor, limit)
    return Page[RateOut](items=[RateOut.of(row) for row in found], next=following)


@router.write("PUT", "/rates", act="house.edit", out=RatesDone, scope="admin")
def put_rates(request: HttpRequest, body: NewRates) -> RatesDone:
    """Tell rates; the same day again tells it anew."""
    told = [acts.RateIn(**each.model_dump()) for each in body.rates]
    return _done(acts.put_rates(told, by=user_of(request)))


@router.write("POST", "/rates/csv", act="house.edit", out=RatesDone, scope="admin")
def put_file(request: HttpRequest, body: RatesFile) -> RatesDone:
    """Tell the rates of a CSV file, all or none."""
    return _done(acts.put_rates(acts.read_csv(body.text.encode(), source=body.source), by=user_of(request)))


@router.write("DELETE", "/rates/{int:rate_id}", act="house.edit", out=Done, scope="admin")
def take_rate(request: HttpRequest, rate_id: PathId) -> Done:
    """Take a rate away that was told by mistake."""
    acts.take_rate(one(acts.rates_visible_to(user_of(request)), rate_id), by=user_of(request))
    return Done()


@router.read("/rates/convert", act="house.view", out=ConvertedOut)
def convert(
    request: HttpRequest,
    amount: Annotated[Decimal, Query(max_digits=20, decimal_places=6)],
    currency: Asked,
    on: Day,
    to: Annotated[str, Query(pattern=r"^([A-Z]{3})?$")] = "",
) -> ConvertedOut:
    """An amount in another currency, or in the house's, by the rate of a day; refused where none is known by then."""
    to = to or house.currency()
    known = house.rates([currency])
    day, rate = known.of(currency, to, on)
    found = money.converted(money.Money(amount, currency), to, on, known)
    return ConvertedOut(amount=found.amount, currency=to, rate=rate, rate_of=day)


@router.read("/calendars", act="house.view", out=Page[CalendarOut])
def listed(request: HttpRequest, cursor: Cursor = "", limit: Limit = 50) -> Page[CalendarOut]:
    """Calendars, first made first."""
    found, following = page_by_id(calendars.visible_to(user_of(request)), cursor, limit)
    return Page[CalendarOut](items=[CalendarOut.of(row) for row in found], next=following)


@router.write("PUT", "/calendars", act="house.edit", out=CalendarOut, scope="admin")
def put(request: HttpRequest, body: NewCalendar) -> CalendarOut:
    """Make a calendar, or give the one of that name other hours."""
    week = {calendars.DAYS.index(day): pure.read_hours(told) for day, told in body.hours.items()}
    row = calendars.put(body.name, body.zone, week, by=user_of(request), seen=body.seen)
    return CalendarOut.of(row)


@router.read("/calendars/{int:calendar_id}", act="house.view", out=CalendarOut)
def calendar(request: HttpRequest, calendar_id: PathId) -> CalendarOut:
    """One calendar."""
    return CalendarOut.of(_found(request, calendar_id))


@router.write("DELETE", "/calendars/{int:calendar_id}", act="house.edit", out=Done, scope="admin")
def remove(request: HttpRequest, calendar_id: PathId) -> Done:
    """Remove a calendar by which nothing counts."""
    calendars.remove(_found(request, calendar_id), by=user_of(request))
    return Done()


@router.write("PUT", "/calendars/{int:calendar_id}/holidays", act="house.edit", out=HolidaysChanged, scope="admin")
def put_holidays(request: HttpRequest, calendar_id: PathId, body: NewHolidays) -> HolidaysChanged:
    """Days that are otherwise; the others stay."""
    told = [
        pure.Holiday(each.on_day, each.words, each.is_half, pure.read_hours(each.hours)) for each in body.holidays
    ]  # fmt: skip
    row = _found(request, calendar_id)
    return HolidaysChanged(changed=calendars.put_holidays(row, told, by=user_of(request)))


@router.write(
    "POST", "/calendars/{int:calendar_id}/holidays/take", act="house.edit", out=HolidaysChanged, scope="admin"
)
def take_holidays(request: HttpRequest, calendar_id: PathId, body: CalendarDays) -> HolidaysChanged:
    """Let days be as others again."""
    row = _found(request, calendar_id)
    return HolidaysChanged(changed=calendars.take_holidays(row, body.days, by=user_of(request)))


@router.write("POST", "/calendars/{int:calendar_id}/holidays/ical", act="house.edit", out=BroughtOut, scope="admin")
def bring(request: HttpRequest, calendar_id: PathId, body: CalendarFile) -> BroughtOut:
    """Holidays out of the all-day events of an iCalendar file."""
    done = calendars.bring(_found(request, calendar_id), body.text.encode(), by=user_of(request))
    return BroughtOut(days=done.days, timed=done.timed, repeated=done.repeated, unread=done.unread)


@router.read("/calendars/{int:calendar_id}/due", act="house.view", out=ToldOut)
def due(
    request: HttpRequest, calendar_id: PathId, start: Moment, minutes: Annotated[int, Query(ge=0, le=527_040)]
) -> ToldOut:
    """When so many minutes of working time are over, and how that comes about."""
    return ToldOut.of(pure.explain(start, minutes, house.calendar_of(_found(request, calendar_id))))


@router.read("/processes/items/{int:item_id}/limit", act="process.view", out=ToldOut)
def limit(request: HttpRequest, item_id: PathId) -> ToldOut:
    """How the limit of the step where something stands came about; 404 where the step has none."""
    row = queries.item(user_of(request), item_id)
    if row is None:
        raise Http404
    told = steps.shape_of(row.version)
    step = told.step(row.step)
    if step is None or step.limit is None:
        raise Http404
    return ToldOut.of(hours.explain(row.entered_at, step.limit, told.week))


def _found(request: HttpRequest, calendar_id: int) -> Calendar:
    return one(calendars.visible_to(user_of(request)), calendar_id)


def _done(told: acts.Counts) -> RatesDone:
    return RatesDone(new=told.new, changed=told.changed, same=told.same)


def _minutes(of: timedelta) -> int:
    return int(of.total_seconds()) // 60
