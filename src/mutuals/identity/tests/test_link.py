"""Answers about whose a profile is, given by two at once."""

from contextlib import suppress
from functools import partial
from threading import Barrier, Event, Thread
from time import sleep

import pytest
from django.db import connection

import cast
from cast import NOW, person, staff
from mutuals.identity import link
from mutuals.identity.models import LIVE, Link, LinkState
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


@pytest.mark.django_db(transaction=True)
def test_a_rejection_in_the_middle_of_a_confirmation_leaves_the_profile_whole():
    us = staff()
    bea, row = person(by=us.ada), cast.profile()
    read = Profile.objects.get(pk=row.pk)
    half_way, go_on = Event(), Event()

    def pause(execute, sql, params, many, context):
        if 'INSERT INTO "base_entry"' in sql:
            half_way.set()
            go_on.wait(120)
        return execute(sql, params, many, context)

    def confirming():
        with connection.execute_wrapper(pause):
            link.confirm(read, person=bea, by=us.ada, now=NOW)

    def rejecting():
        with suppress(ValueError):
            link.reject(Profile.objects.select_related("person").get(pk=row.pk), by=us.ben, now=NOW)

    first, second = beside(confirming), beside(rejecting, after=half_way)
    while second.is_alive() and not somebody_waits():
        sleep(0.01)
    go_on.set()
    first.join(120)
    second.join(120)

    assert is_whole(row)


@pytest.mark.django_db(transaction=True)
def test_two_who_confirm_and_two_who_reject_at_once_leave_a_profile_that_can_be_linked():
    us = staff()
    bea, row = person(by=us.ada), cast.profile()
    start = Barrier(4)

    def answer(act, **said):
        for _ in range(5):
            start.wait(120)
            with suppress(ValueError):
                act(Profile.objects.select_related("person").get(pk=row.pk), now=NOW, **said)

    yes, no = partial(answer, link.confirm, person=bea, by=us.ada), partial(answer, link.reject, by=us.ben)
    workers = [beside(one) for one in (yes, yes, no, no)]
    for one in workers:
        one.join(120)
    whole = is_whole(row)
    link.confirm(row, person=bea, by=us.ada, now=NOW)

    assert whole
    assert not start.broken
    assert is_whole(row)


def test_a_live_link_of_a_profile_that_is_nobodys_ends_when_somebody_is_linked():
    us = staff()
    bea, bo, row = person(by=us.ada), person("Bo Brand", by=us.ada), cast.profile()
    Link.objects.create(profile=row, person=bea, state=LinkState.CONFIRMED, by="staff:1", since=NOW)

    link.confirm(row, person=bo, by=us.ada, now=NOW)

    assert Profile.objects.get(pk=row.pk).person == bo
    assert Link.objects.get(profile=row, until=None).person == bo
    assert Link.objects.get(profile=row, person=bea).until == NOW


def beside(act, *, after=None):
    """`act` in a thread with a connection of its own, once `after` has happened."""

    def run():
        try:
            if after is not None:
                after.wait(120)
            act()
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    return thread


def somebody_waits():
    """Whether a connection to this database waits for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # else one transaction sees the same answer for ever
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone()[0] > 0


def is_whole(row):
    """A profile that is somebody's has one live link, to that person; one that is nobody's has none."""
    held = list(Link.objects.filter(profile=row, state__in=LIVE, until=None).values_list("person_id", flat=True))
    person_id = Profile.objects.get(pk=row.pk).person_id
    return held == ([] if person_id is None else [person_id])
