"""Coarse counts say what the mentions say, whatever is done to these, and whenever they are folded."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from django.db.models.functions import TruncHour

import cast
from mutuals.listening import mentions
from mutuals.listening.board import counts
from mutuals.listening.models import ANY, Mention, Pulse, Reading, Strand
from mutuals.listening.topic import topics
from mutuals.people.models import Person, Profile

pytestmark = pytest.mark.django_db
MOODS, NETWORKS, LANGUAGES = ("negative", "neutral", "positive"), ("mastodon", "bluesky", "feed"), ("en", "de", "fr")


class Talk:
    """Twenty posts that are heard, forgotten, read anew, set aside and taken back at random."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        us = cast.staff()
        square = cast.source(owner=us.olga)
        self.customer = cast.person(by=us.ada, email="bea@kettles.example")
        Person.objects.filter(pk=self.customer.pk).update(stage="customer")
        self.rows = cast.said(
            square,
            *(
                cast.event(f"p{n}", f"Kettle {n}", who=f"w{n % 6}", at=cast.NOW - timedelta(minutes=37 * n))
                for n in range(20)
            ),
        )
        self.topic = topics.make(topics.Wanted("Kettles", "kettle"), by=us.lea, now=cast.NOW)

    def hear(self) -> None:
        some = self.chance.sample(self.rows, 6)
        for row in some:
            self._read(row.pk)
        mentions.write([
            mentions.Hit(
                self.topic.version_id or 0, self.topic.pk, row.pk, row.occurred_at, row.profile_id,
                self.chance.choice(NETWORKS), None, self.chance.random() < 0.1,
            )
            for row in some
        ])  # fmt: skip

    def forget(self) -> None:
        mentions.drop([row.pk for row in self.chance.sample(self.rows, 2)])

    def read_anew(self) -> None:
        row = self.chance.choice(self.rows)
        self._read(row.pk)
        mentions.reread(row.pk)

    def set_aside(self) -> None:
        mentions.set_aside(self.topic.pk, interaction_id=self.chance.choice(self.rows).pk)

    def take_back(self) -> None:
        mentions.take_back(self.topic.pk, profile_id=self.chance.choice(self.rows).profile_id)

    def know_again(self) -> None:
        whose = Profile.objects.filter(pk=self.chance.choice(self.rows).profile_id)
        whose.update(is_bot=self.chance.random() < 0.3, person=self.chance.choice([self.customer, None]))
        mentions.known_again(since=cast.NOW - timedelta(days=9))

    def fold(self) -> None:
        mentions.fold()

    def _read(self, number: int) -> None:
        intents = self.chance.choice([[], ["question"], ["spam"]])
        mood, language = self.chance.choice(MOODS), self.chance.choice(LANGUAGES)
        Reading.objects.filter(pk=number).update(mood=mood, language=language, intents=intents)


def added(rows, *held):
    """(values of `held`, hour, mood) -> n, aside, questions, by customers; without what is none any more."""
    told = dict[tuple, list[int]]()
    for row in rows.values_list(*held, "hour", "mood", "n", "aside", "questions", "by_customers"):
        into = told.setdefault(row[:-4], [0, 0, 0, 0])
        into[:] = [one + more for one, more in zip(into, row[-4:], strict=True)]
    return {key: tuple(n) for key, n in told.items() if any(n)}


def one_by_one(network, language):
    """The same of the mentions of a network and a language."""
    rows = Mention.objects.annotate(hour=TruncHour("occurred_at")).order_by()
    rows = rows if network == ANY else rows.filter(network=network)
    rows = rows if language == ANY else rows.filter(language=language)
    told = dict[tuple, list[int]]()
    for hour, mood, aside, *parts in rows.values_list("hour", "mood", "aside", "is_question", "is_customer"):
        into = told.setdefault((hour, mood), [0, 0, 0, 0])
        more = [0, 1, 0, 0] if aside else [1, 0, *parts]
        into[:] = [one + by for one, by in zip(into, more, strict=True)]
    return {key: tuple(n) for key, n in told.items()}


@pytest.mark.parametrize("seed", range(4))
def test_curves_of_sources_and_languages_follow_every_change_of_mentions(seed):
    talk = Talk(seed)
    acts = (talk.hear, talk.forget, talk.read_anew, talk.set_aside, talk.take_back, talk.know_again, talk.fold)
    talk.hear()

    for act in talk.chance.choices(acts, weights=(3, 1, 3, 1, 1, 2, 1), k=40):
        act()

    assert Mention.objects.count() > 5
    assert added(Pulse.objects) == one_by_one(ANY, ANY)
    found = added(Strand.objects, "network", "language")
    for network in (ANY, *NETWORKS):
        for language in (ANY, *LANGUAGES):
            of_these = {key[2:]: n for key, n in found.items() if key[:2] == (network, language)}
            assert of_these == ({} if network == language == ANY else one_by_one(network, language))
    mentions.fold()
    assert added(Strand.objects, "network", "language") == found
    assert not Strand.objects.filter(is_new=True).exists()


@pytest.mark.parametrize(
    "only",
    [
        counts.Only(network="mastodon"), counts.Only(language="de"), counts.Only(network="feed", language="en"),
        counts.Only(language="en", is_customer=False),
    ],
)  # fmt: skip
def test_the_curve_of_a_source_is_drawn_from_its_strand_alone(only):
    talk = Talk(3)
    for _ in range(12):
        talk.hear()
        talk.forget()
        talk.know_again()
    talk.hear()
    span = counts.Span(cast.NOW - timedelta(days=2), cast.NOW, "UTC")

    strands = Strand.objects.filter(network=only.network or ANY, language=only.language or ANY)
    Strand.objects.exclude(pk__in=strands.values("pk")).delete()
    board = counts.board(talk.topic.version_id, span, only)

    here = Mention.objects.filter(aside="", occurred_at__lt=cast.NOW, **only.told())
    assert board.n == here.count() == sum(sum(moods.values()) for moods in board.steps.values()) > 0
