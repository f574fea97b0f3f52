"""What can never hold and never be done is refused when a rule is written, by the name of what is wrong."""

import pytest

import cast
from mutuals.base.refusals import Refusal
from mutuals.listening.models import Topic
from mutuals.rules import body, keep, report
from mutuals.rules.models import Rule

NOTE = [{"note": {"text": "Look"}}]


@pytest.fixture
def us(db):
    return cast.staff()


def told(**more):
    return {"when": "received", "then": NOTE} | more


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (["words:says:(a+)+$"], "no patterns: “\\(” is not looked for"),
        (["words:says:.*lid"], "“\\*” is not looked for"),
        (["words:says:colou?r"], "“\\?” is not looked for"),
        ({"field": "words", "op": "says", "value": ["lid\\b"]}, "is not looked for"),
        (["words:says:leak.*"], "is not looked for"),
        (["words:says:^lid"], "is not looked for"),
        (["occurred:between:2026-02-01|2026-01-01"], "the smaller or earlier value first"),
        ({}, "asks for nothing"),
        ([], "asks for nothing"),
        ({"all": []}, "asks for nothing"),
    ],
)
def test_a_condition_that_can_never_mean_what_it_says_is_refused(us, asked, words):
    with pytest.raises(Refusal, match=words):
        keep.write(told(**{"if": asked}), by=us.lea, now=cast.NOW, name="R")

    assert not Rule.objects.exists()


@pytest.mark.parametrize("words", ["what?", "leak*", "$100", "+49 30", "don't, or won't", "a-b/c", "50%"])
def test_marks_that_only_part_words_stay(us, words):
    keep.write(told(**{"if": [f"words:says:{words}"]}), by=us.lea, now=cast.NOW, name="R")

    assert Rule.objects.exists()


def test_short_forms_stand_within_all_any_and_not(us):
    asked = {"all": ["public:is:yes", {"any": ["words:says:lid", {"not": "words:says:leak*|broke"}]}]}

    read = body.read(told(**{"if": asked}), viewer=us.lea)
    longer = {"field": "words", "op": "says", "value": ["leak*", "broke"]}

    assert (
        read.condition
        == body.read(
            told(
                **{
                    "if": {
                        "all": [
                            {"field": "public", "op": "is", "value": True},
                            {"any": [{"field": "words", "op": "says", "value": ["lid"]}, {"not": longer}]},
                        ]
                    }
                }
            ),
            viewer=us.lea,
        ).condition
    )


def test_a_topic_that_is_not_there_is_refused_and_the_nearest_is_named(us):
    Topic.objects.create(name="Lids", kind="brand")

    with pytest.raises(Refusal, match=r"There is no “Lidds” among Topics\. Did you mean “Lids”"):
        keep.write(told(**{"if": ["topics:has:Lidds"]}), by=us.lea, now=cast.NOW, name="R")
    kept = keep.write(told(**{"if": ["topics:has:Lids"]}), by=us.lea, now=cast.NOW, name="R")

    assert kept.body["if"] == ["topics:has:Lids"]


def test_a_rule_whose_topic_or_team_went_is_reported_and_not_turned_on_again(us):
    topic = Topic.objects.create(name="Lids", kind="brand")
    rule = keep.write(told(**{"if": ["topics:has:Lids"]}), by=us.lea, now=cast.NOW, name="R")
    keep.switch(rule, is_on=True, by=us.lea, now=cast.NOW)

    topic.delete()
    found = report.report(us.lea, now=cast.NOW)

    assert [(one.pk, "“Lids”" in why) for one, why in found.broken] == [(rule.pk, True)]
    with pytest.raises(Refusal, match="Lids"):
        keep.switch(rule, is_on=True, by=us.lea, now=cast.NOW)


@pytest.mark.parametrize(
    ("act", "words"),
    [
        ({"give_to_team": {"team": "Nope"}}, "There is no team “Nope”"),
        ({"tell_team": {"team": "Nope", "text": "x"}}, "There is no team “Nope”"),
        ({"tell": {"to": "nobody@x.y", "text": "x"}}, "Nobody who works here has the address nobody@x.y"),
        ({"assign": {"to": "nobody@x.y"}}, "Nobody who works here"),
        ({"open_case": {"title": "t" * 201}}, "“title” of open_case is a text of at most 200 letters"),
        ({"open_case": {"title": "two\nlines"}}, "one line of text"),
        ({"open_case": {"title": "t", "minutes": 9_999_999}}, "a whole number from 0 to 525600"),
        ({"put_aside": {"hours": 8_761}}, "a whole number from 1 to 8760"),
        ({"put_aside": {"hours": 0}}, "a whole number from 1 to 8760"),
        ({"add_tag": {"tag": "y" * 41}}, "at most 40 letters"),
        ({"add_tag": {"tag": "a,b\nc"}}, "one word or phrase"),
        ({"set_field": {"field": "stage", "value": "emperor"}}, "A stage is lead, customer, former"),
        ({"set_field": {"field": "city", "value": "x" * 101}}, "not longer than 100 letters"),
        ({"set_field": {"field": "country", "value": "\u202e"}}, "holds nothing that can be shown"),
    ],
)
def test_an_act_that_can_never_be_done_as_it_says_is_refused(us, act, words):
    with pytest.raises(Refusal, match=words):
        keep.write(told(then=[act]), by=us.lea, now=cast.NOW, name="R")


def test_what_is_wrong_names_the_step_and_the_answer(us):
    with pytest.raises(Refusal) as found:
        keep.write(told(then=[*NOTE, {"open_case": {"priority": "high"}}]), by=us.lea, now=cast.NOW, name="R")

    assert found.value.fields["then.1.title"] == "Please fill this in."
    assert next(iter(found.value.fields)) == "then"
