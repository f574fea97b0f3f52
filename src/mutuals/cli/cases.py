"""`mutuals cases`: pieces of work about a conversation or a person."""

from __future__ import annotations

import argparse
from typing import Any

from mutuals.base import clock
from mutuals.cli._say import Missing, me, verb
from mutuals.inbox import cases, queries
from mutuals.inbox.models import Case, CaseState, Priority

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
    parser = verb(verbs, "change", change, "how much it matters, or that it ended")
    parser.add_argument("case", help="its reference or number")
    parser.add_argument("--state", choices=CaseState.values)
    parser.add_argument("--priority", choices=Priority.values)


def _line(row: Case) -> dict[str, Any]:
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
    }


def listed(args: argparse.Namespace) -> list[dict[str, Any]]:
    """One line each."""
    state = "" if args.state == "all" else args.state
    rows = cases.listed(
        me(args), state=state, priority=args.priority or "", text=args.find, by_limit=args.sort == "limit",
        limit=max(1, min(args.limit, 200)),
    )  # fmt: skip
    return [_line(row) for row in rows]


def show(args: argparse.Namespace) -> dict[str, Any]:
    """The case and its history, newest first."""
    viewer = me(args)
    case = _case(args)
    done = [{"at": one.at, "what": one.kind, "by": one.by} for one in cases.history_of(case, viewer)]
    return {**_line(case), "opened by": case.opened_by, "ended": case.ended_at, "done": done}


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
    )  # fmt: skip
    return {**_line(case), "new": is_new}


def change(args: argparse.Namespace) -> dict[str, Any]:
    """How it is now."""
    return _line(cases.change(_case(args), by=me(args), now=clock.now(), state=args.state, priority=args.priority))


def _case(args: argparse.Namespace) -> Case:
    found = cases.listed(me(args), text=args.case, limit=2) if cases.is_reference(args.case) else []
    if len(found) != 1:
        raise Missing(f"There is no case “{args.case}”.")
    return found[0]
