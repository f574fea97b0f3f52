"""Topics are filled, changed and corrected by many at once: whoever waits for another is never waited for by them."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from time import sleep

import pytest
from django.db import connection, transaction

import cast
from mutuals.base.bulk import execute
from mutuals.listening import correct, fill, topics
from mutuals.listening.models import Mention, Topic

pytestmark = pytest.mark.django_db(transaction=True)
LEAK = "My kettle leaks all over the kitchen floor"


class Beside:
    """An act in a thread with a connection of its own, begun until it waits for what this one holds."""

    def __init__(self, act: Callable[[], object]) -> None:
        self.said: Exception | None = None
        self._act = act
        self._thread = Thread(target=self._run)
        self._thread.start()
        for _ in range(2_000):
            if execute("SELECT count(*) FROM pg_locks WHERE NOT granted", [])[0][0]:
                return
            sleep(0.005)
        raise AssertionError("It waits for nobody.")

    def _run(self) -> None:
        try:
            self._act()
        except Exception as error:
            self.said = error
        finally:
            connection.close()

    def end(self) -> Exception | None:
        self._thread.join(60)
        assert not self._thread.is_alive()
        return self.said


def test_a_topic_is_changed_while_its_last_version_is_about_to_be_shown():
    us = cast.staff()
    topic = topics.make(topics.Wanted("Leaks", "kettle leak*"), by=us.lea, now=cast.NOW)
    fill.fill(topic.version_id)
    topics.change(topic, topics.Wanted("Leaks", "cup"), by=us.lea, now=cast.NOW)
    second = topic.versions.get(number=2)

    with transaction.atomic():
        Topic.objects.select_for_update(no_key=True).get(pk=topic.pk)
        other = Beside(lambda: fill.fill(second.pk))
        topics.change(topic, topics.Wanted("Leaks", "mug"), by=us.lea, now=cast.NOW)

    assert other.end() is None
    topic.refresh_from_db()
    assert topic.version.number == 1


def test_what_is_said_while_history_is_read_is_counted_with_it():
    us = cast.staff()
    square = cast.source(owner=us.olga)
    cast.said(square, cast.event("p1", LEAK))
    topic = topics.make(topics.Wanted("Leaks", "kettle leak*"), by=us.lea, now=cast.NOW)

    with transaction.atomic():
        cast.said(square, cast.event("p2", "The kettle leaked again, as ever."))
        other = Beside(lambda: fill.fill(topic.version_id))

    assert other.end() is None
    assert Mention.objects.filter(version=topic.version_id).count() == 2


def test_an_author_is_muted_while_a_label_of_theirs_is_corrected():
    us = cast.staff()
    square = cast.source(owner=us.olga)
    first, second = cast.said(square, cast.event("p1", LEAK), cast.event("p2", "The kettle leaked again, as ever."))
    topic = topics.make(topics.Wanted("Leaks", "kettle leak*"), by=us.lea, now=cast.NOW)
    fill.fill(topic.version_id)

    with transaction.atomic():
        list(Mention.objects.select_for_update().filter(interaction_id=second.pk))
        other = Beside(lambda: correct.not_relevant(topic, first.pk, because="author", by=us.ada, now=cast.NOW))
        correct.correct(second.pk, "mood", ["positive"], by=us.ada, now=cast.NOW)

    assert other.end() is None
    assert set(Mention.objects.values_list("aside", flat=True)) == {"out"}
