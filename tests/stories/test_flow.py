"""One message's way through the house."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cast import NOW, event, minutes, person, profile, said, source, staff
from mutuals import flow
from mutuals.capture import receive
from mutuals.capture.models import RawEvent
from mutuals.connectors.contract import Raw
from mutuals.conversations.models import Conversation
from mutuals.history import queries, search
from mutuals.history.models import Interaction, Revision, Tombstone
from mutuals.identity import link
from mutuals.inbox.models import Turn
from mutuals.people.models import Profile

pytestmark = pytest.mark.django_db


def texts(**where) -> list[str]:
    return list(Interaction.objects.filter(**where).order_by("occurred_at", "pk").values_list("text", flat=True))


def test_a_doubled_delivery_is_stored_once():
    """G1, P7."""
    square = source(owner=staff().olga)

    said(square, event("p1"))
    said(square, event("p1"), event("p1"))

    assert Interaction.objects.count() == 1
    assert Conversation.objects.get().message_count == 1
    assert Turn.objects.get().unread == 1


def test_an_edit_keeps_the_earlier_wording_and_an_old_one_does_not_come_back():
    """G1."""
    square = source(owner=staff().olga)
    said(square, event("p1", "It leeks."))

    said(square, event("p1", "It leaks.", type="update"), now=NOW + minutes(1))
    backfill = Raw(key="backfill", body=json.dumps(event("p1", "It leeks.")).encode())
    receive.keep(square, [backfill], cursor=None, now=NOW + minutes(2))
    flow.run(square.pk)

    assert texts() == ["It leaks."]
    assert Revision.objects.get().text == "It leeks."


def test_our_own_words_read_back_from_the_network_keep_our_wording_until_they_are_edited():
    """G1."""
    square = source(owner=staff().olga)
    sent = Interaction.objects.create(
        source=square, key="own", direction="out", status="sent", text="We are *sorry*.", network="town", kind="reply",
        is_public=True, occurred_at=NOW, received_at=NOW,
    )  # fmt: skip

    said(square, event("own", "We are sorry."), now=NOW + minutes(1))
    sent.refresh_from_db()
    heard = (sent.text, sent.edited_at, sent.revision != "")
    said(square, event("own", "We are very sorry.", type="update", at=NOW + minutes(2)), now=NOW + minutes(2))

    assert heard == ("We are *sorry*.", None, True)
    assert texts() == ["We are very sorry."]
    assert Revision.objects.get().text == "We are *sorry*."


def test_a_deletion_blanks_everything_and_a_backfill_cannot_bring_it_back():
    """K9."""
    square = source(owner=staff().olga)
    said(square, event("p1", "My secret address is Mill Lane 4."))
    said(square, event("p1", "My secret address is Mill Lane 5.", type="update"))

    said(square, {"type": "delete", "id": "p1", "at": NOW.isoformat()}, now=NOW + minutes(3))
    said(square, event("p1", "My secret address is Mill Lane 4.", url="https://town.example/p1"), now=NOW + minutes(4))

    row = Interaction.objects.get()
    assert (row.status, row.text, row.url) == ("deleted", "", "")
    assert not Revision.objects.exists()
    assert Conversation.objects.get().snippet == ""
    assert not [raw for raw in RawEvent.objects.order_by("pk")[:3] if b"Mill Lane" in bytes(raw.body)]


def test_a_deletion_that_comes_before_its_message_wins():
    """K9."""
    square = source(owner=staff().olga)

    said(square, {"type": "delete", "id": "p1", "at": NOW.isoformat()})
    said(square, event("p1"))

    assert not Interaction.objects.exists()
    assert Tombstone.objects.get().key == "p1"


def test_a_thread_is_one_conversation_in_whatever_order_it_arrives():
    """G2, P14."""
    square = source(owner=staff().olga)

    said(square, event("p3", "Third", reply_to="p2", at=NOW + minutes(2)))
    said(square, event("p1", "First", at=NOW))
    apart = Conversation.objects.count()
    said(square, event("p2", "Second", reply_to="p1", at=NOW + minutes(1)))
    said(square, event("p4", "Fourth", reply_to="p3", at=NOW + minutes(3)))

    one = Conversation.objects.get()
    assert apart == 2
    assert texts(conversation=one) == ["First", "Second", "Third", "Fourth"]
    assert (one.message_count, one.last_at, one.started_at) == (4, NOW + minutes(3), NOW)
    assert Turn.objects.get().unread == 4


def test_one_bad_event_is_put_aside_and_holds_nobody_up():
    """J6."""
    square = source(owner=staff().olga)
    good = [Raw(key=f"g{n}", body=json.dumps(event(f"p{n}")).encode()) for n in range(5)]
    bad = Raw(key="bad", body=b'{"type": "create", "id": "x", "text": "' + b"\xff" * 9)

    receive.keep(square, [*good[:2], bad, *good[2:]], cursor=None, now=NOW)
    flow.run(square.pk)

    assert Interaction.objects.count() == 5
    assert RawEvent.objects.get(state="parked").reason


def test_a_profile_is_known_by_its_id_and_follows_its_handle():
    """D3, D7."""
    square = source(owner=staff().olga)

    said(square, event("p1", author={"network": "town", "id": "7", "name": "@old"}))
    said(square, event("p2", author={"network": "town", "id": "7", "name": "@new"}))

    assert Profile.objects.get().name == "@new"
    assert Profile.objects.get().person is None


def test_an_unknown_author_stays_unknown():
    """D7."""
    square = source(owner=staff().olga)

    said(square, {key: value for key, value in event("p1").items() if key != "author"})

    assert Interaction.objects.get().profile is None
    assert not Profile.objects.exists()


def test_an_address_that_the_network_vouches_for_leads_to_its_person_and_says_why():
    """D1, D4."""
    us = staff()
    bea = person("Bea Brand", by=us.ada, email="bea@harbour.example")
    person("Bo Brand", by=us.ada, email="bo@harbour.example")
    square = source(owner=us.olga)

    who = {"network": "town", "id": "7", "name": "@bea", "email_verified": "Bea@Harbour.example"}
    said(square, event("p1", author=who))

    found = Profile.objects.get(network="town")
    assert found.person == bea
    assert [(one.state, one.because[0]["clue"]) for one in link.links_of(bea) if one.profile == found] == [
        ("proven", "town vouches for the same email")
    ]
    bea.refresh_from_db()
    assert (bea.interaction_count, bea.last_at) == (1, NOW)


def test_two_accounts_of_one_person_make_one_history_that_shows_each_handle():
    """D3, G1."""
    us = staff()
    bea = person(by=us.ada, email="bea@harbour.example")
    square = source(owner=us.olga)
    said(square, event("p1", "Here", who="bea"), event("p2", "There", who="oats", at=NOW + minutes(1)))
    for one in Profile.objects.filter(network="town"):
        link.confirm(one, person=bea, by=us.ada, now=NOW)

    with CaptureQueriesContext(
        connection,
    ) as asked:
        walk = queries.timeline(list(Profile.objects.filter(person=bea).values_list("pk", flat=True)))

    assert [(row.text, row.profile.name) for row in walk.rows] == [("There", "@oats"), ("Here", "@bea")]
    assert len(asked) <= 3


def test_a_profile_that_was_taken_away_keeps_its_words_and_is_not_linked_again_by_a_machine():
    """D2, D5."""
    us = staff()
    bea = person(by=us.ada, email="bea@harbour.example")
    square = source(owner=us.olga)
    who = {"network": "town", "id": "7", "name": "@bea", "email_verified": "bea@harbour.example"}
    said(square, event("p1", author=who))

    link.reject(Profile.objects.get(network="town"), by=us.ada, now=NOW)
    said(square, event("p2", author=who))

    bea.refresh_from_db()
    assert Profile.objects.get(network="town").person is None
    assert Interaction.objects.filter(profile__network="town").count() == 2
    assert bea.interaction_count == 0


def test_a_linked_profile_is_never_moved_to_somebody_else():
    """D2, P2."""
    us = staff()
    bea, bo = person(by=us.ada, email="b@x.example"), person("Bo Brand", by=us.ada, email="bo@x.example")
    handle = profile()
    link.confirm(handle, person=bea, by=us.ada, now=NOW)

    with pytest.raises(link.Taken):
        link.confirm(handle, person=bo, by=us.ada, now=NOW)

    handle.refresh_from_db()
    assert handle.person == bea


def test_words_are_found_newest_first_and_walked_on():
    """P13."""
    square = source(owner=staff().olga)
    said(square, *[event(f"p{n}", f"The kettle beeps {n}", at=NOW + minutes(n)) for n in range(30)], event("q", "Tea"))

    first = search.find("kettle beeps")
    rest = search.find('"kettle beeps"', after=first.after)

    assert [row.text[-2:] for row in first.rows][:2] == ["29", "28"]
    assert len(first.rows) + len(rest.rows) == 30
    assert search.count("kettle") == search.Hit(30, is_exact=True)
    assert search.find("kettle -beeps").rows == []


@pytest.mark.parametrize(
    "hostile", ["'; DROP TABLE x; --", "<script>alert(1)</script>", "((((", "\0", '"', "a:*|!b", "😀" * 400]
)
def test_no_search_text_can_break_anything(hostile):
    """P13."""
    source(owner=staff().olga)

    assert search.find(hostile).rows == []
    assert search.count(hostile).count == 0
