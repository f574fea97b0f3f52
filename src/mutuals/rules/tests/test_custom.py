"""Conditions of rules ask fields of the house's own making as lists do."""

from zoneinfo import ZoneInfo

import pytest

import cast
from mutuals.base.filters import check, from_json, predicate, record, rows
from mutuals.records import definitions
from mutuals.rules import index

pytestmark = pytest.mark.django_db


@pytest.fixture
def us():
    return cast.staff()


@pytest.mark.parametrize(
    ("told", "holds"),
    [
        ("custom.seats:over:3", True),
        ("custom.seats:is:3.5", True),
        ("custom.seats:under:3", False),
        ({"all": ["custom.grade:is:gold", "custom.seats:filled"]}, True),
        ({"not": "custom.grade:is:gold"}, False),
    ],
)
def test_a_row_that_is_read_for_rules_holds_what_its_fields_hold(us, told, holds):
    definitions.add("person", by=us.olga, now=cast.NOW, label="Seats", kind="number")
    definitions.add("person", by=us.olga, now=cast.NOW, label="Grade", kind="choice", options=["Gold", "Tin"])
    bea = cast.person(by=us.ada, custom={"seats": "3.5", "grade": "gold"})
    of = record("person")
    condition = check(from_json(told), of, viewer=us.ada)

    read = rows.read(of, [bea.pk], index.needed(condition))
    found = predicate(condition, of, zone=ZoneInfo("UTC"), now=cast.NOW)(read[bea.pk])

    assert found is holds
    assert index.access(condition, of) is None
