"""What waits is opened in batches that end by number and by size."""

from __future__ import annotations

import pytest

import cast
from mutuals import flow
from mutuals.capture import intake, receive
from mutuals.capture.models import RawEvent
from mutuals.connectors.contract import Raw
from mutuals.staff.models import Role

pytestmark = pytest.mark.django_db


def test_a_batch_ends_with_the_raw_that_makes_it_heavy() -> None:
    square = cast.source(owner=cast.user("Olga", Role.OWNER))
    heavy = b"x" * (intake.HEAVIEST // 2 + 1)
    receive.keep(square, [Raw(key=name, body=heavy) for name in "abc"], cursor=None, now=cast.NOW)

    first = intake.claim(square.pk)
    all_of_first = intake.is_all(first)
    for raw in first:
        intake.park(raw, "too heavy")
    rest = intake.claim(square.pk)

    assert ([raw.key for raw in first], all_of_first) == (["a", "b"], False)
    assert ([raw.key for raw in rest], intake.is_all(rest)) == (["c"], True)


def test_all_that_waits_is_opened_however_heavy_it_is() -> None:
    square = cast.source(owner=cast.user("Olga", Role.OWNER))
    heavy = b"x" * (intake.HEAVIEST // 2 + 1)
    receive.keep(square, [Raw(key=name, body=heavy) for name in "abc"], cursor=None, now=cast.NOW)

    opened = flow.run(square.pk)

    assert opened == 3
    assert set(RawEvent.objects.values_list("state", flat=True)) == {"parked"}
