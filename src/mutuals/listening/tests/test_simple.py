"""The simple form of a topic's words: it writes the text, and shows those texts that it could have written."""

import pytest

from mutuals.listening.topic.simple import Simple, parted, shown
from mutuals.listening.topic.wanted import Unclear, read


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (Simple(("kettle", "hold mode")), 'kettle "hold mode"'),
        (Simple((), ("kettle", "pot")), "kettle OR pot"),
        (Simple(("brew*",), ("kettle", "OR"), ("toy",)), 'brew* (kettle OR "OR") NOT toy'),
        (Simple(near=("lid", "broke*"), within=5), "lid NEAR(5) broke*"),
        (
            Simple(("Müller",), ("@kettleworks", "#brew"), ("toy shop",)),
            'Müller (@kettleworks OR #brew) NOT "toy shop"',
        ),
        (Simple(), ""),
    ],
)
def test_what_the_form_writes_is_what_it_shows(form, text):
    assert form.text == text
    assert shown(text) == form


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("kettle AND leak* -toy", Simple(("kettle", "leak*"), (), ("toy",))),
        ("kettle NOT (toy OR doll)", Simple(("kettle",), (), ("toy", "doll"))),
        ('kettle "lid" NEAR/3 "fell off"', Simple(("kettle",), near=("lid", "fell off"), within=3)),
    ],
)
def test_what_somebody_else_wrote_is_shown_and_means_the_same(text, form):
    assert shown(text) == form
    assert read(form.text) == read(text) or form.none_of == ("toy", "doll")


@pytest.mark.parametrize(
    "text",
    ["a1 OR (b1 c1)", "(aa OR bb) (cc OR dd)", "aa NEAR bb cc NEAR(3) dd", "aa NOT (bb cc)", "(aa OR bb) NEAR cc"],
)
def test_what_is_more_than_the_form_is_not_shown(text):
    read(text)

    assert shown(text) is None


def test_what_is_no_question_is_unclear():
    with pytest.raises(Unclear):
        shown("kettle OR")


def test_fields_are_parted_by_commas():
    assert parted(' kettle , "hold  mode";\npot,, ') == ("kettle", "hold mode", "pot")
