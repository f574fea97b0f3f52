"""How the house counts, from the terminal: set, told, counted, explained, and refused with a code to trust."""

from __future__ import annotations

import json

import pytest

import cast
from mutuals import cli
from mutuals.base import house

pytestmark = pytest.mark.django_db


@pytest.fixture
def said(capsys):
    """Run a command: its exit code, its JSON, and what it said on standard error."""

    def run(*argv: object) -> tuple[int, object, str]:
        capsys.readouterr()
        code = cli.main(["house", *map(str, argv), "--json"])
        out, err = capsys.readouterr()
        return code, json.loads(out) if out.strip() else None, err

    cast.staff()
    return run


def test_a_house_is_set_and_shown(said):
    code, told, _ = said("set", "--currency", "chf", "--zone", "Europe/Zurich", "--first-weekday", "sun")

    set_now = {"currency": "CHF", "zone": "Europe/Zurich", "first_weekday": "sun"}
    assert (code, told) == (0, {**set_now, "language": "en", "sells_to_people": True})
    assert said("set", "--zone", "Mars")[0] == 1
    assert said("show", "--as", "cleo@kettleworks.example")[0] == 4
    assert said("set", "--currency", "USD", "--as", "lea@kettleworks.example")[0] == 4


def test_rates_are_told_converted_and_taken(said, tmp_path):
    file = tmp_path / "rates.csv"
    file.write_text("day;currency;rate\n2026-11-02;USD;0,90\n")

    assert said("rates-from", file, "--source", "Bank")[1] == {"new": 1, "changed": 0, "same": 0}
    assert said("rate", "USD", "0.95", "--on", "2026-11-20")[1] == {"new": 1, "changed": 0, "same": 0}
    assert said("convert", "-10", "USD", "--on", "2026-11-19")[1]["amount"] == "-9.00"
    assert said("convert", "10", "USD", "--on", "2026-10-01")[0] == 1
    assert said("rate", "USD", "-", "--on", "2026-11-20")[0] == 0
    assert said("rate", "USD", "-", "--on", "2026-11-20")[0] == 3
    assert [(one["on"], one["rate"], one["source"]) for one in said("rates")[1]] == [("2026-11-02", "0.9", "Bank")]
    assert said("rates-from", tmp_path / "none.csv")[0] == 1


def test_a_calendar_is_made_counted_by_and_removed(said, tmp_path):
    hours = ("--hours", "mon-fri=9:00-13:00,14:00-18:00", "--hours", "sat=22:00-6:00")
    feasts = tmp_path / "feasts.ics"
    feasts.write_text("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261225\nEND:VEVENT\nEND:VCALENDAR")

    _, made, _ = said("calendar", "Support", "--zone", "Europe/Lisbon", *hours)
    said("holiday", "Support", "2026-11-23", "Bridge day")
    said("holidays-from", "Support", feasts)
    _, told, _ = said("due", "Support", 600, "--from", "2026-11-20T17:00+00:00")
    wrong = [
        said("calendar", "Other", "--hours", "mon=9-17")[0], said("calendar", "Other", "--hours", "xyz=9:00-17:00")[0],
        said("calendar", "None")[0], said("due", "Support", 5, "--from", "today")[0],
    ]  # fmt: skip

    assert made["hours"] == "Monday to Friday 09:00–13:00, 14:00–18:00; Saturday 22:00–06:00"
    assert told["over"].startswith("2026-11-24T10:00:00")
    assert [one["counted"] for one in told["rows"]] == ["1 h", "8 h", "0 min", "0 min", "1 h"]
    assert wrong == [1, 1, 3, 1]
    assert len(house.calendar("Support").holidays) == 2
    assert said("holiday", "Support", "2026-11-23", "--take")[1] == {"changed": 1}
    assert said("calendar", "Support", "--remove")[0] == 0
    assert said("calendars")[1] == []
