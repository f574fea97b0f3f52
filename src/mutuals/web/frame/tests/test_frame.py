from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import OperationalError, connection, transaction
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.test import RequestFactory

from mutuals.staff.models import Role, User
from mutuals.web.frame import rail
from mutuals.web.frame.context import frame
from mutuals.web.frame.middleware import Frame
from mutuals.web.frame.talk import place_of

pytestmark = pytest.mark.django_db


def somebody(role: str, name: str = "Ada <b>Quay</b>") -> User:
    return User.objects.create_user(f"{role}@kettle.example", name=name, role=role)


def request_of(user, path="/"):
    request = RequestFactory().get(path)
    request.user = user
    return request


def test_the_frame_stands_around_a_page_and_escapes_names():
    user = somebody(Role.OWNER)

    page = render_to_string("frame/base.html", {}, request=request_of(user))

    assert 'id="main"' in page
    assert "Ada &lt;b&gt;Quay&lt;/b&gt;" in page
    assert "<b>Quay" not in page


def test_a_fragment_that_prints_no_frame_asks_the_database_nothing(django_assert_num_queries):
    user = somebody(Role.STAFF)

    with django_assert_num_queries(0):
        shown = render_to_string("frame/_empty.html", {"title": "None", "text": "yet"}, request=request_of(user))

    assert "None" in shown


def test_a_contractor_sees_only_what_a_contractor_may_open():
    names = {row.name for row in rail.entries(somebody(Role.CONTRACTOR), "/")}

    assert names <= {"Cases", "Today", "Inbox", "Customers", "Promises", "Tasks", "Reports"}


@pytest.mark.parametrize(
    ("path", "name"), [("/organisations/3/", "Customers"), ("/receipts/", "Journal"), ("/customers/3/", "Customers")]
)
def test_a_screen_without_a_line_of_its_own_lights_the_line_that_it_belongs_to(path, name):
    current = [row.name for row in rail.entries(somebody(Role.OWNER), path) if row.is_current]

    assert current == [name]


def test_screens_stand_in_the_order_of_their_places_whichever_folder_they_are_in():
    owner = somebody(Role.OWNER)

    rows, news = rail.entries(owner, "/"), [row.name for row in rail.new(owner)]

    names = [row.name for row in rows]
    first = ["Today", "Inbox", "Customers", "Listening"]
    assert names[:4] == [row.name for row in rail.tabs(rows)] == first
    assert [name for name in names if name in ("Journal", "Sales", "Sources", "Rules")] == [
        "Sales",
        "Sources",
        "Rules",
        "Journal",
    ]
    made = ["Customer", "Organisation", "Import a file", "Source", "Colleague"]
    assert [name for name in news if name in made] == made
    keys = [row.keys for row in rows if row.keys]
    assert len(set(keys)) == len(keys)


def test_nobody_has_no_frame():
    found = frame(request_of(AnonymousUser()))

    assert found["frame"] is None
    assert found["events_url"] == ""


@pytest.mark.parametrize(
    ("host", "told"),
    [
        ("localhost:8000", "http://localhost:8001/events/"),
        ("127.0.0.1:8000", "http://127.0.0.1:8001/events/"),
        ("testserver", "http://127.0.0.1:8001/events/"),
    ],
)
def test_changes_are_told_where_the_cookie_of_the_page_is_sent(settings, host, told):
    settings.EVENTS_URL = "http://127.0.0.1:8001"
    request = request_of(somebody(Role.STAFF))
    request.META["HTTP_HOST"] = host

    assert frame(request)["events_url"] == told


@pytest.mark.parametrize("code", ["403", "404", "500", "403_csrf"])
def test_an_error_page_needs_no_request(code):
    page = render_to_string(f"{code}.html")

    assert "<h1>" in page


def test_what_took_too_long_for_the_web_is_a_page_and_not_a_fault():
    request = request_of(somebody(Role.OWNER))
    with pytest.raises(OperationalError) as given_up, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 20")
        cursor.execute("SELECT pg_sleep(60)")

    answer = Frame(lambda _: HttpResponse()).process_exception(request, given_up.value)
    other = Frame(lambda _: HttpResponse()).process_exception(request, OperationalError("no such host"))

    assert answer is not None
    assert answer.status_code == 503
    assert "This took too long" in answer.text
    assert other is None


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ("2026-05-01T02:00:00+02:00_7", (datetime(2026, 5, 1, tzinfo=UTC), 7)),
        ("0002-01-01T00:00:00-23:59_1", (datetime(2, 1, 1, 23, 59, tzinfo=UTC), 1)),
        ("0001-01-01T00:00:00+23:59_1", None),
        ("9999-12-31T23:59:59-23:59_1", None),
        ("2026-05-01T02:00:00_7", None),
        ("2026-05-01T02:00:00+02:00_" + "7" * 5000, None),
        ("infinity_7", None),
    ],
)
def test_a_place_in_an_address_is_a_moment_that_the_database_takes_or_none(told, read):
    place = place_of(told)

    assert place == read
    assert place is None or place[0].tzinfo is UTC


def test_a_part_asked_for_after_the_session_ended_leads_the_page_to_the_sign_in_and_back(client):
    asked = {"HX-Request": "true", "HX-Current-URL": "http://testserver/inbox/?tab=all"}

    answered = client.get("/inbox/rows/", headers=asked)
    foreign = client.get("/inbox/rows/", headers={**asked, "HX-Current-URL": "http://elsewhere.example/inbox/"})

    assert (answered.status_code, answered.content) == (401, b"")
    assert answered.headers["HX-Redirect"] == "/accounts/login/?next=%2Finbox%2F%3Ftab%3Dall"
    assert foreign.headers["HX-Redirect"] == "/accounts/login/?next=%2F"
