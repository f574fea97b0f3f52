"""The same words on two networks within minutes speak for one author, and never by themselves."""

from datetime import timedelta

import pytest

import cast
from cast import NOW, event, person, staff
from mutuals.identity import link, live
from mutuals.identity.models import Cited, Link, LinkState
from mutuals.identity.reading import echoes
from mutuals.identity.tests.test_live import town
from mutuals.people.models import Profile

pytestmark = pytest.mark.django_db
TEXT = (
    "The new kettle from @kettleworks whistles like a steam train, and the neighbours ask when it leaves the station."
)
ELSEWHERE = TEXT.replace("works", ".garden").replace("station.", "station. https://k.garden/1") + " #kettle"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def square():
    """A square where many networks meet, and Bea, whose presence on one of them we know."""
    us = staff()
    made = cast.source(owner=us.olga, team=us.service)
    bea = person("Bea Brandmeyer", by=us.ada)
    says(made, "Hello there", network="mastodon", who="bea", key="m0", at=NOW - 60 * MINUTE)
    link.confirm(Profile.objects.get(network="mastodon"), person=bea, by=us.ada, now=NOW)
    town(us)
    live.drain(now=NOW)
    return made, bea


def says(source, text, *, network="bluesky", who="kettlefan", key="m2", at=NOW, came_at=None, **more):
    told = event(key, text, at=at, **more)
    told["author"] = {"network": network, "id": who, "name": f"@{who}", "shown": "Bea B."}
    (row,) = cast.said(source, told, now=came_at or at)
    live.drain(now=at)
    return row


def clues(row):
    """The clues of its own kind that stand on what is thought of whoever said it."""
    rows = Link.objects.filter(profile=row.profile_id, until=None)
    return [one for held in rows for one in held.because if one["clue"] == "echoed"]


def test_what_bea_said_just_before_on_another_network_is_a_clue_with_the_post_where_it_was_seen(square):
    says(square[0], TEXT, network="mastodon", who="bea", key="m1", at=NOW - 3 * MINUTE)

    row = says(square[0], ELSEWHERE)

    (clue,) = clues(row)
    held = Link.objects.get(profile=row.profile_id, until=None)
    assert (held.person, held.state) == (square[1], LinkState.SUGGESTED)
    assert (clue["seen"], clue["family"]) == (f"interaction:{row.pk}", "reference")
    assert clue["weight"] == pytest.approx(7, abs=0.1)


def test_it_is_the_same_whoever_of_the_two_reaches_us_first(square):
    row = says(square[0], TEXT, at=NOW)

    says(square[0], TEXT, network="mastodon", who="bea", key="m1", at=NOW - 2 * MINUTE, came_at=NOW + MINUTE)
    live.drain(now=NOW)

    assert clues(row)


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("Have a nice day!", {}),
        (TEXT, {"at": NOW + 20 * MINUTE}),
        (TEXT, {"network": "mastodon"}),
        (TEXT, {"public": False, "kind": "message"}),
        (TEXT, {"came_at": NOW + 300 * MINUTE}),
    ],
)
def test_a_greeting_one_network_a_later_hour_and_private_words_say_nothing(square, text, more):
    says(square[0], text, network="mastodon", who="bea", key="m1", at=NOW - 3 * MINUTE)

    row = says(square[0], text, **more)

    assert not Cited.objects.exists()
    assert not clues(row)


def test_what_many_post_is_a_campaign(square):
    says(square[0], TEXT, network="mastodon", who="bea", key="m1", at=NOW - 3 * MINUTE)

    rows = [says(square[0], TEXT, network=f"net{number}", key=f"n{number}") for number in range(5)]

    assert not any(clues(row) for row in rows)
    assert not Cited.objects.filter(counts=True).exists()


def test_a_post_that_is_deleted_takes_the_clue_along(square):
    says(square[0], TEXT, network="mastodon", who="bea", key="m1", at=NOW - 3 * MINUTE)
    row = says(square[0], TEXT)

    gone = event("m1", "", type="delete", at=NOW + MINUTE)
    gone["author"] = {"network": "mastodon", "id": "bea", "name": "@bea"}
    cast.said(square[0], gone, now=NOW + MINUTE)
    live.drain(now=NOW)

    assert not clues(row)


@pytest.mark.parametrize("text", ["", "a " * 500_000, "https://x.garden/" * 10_000, "@" * 100_000, "\x00", "ok " * 60])
def test_a_text_without_words_of_its_own_has_no_mark(text):
    assert not echoes.mark(text)
