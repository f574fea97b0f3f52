"""The picture of a process, and the plain form of a step. No database."""

import re
from xml.etree import ElementTree

import pytest

from mutuals.base.refusals import Refusal
from mutuals.processes import shape, text
from mutuals.processes.figures import Line
from mutuals.processes.templates import templates
from mutuals.web.processes import drawing
from mutuals.web.processes.stepform import (
    changed,
    changed_way,
    inserted,
    linked,
    plain_of,
    plain_of_way,
    put,
    removed,
    unlinked,
)


@pytest.mark.parametrize("key", sorted(templates()))
def test_every_shipped_process_is_drawn_with_all_its_boxes_and_ways(key):
    told = shape.read(templates()[key].body)
    ways = sum(len(one.ways) for one in told.steps)

    for drawn in (drawing.wide(told, {}), drawing.narrow(told, {})):
        root = ElementTree.fromstring(drawn)
        width, height = (float(one) for one in root.attrib["viewBox"].split()[2:])
        boxes = [(float(r.attrib["x"]), float(r.attrib["y"])) for r in root.iter("rect")]
        assert len(boxes) == len(set(boxes)) == len(told.steps)
        assert all(0 <= x < width and 0 <= y < height for x, y in boxes)
        assert drawn.count('class="ar"') == ways
    assert width <= 360 - 2 * 8


def test_steps_stand_behind_those_that_lead_to_them_and_words_of_users_stay_words():
    told = text.read(
        'steps:\n- {step: a, name: "<b>&", next: [{to: b, label: "<i>"}]}\n- {step: b, next: [a, c]}\n- {step: c, end: done}'
    )

    assert drawing.ranks(told) == {"a": 0, "b": 1, "c": 2}
    assert "<b>" not in drawing.wide(told, {})
    assert "<i>" not in drawing.narrow(told, {})


def test_the_form_of_a_step_keeps_what_it_cannot_show():
    body = text.read(
        "steps:\n- {step: a, then: [{note: {text: x}}], next: [{to: b, label: old, if: city:is:Porto}]}\n- {step: b, end: done}"
    ).plain

    form = plain_of(body, "a") | {"next": "b: new", "limit": "1 day", "accept": ""}
    told = shape.read(changed(body, "a", form))

    assert (told.steps[0].ways[0].label, told.steps[0].ways[0].condition) == ("new", "city:is:Porto")
    assert (told.steps[0].acts, told.steps[0].limit.words) == ((("note", {"text": "x"}),), "1 day")


def test_a_step_is_put_on_a_way_and_taken_away_again():
    body = text.read("steps:\n- {step: a, next: [{to: b, label: yes}]}\n- {step: b, end: done}").plain

    more, key = inserted(body, {"name": "Legal check!", "way": "a b", "owner": "role lead", "limit": "1 day"})
    less = removed(more, key)

    assert key == "legal_check"
    assert plain_of(more, "a")["next"] == "legal_check: yes"
    assert [(one.key, [way.to for way in one.ways]) for one in shape.read(more).steps] == [
        ("a", ["legal_check"]), ("legal_check", ["b"]), ("b", []),
    ]  # fmt: skip
    assert [way.to for way in shape.read(less).steps[0].ways] == ["b"]
    with pytest.raises(Refusal, match="begins with this step"):
        removed(body, "a")
    assert not re.search("legal", str(less))


def test_boxes_that_somebody_put_stand_there_in_text_and_picture_and_fall_again():
    body = text.read("steps:\n- {step: a, next: [b]}\n- {step: b, next: [c]}\n- {step: c, end: done}").plain

    moved = put(body, "b", (700, 333))
    told = text.read(text.write(moved))

    assert drawing.places(told)["b"] == (700, 333)
    assert {key: drawing.places(told)[key] for key in "ac"} == {
        key: drawing.places(shape.read(body))[key] for key in "ac"
    }
    assert 'x="700" y="333"' in drawing.wide(told, {})
    assert put(moved, "", None) == body
    with pytest.raises(Refusal, match="two whole numbers"):
        text.read("steps:\n- {step: a, at: [1], end: done}")


def test_ways_are_drawn_labelled_and_taken_away_and_acts_are_written_one_a_line():
    body = text.read("steps:\n- {step: a, next: [{to: b, if: {all: []}}]}\n- {step: b, end: done}\n- {step: c}").plain

    more = linked(linked(body, "c", "b"), "c", "b")
    named = changed_way(more, "c", "b", {"label": " fine ", "if": "amount:over:5"})
    acting = changed(named, "c", plain_of(named, "c") | {"then": 'note: {text: "Told"}\n\nclose'})

    assert shape.read(named).way("c", "b") == shape.Way("b", "fine", "amount:over:5")
    assert plain_of_way(more, "a", "b") == {"label": "", "if": "", "open": ""}
    assert changed_way(more, "a", "b", {"label": "", "if": ""}) == more
    assert shape.read(acting).step("c").acts == (("note", {"text": "Told"}), ("close", {}))
    assert plain_of(acting, "c")["then"] == "note: {text: Told}\nclose"
    assert unlinked(more, "c", "b") == {**body, "steps": [*body["steps"][:2], {**body["steps"][2], "next": []}]}
    with pytest.raises(Refusal, match="ends with this step"):
        linked(body, "b", "c")
    with pytest.raises(Refusal, match="Line 1"):
        changed(body, "c", plain_of(body, "c") | {"then": "note: {text: [}"})


def test_the_picture_of_what_ran_tells_time_rework_and_drop_out():
    told = text.read("steps:\n- {step: a, limit: 1 hour, next: [b]}\n- {step: b, end: done}")
    line = Line(told.steps[0], left=10, median=600.0, in_time=0.9, rework=0.2, dropped=0.1)

    for drawn in (drawing.wide(told, {"a": line}), drawing.narrow(told, {"a": line})):
        assert "median 10 min" in drawn
        assert "again 20 % · out 10 %" in drawn
        assert "90 %" in drawn
