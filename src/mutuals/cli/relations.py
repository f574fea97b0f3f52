"""`mutuals relations`: how two records of any kinds stand to each other."""

from __future__ import annotations

import argparse
from datetime import date
from typing import Any

from mutuals.base import clock
from mutuals.cli._say import Missing, me, verb
from mutuals.records import relations
from mutuals.staff import named
from mutuals.staff.models import User
from mutuals.staff.permissions import require

PLACE = 42  # among the groups of `mutuals --help`


def register(groups: Any) -> None:
    """Add `relations` and its verbs."""
    verbs = groups.add_parser("relations", help="how records stand to each other").add_subparsers(
        required=True, metavar="VERB"
    )
    verb(verbs, "kinds", kinds, "which kinds there are")
    parser = verb(
        verbs, "add-kind", add_kind, "a kind of your own; without an inverse it is one word both ways",
        examples=['mutuals relations add-kind "looks after" "is looked after by"'],
    )  # fmt: skip
    parser.add_argument("words")
    parser.add_argument("inverse", nargs="?", default="")
    verb(verbs, "retire-kind", retire_kind, "offer it no more; what is kept stays").add_argument("kind")
    verb(verbs, "list", listed, "the relations of a record").add_argument("record", help="such as person:12, deal:5")
    parser = verb(
        verbs, "add", add, "say how two stand to each other",
        examples=["mutuals relations add organisation:4 supplies organisation:9 --since 2024-05-01"],
    )  # fmt: skip
    parser.add_argument("record")
    parser.add_argument("kind", help="its key, see kinds")
    parser.add_argument("other")
    parser.add_argument("--back", action="store_true", help='meant the other way round: "is supplied by"')
    _days(parser)
    parser = verb(verbs, "edit", edit, "its days and note; an empty day is not known")
    parser.add_argument("id", type=int)
    _days(parser)
    verb(verbs, "remove", remove, "take out what never was").add_argument("id", type=int)


def _days(parser: argparse.ArgumentParser) -> None:
    for name in ("since", "until"):
        parser.add_argument(f"--{name}", default=None, metavar="DAY")
    parser.add_argument("--note", default=None)


def kinds(args: argparse.Namespace) -> list[dict[str, Any]]:
    """All, retired ones too."""
    require(me(args), "relation.view")
    return [_kind(one) for one in relations.kinds(retired=True)]


def add_kind(args: argparse.Namespace) -> dict[str, Any]:
    """Make one."""
    return _kind(relations.add_kind(args.words, args.inverse, by=me(args), now=clock.now()))


def retire_kind(args: argparse.Namespace) -> dict[str, Any]:
    """Take one out of use."""
    relations.retire_kind(args.kind, by=me(args), now=clock.now())
    return {"retired": args.kind}


def listed(args: argparse.Namespace) -> list[dict[str, Any]]:
    """Of one record."""
    return _of(me(args), args.record)


def add(args: argparse.Namespace) -> list[dict[str, Any]]:
    """What the record has now."""
    by = me(args)
    told = _told(args)
    relations.add(args.record, args.kind, args.other, by=by, now=clock.now(), is_back=args.back, **told)
    return _of(by, args.record)


def edit(args: argparse.Namespace) -> list[dict[str, Any]]:
    """What its first record has now."""
    by = me(args)
    row = relations.seen(by, args.id)
    if row is None:
        raise Missing(f"There is no relation {args.id}.")
    return _of(by, relations.change(row, by=by, changes=_told(args)).one)


def remove(args: argparse.Namespace) -> dict[str, Any]:
    """Done."""
    by = me(args)
    row = relations.seen(by, args.id)
    if row is None:
        raise Missing(f"There is no relation {args.id}.")
    relations.remove(row, by=by)
    return {"removed": args.id}


def _told(args: argparse.Namespace) -> dict[str, Any]:
    told: dict[str, Any] = {} if args.note is None else {"note": args.note}
    for name in ("since", "until"):
        if (day := getattr(args, name)) is not None:
            told[name] = date.fromisoformat(day) if day else None
    return told


def _of(by: User, key: str) -> list[dict[str, Any]]:
    found = relations.of(by, named.one(by, key).key)
    names = ("id", "words", "since", "until", "note")
    return [
        {"other": one.other.key, "name": one.other.name} | {name: getattr(one, name) for name in names} for one in found
    ]


def _kind(one: relations.Way) -> dict[str, Any]:
    return {"key": one.key, "words": one.words, "inverse": one.inverse, "own": one.is_own, "retired": one.is_retired}
