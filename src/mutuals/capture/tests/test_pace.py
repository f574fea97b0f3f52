"""How much each source brings: counted as it is kept, by the quarter of an hour in which it arrived."""

from datetime import UTC, datetime, timedelta

import pytest

import cast
from mutuals import flow
from mutuals.capture import pace, receive, retention
from mutuals.capture.models import Pace
from mutuals.connectors.contract import Raw
from mutuals.staff.models import Role

pytestmark = pytest.mark.django_db


def test_what_was_kept_is_counted_once_and_what_was_parked_apart():
    square = cast.source(owner=cast.user("Olga", Role.OWNER))
    cast.said(square, cast.event("p1", "It leaks."), cast.event("p2", "Still."))
    cast.said(square, cast.event("p1", "It leaks."))
    receive.keep(square, [Raw(key="bad", body=b"not json")], cursor=None, now=cast.NOW)
    flow.run(square.pk)

    found = pace.since(cast.NOW - timedelta(hours=1))

    assert found == {square.pk: pace.Brought(kept=2, parked=1)}


def test_a_day_begins_at_the_midnight_of_any_zone():
    square = cast.source(owner=cast.user("Olga", Role.OWNER))
    midnight = datetime(2026, 11, 16, 18, 15, tzinfo=UTC)  # in Kathmandu
    pace.count([(square.pk, midnight - timedelta(seconds=1)), (square.pk, midnight), (square.pk, midnight)])

    found = pace.since(midnight)

    assert found == {square.pk: pace.Brought(kept=2)}


def test_old_counts_are_let_go_at_night():
    square = cast.source(owner=cast.user("Olga", Role.OWNER))
    pace.count([(square.pk, cast.NOW - timedelta(days=40)), (square.pk, cast.NOW)])

    counts = retention.nightly(lambda: cast.NOW)

    assert counts["pace"] == 1
    assert Pace.objects.get().kept == 1
