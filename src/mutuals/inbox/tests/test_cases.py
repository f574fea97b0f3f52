import json

import pytest

import cast
from mutuals import cli
from mutuals.base.models import Entry
from mutuals.base.refusals import Refusal
from mutuals.conversations.arrived import Joined
from mutuals.identity import joins, split
from mutuals.inbox import cases, place, problem
from mutuals.inbox.models import Case, CaseState, Turn
from mutuals.rules import keep
from mutuals.rules.models import Firing
from mutuals.staff.permissions import NotAllowed


@pytest.fixture
def us(db):
    return cast.staff()


def test_one_case_is_open_in_a_conversation_and_the_second_asking_finds_it(us):
    turn = cast.turn(cast.source(owner=us.olga))

    first, is_new = cases.open_case(by=us.ada, now=cast.NOW, title="Leak", conversation=turn.conversation, minutes=30)
    again, is_newer = cases.open_case(by=us.ben, now=cast.NOW, title="Again", conversation=turn.conversation)

    assert (is_new, is_newer, again) == (True, False, first)
    assert first.reference == f"C-{first.pk:05d}"
    assert Entry.objects.filter(kind="case.opened", about=f"conversation:{turn.pk}").count() == 1


@pytest.mark.parametrize(
    "more", [{"title": " "}, {"title": "x" * 201}, {"priority": "huge"}, {"minutes": -1}, {"conversation": None}]
)
def test_a_case_that_says_nothing_is_refused(us, more):
    turn = cast.turn(cast.source(owner=us.olga))

    with pytest.raises(Refusal):
        cases.open_case(**{"by": us.ada, "now": cast.NOW, "title": "Leak", "conversation": turn.conversation} | more)

    assert not Case.objects.exists()


def test_a_case_ends_and_is_taken_up_again_unless_another_is_open(us):
    turn = cast.turn(cast.source(owner=us.olga))
    case, _ = cases.open_case(by=us.ada, now=cast.NOW, title="Leak", conversation=turn.conversation)

    ended = cases.change(case, by=us.ada, now=cast.NOW, state="solved", priority="high", **cast.ENDED)
    cases.open_case(by=us.ada, now=cast.NOW, title="Next", conversation=turn.conversation)

    assert (ended.state, ended.priority, ended.ended_at) == ("solved", "high", cast.NOW)
    with pytest.raises(Refusal, match="Another case"):
        cases.change(case, by=us.ada, now=cast.NOW, state="open")


def test_a_contractor_sees_the_cases_of_their_own_conversations_and_opens_none(us):
    turn = cast.turn(cast.source(owner=us.olga))
    cases.open_case(by=us.ada, now=cast.NOW, title="Leak", conversation=turn.conversation)

    with pytest.raises(NotAllowed):
        cases.open_case(by=us.cleo, now=cast.NOW, title="Mine", conversation=turn.conversation)

    assert cases.listed(us.cleo) == []
    assert len(cases.listed(us.ben)) == 1


def test_cases_go_along_when_conversations_become_one(us):
    of = cast.source(owner=us.olga)
    stays, gone = cast.turn(of, "p1"), cast.turn(of, "p2")
    for turn in (stays, gone):
        cases.open_case(by=us.ada, now=cast.NOW, title="Leak", conversation=turn.conversation)

    place.interactions([], [Joined(gone.pk, stays.pk)])

    told = Case.objects.filter(conversation=stays.pk).order_by("pk").values_list("state", flat=True)
    assert list(told) == [CaseState.OPEN, CaseState.DROPPED]


def test_what_rules_did_and_laid_ready_goes_along_when_conversations_become_one(us):
    of = cast.source(owner=us.olga)
    told = {"when": "received", "if": ["words:says:refund"], "then": [{"prepare": {"text": "We pay back."}}]}
    keep.switch(keep.write(told, by=us.lea, now=cast.NOW, name="Pays"), is_on=True, by=us.lea, now=cast.NOW)
    stays, gone = cast.turn(of, "p1", who="bo"), cast.turn(of, "p2", "refund!")

    place.interactions([], [Joined(gone.pk, stays.pk)])

    assert Firing.objects.get().conversation_id == stays.pk
    assert Turn.objects.get(pk=stays.pk).draft == "We pay back."


def test_a_rule_lays_its_answer_over_nothing_that_lies_there_and_greets_only_whom_we_know(us):
    of = cast.source(owner=us.olga)
    text = "Hello {first}, we pay back."
    told = {"when": "received", "if": ["words:says:refund"], "then": [{"prepare": {"text": text}}]}
    keep.switch(keep.write(told, by=us.lea, now=cast.NOW, name="Pays"), is_on=True, by=us.lea, now=cast.NOW)
    turn = cast.turn(of, "p1", "refund!", thread="t1")
    laid = Turn.objects.get(pk=turn.pk).draft
    Turn.objects.filter(pk=turn.pk).update(draft="By hand")

    cast.turn(of, "p2", "Where is my refund?", thread="t1")

    assert laid == "Hello, we pay back."
    assert Turn.objects.get(pk=turn.pk).draft == "By hand"
    assert Firing.objects.order_by("-pk")[0].steps[0]["did"] == "An answer lay there already; it was left as it is"
    assert problem.filled("Hi {first} of {subject}, {name}!", name="Bo {subject} Ray", subject="x") == (
        "Hi Bo of x, Bo {subject} Ray!"
    )


def test_a_case_goes_with_the_presence_that_began_its_conversation_when_a_person_is_split_and_comes_back(us):
    turn = cast.turn(cast.source(owner=us.olga))
    bea = cast.person("Bea Brand", by=us.ada)
    theirs = turn.conversation.opener
    theirs.person = bea
    theirs.save()
    hers, _ = cases.open_case(by=us.ada, now=cast.NOW, title="Hers", person=bea)
    case, _ = cases.open_case(by=us.ada, now=cast.NOW, title="Leak", conversation=turn.conversation, person=bea)

    done = split.some(bea, [theirs.pk], by=us.ada, now=cast.NOW)
    went = Case.objects.get(pk=case.pk).person
    joins.undo(done.key, by=us.ada, now=cast.NOW + cast.minutes(1))

    assert (went, Case.objects.get(pk=hers.pk).person) == (done.other, bea)
    assert Case.objects.get(pk=case.pk).person.canonical == bea


def test_cases_are_opened_found_changed_and_told_from_the_terminal(us, capsys):
    turn = cast.turn(cast.source(owner=us.olga))

    def said(*argv):
        capsys.readouterr()
        code = cli.main([*map(str, argv), "--as", us.ada.email, "--json"])
        return code, json.loads(capsys.readouterr().out or "null")

    _, made = said("cases", "open", turn.pk, "It leaks", "--priority", "high", "--minutes", "30")
    _, again = said("cases", "open", turn.pk, "Again")
    _, found = said("cases", "list", "--find", "leaks", "--sort", "limit")
    _, changed = said(
        "cases", "change", made["reference"], "--state", "solved", "--purpose", "fix", "--outcome", "solved"
    )
    _, shown = said("cases", "show", made["id"])

    assert (made["new"], again["new"], again["id"]) == (True, False, made["id"])
    assert [one["reference"] for one in found] == [made["reference"]]
    assert (changed["state"], [one["what"] for one in shown["done"]]) == ("solved", ["case.changed", "case.opened"])
    assert said("cases", "show", "C-99999")[0] == 3
