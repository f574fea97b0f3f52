"""A10: one page for the day: my replies due, tasks, warnings, promises and customers at risk, each done where it stands.

In a browser: tests/browser/test_crm_two.py. What else stands on Today: web/today/test_today.py, web/today/test_sections.py.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

import cast
from doors import Doors, screen
from mutuals.base import clock
from mutuals.inbox.models import Task, Turn
from mutuals.people.models import Person

pytestmark = pytest.mark.django_db


def test_what_waits_for_me_stands_on_one_page_and_is_done_there(capsys):
    us, doors, now = cast.staff(), Doors(capsys), clock.now()
    turn = cast.turn(cast.source(owner=us.olga, team=us.service))
    Turn.objects.filter(pk=turn.pk).update(assignee=us.ada)
    bea = cast.person(by=us.ada)
    Person.objects.filter(pk=bea.pk).update(owner=us.ada)
    for n in range(6):  # every thirty days, and then no more for a hundred
        told = {"number": f"K-{n}", "person_id": bea.pk, "total": "20.00", "currency": "EUR", "status": "paid"}
        at = (now - timedelta(days=100 + 30 * n)).isoformat()
        assert doors.api(us.ben, "put", "/orders", {"orders": [told | {"placed_at": at}]})[1]["new"] == 1
    _, task = doors.api(us.ada, "post", "/tasks", {"title": "Ring the workshop", "due_on": str(now.date())})
    due = (now + timedelta(hours=1)).isoformat()
    _, promise = doors.api(us.ada, "post", "/promises", {"words": "We call you", "person_id": bea.pk, "due_at": due})
    ada = screen(us.ada)

    page = ada.get("/").content.decode()
    for heading in ("My replies due", "To do today", "Promises", "At risk"):
        assert heading in page
    for words in ("My kettle leaks.", "Ring the workshop", "We call you", "late by their own rhythm"):
        assert words in page

    ada.post(f"/tasks/{task['id']}/done/", {"back": "/"})
    ada.post(f"/promises/{promise['id']}/do/", {"do": "keep", "back": "/"})
    ada.post(f"/inbox/{turn.pk}/close/", {"purpose": "fix", "outcome": "solved", "back": "/"})
    ada.get("/")  # says once what was done, with its undo
    page = ada.get("/").content.decode()

    assert Task.objects.get(title="Ring the workshop").done_at is not None
    assert "Ring the workshop" not in page
    assert "We call you" not in page
    assert "My kettle leaks." not in page
