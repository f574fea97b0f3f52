"""A team and a live source of the small network, for every test of answering."""

import pytest

import cast
from mutuals.capture.tests.tiny import installed


@pytest.fixture
def us():
    with installed():
        yield cast.staff()


@pytest.fixture
def square(us):
    return cast.answerable(us)
