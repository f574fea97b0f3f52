"""A7: one canned reply, time limit and assignment for an e-mail, a phone note and a public comment, written once as a rule.

Phone notes come from the telephone system, by the signed webhook.
"""

from __future__ import annotations

from datetime import datetime

import pytest

import cast
from doors import Doors

pytestmark = pytest.mark.django_db
RULE = """
name: Leaks
when: received
if: "words:says:leak*"
then:
- give_to_team: {team: Service}
- open_case: {title: It leaks, priority: high, minutes: 30}
- prepare: {text: "Sorry, {first}! Which kettle is it?"}
"""


def test_one_rule_assigns_limits_and_answers_whatever_the_channel(capsys, tmp_path):
    us, doors = cast.staff(), Doors(capsys)
    file = tmp_path / "rules.yaml"
    file.write_text(RULE)
    assert doors.cli(us.lea, "rules", "import", file)[0] == 0
    assert doors.cli(us.lea, "rules", "on", "Leaks")[0] == 0

    # one customer writes a mail, another rings up, a third complains in public
    for number, (name, kind, is_public) in enumerate(
        [("Letters", "mail", False), ("Phone", "message", False), ("Square", "reply", True)]
    ):
        of = cast.source(name, owner=us.olga)
        cast.channel(of, f"@ours{number}", speakers=(us.ada,))
        event = cast.event(f"k{number}", "My kettle leaks.", who=f"w{number}", kind=kind, public=is_public)
        status, _ = doors.api(us.ada, "post", "/interactions?wait=true", {"source_id": of.pk, "events": [event]})
        assert status == 202

    # each is Service's, with a case due in half an hour and the answer laid ready; nothing was sent
    _, inbox = doors.api(us.ada, "get", "/conversations?tab=team")
    talks = inbox["items"]
    assert sorted(one["source"]["name"] for one in talks) == ["Letters", "Phone", "Square"]
    assert sorted(one["public"] for one in talks) == [False, False, True]
    assert {one["team"]["name"] for one in talks} == {"Service"}
    for one in talks:
        _, ways = doors.api(us.ada, "get", f"/conversations/{one['id']}/ways")
        assert ways["prepared"].endswith("Which kettle is it?")
    cases = doors.api(us.ada, "get", "/cases")[1]["items"]
    limits = {datetime.fromisoformat(one["due_at"]) - datetime.fromisoformat(one["opened_at"]) for one in cases}
    assert (len(cases), {one["priority"] for one in cases}, {str(one) for one in limits}) == (3, {"high"}, {"0:30:00"})
    assert len(doors.cli(us.lea, "rules", "log", "--json")[1]) == 3
