"""A case may run in a process: the two begin together, end together and go on together, whoever moves which."""

import json

import pytest
from django.db import transaction

import cast
from beside import Beside
from mutuals import cli, privacy
from mutuals.base.models import Entry
from mutuals.base.refusals import Refusal
from mutuals.conversations.arrived import Joined
from mutuals.inbox import cases, place, stepped
from mutuals.inbox.models import Case
from mutuals.processes import hands, keep, queries, run, text
from mutuals.processes.models import Item, ItemState, Passage, Process
from mutuals.staff.permissions import NotAllowed

REPAIR = """
start: look
steps:

- step: look
  name: Look at it
  needs: [pillar]
  next: [{to: mended, label: done}, {to: shop, label: to the shop}]

- step: shop
  name: In the shop
  owner: team Service
  accept: yes
  next: [{to: look, label: back}, {to: beyond, label: beyond repair}]

- step: mended
  name: Mended
  end: done

- step: beyond
  name: Beyond repair
  end: lost
"""


@pytest.fixture
def us(db):
    return cast.staff()


def drawn(us, told=REPAIR, name="Repair"):
    """A process of cases in use."""
    made = keep.draft(text.read(told).plain, by=us.lea, now=cast.NOW, name=name, kind="case", pillar="service")
    return keep.publish(made, by=us.lea, now=cast.NOW).process


def opened(us, process=None, **more):
    """A case about Bea, in a process."""
    person = Case.objects.order_by("pk").values_list("person", flat=True).first()
    bea = cast.person("Bea Brand", by=us.ada) if person is None else Case.objects.get(person=person).person
    told = {"by": us.ada, "now": cast.NOW, "title": "Leak", "person": bea, "process": process, "pillar": "service"}
    return cases.open_case(**told | more)[0]


def test_a_case_opened_in_a_process_stands_at_its_first_step_and_one_without_as_before(us):
    case = opened(us, drawn(us))
    plain, _ = cases.open_case(by=us.ada, now=cast.NOW, title="Plain", person=case.person)

    assert (case.item.step, case.item.about, case.item.state) == ("look", f"case:{case.pk}", ItemState.RUNNING)
    assert queries.shown([case.item])[f"case:{case.pk}"] == (str(case), f"/cases/{case.pk}/")
    assert plain.item is None
    assert cases.change(plain, by=us.ada, now=cast.NOW, state="solved", **cast.ENDED).state == "solved"
    assert Item.objects.count() == 1


def test_the_usual_process_is_there_on_the_first_day(us):
    turn = cast.turn(cast.source(owner=us.olga))

    case, is_new = cases.open_case(
        by=us.ada, now=cast.NOW, title="Leak", conversation=turn.conversation, pillar="service", is_usual=True
    )
    again, is_newer = cases.open_case(
        by=us.ben, now=cast.NOW, title="Leak", conversation=turn.conversation, is_usual=True
    )

    assert (is_new, is_newer, again.pk, Item.objects.count()) == (True, False, case.pk, 1)
    assert (case.item.process.name, case.item.team) == ("Service case", us.service)
    with pytest.raises(NotAllowed):
        stepped.start(case, by=us.cleo, now=cast.NOW)


def test_a_case_without_steps_gets_them_when_it_is_opened_again_with_some_and_keeps_them(us):
    turn, process = cast.turn(cast.source(owner=us.olga)), drawn(us)
    told = {"by": us.ada, "now": cast.NOW, "title": "Leak", "conversation": turn.conversation}
    cases.open_case(**told)

    case, _ = cases.open_case(**told, process=process)
    cases.open_case(**told, is_usual=True)

    assert Item.objects.get(case=case).process == process


@pytest.mark.parametrize(("step", "state"), [("mended", "solved"), ("beyond", "dropped")])
def test_an_end_of_the_steps_ends_the_case(us, step, state):
    case = opened(us, drawn(us))
    if step == "beyond":
        run.move(case.item, to="shop", by=us.ada, now=cast.NOW)
        hands.accept(Item.objects.get().handovers.get(), by=us.lea, now=cast.NOW)

    run.move(Item.objects.get(), to=step, by=us.ada, now=cast.NOW, values=cast.ENDED)

    case.refresh_from_db()
    assert (case.state, case.ended_at) == (state, cast.NOW)
    entry = Entry.objects.get(kind="case.changed")
    assert (entry.data["case"], entry.data["state"], entry.by) == (case.reference, state, f"staff:{us.ada.pk}")


def test_what_is_dropped_on_its_steps_is_dropped_and_goes_on_when_the_case_is_opened_again(us):
    case = opened(us, drawn(us))
    run.drop(case.item, by=us.ada, now=cast.NOW, because="They threw it away")
    case.refresh_from_db()
    assert case.state == "dropped"

    cases.change(case, by=us.ada, now=cast.NOW, state="open")

    assert (Item.objects.get().state, Item.objects.get().step) == (ItemState.RUNNING, "look")
    assert Case.objects.get().ended_at is None


def test_closing_a_case_ends_its_steps_and_takes_back_what_was_offered(us):
    case = opened(us, drawn(us))
    run.move(case.item, to="shop", by=us.ada, now=cast.NOW)

    closed = cases.change(case, by=us.ada, now=cast.NOW, state="solved", priority="low", **cast.ENDED)

    item = Item.objects.get()
    assert (closed.state, closed.priority) == ("solved", "low")
    assert (item.state, item.step, item.end, item.is_waiting) == (ItemState.DONE, "mended", "done", False)
    assert not item.handovers.get().is_open
    assert Passage.objects.filter(item=item).last().because == "The case was ended."  # type: ignore[union-attr]
    assert cases.change(case, by=us.ada, now=cast.NOW, state="solved", **cast.ENDED).state == "solved"  # twice is once
    assert Passage.objects.filter(item=item).count() == 3


def test_a_case_opened_again_goes_on_from_the_step_where_it_was(us):
    case = opened(us, drawn(us))
    cases.change(case, by=us.ada, now=cast.NOW, state="solved", **cast.ENDED)

    cases.change(case, by=us.ben, now=cast.NOW, state="open")

    item = Item.objects.get()
    assert (item.state, item.step, item.is_again) == (ItemState.RUNNING, "look", True)


def test_closing_asks_for_what_the_step_needs_and_nothing_ends_where_it_is_not_there(us):
    case = opened(us, drawn(us), pillar="")

    with pytest.raises(Refusal, match="asks for: pillar"):
        cases.change(case, by=us.ada, now=cast.NOW, state="solved", priority="high", **cast.ENDED)
    case.refresh_from_db()
    assert (case.state, case.priority, Item.objects.get().step) == ("open", "normal", "look")

    run.move(Item.objects.get(), to="mended", by=us.ada, now=cast.NOW, values={"pillar": "service"} | cast.ENDED)

    case.refresh_from_db()
    assert (case.state, case.pillar) == ("solved", "service")


@pytest.mark.parametrize("values", [{"pillar": "kitchen"}, {"state": "solved"}, {"title": ""}])
def test_what_does_not_fit_is_not_filled_in(us, values):
    case = opened(us, drawn(us), pillar="")

    with pytest.raises(Refusal):
        run.move(case.item, to="mended", by=us.ada, now=cast.NOW, values=values)

    assert Item.objects.get().step == "look"


def test_what_ended_lost_is_not_called_solved_afterwards(us):
    case = opened(us, drawn(us))
    cases.change(case, by=us.ada, now=cast.NOW, state="dropped", **cast.ENDED)

    with pytest.raises(Refusal, match="open it again to end it otherwise"):
        cases.change(case, by=us.ada, now=cast.NOW, state="solved", **cast.ENDED)


def test_sending_steps_back_opens_the_case_unless_another_is_open_in_its_conversation(us):
    turn, process = cast.turn(cast.source(owner=us.olga)), drawn(us)
    told = {"by": us.ada, "now": cast.NOW, "conversation": turn.conversation, "pillar": "service"}
    case, _ = cases.open_case(**told, title="Leak", process=process)
    run.move(case.item, to="mended", by=us.ada, now=cast.NOW, values=cast.ENDED)

    run.back(Item.objects.get(), by=us.ada, now=cast.NOW, because="It leaks again")
    assert Case.objects.get().state == "open"
    cases.change(case, by=us.ada, now=cast.NOW, state="solved", **cast.ENDED)
    cases.open_case(**told, title="Another")

    with pytest.raises(Refusal, match="Another case is open"):
        run.back(Item.objects.get(), by=us.ada, now=cast.NOW, because="It leaks again")
    assert Item.objects.get().state == ItemState.DONE


def test_a_case_runs_in_one_process_and_an_ended_one_in_none(us):
    process, other = drawn(us), drawn(us, name="Other")
    case = opened(us, process)
    plain, _ = cases.open_case(by=us.ada, now=cast.NOW, title="Plain", person=case.person)
    cases.change(plain, by=us.ada, now=cast.NOW, state="dropped", **cast.ENDED)

    with pytest.raises(Refusal, match="runs in another process already"):
        run.start(f"case:{case.pk}", other, by=us.ada, now=cast.NOW)
    with pytest.raises(Refusal, match="open it again before"):
        stepped.start(plain, by=us.ada, now=cast.NOW, process=other)
    assert Item.objects.count() == 1


def test_a_case_that_gives_way_to_one_of_a_joined_conversation_stops_running(us):
    source, process = cast.source(owner=us.olga), drawn(us)
    stays, gone = cast.turn(source), cast.turn(source, key="p2")
    cases.open_case(by=us.ada, now=cast.NOW, title="Stays", conversation=stays.conversation)
    case, _ = cases.open_case(by=us.ada, now=cast.NOW, title="Goes", conversation=gone.conversation, process=process)

    place.interactions([], [Joined(gone.pk, stays.pk)])

    case.refresh_from_db()
    assert (case.state, case.conversation_id, case.item.state) == ("dropped", stays.pk, ItemState.DROPPED)


def test_who_may_not_see_a_case_sees_nothing_that_runs_about_it(us):
    case = opened(us, drawn(us))

    assert queries.item(us.ben, case.item.pk) == case.item
    assert queries.item(us.cleo, case.item.pk) is None


def test_what_runs_about_a_case_is_handed_over_and_erased_with_its_person(us):
    case = opened(us, drawn(us))
    run.move(case.item, to="shop", by=us.ada, now=cast.NOW, because="Bea Brand insists")

    receipt = privacy.erase(case.person, by=us.olga, now=cast.NOW)

    assert (Item.objects.count(), Passage.objects.count(), Case.objects.count()) == (0, 0, 0)
    assert receipt.counts["processes"]["items"] == 1


def test_the_terminal_opens_a_case_by_steps_and_lets_one_without_go_by_them(us, capsys):
    turn, other = cast.turn(cast.source(owner=us.olga)), cast.turn(cast.source("Other", owner=us.olga), key="p2")
    process = drawn(us)

    def told(*argv):
        cli.main([*map(str, argv), "--as", us.ada.email, "--json"])
        return json.loads(capsys.readouterr().out)

    made = told("cases", "open", turn.pk, "Leak", "--process", process.name)
    second = told("cases", "open", other.pk, "Other")["reference"]
    begun = told("cases", "start", second, "--usual")
    ended = told("cases", "change", made["reference"], "--state", "dropped", "--purpose", "none", "--outcome", "noise")

    assert (made["step"], begun["step"], ended["state"]) == ("Look at it", "New", "dropped")
    assert Item.objects.get(pk=made["item"]).end == "lost"


@pytest.mark.django_db(transaction=True)
def test_two_who_end_a_case_and_move_its_step_at_once_wait_for_each_other():
    us = cast.staff()
    case = opened(us, drawn(us))

    with transaction.atomic():
        run.move(case.item, to="shop", by=us.ada, now=cast.NOW)
        other = Beside(lambda: cases.change(case, by=us.ben, now=cast.NOW, state="solved", **cast.ENDED))

    assert other.end() is None
    case.refresh_from_db()
    assert (case.state, Item.objects.get().step, Process.objects.count()) == ("solved", "mended", 1)
