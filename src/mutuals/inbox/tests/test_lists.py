"""Cases, tasks and promises on the list engine: narrowed, by board and month, written by many and undone."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

import cast
from mutuals.base import clock, lists
from mutuals.base.lists import Asked
from mutuals.base.refusals import Refusal
from mutuals.inbox import cases, promises, tasks
from mutuals.inbox.models import Case, Promise
from mutuals.inbox.tasks import TaskIn
from mutuals.processes import usual
from mutuals.staff import bulk

pytestmark = pytest.mark.django_db


def asked(viewer, **more):
    return Asked(viewer, ZoneInfo("UTC"), clock.now(), **more)


def walked(record, viewer, **more):
    of = lists.listing(record)
    return [str(of.value(of.title, row)) for row in lists.walk(of, asked(viewer, **more)).rows]


def test_cases_stand_on_a_board_by_step_move_there_and_back_and_stay_where_a_move_is_refused():
    us, now = cast.staff(), clock.now()
    bea, of = cast.person(by=us.ada), lists.listing("case")
    process = usual.of("case", by=us.lea, now=now, pillar="service")
    rows = [
        cases.open_case(by=us.ada, now=now, title=name, person=bea, process=process)[0] for name in ("Leaks", "Lids")
    ]
    board = lists.stand(of, asked(us.ada))
    first = next(lane for lane in board.lanes if lane.count)
    card = first.cards[0]
    to = next(way for way in card.ways if way in [lane.key for lane in board.lanes])
    end = next(key for key in board.goals if key not in [lane.key for lane in board.lanes])

    batch = bulk.write(of, [one.pk for one in rows], {"step": to}, by=us.ada, now=now)
    there = {lane.key: lane.count for lane in lists.heads(of, asked(us.ada)).lanes}
    bulk.take_back(batch, by=us.ada, now=now)
    back = {lane.key: lane.count for lane in lists.heads(of, asked(us.ada)).lanes}
    refused = bulk.write(of, [rows[0].pk], {"step": end}, by=us.ada, now=now)
    given = bulk.write(of, [one.pk for one in rows], {"owner": str(us.ada.pk), "priority": "high"}, by=us.ada, now=now)

    assert first.count == 2
    assert (there[to], back[first.key], refused.refused) == (2, 2, 1)
    assert Case.objects.filter(item__step=first.key, state="open").count() == 2
    assert (given.refused, Case.objects.filter(owner=us.ada, priority="high").count()) == (0, 2)
    assert walked("case", us.ada, kept={"whose": "mine", "person": str(bea.pk)}) == ["Lids", "Leaks"]
    assert walked("case", us.ada, kept={"q": "lid"}) == ["Lids"]
    assert walked("case", us.cleo) == []


def test_tasks_and_promises_stand_in_a_month_are_done_by_the_tick_and_handed_on_until_that_is_taken_back():
    us, now = cast.staff(), clock.now()
    bea = cast.person(by=us.ada)
    due = (now + timedelta(days=3)).replace(minute=0, second=0, microsecond=0)
    call, _ = tasks.add(TaskIn("Call Bea", person=bea, due_at=due), by=us.ada, now=now)
    tasks.add(TaskIn("Tidy up"), by=us.ada, now=now)
    lid, _ = promises.make(by=us.ada, now=now, words="We send a lid", due_at=due, person=bea)
    task, promise = lists.listing("task"), lists.listing("promise")
    first = due.date().replace(day=1)

    months = [lists.month(of, asked(us.ada), first).count for of in (task, promise)]
    before = walked("task", us.ada, kept={"state": "open", "whose": "mine"})
    batch = bulk.write(promise, [lid.pk], {"owner": str(us.ben.pk)}, by=us.ada, now=now)
    handed = Promise.objects.get().owner
    bulk.take_back(batch, by=us.ada, now=now)
    said = [next(one for one in of.acts).do([row.pk], us.ada, "") for of, row in ((task, call), (promise, lid))]

    assert months == [1, 1]
    assert before == ["Call Bea", "Tidy up"]
    assert (handed, Promise.objects.get().owner) == (us.ben, us.ada)
    assert said == ["1 done.", "1 kept. Tell the customers."]
    assert walked("task", us.ada, kept={"state": "done"}) == ["Call Bea"]
    assert walked("promise", us.ada, kept={"state": "kept", "person": str(bea.pk)}) == ["We send a lid"]
    with pytest.raises(Refusal):
        promise.editing.hold(lid.pk, us.cleo)
