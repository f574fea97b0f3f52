"""C4: a public mention becomes a case, the case ends with an outcome, and mention, case, outcome and cost stand in one row of a
report. Nothing is entered twice. In a browser, in three clicks: tests/browser/test_crm_two.py.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

import cast
from doors import Doors
from mutuals.capture.tests.tiny import installed

pytestmark = pytest.mark.django_db


def test_from_a_mention_to_a_row_of_a_report(capsys):
    with installed():
        us, doors = cast.staff(), Doors(capsys)
        square = cast.answerable(us)
        talk = cast.turn(square)
        private = cast.turn(
            cast.source("Letters", owner=us.olga, team=us.service), "m1", "It is a Whistler.", public=False
        )
        doors.cli(us.aron, "reports", "cost", "1.50", "--since", "2020-01-01")

        case = doors.api(us.ada, "post", "/cases", {"title": "It leaks", "conversation_id": talk.pk})[1]
        doors.api(us.ada, "post", f"/cases/{case['id']}/talks", {"conversation_id": private.pk})
        doors.api(us.ada, "post", f"/conversations/{talk.pk}/replies", {"text": "A new lid is on its way."})
        code, ended = doors.cli(us.ada, "cases", "close", case["reference"], "--purpose", "fix", "--outcome", "solved")
        assert code == 0, ended

    asked = {
        "record": "case",
        "rows": ["title", "conversation"],
        "column": "outcome",
        "measures": ["count", "sum:cost"],
    }
    _, report = doors.api(us.ada, "post", "/reports/run", asked)
    (line,) = report["lines"]
    (cell,) = line["cells"]
    assert line["values"][0] == "It leaks"
    assert (report["columns"], report["measures"][1]) == (["Solved"], "Sum of cost of contacts")
    # two words of theirs on two channels and one of ours, 1.50 each
    assert [Decimal(one) for one in cell["figures"]] == [1, Decimal("4.50")]
    assert doors.cli(us.ada, "reports", "run", "case", "--row", "outcome", "--measure", "sum:cost")[0] == 0
