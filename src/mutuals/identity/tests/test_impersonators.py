"""Whoever copies a customer, or gets the handle that one gave up, is asked about and never linked by a machine."""

import json

import pytest

from cast import NOW, person, staff
from mutuals import privacy
from mutuals.identity import link, live, review
from mutuals.identity.models import Edge, Known, Link, LinkState, Verdict
from mutuals.identity.tests.test_live import presence, town
from mutuals.people.models import Profile
from mutuals.staff.models import User

pytestmark = pytest.mark.django_db
SITE = "https://beapours.garden/"
TOLD = {"shown": "Bea Brandmeyer", "sites": (SITE,), "bio": f"I pour. {SITE}", "place": "Porto"}


def pictured(row):
    """The same picture as everybody here has."""
    picture = {"value": "a1b2c3d4e5f60718", "at": NOW.isoformat(), "by": "https://town.garden/bea.png"}
    Profile.objects.filter(pk=row.pk).update(fields=row.fields | {"picture": picture})
    return row


def bea():
    """A customer whose site stands in our records, with an account on one network."""
    us = staff()
    made = person("Bea Brandmeyer", by=us.ada, email="bea@beapours.garden", city="Porto")
    own = Profile.objects.get(network="mutuals", person=made)
    own.fields["website"] = {"value": SITE, "at": NOW.isoformat(), "by": "import:1"}
    own.save(update_fields=["fields"])
    hers = pictured(presence("bea.pours@town.garden", **TOLD))
    link.confirm(hers, person=made, by=us.ada, now=NOW)
    town(us)
    live.drain(now=NOW)
    return made


@pytest.mark.parametrize("network", ["mastodon", "instagram"])
def test_a_copy_of_name_picture_and_words_that_links_to_the_site_is_asked_about(network):
    bea()

    copies = [pictured(presence(name, network=network, **TOLD)) for name in ("realbea99", "kettlefan")]
    live.drain(now=NOW)

    assert not Profile.objects.filter(pk__in=[row.pk for row in copies]).exclude(person=None).exists()
    assert not Link.objects.filter(profile__in=copies).exclude(state=LinkState.SUGGESTED).exists()
    asked = Edge.objects.filter(b__in=copies, until=None) | Edge.objects.filter(a__in=copies, until=None)
    assert Verdict.UNSURE in set(asked.values_list("verdict", flat=True))


def test_a_handle_that_somebody_else_got_is_another_presence():
    made = bea()
    before = Profile.objects.get(network="mastodon", person=made)

    fresh = Profile.objects.create(network="mastodon", key="https://town.garden/users/2", name=before.name)
    live.drain(now=NOW)

    assert Profile.objects.get(pk=fresh.pk).person is None
    assert Profile.objects.get(pk=before.pk).person == made


def test_the_same_name_and_handle_on_another_server_is_asked_about():
    made = bea()

    copy = presence("bea.pours@evil.example", shown="Bea Brandmeyer")
    live.drain(now=NOW)

    assert Profile.objects.get(pk=copy.pk).person is None
    suggested = Link.objects.get(profile=copy, until=None)
    assert (suggested.state, suggested.person) == (LinkState.SUGGESTED, made)
    assert "two servers of mastodon" in str(suggested.because)


def test_a_look_alike_of_one_that_staff_refused_is_asked_about():
    made, ada = bea(), User.objects.get(name="Ada")
    first = presence("bea.pours.bsky.example", network="bluesky", shown="Bea Brandmeyer", sites=(SITE,))
    live.drain(now=NOW)
    review.answer(Edge.objects.get(b=first, until=None), Verdict.DIFFERENT, by=ada, now=NOW)
    live.drain(now=NOW)

    copy = presence("bea.pours.evil.example", network="bluesky", shown="Bea Brandmeyer", sites=(SITE,))
    live.drain(now=NOW)

    held = Link.objects.get(profile=copy, until=None)
    assert (held.state, held.person) == (LinkState.SUGGESTED, made)
    assert "staff said of another presence" in str(held.because)


def test_the_handle_of_somebody_refused_goes_with_them_when_they_are_erased():
    made, ada = bea(), User.objects.get(name="Ada")
    first = presence("bea.pours.bsky.example", network="bluesky", shown="Bea Brandmeyer", sites=(SITE,))
    live.drain(now=NOW)
    review.answer(Edge.objects.get(b=first, until=None), Verdict.DIFFERENT, by=ada, now=NOW)
    live.drain(now=NOW)
    theirs = person("Zed", by=ada)
    link.confirm(Profile.objects.get(pk=first.pk), person=theirs, by=ada, now=NOW)
    before = json.loads(Known.objects.get(person=made).row)["refused"]

    privacy.erase(theirs, by=User.objects.get(name="Olga"), now=NOW)
    live.drain(now=NOW)

    assert before == ["bea"]
    assert json.loads(Known.objects.get(person=made).row).get("refused") is None


def test_a_handle_that_only_spells_the_name_is_no_second_kind_of_clue():
    us = staff()
    made = person("Peter Thompson", by=us.ada)
    own = presence("peterthompson@town.garden", shown="Peter Thompson")
    link.confirm(own, person=made, by=us.ada, now=NOW)
    town(us)
    live.drain(now=NOW)

    namesake = presence("peterthompson.bsky.example", network="bluesky", shown="Peter Thompson")
    live.drain(now=NOW)

    assert Profile.objects.get(pk=namesake.pk).person is None
