"""A code leaves where only its reader sees it, or not at all."""

import re

import pytest

import cast
from cast import NOW, minutes
from mutuals.capture.models import Outgoing
from mutuals.identity import link
from mutuals.identity.models import Challenge
from mutuals.inbox import codes
from mutuals.inbox.answer import CannotAnswer
from mutuals.people.models import Person, Profile
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db


def bea_of(us, square, **told):
    """Bea, who wrote once."""
    cast.turn(square, **told)
    bea = cast.person(by=us.ada)
    link.confirm(Profile.objects.get(network="town"), person=bea, by=us.ada, now=NOW)
    return Person.objects.get(pk=bea.pk)


def test_a_code_goes_out_in_private_and_whoever_sends_it_back_is_linked(us, square):
    bea = bea_of(us, square, public=False)

    sent = codes.send(bea, by=us.ada, now=NOW + minutes(1))
    code = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]+", sent.message.text)[0]
    row = cast.said(square, cast.event("c1", f"Here: {code}", who="pours", at=NOW + minutes(9)), now=NOW + minutes(9))[
        0
    ]

    assert (sent.message.is_public, Outgoing.objects.count()) == (False, 1)
    assert Profile.objects.get(pk=row.profile_id).person_id == bea.pk


def test_nobody_is_sent_a_code_where_everybody_reads_it(us, square):
    bea = bea_of(us, square, public=True)

    with pytest.raises(CannotAnswer, match="in private"):
        codes.send(bea, by=us.ada, now=NOW + minutes(1))

    assert not Challenge.objects.exists()
    assert not Outgoing.objects.exists()


def test_nobody_is_sent_a_code_where_somebody_else_spoke_last(us, square):
    bea = bea_of(us, square, public=False)
    cast.said(
        square, cast.event("p2", reply_to="p1", who="bo", public=False, at=NOW + minutes(1)), now=NOW + minutes(1)
    )

    with pytest.raises(CannotAnswer, match="Somebody else"):
        codes.send(bea, by=us.ada, now=NOW + minutes(2))

    assert not Challenge.objects.exists()


def test_who_may_not_link_sends_no_code(us, square):
    bea = bea_of(us, square, public=False)

    with pytest.raises(NotAllowed):
        codes.send(bea, by=us.cleo, now=NOW)


def test_a_source_that_cannot_be_answered_says_so_and_keeps_no_code(us, square):
    bea = bea_of(us, square, public=False)
    square.state = "paused"
    square.save()

    with pytest.raises(CannotAnswer, match="paused"):
        codes.send(bea, by=us.ada, now=NOW)

    assert not Challenge.objects.exists()
