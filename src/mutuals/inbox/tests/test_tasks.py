"""Tasks: what is read out of a line, when they come again, what comes of calls, who sees and who inherits them."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

import cast
from mutuals import privacy
from mutuals.base import journal, lists
from mutuals.base.refusals import Refusal
from mutuals.history.models import Interaction
from mutuals.identity import merge
from mutuals.inbox import cases, tasks, tasks_asked, tasks_dates, tasks_line, tasks_remind
from mutuals.inbox.models import Task
from mutuals.inbox.tasks_read import TaskIn
from mutuals.people.models import Person
from mutuals.staff import accounts
from mutuals.staff.permissions import NotAllowed

LISBON = ZoneInfo("Europe/Lisbon")
MONDAY = datetime(2026, 11, 23, 15, 30, tzinfo=LISBON)


@pytest.mark.parametrize(
    ("line", "title", "kind", "day", "clock", "until", "repeat"),
    [
        ("call Ana tomorrow 10:00", "Call Ana", "call", "2026-11-24", "10:00", "", ""),
        ("meet Bo Brand friday 2-3pm @ada", "Meet Bo Brand", "meeting", "2026-11-27", "14:00", "15:00", ""),
        ("send 3 lids to C-00012", "Send 3 lids to C-00012", "task", "", "", "", ""),
        ("pay by 24.12.", "Pay", "task", "2026-12-24", "", "", ""),
        ("water plants every monday 8am", "Water plants", "task", "2026-11-30", "08:00", "", "weekly"),
        ("ring Bea in 2 hours", "Ring Bea", "call", "2026-11-23", "17:30", "", ""),
        ("standup daily 9:15 for 15 min", "Standup", "task", "2026-11-24", "09:15", "09:30", "daily"),
        ("offer by 31 feb", "Offer by 31 feb", "task", "", "", "", ""),
        ("meet Ana", "Meet Ana", "task", "", "", "", ""),
        ("tax on the 15th of march", "Tax", "task", "2027-03-15", "", "", ""),
        ("wait until 13pm", "Wait until 13pm", "task", "", "", "", ""),
    ],
)
def test_a_line_is_read_as_it_is_meant_and_what_is_no_day_stays_in_the_title(
    line, title, kind, day, clock, until, repeat
):
    read = tasks_line.read(line, now=MONDAY)

    told = (
        read.day.isoformat() if read.day else "",
        f"{read.clock or '':.5}" if not read.clock else f"{read.clock:%H:%M}",
    )
    assert (read.title, read.kind, *told) == (title, kind, day, clock)
    assert (f"{read.until:%H:%M}" if read.until else "", read.repeat) == (until, repeat)


def test_the_next_day_of_a_series_passes_over_what_was_missed_and_knows_short_months():
    monthly = [
        tasks_dates.next_day(date(2026, 1, 31), "monthly", month_day=31, since=date(2026, month, 1))
        for month in (1, 3, 12)
    ]
    weekly = tasks_dates.next_day(date(2026, 11, 2), "weekly", since=date(2026, 11, 25))
    daily = tasks_dates.next_day(date(2026, 11, 2), "daily", since=date(2029, 11, 2))

    assert monthly == [date(2026, 2, 28), date(2026, 3, 31), date(2026, 12, 31)]
    assert (weekly, daily) == (date(2026, 11, 30), date(2029, 11, 2))


def test_the_time_of_day_stays_when_the_clocks_change():
    before = datetime(2026, 10, 24, 8, 0, tzinfo=UTC)  # nine in Lisbon

    assert tasks_dates.moved(before, 1, LISBON) == datetime(2026, 10, 25, 9, 0, tzinfo=UTC)
    assert tasks_dates.end_of(date(2026, 10, 25), LISBON) == datetime(2026, 10, 25, 23, 59, 59, tzinfo=UTC)
    assert tasks_dates.at(date(2026, 3, 29), time(1, 30), LISBON) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@pytest.mark.django_db
def test_a_call_that_is_done_stands_in_the_history_until_it_is_opened_again():
    us = cast.staff()
    bea, bo = cast.person(by=us.ada), cast.person("Bo Brand", by=us.ada)
    case, _ = cases.open_case(by=us.ada, now=cast.NOW, title="It leaks", person=bea)
    at = cast.NOW + timedelta(days=1)
    told = TaskIn("Call about the lid", kind="call", about=f"case:{case.pk}", due_at=at, persons=(bo,))
    task, is_new = tasks.add(told, by=us.ada, now=cast.NOW)

    done = tasks.done(task, by=us.ada, now=at, outcome="reached", result="She wants a red one.")
    again = tasks.done(task, by=us.ada, now=at, outcome="left word")
    kept = list(Interaction.objects.filter(about=f"task:{task.pk}").order_by("pk"))
    count = Person.objects.get(pk=bea.pk).interaction_count
    tasks.reopen(task, by=us.ada, now=at)

    assert (is_new, task.person, task.assignee) == (True, bea, us.ada)
    assert (done.outcome, again.outcome) == ("reached", "reached")
    assert [(row.kind, row.subject, row.text, row.outcome) for row in kept] == [
        ("call", "Call about the lid", "She wants a red one.", "reached")
    ] * 2
    assert {row.profile.person_id for row in kept} == {bea.pk, bo.pk}
    assert count == 1
    assert not Interaction.objects.filter(about=f"task:{task.pk}").exists()
    assert Task.objects.get().done_at is None
    with pytest.raises(Refusal):
        tasks.done(task, by=us.ada, now=at, outcome="held")


@pytest.mark.django_db
def test_one_that_repeats_makes_its_next_once_and_takes_it_back_while_nobody_touched_it():
    us = cast.staff()
    us.ada.zone = "Europe/Lisbon"
    us.ada.save()
    told = TaskIn(
        "Pay the rent", due_on=date(2026, 11, 20), repeat="monthly", repeat_day=31, repeat_until=date(2027, 1, 1),
        remind_at=cast.NOW,
    )  # fmt: skip
    first, _ = tasks.add(told, by=us.ada, now=cast.NOW)

    tasks.done(first, by=us.ada, now=cast.NOW)
    tasks.reopen(first, by=us.ada, now=cast.NOW)
    alone = Task.objects.count()
    tasks.done(first, by=us.ada, now=cast.NOW)
    second = Task.objects.get(follows=first)
    tasks.done(second, by=us.ada, now=cast.NOW)
    third = Task.objects.get(follows=second)
    tasks.done(third, by=us.ada, now=cast.NOW)

    assert alone == 1
    assert [second.due_on, third.due_on] == [date(2026, 11, 30), date(2026, 12, 31)]
    assert second.remind_at == cast.NOW + timedelta(days=10)
    assert Task.objects.count() == 3  # the end is reached


@pytest.mark.django_db
def test_lists_keep_to_the_days_of_whoever_looks_and_walk_on_to_what_has_no_date():
    us = cast.staff()
    late = tasks.add(TaskIn("Late", due_on=date(2026, 11, 22)), by=us.ada, now=cast.NOW)[0]
    today = tasks.add(TaskIn("Today", due_on=date(2026, 11, 23)), by=us.ada, now=cast.NOW)[0]
    evening = tasks.add(TaskIn("Evening", due_at=MONDAY.replace(hour=23)), by=us.ada, now=cast.NOW)[0]
    some = tasks.add(TaskIn("Some time"), by=us.ada, now=cast.NOW)[0]
    other = tasks.add(TaskIn("Team's", team=us.service), by=us.ada, now=cast.NOW)[0]
    meeting = TaskIn("Fair", kind="meeting", starts_at=MONDAY + timedelta(days=3), assignee=us.ben, users=(us.ada,))
    fair = tasks.add(meeting, by=us.ada, now=cast.NOW)[0]

    def listed(**asked):
        return tasks_asked.listed(us.ada, tasks_asked.Asked(MONDAY, **asked))

    mine, walk = tasks_asked.rows_of(us.ada, tasks_asked.Asked(MONDAY)), lists.Asked(us.ada, LISBON, MONDAY)
    page = lists.walk_among(lists.listing("task"), mine, walk, limit=3)
    rest = lists.walk_among(lists.listing("task"), mine, walk, limit=3, after=page.next)
    abroad = tasks_asked.Asked(MONDAY.astimezone(ZoneInfo("Pacific/Auckland")), span="late")

    assert [*page.rows, *rest.rows] == [late, evening, today, some]
    assert listed(span="late") == [late]
    assert listed(span="today") == [evening, today]
    assert listed(span="none") == [some]
    assert listed(whose="team") == [other]
    assert listed(whose="all", span="week") == [evening, today, fair]
    assert tasks_asked.waiting(us.ada, now=MONDAY, limit=9) == [late, evening, today]
    assert tasks_asked.listed(us.ada, abroad) == [late, today]  # the 24th has begun there
    days = tasks_asked.days(us.ada, whose="mine", first=date(2026, 11, 23), last=date(2026, 11, 29), zone=LISBON)
    assert days == {date(2026, 11, 23): [evening, today], date(2026, 11, 26): [fair]}


@pytest.mark.django_db
def test_a_reminder_is_told_once_goes_along_when_it_is_moved_and_is_told_again_then():
    us = cast.staff()
    at = cast.NOW + timedelta(hours=2)
    task, _ = tasks.add(TaskIn("Call Bo", kind="call", due_at=at, remind_at=cast.NOW), by=us.ada, now=cast.NOW)
    tasks.move(task, by=us.ada, now=cast.NOW, to=at + timedelta(days=1))

    early = tasks_remind.tell_due(now=cast.NOW)
    told = tasks_remind.tell_due(now=cast.NOW + timedelta(days=1))
    twice = tasks_remind.tell_due(now=cast.NOW + timedelta(days=1))
    tasks.remind(task, by=us.ada, now=at, at=at + timedelta(days=2))
    anew = tasks_remind.tell_due(now=at + timedelta(days=2))

    assert (early, told, twice, anew) == (0, 1, 0, 1)
    entries = journal.of(f"staff:{us.ada.pk}").filter(kind="staff.told")
    assert [entry.data["thing"] for entry in entries] == [f"task:{task.pk}"] * 2
    assert entries[0].data["text"] == "Call Bo: Sat 21 Nov, 12:00"


@pytest.mark.django_db
def test_a_contractor_has_what_is_given_to_them_and_nothing_else():
    us = cast.staff()
    own, _ = tasks.add(TaskIn("Fold boxes", assignee=us.cleo), by=us.ada, now=cast.NOW)
    others, _ = tasks.add(TaskIn("Call Bo", team=us.elsewhere), by=us.ada, now=cast.NOW)

    assert list(tasks_asked.visible_to(us.cleo)) == [own]
    assert tasks.done(own, by=us.cleo, now=cast.NOW).done_at == cast.NOW
    with pytest.raises(NotAllowed):
        tasks.done(others, by=us.cleo, now=cast.NOW)
    with pytest.raises(NotAllowed):
        tasks.add(TaskIn("Mine"), by=us.cleo, now=cast.NOW)


@pytest.mark.django_db
def test_merged_people_have_one_list_which_erasing_and_leaving_take_along():
    us = cast.staff()
    bea, bee = cast.person(by=us.ada), cast.person("Bee Brand", by=us.ada)
    told = TaskIn("Ask Bee Brand about zebra lids", person=bee, remind_at=cast.NOW)
    task, _ = tasks.add(told, by=us.ada, now=cast.NOW)
    fair = TaskIn("Fair", kind="meeting", starts_at=cast.NOW, persons=(bee,), assignee=us.ada)
    meeting, _ = tasks.add(fair, by=us.ben, now=cast.NOW)
    tasks_remind.tell_due(now=cast.NOW)
    merge.merge(bea, bee, by=us.ada, now=cast.NOW)
    ids = [bea.pk, bee.pk]

    seen = tasks_asked.of_record(us.ada, "", person_ids=ids)
    accounts.deactivate(us.ada, by=us.olga, now=cast.NOW, transfer_to=us.ben)
    inherited = Task.objects.filter(assignee=us.ben).count()
    receipt = privacy.erase(Person.objects.get(pk=bea.pk), by=us.olga, now=cast.NOW)

    assert seen == [meeting, task]
    assert inherited == 2
    assert receipt.counts["inbox"]["tasks"] == 1
    assert list(Task.objects.all()) == [meeting]
    assert not meeting.participants.exists()
    assert cast.everywhere("zebra") == []
