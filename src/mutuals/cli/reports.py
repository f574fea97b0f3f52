"""`mutuals reports`: figures of what one may see."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from mutuals.base import clock
from mutuals.base.filters import read
from mutuals.base.refusals import Refusal
from mutuals.cli._say import Missing, me, verb
from mutuals.insights import cost, pivot, reports, schedules
from mutuals.insights.models import Dashboard, Report, Schedule
from mutuals.insights.pivot_asked import CHARTS, MONEYS, Asked, made
from mutuals.insights.pivot_words import plain_rows
from mutuals.staff.models import Pillar, Team, User
from mutuals.staff.queries import by_email

PLACE = 67  # among the groups of `mutuals --help`


def register(groups: Any) -> None:
    """Add `reports` and its verbs."""
    verbs = groups.add_parser("reports", help="figures of what you may see, by groups").add_subparsers(
        required=True, metavar="VERB"
    )
    verb(verbs, "list", listed, "your reports and those that are shared")
    example = "mutuals reports run deal --row ended:month --column owner --measure sum:amount"
    parser = verb(verbs, "run", run, "ask a report without keeping it", examples=[example])
    _shape(parser)
    verb(verbs, "show", show, "a kept report with its figures").add_argument("report", type=int)
    parser = verb(verbs, "keep", keep, "keep a report under a name")
    parser.add_argument("name")
    _shape(parser)
    parser.add_argument("--shared", action="store_true", help="everybody sees it")
    verb(verbs, "remove", remove, "remove your own report").add_argument("report", type=int)
    parser = verb(verbs, "change", change, "change your own report: its name, who sees it")
    parser.add_argument("report", type=int)
    parser.add_argument("--name")
    parser.add_argument("--to", metavar="WHOM", help='"me", "all", or the name of a team of yours')
    verb(verbs, "letters", letters, "to whom a report is written, and when").add_argument("report", type=int)
    parser = verb(verbs, "write", write, "let a report be written to colleagues by the clock")
    parser.add_argument("report", type=int)
    parser.add_argument("colleague", nargs="+", metavar="EMAIL")
    parser.add_argument("--hour", type=int, default=8)
    parser.add_argument("--weekday", choices=[one.lower() for one in schedules.WEEKDAYS], help="else every day")
    parser.add_argument("--zone", default="", help="whose clock; empty: yours")
    verb(verbs, "stop", stop, "write a letter no more").add_argument("letter", type=int)
    verb(verbs, "boards", boards, "your dashboards and those that are shared")
    parser = verb(verbs, "board", board, "make a dashboard of reports, or change one of that name")
    parser.add_argument("name")
    parser.add_argument("report", nargs="+", metavar="REPORT[:whole]", help="half of the width, or all of it")
    parser.add_argument("--pillar", default="", choices=["", *Pillar.values])
    parser.add_argument("--shared", action="store_true", help="everybody sees it")
    verb(verbs, "unboard", unboard, "remove your own dashboard; its reports stay").add_argument("board", type=int)
    verb(verbs, "costs", costs, "what a contact costs, by kind and network")
    parser = verb(verbs, "cost", put_cost, "say what a contact costs from a day on")
    parser.add_argument("amount")
    parser.add_argument("--since", type=date.fromisoformat, required=True, metavar="DAY")
    parser.add_argument("--kind", default="", help="such as post, mail, call; empty: any")
    parser.add_argument("--network", default="", help="empty: any")


def _shape(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("record", help="such as deal, order, case, interaction, person")
    parser.add_argument("--where", default="", metavar="CONDITION")
    parser.add_argument("--row", action="append", default=[], metavar="FIELD", help="at most two; days as opened:month")
    parser.add_argument("--column", default="", metavar="FIELD")
    parser.add_argument(
        "--measure", action="append", default=[], metavar="HOW:FIELD", help="count, sum:amount, mean:.."
    )
    parser.add_argument("--zone", default="", help="whose days; empty: yours")
    parser.add_argument("--money", choices=list(MONEYS), default="home")
    parser.add_argument("--chart", choices=list(CHARTS), default="bars")


def _asked(args: argparse.Namespace) -> Asked:
    where = read(args.where) if args.where else None
    return made(
        args.record, where, args.row, args.column, args.measure, zone=args.zone, money=args.money, chart=args.chart
    )


def _line(row: Report) -> dict[str, Any]:
    whose = "everybody" if row.shared else str(row.team or "")
    return {"id": row.pk, "name": row.name, "of": row.body["record"], "owner": str(row.owner), "shared with": whose}


def _figures(asked: Asked, viewer: Any) -> list[dict[str, Any]]:
    told = pivot.run(asked, viewer=viewer, now=clock.now())
    rows: Iterator[list[str]] = plain_rows(told)
    heads = next(rows)
    return [dict(zip(heads, row, strict=True)) for row in rows]


def listed(args: argparse.Namespace) -> list[dict[str, Any]]:
    """One line each."""
    reports.ready(me(args))
    return [_line(row) for row in reports.visible_to(me(args))]


def run(args: argparse.Namespace) -> list[dict[str, Any]]:
    """The figures, a line for each group."""
    return _figures(_asked(args), me(args))


def show(args: argparse.Namespace) -> list[dict[str, Any]]:
    """The figures, a line for each group."""
    return _figures(reports.asked_of(_report(args)), me(args))


def keep(args: argparse.Namespace) -> dict[str, Any]:
    """The report as it is kept."""
    return _line(reports.keep(args.name, _asked(args), by=me(args), shared=args.shared))


def remove(args: argparse.Namespace) -> dict[str, Any]:
    """What was removed."""
    row = _report(args)
    told = _line(row)
    reports.remove(row, by=me(args))
    return told


def change(args: argparse.Namespace) -> dict[str, Any]:
    """The report as it is now."""
    by = me(args)
    changes: dict[str, Any] = {} if args.name is None else {"name": args.name}
    if args.to is not None:
        team = None if args.to in ("me", "all") else Team.objects.filter(name__iexact=args.to).first()
        if team is None and args.to not in ("me", "all"):
            raise Missing(f"There is no team {args.to}.")
        changes |= {"shared": args.to == "all", "team": team}
    return _line(reports.change(_report(args), by=by, changes=changes))


def letters(args: argparse.Namespace) -> list[dict[str, Any]]:
    """One line each."""
    return [_letter(row) for row in schedules.visible_to(me(args)).filter(report=_report(args))]


def write(args: argparse.Namespace) -> dict[str, Any]:
    """The letter as it will be written."""
    people = [by_email(one) for one in args.colleague]
    if None in people:
        raise Missing(f"Nobody here has the address {args.colleague[people.index(None)]}.")
    weekday = [one.lower() for one in schedules.WEEKDAYS].index(args.weekday) if args.weekday else None
    to = [one for one in people if one is not None]
    row, _ = schedules.add(_report(args), to=to, hour=args.hour, weekday=weekday, zone=args.zone, by=me(args))
    return _letter(row)


def stop(args: argparse.Namespace) -> dict[str, Any]:
    """What is written no more."""
    row = schedules.visible_to(me(args)).filter(pk=args.letter).first()
    if row is None:
        raise Missing(f"There is no letter {args.letter}.")
    told = _letter(row)
    schedules.stop(row, by=me(args))
    return told


def boards(args: argparse.Namespace) -> list[dict[str, Any]]:
    """One line each."""
    return [_board(row, me(args)) for row in reports.dashboards_visible_to(me(args))]


def board(args: argparse.Namespace) -> dict[str, Any]:
    """The dashboard as it is now."""
    by = me(args)
    parts = []
    for one in args.report:
        number, _, size = one.partition(":")
        if not number.isascii() or not number.isdecimal() or len(number) > 18:
            raise Refusal("A report is told by its number, such as 12 or 12:whole.")
        parts.append((int(number), size or "half"))
    row = reports.dashboards_visible_to(by).filter(owner=by, name=args.name).first()
    made = reports.put_dashboard(args.name, parts, by=by, pillar=args.pillar, shared=args.shared, row=row)
    return _board(made, by)


def unboard(args: argparse.Namespace) -> dict[str, Any]:
    """What was removed."""
    row = reports.dashboards_visible_to(me(args)).filter(pk=args.board).first()
    if row is None:
        raise Missing(f"There is no dashboard {args.board}.")
    told = _board(row, me(args))
    reports.remove_dashboard(row, by=me(args))
    return told


def _letter(row: Schedule) -> dict[str, Any]:
    names = ", ".join(User.objects.filter(pk__in=row.to).order_by("name").values_list("name", flat=True))
    return {"id": row.pk, "report": row.report.name, "to": names, "when": schedules.said(row)}


def _board(row: Dashboard, viewer: Any) -> dict[str, Any]:
    names = ", ".join(one.name for one, _ in reports.parts_of(row, viewer))
    return {"id": row.pk, "name": row.name, "reports": names, "shared": row.shared, "owner": str(row.owner)}


def costs(args: argparse.Namespace) -> list[dict[str, Any]]:
    """One line each."""
    return [
        {"kind": row.kind or "any", "network": row.network or "any", "since": row.since,
         "amount": f"{row.amount} {row.currency}"}
        for row in cost.visible_to(me(args))
    ]  # fmt: skip


def put_cost(args: argparse.Namespace) -> dict[str, Any]:
    """What it costs now."""
    try:
        amount = Decimal(args.amount)
    except InvalidOperation as error:
        raise Refusal("An amount is a number, such as 2.50.") from error
    row, is_new = cost.put(kind=args.kind, network=args.network, amount=amount, since=args.since, by=me(args))
    return {
        "kind": row.kind or "any",
        "network": row.network or "any",
        "since": row.since,
        "amount": row.amount,
        "new": is_new,
    }


def _report(args: argparse.Namespace) -> Report:
    row = reports.visible_to(me(args)).filter(pk=args.report).first()
    if row is None:
        raise Missing(f"There is no report {args.report}.")
    return row
