"""What the label of a presence changes for the machine."""

import pytest
from django.db.models import Q

from cast import NOW, person, staff
from mutuals.connectors.contract import Handle
from mutuals.identity import link, live
from mutuals.identity.models import Edge
from mutuals.identity.tests.test_live import SITE, presence, town
from mutuals.people import labels, profiles
from mutuals.people.models import Profile

pytestmark = pytest.mark.django_db


def holder_of(row):
    return Profile.objects.get(pk=row.pk).person


def known_by_one_account(us):
    bea = person("Bea Brandmeyer", by=us.ada)
    first = presence("brandmeyer.b", network="linkedin")
    for row in (first, presence("kettlefan_7", sites=SITE)):
        link.confirm(row, person=bea, by=us.ada, now=NOW)
    town(us)
    return first


@pytest.mark.parametrize("word", labels.LABELS)
def test_two_accounts_where_a_person_has_one_are_allowed_once_one_is_not_personal(word):
    us = staff()
    first = known_by_one_account(us)
    labels.label(first, to=word, by=us.ada, now=NOW)

    fresh = presence("kettlefan_7", network="linkedin", shown="Bea Brandmeyer", sites=SITE)
    live.drain(now=NOW)

    edge = Edge.objects.get(Q(a=fresh) | Q(b=fresh), until=None)
    against = [clue["words"] for clue in edge.because if clue["clue"] == "conflict"]
    assert [words for words in against if "wo accounts of linkedin" in words] == against
    assert bool(against) is (word in ("", "personal"))


@pytest.mark.parametrize(("word", "is_linked"), [("work", True), ("shared", False), ("bot", False)])
def test_no_machine_links_what_is_shared_or_a_bot_and_it_may_once_that_is_taken_back(word, is_linked):
    us = staff()
    bea = person("Bea Brandmeyer", by=us.ada)
    link.confirm(presence("bea.pours", sites=SITE), person=bea, by=us.ada, now=NOW)
    town(us)
    fresh = presence("bea.pours", network="instagram", shown="Bea Brandmeyer", sites=SITE)

    labels.label(fresh, to=word, by=us.ada, now=NOW)
    live.drain(now=NOW)
    before = holder_of(fresh)
    labels.label(fresh, to="", by=us.ada, now=NOW)
    live.drain(now=NOW)

    assert (before == bea) is is_linked
    assert holder_of(fresh) == bea


def test_what_staff_call_personal_stays_so_though_its_network_calls_it_a_bot():
    us = staff()
    row = presence("bea.pours", is_bot=True)
    first = row.is_bot

    labels.label(row, to="personal", by=us.ada, now=NOW)
    said = [presence("bea.pours", is_bot=True, shown=name).is_bot for name in ("", "Bea")]
    labels.label(row, to="", by=us.ada, now=NOW)
    again = presence("bea.pours", is_bot=True).is_bot

    assert (first, said, again) == (True, [False, False], True)


def test_a_replay_of_a_labelled_bot_writes_nothing():
    us = staff()
    row = presence("bea.pours", is_bot=True)
    labels.label(row, to="work", by=us.ada, now=NOW)
    handle = Handle("mastodon", "mastodon:bea.pours", "@bea.pours", is_bot=True)
    before = Profile.objects.values_list("changed_at").get(pk=row.pk)

    profiles.ensure([handle], now=NOW.replace(year=NOW.year + 1))

    assert Profile.objects.values_list("changed_at").get(pk=row.pk) == before
