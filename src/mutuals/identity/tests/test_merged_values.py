"""Which values and names stand where two records become one."""

from datetime import timedelta

import pytest

from cast import NOW, person, staff
from mutuals.identity import joins, merge
from mutuals.people import persons
from mutuals.people.models import Person, Profile

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


def told_by_a_file(one, **values):
    """The own record of somebody says this alone, as if a file had brought it."""
    fields = {name: {"value": value, "at": NOW.isoformat(), "by": "import:1"} for name, value in values.items()}
    Profile.objects.filter(network="mutuals", person=one).update(fields=fields)
    persons.choose([one.pk], now=NOW)


def test_whoever_stays_keeps_what_they_have_of_equal_standing_and_what_they_lack_comes_from_who_goes():
    us = staff()
    tarquin, una, third = (
        person("Tarquin Relme", by=us.ada),
        person("Una Verified", by=us.ada),
        person("Ugo", by=us.ada),
    )
    told_by_a_file(tarquin, name="Tarquin Relme", email="tarquin@relme.example")
    told_by_a_file(una, name="Una Verified", email="una@verified.example", city="Porto")
    told_by_a_file(third, name="Ugo", city="Braga", country="PT")

    before = joins.together(tarquin, una, viewer=us.ada, keep=tarquin)
    done = merge.merge(tarquin, una, by=us.ada, now=LATER, keep=tarquin)
    then = merge.merge(done.person, third, by=us.ada, now=LATER + timedelta(minutes=1), keep=tarquin).person
    joins.undo(done.key, by=us.ada, now=LATER + timedelta(minutes=2))

    result = {one.name: one.result for one in before.choices}
    assert (result["name"], result["email"], result["city"]) == ("Tarquin Relme", "tarquin@relme.example", "Porto")
    assert (done.person.name, done.person.email, done.person.city) == tuple(map(result.get, ("name", "email", "city")))
    assert (then.name, then.city, then.country) == ("Tarquin Relme", "Porto", "PT")
    left = Person.objects.filter(pk__in=[tarquin.pk, una.pk]).order_by("pk").values_list("name", "city")
    assert list(left) == [("Tarquin Relme", "Braga"), ("Una Verified", "Porto")]


def test_what_staff_said_of_who_goes_stands_before_what_a_file_said_of_who_stays():
    us = staff()
    stays, goes = person("T. Relme", by=us.ada), person("Tarquin Relme", by=us.ada)
    told_by_a_file(stays, name="T. Relme")

    done = merge.merge(stays, goes, by=us.ada, now=LATER, keep=stays)

    assert done.person.name == "Tarquin Relme"


@pytest.mark.parametrize("choices", [{}, {"name": "gone"}])
def test_a_merge_is_told_by_the_names_that_both_had_by_their_own_records(choices):
    us = staff()
    stays, goes = person("T. Relme", by=us.ada), person("Una Verified", by=us.ada)
    told_by_a_file(stays, name="T. Relme")

    done = merge.merge(stays, goes, by=us.ada, now=LATER, keep=stays, choices=choices)
    told = [joins.history(viewer=us.ada)[0].names, joins.merges_of(done.person)[0].names]
    leaving = joins.apart_whole(joins.merge_of(done.key), viewer=us.ada).names
    joins.undo(done.key, by=us.ada, now=LATER + timedelta(minutes=1))

    assert done.person.name == "Una Verified"
    assert told == [("T. Relme", "Una Verified")] * 2
    assert leaving == {"stays": "T. Relme", "goes": "Una Verified"}
    assert joins.history(viewer=us.ada)[0].names == ("T. Relme", "Una Verified")
