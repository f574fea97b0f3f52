"""Topics are filled, changed and corrected by many at once: whoever waits for another is never waited for by them."""

from __future__ import annotations

import pytest
from django.db import transaction

import cast
from beside import Beside
from mutuals.base.refusals import Refusal
from mutuals.listening.card import playbooks
from mutuals.listening.learning import correct
from mutuals.listening.models import Mention, Playbook, Topic
from mutuals.listening.topic import fill, topics

pytestmark = pytest.mark.django_db(transaction=True)
LEAK = "My kettle leaks all over the kitchen floor"


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


def test_a_label_is_corrected_while_history_of_the_same_hour_is_read():
    us = cast.staff()
    square = cast.source(owner=us.olga)
    [before] = cast.said(square, cast.event("p1", LEAK))
    correct.correct(before.pk, "mood", ["positive"], by=us.ada, now=cast.NOW)
    topic = topics.make(topics.Wanted("Leaks", "kettle leak*"), by=us.lea, now=cast.NOW)
    [heard] = cast.said(square, cast.event("p2", "The kettle leaked again, as ever."))

    with transaction.atomic():
        correct.correct(heard.pk, "mood", ["positive"], by=us.ada, now=cast.NOW)
        other = Beside(lambda: fill.fill(topic.version_id))

    assert other.end() is None
    assert set(Mention.objects.filter(version=topic.version_id).values_list("mood", flat=True)) == {"positive"}
    assert Mention.objects.count() == 2


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


def test_who_takes_a_name_at_the_same_moment_is_told_so():
    us = cast.staff()
    leaks = topics.make(topics.Wanted("Leaks", "leak*"), by=us.lea, now=cast.NOW)

    with transaction.atomic():
        topics.make(topics.Wanted("Cups", "cup"), by=us.lea, now=cast.NOW)
        made = Beside(lambda: topics.make(topics.Wanted("Cups", "mug"), by=us.olga, now=cast.NOW))
    with transaction.atomic():
        topics.make(topics.Wanted("Lids", "lid"), by=us.lea, now=cast.NOW)
        changed = Beside(lambda: topics.change(leaks, topics.Wanted("Lids", "lids"), by=us.olga, now=cast.NOW))
    with transaction.atomic():
        playbooks.keep("Leak", ["Read them"], by=us.lea, now=cast.NOW)
        kept = Beside(lambda: playbooks.keep("Leak", ["Close it"], by=us.olga, now=cast.NOW))

    assert [type(one.end()) for one in (made, changed, kept)] == [Refusal] * 3
    assert sorted(Topic.objects.values_list("name", flat=True)) == ["Cups", "Leaks", "Lids"]
    assert Playbook.objects.get().steps == ["Read them"]
