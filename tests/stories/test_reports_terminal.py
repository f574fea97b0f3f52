"""Whoever works in the terminal keeps a report, shows it to a team, lets it be written, and puts it on a dashboard."""

import json

import pytest

import cast
from mutuals import cli
from mutuals.insights.models import Dashboard, Report, Schedule

pytestmark = pytest.mark.django_db


def test_a_report_is_kept_shown_written_and_put_on_a_dashboard(capsys):
    us = cast.staff()

    def said(*argv):
        code = cli.main(["reports", *map(str, argv), "--as", us.ada.email, "--json"])
        told = capsys.readouterr()
        return json.loads(told.out) if code == 0 else (code, told.err)

    kept = said("keep", "Open cases", "case", "--where", "state:is:open", "--row", "team", "--measure", "count")
    changed = said("change", kept["id"], "--to", us.service.name)
    elsewhere = said("change", kept["id"], "--to", us.sales.name)
    written = said("write", kept["id"], us.ada.email, "--weekday", "monday", "--zone", "Europe/Berlin")
    unseen = said("write", kept["id"], us.ben.email)
    board = said("board", "Mornings", f"{kept['id']}:whole", "--shared")
    again = said("board", "Mornings", kept["id"])
    wrong = said("board", "Evenings", "all")
    listed = said("boards")
    letters = said("letters", kept["id"])
    stopped = said("stop", written["id"])
    said("unboard", board["id"])

    assert changed["shared_with"] == us.service.name
    assert written == {
        "id": written["id"],
        "report": "Open cases",
        "to": "Ada",
        "when": "every Monday from 8:00, Europe/Berlin",
    }
    assert [one[0] for one in (elsewhere, unseen, wrong)] == [1, 1, 1]
    assert (board["shared"], again["shared"], again["id"]) == (True, False, board["id"])
    assert [one["reports"] for one in listed] == ["Open cases"]
    assert letters == [stopped] == [written]
    assert not Schedule.objects.exists()
    assert not Dashboard.objects.exists()
    assert Report.objects.get(name="Open cases").team == us.service
