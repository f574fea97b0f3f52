"""C3: Service hands a case to Sales, who get its history, the reason and what comes next, and must accept it; until then it
stands in a list with its age. Declined, sent back, left by somebody who leaves: tests/stories/test_processes.py.
"""

from __future__ import annotations

import pytest

import cast
from doors import Doors, screen

pytestmark = pytest.mark.django_db


def test_service_hands_to_sales_and_nothing_is_lost_on_the_way(capsys):
    us, doors = cast.staff(), Doors(capsys)
    turn = cast.turn(cast.source(owner=us.olga, team=us.service), text="My kettle leaks. Is there a larger one?")
    case = doors.api(
        us.ada, "post", "/cases", {"title": "A larger one", "conversation_id": turn.pk, "usual_process": True}
    )[1]
    item = case["item"]["id"]
    doors.api(us.ada, "post", f"/processes/items/{item}/move", {"to": "work", "because": "They ask for a larger one"})

    told = ["--to", "Sales", "--reason", "Wants an offer", "--next", "Call before Friday"]
    code, given = doors.cli(us.ada, "process", "hand-over", item, *told)
    assert code == 0, given

    # nobody passes over it, whoever waits reads why, and the list says since when
    assert doors.api(us.ada, "post", f"/processes/items/{item}/move", {"to": "agree"})[0] == 422
    (open_,) = doors.api(us.ben, "get", "/processes/handovers?to=me")[1]
    assert (open_["reason"], open_["next_action"], open_["from_team"]["name"]) == (
        "Wants an offer",
        "Call before Friday",
        "Service",
    )
    assert open_["given_at"] is not None
    page = screen(us.ben).get("/processes/waiting/").content.decode()
    assert "Wants an offer" in page
    assert "Call before Friday" in page
    whole = doors.api(us.ben, "get", f"/processes/items/{item}")[1]
    assert [one["because"] for one in whole["passages"]][-1] == "They ask for a larger one"
    assert len(doors.cli(us.lea, "process", "handovers")[1]) == 1

    code, taken = doors.cli(us.ben, "process", "accept", open_["id"])
    assert code == 0, taken
    after = doors.api(us.ben, "get", f"/processes/items/{item}")[1]
    assert (after["owner"]["name"], after["team"]["name"], after["is_waiting"]) == ("Ben", "Sales", False)
    assert doors.api(us.lea, "get", "/processes/handovers")[1] == []
