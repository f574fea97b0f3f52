"""D2, D9: who may be the same person is found without being asked, and nobody is linked by their name alone."""

import pytest
from django.db import connection

from cast import NOW, event, minutes, person, said, source, staff
from mutuals.capture import scheduler
from mutuals.identity import link, queries, review, sweep, walk
from mutuals.identity.models import Link, LinkState, Verdict
from mutuals.people.models import Profile

pytestmark = pytest.mark.django_db


def test_a_second_record_is_shown_to_staff_after_the_next_beat():
    us = staff()
    person("Bea Brandmeyer", by=us.ada, city="Porto", birthday="1971-06-02")
    person("Bea Brandmeyer", by=us.ada, city="Porto", birthday="1971-06-02")

    scheduler.beat(NOW)
    woken = jobs_named("identity.drain")
    sweep.drain(now=NOW + minutes(1))

    line = queries.queue(us.ada)[0]
    assert woken == 1
    assert (line.one.name, line.other.name) == ("Bea Brandmeyer", "Bea Brandmeyer")
    assert line.edge.probability > 0.2
    assert {"name", "place", "birth"} <= {clue["family"] for clue in line.edge.because}


def test_an_author_with_the_name_of_two_customers_is_linked_to_neither():
    us = staff()
    square = source(owner=us.olga)
    person("Bea Brandmeyer", by=us.ada)
    person("Bea Brandmeyer", by=us.ada)
    author = {"network": "town", "id": "kettlefan", "name": "@kettlefan", "shown": "Bea Brandmeyer"}

    said(square, event("p1", author=author))
    sweep.drain(now=NOW)

    row = Profile.objects.get(network="town", key="kettlefan")
    assert (row.shown, row.person) == ("Bea Brandmeyer", None)
    assert not Link.objects.filter(profile=row).exclude(state=LinkState.SUGGESTED).exists()


def test_two_who_are_never_the_same_are_not_shown_again_whatever_happens_to_them():
    us = staff()
    one, other = (person("Bea Brandmeyer", by=us.ada, birthday="1971-06-02") for _ in range(2))
    sweep.drain(now=NOW)
    pair = queries.queue(us.ada)[0].edge
    review.answer(pair, verdict=Verdict.DIFFERENT, by=us.ada, now=NOW)

    link.confirm(of_town("bea.pours"), person=one, by=us.ada, now=NOW)
    link.confirm(of_town("bea_pours"), person=other, by=us.ada, now=NOW)
    sweep.drain(now=NOW + minutes(1))
    walk.work(sweep.begin(by=us.lea, now=NOW).pk)

    assert queries.queue(us.ada) == []


def of_town(name):
    return Profile.objects.create(network="town", key=name, name=f"@{name}", shown="Bea Brandmeyer")


def jobs_named(label):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s AND status = 'todo'", [label])
        return cursor.fetchone()[0]
