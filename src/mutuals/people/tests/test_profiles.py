from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mutuals.connectors.contract import Handle
from mutuals.people import erased, profiles
from mutuals.people.models import Person, Profile
from mutuals.people.names import email_key, fold, phone_key, tidy

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
BEA = Handle("mastodon", "https://brew.example/u/9", "@bea@brew.example", shown="Bea", url="https://brew.example/@bea")


def test_a_handle_becomes_one_profile_however_often_it_comes() -> None:
    first = profiles.ensure([BEA, BEA], now=NOW)

    again = profiles.ensure([BEA], now=NOW)

    assert first == again
    assert Profile.objects.get().shown == "Bea"


def test_a_replay_only_reads() -> None:
    profiles.ensure([BEA, Handle("email", "bo@kettle.example", "bo@kettle.example")], now=NOW)

    with CaptureQueriesContext(
        connection,
    ) as asked:
        profiles.ensure([BEA, Handle("email", "bo@kettle.example", "bo@kettle.example")], now=NOW)

    assert [query["sql"].split()[0] for query in asked] == ["SELECT"]


def test_a_new_display_name_is_taken_in_two_statements_and_an_empty_one_changes_nothing() -> None:
    profiles.ensure([BEA], now=NOW)

    with CaptureQueriesContext(connection) as asked:
        profiles.ensure([Handle(BEA.network, BEA.key, "", shown="Bea Kettle")], now=NOW)

    assert len(asked) == 2
    profile = Profile.objects.get()
    assert (profile.name, profile.shown, profile.url) == (
        "@bea@brew.example",
        "Bea Kettle",
        "https://brew.example/@bea",
    )


def test_who_was_known_by_their_page_alone_is_the_same_when_their_id_is_met() -> None:
    page = Handle("mastodon", BEA.url, BEA.name, url=BEA.url)
    before = profiles.ensure([page], now=NOW)[page.network, page.key]
    person = Person.objects.create(name="Bea Brand")
    Profile.objects.filter(pk=before.id).update(person=person)

    met = profiles.ensure([BEA], now=NOW)[BEA.network, BEA.key]
    with CaptureQueriesContext(connection) as asked:
        again = profiles.ensure([BEA], now=NOW)[BEA.network, BEA.key]

    assert (met.id, met.person_id) == (before.id, person.pk)
    assert met == again
    assert len(asked) == 1
    assert Profile.objects.get().key == BEA.key


def test_a_page_and_an_id_that_come_together_are_one_with_the_row_of_the_page() -> None:
    page = Handle("mastodon", BEA.url, BEA.name, url=BEA.url)
    before = profiles.ensure([page], now=NOW)[page.network, page.key]

    found = profiles.ensure([Handle("mastodon", BEA.url, "", shown="Somebody", url=BEA.url), BEA], now=NOW)

    assert {one.id for one in found.values()} == {before.id}
    assert Profile.objects.get().key == BEA.key


def test_a_page_leads_to_whom_we_know_by_their_id_whichever_came_first() -> None:
    page = Handle("mastodon", BEA.url, BEA.name, url=BEA.url)

    together = profiles.ensure([page, BEA], now=NOW)
    later = profiles.ensure([page], now=NOW)
    once_more = profiles.ensure([page, BEA], now=NOW)

    assert len({one.id for found in (together, later, once_more) for one in found.values()}) == 1
    assert [set(found) for found in (together, later)] == [
        {(page.network, page.key), (BEA.network, BEA.key)},
        {(page.network, page.key)},
    ]
    kept = Profile.objects.get()
    assert (kept.key, kept.shown) == (BEA.key, "Bea")


@pytest.mark.parametrize(
    "claims",
    [
        Handle("mastodon", "https://evil.example/u/9", BEA.name, url=BEA.url),
        Handle("mastodon", "https://brew.example@evil.example/u/9", BEA.name, url=BEA.url),
        Handle("mastodon", BEA.key, "bo@brew.example", url=BEA.url),
        Handle("mastodon", BEA.key, "", url=BEA.url),
        Handle("pixels", BEA.key, BEA.name, url=BEA.url),
        Handle("mastodon", "https://[brew.example", BEA.name, url=BEA.url),
    ],
    ids=["another server", "a name in the address", "another name", "no name", "another network", "no address"],
)
@pytest.mark.parametrize("is_known", [True, False])
def test_a_page_is_not_taken_over_by(claims: Handle, is_known: bool) -> None:
    page = Handle("mastodon", BEA.url, BEA.name, url=BEA.url)
    first, second = (page, claims) if is_known else (claims, page)
    before = profiles.ensure([first], now=NOW)[first.network, first.key]

    after = profiles.ensure([second], now=NOW)[second.network, second.key]

    assert after.id != before.id
    assert Profile.objects.count() == 2


def test_presences_that_are_two_already_stay_two_and_ours_keeps_its_key() -> None:
    page = Handle("mastodon", BEA.url, BEA.name, url=BEA.url)
    ours = profiles.ensure([page], now=NOW)[page.network, page.key]
    Profile.objects.filter(pk=ours.id).update(is_ours=True)

    met = profiles.ensure([page, BEA], now=NOW)
    again = profiles.ensure([page, BEA], now=NOW)

    assert met == again
    assert met[page.network, page.key].id == ours.id != met[BEA.network, BEA.key].id


def test_what_a_stranger_writes_cannot_break_the_table() -> None:
    hostile = Handle("rss", "k\0" + "x" * 3000, "n" * 900, shown="a\0\ud800b", url="javascript:alert(1)", bio="\0" * 9)
    twin = Handle("rss", "k" + "x" * 2999 + "y", "other")

    found = profiles.ensure([hostile, twin], now=NOW)

    assert len({one.id for one in found.values()}) == 2
    kept = Profile.objects.get(pk=found[hostile.network, hostile.key].id)
    assert (len(kept.key), len(kept.name), kept.shown, kept.url, kept.fields) == (512, 200, "a?b", "", {})


@pytest.mark.parametrize("handle", [Handle("", "1", "x"), Handle("rss", " \0", "x")])
def test_a_handle_that_points_at_nobody_is_refused(handle: Handle) -> None:
    with pytest.raises(ValueError, match="without"):
        profiles.ensure([handle], now=NOW)


def test_an_erased_handle_is_known_again_and_nothing_of_it_can_be_read() -> None:
    erased.keep_out([("email", "bea@kettle.example")], now=NOW)

    found = erased.which([("email", "bea@kettle.example"), ("email", "bo@kettle.example")])

    assert found == {("email", "bea@kettle.example")}
    assert erased.keep_out([("email", "bea@kettle.example")], now=NOW) == 0


@pytest.mark.parametrize(
    ("text", "folded"),
    [("Łucja  MÜLLER", "lucja muller"), ("Straße", "strasse"), ("José\u00a0Ångström", "jose angstrom"), ("", ""),
     ("山田 太郎", "山田 太郎"), ("ＢＥＡ", "bea")],
)  # fmt: skip
def test_names_fold_to_what_people_type(text: str, folded: str) -> None:
    assert fold(text) == folded
    assert fold(folded) == folded


def test_addresses_and_numbers_have_one_writing() -> None:
    assert email_key(" Bea@Kettle.Example ") == "bea@kettle.example"
    assert email_key("lena.at.ostrow") == ""
    assert phone_key("0221 123456", region="DE") == "+49221123456"
    assert tidy(" a\u0007  b ", at_most=9) == "a b"


def test_a_site_that_no_longer_leads_back_is_no_longer_kept_as_proven() -> None:
    told = Handle("mastodon", "https://a.example/users/bea", "bea", proven_sites=("https://bea.example",))

    first = profiles.ensure([told], now=NOW)
    profiles.ensure([Handle("mastodon", told.key, "bea")], now=NOW)
    between = Profile.objects.get(key=told.key).fields["proven_sites"]["value"]
    profiles.ensure([Handle("mastodon", told.key, "bea", proven_sites=())], now=NOW)

    row = Profile.objects.get(pk=first["mastodon", told.key].id)
    assert between == ["https://bea.example"]
    assert row.fields["proven_sites"]["value"] == []


def test_what_a_presence_says_of_itself_is_kept_by_what_it_is() -> None:
    since = datetime(2022, 11, 8, tzinfo=UTC)
    told = Handle(
        "mastodon", "k", "bea", avatar="https://a.example/b.png", place="Porto", organisation="Kettles", since=since
    )

    profiles.ensure([told], now=NOW)

    fields = {name: one["value"] for name, one in Profile.objects.get(key="k").fields.items()}
    assert fields == {
        "avatar": "https://a.example/b.png",
        "place": "Porto",
        "employer": "Kettles",
        "since": "2022-11-08T00:00:00+00:00",
    }
