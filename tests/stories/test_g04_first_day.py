"""G4, facts only: on the first day somebody reads six sentences on a customer, each with the rows it comes from.

What each sentence says of what is not known or not theirs to see: insights/tests/test_brief.py.
"""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest

import cast
from doors import Doors, screen
from mutuals.base import clock
from mutuals.people.models import Profile

pytestmark = pytest.mark.django_db


def test_a_newcomer_reads_who_it_is_and_what_comes_next(capsys):
    us, doors, now = cast.staff(), Doors(capsys), clock.now()
    bea = cast.person(by=us.ada)
    cast.turn(cast.source(owner=us.olga, team=us.service))
    Profile.objects.update(person=bea)
    order = {"number": "K-1", "person_id": bea.pk, "total": "20.00", "currency": "EUR", "status": "paid"}
    assert doors.api(us.ben, "put", "/orders", {"orders": [order | {"placed_at": now.isoformat()}]})[1]["new"] == 1
    due = (now + timedelta(days=2)).isoformat()
    doors.api(us.ada, "post", "/promises", {"words": "We send a lid", "person_id": bea.pk, "due_at": due})
    nina = cast.user("Nina")

    _, brief = doors.api(nina, "get", f"/people/{bea.pk}/brief")
    told = {one["topic"]: one for one in brief["sentences"]}
    page = unescape(screen(nina).get(f"/customers/{bea.pk}/").content.decode())
    code, typed = doors.cli(nina, "people", "brief", bea.pk)

    assert len(told) == 6
    assert "Bea Brand" in told["who"]["words"]
    assert "We send a lid" in told["promises"]["words"]
    for one in brief["sentences"]:
        assert (
            one["words"] in "".join(page.split("\u00a0")).replace("&#x27;", "'").replace("&#39;", "'") or one["sources"]
        )
        for source in one["sources"]:
            assert screen(us.lea).get(source["path"]).status_code == 200, source
    assert code == 0, typed
