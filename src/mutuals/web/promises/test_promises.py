"""Promises on the screen: caught while one writes, listed, kept by a button, and shown wherever the customer is."""

from datetime import timedelta

import pytest
from django.test import Client

import cast
from mutuals.base import clock
from mutuals.capture.tests.tiny import installed
from mutuals.history.models import Interaction
from mutuals.inbox import cases, promises
from mutuals.inbox.models import Promise, Turn
from mutuals.people.models import Profile

pytestmark = pytest.mark.django_db
TEXT = "So sorry! We will send a new lid within 3 days. I'll call you back. All the best"


@pytest.fixture
def us():
    with installed():
        yield cast.staff()


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def words(answer) -> str:
    return answer.content.decode()


def test_what_is_written_is_read_ticked_and_made_with_the_sending_and_not_a_word_is_lost(us):
    turn, ada = cast.turn(cast.answerable(us)), signed_in(us.ada)
    htmx = {"HX-Request": "true"}

    read = words(ada.post("/promises/read/", {"mode": "reply", "text": TEXT, "promise": "2"}, headers=htmx))
    noted = words(ada.post("/promises/read/", {"mode": "note", "text": TEXT}, headers=htmx))
    past = {"mode": "reply", "text": TEXT, "promise": ["1", "2"], "promise_due_2": "2020-01-01T09:00"}
    refused = ada.post(f"/inbox/{turn.pk}/write/", past)
    sent = ada.post(f"/inbox/{turn.pk}/write/", {**past, "promise_due_2": ""}, headers=htmx)
    again = ada.post(f"/inbox/{turn.pk}/write/", {"mode": "reply", "text": "All good.", "promise": "1"}, headers=htmx)

    assert "We will send a new lid within 3 days." in read
    assert ('value="2" checked' in read, 'value="1" checked' in read, 'name="promise_due_2"' in read) == (
        True,
        False,
        True,
    )
    assert "promise" not in noted
    assert (refused.status_code, TEXT[:9] in words(refused)) == (422, True)
    assert 'value="1" checked' in words(refused)
    assert (sent.status_code, "2 promises kept track of" in sent.headers["HX-Trigger"]) == (200, True)
    assert 'id="promised"' in words(sent)
    assert "promise nothing any more" in again.headers["HX-Trigger"]
    assert Interaction.objects.filter(direction="out").count() == 2
    kept = list(Promise.objects.order_by("pk").values_list("words", "state"))
    assert kept == [("We will send a new lid within 3 days.", "open"), ("I'll call you back.", "open")]


def test_the_list_and_the_page_of_one_do_what_there_is_to_do(us):
    now, ada = clock.now(), signed_in(us.ada)
    bea = cast.person(by=us.ada)
    lid, _ = promises.make(by=us.ada, now=now, words="We send a lid", due_at=now + timedelta(hours=3), person=bea)
    promises.make(by=us.ben, now=now, words="We pay the rest", person=bea)
    Promise.objects.filter(pk=lid.pk).update(due_at=now - timedelta(hours=1))

    mine, late = words(ada.get("/promises/")), words(ada.get("/promises/?tab=late", follow=True))
    everything = words(ada.get("/promises/?whose=all&state=all"))
    assert ("We send a lid" in mine, "We pay the rest" in mine, "We pay the rest" in everything) == (True, False, True)
    assert "t-late" in late
    assert f'formaction="/promises/{lid.pk}/do/" name="do" value="keep"' in late
    assert "Nothing fits" in words(ada.get("/promises/?whose=team&state=broken"))

    def do(act, **told):
        shown = ada.post(f"/promises/{lid.pk}/do/", {"do": act, **told}, follow=True)
        lid.refresh_from_db()
        return words(shown)

    soon = (now + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    assert "Reason is missing" in do("move", due_at=soon)
    assert "Moved to" in do("move", due_at=soon, reason="No lids")
    assert "Ben sees to it now" in do("hand", to=us.ben.pk)
    assert "Tell the customer" in do("keep")
    assert "The customer knows" in do("tell")
    assert (lid.state, lid.owner, lid.told_at is not None) == ("kept", us.ben, True)
    assert "Open again" in do("reopen")
    assert "Noted as broken" in do("break", reason="Sold out")
    assert ada.post(f"/promises/{lid.pk}/do/", {"do": "sing"}).status_code == 404
    assert signed_in(us.cleo).get(f"/promises/{lid.pk}/").status_code == 404


def test_they_stand_beside_the_customer_the_case_and_the_conversation_and_on_today(us):
    now, ada = clock.now(), signed_in(us.ada)
    turn = cast.turn(cast.answerable(us))
    bea = cast.person(by=us.ada)
    Profile.objects.filter(pk=turn.conversation.opener_id).update(person=bea)
    turn = Turn.objects.select_related("conversation__opener__person__canonical").get(pk=turn.pk)
    case, _ = cases.open_case(by=us.ada, now=now, title="Leaks", conversation=turn.conversation)
    said = cast.said(turn.conversation.source, cast.event("p2", "We will send a lid tomorrow.", reply_to="p1"))[0]

    form = words(ada.get(f"/promises/new/?message={said.pk}"))
    told = {
        "words": "We send a lid",
        "conversation": turn.pk,
        "due_at": "2020-01-01T09:00",
        "back": f"/inbox/{turn.pk}/",
    }
    refused = ada.post("/promises/new/", told)
    made = ada.post("/promises/new/", {**told, "due_at": (now + timedelta(hours=5)).strftime("%Y-%m-%dT%H:%M")})

    assert 'value="We will send a lid tomorrow."' in form
    assert (refused.status_code, "Still to come" in words(refused)) == (422, True)
    assert (made.status_code, made.headers["Location"]) == (302, f"/inbox/{turn.pk}/")
    ways = (f"/customers/{bea.pk}/", f"/cases/{case.pk}/", f"/inbox/{turn.pk}/", "/", "/promises/")
    assert [way for way in ways if "We send a lid" not in words(ada.get(way))] == []
    assert Promise.objects.get().case == case
