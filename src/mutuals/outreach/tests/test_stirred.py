"""Whoever changes is told once to those who keep groups of people, whatever table it was written in."""

from decimal import Decimal

import pytest

import cast
from mutuals.identity import merge, offered
from mutuals.people import organisations, persons, stirred
from mutuals.people.models import Fact, Person, Stirred
from mutuals.sales.orders import LineIn, OrderIn

pytestmark = pytest.mark.django_db


@pytest.fixture
def us():
    return cast.staff()


def taken():
    return stirred.take(most=10_000)


def test_nothing_is_written_down_while_nobody_watches(us):
    bea = cast.person("Bea Brand", by=us.ada)

    persons.edit(bea, by=us.ada, changes={"city": "Porto"}, now=cast.NOW)
    stirred.stirred([bea.pk])

    assert not Stirred.objects.exists()


def test_edits_orders_facts_places_and_merges_tell_whose_they_are(us):
    bea, bo = cast.person("Bea Brand", by=us.ada), cast.person("Bo Brand", by=us.ada)
    works = organisations.add(by=us.ada, name="The Kettle works", now=cast.NOW)
    told = {}

    stirred.watch()
    persons.edit(bea, by=us.ada, changes={"city": "Porto"}, now=cast.NOW)
    told["edit"] = taken()
    line = LineIn("Kettle", unit_price=Decimal(30))
    offered.enter(
        OrderIn("O-1", cast.NOW, "EUR", lines=(line,)), person=bea, organisation=None, by=us.ada, now=cast.NOW
    )
    told["order"] = taken()
    Fact.objects.create(person=bo, name="risk", value=1, source="staff:1")
    told["fact"] = taken()
    organisations.affiliate(bo, works, by=us.ada)
    told["place"] = taken()
    organisations.edit(works, by=us.ada, changes={"city": "Lisbon"}, now=cast.NOW)
    told["their organisation"] = taken()
    merge.merge(bea, bo, by=us.ada, now=cast.NOW)
    told["merge"] = taken()
    Person.objects.filter(pk=bea.pk).update(tags=["gold"])
    Person.objects.filter(pk=bea.pk).update(tags=["gold", "late"])
    told["twice"] = taken()

    assert told == {
        "edit": [bea.pk],
        "order": [bea.pk],
        "fact": [bo.pk],
        "place": [bo.pk],
        "their organisation": [bo.pk],
        "merge": [bea.pk, bo.pk],
        "twice": [bea.pk],
    }
    assert stirred.waiting() == 0
