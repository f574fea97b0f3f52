"""Rules on deals, cases, tasks, own records and segments: they wake, act, are applied to what is there, and taken back."""

from decimal import Decimal

import pytest
from django.test import Client

import cast
from mutuals.base import lists, undo
from mutuals.base.models import Batch, Entry
from mutuals.base.refusals import Refusal
from mutuals.inbox import cases, tasks
from mutuals.inbox.models import Case, Task
from mutuals.inbox.tasks_read import TaskIn
from mutuals.outreach import renewing, segments
from mutuals.people import persons
from mutuals.people.models import Person
from mutuals.records import book, definitions, own, types
from mutuals.rules import body, keep, queries, trial, watch
from mutuals.rules.models import Firing, Outcome, Rule
from mutuals.rules.tests.test_judge import running
from mutuals.rules.tests.test_trial import settle
from mutuals.sales import deals
from mutuals.sales.models import Deal

BIG = {"when": "deal_changed", "if": ["amount:over:5000"]}


@pytest.fixture
def us(db):
    us = cast.staff()
    watch.read_on(cast.NOW)
    return us


def deal(us, title, amount, *, of=None, **more) -> Deal:
    told = deals.DealIn(
        title, "EUR", person=of or cast.person(f"Buyer of {title}", by=us.ada), amount=Decimal(amount), **more
    )
    return deals.open_deal(told, by=us.lea, now=cast.NOW)[0]


def test_a_deal_that_changes_wakes_its_rule_once_and_what_the_rule_writes_does_not_wake_it_again(us):
    bea = cast.person("Bea", by=us.ada)
    row = deal(us, "Pots", 100, of=bea)
    watch.read_on(cast.NOW)
    then = [{"set_owner": {"to": us.ada.email}}, {"write_field": {"field": "probability", "value": "80"}}]
    then += [
        {"make_task": {"title": "Call about it"}},
        {"open_case": {"title": "Care", "severity": "severe", "each": "customer"}},
    ]
    running(BIG | {"then": then}, by=us.lea)

    deals.edit(row, by=us.lea, changes={"amount": Decimal(9_000), "title": "Many pots"}, now=cast.NOW)
    settle(3)

    row.refresh_from_db()
    firing, task, case = Firing.objects.get(), Task.objects.get(), Case.objects.get()
    assert (firing.about, firing.person_id, firing.outcome) == (f"deal:{row.pk}", bea.pk, Outcome.DONE), firing.steps
    assert (row.owner, row.probability) == (us.ada, 80)
    assert (task.about, task.person_id) == (f"deal:{row.pk}", bea.pk)
    assert (case.severity, case.person_id) == ("severe", bea.pk)
    assert [one.pk for one in queries.log(us.lea, about=f"deal:{row.pk}")] == [firing.pk]
    assert queries.what([firing])[firing.pk] == "Many pots"
    page = Client()
    page.force_login(us.lea)
    assert "What rules did" in page.get(f"/sales/deals/{row.pk}/").content.decode()

    deals.edit(row, by=us.lea, changes={"amount": Decimal(9_500)}, now=cast.NOW)
    settle(3)

    assert (Firing.objects.count(), Task.objects.count(), Case.objects.count()) == (2, 2, 1)
    assert "open already" in str(Firing.objects.latest("pk").steps)


def test_a_rule_applied_to_deals_that_are_there_says_how_many_does_each_once_and_is_taken_back(us):
    rows = [deal(us, f"Deal {n}", 6_000 if n < 3 else 10) for n in range(5)]
    deals.trash(rows[0], by=us.lea, now=cast.NOW)
    told = BIG | {"then": [{"write_field": {"field": "probability", "value": "80"}}]}
    rule = keep.write(told, by=us.lea, now=cast.NOW, name="Likely")

    dry = trial.dry_run(body.read(rule.body, viewer=us.lea), by=us.lea, now=cast.NOW)
    run = trial.apply(rule, by=us.lea, now=cast.NOW)
    trial.go_on(run.pk, cast.NOW)
    second = trial.apply(rule, by=us.lea, now=cast.NOW)
    trial.go_on(second.pk, cast.NOW)

    run.refresh_from_db()
    second.refresh_from_db()
    assert dry.existing == 2
    assert (run.total, run.found, run.fired, second.fired, second.met) == (2, 2, 2, 0, 2)
    assert list(Deal.objects.order_by("pk").values_list("probability", flat=True).filter(probability=80)) == [80, 80]
    batch = Batch.objects.get(pk=run.batch)
    assert (batch.total, second.batch) == (2, None)

    undo.take_back(undo.begin_undo(batch, by=us.lea, now=cast.NOW), lists.listing("deal"), by=us.lea, now=cast.NOW)

    assert not Deal.objects.filter(probability=80).exists()


def test_cases_tasks_and_records_of_the_house_wake_rules(us):
    types.add(name="Machine", plural="Machines", by=us.olga, now=cast.NOW)
    machine = book.kind("machine")
    running(
        {"when": "case_opened", "if": ["priority:is:urgent"], "then": [{"set_severity": {"severity": "critical"}}]},
        by=us.lea,
    )
    running(
        {"when": "task_changed", "if": ["done:filled"], "then": [{"tell": {"to": us.ada.email, "text": "Done"}}]},
        by=us.lea,
        name="B",
    )
    running(
        {"when": "own_machine_added", "if": ["title:contains:press"], "then": [{"set_owner": {"to": us.ben.email}}]},
        by=us.lea,
        name="C",
    )
    bea = cast.person("Bea", by=us.ada)

    case, _ = cases.open_case(by=us.ada, now=cast.NOW, title="Leak", person=bea, priority="urgent")
    task, _ = tasks.add(TaskIn("Call", person=bea), by=us.ada, now=cast.NOW)
    tasks.done(task, by=us.ada, now=cast.NOW)
    press, lathe = (own.add(machine, by=us.ada, now=cast.NOW, title=one) for one in ("Press 4", "Lathe"))
    settle(3)

    for one in (case, press, lathe):
        one.refresh_from_db()
    assert sorted(Firing.objects.values_list("about", flat=True)) == sorted(
        [f"case:{case.pk}", f"own:{press.pk}", f"task:{task.pk}"]
    )
    assert not [one.steps for one in Firing.objects.exclude(outcome=Outcome.DONE)]
    assert (case.severity, press.owner, lathe.owner) == ("critical", us.ben, us.ada)
    assert Entry.objects.get(kind="staff.told").data["thing"] == f"task:{task.pk}"


def test_who_enters_a_segment_wakes_its_rule_and_it_is_applied_to_those_who_are_in_it(us):
    bea, tom = (cast.person(name, by=us.ada, city="Faro") for name in ("Bea", "Tom"))
    row = segments.add(by=us.ada, now=cast.NOW, name="Porto", condition={"field": "city", "op": "is", "value": "Porto"})
    persons.edit(tom, by=us.ada, changes={"city": "Porto"}, now=cast.NOW)
    renewing.look(row.pk, now=cast.NOW)
    rule = running({"when": f"entered_{row.pk}", "then": [{"add_tag": {"tag": "came"}}]}, by=us.lea)

    persons.edit(bea, by=us.ada, changes={"city": "Porto"}, now=cast.NOW)
    renewing.follow(now=cast.NOW)
    settle(2)
    came = set(Person.objects.filter(tags__contains=["came"]).values_list("pk", flat=True))
    run = trial.apply(rule, by=us.lea, now=cast.NOW)
    trial.go_on(run.pk, cast.NOW)

    run.refresh_from_db()
    assert came == {bea.pk}
    assert (run.total, run.fired, run.met) == (2, 1, 1)
    assert Person.objects.filter(tags__contains=["came"]).count() == 2


def test_a_deal_that_a_rule_opens_tells_what_the_house_requires(us):
    definitions.add("deal", label="Budget year", kind="number", is_required=True, by=us.olga, now=cast.NOW)
    bare = {"when": "changed", "then": [{"open_deal": {"title": "Renewal", "amount": 500}}]}

    with pytest.raises(Refusal, match="Budget year"):
        keep.write(bare, by=us.lea, now=cast.NOW, name="Bare")
    running(
        bare | {"then": [{"open_deal": {"title": "Renewal", "amount": 500, "own": "budget_year: 2027"}}]}, by=us.lea
    )
    bea = cast.person("Bea", by=us.ada)
    persons.edit(bea, by=us.ada, changes={"city": "Porto"}, now=cast.NOW)
    settle(2)

    row = Deal.objects.get()
    assert (row.title, row.person, row.amount, row.custom) == ("Renewal", bea, Decimal(500), {"budget_year": 2027})


def test_fields_that_a_record_does_not_have_are_refused_when_the_rule_is_written(us):
    for when, field in (("deal_opened", "shoe"), ("deal_opened", "custom.shoe"), ("received", "title")):
        with pytest.raises(Refusal):
            keep.write(
                {"when": when, "then": [{"write_field": {"field": field, "value": "x"}}]},
                by=us.lea,
                now=cast.NOW,
                name="X",
            )


def test_a_file_of_rules_brings_all_but_those_that_name_a_process_which_is_retired(us):
    note = {"when": "received", "then": [{"note": {"text": "Look"}}]}
    retired = {"when": "received", "then": [{"start_process": {"process": "Gone"}}]}

    brought = keep.take(
        [note | {"name": "One"}, retired | {"name": "Two"}, note | {"name": "Three"}], by=us.lea, now=cast.NOW
    )

    assert [one.name for one in brought.rules] == ["One", "Three"]
    assert brought.left == ["Rule 2, “Two”: “then”: No process in use is called “Gone”."]
    assert Rule.objects.count() == 2
