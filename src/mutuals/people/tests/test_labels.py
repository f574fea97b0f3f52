"""What a presence is for, as staff say it."""

import pytest

import cast
from cast import NOW
from mutuals.base import journal
from mutuals.base.refusals import Refusal
from mutuals.people import labels
from mutuals.people.models import Person, Profile
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db


def test_a_shared_address_is_not_the_persons_own_any_more_and_the_journal_says_who_said_so():
    us = cast.staff()
    bea = cast.person(by=us.ada)
    row = Profile.objects.create(network="email", key="info@kettles.example", person=bea)

    before = labels.label(row, to="", by=us.ada, now=NOW).label
    labels.label(row, to="shared", by=us.ada, now=NOW)

    row.refresh_from_db()
    assert (before, row.label) == ("", "shared")
    assert Person.objects.get(pk=bea.pk).email == ""
    assert journal.of(bea).first().data["changes"] == {"label": ["", "shared"]}


def test_a_bot_is_a_label_as_well_and_can_be_taken_back():
    us = cast.staff()
    row = cast.profile()

    is_bot = labels.label(row, to="bot", by=us.ada, now=NOW).is_bot
    after = labels.label(row, to="personal", by=us.ada, now=NOW)

    assert (is_bot, after.is_bot, after.label) == (True, False, "personal")


def test_other_words_and_contractors_are_refused():
    us = cast.staff()
    row = cast.profile()

    with pytest.raises(Refusal, match="one of"):
        labels.label(row, to="friend", by=us.ada, now=NOW)
    with pytest.raises(NotAllowed):
        labels.label(row, to="work", by=us.cleo, now=NOW)

    assert Profile.objects.get(pk=row.pk).label == ""
