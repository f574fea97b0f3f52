"""A9: a message is handled from start to finish without typing anything but the answer; the system fills in the rest.

In a browser, by keys and clicks: tests/browser/test_crm_two.py.
"""

from __future__ import annotations

import pytest

import cast
from doors import Doors
from mutuals.base.models import Entry
from mutuals.capture.tests.tiny import installed

pytestmark = pytest.mark.django_db


def test_the_answer_is_all_that_is_typed(capsys):
    with installed():
        us, doors = cast.staff(), Doors(capsys)
        bea = cast.person(by=us.ada)
        turn = cast.turn(cast.answerable(us))
        turn.conversation.opener.person = bea
        turn.conversation.opener.save()
        talk = f"/conversations/{turn.pk}"

        status, _ = doors.api(us.ada, "post", f"{talk}/replies", {"text": "A new lid is on its way."})
        answered = doors.api(us.ada, "get", talk)[1]
        code, closed = doors.cli(us.ada, "inbox", "close", turn.pk, "--purpose", "fix", "--outcome", "solved")
        ended = doors.api(us.ada, "get", talk)[1]

    assert (status, code) == (201, 0), closed
    assert (answered["assignee"]["name"], answered["person"]["name"]) == ("Ada", "Bea Brand")
    assert (answered["waiting_since"], answered["first_answer_at"] is not None) == (None, True)
    assert (ended["state"], ended["purpose"], ended["outcome"]) == ("closed", "fix", "solved")
    assert ended["closed_at"] is not None
    assert Entry.objects.filter(about=f"conversation:{turn.pk}", by=f"staff:{us.ada.pk}").exists()
