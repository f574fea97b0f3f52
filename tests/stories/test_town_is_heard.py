"""The small town comes with what is listened for: topics that are read, words that rise, and a card to act on."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from mutuals import cli
from mutuals.base import clock
from mutuals.channels.models import Channel
from mutuals.listening.draft import drafts
from mutuals.listening.models import Card, Count, Day, Mention, Reading, Rising, Standing, Topic, Version
from mutuals.staff.models import User
from mutuals.town.lately import LISTENED

KEPT = (Topic, Version, Mention, Count, Reading, Card)
TOWN = ("seed", "--people", "240", "--days", "40", "--json")
WAYS = ("/listening/", "/listening/words/?topic={whistler}", "/listening/cards/", "/listening/learning/")


@pytest.mark.django_db
def test_the_small_town_is_heard_at_first_sight_and_only_once(settings, tmp_path, capsys):
    """Whoever starts with the demonstration sees Listening, Words, Cards and Teach alive; a second time changes nothing."""
    settings.STATE = tmp_path

    first = cli.main([*TOWN])
    counted = [model.objects.count() for model in KEPT]
    words = {" ".join(sorted(row.words)) for row in Rising.objects.filter(topic__name="Whistler")}
    again = cli.main([*TOWN])
    topics = {one.name: one for one in Topic.objects.select_related("version")}
    browser = Client()
    browser.force_login(User.objects.get(name="Olga"))
    pages = [browser.get(way.format(whistler=topics["Whistler"].pk), follow=True).content.decode() for way in WAYS]

    assert (first, again) == (0, 0), capsys.readouterr().err
    assert [model.objects.count() for model in KEPT] == counted
    assert set(topics) == {name for name, _, _ in LISTENED}
    for topic in topics.values():
        assert topic.version is not None
        assert Mention.objects.filter(version=topic.version, aside="").count() >= 10
        assert Day.objects.filter(version=topic.version).exists()
    assert "hinge lid" in words
    assert Card.objects.filter(topic=topics["Whistler"], state="open").exists()
    assert Standing.objects.exists()
    brand = Channel.objects.get(network="mastodon", name__startswith="@kettleworks@")
    posts = drafts.published(brand, now=clock.now())
    assert len(posts) >= 30
    assert min(drafts.reactions(posts, zone=ZoneInfo("UTC"), now=clock.now())[drafts.ALL]) >= 1
    assert "hinge" in pages[1]
    assert "mentions in an hour" in pages[2]
    assert "Nothing to ask" not in pages[3]
