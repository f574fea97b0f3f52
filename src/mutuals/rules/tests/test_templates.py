"""What the templates do when they are kept as they are, and what acts do of rules that were kept before there were bounds."""

import pytest

import cast
from mutuals.base.models import Entry
from mutuals.base.refusals import Refusal
from mutuals.inbox.models import Case
from mutuals.people.models import Person
from mutuals.rules import body
from mutuals.rules.registry import Event, find
from mutuals.rules.templates import templates


@pytest.fixture
def us(db):
    return cast.staff()


@pytest.mark.parametrize("key", ["gold", "valuable", "silent", "wrong_channel", "refund", "wants_to_buy", "wish"])
def test_each_template_is_taken_as_it_stands(us, key):
    assert body.read(templates()[key], viewer=us.lea).then


@pytest.mark.parametrize("owned", [True, False])
def test_a_silent_buyer_is_told_to_whoever_looks_after_them(us, owned):
    bea = cast.person("Bea", by=us.ada)
    Person.objects.filter(pk=bea.pk).update(owner=us.ben if owned else None)
    steps = body.read(templates()["silent"], viewer=us.lea).then
    event = Event("clock:x", "clock", cast.NOW, person_id=bea.pk)

    said = [find(step.act).run(event, by=us.lea, now=cast.NOW, **step.told) for step in steps]

    told = Entry.objects.get(kind="staff.told")
    assert Case.objects.get().person == bea
    assert told.about == f"staff:{(us.ben if owned else us.lea).pk}"
    assert said[1].startswith("Told Ben" if owned else "Nobody looks after this customer; told Lea")


def test_an_act_of_an_old_rule_says_what_it_did_and_does_nothing_else(us):
    bea = cast.person("Bea", by=us.ada)
    event = Event("clock:x", "clock", cast.NOW, person_id=bea.pk)

    tagged = find("add_tag").run(event, by=us.lea, now=cast.NOW, tag="y" * 100)
    with pytest.raises(Refusal, match="cannot be shown"):
        find("set_field").run(event, by=us.lea, now=cast.NOW, field="country", value="\u202e")

    bea.refresh_from_db()
    assert bea.tags == ["y" * 40]
    assert tagged == f"Tagged “{'y' * 40}”"
