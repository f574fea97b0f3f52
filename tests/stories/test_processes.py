"""Processes are drawn, published and run; what runs keeps its version; work is handed over with its context (C1, C2, C3)."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

import cast
from beside import Beside
from mutuals import privacy
from mutuals.base import files
from mutuals.base.filters import Field, Kind, Record, register
from mutuals.base.models import Entry
from mutuals.base.refusals import Refusal
from mutuals.people.models import Person
from mutuals.processes import automatic, figures, hands, keep, kinds, late, queries, run, text, transfer
from mutuals.processes.models import Handover, Item, Passage, Process, Version
from mutuals.processes.templates import templates
from mutuals.staff import accounts, teams
from mutuals.staff.models import User
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)

COMPLAINT = """
start: triage
steps:

- step: triage
  name: Triage
  owner: team Service
  limit: 1 hour
  next: [{to: reply, label: ours}, {to: closed, label: not ours}]

- step: reply
  name: Reply
  limit: 4 hours
  next: [closed, triage]

- step: closed
  name: Closed
  end: done
"""
LEGAL = COMPLAINT.replace("next: [{to: reply, label: ours}", "next: [{to: legal, label: ours}").replace(
    "- step: reply", "- step: legal\n  name: Legal check\n  limit: 2 working days\n  next: [reply]\n\n- step: reply"
)


def hidden_from(user: User) -> set[str]:
    """Complaints of people who are named Secret are for Ada and leads."""
    if user.role != "staff" or user.name == "Ada":
        return set()
    return {f"person:{pk}" for pk in Person.objects.filter(name__startswith="Secret").values_list("pk", flat=True)}


@pytest.fixture(autouse=True)
def complaints() -> Iterator[None]:
    """A kind for these tests, about people: their names can be asked and filled."""
    register(
        Record(
            "complaint",
            Person,
            (Field("name", "Name", Kind.TEXT, "name"), Field("city", "City", Kind.TEXT, "city")),
        )
    )

    def rows(keys: Any) -> dict[str, dict[str, Any]]:
        found = Person.objects.filter(pk__in=[int(key.split(":")[1]) for key in keys])
        return {f"person:{one.pk}": {"name": one.name, "city": one.city} for one in found}

    def fill(about: str, values: Any, by: User, now: Any) -> None:
        if set(values) - {"city"}:
            raise Refusal("Only the city is filled here.")
        Person.objects.filter(pk=int(about.split(":")[1])).update(**values)

    kinds.about(
        "complaint",
        label="Complaint",
        record="complaint",
        keys=("person",),
        read=rows,
        shown=lambda keys: {key: (row["name"], f"/customers/{key.split(':')[1]}/") for key, row in rows(keys).items()},
        sees=lambda user, keys: [key for key in keys if user.role != "contractor" and key not in hidden_from(user)],
        fill=fill,
    )
    yield
    kinds.forget("complaint")


def published(us: cast.Staff, told: str = COMPLAINT, name: str = "Complaint") -> Process:
    """A process in use."""
    made = keep.draft(text.read(told).plain, by=us.lea, now=cast.NOW, name=name, kind="complaint", pillar="service")
    keep.publish(made, by=us.lea, now=cast.NOW)
    return made.process


def begun(us: cast.Staff, process: Process, name: str = "Bea Brand", *, by: User | None = None) -> Item:
    """A complaint of somebody, under way."""
    person = cast.person(name, by=us.ada)
    return run.start(f"person:{person.pk}", process, by=by or us.ada, now=cast.NOW)


def next_version(us: cast.Staff, process: Process, told: str) -> Version:
    """Written and published."""
    made = keep.redraft(process, by=us.lea, now=cast.NOW)
    keep.edit(made, text.read(told).plain, by=us.lea, now=cast.NOW)
    return keep.publish(made, by=us.lea, now=cast.NOW, note="A look by Legal")


def test_the_next_complaint_follows_the_new_path_while_an_open_one_keeps_the_old():
    us = cast.staff()
    process = published(us)
    open_one = begun(us, process)

    next_version(us, process, LEGAL)
    new_one = begun(us, process, "Bo Solmar")

    moved = run.move(open_one, to="reply", by=us.ada, now=cast.NOW + HOUR)
    assert (moved.step, moved.version.number) == ("reply", 1)
    with pytest.raises(Refusal, match="There are: legal, closed"):
        run.move(new_one, to="reply", by=us.ada, now=cast.NOW + HOUR)
    assert run.move(new_one, to="legal", by=us.ada, now=cast.NOW + HOUR).version.number == 2
    noted = Entry.objects.filter(about=open_one.about, kind__startswith="process").order_by("pk")
    assert [one.kind for one in noted] == ["process.started", "process.moved"]


def test_a_step_belongs_to_its_team_until_somebody_takes_it():
    us = cast.staff()
    item = begun(us, published(us), by=us.ben)

    assert [row.pk for row in queries.waiting_on(us.ada)] == [item.pk]
    assert queries.waiting_on(us.ben) == []
    run.give(item, to=us.ada, by=us.ada)
    assert queries.waiting_on(us.lea) == []
    assert [row.pk for row in queries.waiting_on(us.ada)] == [item.pk]


def test_starting_moving_publishing_and_dropping_twice_is_once():
    us = cast.staff()
    process = published(us)
    item = begun(us, process)

    again = run.start(item.about, process, by=us.ben, now=cast.NOW + HOUR)
    run.move(item, to="reply", by=us.ada, now=cast.NOW + HOUR)
    run.move(item, to="reply", by=us.ada, now=cast.NOW + 2 * HOUR)
    keep.publish(process.versions.get(), by=us.lea, now=cast.NOW + HOUR)
    run.drop(item, by=us.ada, now=cast.NOW + 2 * HOUR, because="It was a joke")
    run.drop(item, by=us.ada, now=cast.NOW + 3 * HOUR, because="It was a joke")

    assert again.pk == item.pk
    assert list(Passage.objects.order_by("pk").values_list("frm", "to", "seconds")) == [
        ("", "triage", 0), ("triage", "reply", 3600), ("reply", "", 3600),
    ]  # fmt: skip
    assert Entry.objects.filter(kind="process.published").count() == 1


def test_fields_and_guards_hold_back_and_are_filled_on_the_way():
    us = cast.staff()
    told = COMPLAINT.replace("  limit: 1 hour", "  limit: 1 hour\n  needs: [city]\n  guard: 'city:isnot:Nowhere'")
    item = begun(us, published(us, told))

    with pytest.raises(Refusal, match="asks for: city") as empty:
        run.move(item, to="reply", by=us.ada, now=cast.NOW)
    with pytest.raises(Refusal, match="its condition does not hold"):
        run.move(item, to="reply", by=us.ada, now=cast.NOW, values={"city": "Nowhere"})
    item.refresh_from_db()
    assert (list(empty.value.fields), item.step, Person.objects.get().city) == (["city"], "triage", "")
    assert run.move(item, to="reply", by=us.ada, now=cast.NOW, values={"city": "Porto"}).step == "reply"


def test_a_step_that_goes_on_by_itself_takes_the_first_way_that_is_open_and_says_what_it_did():
    us = cast.staff()
    told = """
start: look
steps:
- step: look
  itself: yes
  then: [note: {text: Looked by itself}]
  next: [{to: local, if: 'city:is:Porto'}, {to: far}]
- step: local
  next: [closed]
- step: far
  next: [closed]
- step: closed
  end: done
"""
    process = published(us, told)
    near, other = cast.person("Near", by=us.ada), cast.person("Far", by=us.ada)
    Person.objects.filter(pk=near.pk).update(city="Porto")

    batch = run.start_many(
        [f"person:{near.pk}", f"person:{other.pk}", "person:0", "deal:1"], process, by=us.ada, now=cast.NOW
    )

    assert [row.step for row in batch.done] == ["local", "far"]
    assert set(batch.refused) == {"person:0", "deal:1"}
    assert Passage.objects.filter(to="look").first().did == [{"act": "note", "did": "noted: Looked by itself"}]


def test_an_automatic_step_that_fails_is_noted_and_stops_nobody():
    us = cast.staff()

    @automatic.automatic("stumble", sentence="stumble")
    def stumble(item: Item, *, by: User, now: Any) -> str:
        Person.objects.update(city="Half done")
        raise Refusal("I cannot.")

    item = begun(us, published(us, COMPLAINT.replace("  limit: 4 hours", "  limit: 4 hours\n  then: [stumble]")))

    moved = run.move(item, to="reply", by=us.ada, now=cast.NOW)

    assert (moved.step, Person.objects.get().city) == ("reply", "")
    assert Passage.objects.latest("pk").did == [{"act": "stumble", "failed": "I cannot."}]


def test_service_hands_to_sales_who_reads_why_and_accepts():
    us = cast.staff()
    item = begun(us, published(us))
    run.move(item, to="reply", by=us.ada, now=cast.NOW + HOUR, because="They want a larger one")

    one = hands.hand_over(
        item, by=us.ada, now=cast.NOW + HOUR, team=us.sales, reason="Wants an offer", next_action="Call before Friday"
    )
    hands.hand_over(item, by=us.ada, now=cast.NOW + HOUR, team=us.sales, reason="Wants an offer")

    with pytest.raises(Refusal, match="Sales has to accept it first"):
        run.move(item, to="closed", by=us.ada, now=cast.NOW + HOUR)
    with pytest.raises(NotAllowed, match="offered to Sales"):
        hands.accept(one, by=us.ada, now=cast.NOW + HOUR)
    assert [(row.reason, row.next_action) for row in queries.handovers_for(us.ben)] == [
        ("Wants an offer", "Call before Friday")
    ]
    story = hands.history(item)
    assert [type(row) for row in story] == [Passage, Passage, Handover]
    hands.accept(one, by=us.ben, now=cast.NOW + 3 * HOUR)
    hands.accept(one, by=us.ben, now=cast.NOW + 4 * HOUR)
    item.refresh_from_db()
    assert (item.owner, item.team, item.is_waiting) == (us.ben, us.sales, False)
    assert queries.handovers(us.olga) == []


def test_what_is_declined_goes_back_to_the_step_and_the_hands_that_it_came_from():
    us = cast.staff()
    told = COMPLAINT.replace("  name: Reply\n", "  name: Reply\n  owner: team Sales\n  accept: yes\n")
    item = begun(us, published(us, told))
    run.give(item, to=us.ada, by=us.ada)

    moved = run.move(item, to="reply", by=us.ada, now=cast.NOW + HOUR)
    one = Handover.objects.get()
    hands.decline(one, by=us.ben, now=cast.NOW + 2 * HOUR, because="Not a matter of sales")

    assert (moved.step, moved.is_waiting) == ("reply", True)
    item.refresh_from_db()
    assert (item.step, item.owner, item.is_waiting, item.is_again) == ("triage", us.ada, False, True)
    with pytest.raises(Refusal, match="declined this already"):
        hands.accept(one, by=us.lea, now=cast.NOW + 2 * HOUR)


BY_ITSELF = """
start: ask
steps:
- step: ask
  next: [sort]
- step: sort
  itself: yes
  next: [check]
- step: check
  owner: team Sales
  accept: yes
  next: [ask, closed]
- step: closed
  end: done
"""


def test_what_is_declined_or_sent_back_does_not_bounce_off_a_step_that_goes_on_by_itself():
    us = cast.staff()
    item = begun(us, published(us, BY_ITSELF))
    run.move(item, to="sort", by=us.ada, now=cast.NOW + HOUR)
    one = Handover.objects.get()

    hands.decline(one, by=us.ben, now=cast.NOW + 2 * HOUR, because="Ask for the invoice first")

    item.refresh_from_db()
    assert (item.step, item.is_waiting, item.owner) == ("ask", False, us.ada)
    run.move(item, to="sort", by=us.ada, now=cast.NOW + 3 * HOUR)
    hands.accept(Handover.objects.get(accepted_at=None, declined_at=None), by=us.ben, now=cast.NOW + 3 * HOUR)
    with pytest.raises(Refusal, match=r"goes on by itself and keeps nothing\. It can go back to: ask"):
        run.back(item, to="sort", by=us.ben, now=cast.NOW + 4 * HOUR, because="Once more")
    assert run.back(item, by=us.ben, now=cast.NOW + 4 * HOUR, because="Once more").step == "ask"


def test_a_step_that_goes_on_by_itself_counts_as_rework_the_second_stay_alone():
    us = cast.staff()
    told = BY_ITSELF.replace("  next: [check]", "  next: [{to: check, if: 'city:is:Porto'}, ask]")
    item = begun(us, published(us, told))
    run.move(item, to="sort", by=us.ada, now=cast.NOW + HOUR)
    Person.objects.update(city="Porto")

    moved = run.move(item, to="sort", by=us.ada, now=cast.NOW + 2 * HOUR)

    left = Passage.objects.exclude(frm="").order_by("pk").values_list("frm", "to", "was_again")
    assert list(left) == [
        ("ask", "sort", False), ("sort", "ask", False), ("ask", "sort", True), ("sort", "check", True),
    ]  # fmt: skip
    assert (moved.step, moved.is_again) == ("check", False)


def test_a_step_that_goes_on_by_itself_waits_where_a_field_is_empty_or_its_condition_does_not_hold():
    us = cast.staff()
    held = BY_ITSELF.replace("  itself: yes", "  itself: yes\n  needs: [city]\n  guard: 'city:isnot:Nowhere'")
    process = published(us, held)
    empty, wrong, right = (begun(us, process, name) for name in ("Empty", "Wrong", "Right"))
    Person.objects.filter(name="Wrong").update(city="Nowhere")
    Person.objects.filter(name="Right").update(city="Porto")

    moved = [run.move(one, to="sort", by=us.ada, now=cast.NOW + HOUR).step for one in (empty, wrong, right)]

    assert moved == ["sort", "sort", "check"]


def test_nobody_has_to_accept_what_has_ended():
    us = cast.staff()
    told = COMPLAINT.replace("  end: done", "  owner: team Sales\n  accept: yes\n  end: done")

    with pytest.raises(Refusal, match="is an end: what has ended is not accepted"):
        published(us, told)


def test_back_needs_a_reason_and_a_place_where_it_was_and_takes_up_what_has_ended():
    us = cast.staff()
    item = begun(us, published(us))
    run.move(item, to="reply", by=us.ada, now=cast.NOW)
    run.move(item, to="closed", by=us.ada, now=cast.NOW)

    with pytest.raises(Refusal, match="missing"):
        run.back(item, by=us.ada, now=cast.NOW, because=" ")
    with pytest.raises(Refusal, match="It can go back to: reply, triage"):
        run.back(item, by=us.ada, now=cast.NOW, because="Again", to="elsewhere")
    again = run.back(item, by=us.ada, now=cast.NOW + HOUR, because="It leaks again")

    assert (again.step, again.state, again.ended_at, again.is_again) == ("reply", "running", None, True)


def test_figures_of_two_versions_stand_side_by_side_in_two_statements():
    us = cast.staff()
    process = published(us)
    old = [begun(us, process, f"Old {number}") for number in range(3)]
    for number, item in enumerate(old):
        run.move(item, to="reply", by=us.ada, now=cast.NOW + (number + 1) * HOUR)
    run.back(old[0], by=us.ada, now=cast.NOW + 3 * HOUR, because="Not enough")
    run.move(old[0], to="closed", by=us.ada, now=cast.NOW + 4 * HOUR)
    run.drop(old[1], by=us.ada, now=cast.NOW + 4 * HOUR, because="Gone silent")
    newer = next_version(us, process, LEGAL)
    new = begun(us, process, "New")
    run.move(new, to="legal", by=us.ada, now=cast.NOW + HOUR / 2)
    versions = list(process.versions.order_by("number"))

    with CaptureQueriesContext(connection) as asked:
        first, second = figures.measured(process, versions, now=cast.NOW + 5 * HOUR)

    assert len(asked) == 2
    triage, reply = first.lines
    assert (triage.left, triage.median, triage.in_time, triage.rework) == (4, 5400.0, 0.5, 0.25)
    assert triage.ways == {"reply": 0.75, "closed": 0.25}
    assert (reply.left, reply.dropped, reply.here, reply.late) == (2, 0.5, 1, 0)
    assert second.version == newer
    twice = figures.measured(process, [versions[0], versions[0]], now=cast.NOW + 5 * HOUR)
    assert [one.lines[0].left for one in twice] == [4, 4]
    assert [(name, before is None) for name, before, _ in figures.beside(first, second)] == [
        ("Triage", False), ("Legal check", True), ("Reply", False),
    ]  # fmt: skip
    assert second.line("triage").median == 1800.0
    newest = figures.measured(process, versions, now=cast.NOW + 5 * HOUR, most=2)[0]
    assert (first.is_part, newest.is_part, sum(line.left for line in newest.lines)) == (False, True, 2)


def test_late_items_are_told_once_for_each_stay():
    us = cast.staff()
    process = published(us)
    item, other = begun(us, process), begun(us, process, "Bo")
    run.move(other, to="reply", by=us.ada, now=cast.NOW + HOUR / 2)

    told = [late.tell(now=cast.NOW + 2 * HOUR), late.tell(now=cast.NOW + 2 * HOUR)]

    entry = Entry.objects.get(kind="process.late")
    assert told == [1, 0]
    assert (entry.about, entry.data) == (item.about, {"process": "Complaint", "step": "triage"})
    assert [row.pk for row in queries.late(us.ada, now=cast.NOW + 2 * HOUR)] == [item.pk]
    run.move(item, to="reply", by=us.ada, now=cast.NOW + 2 * HOUR)
    assert late.tell(now=cast.NOW + 9 * HOUR) == 2


def test_running_items_are_brought_to_the_newest_version_after_a_look():
    us = cast.staff()
    process = published(us, LEGAL)
    here, gone = begun(us, process), begun(us, process, "Bo")
    run.move(gone, to="legal", by=us.ada, now=cast.NOW)
    next_version(us, process, COMPLAINT.replace("limit: 1 hour", "limit: 3 hours"))

    lines = transfer.preview(process)
    moved = transfer.to_newest(process, by=us.lea, now=cast.NOW), transfer.to_newest(process, by=us.lea, now=cast.NOW)

    assert [(one.step, one.items, one.moves) for one in lines] == [("legal", 1, False), ("triage", 1, True)]
    here.refresh_from_db()
    gone.refresh_from_db()
    assert moved == (1, 0)
    assert (here.version.number, here.due_at, gone.version.number) == (2, cast.NOW + 3 * HOUR, 1)


def test_who_may_not_see_a_record_is_shown_nothing_that_runs_about_it_and_lists_are_filled_with_the_rest():
    us = cast.staff()
    process = published(us)
    secret = begun(us, process, "Secret Sam")
    open_one = begun(us, process, "Bea")
    offers = [
        hands.hand_over(one, by=us.ada, now=cast.NOW, team=us.sales, reason="Wants an offer")
        for one in (secret, open_one)
    ]
    later = cast.NOW + 2 * HOUR

    by_ada, by_ben = (
        {
            "late": [row.pk for row in queries.late(user, now=later, limit=1)],
            "running": {row.pk for row in queries.running(process, user)},
            "offered": {row.item_id for row in queries.handovers(user)},
            "items": [one for one in (secret, open_one) if queries.item(user, one.pk)],
            "handovers": [one for one in offers if queries.handover(user, one.pk)],
        }
        for user in (us.ada, us.ben)
    )

    assert by_ada == {
        "late": [secret.pk], "running": {secret.pk, open_one.pk}, "offered": {secret.pk, open_one.pk},
        "items": [secret, open_one], "handovers": offers,
    }  # fmt: skip
    assert by_ben == {
        "late": [open_one.pk], "running": {open_one.pk}, "offered": {open_one.pk},
        "items": [open_one], "handovers": offers[1:],
    }  # fmt: skip
    with pytest.raises(NotAllowed):
        hands.accept(offers[0], by=us.ben, now=later)


def test_nothing_is_given_to_somebody_who_could_not_open_it():
    us = cast.staff()
    process = published(us)
    secret = begun(us, process, "Secret Sam")
    key = f"person:{cast.person('Secret Sue', by=us.ada).pk}"

    with pytest.raises(Refusal, match="Ben may not work on"):
        run.give(secret, to=us.ben, by=us.ada)
    with pytest.raises(Refusal, match="Ben may not work on"):
        hands.hand_over(secret, by=us.ada, now=cast.NOW, user=us.ben, reason="Yours")
    with pytest.raises(Refusal, match="Cleo may not work on"):
        run.start(key, process, by=us.ada, now=cast.NOW, owner=us.cleo)


def test_hand_overs_to_me_come_before_those_of_others():
    us = cast.staff()
    process = published(us)
    items = [begun(us, process, f"P{number}") for number in range(4)]
    for number, one in enumerate(items):
        to = us.sales if number == 3 else us.elsewhere
        hands.hand_over(one, by=us.ada, now=cast.NOW + number * HOUR, team=to, reason="Yours")

    assert [row.item_id for row in queries.handovers(us.ben, limit=2)] == [items[3].pk, items[0].pk]


def test_a_batch_names_each_item_and_what_waits_on_me_is_filled_with_what_i_may_see():
    us = cast.staff()
    process, other = published(us), published(us, name="Second")
    first = begun(us, process, "Bea")
    second = run.start(first.about, other, by=us.ada, now=cast.NOW)
    Item.objects.update(owner=None, team=us.sales)
    secret = begun(us, process, "Secret Sam")
    Item.objects.filter(pk=secret.pk).update(owner=None, team=us.sales, due_at=cast.NOW)

    told = run.move_many([first, second], to="nowhere", by=us.ada, now=cast.NOW)

    assert set(told.refused) == {str(first.pk), str(second.pk)}
    assert [row.pk for row in queries.waiting_on(us.ben, limit=1)] == [first.pk]


def test_a_team_that_is_called_otherwise_keeps_its_steps():
    us = cast.staff()
    process = published(us)
    teams.change(us.service, by=us.olga, name="Customer care")

    item = begun(us, process)

    assert item.team == us.service
    assert keep.findings(process.versions.get(), viewer=us.lea) == []
    assert text.read(text.write(process.versions.get().body)).steps[0].owner == "team:Customer care"


def test_who_leaves_hands_over_what_they_have_and_what_is_offered_to_them():
    us = cast.staff()
    process = published(us)
    own, offered, given = (begun(us, process, name) for name in ("Own", "Offered", "Given"))
    run.give(own, to=us.ben, by=us.ada)
    hands.hand_over(offered, by=us.ada, now=cast.NOW, user=us.ben, reason="Yours")
    run.give(given, to=us.ben, by=us.ada)
    back = hands.hand_over(given, by=us.ben, now=cast.NOW, team=us.elsewhere, reason="Yours")

    held = accounts.holdings(us.ben)["running items"]
    accounts.deactivate(us.ben, by=us.olga, now=cast.NOW, transfer_to=us.ada)

    assert held == 3
    assert [row.item_id for row in queries.handovers_for(us.ada)] == [offered.pk]
    hands.decline(back, by=us.lea, now=cast.NOW, because="No")
    assert {row.pk: row.owner for row in Item.objects.filter(pk__in=[own.pk, given.pk])} == {
        own.pk: us.ada,
        given.pk: us.ada,
    }
    entries = Entry.objects.filter(kind="process.given", data__to=us.ada.pk)
    assert {one.about for one in entries} == {own.about, given.about}
    assert Item.objects.get(pk=own.pk).changes == own.changes + 2


def test_what_ran_about_somebody_is_handed_over_and_goes_with_them(client):
    us = cast.staff()
    process = published(us)
    bea, bo = begun(us, process, "Bea Brand"), begun(us, process, "Bo Solmar")
    run.move(bea, to="reply", by=us.ada, now=cast.NOW, because="She wants a larger one")
    hands.hand_over(bea, by=us.ada, now=cast.NOW, team=us.sales, reason="Wants an offer", next_action="Call")
    run.move(bo, to="reply", by=us.ada, now=cast.NOW, because="Quarrel with Bea Brand")
    hands.hand_over(bo, by=us.ada, now=cast.NOW, team=us.sales, reason="As Bea Brand")
    next_version(us, process, COMPLAINT.replace("name: Triage", "name: Triage as for Bea Brand"))
    person = Person.objects.get(name="Bea Brand")

    blob, _ = privacy.export(person, by=us.aron, now=cast.NOW)
    with zipfile.ZipFile(files.path(blob.sha256)) as package:
        told = json.loads(package.read("processes.json"))
    receipt = privacy.erase(person, by=us.aron, now=cast.NOW + HOUR)

    assert [one["because"] for one in told["passages"]] == ["", "She wants a larger one"]
    assert told["hand-overs"][0]["reason"] == "Wants an offer"
    assert receipt.counts["processes"] == {"items": 1}
    assert list(Item.objects.values_list("pk", flat=True)) == [bo.pk]
    assert not any("larger" in str(one.data) or "offer" in str(one.data) for one in Entry.objects.all())
    assert {(one["about"], one["where"]) for one in receipt.places} == {
        (f"process:{process.pk}", "version 2"),
        (f"item:{bo.pk}", "why it moved"),
        (f"item:{bo.pk}", "hand-over"),
    }
    client.force_login(us.aron)
    page = client.get(f"/receipts/{receipt.pk}/").content.decode()
    assert f"/processes/items/{bo.pk}/" in page
    assert f"/processes/{process.pk}/" in page


def test_only_leads_draw_and_who_may_not_see_the_record_does_not_move_it():
    us = cast.staff()
    process = published(us)
    item = begun(us, process)

    with pytest.raises(NotAllowed):
        keep.redraft(process, by=us.ada, now=cast.NOW)
    with pytest.raises(NotAllowed):
        run.move(item, to="reply", by=us.cleo, now=cast.NOW)
    assert not queries.items(us.cleo).exists()


def test_a_retired_process_ends_what_runs_and_starts_nothing():
    us = cast.staff()
    process = published(us)
    item = begun(us, process)

    keep.retire(process, by=us.lea, now=cast.NOW)

    with pytest.raises(Refusal, match="is retired"):
        begun(us, process, "Bo")
    assert run.move(item, to="closed", by=us.ada, now=cast.NOW).state == "done"


def test_every_shipped_process_is_whole_and_can_be_drawn():
    us = cast.staff()

    found = {
        key: keep.draft(one.body, by=us.lea, now=cast.NOW, name=one.name, kind=one.kind, pillar=one.pillar)
        for key, one in templates().items()
    }

    assert {key: keep.findings(row, viewer=us.lea) for key, row in found.items()} == {key: [] for key in found}
    wanted = {"deal", "lead", "case", "idea", "campaign", "approval", "membership"}
    assert {one.kind for one in templates().values()} == wanted
    with pytest.raises(Refusal, match="no part of this installation tells"):
        run.start(
            "approval:1", keep.publish(found["approval"], by=us.lea, now=cast.NOW).process, by=us.ada, now=cast.NOW
        )


@pytest.mark.django_db(transaction=True)
def test_two_who_move_the_same_card_are_both_told_and_nothing_is_lost():
    us = cast.staff()
    item = begun(us, published(us))

    with transaction.atomic():
        run.move(item, to="reply", by=us.ada, now=cast.NOW, seen=1)
        other = Beside(lambda: run.move(item, to="closed", by=us.lea, now=cast.NOW, seen=1))

    assert "Ada changed this since you opened it: it is at “Reply” now" in str(other.end())
    assert Item.objects.get().step == "reply"


@pytest.mark.django_db(transaction=True)
def test_two_who_start_the_same_at_once_start_it_once():
    us = cast.staff()
    process = published(us)
    key = f"person:{cast.person(by=us.ada).pk}"

    with transaction.atomic():
        run.start(key, process, by=us.ada, now=cast.NOW)
        other = Beside(lambda: run.start(key, process, by=us.lea, now=cast.NOW))

    assert other.end() is None
    assert (Item.objects.count(), Passage.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_two_who_edit_the_same_draft_are_told():
    us = cast.staff()
    draft = keep.redraft(published(us), by=us.lea, now=cast.NOW)

    keep.edit(draft, text.read(LEGAL).plain, by=us.lea, now=cast.NOW, seen=1)

    with pytest.raises(Refusal, match="Lea changed this draft since you opened it"):
        keep.edit(draft, text.read(COMPLAINT.replace("1 hour", "2 hours")).plain, by=us.olga, now=cast.NOW, seen=1)
