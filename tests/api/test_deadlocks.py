"""Requests that meet another act of staff or of the worker in a deadlock."""

from contextlib import suppress
from time import sleep

import pytest
from django.db import OperationalError, transaction

import cast
from cast import NOW
from mutuals.base import journal
from mutuals.base.models import Once
from mutuals.identity import link
from mutuals.identity.tests.test_link import beside, somebody_waits
from mutuals.people import persons
from mutuals.people.models import Profile

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bea(staff):
    """Bea, with one presence."""
    made = cast.person(by=staff.ada)
    link.confirm(cast.profile(), person=made, by=staff.ada, now=NOW)
    return made


def met(ask, bea, row):
    """The answer to a request that holds the presence and waits for the person, whose holder then wants the presence.

    PostgreSQL looks once, when somebody has waited for `deadlock_timeout` (four seconds in tests), and sends back who looked.
    That is the request, as the other stands in line by then. Begun again, it may take the presence before the other has woken:
    then the other is sent back in its turn, which ends the story after three times as well.
    """
    told = []

    with transaction.atomic():
        persons.held(bea.pk)
        thread = beside(lambda: told.append(ask()))
        while thread.is_alive() and not somebody_waits():
            sleep(0.01)
        for _ in range(3):
            with suppress(OperationalError), transaction.atomic():
                list(Profile.objects.select_for_update().filter(pk=row.pk))
                break
    thread.join(120)
    return told[0]


@pytest.mark.parametrize("key", [{}, {"Idempotency_Key": "one"}], ids=["without a key", "with a key"])
def test_who_goes_back_in_a_deadlock_is_begun_again_and_done_once(ada, bea, key):
    row = Profile.objects.get(network="mastodon")

    answer = met(lambda: ada("POST", f"/profiles/{row.pk}/label", {"label": "shared"}, **key), bea, row)

    row.refresh_from_db()
    assert (answer.status_code, answer.json()["label"], row.label) == (200, "shared", "shared")
    assert [one.data["changes"]["label"] for one in journal.of(bea) if one.kind == "profile.labelled"] == [
        ["", "shared"]
    ]
    assert Once.objects.count() == len(key)


def test_after_a_deadlock_the_same_key_gets_the_same_answer_and_nothing_is_done_twice(ada, bea, caplog):
    row = Profile.objects.get(network="mastodon")

    def ask():
        return ada("POST", f"/profiles/{row.pk}/label", {"label": "shared"}, Idempotency_Key="one")

    first, again = met(ask, bea, row), ask()

    assert "went back: deadlock detected" in caplog.text
    assert (again.status_code, again.content, again["Idempotency-Replayed"]) == (200, first.content, "true")
    assert len([one for one in journal.of(bea) if one.kind == "profile.labelled"]) == 1
