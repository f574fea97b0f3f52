"""Parked events: reasons, bytes that run nowhere, try again, drop."""

import pytest
from django.test import Client

import cast
from mutuals.capture.models import RawEvent, RawState

pytestmark = pytest.mark.django_db
EVIL = b"<script>alert(1)</script>\x00\xff"


@pytest.fixture
def here():
    return cast.staff()


@pytest.fixture
def event(here):
    square = cast.source(owner=here.olga)
    return RawEvent.objects.create(
        source=square,
        key="k1",
        kind="post",
        body=EVIL,
        state=RawState.PARKED,
        reason="No field “id”",
        received_at=cast.NOW,
    )


def as_(user):
    client = Client()
    client.force_login(user)
    return client


def test_they_are_listed_with_their_reason(here, event, django_assert_num_queries):
    client = as_(here.lea)

    with django_assert_num_queries(7):
        answer = client.get("/parked/")

    assert "No field “id”" in answer.text
    assert "1 kept as they came" in answer.text


def test_its_bytes_are_shown_as_text_and_run_nowhere(here, event):
    answer = as_(here.lea).get(f"/parked/{event.pk}/")

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer.text
    assert "<script>alert" not in answer.text


def test_one_is_tried_again(here, event):
    as_(here.lea).post("/parked/retry/", {"id": [event.pk, "nonsense"]})

    event.refresh_from_db()
    assert event.state == RawState.RECEIVED


def test_one_is_dropped_for_good(here, event):
    as_(here.lea).post("/parked/drop/", {"id": event.pk})

    event.refresh_from_db()
    assert event.state == RawState.DROPPED
    assert bytes(event.body) == b""


def test_an_empty_list_says_what_would_stand_here(here):
    assert "Nothing is parked" in as_(here.lea).get("/parked/").text


def test_what_is_not_parked_is_not_there(here):
    assert as_(here.lea).get("/parked/99/").status_code == 404


def test_the_list_goes_on_where_it_ended(here, event):
    RawEvent.objects.bulk_create(
        RawEvent(source=event.source, key=f"x{n}", body=b"", state=RawState.PARKED, reason=f"Reason {n:02}")
        for n in range(55)
    )
    client = as_(here.lea)

    first = client.get("/parked/")
    following = first.text.split('rel="next"')[0].rsplit('href="?', 1)[1].split('"')[0]
    second = client.get(f"/parked/?{following}")

    assert "Reason 54" in first.text
    assert "No field" not in first.text
    assert "No field" in second.text


def test_staff_do_not_see_parked_events(here):
    assert as_(here.ada).get("/parked/").status_code == 403
