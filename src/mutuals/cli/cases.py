"""`mutuals cases`: pieces of work about a conversation, a person or an organisation."""

from __future__ import annotations

import argparse
from decimal import Decimal, InvalidOperation
from typing import Any

from mutuals.base import clock
from mutuals.base.refusals import Refusal
from mutuals.cli._asked import asks, rows_of
from mutuals.cli._case_verbs import add_verbs, steps
from mutuals.cli._say import Missing, me, verb
from mutuals.cli.people import person
from mutuals.cli.sales import organisation_of
from mutuals.inbox import case_close, case_edit, case_parts, case_policy, case_talks, cases, queries, stepped
from mutuals.inbox.models import Case, CaseState, Priority, Severity, Turn
from mutuals.processes import queries as processes
from mutuals.processes.models import Process
from mutuals.staff import queries as staff
from mutuals.staff.models import Team, User
from mutuals.staff.permissions import may, require

PLACE = 60  # among the groups of `mutuals --help`


def register(groups: Any) -> None:
    """Add `cases` and its verbs."""
    words = "pieces of work that outlive a conversation"
    verbs = groups.add_parser("cases", help=words).add_subparsers(required=True, metavar="VERB")
    parser = verb(verbs, "list", listed, "cases, newest first", examples=["mutuals cases list --sort limit"])
    parser.add_argument("--tab", choices=cases.TABS, default="all")
    parser.add_argument("--state", choices=[*CaseState.values, "all"], default=CaseState.OPEN)
    parser.add_argument("--priority", choices=Priority.values)
    parser.add_argument("--severity", choices=Severity.values)
    parser.add_argument("--serial", default="", help="the number on the plate of a part")
    parser.add_argument("--find", default="", metavar="WORDS", help="a reference, or words of the title")
    asks(parser)
    verb(verbs, "show", show, "one case, with what was done").add_argument("case", help="its reference or number")
    parser = verb(verbs, "open", opened, "a case about a conversation; one that is open there is told instead")
    parser.add_argument("conversation", type=int, help="0 = about a person or an organisation alone")
    parser.add_argument("title")
    parser.add_argument("--person", type=int)
    parser.add_argument("--organisation", type=int)
    parser.add_argument("--priority", choices=Priority.values, default=Priority.NORMAL)
    parser.add_argument("--severity", choices=Severity.values, default=Severity.NORMAL)
    parser.add_argument("--kind", default="", help="one of the house's sorts, such as Fault")
    parser.add_argument("--minutes", type=int, help="its limit, by the calendar of cases")
    parser.add_argument("--under", default="", metavar="CASE", help="the case above it")
    steps(parser)
    add_verbs(
        verbs, start=start, change=change, close=close, reopen=reopen, give=give, parts=parts, check=check, join=join,
        part=part, policy=policy,
    )  # fmt: skip


def _line(row: Case, viewer: User) -> dict[str, Any]:
    runs = row.item if may(viewer, "process.view") else None
    return {
        "id": row.pk,
        "reference": row.reference,
        "title": row.title,
        "kind": row.kind,
        "priority": row.priority,
        "severity": row.severity,
        "limit": row.due_at,
        "state": row.state,
        "owner": str(row.owner or row.team or ""),
        "person": str(row.person.canonical) if row.person else "",
        "organisation": str(row.organisation or ""),
        "conversation": row.conversation_id,
        "opened": row.opened_at,
        "item": runs.pk if runs else None,
        "step": processes.step_name(runs) if runs else "",
    }


def listed(args: argparse.Namespace) -> list[dict[str, Any]]:
    """One line each."""
    asked = cases.Asked(
        tab=args.tab, state="" if args.state == "all" else args.state, priority=args.priority or "",
        severity=args.severity or "", serial=args.serial, text=args.find,
    )  # fmt: skip
    rows = cases.narrowed(me(args), asked).select_related("person__canonical", "conversation", *cases.RUNS)
    return [_line(row, me(args)) for row in rows_of(args, "case", rows)]


def show(args: argparse.Namespace) -> dict[str, Any]:
    """The case with its conversations, family, checklist and parts, and its history, newest first."""
    viewer = me(args)
    case = _case(args)
    done = [{"at": one.at, "what": one.kind, "by": one.by} for one in cases.history_of(case, viewer)]
    seen = set(queries.visible_to(viewer).filter(pk__in=case_talks.numbers_of(case)).values_list("pk", flat=True))
    under = cases.visible_to(viewer).filter(parent=case).order_by("pk")
    return {
        **_line(case, viewer),
        "opened by": case.opened_by,
        "ended": case.ended_at,
        "purpose": case.purpose,
        "outcome": case.outcome,
        "result": case.result,
        "opened again": case.reopened,
        "opens again until": case.reopen_until,
        "conversations": [one for one in case_talks.numbers_of(case) if one in seen],
        "above": "".join(cases.visible_to(viewer).filter(pk=case.parent_id or 0).values_list("reference", flat=True)),
        "under": [one.reference for one in under],
        "checks": [
            {"id": one.pk, "words": one.words, "done": one.done_at is not None}
            for one in case.checks.order_by("position")
        ],
        "parts": [
            {"name": one.name, "quantity": one.quantity, "serial": one.serial}
            for one in case.parts.order_by("position")
        ],
        "done": done,
    }


def opened(args: argparse.Namespace) -> dict[str, Any]:
    """The case, and whether it was opened now."""
    by = me(args)
    turn = _turn(by, args.conversation) if args.conversation else None
    opener = turn.conversation.opener if turn else None
    whom = person(by, args.person) if args.person else opener.person.canonical if opener and opener.person else None
    case, is_new = cases.open_case(
        by=by, now=clock.now(), title=args.title, conversation=turn.conversation if turn else None,
        priority=args.priority, severity=args.severity, kind=args.kind, person=whom,
        organisation=organisation_of(by, args.organisation), pillar=turn.pillar if turn else "", minutes=args.minutes,
        parent=_named(by, args.under) if args.under else None, process=_process(args), is_usual=args.usual,
    )  # fmt: skip
    return {**_line(case, by), "new": is_new}


def change(args: argparse.Namespace) -> dict[str, Any]:
    """How it is now."""
    by, now, row = me(args), clock.now(), _case(args)
    told = {name: getattr(args, name) for name in ("title", "severity", "kind") if getattr(args, name) is not None}
    if args.under is not None:
        told["parent"] = _named(by, args.under) if args.under else None
    if told:
        row = case_edit.edit(row, by=by, now=now, changes=told)
    row = cases.change(
        row, by=by, now=now, state=args.state, priority=args.priority, purpose=args.purpose or "",
        outcome=args.outcome or "", result=args.result or "",
    )  # fmt: skip
    return _line(row, by)


def close(args: argparse.Namespace) -> dict[str, Any]:
    """How it ended."""
    by = me(args)
    row = case_close.close(
        _case(args), by=by, now=clock.now(), purpose=args.purpose, outcome=args.outcome, result=args.result,
        is_dropped=args.dropped, children=args.children,
    )  # fmt: skip
    return {**_line(row, by), "purpose": row.purpose, "outcome": row.outcome, "result": row.result}


def reopen(args: argparse.Namespace) -> dict[str, Any]:
    """How it is now."""
    by = me(args)
    return _line(case_close.reopen(_case(args), by=by, now=clock.now(), because=args.because), by)


def give(args: argparse.Namespace) -> dict[str, Any]:
    """Whose it is now."""
    by, row = me(args), _case(args)
    to = staff.by_email(args.to) if args.to else None
    if args.to and (to is None or not to.is_active):
        raise Missing(f"Nobody who works here has the address {args.to}.")
    team = Team.objects.filter(name__iexact=args.team).first() if args.team else None
    if args.team and team is None:
        raise Missing(f"There is no team “{args.team}”.")
    return _line(case_edit.give(row, by=by, now=clock.now(), to=to, team=team), by)


def parts(args: argparse.Namespace) -> dict[str, Any]:
    """What it is about now."""
    told = [_part(one) for one in args.part]
    row = case_parts.put_parts(_case(args), told, by=me(args), now=clock.now())
    return {"reference": row.reference, "parts": [str(one) for one in row.parts.order_by("position")]}


def check(args: argparse.Namespace) -> dict[str, Any]:
    """The line as it is now: written, or ticked where a number is told."""
    by, now, row = me(args), clock.now(), _case(args)
    if not args.line.isdecimal():
        line = case_parts.add_check(row, args.line, by=by, now=now)
    else:
        found = row.checks.select_related("case").filter(pk=int(args.line)).first()
        if found is None:
            raise Missing(f"{row.reference} has no line {args.line}.")
        line = case_parts.check(found, by=by, now=now, is_done=not args.undo)
    return {"id": line.pk, "words": line.words, "done": line.done_at}


def join(args: argparse.Namespace) -> dict[str, Any]:
    """The conversations that it has now."""
    by = me(args)
    row = case_talks.join_talk(_case(args), _turn(by, args.conversation).conversation, by=by, now=clock.now())
    return {"reference": row.reference, "conversations": case_talks.numbers_of(row)}


def part(args: argparse.Namespace) -> dict[str, Any]:
    """The conversations that it has now."""
    by = me(args)
    row = case_talks.part_talk(_case(args), _turn(by, args.conversation).conversation, by=by)
    return {"reference": row.reference, "conversations": case_talks.numbers_of(row)}


def policy(args: argparse.Namespace) -> dict[str, Any]:
    """How this house keeps its cases."""
    by = me(args)
    require(by, "house.view")
    row = case_policy.row()
    if args.days is not None or args.kinds is not None or args.calendar is not None:
        kinds = None if args.kinds is None else [one.strip() for one in args.kinds.split(",") if one.strip()]
        row = case_policy.change(by=by, reopen_days=args.days, kinds=kinds, calendar=args.calendar)
    return {"days": row.reopen_days, "kinds": row.kinds, "calendar": row.calendar}


def start(args: argparse.Namespace) -> dict[str, Any]:
    """How it is now: at the first step, or where it was already."""
    by, case, process = me(args), _case(args), _process(args)
    if args.instead and process is not None:
        stepped.change_process(case, process, by=by, now=clock.now())
    else:
        stepped.start(case, by=by, now=clock.now(), process=process)
    return _line(_case(args), by)


def _part(told: str) -> case_parts.PartIn:
    """`2x Lid #S-77`, `Kettle`, `#S-77 Kettle`: how many, which, and the number on its plate."""
    words, serial, quantity = told.split(), "", Decimal(1)
    if words and words[0].lower().endswith("x") and words[0][:-1]:
        try:
            quantity, words = Decimal(words[0][:-1]), words[1:]
        except InvalidOperation as error:
            raise Refusal(f"“{words[0]}” is no quantity such as 2x.") from error
    serial = next((one[1:] for one in words if one.startswith("#")), "")
    return case_parts.PartIn(" ".join(one for one in words if not one.startswith("#")), quantity, serial)


def _process(args: argparse.Namespace) -> Process | None:
    if not args.process:
        return None
    found = next((row for row in processes.published(me(args), "case") if row.name == args.process), None)
    if found is None:
        raise Missing(f"No process of cases in use is called “{args.process}”.")
    return found


def _turn(viewer: User, number: int) -> Turn:
    rows = queries.visible_to(viewer).select_related("conversation__opener__person__canonical")
    turn = rows.filter(pk=number).first()
    if turn is None:
        raise Missing(f"There is no conversation {number}.")
    return turn


def _case(args: argparse.Namespace) -> Case:
    return _named(me(args), args.case)


def _named(viewer: User, told: str) -> Case:
    found = cases.listed(viewer, text=told, limit=2) if cases.is_reference(told) else []
    if len(found) != 1:
        raise Missing(f"There is no case “{told}”.")
    return found[0]
