"""What programs do with people, organisations, orders and conversations."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

import cast
from api.conftest import Caller, token_of
from mutuals.base import clock, files
from mutuals.history.models import Attachment, Interaction
from mutuals.inbox import work
from mutuals.people.models import Person, Profile
from mutuals.sales.models import Order

pytestmark = pytest.mark.django_db


def test_an_edit_with_a_stale_mark_is_refused_with_412(ada: Caller) -> None:
    number = ada("POST", "/people", {"name": "Bea"}).json()["id"]
    mark = ada("GET", f"/people/{number}")["ETag"]

    first = ada("PATCH", f"/people/{number}", {"city": "Porto"}, If_Match=mark)
    second = ada("PATCH", f"/people/{number}", {"city": "Braga"}, If_Match=mark)

    assert (first.status_code, second.status_code) == (200, 412)
    assert Person.objects.get(pk=number).city == "Porto"
    assert first["ETag"] != mark


def test_a_merged_away_person_sends_to_the_one_they_became(ada: Caller, staff: cast.Staff) -> None:
    bea, again = cast.person(by=staff.ada), cast.person("Bea B.", by=staff.ada)
    Person.objects.filter(pk=again.pk).update(canonical=bea)

    answer = ada("GET", f"/people/{again.pk}/timeline?limit=5")

    assert answer.status_code == 308
    assert answer["Location"] == f"/api/v1/people/{bea.pk}/timeline?limit=5"


def test_a_person_page_takes_at_most_twelve_queries(ada: Caller, staff: cast.Staff) -> None:
    bea = cast.person(by=staff.ada, email="bea@kettles.example")
    for number in range(5):
        cast.profile(f"@bea{number}", of=bea)

    with CaptureQueriesContext(
        connection,
    ) as page:
        ada.get(f"/people/{bea.pk}")
    with CaptureQueriesContext(connection) as timeline:
        ada.get(f"/people/{bea.pk}/timeline")

    assert len(page) + len(timeline) <= 12


def test_people_are_listed_by_a_condition_page_by_page_without_a_gap(ada: Caller, staff: cast.Staff) -> None:
    for number in range(5):
        cast.person(f"Bea {number}", by=staff.ada, city="Porto" if number else "Braga")

    first = ada.get("/people?f=city:is:Porto&limit=3&count=true")
    second = ada.get(f"/people?f=city:is:Porto&limit=3&cursor={first['next']}")

    assert [one["name"] for one in first["items"] + second["items"]] == ["Bea 1", "Bea 2", "Bea 3", "Bea 4"]
    assert first["total"] == {"count": 4, "exact": True}
    assert second["next"] is None


def test_an_unusable_condition_is_refused_with_its_field(ada: Caller) -> None:
    answer = ada("GET", "/people?f=shoe:is:42")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "shoe"


def test_events_that_are_handed_in_with_wait_stand_in_the_history(staff: cast.Staff) -> None:
    source = cast.source(owner=staff.aron)
    machine = Caller(token_of(staff.ada, "ingest"))
    body = {"source_id": source.pk, "events": [cast.event("p1"), cast.event("p2", "And drips.")]}

    first, again = machine("POST", "/interactions?wait=1", body), machine("POST", "/interactions?wait=1", body)

    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json() == {"kept": 2, "doubled": 0, "advanced": True}
    assert again.json() == {"kept": 0, "doubled": 2, "advanced": True}
    assert Interaction.objects.count() == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "a\0b"},
        {"at": "2026-11-20T10:00:00"},
        {"at": 12},
        {"text": 5},
        {"colour": "red"},
        {"text": "", "kind": "post"},
    ],
)
def test_an_event_that_would_be_parked_is_refused_at_once(staff: cast.Staff, wrong: dict[str, object]) -> None:
    source = cast.source(owner=staff.aron)
    machine = Caller(token_of(staff.ada, "ingest"))

    answer = machine("POST", "/interactions", {"source_id": source.pk, "events": [cast.event("p1") | wrong]})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].startswith("body.events.0")


def test_a_note_on_a_person_stands_in_their_timeline(ada: Caller, staff: cast.Staff) -> None:
    bea = cast.person(by=staff.ada)

    ada("POST", f"/people/{bea.pk}/notes", {"text": "Called about the lid.", "kind": "call"})

    items = ada.get(f"/people/{bea.pk}/timeline")["items"]
    assert [(one["kind"], one["text"]) for one in items] == [("call", "Called about the lid.")]


def test_orders_that_come_twice_are_one_and_stand_in_the_timeline(ada: Caller, staff: cast.Staff) -> None:
    bea = cast.person(by=staff.ada)
    line = {"name": "Kettle", "sku": "K-1", "quantity": "2", "unit_price": "59.90"}
    order = {
        "number": "7",
        "placed_at": "2026-11-01T10:00:00Z",
        "currency": "EUR",
        "person_id": bea.pk,
        "lines": [line],
    }

    first, again = ada("PUT", "/orders", {"orders": [order]}), ada("PUT", "/orders", {"orders": [order]})

    assert first.json() == {"new": 1, "updated": 0, "same": 0}
    assert again.json() == {"new": 0, "updated": 0, "same": 1}
    assert Order.objects.count() == 1
    assert ada.get(f"/people/{bea.pk}")["order_total"] == "119.80"
    assert [one["kind"] for one in ada.get(f"/people/{bea.pk}/timeline")["items"]] == ["order"]


def test_a_conversation_is_noted_snoozed_closed_and_reopened(ada: Caller, staff: cast.Staff) -> None:
    number = cast.turn(cast.source(owner=staff.aron)).pk
    until = (clock.now() + timedelta(hours=1)).isoformat()

    told = [
        ada("POST", f"/conversations/{number}/notes", {"text": "Ask Ben."}).status_code,
        ada("POST", f"/conversations/{number}/snooze", {"until": until}).json()["state"],
        ada("POST", f"/conversations/{number}/close", {"purpose": "fix", "outcome": "solved"}).json()["state"],
        ada("POST", f"/conversations/{number}/reopen").json()["state"],
    ]

    assert told == [201, "snoozed", "closed", "open"]


def test_what_cannot_be_answered_is_a_conflict_that_says_why(ada: Caller, staff: cast.Staff) -> None:
    number = cast.turn(cast.source(owner=staff.aron)).pk

    answer = ada("POST", f"/conversations/{number}/replies", {"text": "Sorry!"})

    assert answer.status_code == 409
    assert answer.json()["detail"]


def test_the_inbox_counts_for_somebody_without_a_team(aron: Caller, staff: cast.Staff) -> None:
    cast.turn(cast.source(owner=staff.aron))

    told = aron.get("/conversations?counts=1")

    assert told["counts"]["team"] == {"count": 0, "exact": True}
    assert told["counts"]["all"] == {"count": 1, "exact": True}


def test_counts_that_take_too_long_are_null_and_the_list_still_comes(aron: Caller, staff: cast.Staff, settings) -> None:
    settings.PATIENCE = 0.0
    turn = cast.turn(cast.source(owner=staff.aron))

    told = aron.get(f"/conversations?counts=1&network={turn.network}")

    assert told["counts"] == {"mine": None, "unassigned": None, "team": None, "all": None}
    assert [one["id"] for one in told["items"]] == [turn.pk]


def test_secrets_go_in_and_never_come_out(aron: Caller) -> None:
    body = {"connector": "webhook", "name": "Hook", "answers": {"secret": "kettle-and-cup-26-kettle"}}

    made = aron("POST", "/sources", body)

    assert made.status_code == 201
    for path in (f"/sources/{made.json()['id']}", "/sources", "/journal"):
        assert b"kettle-and-cup-26-kettle" not in aron("GET", path).content


@pytest.fixture
def cleo(staff: cast.Staff) -> Client:
    """Cleo, the contractor, at a screen."""
    client = Client()
    client.force_login(staff.cleo)
    return client


def test_a_contractor_sees_the_conversations_of_their_own_queue_only(cleo: Client, staff: cast.Staff) -> None:
    source = cast.source(owner=staff.aron)
    own, other = cast.turn(source, "p1"), cast.turn(source, "p9", "A cup.", who="bo")
    work.assign(own, by=staff.lea, to=staff.cleo, now=cast.NOW)

    listed = cleo.get("/api/v1/conversations").json()["items"]

    assert [one["id"] for one in listed] == [own.pk]
    assert cleo.get(f"/api/v1/conversations/{own.pk}/messages").status_code == 200
    assert cleo.get(f"/api/v1/conversations/{other.pk}").status_code == 404
    assert cleo.post(f"/api/v1/conversations/{other.pk}/reopen").status_code == 404


def test_a_contractor_reads_masked_addresses_and_only_their_part_of_a_timeline(cleo: Client, staff: cast.Staff) -> None:
    source = cast.source(owner=staff.aron)
    bea = cast.person(by=staff.ada, email="bea@kettles.example")
    own, other = cast.turn(source, "p1"), cast.turn(source, "p9", "Something else.")
    Interaction.objects.get(conversation_id=own.pk).profile.__class__.objects.filter(network="town").update(person=bea)
    work.assign(own, by=staff.lea, to=staff.cleo, now=cast.NOW)

    page = cleo.get(f"/api/v1/people/{bea.pk}").json()
    timeline = cleo.get(f"/api/v1/people/{bea.pk}/timeline").json()["items"]

    assert page["email"] == "b…@k….example"
    assert "bea@kettles.example" not in str(page)
    assert [one["conversation_id"] for one in timeline] == [own.pk]
    assert other.pk != own.pk


def test_a_page_of_a_contractors_timeline_is_full_though_the_newest_words_are_others_work(
    cleo: Client, staff: cast.Staff
) -> None:
    source = cast.source(owner=staff.aron)
    bea = cast.person(by=staff.ada)
    own = [cast.turn(source, f"own{n}") for n in range(3)]
    cast.said(source, *[cast.event(f"p{n}", at=cast.NOW + cast.minutes(n + 1)) for n in range(5)])
    Profile.objects.filter(network="town").update(person=bea)
    for turn in own:
        work.assign(turn, by=staff.lea, to=staff.cleo, now=cast.NOW)

    first = cleo.get(f"/api/v1/people/{bea.pk}/timeline?limit=2").json()
    rest = cleo.get(f"/api/v1/people/{bea.pk}/timeline?limit=2&cursor={first['next']}").json()

    pages = [[one["conversation_id"] for one in page["items"]] for page in (first, rest)]
    assert pages == [[own[2].pk, own[1].pk], [own[0].pk]]
    assert rest["next"] is None


def test_a_file_is_served_as_an_attachment_to_those_who_see_its_message(cleo: Client, staff: cast.Staff) -> None:
    here = cast.turn(cast.source(owner=staff.aron))
    sha = kept_on(Interaction.objects.get(conversation_id=here.pk))
    ada = Client()
    ada.force_login(staff.ada)

    seen, hidden, stranger = ada.get(f"/files/{sha}"), cleo.get(f"/files/{sha}"), Client().get(f"/files/{sha}")

    assert b"".join(seen.streaming_content) == b"<script>alert(1)</script>"
    assert seen["Content-Disposition"].startswith("attachment")
    assert seen["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in seen["Content-Security-Policy"]
    assert (hidden.status_code, stranger.status_code) == (404, 401)


def kept_on(message: Interaction) -> str:
    """A file on a message; its name in the store."""
    blob = files.keep([b"<script>alert(1)</script>"], media_type="text/html")
    Attachment.objects.create(interaction_id=message.pk, blob=blob, name="a.html", media_type="text/html", size=25)
    return blob.sha256


def test_a_search_that_takes_too_long_is_refused_in_words(ada: Caller, settings) -> None:
    settings.PATIENCE = 0

    answer = ada("GET", "/search?q=kettle")

    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"].startswith("This search takes too long. Narrow it")


def test_a_note_on_a_presence_that_is_nobodys_goes_along_when_it_is_linked(staff, ada):
    row, bea = cast.profile(), cast.person(by=staff.ada)

    kept = ada("POST", f"/profiles/{row.pk}/notes", {"text": "Rang about the lid.", "kind": "call"})
    ada("POST", f"/profiles/{row.pk}/confirm", {"person_id": bea.pk})
    after = ada("POST", f"/profiles/{row.pk}/notes", {"text": "Rang again."})
    said = [one["text"] for one in ada.get(f"/people/{bea.pk}/timeline")["items"]]

    assert (kept.status_code, after.status_code) == (201, 201)
    assert {"Rang about the lid.", "Rang again."} <= set(said)
