"""The bucket: what passes, what waits, and what the server's own word changes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutuals.base.limits import back_off, full, take, told

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_a_bucket_lets_as_many_pass_as_it_holds_and_then_says_how_long_to_wait():
    bucket = full(size=2, per_second=0.5, at=NOON)

    bucket, first = take(bucket, NOON)
    bucket, second = take(bucket, NOON)
    bucket, third = take(bucket, NOON)

    assert (first, second, third) == (timedelta(0), timedelta(0), timedelta(seconds=2))


def test_a_reply_passes_where_backfill_must_wait():
    bucket = full(size=3, per_second=1, at=NOON, kept_back=2)

    bucket, backfill = take(bucket, NOON)
    bucket, more_backfill = take(bucket, NOON)
    bucket, reply = take(bucket, NOON, urgent=True)

    assert backfill == timedelta(0)
    assert more_backfill > timedelta(0)
    assert reply == timedelta(0)


def test_the_servers_word_closes_the_bucket_until_its_reset():
    bucket = told(full(size=9, per_second=9, at=NOON), NOON, remaining=0, reset_at=NOON + timedelta(minutes=5))

    bucket, early = take(bucket, NOON + timedelta(minutes=4), urgent=True)
    bucket, late = take(bucket, NOON + timedelta(minutes=5))

    assert early == timedelta(minutes=1)
    assert late == timedelta(0)


def test_a_foolish_reset_silences_a_source_for_a_day_at_most():
    bucket = told(full(size=1, per_second=1, at=NOON), NOON, remaining=0, reset_at=NOON + timedelta(days=900))

    _, wait = take(bucket, NOON)

    assert wait == timedelta(days=1)


def test_a_bucket_that_would_never_let_backfill_pass_is_refused():
    impossible = {"size": 2, "per_second": 1, "at": NOON, "kept_back": 2}

    with pytest.raises(ValueError) as refusal:
        full(**impossible)

    assert "kept_back" in str(refusal.value)


@given(st.integers(1, 200), st.floats(0, 1, exclude_max=True))
def test_waiting_is_never_nothing_and_never_more_than_the_longest(attempt, chance):
    longest = 600.0

    wait = back_off(attempt, chance=chance, longest=longest).total_seconds()

    assert 1.0 <= wait <= longest


@given(st.lists(st.floats(0, 30), min_size=1, max_size=60))
def test_over_any_time_no_more_passes_than_was_promised(pauses):
    bucket, now, passed = full(size=5, per_second=2, at=NOON), NOON, 0

    for pause in pauses:
        now += timedelta(seconds=pause)
        bucket, wait = take(bucket, now)
        passed += wait == timedelta(0)

    assert passed <= 5 + 2 * (now - NOON).total_seconds() + 1e-6
