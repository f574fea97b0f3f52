"""C8: a source is switched off, another one connected: rules, queues and reports go on, the old history is read as before."""

from __future__ import annotations

import pytest

import cast
from doors import Doors

pytestmark = pytest.mark.django_db
RULE = "name: Leaks\nwhen: received\nif: 'words:says:leak*'\nthen:\n- give_to_team: {team: Service}\n"


def test_one_network_ends_another_begins_and_the_work_goes_on(capsys, tmp_path):
    us, doors = cast.staff(), Doors(capsys)
    (tmp_path / "rules.yaml").write_text(RULE)
    doors.cli(us.lea, "rules", "import", tmp_path / "rules.yaml")
    doors.cli(us.lea, "rules", "on", "Leaks")

    def heard(of, key: str, **more: object) -> int:
        body = {"source_id": of.pk, "events": [cast.event(key, **more)]}
        return doors.api(us.ada, "post", "/interactions?wait=true", body)[0]

    old = cast.source("Old square", owner=us.olga)
    assert heard(old, "p1") == 202
    code, paused = doors.cli(us.olga, "source", "pause", old.pk)
    assert code == 0, paused
    assert heard(old, "p2") == 409
    new = cast.source("New square", owner=us.olga)
    assert heard(new, "n1", who="bo", author={"network": "elsewhere", "id": "bo", "name": "@bo"}) == 202

    talks = doors.api(us.ada, "get", "/conversations?tab=team")[1]["items"]
    assert sorted(one["source"]["name"] for one in talks) == ["New square", "Old square"]
    before = next(one for one in talks if one["source"]["name"] == "Old square")
    words = doors.api(us.ada, "get", f"/conversations/{before['id']}/messages")[1]["items"]
    assert [one["text"] for one in words] == ["My kettle leaks."]
    assert len(doors.api(us.ada, "get", "/search?q=leaks")[1]["items"]) == 2
    report = doors.api(
        us.ada, "post", "/reports/run", {"record": "interaction", "rows": ["network"], "measures": ["count"]}
    )[1]
    assert sum(float(cell["figures"][0]) for line in report["lines"] for cell in line["cells"]) == 2
    assert len(doors.cli(us.lea, "rules", "log")[1]) == 2
