"""Mutuals is told to end while it reads history again: it stops between two batches, and goes on at the next start."""

from __future__ import annotations

import os
import signal
import time
from datetime import timedelta

import pytest
from django.db import connection

import cast
from mutuals.base import jobs
from mutuals.listening.learning import rereading
from mutuals.listening.models import Reading, Rereading

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_jobs(transactional_db) -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs CASCADE")


def told_to_end() -> None:
    """The signal that `mutuals run` sends, and until the worker has heard it."""
    os.kill(os.getpid(), signal.SIGTERM)
    for _ in range(1000):
        try:
            jobs.may_go_on()
        except jobs.Ending:
            return
        time.sleep(0.01)


def test_reading_history_again_stops_between_two_batches_and_goes_on_at_the_next_start(monkeypatch):
    us = cast.staff()
    texts = [f"The lid of kettle {number} leaks again" for number in range(6)]
    cast.said(cast.source(owner=us.olga), *(cast.event(f"p{n}", text, who=f"w{n}") for n, text in enumerate(texts)))
    Reading.objects.update(version="older")
    batches: list[list[int]] = []
    hear = rereading.hear

    def heard(said):
        batches.append([one.interaction_id for one in said])
        if len(batches) == 2:
            told_to_end()
        return hear(said)

    monkeypatch.setattr(rereading, "BATCH", 2)
    monkeypatch.setattr(rereading, "hear", heard)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs CASCADE")
    rereading.begin(by=us.lea, now=cast.NOW + timedelta(minutes=5))

    jobs.work()
    stopped = Rereading.objects.get()
    left = Reading.objects.filter(version="older").count()
    jobs.work(once=True)
    done = Rereading.objects.get()

    assert (stopped.read, stopped.ended_at, left) == (4, None, 2)
    assert done.read == 6
    assert done.ended_at is not None
    assert sorted(number for batch in batches for number in batch) == sorted(
        Reading.objects.values_list("pk", flat=True)
    )
    assert not Reading.objects.filter(version="older").exists()
