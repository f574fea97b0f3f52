"""How the house counts: what is set, rates by hand and by file, calendars and holidays, and whom it is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.db import connection

import cast
from mutuals import privacy
from mutuals.base import house, ical, money
from mutuals.base.calendars import Holiday, due
from mutuals.base.models import Calendar, Entry, Rate
from mutuals.base.refusals import Refusal
from mutuals.staff import calendars
from mutuals.staff import house as acts
from mutuals.staff.house import Counts, RateIn
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)
WEEK = {day: [(time(9), time(17))] for day in range(5)}


@pytest.fixture
def us() -> cast.Staff:
    return cast.staff()


def told(currency: str = "USD", rate: str = "0.92", day: date = DAY, **more) -> RateIn:
    return RateIn(currency, day, Decimal(rate), **more)


def waiting(job: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s", [job])
        return cursor.fetchone()[0]


def test_a_house_that_said_nothing_counts_in_euros_by_utc_from_monday_on(us):
    row = house.row()

    assert (row.currency, row.zone, row.first_weekday, row.language) == ("EUR", "UTC", 0, "en")


def test_what_is_set_holds_and_is_noted_once(us):
    for _ in range(2):
        acts.change(by=us.aron, currency="chf", zone="Europe/Zurich", first_weekday=6, language="de")

    row = house.row()
    entry = Entry.objects.get(kind="house.changed")
    assert (row.currency, row.zone, row.first_weekday, row.language) == ("CHF", "Europe/Zurich", 6, "de")
    assert entry.data["before"]["currency"] == "EUR"
    assert waiting(house.RENEW) == 1


@pytest.mark.parametrize(
    "said", [{"currency": "EURO"}, {"zone": "Mars/Base"}, {"zone": "../etc"}, {"first_weekday": 7}, {"language": "English"}]
)  # fmt: skip
def test_what_is_none_is_refused_with_its_field(us, said):
    with pytest.raises(Refusal) as refused:
        acts.change(by=us.aron, **said)

    assert list(refused.value.fields) == list(said)


def test_only_those_who_run_the_house_set_it_and_contractors_see_nothing(us):
    row = calendars.put("Support", "UTC", WEEK, by=us.aron)
    acts.put_rates([told()], by=us.aron)
    tries = [
        lambda: acts.change(by=us.lea, currency="USD"),
        lambda: acts.put_rates([told()], by=us.lea),
        lambda: acts.take_rate(Rate.objects.get(), by=us.lea),
        lambda: calendars.put("Other", "UTC", WEEK, by=us.lea),
        lambda: calendars.put_holidays(row, [Holiday(DAY)], by=us.lea),
        lambda: calendars.take_holidays(row, [DAY], by=us.lea),
        lambda: calendars.bring(row, b"", by=us.lea),
        lambda: calendars.remove(row, by=us.lea),
    ]

    for one in tries:
        with pytest.raises(NotAllowed):
            one()
    assert calendars.visible_to(us.ada).count() == acts.rates_visible_to(us.ada).count() == 1
    assert not calendars.visible_to(us.cleo).exists()
    assert not acts.rates_visible_to(us.cleo).exists()


def test_rates_are_new_then_the_same_then_told_anew(us):
    assert acts.put_rates([told(), told("JPY", "0.006")], by=us.aron) == Counts(2, 0, 0)
    assert acts.put_rates([told(), told("JPY", "0.0061", source="Bank")], by=us.aron) == Counts(0, 1, 1)

    assert {str(one) for one in Rate.objects.all()} == {"1 USD = 0.92 EUR", "1 JPY = 0.0061 EUR"}
    assert [one.data["changed"] for one in Entry.objects.filter(kind="rates.told").order_by("id")] == [0, 1]
    assert house.rates(["USD"]).of("USD", "EUR", DAY + timedelta(days=3)) == (DAY, Decimal("0.92"))


def test_a_rate_that_was_told_by_mistake_is_taken_once(us):
    acts.put_rates([told()], by=us.aron)
    row = Rate.objects.get()

    acts.take_rate(row, by=us.aron)
    acts.take_rate(Rate(pk=row.pk or 1), by=us.aron)

    assert not Rate.objects.exists()
    assert Entry.objects.filter(kind="rates.taken").count() == 1


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        (told(rate="0"), "above zero"),
        (told(rate="-1"), "above zero"),
        (told(rate="NaN"), "above zero"),
        (told(rate="0.00000000001"), "above zero"),
        (told(rate="1e9"), "above zero"),
        (told("EUR"), "needs no rate"),
        (told("E"), "three letters"),
        (told(day=date(1800, 1, 1)), "between 1900"),
        (told(source="x" * 81), "longer than 80"),
    ],
)
def test_a_rate_that_is_none_is_refused_and_nothing_is_kept(us, rate, words):
    with pytest.raises(Refusal, match=words):
        acts.put_rates([told("GBP", "1.2"), rate], by=us.aron)

    assert not Rate.objects.exists()


def test_two_different_rates_of_one_day_are_refused(us):
    with pytest.raises(Refusal, match="Rate 2: USD of 2026-11-20 is there twice"):
        acts.put_rates([told(), told(rate="0.93")], by=us.aron)
    assert acts.put_rates([told(), told()], by=us.aron) == Counts(1, 0, 0)


@pytest.mark.parametrize(
    "text",
    [
        "currency,day,rate\nUSD,2026-11-20,0.92\n",
        "\ufeffDate;Currency;Rate\r\n2026-11-20;usd;0,92\r\n\r\n",
        'day\tcode\tvalue\tagainst\n2026-11-20\tUSD\t"0,92"\tEUR\n',
    ],
)
def test_a_file_of_rates_is_read_as_offices_write_it(us, text):
    found = acts.read_csv(text.encode(), source="Bank")

    assert [(one.currency, one.on_day, one.rate, one.source) for one in found] == [
        ("USD", DAY, Decimal("0.92"), "Bank")
    ]
    assert acts.put_rates(found, by=us.aron).new == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "first line names"),
        (b"USD,2026-11-20,0.92", "first line names"),
        (b"currency,day,rate\nUSD,20.11.2026,0.92", "Line 2: a day is written"),
        (b"currency,day,rate\nUSD,2026-11-20,n/a", "Line 2: A rate is a number"),
        (b'currency;day;rate\nUSD;2026-11-20;"1,234"', "Line 2: 1,234 may be two numbers"),
        (b"currency,day,rate\nUSD", "Line 2: a day"),
        (b"currency,day,rate\nU$D,2026-11-20,1", "Line 2: A currency"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b'currency,day,rate\n"' + b"x" * 200_000, "Line 2"),
        (b"x" * 1_000_001, "one megabyte"),
    ],
)
def test_a_file_that_is_none_of_rates_is_refused_by_its_line(text, words):
    with pytest.raises(Refusal, match=words):
        acts.read_csv(text)


@pytest.fixture
def bills(db):
    """A table of another room that keeps amounts in the house's currency too."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bills (id bigint PRIMARY KEY, amount numeric(14,2), currency varchar(3), home numeric(14,2),"
            " day date)"
        )
        cursor.execute(
            "INSERT INTO bills VALUES (1, 10, 'USD', NULL, '2026-11-20'), (2, 10, 'USD', NULL, '2026-11-19'),"
            " (3, 10.005, 'EUR', NULL, '2026-11-19'), (4, 1000, 'JPY', 3, '2026-11-19'), (5, -2.5, 'KWD', NULL, '2026-11-25')"
        )
    house.keep_home(house.Home("bill", "bills", on="day"))
    yield lambda: dict(_rows())
    house._homes.pop("bill")


def _rows():
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, home FROM bills ORDER BY id")
        return cursor.fetchall()


def test_amounts_kept_in_the_currency_of_the_house_follow_its_rates(us, bills):
    acts.put_rates([told(), told("EUR", "0.3", against="KWD")], by=us.aron)

    assert house.renew_home(["bill"]) == 4
    assert bills() == {1: Decimal("9.20"), 2: None, 3: Decimal("10.01"), 4: None, 5: Decimal("-8.33")}
    assert house.renew_home() == 0
    known = house.rates()
    assert bills()[5] == money.home(Decimal("-2.5"), "KWD", date(2026, 11, 25), house="EUR", rates=known)


def test_amounts_follow_when_the_house_takes_another_currency_and_old_rates_stay_true(us, bills, monkeypatch):
    monkeypatch.setattr(house, "PIECE", 2)
    acts.put_rates([told(rate="0.80")], by=us.aron)
    acts.change(by=us.aron, currency="USD")

    house.renew_home()

    assert bills() == {1: Decimal("10.00"), 2: Decimal("10.00"), 3: None, 4: None, 5: None}


def test_a_calendar_is_made_changed_and_read_anew(us):
    row = calendars.put(" Support ", "Europe/Lisbon", WEEK, by=us.aron, seen="")
    first = house.calendar("Support")
    again = calendars.put("Support", "Europe/Lisbon", WEEK, by=us.aron, seen=row.wording)
    other = calendars.put("Support", "UTC", {6: [(time(22), time(6))]}, by=us.aron, seen=again.wording)

    assert (len(first.windows), first.zone, row.wording) == (5, "Europe/Lisbon", again.wording)
    assert other.wording != row.wording
    assert house.calendar("Support").windows[0].weekday == 6
    assert [one.data["after"]["hours"] for one in Entry.objects.filter(kind="calendar.changed").order_by("id")] == [
        "Monday to Friday 09:00–17:00", "Sunday 22:00–06:00",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        ({}, "nobody ever works"),
        ({1: []}, "nobody ever works"),
        ({7: [(time(9), time(17))]}, "0 .Monday. to 6"),
        ({1: [(time(9), time(12)), (time(9), time(17))]}, "Tuesday: Two windows begin at 09:00"),
        ({1: [(time(9, 0, 30), time(12))]}, "to the minute"),
        ({1: [(time(hour), time(hour, 30)) for hour in range(9)]}, "at most 8"),
    ],
)
def test_hours_that_are_none_are_refused(us, hours, words):
    with pytest.raises(Refusal, match=words):
        calendars.put("Support", "UTC", hours, by=us.aron)
    assert not Calendar.objects.exists()


def test_nobody_writes_over_a_colleague(us):
    row = calendars.put("Support", "UTC", WEEK, by=us.aron)
    seen = row.wording
    calendars.put("Support", "Europe/Lisbon", WEEK, by=us.olga)

    with pytest.raises(Refusal, match="colleague changed"):
        calendars.put("Support", "UTC", {0: [(time(1), time(2))]}, by=us.aron, seen=seen)
    with pytest.raises(Refusal, match="of this name already"):
        calendars.put("Support", "UTC", WEEK, by=us.aron, seen="")


def test_holidays_are_told_told_anew_and_taken(us):
    row = calendars.put("Support", "UTC", WEEK, by=us.aron)
    own = Holiday(date(2026, 12, 31), "Eve", windows=((time(10), time(12)),))

    assert calendars.put_holidays(row, [Holiday(date(2026, 12, 24), "Half", is_half=True), own], by=us.aron) == 2
    assert calendars.put_holidays(row, [own], by=us.aron) == 0
    assert calendars.put_holidays(row, [Holiday(date(2026, 12, 31), "Closed")], by=us.aron) == 1
    assert [(one.on_day.day, one.words, one.is_half, one.windows) for one in house.calendar("Support").holidays] == [
        (24, "Half", True, ()), (31, "Closed", False, ()),
    ]  # fmt: skip
    assert due(datetime(2026, 12, 24, 9, tzinfo=UTC), 6 * 60, house.calendar("Support")) == datetime(
        2026, 12, 25, 11, tzinfo=UTC
    )
    assert calendars.take_holidays(row, [date(2026, 12, 24)], by=us.aron) == 1
    assert calendars.take_holidays(row, [date(2026, 12, 24)], by=us.aron) == 0


def test_a_day_is_half_or_has_its_own_hours(us):
    row = calendars.put("Support", "UTC", WEEK, by=us.aron)

    with pytest.raises(Refusal, match="not both"):
        calendars.put_holidays(row, [Holiday(DAY, "", True, ((time(9), time(10)),))], by=us.aron)


def test_a_calendar_that_is_asked_for_is_not_removed(us):
    row = calendars.put("Support", "UTC", WEEK, by=us.aron)
    calendars.used_by("tests", lambda name: [f"a test of {name}"], lambda name: None)
    try:
        with pytest.raises(Refusal, match="asked by a test of Support"):
            calendars.remove(row, by=us.aron)
    finally:
        calendars._used.pop("tests")
        calendars._follow.pop("tests")
    calendars.remove(row, by=us.aron)

    assert not Calendar.objects.exists()
    with pytest.raises(Refusal, match="There are: none yet"):
        house.calendar("Support")


def test_whoever_is_erased_is_searched_in_what_was_typed_here(us):
    bea = cast.person(by=us.ada)
    row = calendars.put("Support", "UTC", WEEK, by=us.aron)
    calendars.put_holidays(row, [Holiday(DAY, f"{bea.name} comes by")], by=us.aron)
    acts.put_rates([told(source=f"asked {bea.name}")], by=us.aron)

    receipt = privacy.erase(bea, by=us.aron, now=cast.NOW)

    assert {(one["about"], one["where"]) for one in receipt.places} == {
        (f"calendar:{row.pk}", "calendar"), ("house:1", "rates"),
    }  # fmt: skip


FEAST = b"""BEGIN:VCALENDAR\r
VERSION:2.0\r
BEGIN:VEVENT\r
DTSTART;VALUE=DATE:20261225\r
SUMMARY:Christmas\\, all\r
  of it\r
BEGIN:VALARM\r
SUMMARY:No\r
END:VALARM\r
END:VEVENT\r
BEGIN:VEVENT\r
DTSTART;VALUE=DATE:20261230\r
DTEND;VALUE=DATE:20270102\r
SUMMARY:Turn\x07 of the year\r
END:VEVENT\r
BEGIN:VEVENT\r
DTSTART:20261120T100000Z\r
SUMMARY:Call\r
END:VEVENT\r
BEGIN:VEVENT\r
DTSTART;VALUE=DATE:20260101\r
RRULE:FREQ=YEARLY\r
END:VEVENT\r
BEGIN:VEVENT\r
DTSTART;VALUE=DATE:20260231\r
END:VEVENT\r
BEGIN:VEVENT\r
DTSTART;VALUE=DATE:20260101\r
DTEND;VALUE=DATE:29990101\r
END:VEVENT\r
END:VCALENDAR\r
"""


def test_holidays_come_out_of_a_calendar_file(us):
    row = calendars.put("Support", "UTC", WEEK, by=us.aron)

    done = calendars.bring(row, FEAST, by=us.aron)

    assert done == calendars.Brought(days=4, timed=1, repeated=1, unread=2)
    assert [(str(one.on_day), one.words) for one in house.calendar("Support").holidays] == [
        ("2026-12-25", "Christmas, all of it"),
        ("2026-12-30", "Turn of the year"),
        ("2026-12-31", "Turn of the year"),
        ("2027-01-01", "Turn of the year"),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "no calendar file"),
        (b"\x00\xff" * 100, "no calendar file"),
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:2026", "No event here"),
        (b"BEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\nEND:VEVENT\n" * 5_001, "at most 5,000 events"),
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\n" + b"BEGIN:X\n" * 50_000 + b"END:VEVENT", "No event here"),
        (b"BEGIN:VCALENDAR\nX:" + b"\n x" * 300_000, "No event here"),
        (b"x" * 1_000_001, "one megabyte"),
    ],
)
def test_a_file_that_is_no_calendar_is_refused(text, words):
    with pytest.raises(Refusal, match=words):
        ical.all_days(text)
