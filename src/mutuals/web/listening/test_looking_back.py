"""An alarm from history that was brought late: it rang no more, and is found by looking back."""

from datetime import timedelta

import pytest

import cast
from mutuals.base import clock
from mutuals.listening.topic import topics
from mutuals.web.listening.test_listening import signed_in

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
