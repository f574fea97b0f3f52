"""`mutuals deals`: what may become an order."""

from __future__ import annotations

import argparse
from decimal import Decimal
from typing import Any

from mutuals.base import clock
from mutuals.cli._say import Missing, me, verb
from mutuals.cli.people import person
from mutuals.cli.sales import LINES, day_of, lines_of, number_of, organisation_of
from mutuals.processes.models import Process
from mutuals.sales import deals, pipeline, quotes
from mutuals.sales.models import Deal, Say
from mutuals.staff.models import User
from mutuals.staff.permissions import require

PLACE = 85  # among the groups of `mutuals --help`


def register(groups: Any) -> None:
    """Add `deals` and its verbs."""
    verbs = groups.add_parser("deals", help="what may become an order").add_subparsers(required=True, metavar="VERB")
    parser = verb(verbs, "list", listed, "deals, last opened first", examples=["mutuals deals list --state won"])
    parser.add_argument("--state", choices=["open", "won", "lost", "all"], default="open")
    parser.add_argument("--person", type=int, help="only of this person")
    parser.add_argument("--organisation", type=int, help="only of this organisation")
    parser.add_argument("--pipeline", type=int, help="only in this process, by its number")
    parser.add_argument("--find", default="", metavar="WORDS", help="words of the title")
    parser.add_argument("--trash", action="store_true", help="those in the trash instead")
    parser.add_argument("--limit", type=int, default=20, help="at most 200 (20)")
    parser = verb(verbs, "board", board, "the steps of a pipeline: how many deals, and what they come to")
    parser.add_argument("--pipeline", type=int, help="the process, by its number (the usual one)")
    parser.add_argument("--mine", action="store_true")
    verb(verbs, "show", show, "one deal, with its lines and who has a say").add_argument("id", type=int)
    parser = verb(verbs, "open", opened, "open a deal; the very same one, while it is open, is told instead")
    parser.add_argument("title")
    parser.add_argument("--person", type=int)
    parser.add_argument("--organisation", type=int)
    parser.add_argument("--amount", default="0")
    parser.add_argument("--currency", required=True)
    parser.add_argument("--probability", help="percent; without it that of the step")
    parser.add_argument("--expected", type=day_of, help="day, such as 2026-12-24")
    parser.add_argument("--pipeline", type=int, help="the process, by its number (the usual one)")
    _changing(verbs)


def _changing(verbs: Any) -> None:
    parser = verb(verbs, "edit", edit, "write what is known of it")
    parser.add_argument("id", type=int)
    for name in ("title", "amount", "currency", "probability", "expected"):
        parser.add_argument(f"--{name}", help="empty takes it away" if name in ("probability", "expected") else None)
    parser = verb(verbs, "move", move, "let it go on to a step, or into another pipeline")
    parser.add_argument("id", type=int)
    parser.add_argument("step", nargs="?", default="")
    parser.add_argument("--pipeline", type=int, help="the other process, by its number")
    parser.add_argument("--because", default="")
    verb(verbs, "win", win, "it was won").add_argument("id", type=int)
    parser = verb(verbs, "lose", lose, "it was lost, and why")
    parser.add_argument("id", type=int)
    parser.add_argument("because")
    parser = verb(verbs, "reopen", reopen, "it goes on after all, and why")
    parser.add_argument("id", type=int)
    parser.add_argument("because")
    parser = verb(verbs, "lines", lines, "what is in it, instead of what was; its amount is their sum")
    parser.add_argument("id", type=int)
    parser.add_argument("--line", action="append", default=[], metavar="LINE", help=LINES)
    parser = verb(verbs, "say", say, "what say a person has in it")
    parser.add_argument("id", type=int)
    parser.add_argument("person", type=int)
    parser.add_argument("role", choices=[*Say.values, "none"])
    for act, words in ((trash, "put it into the trash"), (restore, "take it out of the trash")):
        verb(verbs, act.__name__, act, words).add_argument("id", type=int)


def listed(args: argparse.Namespace) -> list[dict[str, Any]]:
    """A line each."""
    viewer = me(args)
    require(viewer, "deal.view")
    rows = pipeline.listed(
        viewer, state="" if args.state == "all" else args.state, process=_process(viewer, args.pipeline),
        person=person(viewer, args.person) if args.person else None,
        organisation=organisation_of(viewer, args.organisation), text=args.find, trashed=args.trash,
        limit=max(1, min(args.limit, 200)),
    )  # fmt: skip
    return [_line(row) for row in rows]


def board(args: argparse.Namespace) -> list[dict[str, Any]]:
    """A line for each step and currency."""
    viewer = me(args)
    require(viewer, "deal.view")
    there = pipeline.pipelines(viewer)
    process = _process(viewer, args.pipeline) or next(iter(there), None)
    if process is None:
        raise Missing("There is no pipeline yet: open a deal, and the usual one is there.")
    found = pipeline.board(viewer, process, now=clock.now(), owner=viewer if args.mine else None)
    empty = pipeline.Money("", Decimal(0), Decimal(0))
    return [
        {"step": one.step.key, "deals": one.count, "late": one.late, "currency": money.currency, "amount": money.amount,
         "weighted": money.weighted}
        for one in found.columns
        for money in (list(one.sums.values()) or [empty])
    ]  # fmt: skip


def show(args: argparse.Namespace) -> dict[str, Any]:
    """The deal."""
    row = _deal(args)
    return {
        **_line(row),
        "expected": row.expected_on,
        "why lost": row.lost_reason,
        "lines": [
            {"article": one.name, "quantity": one.quantity, "price": one.unit_price}
            for one in row.lines.order_by("position")
        ],
        "say": _says(row),
        "quotes": list(row.quotes.order_by("pk").values_list("number", flat=True)),
        "orders": list(row.orders.order_by("pk").values_list("number", flat=True)),
    }


def opened(args: argparse.Namespace) -> dict[str, Any]:
    """The deal, and whether it was opened now."""
    by = me(args)
    told = deals.DealIn(
        args.title, args.currency, person(by, args.person) if args.person else None,
        organisation_of(by, args.organisation), number_of(args.amount), args.probability, args.expected,
    )  # fmt: skip
    row, is_new = deals.open_deal(told, by=by, now=clock.now(), pipeline=_process(by, args.pipeline))
    return {**_line(row), "new": is_new}


def edit(args: argparse.Namespace) -> dict[str, Any]:
    """The deal as it is now."""
    names = {
        "title": "title",
        "amount": "amount",
        "currency": "currency",
        "probability": "probability",
        "expected": "expected_on",
    }
    changes = {column: getattr(args, name) for name, column in names.items() if getattr(args, name) is not None}
    return _line(deals.edit(_deal(args), by=me(args), changes=changes, now=clock.now()))


def move(args: argparse.Namespace) -> dict[str, Any]:
    """The deal as it is now."""
    by, row, now = me(args), _deal(args), clock.now()
    process = _process(by, args.pipeline)
    if process is not None:
        row = deals.move_to_pipeline(row, process, by=by, now=now)
    if args.step or process is None:
        row = deals.move(row, to=args.step, by=by, now=now, because=args.because)
    return _line(row)


def win(args: argparse.Namespace) -> dict[str, Any]:
    """The deal as it is now."""
    return _line(deals.win(_deal(args), by=me(args), now=clock.now()))


def lose(args: argparse.Namespace) -> dict[str, Any]:
    """The deal as it is now."""
    return _line(deals.lose(_deal(args), by=me(args), now=clock.now(), because=args.because))


def reopen(args: argparse.Namespace) -> dict[str, Any]:
    """The deal as it is now."""
    return _line(deals.reopen(_deal(args), by=me(args), now=clock.now(), because=args.because))


def lines(args: argparse.Namespace) -> dict[str, Any]:
    """The deal as it is now."""
    told = [quotes.Offer(sku=sku, quantity=quantity, unit_price=price) for sku, price, quantity in lines_of(args.line)]
    return _line(deals.put_lines(_deal(args), told, by=me(args), now=clock.now()))


def say(args: argparse.Namespace) -> dict[str, Any]:
    """The deal with who has a say."""
    by = me(args)
    role = "" if args.role == "none" else args.role
    row = deals.name_role(_deal(args), person(by, args.person), role, by=by)
    return {"id": row.pk, "say": _says(row)}


def trash(args: argparse.Namespace) -> dict[str, Any]:
    """The deal."""
    return _line(deals.trash(_deal(args, trashed=True), by=me(args), now=clock.now()))


def restore(args: argparse.Namespace) -> dict[str, Any]:
    """The deal."""
    return _line(deals.restore(_deal(args, trashed=True), by=me(args), now=clock.now()))


def _says(row: Deal) -> list[dict[str, str]]:
    return [{"person": str(one.person.canonical), "role": one.role} for one in pipeline.roles(row)]


def _line(row: Deal) -> dict[str, Any]:
    whom = row.person.canonical if row.person else row.organisation
    return {
        "id": row.pk, "title": row.title, "for": str(whom), "amount": row.amount, "currency": row.currency, "home": row.home,
        "percent": pipeline.probability(row), "step": row.item.step if row.item else "", "outcome": row.outcome or "open",
        "owner": str(row.owner or ""),
    }  # fmt: skip


def _deal(args: argparse.Namespace, *, trashed: bool = False) -> Deal:
    viewer = me(args)
    require(viewer, "deal.view")
    row = pipeline.deal(viewer, args.id, trashed=trashed)
    if row is None:
        raise Missing(f"There is no deal {args.id}.")
    return row


def _process(viewer: User, number: int | None) -> Process | None:
    if number is None:
        return None
    found = next((row for row in pipeline.pipelines(viewer) if row.pk == number), None)
    if found is None:
        raise Missing(f"There is no pipeline {number}.")
    return found
