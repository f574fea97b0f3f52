"""`mutuals leads`: people and organisations who may buy."""

from __future__ import annotations

import argparse
from typing import Any

from mutuals.base import clock
from mutuals.base.refusals import Refusal
from mutuals.cli._asked import asks, rows_of
from mutuals.cli._say import Missing, me, verb
from mutuals.cli.people import person
from mutuals.cli.sales import number_of, organisation_of
from mutuals.sales import deals, leads
from mutuals.staff.permissions import require

PLACE = 84  # among the groups of `mutuals --help`


def register(groups: Any) -> None:
    """Add `leads` and its verbs."""
    verbs = groups.add_parser("leads", help="people and organisations who may buy")
    verbs = verbs.add_subparsers(required=True, metavar="VERB")
    parser = verb(verbs, "list", listed, "leads, last begun first")
    parser.add_argument("--state", choices=[*leads.STATES, "all"], default="running")
    asks(parser, limit=20)
    parser = verb(verbs, "add", add, "treat somebody as a lead; who is one already stays as they are")
    _who(parser)
    parser.add_argument("--source", default="", help="a fair, the web site")
    parser.add_argument("--note", default="")
    parser = verb(verbs, "convert", convert, "make a customer of a lead", examples=[
        'mutuals leads convert --person 7 --into "Bar Nord" --deal "Kettles" --currency EUR --amount 900',
    ])  # fmt: skip
    _who(parser)
    parser.add_argument(
        "--into", default="", metavar="NAME", help="an organisation to give them a place in; made where it is new"
    )
    parser.add_argument("--role", default="", help="what they are there")
    parser.add_argument("--deal", default="", metavar="TITLE", help="open a deal")
    parser.add_argument("--amount", default="0")
    parser.add_argument("--currency", default="EUR")
    parser = verb(verbs, "drop", drop, "let them go, with the reason")
    _who(parser)
    parser.add_argument("--because", required=True)


def listed(args: argparse.Namespace) -> list[dict[str, Any]]:
    """A line each."""
    viewer = me(args)
    require(viewer, "lead.view")
    rows = leads.rows(viewer, args.state).select_related(*leads.BESIDE)
    return [_line(one) for one in leads.told(viewer, rows_of(args, leads.KIND, rows))]


def add(args: argparse.Namespace) -> dict[str, Any]:
    """The lead, and whether it began now."""
    by = me(args)
    item, is_new = leads.take_up(_somebody(args), by=by, now=clock.now(), source=args.source, note=args.note)
    return {**_told(args, item.pk), "new": is_new}


def convert(args: argparse.Namespace) -> dict[str, Any]:
    """What became of it."""
    deal = deals.DealIn(args.deal, args.currency, amount=number_of(args.amount)) if args.deal else None
    done = leads.convert(
        _somebody(args), by=me(args), now=clock.now(), organisation_name=args.into, role=args.role, deal=deal
    )
    return {
        **_told(args, done.item.pk), "organisation": done.organisation.pk if done.organisation else None,
        "deal": done.deal.pk if done.deal else None, "new": done.is_new,
    }  # fmt: skip


def drop(args: argparse.Namespace) -> dict[str, Any]:
    """The lead as it is now."""
    item = leads.drop(_somebody(args), by=me(args), now=clock.now(), because=args.because)
    return _told(args, item.pk)


def _who(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--person", type=int)
    parser.add_argument("--organisation", type=int)


def _somebody(args: argparse.Namespace) -> leads.Who:
    viewer = me(args)
    require(viewer, "lead.view")
    house = organisation_of(viewer, args.organisation)
    if (args.person is None) is (house is None):
        raise Refusal("Say who it is: --person or --organisation.")
    return house if house is not None else person(viewer, args.person)


def _told(args: argparse.Namespace, number: int) -> dict[str, Any]:
    found = leads.lead(me(args), number)
    if found is None:
        raise Missing(f"There is no lead {number}.")
    return _line(found)


def _line(one: leads.Lead) -> dict[str, Any]:
    return {
        "id": one.item.pk, "who": str(one.who), "key": leads.key_of(one.who), "step": one.item.step,
        "state": one.item.state, "source": one.source, "note": one.note, "began": one.item.began_at,
        "limit": one.item.due_at,
    }  # fmt: skip
