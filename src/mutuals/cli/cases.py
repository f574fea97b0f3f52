"""`mutuals cases`: pieces of work about a conversation or a person."""

from __future__ import annotations

import argparse
from typing import Any

from mutuals.base import clock
from mutuals.cli._say import Missing, me, verb
from mutuals.inbox import cases, queries, stepped
from mutuals.inbox.models import Case, CaseState, Priority
from mutuals.processes import queries as processes
from mutuals.processes.models import Process
from mutuals.staff.models import User
from mutuals.staff.permissions import may

PLACE = 60  # among the groups of `mutuals --help`


def register(groups: Any) -> None:
    """Add `cases` and its verbs."""
    words = "pieces of work that outlive a conversation"
    verbs = groups.add_parser("cases", help=words).add_subparsers(required=True, metavar="VERB")
    parser = verb(verbs, "list", listed, "cases, newest first", examples=["mutuals cases list --sort limit"])
    parser.add_argument("--state", choices=[*CaseState.values, "all"], default=CaseState.OPEN)
    parser.add_argument("--priority", choices=Priority.values)
    parser.add_argument("--find", default="", metavar="WORDS", help="a reference, or words of the title")
    parser.add_argument(
        "--sort", choices=("new", "limit"), default="new", help="limit: those that have one, soonest first"
    )
    parser.add_argument("--limit", type=int, default=50)
    verb(verbs, "show", show, "one case, with what was done").add_argument("case", help="its reference or number")
    parser = verb(verbs, "open", opened, "a case about a conversation; one that is open there is told instead")
    parser.add_argument("conversation", type=int)
    parser.add_argument("title")
    parser.add_argument("--priority", choices=Priority.values, default=Priority.NORMAL)
    parser.add_argument("--minutes", type=int, help="its limit")
    _steps(parser)
    parser = verb(verbs, "start", start, "let a case without steps go by those of a process")
    parser.add_argument("case", help="its reference or number")
    _steps(parser)
    parser = verb(verbs, "change", change, "how much it matters, or that it ended")
    parser.add_argument("case", help="its reference or number")
    parser.add_argument("--state", choices=CaseState.values)
    parser.add_argument("--priority", choices=Priority.values)


def _steps(parser: argparse.ArgumentParser) -> None:
    """By which steps it goes."""
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument("--process", metavar="NAME", help="by the steps of this process")
    ways.add_argument("--usual", action="store_true", help="by the usual steps of cases")


def _line(row: Case, viewer: User) -> dict[str, Any]:
    runs = row.item if may(viewer, "process.view") else None
    return {
        "id": row.pk,
        "reference": row.reference,
        "title": row.title,
        "priority": row.priority,
        "limit": row.due_at,
        "state": row.state,
        "person": str(row.person.canonical) if row.person else "",
        "conversation": row.conversation_id,
        "opened": row.opened_at,
        "item": runs.pk if runs else None,
        "step": processes.step_name(runs) if runs else "",
    }


def listed(args: argparse.Namespace) -> list[dict[str, Any]]:
    """One line each."""
    state = "" if args.state == "all" else args.state
    rows = cases.listed(
        me(args), state=state, priority=args.priority or "", text=args.find, by_limit=args.sort == "limit",
        limit=max(1, min(args.limit, 200)),
    )  # fmt: skip
    return [_line(row, me(args)) for row in rows]


def show(args: argparse.Namespace) -> dict[str, Any]:
    """The case and its history, newest first."""
    viewer = me(args)
    case = _case(args)
    done = [{"at": one.at, "what": one.kind, "by": one.by} for one in cases.history_of(case, viewer)]
    return {**_line(case, viewer), "opened by": case.opened_by, "ended": case.ended_at, "done": done}


def opened(args: argparse.Namespace) -> dict[str, Any]:
    """The case, and whether it was opened now."""
    by = me(args)
    turn = (
        queries.visible_to(by)
        .select_related("conversation__opener__person__canonical")
        .filter(pk=args.conversation)
        .first()
    )
    if turn is None:
        raise Missing(f"There is no conversation {args.conversation}.")
    opener = turn.conversation.opener
    case, is_new = cases.open_case(
        by=by, now=clock.now(), title=args.title, conversation=turn.conversation, priority=args.priority,
        person=opener.person.canonical if opener and opener.person else None, pillar=turn.pillar, minutes=args.minutes,
        process=_process(args), is_usual=args.usual,
    )  # fmt: skip
    return {**_line(case, by), "new": is_new}


def change(args: argparse.Namespace) -> dict[str, Any]:
    """How it is now."""
    by = me(args)
    return _line(cases.change(_case(args), by=by, now=clock.now(), state=args.state, priority=args.priority), by)


def start(args: argparse.Namespace) -> dict[str, Any]:
    """How it is now: at the first step, or where it was already."""
    by, case = me(args), _case(args)
    stepped.start(case, by=by, now=clock.now(), process=_process(args))
    return _line(_case(args), by)


def _process(args: argparse.Namespace) -> Process | None:
    if not args.process:
        return None
    found = next((row for row in processes.published(me(args), "case") if row.name == args.process), None)
    if found is None:
        raise Missing(f"No process of cases in use is called “{args.process}”.")
    return found


def _case(args: argparse.Namespace) -> Case:
    found = cases.listed(me(args), text=args.case, limit=2) if cases.is_reference(args.case) else []
    if len(found) != 1:
        raise Missing(f"There is no case “{args.case}”.")
    return found[0]
