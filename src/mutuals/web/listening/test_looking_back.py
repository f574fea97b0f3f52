"""An alarm from history that was brought late: it rang no more, and is found by looking back."""

from datetime import timedelta

import pytest

import cast
from mutuals.base import clock
from mutuals.listening.card import back, warn
from mutuals.listening.models import Lookback
from mutuals.listening.topic import topics
from mutuals.web.listening.test_listening import LEAK, heard, signed_in

pytestmark = pytest.mark.django_db


def test_more_of_history_is_looked_back_over_and_it_is_said_why():
    us, now = cast.staff(), clock.now()
    topic = topics.make(topics.Wanted("Leaks", "leak*"), by=us.lea, now=now - timedelta(days=1))

    usual, longer, unknown = (
        signed_in(us.ada).get(f"/listening/{topic.pk}/alarms/", {"days": days}).content.decode()
        for days in ("", 365, 7)
    )

    assert "the last 90 days" in usual
    assert "the last 365 days" in longer
    assert "the last 90 days" in unknown
    assert "brings late rings no more" in usual
    assert 'href="?days=180"' in usual


def test_after_an_import_the_topic_leads_to_looking_back_which_tells_how_far_it_is_and_what_it_found():
    us, topic, rows = heard(LEAK)
    now = clock.now()
    warn.watch(topic, now=now)
    client, way = signed_in(us.ada), f"/listening/{topic.pk}/"
    before = client.get(way).content.decode()
    old = [cast.event(f"old{n}", f"Leaks of {n}", who=f"o{n}", at=now - timedelta(days=40 + n)) for n in range(3)]
    cast.said(rows[0].source, *old, now=now)

    board, alarms = (client.get(address).content.decode() for address in (way, f"{way}alarms/"))
    client.post(f"{way}back/", {"back": way})
    Lookback.objects.update(read=1)
    going = client.get(way).content.decode()
    back.run(topic.pk)
    done, told = (client.get(address).content.decode() for address in (way, f"{way}alarms/"))

    assert "never looked at" not in before
    for page in (board, alarms):
        assert "3 posts</b>" in page
        assert f"{way}back/" in page
    assert "1 of 3 posts so far" in going
    assert "<progress" in going
    assert "Ada looked back over 3 posts" in done
    assert "nothing would have rung" in done
    assert "never looked at" not in done
    assert 'id="looked-back"' in told


def test_who_may_not_judge_is_shown_no_button_and_cannot_look_back():
    us, topic, _ = heard(LEAK)

    refused = signed_in(us.cleo).post(f"/listening/{topic.pk}/back/")
    wrong = signed_in(us.ada).post(f"/listening/{topic.pk}/back/", {"days": "99999"})

    assert refused.status_code in (403, 404)
    assert wrong.status_code == 302
    assert not Lookback.objects.exists()
