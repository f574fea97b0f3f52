"""What is held of somebody here goes out with them, and goes with them."""

from __future__ import annotations

import json
from zipfile import ZipFile

import pytest

import cast
from mutuals import privacy
from mutuals.base import files
from mutuals.listening import ears
from mutuals.listening.board import stance
from mutuals.listening.learning import correct
from mutuals.listening.models import Correction, Count, Feedback, Mention, Reading, Standing, Topic, Version
from mutuals.listening.topic import fill, topics

pytestmark = pytest.mark.django_db


def test_readings_mentions_and_corrections_are_handed_over_and_erased():
    us = cast.staff()
    bea = cast.person(by=us.ada)
    [row] = cast.said(cast.source(owner=us.olga), cast.event("p1", "My kettle leaks all over the floor"))
    type(row.profile).objects.filter(pk=row.profile_id).update(person=bea)
    topic = topics.make(topics.Wanted("Leaks", "leak*"), by=us.lea, now=cast.NOW)
    fill.fill(topic.version_id)
    correct.correct(row.pk, "mood", ["positive"], by=us.ada, now=cast.NOW)
    correct.not_relevant(topic, row.pk, because="author", by=us.ada, now=cast.NOW)

    package, _ = privacy.export(bea, by=us.aron, now=cast.NOW)
    told = json.loads(ZipFile(files.path(package.sha256)).read("listening.json"))
    receipt = privacy.erase(bea, by=us.aron, now=cast.NOW)

    assert [len(told[name]) for name in ("readings", "corrections", "mentions")] == [1, 1, 1]
    assert receipt.counts["listening"] == {"readings": 1, "corrections": 1, "mentions": 1, "cues": 1}
    assert not any(model.objects.exists() for model in (Reading, Correction, Mention, Feedback, Standing))
    assert (sum(one.n + one.aside for one in Count.objects.all()), Topic.objects.get().muted) == (0, [])


def test_nobody_who_is_gone_is_left_out_of_a_topic_by_name():
    us = cast.staff()
    bea = cast.person(by=us.ada)
    [row] = cast.said(cast.source(owner=us.olga), cast.event("p1", "My kettle leaks", who="Zqx"))
    type(row.profile).objects.filter(pk=row.profile_id).update(person=bea)
    topic = topics.make(topics.Wanted("Leaks", "leak*", without=("@shop", "@ZQX", "bot")), by=us.lea, now=cast.NOW)
    topics.change(topic, topics.Wanted("Leaks", "leaks", without=("zqx",)), by=us.lea, now=cast.NOW)
    ears.ears()

    privacy.erase(bea, by=us.aron, now=cast.NOW)

    assert [one.without for one in Version.objects.order_by("number")] == [["shop", "bot"], []]
    assert {one.without for one in ears.ears().asked.values()} == {frozenset(), frozenset({"shop", "bot"})}


def test_how_somebody_is_held_to_speak_of_us_goes_out_with_them():
    us = cast.staff()
    bea = cast.person(by=us.ada)
    [row] = cast.said(cast.source(owner=us.olga), cast.event("p1", "My kettle leaks, I hate it", public=False))
    type(row.profile).objects.filter(pk=row.profile_id).update(person=bea)
    other = cast.person("Bo Brand", by=us.ada)

    before = told_of(bea, us)
    stance.reckon(now=cast.NOW)
    after = told_of(bea, us)

    held = Standing.objects.get(pk=bea.pk)
    assert before == []
    assert (after[0]["stance"], after[0]["said"], after[0]["negative"]) == (held.stance, held.said, held.negative)
    assert after[0]["spoke_at"]
    assert told_of(other, us)[0]["stance"] == "never"


def told_of(person, us):
    """The stance in the package of somebody."""
    package, _ = privacy.export(person, by=us.aron, now=cast.NOW)
    return json.loads(ZipFile(files.path(package.sha256)).read("listening.json"))["stance"]
