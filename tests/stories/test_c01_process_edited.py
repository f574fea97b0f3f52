"""C1 and C2: "Complaint from a public post" gets a Legal check between triage and answer. The next complaint goes by the
new path, the open one keeps the old; and both versions stand side by side in figures.

On the screens: web/processes/test_processes.py, test_drawing.py and tests/browser/test_crm_two.py. Every law of the engine:
tests/stories/test_processes.py.
"""

from __future__ import annotations

import pytest

import cast
from doors import Doors

pytestmark = pytest.mark.django_db
LEGAL = """- step: legal
  name: Legal check
  owner: role lead
  limit: 2 working days
  next: [reply]

- step: reply
"""


def test_a_legal_check_is_put_in_and_only_what_starts_from_now_on_goes_through_it(capsys, tmp_path):
    us, doors = cast.staff(), Doors(capsys)
    square, name = cast.source(owner=us.olga, team=us.service), "Complaint from a public post"
    first, second = (cast.turn(square, key, who=key) for key in ("p1", "p2"))
    assert doors.cli(us.lea, "process", "draft", "--template", "complaint_public")[0] == 0
    assert doors.cli(us.lea, "process", "publish", name)[0] == 0
    made = next(one for one in doors.api(us.ada, "get", "/processes")[1]["items"] if one["name"] == name)
    of = f"/processes/{made['id']}"
    case = {"title": "It leaks", "process_id": made["id"]}
    old = doors.api(us.ada, "post", "/cases", case | {"conversation_id": first.pk})[1]["item"]

    # the text is changed, looked at, and published by another door
    _, shown = doors.api(us.lea, "get", f"{of}/versions/1")
    text = shown["text"].replace("to: reply", "to: legal", 1).replace("- step: reply\n", LEGAL, 1)
    checked = doors.api(us.lea, "post", f"{of}/check", {"text": text})[1]
    assert [one for one in checked["findings"] if one["stops"]] == []
    assert any("Legal check" in one for one in checked["changes"])
    assert doors.api(us.ada, "put", f"{of}/draft", {"text": text})[0] == 403
    assert doors.api(us.lea, "put", f"{of}/draft", {"text": text, "note": "Legal looks"})[0] == 200
    assert doors.cli(us.lea, "process", "publish", name)[0] == 0

    # the open complaint goes on as it began; the next one passes Legal
    new = doors.cli(us.ada, "cases", "open", second.pk, "It leaks too", "--process", name)[1]
    items = {
        one["id"]: one for one in doors.api(us.ada, "get", f"/processes/items?process_id={made['id']}")[1]["items"]
    }
    late = next(one for one in items.values() if one["id"] != old["id"])
    assert (items[old["id"]]["version"], late["version"], late["about"]) == (1, 2, f"case:{new['id']}")
    assert doors.api(us.ada, "post", f"/processes/items/{old['id']}/move", {"to": "reply"})[1]["step"] == "reply"
    status, refused = doors.api(us.ada, "post", f"/processes/items/{late['id']}/move", {"to": "reply"})
    assert (status, "reply" in str(refused).lower() or "answer" in str(refused).lower()) == (422, True)
    code, moved = doors.cli(us.ada, "process", "move", late["id"], "legal")
    assert (code, moved["step"]) == (0, "legal")

    # C2: both versions in figures, step by step
    figures = doors.api(us.lea, "get", f"{of}/figures?version=1&version=2")[1]
    left = {one["version"]: {step["step"]: (step["left"], step["here"]) for step in one["steps"]} for one in figures}
    assert (left[1]["triage"], left[1]["reply"]) == ((1, 0), (0, 1))
    assert (left[2]["triage"], left[2]["legal"]) == ((1, 0), (0, 1))
    assert figures[0]["steps"][0]["median"] is not None
    assert doors.cli(us.lea, "process", "figures", name, "--version", 1, "--version", 2)[0] == 0
