"""Statements that everything waits for go by index, whatever PostgreSQL believes of the tables."""

from __future__ import annotations

import pytest

import cast
from mutuals.base import bulk
from mutuals.capture import intake
from mutuals.capture.models import RawEvent
from mutuals.identity import standing
from mutuals.identity.models import Edge, Verdict
from mutuals.people.models import Profile
from mutuals.staff.models import Role
from plans import forgotten, in_vain, steps

pytestmark = pytest.mark.django_db
MANY = 3000


def waiting(square, letter: str) -> None:
    RawEvent.objects.bulk_create(RawEvent(source=square, key=f"{letter}{n}", body=b"x" * 100) for n in range(MANY))


def test_a_claim_reads_what_it_claims_and_little_else():
    square = cast.source(owner=cast.user("Olga", Role.OWNER))
    waiting(square, "a")
    RawEvent.objects.all().delete()
    forgotten(RawEvent)
    waiting(square, "b")

    found = steps(intake._CLAIM, [square.pk, intake.BATCH, intake.HEAVIEST])
    claimed = intake.claim(square.pk)

    assert in_vain(found) == 0
    assert max(one["Actual Rows"] * one["Actual Loops"] for one in found) == intake.BATCH
    assert [raw.key for raw in claimed] == [f"b{n}" for n in range(intake.BATCH)]


def neighbours(us) -> list[Profile]:
    """Profiles in a row, each with a thought of the next and of the one after it; and another table of links."""
    rows = Profile.objects.bulk_create(Profile(network="town", key=f"p{n}", name=f"p{n}") for n in range(MANY))
    thought = {"verdict": Verdict.UNSURE, "by": "machine:identity", "since": cast.NOW}
    Edge.objects.bulk_create(
        Edge(a=one, b=other, **thought) for far in (1, 2) for one, other in zip(rows, rows[far:], strict=False)
    )
    return rows


def test_neighbours_are_found_by_index_on_both_sides():
    us = cast.staff()
    neighbours(us)
    Edge.objects.all().delete()
    Profile.objects.filter(network="town").delete()
    forgotten(Edge, Profile)
    rows = neighbours(us)[100:400]
    asked = [bulk.numbers(range(300)), bulk.numbers(row.pk for row in rows)]

    found = steps(standing._THOUGHT, asked)

    assert in_vain(found) == 0
    assert max(one["Actual Rows"] * one["Actual Loops"] for one in found) <= 2 * len(rows) * 2
    assert len(bulk.execute(standing._THOUGHT, asked)) == 4 * len(rows)
