"""Who speaks as us is nobody's account."""

import pytest
from django.db.models import Q

from cast import NOW, person, source, staff
from mutuals.channels import presences
from mutuals.connectors.contract import Handle
from mutuals.identity import link, live, ours
from mutuals.identity.models import Edge, Link
from mutuals.identity.proofs.oauth import NotTaken, oauth
from mutuals.identity.tests.test_live import SITE, presence, town
from mutuals.people.models import Profile

pytestmark = pytest.mark.django_db


def bea_and_a_presence_like_hers(us):
    bea = person("Bea Brandmeyer", by=us.ada)
    link.confirm(presence("bea.pours", sites=SITE), person=bea, by=us.ada, now=NOW)
    town(us)
    return bea, presence("bea.pours", network="instagram", shown="Bea Brandmeyer", sites=SITE)


def add(us, row):
    return presences.add(source(owner=us.olga), by=us.olga, network=row.network, key=row.key, name="@us")


def test_a_presence_of_ours_is_compared_with_nobody():
    us = staff()
    _, row = bea_and_a_presence_like_hers(us)
    add(us, row)

    live.drain(now=NOW)

    row.refresh_from_db()
    assert (row.is_ours, row.person_id) == (True, None)
    assert not Edge.objects.filter(Q(a=row) | Q(b=row), until=None).exists()
    assert not Link.objects.filter(profile=row, until=None).exists()


def test_what_machines_thought_of_it_ends_once_it_is_known_as_ours_and_what_staff_said_stands():
    us = staff()
    bea, row = bea_and_a_presence_like_hers(us)
    live.drain(now=NOW)
    by_staff = presence("kettles.b", network="linkedin")
    link.confirm(by_staff, person=bea, by=us.ada, now=NOW)
    assert Profile.objects.get(pk=row.pk).person_id == bea.pk
    add(us, row)
    presences.add(source("Other", owner=us.olga), by=us.olga, network="linkedin", key=by_staff.key, name="@her")

    marked = ours.mark(now=NOW)

    assert marked == [row.pk]
    assert Profile.objects.get(pk=row.pk).person_id is None
    assert Profile.objects.get(pk=by_staff.pk).person_id == bea.pk
    assert ours.mark(now=NOW) == []


@pytest.mark.parametrize(
    "spelled",
    [
        "https://us.example/users/kettleworks",
        "https://US.example/users/KettleWorks",
        "https://us.example/users/kettleworks/",
    ],
)
def test_nobody_signs_in_with_an_account_of_ours_however_it_is_spelled(spelled):
    us = staff()
    bea = person("Bea Brandmeyer", by=us.ada)
    key = "https://us.example/users/kettleworks"
    presences.add(source(owner=us.olga), by=us.olga, network="mastodon", key=key, name="@kettleworks")

    with pytest.raises(NotTaken, match="our own"):
        oauth(bea, Handle("mastodon", spelled, "kettleworks"), now=NOW)

    assert not Profile.objects.filter(person=bea).exclude(network="mutuals").exists()
