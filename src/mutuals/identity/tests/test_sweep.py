"""Searches among what is there."""

import pytest

from cast import NOW, minutes, person, staff
from mutuals.base.refusals import Refusal
from mutuals.identity import sweep, walk
from mutuals.identity.models import Edge, Known, Sweep, Touched, Verdict
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db


def test_a_sweep_finds_people_who_are_there_twice_and_says_how_many():
    us = staff()
    person("Bea Brandmeyer", by=us.ada, city="Porto", birthday="1971-06-02")
    person("Bea Brandmeyer", by=us.ada, city="Porto", birthday="1971-06-02")
    person("Chidi Okonkwo", by=us.ada)
    Touched.objects.all().delete()

    done = walk.work(sweep.begin(by=us.lea, now=NOW).pk, size=2)

    assert (done.looked_at, done.total) == (3, 3)
    assert done.ended_at is not None
    assert done.counts == {"link": 0, "review": 2, "leave": 1, "error": 0.0}
    assert Edge.objects.get(until=None).verdict == Verdict.UNSURE


def test_one_search_at_a_time_and_one_that_died_does_not_keep_others_out():
    us = staff()
    sweep.begin(by=us.lea, now=NOW)

    with pytest.raises(Refusal, match="under way"):
        sweep.begin(by=us.lea, now=NOW + minutes(5))
    with pytest.raises(NotAllowed):
        sweep.begin(by=us.ada, now=NOW)
    later = sweep.begin(by=us.lea, now=NOW + 2 * sweep.LONGEST)

    assert Sweep.objects.count() == 2
    assert sweep.newest(us.ada)[0] == later


def test_for_very_many_who_were_touched_a_search_begins_and_the_newest_are_looked_at_meanwhile():
    us = staff()
    for name in ("Aino Lindqvist", "Boris Petrescu", "Chidi Okonkwo"):
        person(name, by=us.ada)

    here = sweep.drain(now=NOW, many=2)
    sweep.drain(now=NOW, many=2)

    assert here == 3
    assert Sweep.objects.get().kind == sweep.BACKLOG
    assert not Touched.objects.exists()


def test_a_search_for_very_many_reads_who_was_touched_and_finds_who_is_the_same():
    us = staff()
    for _ in range(2):
        person("Bea Brandmeyer", by=us.ada, city="Porto", birthday="1971-06-02")
    person("Chidi Okonkwo", by=us.ada)
    row = Sweep.objects.create(kind=sweep.BACKLOG, by="machine:identity", began_at=NOW)

    done = walk.work(row.pk, size=2)

    assert (done.looked_at, done.total) == (3, 3)
    assert done.counts == {"link": 0, "review": 2, "leave": 1, "error": 0.0}
    assert not Touched.objects.exists()
    assert Known.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_a_sweep_runs_in_a_process_of_its_own(child_environ, monkeypatch):
    us = staff()
    person("Aino Lindqvist", by=us.ada)
    for name, value in child_environ.items():
        monkeypatch.setenv(name, value)
    row = sweep.begin(by=us.lea, now=NOW)

    sweep.run(row.pk)
    row.refresh_from_db()

    assert row.failed == ""
    assert (row.looked_at, row.total) == (1, 1)
