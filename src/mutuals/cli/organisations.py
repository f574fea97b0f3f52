"""`mutuals organisations`: families, merges, and who has a place where."""

from __future__ import annotations

import argparse
from datetime import date
from typing import Any

from mutuals.base import clock
from mutuals.cli._say import Missing, me, verb
from mutuals.cli.people import person
from mutuals.people import affiliations, directory, family, joining, organisations
from mutuals.people.models import Affiliation, Organisation, OrganisationMerge
from mutuals.people.visibility import organisations_visible_to
from mutuals.staff.models import User
from mutuals.staff.permissions import require

PLACE = 41  # among the groups of `mutuals --help`


def register(groups: Any) -> None:
    """Add `organisations` and its verbs."""
    verbs = groups.add_parser("organisations", help="companies, clubs, offices").add_subparsers(
        required=True, metavar="VERB"
    )
    verb(verbs, "find", find, "by a part of the name or the domain").add_argument("text")
    parser = verb(verbs, "add", add, "a new one")
    parser.add_argument("name")
    _fields(parser)
    parser = verb(
        verbs, "edit", edit, "change it", examples=["mutuals organisations edit 4 --parent 2 --owner ben@kettleworks.example"]
    )  # fmt: skip
    parser.add_argument("id", type=int)
    parser.add_argument("--name", default=None)
    _fields(parser)
    verb(verbs, "show", show, "one, what it is a part of, its parts, and what all of them have").add_argument(
        "id", type=int
    )
    parser = verb(verbs, "merge", merge, "let another one become this one; it can be undone")
    parser.add_argument("id", type=int)
    parser.add_argument("other", type=int)
    verb(verbs, "part", part, "undo a merge by its number; what was told since stays").add_argument("merge", type=int)
    parser = verb(
        verbs, "place", place, "give somebody a place there, or change the one of that role and beginning",
        examples=["mutuals organisations place 4 12 --role Treasurer --since 2024-05-01 --until 2025-12-31"],
    )  # fmt: skip
    parser.add_argument("id", type=int)
    parser.add_argument("person", type=int)
    parser.add_argument("--role", default="")
    parser.add_argument("--since", type=date.fromisoformat, default=None, metavar="DAY")
    parser.add_argument("--until", type=date.fromisoformat, default=None, metavar="DAY")
    parser.add_argument("--main", action="store_true", help="their main place")
    verb(verbs, "unplace", unplace, "take out a place that never was").add_argument("place", type=int)
    verb(verbs, "places", places, "where somebody is and was, and what their addresses suggest").add_argument(
        "person", type=int
    )


def _fields(parser: argparse.ArgumentParser) -> None:
    for name in ("domain", "phone", "city", "country", "stage"):
        parser.add_argument(f"--{name}", default=None)
    parser.add_argument("--parent", default=None, metavar="ID", help="what it is a part of; 0 = of nothing")
    parser.add_argument("--owner", default=None, metavar="EMAIL", help="who looks after it; none = nobody")


def find(args: argparse.Namespace) -> list[dict[str, Any]]:
    """A page of the list."""
    by = me(args)
    require(by, "organisation.view")
    return [_line(row) for row in directory.list_organisations(by, text=args.text).rows]


def add(args: argparse.Namespace) -> dict[str, Any]:
    """One more."""
    return _line(organisations.add(by=me(args), name=args.name, now=clock.now(), **_told(args)))


def edit(args: argparse.Namespace) -> dict[str, Any]:
    """Change one."""
    by, changes = me(args), _told(args)
    if args.name is not None:
        changes["name"] = args.name
    return _line(organisations.edit(_one(by, args.id), by=by, changes=changes, now=clock.now()))


def show(args: argparse.Namespace) -> dict[str, Any]:
    """One with its family."""
    by = me(args)
    row = _one(by, args.id)
    names = organisations_visible_to(by).in_bulk(family.above(row.pk))
    return {
        **_line(row),
        "part of": [f"{pk} {names[pk]}" for pk in family.above(row.pk) if pk in names],
        "parts": [f"{'  ' * one.level}{one.organisation.pk} {one.organisation}" for one in family.parts(by, row.pk)][
            1:
        ],
        "together": {one.name: one.number for one in family.figures(by, family.below(row.pk))},
        "merged": [{"merge": one.pk, "was": one.gone.name, "at": one.at} for one in joining.merges_of(row.pk)],
        "people": [_placed(one) for one in directory.places_in(by, row)],
    }


def merge(args: argparse.Namespace) -> dict[str, Any]:
    """The number by which it is undone."""
    by = me(args)
    there = OrganisationMerge.objects.filter(kept=args.id, gone=args.other, undone_at=None).first()
    row = there or joining.merge(_one(by, args.id), _one(by, args.other), by=by, now=clock.now())
    return {"merge": row.pk, "kept": row.kept_id, "gone": row.gone_id}


def part(args: argparse.Namespace) -> dict[str, Any]:
    """What stays as it is."""
    row = OrganisationMerge.objects.get(pk=args.merge)
    return {"merge": row.pk, "stays": sorted(joining.undo(row, by=me(args), now=clock.now()))}


def place(args: argparse.Namespace) -> dict[str, Any]:
    """The place."""
    by = me(args)
    told = {"role": args.role, "since": args.since, "until": args.until, "is_main": args.main}
    return _placed(organisations.affiliate(person(by, args.person), _one(by, args.id), by=by, **told))


def unplace(args: argparse.Namespace) -> dict[str, Any]:
    """Done."""
    by = me(args)
    row = affiliations.seen(by).filter(pk=args.place).first()
    if row is None:
        raise Missing(f"There is no place {args.place}.")
    affiliations.remove(row, by=by)
    return {"removed": args.place}


def places(args: argparse.Namespace) -> dict[str, Any]:
    """Of one person."""
    by = me(args)
    require(by, "organisation.view")
    row = person(by, args.person)
    return {
        "places": [_placed(one) for one in affiliations.of_person(by, row)],
        "suggested": [_line(one) for one in affiliations.suggested(by, row)],
    }


def _one(by: User, number: int) -> Organisation:
    row = organisations_visible_to(by).select_related("owner", "parent").filter(pk=number).first()
    if row is None:
        raise Missing(f"There is no organisation {number}.")
    return row


def _told(args: argparse.Namespace) -> dict[str, Any]:
    names = ("domain", "phone", "city", "country", "stage")
    told = {name: getattr(args, name) for name in names if getattr(args, name) is not None}
    if args.parent is not None:
        told["parent"] = "" if args.parent == "0" else args.parent
    if args.owner is not None:
        told["owner"] = None if args.owner == "none" else _user(args.owner)
    return told


def _user(email: str) -> User:
    row = User.objects.filter(email__iexact=email, is_active=True).first()
    if row is None:
        raise Missing(f"There is no active user {email}.")
    return row


def _line(row: Organisation) -> dict[str, Any]:
    told = {"id": row.pk, "name": row.name, "domain": row.domain, "city": row.city, "stage": row.stage}
    return {**told, "owner": str(row.owner or ""), "parent": row.parent_id}


def _placed(row: Affiliation) -> dict[str, Any]:
    return {
        "place": row.pk,
        "person": f"{row.person.canonical_id} {row.person.canonical}",
        "organisation": f"{row.organisation_id} {row.organisation}",
        "role": row.role,
        "since": row.since,
        "until": row.until,
        "main": row.is_main,
    }
