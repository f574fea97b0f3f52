"""How well promises are found: on sentences that they were tuned by, on others, and on talk in which nobody promises for us."""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from mutuals.text.promises import found, telling

HERE = Path(__file__).parent
BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=BERLIN)  # a Monday


def labelled(name: str) -> list[tuple[bool, str, str]]:
    """(is a promise, its moment, the words) of each line."""
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return [(one[0] == "+", *one[2:].split(" ", 1)) for one in lines if one and not one.startswith("#")]


def measured(name: str) -> tuple[float, float, float, list[str]]:
    """Precision, recall, share of right moments among the promises that were found, and what was read wrongly."""
    hits = wrong = missed = moments = 0
    told = []
    for is_promise, due, words in labelled(name):
        read = found(words, now=NOW, zone=BERLIN)
        said = read[0].due_at.strftime("%Y-%m-%dT%H:%M") if read and read[0].due_at else "-"
        hits += bool(read) and is_promise
        wrong += bool(read) and not is_promise
        missed += is_promise and not read
        moments += bool(read) and is_promise and said == due
        if bool(read) is not is_promise or (is_promise and said != due):
            told.append(f"{words} -> {said if read else 'nothing'}")
    return hits / (hits + wrong), hits / (hits + missed), moments / hits, told


@pytest.mark.parametrize(
    ("name", "precision", "recall", "moments"),
    [("promises_train.txt", 0.98, 0.95, 0.98), ("promises_test.txt", 0.95, 0.88, 0.98)],
)
def test_promises_are_found_and_little_else(name, precision, recall, moments):
    told = measured(name)

    assert told[0] >= precision, told[3]
    assert told[1] >= recall, told[3]
    assert told[2] >= moments, told[3]


def when(words, now=NOW, hours=None):
    (one,) = found(words, now=now, zone=BERLIN, hours=hours)
    return one.due_at.strftime("%Y-%m-%dT%H:%M") if one.due_at else None


def test_moments_go_by_the_clock_of_the_writer_and_the_hours_of_the_house():
    def till_six_but_on_wednesday(day):
        return None if day.weekday() in (2, 6) else time(18)

    assert when("We will call you tomorrow.", hours=till_six_but_on_wednesday) == "2026-11-24T18:00"
    assert when("We will send it within 2 working days.", hours=till_six_but_on_wednesday) == "2026-11-26T18:00"
    assert when("We will send it by the end of the week.", hours=till_six_but_on_wednesday) == "2026-11-28T18:00"
    late = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)  # it is Tuesday in Berlin
    assert when("We will call you tomorrow.", late) == "2026-11-25T17:00"
    assert when("I'll call you today.", datetime(2026, 11, 23, 18, 0, tzinfo=BERLIN)) == "2026-11-23T23:59"
    spring = datetime(2027, 3, 26, 10, 0, tzinfo=BERLIN)  # clocks are changed on the 28th
    assert when("I'll call you on Monday at 9 am.", spring) == "2027-03-29T09:00"


@pytest.mark.parametrize(
    "words",
    [
        "We will call you next Friday.",
        "We will send it on 3/4.",
        "We will call you at 8 am.",
        "We will send it in a few days.",
    ],
)
def test_what_may_mean_two_moments_or_is_over_means_none(words):
    assert when(words) is None


def test_what_others_said_is_no_promise_of_ours_and_reading_is_bounded():
    mail = "We will refund you.\n\nOn Monday Bea wrote:\n> I will call you tomorrow.\n-- \nWe will always call you tomorrow"

    assert [one.words for one in found(mail, now=NOW, zone=BERLIN)] == ["We will refund you."]
    assert len(found("I will call you tomorrow. " * 5_000, now=NOW, zone=BERLIN)) == 1
    assert found("ich werde " * 50_000 + "?", now=NOW, zone=BERLIN) == []


def test_the_customer_is_told_in_the_language_of_the_promise():
    assert telling("Ich rufe Sie morgen zurück.", "Bea").startswith("Hallo Bea,")
    assert telling("Nous vous rappellerons demain").startswith("Bonjour,")
    assert "“We refund you.” That is done now." in telling("We refund you")
