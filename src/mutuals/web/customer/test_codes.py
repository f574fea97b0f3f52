"""The button that sends a code, and what it says."""

import pytest
from django.test import Client

import cast
from mutuals.capture.models import Outgoing
from mutuals.capture.tests.tiny import installed
from mutuals.identity import link
from mutuals.identity.models import Challenge
from mutuals.people.models import Profile

pytestmark = pytest.mark.django_db


@pytest.fixture
def us():
    with installed():
        yield cast.staff()


def bea_of(us, *, public):
    square = cast.answerable(us)
    cast.turn(square, public=public)
    bea = cast.person(by=us.ada)
    link.confirm(Profile.objects.get(network="town"), person=bea, by=us.ada, now=cast.NOW)
    return bea


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def test_a_code_is_sent_from_the_customers_page(us):
    bea = bea_of(us, public=False)
    client = signed_in(us.ada)

    page = client.get(f"/customers/{bea.pk}/").content.decode()
    answer = client.post(f"/customers/{bea.pk}/code/", follow=True).content.decode()

    assert f'action="/customers/{bea.pk}/code/"' in page
    assert "A code goes to @bea." in answer
    assert Outgoing.objects.count() == 1


def test_the_page_says_why_no_code_can_be_sent(us):
    bea = bea_of(us, public=True)

    answer = signed_in(us.ada).post(f"/customers/{bea.pk}/code/", follow=True).content.decode()

    assert "not written to us in private" in answer
    assert not Challenge.objects.exists()


def test_a_contractor_sends_no_code(us):
    bea = bea_of(us, public=False)

    answer = signed_in(us.cleo).post(f"/customers/{bea.pk}/code/")

    assert answer.status_code == 403
