"""Answers about whose a profile is, given by two at once."""

import pytest

import cast
from cast import NOW, person, staff
from mutuals.identity import link
from mutuals.identity.models import Link, LinkState
from mutuals.people.models import Profile

pytestmark = pytest.mark.django_db


def test_a_link_that_two_reject_at_once_ends_once():
    us = staff()
    link.confirm(cast.profile(), person=person(by=us.ada), by=us.ada, now=NOW)
    one, two = (Profile.objects.select_related("person").get(network="mastodon") for _ in range(2))

    link.reject(one, by=us.ada, now=NOW)
    with pytest.raises(ValueError, match="nobody yet"):
        link.reject(two, by=us.ben, now=NOW)

    assert Link.objects.filter(state=LinkState.REJECTED).count() == 1


def test_a_link_that_somebody_gave_to_another_person_meanwhile_is_not_ended_for_the_first():
    us = staff()
    bea, bo = person(by=us.ada), person("Bo Brand", by=us.ada)
    link.confirm(cast.profile(), person=bea, by=us.ada, now=NOW)
    read = Profile.objects.select_related("person").get(network="mastodon")
    link.reject(Profile.objects.get(pk=read.pk), by=us.ben, now=NOW)
    link.confirm(Profile.objects.get(pk=read.pk), person=bo, by=us.ben, now=NOW)

    with pytest.raises(link.Taken, match="another person's"):
        link.reject(read, by=us.ada, now=NOW)

    assert Profile.objects.get(pk=read.pk).person == bo
