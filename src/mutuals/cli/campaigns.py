"""`mutuals campaigns`: what is said to a segment, and what came of it."""

from __future__ import annotations

import argparse
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from mutuals.base import clock
from mutuals.cli._say import Missing, me, verb
from mutuals.outreach import campaign_audience, campaign_figures, campaigns, queries
from mutuals.outreach.models import Campaign, CampaignState, ResponseKind, Way
from mutuals.people import purposes
from mutuals.people.visibility import visible_to as visible_people

PLACE = 64  # among the groups of `mutuals --help`


def register(groups: Any) -> None:
    """Add `campaigns` and its verbs."""
    verbs = groups.add_parser("campaigns", help="what is said to segments, and what came of it").add_subparsers(
        required=True, metavar="VERB"
    )
    parser = verb(verbs, "list", listed, "campaigns, the newest first")
    parser.add_argument("--state", choices=CampaignState.values, default="")
    parser.add_argument("--limit", type=int, default=50)
    verb(
        verbs, "show", show, "one campaign with its figures and the reasons for which people are left out"
    ).add_argument("campaign", type=int)
    parser = verb(
        verbs, "add", add, "plan a campaign",
        examples=["mutuals campaigns add 'Spring letter' newsletter --segment 3 --cost 120"],
    )  # fmt: skip
    parser.add_argument("name")
    parser.add_argument("purpose")
    parser.add_argument("--segment", type=int)
    parser.add_argument("--code", default="", help="by which answers are known, such as SPRING-26")
    parser.add_argument("--way", choices=Way.values, default="email")
    parser.add_argument("--cost", default="0")
    parser.add_argument("--currency", default="")
    parser.add_argument("--from", dest="starts", type=date.fromisoformat)
    parser.add_argument("--until", dest="ends", type=date.fromisoformat)
    parser.add_argument("--control", type=int, default=0, help="percent left out for comparison")
    verb(verbs, "settle", settle, "choose whom it speaks to, for the first time or again").add_argument(
        "campaign", type=int
    )
    parser = verb(verbs, "export", export, "whom it speaks to, as CSV for a mailer")
    parser.add_argument("campaign", type=int)
    parser.add_argument("--out", type=Path, required=True)
    parser = verb(verbs, "touch", touch, "note that they were spoken to")
    parser.add_argument("campaign", type=int)
    parser.add_argument("--wave", default="1")
    parser = verb(verbs, "respond", respond, "note that a customer answered")
    parser.add_argument("campaign", type=int)
    parser.add_argument("person", type=int)
    parser.add_argument("--kind", choices=ResponseKind.values, default="answered")
    parser.add_argument("--words", default="")
    verb(verbs, "orders", orders, "the orders that count as its own").add_argument("campaign", type=int)
    parser = verb(verbs, "state", state, "how far it has come")
    parser.add_argument("campaign", type=int)
    parser.add_argument("state", choices=CampaignState.values)
    verb(verbs, "start", start, "let it run in the usual process").add_argument("campaign", type=int)
    verb(verbs, "trash", trash, "into the trash").add_argument("campaign", type=int)
    verb(verbs, "restore", restore, "out of the trash").add_argument("campaign", type=int)


def _line(row: Campaign) -> dict[str, Any]:
    return {
        "id": row.pk, "name": row.name, "state": row.state, "purpose": row.purpose.key, "segment": str(row.segment or ""),
        "cost": f"{row.cost} {row.currency}", "settled": f"{row.settling} {row.settled} of {row.total}".strip(),
        "owner": str(row.owner or ""),
    }  # fmt: skip


def _audience(row: Campaign) -> list[dict[str, Any]]:
    return [{"why": one.label, "people": one.people} for one in campaign_audience.counted(row)]


def listed(args: argparse.Namespace) -> list[dict[str, Any]]:
    """One line each."""
    rows = campaign_figures.visible_to(me(args)).order_by("-pk")
    rows = rows.filter(state=args.state) if args.state else rows
    return [_line(row) for row in rows[: max(1, min(args.limit, 200))]]


def show(args: argparse.Namespace) -> dict[str, Any]:
    """The campaign, its figures, and how many are left out for which reason."""
    row = _campaign(args)
    told = campaign_figures.figures(row)
    return {
        **_line(row),
        "audience": _audience(row),
        "spoken to": told.touched,
        "answered": told.answered,
        "orders": told.orders,
        "revenue": f"{told.revenue} {row.currency}",
        "cost of an answer": str(told.cost_of_answer or ""),
        "gain in percent": told.gain,
        "rule": campaign_figures.rule(row),
    }


def add(args: argparse.Namespace) -> dict[str, Any]:
    """The campaign."""
    by = me(args)
    segment = queries.visible_to(by).filter(pk=args.segment).first() if args.segment else None
    if args.segment and segment is None:
        raise Missing(f"There is no segment {args.segment}.")
    try:
        cost = Decimal(args.cost)
    except InvalidOperation as error:
        raise Missing("A cost is a number, such as 120 or 99.50.") from error
    told = campaigns.CampaignIn(
        args.name, purposes.named(args.purpose), segment, code=args.code, way=args.way, cost=cost, control=args.control,
        currency=args.currency, starts_on=args.starts, ends_on=args.ends,
    )  # fmt: skip
    return _line(campaigns.add(told, by=by, now=clock.now()))


def settle(args: argparse.Namespace) -> dict[str, Any]:
    """How many are spoken to, and how many are left out for which reason. It waits until everybody was looked at."""
    row = campaign_audience.settle(_campaign(args), by=me(args), now=clock.now())
    campaign_audience.run_on(row.pk)
    row.refresh_from_db()
    return {**_line(row), "audience": _audience(row)}


def export(args: argparse.Namespace) -> dict[str, Any]:
    """Where they stand, and how many."""
    lines = campaign_figures.for_mailer(_campaign(args), by=me(args), now=clock.now())
    many = -1
    with args.out.open("w", encoding="utf-8", newline="") as file:
        for line in lines:
            file.write(line)
            many += 1
    return {"file": str(args.out), "people": many}


def touch(args: argparse.Namespace) -> dict[str, Any]:
    """How many were spoken to for the first time in this wave."""
    return {"new": campaign_audience.touch(_campaign(args), by=me(args), now=clock.now(), wave=args.wave)}


def respond(args: argparse.Namespace) -> dict[str, Any]:
    """Whether it is new."""
    who = visible_people(me(args)).filter(cluster=args.person).first()
    if who is None:
        raise Missing(f"There is no customer {args.person}.")
    told = {"kind": args.kind, "words": args.words}
    _, is_new = campaigns.respond(_campaign(args), who, by=me(args), now=clock.now(), **told)
    return {"new": is_new}


def orders(args: argparse.Namespace) -> list[dict[str, Any]]:
    """One line each, with the touch that got it."""
    return [
        {
            "order": one.number, "placed": one.placed_at, "total": f"{one.total} {one.currency}", "back": str(one.back),
            "customer": one.person_id, "spoken to": one.touched_at, "wave": one.wave,
        }
        for one in campaign_figures.orders(_campaign(args))
    ]  # fmt: skip


def state(args: argparse.Namespace) -> dict[str, Any]:
    """How it is now."""
    return _line(campaigns.set_state(_campaign(args), state=args.state, by=me(args)))


def start(args: argparse.Namespace) -> dict[str, Any]:
    """In what it runs."""
    item = campaigns.start(_campaign(args), by=me(args), now=clock.now())
    return {"item": item.pk, "process": item.process.name, "step": item.step}


def trash(args: argparse.Namespace) -> dict[str, Any]:
    """The campaign."""
    return _line(campaigns.trash(_campaign(args), by=me(args), now=clock.now()))


def restore(args: argparse.Namespace) -> dict[str, Any]:
    """The campaign."""
    return _line(campaigns.trash(_campaign(args), by=me(args), now=clock.now(), back=True))


def _campaign(args: argparse.Namespace) -> Campaign:
    row = campaign_figures.with_gone(me(args)).filter(pk=args.campaign).first()
    if row is None:
        raise Missing(f"There is no campaign {args.campaign}.")
    return row
