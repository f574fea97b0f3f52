"""What may take minutes keeps no message waiting: it has a queue of its own."""

import pytest

from mutuals.base import jobs
from mutuals.identity import learn
from mutuals.listening.board import stance
from mutuals.listening.card import rise
from mutuals.listening.learning import correct


@pytest.mark.parametrize(
    "label",
    [
        "base.backup",
        "capture.retention",
        "listening.known",
        "listening.tidy",
        learn.JOB,
        correct.LEARN,
        rise.JOB,
        stance.JOB,
    ],
)
def test_what_may_take_minutes_waits_in_the_long_queue(label):
    assert jobs.app.tasks[label].queue == "long"
