"""Somebody was merged hundreds of times: nothing grows with the square of it, and all of it can be taken back."""

from datetime import timedelta

import pytest
from django.db import connection

from cast import NOW, person, staff
from mutuals.identity import joins, live, merge
from mutuals.identity.models import Known, Merge, Touched
from mutuals.people.models import Person, Profile
from mutuals.people.queries import find_by_name

pytestmark = pytest.mark.django_db
DEEP = 520  # deeper than Python calls itself


def test_the_first_merge_of_a_long_chain_is_taken_back_and_its_tags_leave_all_who_came_after():
    us = staff()
    first = person("Bea Brand", by=us.ada, tags=["leaves"])
    rest = Person.objects.bulk_create([Person(name=f"P{n}", tags=["leaves"]) for n in range(DEEP)])
    Person.objects.update(canonical=rest[-1])
    Person.objects.filter(pk=rest[0].pk).update(tags=["leaves", "own"])
    steps = zip([first, *rest], rest, strict=False)
    before = {0: ["own"]}
    Merge.objects.bulk_create([
        Merge(gone=gone, kept=kept, by="staff:1", at=NOW, choices={"tags": {
            "chose": "both", "before": before.get(number, []), "after": ["own", "leaves"] if number else ["leaves", "own"],
        }})
        for number, (gone, kept) in enumerate(steps)
    ])  # fmt: skip
    Person.objects.filter(pk__in=[one.pk for one in rest]).update(tags=["own", "leaves"])

    done = merge.undo(Merge.objects.order_by("pk")[0], by=us.ada, now=NOW + timedelta(days=1))

    assert (done.other, done.person) == (first, rest[-1])
    assert Person.objects.get(pk=rest[-1].pk).tags == ["own"]
    assert set(Person.objects.exclude(pk=first.pk).values_list("canonical_id", flat=True)) == {rest[-1].pk}


def test_a_merge_notes_whom_it_moves_and_not_everybody_for_each_of_them():
    us = staff()
    one, other = person("Ann", by=us.ada), person("Bo", by=us.ada)
    for number in range(20):
        merge.merge(one, person(f"P{number}", by=us.ada), by=us.ada, now=NOW, keep=one)
    live.drain(now=NOW)
    before = written()

    Person.objects.filter(canonical=one).update(canonical=other)

    assert written() - before <= 3 * 21
    assert not Known.objects.filter(person__in=[one, other]).exists()
    assert Touched.objects.count() >= 21


def written():
    """How often a note was written in this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT n_tup_ins + n_tup_upd FROM pg_stat_xact_user_tables WHERE relname = 'identity_touched'")
        return cursor.fetchone()[0]


def test_those_who_stay_are_read_again_when_somebody_without_any_record_leaves():
    us = staff()
    stays, root, leaves = (person(name, by=us.ada) for name in ("Ann Arbor", "Bo Brand", "Cy Clark"))
    Profile.objects.filter(person=root).delete()
    Person.objects.all().update(canonical=root)
    live.drain(now=NOW)
    before = Known.objects.get().row

    Person.objects.filter(pk=leaves.pk).update(canonical=leaves)
    live.drain(now=NOW)

    assert "clark" in before
    assert "clark" not in Known.objects.get(person=root).row
    assert {row.person_id for row in Known.objects.all()} == {root.pk, leaves.pk}
    assert stays.canonical_id == stays.pk


@pytest.mark.parametrize("sides", [("gone", "gone"), ("gone", "kept"), ("kept", "gone")])
def test_whoever_is_merged_away_is_called_as_without_one_in_the_middle_who_left(sides):
    us = staff()
    names = ("Ann Arbor", "Bea Brand", "Cy Clark", "Dan Drew")
    ann, bea, cy, dan = (person(name, by=us.ada, city=name.split()[0]) for name in names)
    first = merge.merge(bea, cy, by=us.ada, now=NOW, keep=bea, choices={"name": sides[0], "city": "gone"}).key
    merge.merge(ann, bea, by=us.ada, now=NOW + timedelta(hours=1), keep=ann, choices={"name": sides[1], "city": "gone"})
    merge.merge(dan, ann, by=us.ada, now=NOW + timedelta(hours=2), keep=dan, choices={"name": "kept", "city": "gone"})

    joins.undo(first, by=us.ben, now=NOW + timedelta(hours=3))

    told = {one.pk: (one.name, one.city) for one in Person.objects.all()}
    assert [told[one.pk] for one in (bea, cy, dan)] == [("Bea Brand", "Bea"), ("Cy Clark", "Cy"), ("Dan Drew", "Bea")]
    assert told[ann.pk] == ("Bea Brand" if sides[1] == "gone" else "Ann Arbor", "Bea")
    assert {one.pk for one in find_by_name(us.ada, "Cy Clark")} == {cy.pk}
