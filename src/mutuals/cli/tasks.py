"""`mutuals tasks`: what is to be done, by whom and when."""

from __future__ import annotations

import argparse
from datetime import date, datetime
from typing import Any

from mutuals.base import clock
from mutuals.base.refusals import Refusal
from mutuals.cli._asked import asks, rows_of
from mutuals.cli._say import Missing, me, verb
from mutuals.inbox import tasks, tasks_asked, tasks_feed, tasks_quick
from mutuals.inbox.models import Task, TaskKind, TaskOutcome
from mutuals.inbox.tasks_read import zone_of
from mutuals.people.models import Person
from mutuals.people.queries import cluster
from mutuals.people.visibility import visible_to as visible_people
from mutuals.staff import queries as staff
from mutuals.staff.models import User

PLACE = 62  # among the groups of `mutuals --help`


def register(groups: Any) -> None:
    """Add `tasks` and its verbs."""
    words = "what is to be done: tasks, calls and meetings"
    verbs = groups.add_parser("tasks", help=words).add_subparsers(required=True, metavar="VERB")
    parser = verb(
        verbs, "list", listed, "one's own, those due first at the head", examples=["mutuals tasks list --span today"]
    )
    parser.add_argument("--whose", choices=tasks_asked.WHOSE, default="mine")
    parser.add_argument("--span", choices=tasks_asked.SPANS, default="open")
    parser.add_argument("--kind", choices=TaskKind.values, default="")
    parser.add_argument("--about", default="", metavar="KEY", help="a record, such as case:12")
    parser.add_argument("--person", type=int)
    parser.add_argument("--find", default="", metavar="WORDS", help="words of the title")
    asks(parser)
    parser = verb(
        verbs,
        "add",
        add,
        "write down what is to be done, in a line",
        examples=['mutuals tasks add "call Ana tomorrow 10:00"'],
    )
    parser.add_argument("line", help="kind, who, day, time, how often and @colleague are read out of it")
    parser.add_argument("--about", default="", metavar="KEY", help="the record that it is about, such as case:12")
    parser.add_argument("--person", type=int, help="whom it is for")
    parser.add_argument("--dry-run", action="store_true", help="tell what is read, and keep nothing")
    verb(verbs, "show", show, "one task, with what was done").add_argument("task", type=int)
    parser = verb(verbs, "done", done, "they are done; what came of a call or meeting goes into the history")
    parser.add_argument("task", type=int, nargs="+")
    parser.add_argument("--outcome", choices=TaskOutcome.values, default="")
    parser.add_argument("--result", default="", metavar="WORDS")
    verb(verbs, "reopen", reopen, "it is not done after all").add_argument("task", type=int)
    parser = verb(verbs, "move", move, "to another day or moment")
    parser.add_argument("task", type=int)
    parser.add_argument("to", help="2026-11-30, or with a time: 2026-11-30T10:00, by the clocks where you are")
    parser = verb(verbs, "give", give, "to a colleague")
    parser.add_argument("task", type=int)
    parser.add_argument("to", metavar="EMAIL")
    parser = verb(verbs, "remind", remind, "tell whoever does it at a moment; without one not any more")
    parser.add_argument("task", type=int)
    parser.add_argument("at", nargs="?", default="", help="2026-11-30T09:45, by the clocks where you are")
    verb(verbs, "trash", trash, "into the trash").add_argument("task", type=int)
    verb(verbs, "restore", restore, "out of the trash").add_argument("task", type=int)
    parser = verb(verbs, "calendar", calendar, "the secret address of your calendar: made anew, or ended")
    parser.add_argument("--end", action="store_true", help="the address opens nothing any more")


def _line(row: Task) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kind": row.kind,
        "title": row.title,
        "due": row.due_on or row.due_at,
        "begins": row.starts_at,
        "ends": row.ends_at,
        "for": str(row.person.canonical) if row.person else "",
        "about": row.about,
        "does it": str(row.assignee or row.team or ""),
        "repeats": row.repeat,
        "done": row.done_at,
        "outcome": row.outcome,
    }


def listed(args: argparse.Namespace) -> list[dict[str, Any]]:
    """One line each."""
    viewer = me(args)
    asked = tasks_asked.Asked(
        clock.now().astimezone(zone_of(viewer)), args.whose, args.span, args.about,
        cluster(_person(viewer, args.person)) if args.person else None, args.kind, args.find,
    )  # fmt: skip
    rows = tasks_asked.rows_of(viewer, asked).select_related(*tasks_asked.BESIDE)
    return [_line(row) for row in rows_of(args, "task", rows, sort="done" if args.span == "done" else "due")]


def add(args: argparse.Namespace) -> dict[str, Any]:
    """The task, or with --dry-run how the line is read."""
    by, now = me(args), clock.now()
    read = tasks_quick.read(args.line, by=by, now=now)
    if args.dry_run:
        told = read.told
        return {
            "kind": told.kind, "title": told.title, "due": told.due_on or told.due_at, "begins": told.starts_at,
            "ends": told.ends_at, "repeats": told.repeat, "does it": str(told.assignee),
            "for": ", ".join(str(one) for one in read.people), "unknown": read.unknown,
        }  # fmt: skip
    person = _person(by, args.person) if args.person else None
    row, _ = tasks_quick.add(read.told, by=by, now=now, about=args.about, person=person)
    return _line(_task(args, row.pk))


def show(args: argparse.Namespace) -> dict[str, Any]:
    """The task, who is at it, and its history, newest first."""
    row = _task(args, args.task)
    those = row.participants.select_related("user", "person__canonical")
    at = [str(one.user or (one.person.canonical if one.person else "")) for one in those]
    told = [{"at": one.at, "what": one.kind, "by": one.by} for one in tasks_asked.history_of(row, me(args))]
    more = {"reminds": row.remind_at, "result": row.result, "made by": row.made_by, "trashed": row.trashed_at}
    return {**_line(row), "notes": row.notes, "at it": at, **more, "history": told}


def done(args: argparse.Namespace) -> list[dict[str, Any]]:
    """How they are now."""
    rows = [_task(args, number) for number in args.task]
    for row in rows:
        tasks.done(row, by=me(args), now=clock.now(), outcome=args.outcome, result=args.result)
    return [_line(_task(args, row.pk)) for row in rows]


def reopen(args: argparse.Namespace) -> dict[str, Any]:
    """How it is now."""
    tasks.reopen(_task(args, args.task), by=me(args), now=clock.now())
    return _line(_task(args, args.task))


def move(args: argparse.Namespace) -> dict[str, Any]:
    """How it is now."""
    by = me(args)
    tasks.move(_task(args, args.task), by=by, now=clock.now(), to=_when(args.to, by))
    return _line(_task(args, args.task))


def give(args: argparse.Namespace) -> dict[str, Any]:
    """How it is now."""
    user = staff.by_email(args.to)
    if user is None:
        raise Missing(f"Nobody who works here has the address {args.to}.")
    tasks.edit(_task(args, args.task), by=me(args), changes={"assignee": user}, now=clock.now())
    return _line(_task(args, args.task))


def remind(args: argparse.Namespace) -> dict[str, Any]:
    """When it is told."""
    by = me(args)
    at = _when(args.at, by) if args.at else None
    if at is not None and not isinstance(at, datetime):
        raise Refusal("A reminder comes at a time, such as 2026-11-30T09:45.")
    row = tasks.remind(_task(args, args.task), by=by, now=clock.now(), at=at)
    return {**_line(_task(args, args.task)), "reminds": row.remind_at}


def trash(args: argparse.Namespace) -> dict[str, Any]:
    """The task."""
    tasks.trash(_task(args, args.task), by=me(args), now=clock.now())
    return _line(_task(args, args.task))


def restore(args: argparse.Namespace) -> dict[str, Any]:
    """The task."""
    tasks.restore(_task(args, args.task), by=me(args), now=clock.now())
    return _line(_task(args, args.task))


def calendar(args: argparse.Namespace) -> dict[str, Any]:
    """The path of the address, shown once; or whether there was one to end."""
    if args.end:
        return {"ended": tasks_feed.close_feed(by=me(args))}
    return {"path": f"/calendar/{tasks_feed.open_feed(by=me(args), now=clock.now())}.ics"}


def _task(args: argparse.Namespace, number: int) -> Task:
    rows = tasks_asked.with_trash(me(args)).select_related("assignee", "team", "person__canonical")
    row = rows.filter(pk=number).first()
    if row is None:
        raise Missing(f"There is no task {number}.")
    return row


def _person(viewer: User, number: int) -> Person:
    row = visible_people(viewer).filter(cluster=number).first()
    if row is None:
        raise Missing(f"There is no customer {number}.")
    return row


def _when(told: str, by: User) -> date:
    """A day, or a moment by the clocks of whoever says it."""
    try:
        if len(told) <= 10:
            return date.fromisoformat(told)
        moment = datetime.fromisoformat(told)
    except ValueError as error:
        raise Refusal("A day is written 2026-11-30, a moment 2026-11-30T10:00.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=zone_of(by))
