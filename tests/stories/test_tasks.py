"""From a line to the history and into a calendar: tasks by the screen, the API and the terminal."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

import cast
from mutuals import cli
from mutuals.base import clock, ical
from mutuals.base.ical_out import WIDEST, Event, calendar
from mutuals.history.models import Interaction
from mutuals.inbox import cases, tasks, tasks_remind
from mutuals.inbox.models import Task
from mutuals.inbox.tasks_read import TaskIn
from mutuals.processes import keep as processes
from mutuals.processes import run, text
from mutuals.rules import keep, watch
from mutuals.staff import accounts, tokens

LISBON = ZoneInfo("Europe/Lisbon")


def as_(user):
    client = Client()
    client.force_login(user)
    return client


def unfolded(body: bytes) -> list[str]:
    """The lines of a calendar by the rules of RFC 5545, 3.1: every line in octets, its end, and what goes on."""
    assert body.endswith(b"\r\n")
    lines = body[:-2].split(b"\r\n")
    assert max(len(line) for line in lines) <= WIDEST
    assert not [line for line in lines if b"\n" in line or b"\r" in line]
    return re.sub(rb"\r\n ", b"", body).decode("utf-8").splitlines()


def test_what_a_calendar_is_told_is_folded_between_letters_and_escaped():
    title = "Ünïcode; with, all\\of it\nand a long tail " + "größer " * 30
    now = datetime(2026, 11, 23, 15, 30, tzinfo=LISBON)
    day = Event("1@mutuals", title, now.date(), now, sequence=4, is_cancelled=True)
    timed = Event("2@mutuals", "At a time", now, now, ends=now + timedelta(hours=1), is_busy=True)

    body = calendar("Ada", [day, timed])
    lines = unfolded(body)
    read = ical.all_days(body)

    assert "DTSTART;VALUE=DATE:20261123" in lines
    assert "DTEND;VALUE=DATE:20261124" in lines
    assert {
        "SEQUENCE:4",
        "STATUS:CANCELLED",
        "TRANSP:OPAQUE",
        "DTSTART:20261123T153000Z",
        "DTEND:20261123T163000Z",
    } <= set(lines)
    summary = next(line for line in lines if line.startswith("SUMMARY:"))
    assert summary.startswith("SUMMARY:Ünïcode\\; with\\, all\\\\of it\\nand a long tail größer größer")
    assert (read.timed, [when for when, _ in read.days]) == (1, [now.date()])
    assert read.days[0][1].startswith("Ünïcode; with, all\\of it and a long tail größer")


@pytest.mark.django_db
def test_a_call_from_a_line_on_the_screen_to_the_history_and_back():
    us = cast.staff()
    bea = cast.person(by=us.ada)
    case, _ = cases.open_case(by=us.ada, now=clock.now(), title="It leaks", person=bea)
    ada = as_(us.ada)

    shown = ada.get("/tasks/read/?line=call Bea Brand tomorrow 10:00").text
    ada.post(
        "/tasks/quick/",
        {"line": "call Bea Brand tomorrow 10:00", "about": f"case:{case.pk}", "back": f"/cases/{case.pk}/"},
    )
    task = Task.objects.get()
    pages = [
        ada.get(way).text for way in ("/tasks/", f"/cases/{case.pk}/", f"/customers/{bea.pk}/", "/tasks/calendar/")
    ]
    page = ada.get(f"/tasks/{task.pk}/").text
    tasks.move(task, by=us.ada, now=clock.now(), to=clock.now() - timedelta(hours=1))
    today = ada.get("/").text
    told = ada.post(
        f"/tasks/{task.pk}/done/", {"outcome": "reached", "result": "She is glad.", "back": "/"}, follow=True
    ).text
    history = ada.get(f"/customers/{bea.pk}/?tab=timeline").text
    undo = re.search(rf'action="(/tasks/{task.pk}/reopen/)"', told)
    ada.post(undo[1])
    empty = ada.post("/tasks/quick/", {"line": "tomorrow"}, follow=True).text

    assert all(words in shown for words in ("Call Bea Brand", "Tomorrow, 10:00", "for Bea Brand"))
    assert (task.kind, task.person, task.about, task.assignee) == ("call", bea, f"case:{case.pk}", us.ada)
    assert all("Call Bea Brand" in one for one in pages)
    assert 'value="10:00"' in page
    assert "To do today" in today
    assert f'formaction="/tasks/{task.pk}/done/"' in today
    assert "She is glad." in history
    assert not Interaction.objects.filter(about=f"task:{task.pk}").exists()
    assert Task.objects.get().done_at is None
    assert "Title is missing." in empty
    assert 'value="tomorrow"' in empty  # what was typed is there again


@pytest.mark.django_db
def test_a_meeting_by_the_form_is_refused_with_what_was_typed_then_kept_once():
    us = cast.staff()
    bo = cast.person("Bo Brand", by=us.ada)
    ada = as_(us.ada)
    new = ada.get("/tasks/new/?kind=meeting").text
    key = re.search(r'name="key" value="([^"]+)"', new)[1]
    told = {
        "kind": "meeting", "title": "Fair", "day": "2027-03-27", "until": "12:00", "assignee": us.ben.pk, "remind": "60",
        "guests": "Bo Brand", "users": [us.ada.pk], "repeat": "weekly", "repeat_until": "2027-04-30", "key": key,
    }  # fmt: skip

    refused = ada.post("/tasks/new/", told)
    kept = [ada.post("/tasks/new/", {**told, "at": "10:00"}).status_code for _ in range(2)]
    task = Task.objects.get()
    ada.post(f"/tasks/{task.pk}/move/", {"to": "2027-03-29"})
    moved = Task.objects.get()
    tasks.done(task, by=us.ben, now=clock.now())
    following = Task.objects.get(follows=task)

    assert refused.status_code == 422
    assert "When does the meeting begin?" in refused.text
    assert 'value="Fair"' in refused.text
    assert kept == [302, 302]
    assert [one.user_id or one.person_id for one in task.participants.order_by("pk")] == [us.ada.pk, bo.pk]
    assert (task.starts_at, task.remind_at) == (
        datetime(2027, 3, 27, 10, tzinfo=LISBON),
        datetime(2027, 3, 27, 9, tzinfo=LISBON),
    )
    assert moved.ends_at - moved.starts_at == timedelta(hours=2)
    assert (following.starts_at - moved.starts_at).days == 7
    assert [one.person_id for one in following.participants.filter(person__isnull=False)] == [bo.pk]


def program_of(user):
    """A program with a key of this user's own: (get, send)."""
    _, plain = tokens.make(user, name="own", scopes=["read", "write"], now=clock.now())
    client = Client(headers={"Authorization": f"Bearer {plain}"})

    def send(way, body=None, method="POST"):
        return client.generic(method, f"/api/v1{way}", json.dumps(body or {}), content_type="application/json")

    return lambda way: client.get(f"/api/v1{way}"), send


@pytest.mark.django_db
def test_the_same_by_the_api():
    us = cast.staff()
    bea = cast.person(by=us.ada)
    get, send = program_of(us.ada)

    line = send("/tasks", {"line": "call Bea Brand tomorrow 10:00"}).json()
    meeting = {"kind": "meeting", "title": "Fair", "starts_at": "2027-03-01T10:00:00Z", "person_ids": [bea.pk]}
    fair = send("/tasks", meeting).json()
    day = send("/tasks", {"title": "Pay", "due_on": "2027-03-02", "repeat": "daily"}).json()
    wrong = send("/tasks", {"title": "x", "about": "case:99"})
    change = {"starts_at": "2027-03-01T11:00:00Z", "user_ids": [us.ben.pk]}
    moved = send(f"/tasks/{fair['id']}", change, "PATCH").json()
    walk = get("/tasks?limit=2").json()
    rest = get(f"/tasks?limit=2&cursor={walk['next']}").json()
    theirs = get(f"/tasks?whose=all&person_id={bea.pk}").json()["items"]
    done = send(f"/tasks/{fair['id']}/done", {"outcome": "fell through", "result": "Snow."}).json()
    kept = Interaction.objects.get(about=f"task:{fair['id']}")
    opened = send(f"/tasks/{fair['id']}/reopen").json()
    bulk = send("/tasks/done", {"ids": [line["id"], day["id"], 99]}).json()
    gone = send(f"/tasks/{fair['id']}/trash").json()

    assert (line["kind"], line["person"]["id"], line["title"]) == ("call", bea.pk, "Call Bea Brand")
    assert wrong.status_code == 422
    assert (moved["due_at"], [one["id"] for one in moved["users"]]) == ("2027-03-01T11:00:00Z", [us.ben.pk])
    assert [one["id"] for one in [*walk["items"], *rest["items"]]] == [line["id"], fair["id"], day["id"]]
    assert [one["id"] for one in theirs] == [line["id"], fair["id"]]
    assert (done["outcome"], kept.text, kept.outcome, kept.subject) == (
        "fell through",
        "Snow.",
        "fell through",
        "Meeting: Fair",
    )
    assert (opened["done_at"], bulk["done"]) == (None, [line["id"], day["id"]])
    assert gone["trashed_at"]
    assert get(f"/tasks/{fair['id']}").status_code == 200
    assert fair["id"] not in [one["id"] for one in get("/tasks").json()["items"]]


@pytest.mark.django_db
def test_a_calendar_program_reads_ones_tasks_by_a_secret_address_and_nothing_else():
    us = cast.staff()
    now = clock.now()
    day = tasks.add(TaskIn("Pay; then, file", due_on=date(2027, 3, 2), repeat="daily"), by=us.ada, now=now)[0]
    begins = datetime(2027, 3, 1, 11, tzinfo=UTC)
    fair = tasks.add(
        TaskIn("Fair", kind="meeting", starts_at=begins, assignee=us.ben, users=(us.ada,)), by=us.ben, now=now
    )[0]
    tasks.add(TaskIn("Not hers", due_at=begins, assignee=us.ben), by=us.ben, now=now)
    _, send = program_of(us.ada)
    path, stranger = send("/me/calendar").json()["path"], Client()

    feed = stranger.get(path)
    same = stranger.get(path, headers={"If-None-Match": feed.headers["ETag"]})
    tasks.done(day, by=us.ada, now=now)
    tasks.trash(fair, by=us.ben, now=now)
    later = unfolded(stranger.get(path).content)
    many = [stranger.get(path).status_code for _ in range(32)]
    anew = send("/me/calendar").json()["path"]
    codes = [stranger.get(one).status_code for one in (path, anew, "/calendar/none.ics")]
    accounts.deactivate(us.ada, by=us.olga, now=now, transfer_to=us.ben)
    accounts.reactivate(us.ada, by=us.olga)

    lines = unfolded(feed.content)
    assert {"SUMMARY:Pay\\; then\\, file", "DTSTART:20270301T110000Z", "SEQUENCE:0", "STATUS:CONFIRMED"} <= set(lines)
    assert [when.isoformat() for when, _ in ical.all_days(feed.content).days] == ["2027-03-02"]
    assert "Not hers" not in feed.text
    told = [feed.headers[name] for name in ("Content-Type", "Cache-Control", "Referrer-Policy")]
    assert told == ["text/calendar; charset=utf-8", "private, max-age=300", "no-referrer"]
    assert not feed.cookies
    assert same.status_code == 304
    assert "SUMMARY:Done: Pay\\; then\\, file" in later
    assert later[later.index("SUMMARY:Fair") :].index("STATUS:CANCELLED") < 8
    assert "DTSTART;VALUE=DATE:20270303" in later  # its next one
    assert set(many) == {200, 429}
    assert codes == [404, 200, 404]
    assert stranger.get(anew).status_code == 404


@pytest.mark.django_db
def test_the_same_from_the_terminal(capsys, monkeypatch):
    us = cast.staff()
    monkeypatch.setenv("MUTUALS_USER", us.ada.email)
    bea = cast.person(by=us.ada)

    def said(*argv):
        code = cli.main(["tasks", *map(str, argv), "--json"])
        out = capsys.readouterr().out
        return code, json.loads(out) if out.strip() else None

    dry = said("add", "call Bea Brand tomorrow 10:00 @ben", "--dry-run")[1]
    none = Task.objects.count()
    made = said("add", "call back in 3 days", "--person", bea.pk)[1]
    number = made["id"]
    codes = [
        said(*argv)[0]
        for argv in (
            ("move", number, "2027-01-05T10:00"),
            ("remind", number, "2027-01-05T09:45"),
            ("give", number, us.ben.email),
            ("done", number, "--outcome", "left word", "--result", "With her son."),
            ("reopen", number),
            ("trash", number),
            ("restore", number),
        )
    ]
    shown = said("show", number)[1]
    listed = said("list", "--whose", "all", "--person", bea.pk)[1]
    path = said("calendar")[1]["path"]
    ended = said("calendar", "--end")[1]
    wrong = [said("show", 99)[0], said("move", number, "soon")[0], said("add", "x", "--about", "case:99")[0]]

    assert (dry["title"], dry["for"], dry["does_it"], none) == ("Call Bea Brand", "Bea Brand", "Ben", 0)
    assert set(codes) == {0}
    assert (shown["does_it"], shown["for"], shown["done"]) == ("Ben", "Bea Brand", None)
    assert {"task.done", "task.reopened", "task.trashed"} <= {one["what"] for one in shown["history"]}
    assert [one["id"] for one in listed] == [number]
    assert path.startswith("/calendar/")
    assert ended == {"ended": True}
    assert wrong == [3, 1, 1]


@pytest.mark.django_db
def test_a_rule_makes_a_task_once_of_which_its_doer_is_reminded():
    us = cast.staff()
    square = cast.source(owner=us.olga, team=us.service)
    told = {
        "when": "received", "if": ["words:says:leak*"],
        "then": [{"make_task": {"title": "Call about the leak", "kind": "call", "hours": 2, "to": us.ben.email}}],
    }  # fmt: skip
    rule = keep.write(told, by=us.lea, now=cast.NOW, name="Leaks")
    keep.switch(rule, is_on=True, by=us.lea, now=cast.NOW)
    turn = cast.turn(square)
    watch.read_on()
    watch.read_on()
    task = Task.objects.get()
    tasks.remind(task, by=us.ben, now=clock.now(), at=clock.now())
    tasks_remind.tell_due(now=clock.now())

    today = as_(us.ben).get("/").text

    assert (task.title, task.assignee, task.about) == ("Call about the leak", us.ben, f"conversation:{turn.pk}")
    assert task.made_by == f"rule:{rule.pk}"
    assert f'href="/tasks/{task.pk}/">Call about the leak' in today


@pytest.mark.django_db
def test_a_step_makes_a_task_for_whoever_has_what_runs_and_one_that_is_open_is_kept():
    us = cast.staff()
    bea = cast.person(by=us.ada)
    told = text.read(
        "steps:\n- {step: look, then: [{make_task: {title: Call the customer, hours: 4}}], next: fix}\n"
        "- {step: fix, then: [{make_task: {title: Call the customer}}], next: done}\n- {step: done, end: done}\n"
    ).plain
    drawn = processes.draft(told, by=us.lea, now=cast.NOW, name="Repair", kind="case")
    processes.publish(drawn, by=us.lea, now=cast.NOW)
    case, _ = cases.open_case(by=us.ada, now=cast.NOW, title="It leaks", person=bea, process=drawn.process)
    case.refresh_from_db()
    run.move(case.item, to="fix", by=us.ada, now=cast.NOW)

    task = Task.objects.get()

    assert (task.title, task.about, task.person) == ("Call the customer", f"case:{case.pk}", bea)
    assert task.due_at == cast.NOW + timedelta(hours=4)
    assert task.assignee == us.ada
