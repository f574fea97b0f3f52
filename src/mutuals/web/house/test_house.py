"""The pages of the house: what is done by their forms, what they refuse in words, and whom they show what."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

import cast
from mutuals.base import house
from mutuals.base.models import Calendar, Rate
from mutuals.processes import keep, kinds, run, text
from mutuals.staff import calendars
from mutuals.staff import house as acts
from mutuals.web.house import shown

pytestmark = pytest.mark.django_db
WEEK = {"zone": "Europe/Lisbon", "mon": "9:00-13:00, 14:00-18:00", "fri": "22:00–6:00"}


@pytest.fixture
def us() -> cast.Staff:
    return cast.staff()


def as_(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def aron(us) -> Client:
    return as_(us.aron)


def support(us) -> Calendar:
    return calendars.put("Support", "Europe/Lisbon", {0: [(time(9), time(17))], 6: [(time(22), time(6))]}, by=us.aron)


def read(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_what_holds_is_set_on_the_page(aron):
    told = {"currency": "chf", "zone": "Europe/Zurich", "first_weekday": "6", "language": "de"}

    answer = aron.post("/settings/house/", told)

    row = house.row()
    assert (answer.status_code, answer.headers["Location"]) == (302, "/settings/house/")
    assert (row.currency, row.zone, row.first_weekday, row.language) == ("CHF", "Europe/Zurich", 6, "de")
    assert 'value="CHF"' in read(aron.get("/settings/house/"))


def test_a_currency_that_is_none_is_told_beside_its_field(aron):
    answer = aron.post("/settings/house/", {"currency": "E1R", "zone": "UTC", "first_weekday": "0", "language": "en"})

    assert answer.status_code == 422
    assert 'id="id_currency_error">Three letters' in read(answer)
    assert house.row().currency == "EUR"


def test_a_rate_is_told_by_hand_and_taken_away(aron):
    told = {"currency": "USD", "rate": "0,92", "on_day": "2026-11-20", "source": "Bank"}

    aron.post("/settings/house/rates/", told)
    page = read(aron.get("/settings/house/"))
    gone = aron.post(f"/settings/house/rates/{Rate.objects.get().pk}/take/", follow=True)

    assert "20 Nov 2026" in page
    assert "0.92 EUR" in page
    assert "1 USD = 0.92 EUR of 20 Nov 2026 is gone." in read(gone)
    assert not Rate.objects.exists()


@pytest.mark.parametrize(
    ("told", "words"),
    [({"rate": "0"}, "above zero"), ({"rate": "1,234"}, "may be two numbers"), ({"currency": "EUR"}, "Another currency")],
)  # fmt: skip
def test_a_rate_that_is_none_is_told_and_what_was_typed_stays(aron, told, words):
    answer = aron.post(
        "/settings/house/rates/", {"currency": "USD", "rate": "1", "on_day": "2026-11-20", "source": "Me", **told}
    )

    assert answer.status_code == 422
    assert words in read(answer)
    assert 'value="Me"' in read(answer)


def test_a_file_of_rates_is_taken_whole_or_not_at_all(aron):
    good = SimpleUploadedFile("ecb.csv", b"day,currency,rate\n2026-11-20,USD,0.92\n2026-11-20,JPY,0.006\n")
    bad = SimpleUploadedFile("bad.csv", b"day,currency,rate\n2026-11-20,GBP,1.1\nsoon,SEK,0.09\n")

    done = aron.post("/settings/house/rates/", {"do": "file", "file": good}, follow=True)
    refused = aron.post("/settings/house/rates/", {"do": "file", "file": bad})
    none = aron.post("/settings/house/rates/", {"do": "file"})

    assert "2 new, 0 changed, 0 as before." in read(done)
    assert (refused.status_code, "Line 3: a day is written as 2026-11-20" in read(refused)) == (422, True)
    assert none.status_code == 422
    assert {one.currency: one.source for one in Rate.objects.all()} == {"USD": "ecb.csv", "JPY": "ecb.csv"}


def test_older_rates_stand_on_further_pages(us, aron):
    told = [acts.RateIn("USD", date(2026, 1, 1 + day), acts.number("0.9")) for day in range(28)]
    acts.put_rates([*told, *(acts.RateIn("JPY", one.on_day, one.rate) for one in told)], by=us.aron)

    first, second, wild = (read(aron.get(f"/settings/house/?page={page}")) for page in ("1", "2", "99999999999"))

    assert (first.count("Take away"), second.count("Take away"), wild.count("Take away")) == (51, 7, 51)


def test_a_calendar_is_made_changed_and_drawn(aron):
    made = aron.post("/settings/house/calendars/new/", {"name": "Support", **WEEK}, follow=True)
    row = Calendar.objects.get()
    again = aron.post("/settings/house/calendars/new/", {"name": "Support", **WEEK})
    aron.post(f"/settings/house/calendars/{row.pk}/", {"zone": "UTC", "mon": "8:00–12:00", "seen": row.wording})
    stale = aron.post(f"/settings/house/calendars/{row.pk}/", {"zone": "UTC", "mon": "7:00–12:00", "seen": row.wording})

    page = read(made)
    assert '<rect x="540" y="2" width="240" height="10"/><rect x="840" y="2" width="240" height="10"/>' in page
    assert "22:00–06:00" in page
    assert (again.status_code, "of this name already" in read(again)) == (422, True)
    assert [one.starts for one in house.calendar("Support").windows] == [time(8)]
    assert (stale.status_code, "colleague changed" in read(stale)) == (422, True)


@pytest.mark.parametrize(
    ("told", "words"), [({"tue": "9-17"}, "Hours are told as"), ({"mon": "", "fri": ""}, "nobody ever works")]
)
def test_hours_that_are_none_are_told_beside_their_day(aron, told, words):
    answer = aron.post("/settings/house/calendars/new/", {"name": "Support", **WEEK, **told})

    assert (answer.status_code, words in read(answer)) == (422, True)
    assert not Calendar.objects.exists()


def test_the_rest_of_a_night_is_drawn_on_its_morrow(us):
    rows = shown.week(house.calendar_of(support(us)), 6)

    assert [(one["name"], one["bars"]) for one in rows[:2]] == [
        ("Sunday", [(1320, 120)]),
        ("Monday", [(0, 360), (540, 480)]),
    ]


def test_days_that_are_otherwise_are_added_brought_and_taken(us, aron):
    here = f"/settings/house/calendars/{support(us).pk}/"
    file = (
        b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20301225\nSUMMARY:<b>Feast</b>\nEND:VEVENT\nEND:VCALENDAR"
    )

    aron.post(f"{here}holidays/", {"on_day": "2030-12-24", "words": "Eve", "is_half": "on", "hours": ""})
    both = aron.post(
        f"{here}holidays/", {"on_day": "2030-12-24", "words": "Eve", "is_half": "on", "hours": "9:00-10:00"}
    )
    brought = aron.post(f"{here}holidays/", {"do": "file", "file": SimpleUploadedFile("a.ics", file)}, follow=True)
    broken = aron.post(f"{here}holidays/", {"do": "file", "file": SimpleUploadedFile("a.ics", b"x")})
    aron.post(f"{here}holidays/", {"take": "2030-12-24"})
    wild = aron.post(f"{here}holidays/", {"take": "soon"})

    assert (both.status_code, "not both" in read(both)) == (422, True)
    assert "1 days are holidays" in read(brought)
    assert "&lt;b&gt;Feast&lt;/b&gt;" in read(brought)
    assert (broken.status_code, wild.status_code) == (422, 302)
    assert [str(one.on_day) for one in house.calendar("Support").holidays] == ["2030-12-25"]


def test_a_limit_is_counted_and_explained_on_the_page(us, aron):
    here = f"/settings/house/calendars/{support(us).pk}/"

    page = read(aron.get(f"{here}?day=2026-11-23&clock=16:00&minutes=120"))
    wrong = aron.get(f"{here}?day=2026-11-23&clock=16:00&minutes=-1")

    assert "over on Sunday, 29 November 2026, 23:00." in page
    assert "16:00–17:00" in page
    assert wrong.status_code == 200
    assert "greater than or equal to 1" in read(wrong)


def test_a_calendar_is_removed_where_nothing_counts_by_it(us, aron):
    kinds.about(
        "visit", label="Visit", keys=("person",), read=lambda keys: {key: {} for key in keys}, shown=lambda keys: {}
    )
    row = support(us)
    version = _visits(us)
    refused = aron.post(f"/settings/house/calendars/{row.pk}/remove/", follow=True)
    item = run.start(
        f"person:{cast.person(by=us.ada).pk}", version.process, by=us.ada, now=datetime(2026, 11, 23, 16, tzinfo=UTC)
    )
    page = read(as_(us.ada).get(f"/processes/items/{item.pk}/"))
    kinds.forget("visit")
    other = calendars.put("Other", "UTC", {0: [(time(9), time(17))]}, by=us.aron)
    aron.post(f"/settings/house/calendars/{other.pk}/remove/")

    assert "asked by the process “Visits”" in read(refused)
    assert "How this limit came about: 2 working hours" in page
    assert "Counted by the calendar “Support”, by the clock of Europe/Lisbon." in page
    assert "changed meanwhile" not in page
    assert [one.name for one in Calendar.objects.all()] == ["Support"]


def _visits(us):
    body = text.read(
        "hours: Support\nsteps:\n- {step: a, limit: 2 working hours, next: b}\n- {step: b, end: done}"
    ).plain
    return keep.publish(keep.draft(body, by=us.lea, now=cast.NOW, name="Visits", kind="visit"), by=us.lea, now=cast.NOW)


def test_colleagues_look_and_contractors_do_not(us):
    row = support(us)
    ada, cleo = as_(us.ada), as_(us.cleo)

    pages = ["/settings/house/", f"/settings/house/calendars/{row.pk}/"]

    assert [ada.get(page).status_code for page in pages] == [200, 200]
    assert "<button" not in ada.get("/settings/house/").content.decode().split("<main")[1].split("</main")[0]
    assert [cleo.get(page).status_code for page in pages] == [403, 403]
    assert ada.post("/settings/house/", {"currency": "CHF"}).status_code == 403
    assert ada.get("/settings/house/calendars/new/").status_code == 403
