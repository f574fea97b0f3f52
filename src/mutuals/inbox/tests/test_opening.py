"""Rules start processes, take up leads and write down ideas: once, in words, and only where such an event can lead there."""

import pytest

import cast
from mutuals.base.refusals import Refusal
from mutuals.communities.models import Asker, Idea
from mutuals.history.models import Interaction
from mutuals.inbox import cases
from mutuals.inbox.models import Case
from mutuals.people.models import Person, Profile
from mutuals.processes import keep as drawn
from mutuals.processes import kinds, run, text, usual
from mutuals.processes.models import Item
from mutuals.rules import body, keep, queries, report, said, trial
from mutuals.rules.models import Firing
from mutuals.rules.registry import Event, find
from mutuals.rules.templates import templates
from mutuals.rules.there import There
from mutuals.sales import leads

STEPS = """
steps:
- {step: first, name: First, next: [last]}
- {step: last, name: Last, end: done}
"""


@pytest.fixture
def us(db):
    return cast.staff()


def process(us, name="Repair", kind="case"):
    made = drawn.draft(text.read(STEPS).plain, by=us.lea, now=cast.NOW, name=name, kind=kind)
    return drawn.publish(made, by=us.lea, now=cast.NOW).process


def rule(us, *then, when="received", name="R", **more):
    """A rule that is on."""
    told = {"when": when, "if": ["words:says:refund"], "then": list(then)} | more
    return keep.switch(keep.write(told, by=us.lea, now=cast.NOW, name=name), is_on=True, by=us.lea, now=cast.NOW)


def known(us, name="Bea Brand", stage=""):
    """The person behind who speaks next."""
    bea = cast.person(name, by=us.ada)
    Person.objects.filter(pk=bea.pk).update(stage=stage)
    return bea


def linked(turn, person):
    """The author of a conversation is that person."""
    Profile.objects.filter(pk=turn.conversation.opener_id).update(person=person)


def of_message(turn, person=None):
    """The event that the first message of a conversation was."""
    number = Interaction.objects.filter(conversation=turn.pk).order_by("pk").values_list("pk", flat=True)[0]
    return Event(f"interaction:{number}", "received", cast.NOW, number, turn.pk, person.pk if person else None)


def did(act, event, us, **told):
    """What an act says that it did."""
    return find(act).run(event, by=us.lea, now=cast.NOW, **told)


def test_a_rule_lets_its_case_go_by_the_steps_of_a_process_and_the_log_says_so(us):
    process(us)
    made = rule(us, {"open_case": {"title": "Refund"}}, {"start_process": {"process": "Repair"}})

    turn = cast.turn(cast.source(owner=us.olga), text="refund please")

    case = Case.objects.get(conversation=turn.pk)
    assert (case.title, case.item.process.name, case.item.step) == ("Refund", "Repair", "first")
    steps = Firing.objects.get(rule=made).steps
    assert [one["did"] for one in steps] == [f"Case {case.reference} opened", "“Repair” began, at “First”"]


def test_a_process_of_cases_opens_one_where_none_is_and_keeps_what_runs_already(us):
    process(us), process(us, "Other")
    turn = cast.turn(cast.source(owner=us.olga))
    event = of_message(turn)

    first, again, other = (did("start_process", event, us, process=name) for name in ("Repair", "repair", "Other"))

    case = Case.objects.get()
    assert first == f"Case {case.reference} opened. “Repair” began, at “First”"
    assert again == other == "“Repair” runs already, at “First”"
    assert (case.title, Item.objects.count()) == ("Repair", 1)


def test_a_process_about_people_starts_about_the_author_once_and_says_when_it_has_ended(us):
    kinds.about(
        "welcome", label="Welcome", keys=("person",), read=lambda keys: {key: {} for key in keys}, shown=lambda keys: {}
    )
    process(us, "Welcome", "welcome")
    bea = known(us)
    event = Event("clock:x", "clock", cast.NOW, person_id=bea.pk)

    first, again = (did("start_process", event, us, process="Welcome") for _ in range(2))
    run.move(Item.objects.get(), to="last", by=us.ada, now=cast.NOW)
    after = did("start_process", event, us, process="Welcome")
    with pytest.raises(Refusal, match="Nobody knows who wrote this"):
        did("start_process", of_message(cast.turn(cast.source(owner=us.olga))), us, process="Welcome")
    kinds.forget("welcome")

    assert (first, again) == ("“Welcome” began, at “First”", "“Welcome” runs already, at “First”")
    assert (after, Item.objects.get().about) == ("“Welcome” has run already and ended", f"person:{bea.pk}")


@pytest.mark.parametrize(
    ("kind", "when", "words"),
    [
        ("deal", "received", "this event leads to no deal"),
        ("campaign", "received", "this event leads to no campaign"),
        ("lead", "received", "In “P” runs a lead"),
        ("idea", "received", "In “P” runs an idea"),
        ("talk", "ordered", "this event leads to no talk"),
    ],
)
def test_a_rule_is_not_written_where_its_event_cannot_start_the_process(us, kind, when, words):
    kinds.about("talk", label="Talk", keys=("conversation",), read=lambda keys: {}, shown=lambda keys: {})
    process(us, "P", kind)
    told = {"when": when, "then": [{"start_process": {"process": "P"}}]}

    with pytest.raises(Refusal, match=words) as refused:
        keep.write(told, by=us.lea, now=cast.NOW, name="R")
    body.read({**told, "when": "received", "then": [{"note": {"text": "x"}}]}, viewer=us.lea)
    kinds.forget("talk")

    assert "then.0.process" in refused.value.fields


def test_a_process_that_is_not_there_is_refused_with_the_nearest_and_one_that_retires_is_reported(us):
    made = process(us)
    with pytest.raises(Refusal, match="No process in use is called “Repairs”\\. Did you mean “Repair”"):
        rule(us, {"start_process": {"process": "Repairs"}})
    written = rule(us, {"start_process": {"process": "Repair"}})
    before = queries.broken(written, There())

    drawn.retire(made, by=us.lea, now=cast.NOW)

    assert before == ""
    assert [(row, "No process in use" in why) for row, why in report.report(us.lea, now=cast.NOW).broken] == [
        (written, True)
    ]


def test_an_author_becomes_a_lead_once_and_a_customer_stays_one(us):
    source = cast.source(owner=us.olga)
    turn = cast.turn(source)
    bea, bo = known(us), known(us, "Bo Buyer", stage="customer")
    buyer = known(us, "Cia Client")
    type(buyer).objects.filter(pk=buyer.pk).update(order_count=2)

    first, again = (did("open_lead", of_message(turn, bea), us, note="Asked for a price") for _ in range(2))
    customer = did("open_lead", of_message(turn, bo), us)
    bought = did("open_lead", of_message(turn, buyer), us)
    with pytest.raises(Refusal, match="nobody to make a lead"):
        did("open_lead", of_message(turn), us)

    bea.refresh_from_db()
    bo.refresh_from_db()
    assert (first, again, bea.stage) == ("Bea Brand is a lead now", "Bea Brand was a lead already", "lead")
    assert (customer, bo.stage) == ("Bo Buyer is a customer already, so no lead was opened", "customer")
    assert bought == "Cia Client is a customer already, so no lead was opened"
    assert [row.about for row in Item.objects.all()] == [f"person:{bea.pk}"]


def test_a_lead_tells_the_rule_that_opened_it_by_its_name(us):
    rule(us, {"open_lead": {}}, name="Asks for a price")
    source = cast.source(owner=us.olga)
    bea = known(us)
    linked(cast.turn(source), bea)

    cast.said(source, cast.event("p2", "refund?"))

    assert leads.told(us.lea, [leads.run_of(bea)])[0].source == "the rule “Asks for a price”"


def test_what_is_wished_for_is_written_down_once_with_who_asked(us):
    made = rule(us, {"open_idea": {"title": "A lid that locks"}})
    source = cast.source(owner=us.olga)

    cast.said(source, cast.event("p1", "refund, and a lid that locks"))
    cast.said(source, cast.event("p2", "refund! and a locking lid", who="bo"))
    again = did("open_idea", of_message(cast.turn(source, key="p3", text="Hello")), us, title="A lid that locks")

    idea = Idea.objects.get()
    steps = [one.steps[0]["did"] for one in Firing.objects.filter(rule=made).order_by("pk")]
    assert steps == [
        "Idea “A lid that locks” written down",
        "Idea “A lid that locks” was there already, asked for by 2",
    ]
    assert again == "Idea “A lid that locks” was there already, asked for by 2"  # by one who had asked before
    assert Asker.objects.filter(idea=idea).count() == 3
    with pytest.raises(Refusal, match="no message that an idea could come from"):
        rule(us, {"open_idea": {}}, name="No", when="clock", **{"if": ["stage:is:customer"]})


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ({"open_case": {"title": "Leak, big"}}, "open the case “Leak, big”, priority normal"),
        ({"open_case": {"title": "Leak", "minutes": "0"}}, "open the case “Leak”, priority normal"),
        ({"open_case": {"title": "Leak", "minutes": "30"}}, "open the case “Leak”, priority normal, limit 30 minutes"),
        ({"open_lead": {}}, "make the customer a lead"),
        ({"open_lead": {"note": "Hot"}}, "make the customer a lead, with the note “Hot”"),
        ({"open_idea": {}}, "write it down as an idea"),
    ],
)
def test_what_is_not_answered_is_not_said(us, step, words):
    told = {"when": "received", "if": ["words:says:x"], "then": [step]}
    written = keep.write(told, by=us.lea, now=cast.NOW, name="R")

    read = queries.body_of(written)  # as it is kept: a form sends texts

    assert said.step(read.then[0]) == words
    assert said.sentence(read).endswith(f"then {words}.")


def test_a_dry_run_and_a_test_start_nothing(us):
    process(us)
    turn = cast.turn(cast.source(owner=us.olga), text="refund please")
    told = {
        "when": "received",
        "if": ["words:says:refund"],
        "then": [{"start_process": {"process": "Repair"}}, {"open_idea": {}}],
    }
    read = body.read(told, viewer=us.lea)
    number = of_message(turn).interaction_id

    dry = trial.dry_run(read, by=us.lea, now=cast.NOW, days=3_000)
    tried = trial.test(read, number, by=us.lea, now=cast.NOW)

    assert dry.ids == (number,)
    assert tried.would == ("start the process “Repair”", "write it down as an idea")
    assert [model.objects.count() for model in (Item, Case, Idea)] == [0, 0, 0]


def test_two_rules_that_start_different_processes_for_the_same_are_a_quarrel(us):
    process(us), process(us, "Other")
    rule(us, {"start_process": {"process": "Repair"}}, name="One")
    rule(us, {"start_process": {"process": "Other"}}, name="Two")

    cast.said(cast.source(owner=us.olga), cast.event("p1", "refund"))

    assert [one.lane for one in queries.quarrels(us.lea, now=cast.NOW + cast.minutes(1))] == ["process"]


def test_templates_name_the_steps_that_are_in_use(us):
    def started(key):
        return [one["start_process"]["process"] for one in templates()[key]["then"] if "start_process" in one]

    before = started("refund") + started("gold")
    usual.of("case", by=us.ada, now=cast.NOW)
    process(us, "Complaint from a public post")

    assert before == []
    assert (started("refund"), started("gold")) == (["Service case"], ["Complaint from a public post"])


def test_a_case_of_a_rule_without_a_limit_has_none(us):
    turn = cast.turn(cast.source(owner=us.olga))

    did("open_case", of_message(turn), us, title="Leak", minutes=0)

    assert [one.due_at for one in cases.listed(us.ada)] == [None]
