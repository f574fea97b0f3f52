"""What a text says, what is wrong with it, what changed, and when a limit is over. No database."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mutuals.base.refusals import Refusal
from mutuals.processes import check, hours, text
from mutuals.processes.check import Known
from mutuals.processes.hours import Week, read_limit
from mutuals.processes.templates import templates

WHOLE = """start: a
hours: {zone: Europe/Lisbon, days: [mon, fri], from: "08:00", to: "12:00"}
steps:
- step: a
  name: First
  owner: role lead
  limit: 2 working hours
  needs: [city]
  guard: city:is:Porto
  then: [{note: {text: 'yes'}}]
  probability: 0
  accept: yes
  next: [{to: b, label: fits, if: city:is:Porto}, c]
- {step: b, reason: yes, end: lost}
- {step: c, end: done}
"""


def words(told: str) -> list[str]:
    """What the check says of a text."""
    return [one.words for one in check.findings(text.read(told), Known())]


def test_a_text_is_read_and_written_as_it_was():
    read = text.read(WHOLE)

    again = text.read(text.write(read.plain))

    assert again == read
    assert (again.steps[0].probability, again.steps[0].acts) == (0, (("note", {"text": "yes"}),))


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ("steps: &a [*a]", "Line 1: a process has no anchors"),
        ("steps:\n- step: a\n  next: *b", "Line 3: a process refers to nothing"),
        ("steps:\n- !!python/name:os.system a", "Line 2: a process has no tags"),
        ("steps:\n- step: a\n- step: a", "Line 3: Step 2, step: “a” is there twice"),
        ("steps:\n- step: a\n  next: [b]", "Line 3: Step 1, next: leads to “b”. There are: a."),
        ("steps:\n- step: a\n  limit: soon", "Line 3: Step 1, limit: is written as"),
        ("steps:\n- step: a\n  owner: me", "Line 3: Step 1, owner: is stays, team Service"),
        ("steps:\n- step: a\n  colour: red", "Line 3: Step 1.* “colour” is not known; there are: step"),
        ("steps:\n- step: A b", "is a short word of small letters"),
        ("steps:\n- step: a\n  step: b", "Line 3: a name stands here once"),
        ("steps:\n- step: a\n  guard: city", "Line 3: Step 1, guard: A filter is written"),
        ("a: [", "Line 1"),
        ("--- a\n--- b", "one document"),
        ("", "nothing here yet"),
        ("x" * (text.LONGEST + 1), "longer than"),
        ("[" * 30 + "]" * 30, "too deep"),
    ],
)
def test_what_is_wrong_is_told_by_its_line(told, why):
    with pytest.raises(Refusal, match=why):
        text.read(told)


def test_the_check_finds_islands_dead_ends_circles_and_what_is_not_there():
    island = "steps:\n- {step: a, next: [b]}\n- {step: b, end: done}\n- {step: c, next: [b]}"
    dead = "steps:\n- {step: a, next: [b, c]}\n- {step: b, end: done}\n- {step: c}"
    circle = "steps:\n- {step: a, next: [b, c]}\n- {step: b, end: done}\n- {step: c, next: [d]}\n- {step: d, next: [c]}"
    itself = (
        "steps:\n- {step: a, itself: yes, next: [b, c]}\n- {step: b, itself: yes, next: [a]}\n- {step: c, end: done}"
    )

    assert words(island) == ["“C” is reached by no way from the start."]
    assert words(dead) == ["“C” is a dead end: it leads nowhere and is no end."]
    assert words(circle) == ["From “C” no way leads to an end.", "From “D” no way leads to an end."]
    assert words(itself) == [f"“{name}” goes round in a circle by itself." for name in "AB"]
    assert words("steps:\n- {step: a, next: [a]}") == [
        "No step ends it: one at least is written with end: won, lost or done."
    ]
    gone = "steps:\n- {step: a, owner: team Gone, then: [fly], accept: yes, next: [b]}\n- {step: b, end: done}"
    assert [one.split(":")[0] for one in words(gone)] == ["“A” belongs to a team Gone, which is not there.", "“A”"]


def test_two_versions_are_compared_in_words():
    before = text.read("steps:\n- {step: a, limit: 1 hour, next: [b]}\n- {step: b, end: done}")
    after = text.read(
        "steps:\n- {step: a, limit: 2 hours, next: [legal]}\n"
        "- {step: legal, name: Legal check, next: [b]}\n- {step: b, end: done}"
    )

    assert check.compared(before, after) == [
        "New step “Legal check” after “A”, leading to “B”.",
        "“A” has 2 hours, not 1 hour.",
        "From “A” a way leads to “Legal check”.",
        "From “A” no way leads to “B” any more.",
    ]
    assert check.compared(before, before) == []


def test_working_hours_pass_over_nights_and_weekends_and_the_change_of_the_clock():
    week = Week("Europe/Lisbon")
    friday = datetime(2026, 10, 23, 15, tzinfo=UTC)  # 16:00 in Lisbon; the clock goes back on Sunday

    limit = read_limit("2 working hours", week)

    assert hours.due(friday, limit, week) == datetime(2026, 10, 26, 10, tzinfo=UTC)
    assert hours.worked(friday, datetime(2026, 10, 26, 10, tzinfo=UTC), week) == 7_200
    assert hours.due(friday, read_limit("2 hours", week), week) == datetime(2026, 10, 23, 17, tzinfo=UTC)
    assert read_limit("3 working days", week).seconds == 3 * 8 * 3_600
    saturday = datetime(2026, 10, 24, 12, tzinfo=UTC)
    assert hours.spent(saturday, saturday, week, working=True) == 0


def test_every_shipped_text_reads_as_it_is_written():
    assert [one.key for one in templates().values() if text.read(text.write(one.body)).plain != one.body] == []
