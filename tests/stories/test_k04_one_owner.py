"""K4: what is nobody's is listed, and whoever leaves hands over first.

All kinds of records, territories and the pages: tests/stories/test_houses.py, people/tests/test_houses.py,
base/tests/test_leaving.py.
"""

from __future__ import annotations

import pytest

import cast
from doors import Doors
from mutuals.people.models import Person

pytestmark = pytest.mark.django_db


def test_nothing_stays_ownerless_when_somebody_leaves(capsys):
    us, doors = cast.staff(), Doors(capsys)
    bea = cast.person(by=us.ada)
    Person.objects.filter(pk=bea.pk).update(owner=None)
    task = doors.api(us.ada, "post", "/tasks", {"title": "Ring the workshop"})[1]

    lost = {one["kind"]: one["count"] for one in doors.api(us.lea, "get", "/ownerless")[1]}
    assert lost["people"] == 1
    assert doors.cli(us.lea, "territories", "give", "people", us.ada.email, bea.pk)[0] == 0
    assert Person.objects.get(pk=bea.pk).owner == us.ada

    code, refused = doors.cli(us.olga, "user", "deactivate", us.ada.email)
    assert (code, "Choose who takes them over" in refused["refused"]) == (1, True)
    assert doors.cli(us.olga, "user", "deactivate", us.ada.email, "--transfer-to", us.lea.email)[0] == 0
    assert Person.objects.get(pk=bea.pk).owner == us.lea
    assert doors.api(us.lea, "get", f"/tasks/{task['id']}")[1]["assignee"]["name"] == "Lea"
    assert {one["kind"]: one["count"] for one in doors.api(us.lea, "get", "/ownerless")[1]}["people"] == 0
