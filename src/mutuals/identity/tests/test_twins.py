"""Several questions about the same two, as they stand after merges, are one question."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import cast
from cast import NOW
from mutuals.identity import merge, queries, review
from mutuals.identity.models import Edge, Verdict
from mutuals.people.models import Profile

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


def asked_thrice():
    """A presence that was asked about with three records, who are one person meanwhile."""
    us = cast.staff()
    bea, *doubles = (cast.person(name, by=us.ada) for name in ("Bea Brand", "B. Brand", "Beatrix"))
    row = cast.profile()
    found = [cast.doubt(one, row, sure=sure) for one, sure in zip((bea, *doubles), (0.5, 0.6, 0.7), strict=True)]
    Edge.objects.filter(pk=found[1].pk).update(priority=99)
    for double in doubles:
        merge.merge(bea, double, by=us.ada, now=NOW, keep=bea)
    return us, bea, row, found


def test_one_question_stands_for_all_about_the_same_two_and_parting_them_gives_each_back():
    us, bea, row, found = asked_thrice()
    other = cast.doubt(bea, cast.profile("@b2"))

    listed = [one.edge.pk for one in queries.queue(us.ada)]
    counted = queries.waiting(us.ada)
    shown = [one.pk for one in queries.of_profiles([row.pk])]
    merge.undo(merge.Merge.objects.order_by("pk")[0], by=us.ada, now=LATER)

    assert listed == [found[1].pk, other.pk]
    assert counted == 2
    assert shown == [found[2].pk]
    assert queries.waiting(us.ada) == 3


@pytest.mark.parametrize("verdict", [Verdict.SAME, Verdict.DIFFERENT])
def test_an_answer_to_one_answers_all_of_them_and_taking_it_back_opens_them_again(verdict):
    us, bea, row, found = asked_thrice()
    assert queries.rival_of(found[1]) is None

    done = review.answer(found[1], verdict, by=us.ada, now=LATER)
    waiting, open_ones = queries.waiting(us.ada), Edge.objects.filter(until=None, verdict=Verdict.UNSURE).count()
    holder = Profile.objects.get(pk=row.pk).person
    review.undo(done.key, by=us.ada, now=LATER + timedelta(minutes=1))

    assert (waiting, open_ones) == (0, 0)
    assert holder == (bea if verdict is Verdict.SAME else None)
    assert queries.waiting(us.ada) == 1
    assert Edge.objects.filter(until=None, verdict=Verdict.UNSURE).count() == 3


def test_what_is_put_off_goes_to_the_end_with_all_of_them_and_comes_back_with_each_in_its_place():
    us, _, _, found = asked_thrice()
    before = {one.pk: one.priority for one in Edge.objects.filter(pk__in=[one.pk for one in found])}

    done = review.answer(found[1], Verdict.UNSURE, by=us.ada, now=LATER)
    after = set(Edge.objects.filter(pk__in=before).values_list("priority", flat=True))
    review.undo(done.key, by=us.ada, now=LATER)

    assert after == {0}
    assert {one.pk: one.priority for one in Edge.objects.filter(pk__in=before)} == before


def test_two_persons_between_whom_several_of_their_records_stand_are_asked_about_once():
    us = cast.staff()
    bea, double, ann, second = (cast.person(name, by=us.ada) for name in ("Bea", "B. Brand", "Ann", "A. Arbor"))
    cast.doubt(bea, ann)
    cast.doubt(double, second)
    cast.doubt(second, bea)
    merge.merge(bea, double, by=us.ada, now=NOW, keep=bea)
    merge.merge(ann, second, by=us.ada, now=NOW, keep=ann)

    line = queries.queue(us.ada)
    done = review.answer(line[0].edge, Verdict.SAME, by=us.ada, now=LATER)
    left = queries.waiting(us.ada)
    review.undo(done.key, by=us.ada, now=LATER + timedelta(minutes=1))

    assert len(line) == 1
    assert left == 0
    assert queries.waiting(us.ada) == 1
    assert Edge.objects.filter(until=None, verdict=Verdict.UNSURE).count() == 3


def test_whether_another_question_comes_sooner_is_found_by_an_index():
    us = cast.staff()
    bea = cast.person(by=us.ada)
    Profile.objects.bulk_create(Profile(network="town", key=f"p{n}", name=f"p{n}") for n in range(10_000))
    own = Profile.objects.get(network="mutuals", person=bea)
    Edge.objects.bulk_create(
        Edge(a_id=own.pk, b=row, verdict=Verdict.UNSURE, by="machine:identity", since=NOW, priority=row.pk % 7)
        for row in Profile.objects.filter(network="town")
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE identity_edge, people_profile, people_person")

    with CaptureQueriesContext(connection) as told:
        listed = queries.queue(us.ada)
    plan = queries.unsure().filter(pk__in=[one.edge.pk for one in listed]).explain()

    assert len(listed) == 25
    assert len(told) < 12
    assert len(re.findall(r"Scan using (?:edge_one_live|identity_edge_[ab]_id_\w+)", plan)) == 2
    assert "Seq Scan on identity_edge" not in plan
