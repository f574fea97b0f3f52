"""The room of a record is told where it stands, and what is opened without a process runs in the usual one."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

import cast
from beside import Beside
from mutuals.base.models import Entry
from mutuals.base.refusals import Refusal
from mutuals.processes import hands, keep, kinds, run, text, usual
from mutuals.processes.models import Item, ItemState, Passage, Process
from mutuals.processes.shape import Step
from mutuals.staff.models import User
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db

LOAN = """
start: asked
steps:

- step: asked
  name: Asked
  next: [{to: sorted, label: yes}, refused]

- step: sorted
  name: Sorted
  itself: yes
  next: [lent]

- step: lent
  name: Lent
  owner: team Service
  accept: yes
  next: [{to: back, label: brought back}]

- step: back
  name: Back
  end: done

- step: refused
  name: Refused
  end: lost
"""
TOLD: list[tuple[str, str, str, str]] = []


def told(item: Item, step: Step | None, by: User, now: Any) -> None:
    """Keeps what it is told; nothing is lent to who is called Secret."""
    if step is not None and step.key == "lent" and item.about.endswith("9999"):
        raise Refusal("Nothing is lent to them.")
    row = Item.objects.get(pk=item.pk)
    assert (row.step, row.state) == (item.step, item.state)  # it stands there when it is told
    TOLD.append((item.about, step.key if step else "", item.state, by.name))


@pytest.fixture(autouse=True)
def loans() -> Iterator[None]:
    """A kind whose room keeps what it is told."""
    TOLD.clear()
    kinds.about("loan", label="Loan", read=lambda keys: {key: {} for key in keys}, shown=lambda keys: {}, entered=told)
    yield
    kinds.forget("loan")


def drawn(us: cast.Staff, name: str = "Loan", kind: str = "loan", pillar: str = "") -> Process:
    """A process in use."""
    made = keep.draft(text.read(LOAN).plain, by=us.lea, now=cast.NOW, name=name, kind=kind, pillar=pillar)
    return keep.publish(made, by=us.lea, now=cast.NOW).process


def test_each_step_that_is_entered_is_told_also_by_itself_on_declining_and_at_the_end():
    us = cast.staff()
    item = run.start("loan:1", drawn(us), by=us.ben, now=cast.NOW)
    item = run.move(item, to="sorted", by=us.ben, now=cast.NOW)
    offer = item.handovers.get()

    hands.decline(offer, by=us.ada, now=cast.NOW, because="None is left")
    item = run.move(Item.objects.get(), to="refused", by=us.ben, now=cast.NOW)
    run.move(item, to="refused", by=us.ben, now=cast.NOW)  # twice is once

    assert TOLD == [
        ("loan:1", "asked", ItemState.RUNNING, "Ben"),
        ("loan:1", "sorted", ItemState.RUNNING, "Ben"),
        ("loan:1", "lent", ItemState.RUNNING, "Ben"),
        ("loan:1", "asked", ItemState.RUNNING, "Ada"),
        ("loan:1", "refused", ItemState.DONE, "Ben"),
    ]


def test_what_is_dropped_is_told_without_a_step():
    us = cast.staff()
    item = run.start("loan:1", drawn(us), by=us.ben, now=cast.NOW)

    run.drop(item, by=us.ada, now=cast.NOW, because="They do not want it any more")

    assert TOLD[1:] == [("loan:1", "", ItemState.DROPPED, "Ada")]


def test_where_the_room_refuses_nothing_moves_also_what_led_there():
    us = cast.staff()
    process = drawn(us)
    secret = run.start("loan:9999", process, by=us.ben, now=cast.NOW)
    other = run.start("loan:2", process, by=us.ben, now=cast.NOW)

    with pytest.raises(Refusal, match="Nothing is lent to them"):
        run.move(secret, to="sorted", by=us.ben, now=cast.NOW)
    batch = run.move_many([secret, other], to="sorted", by=us.ben, now=cast.NOW)

    assert batch.refused == {str(secret.pk): "Nothing is lent to them."}
    assert dict(Item.objects.values_list("about", "step")) == {"loan:9999": "asked", "loan:2": "lent"}
    assert Passage.objects.filter(item=secret).count() == 1
    assert not Entry.objects.filter(about="loan:9999", kind="process.moved").exists()


def test_a_fresh_house_gets_the_shipped_process_by_whoever_opens_the_first():
    us = cast.staff()

    first = usual.of("deal", by=us.ben, now=cast.NOW, pillar="sales")
    again = usual.of("deal", by=us.ada, now=cast.NOW)

    assert (first.name, first.is_usual, again.pk) == ("Sales to firms", True, first.pk)
    version = first.versions.get()
    assert (version.state, version.number, version.by) == ("in_use", 1, us.ben)
    assert [row.by for row in Entry.objects.filter(kind="process.published")] == [f"staff:{us.ben.pk}"]
    assert usual.of("lead", by=us.ben, now=cast.NOW).name == "Lead"
    assert usual.of("case", by=us.ben, now=cast.NOW).name == "Service case"
    with pytest.raises(NotAllowed):
        usual.of("idea", by=us.cleo, now=cast.NOW)
    with pytest.raises(Refusal, match="No process is there for a loan"):
        usual.of("loan", by=us.lea, now=cast.NOW)


def test_a_draft_by_the_shipped_name_is_followed_by_a_version_in_use():
    us = cast.staff()
    draft = keep.draft(text.read(LOAN).plain, by=us.lea, now=cast.NOW, name="Service case", kind="case")

    process = usual.of("case", by=us.ada, now=cast.NOW)

    assert (process.pk, run.newest(process).number) == (draft.process_id, 2)  # type: ignore[union-attr]
    assert keep.of_now(process).pk == draft.pk  # what Lea was drawing is still her draft


def test_a_lead_says_which_is_the_usual_one_and_one_of_each_pillar_is():
    us = cast.staff()
    plain, sales, other = drawn(us, "A"), drawn(us, "B", pillar="sales"), drawn(us, "C", pillar="sales")

    for one in (plain, sales, other, other):
        usual.choose(one, by=us.lea)

    assert set(Process.objects.filter(is_usual=True)) == {plain, other}
    assert usual.of("loan", by=us.ben, now=cast.NOW, pillar="sales") == other
    assert usual.of("loan", by=us.ben, now=cast.NOW, pillar="service") == plain
    assert usual.of("loan", by=us.ben, now=cast.NOW) == plain
    with pytest.raises(NotAllowed):
        usual.choose(sales, by=us.ada)


def test_one_that_retires_is_the_usual_one_no_longer_and_none_is_made_behind_the_back_of_a_lead():
    us = cast.staff()
    process = usual.of("case", by=us.ada, now=cast.NOW)

    keep.retire(process, by=us.lea, now=cast.NOW)

    assert usual.there("case") is None
    with pytest.raises(Refusal, match="a lead makes one of them the usual one"):
        usual.of("case", by=us.ada, now=cast.NOW)
    with pytest.raises(Refusal, match="nothing could start in it"):
        usual.choose(process, by=us.lea)


@pytest.mark.django_db(transaction=True)
def test_two_who_open_the_first_at_once_publish_it_once():
    us = cast.staff()

    with transaction.atomic():
        first = usual.of("case", by=us.ada, now=cast.NOW)
        other = Beside(lambda: usual.of("case", by=us.ben, now=cast.NOW))

    assert other.end() is None
    assert (Process.objects.get().pk, first.versions.count()) == (first.pk, 1)
