"""`mutuals territories`: who looks after whom, what is nobody's, and handing over."""

from __future__ import annotations

import argparse
from typing import Any

from mutuals.base import clock, filters
from mutuals.cli._say import Missing, me, verb
from mutuals.people import ownerless, territories
from mutuals.people.models import Territory
from mutuals.staff import accounts
from mutuals.staff.models import Team, User
from mutuals.staff.permissions import require

PLACE = 43  # among the groups of `mutuals --help`


def register(groups: Any) -> None:
    """Add `territories` and its verbs."""
    verbs = groups.add_parser("territories", help="who looks after whom").add_subparsers(required=True, metavar="VERB")
    verb(verbs, "list", listed, "all, in the order in which they count")
    parser = verb(
        verbs, "add", add, "a new one, which counts last",
        examples=["mutuals territories add Porto person 'city:is:Porto' ben@kettleworks.example --team Sales"],
    )  # fmt: skip
    parser.add_argument("name")
    parser.add_argument("record", choices=list(territories.RECORDS))
    parser.add_argument("where", help="its condition, as lists take it")
    parser.add_argument("owner", metavar="EMAIL")
    parser.add_argument("--team", default="")
    parser = verb(verbs, "edit", edit, "change it")
    parser.add_argument("id", type=int)
    parser.add_argument("--name", default="")
    parser.add_argument("--where", default="")
    parser.add_argument("--owner", default="", metavar="EMAIL")
    parser.add_argument("--team", default=None)
    parser.add_argument("--position", type=int, default=0, help="its turn, from 1")
    verb(verbs, "remove", remove, "take it away; who was given by it keeps their owner").add_argument("id", type=int)
    parser = verb(verbs, "place", place, "give all that is nobody's to its territory; look first, then say --yes")
    parser.add_argument("record", choices=list(territories.RECORDS))
    parser.add_argument("--yes", action="store_true", help="write it; without it only counts are shown")
    verb(verbs, "ownerless", loose, "how much is nobody's, by kind")
    parser = verb(verbs, "give", give, "give some of a kind that are nobody's to somebody")
    parser.add_argument("kind")
    parser.add_argument("owner", metavar="EMAIL")
    parser.add_argument("ids", type=int, nargs="+", metavar="ID")
    parser = verb(verbs, "hand-over", hand_over, "what somebody looks after; --to gives all of it to a colleague")
    parser.add_argument("colleague", metavar="EMAIL")
    parser.add_argument("--to", default="", metavar="EMAIL")


def listed(args: argparse.Namespace) -> list[dict[str, Any]]:
    """All."""
    require(me(args), "territory.view")
    return [_line(row) for row in territories.listed()]


def add(args: argparse.Namespace) -> dict[str, Any]:
    """Make one."""
    row = territories.add(
        by=me(args), name=args.name, record=args.record, condition=filters.read(args.where), owner=_user(args.owner),
        team=_team(args.team),
    )  # fmt: skip
    return _line(row)


def edit(args: argparse.Namespace) -> dict[str, Any]:
    """Change one."""
    changes: dict[str, Any] = {"name": args.name} if args.name else {}
    if args.where:
        changes["condition"] = filters.read(args.where)
    if args.owner:
        changes["owner"] = _user(args.owner)
    if args.team is not None:
        changes["team"] = _team(args.team)
    if args.position:
        changes["position"] = args.position
    return _line(territories.edit(Territory.objects.get(pk=args.id), by=me(args), changes=changes))


def remove(args: argparse.Namespace) -> dict[str, Any]:
    """Done."""
    territories.remove(Territory.objects.get(pk=args.id), by=me(args))
    return {"removed": args.id}


def place(args: argparse.Namespace) -> Any:
    """How many would go where, or the batch."""
    by = me(args)
    if not args.yes:
        found = territories.shares(args.record, by=by, now=clock.now())
        return [{"territory": one.territory.name, "count": one.number, "wrong": one.wrong} for one in found]
    row = territories.place(args.record, by=by, now=clock.now())
    return {"batch": row.pk, "words": row.words, "state": row.state, "total": row.total, "done": row.done}


def loose(args: argparse.Namespace) -> list[dict[str, Any]]:
    """Counts."""
    return [{"kind": one.kind.name, "count": one.number, "exact": one.is_whole} for one in ownerless.counts(me(args))]


def give(args: argparse.Namespace) -> dict[str, Any]:
    """How many went."""
    went = ownerless.give(args.kind, args.ids, to=_user(args.owner), by=me(args), now=clock.now())
    return {"given": went}


def hand_over(args: argparse.Namespace) -> dict[str, Any]:
    """What somebody has, or what moved."""
    by, user = me(args), _user(args.colleague, active=False)
    require(by, "owner.transfer")
    return accounts.transfer(user, _user(args.to), by=by) if args.to else accounts.holdings(user)


def _user(email: str, *, active: bool = True) -> User:
    row = User.objects.filter(email__iexact=email).first()
    if row is None or (active and not row.is_active):
        raise Missing(f"There is no active user {email}.")
    return row


def _team(name: str) -> Team | None:
    row = Team.objects.filter(name__iexact=name).first() if name else None
    if name and row is None:
        raise Missing(f"There is no team {name}.")
    return row


def _line(row: Territory) -> dict[str, Any]:
    return {
        "id": row.pk,
        "turn": row.position,
        "name": row.name,
        "record": row.record,
        "where": filters.write(filters.from_json(row.condition)),
        "owner": str(row.owner),
        "team": str(row.team or ""),
    }
