"""`mutuals segments`: groups of people that a condition tells, or that are picked by hand."""

from __future__ import annotations

import argparse
from typing import Any

from mutuals.base import clock
from mutuals.base.filters import All, from_query, read
from mutuals.cli._say import Missing, me, verb
from mutuals.outreach import preview, queries, segments
from mutuals.outreach.models import Segment
from mutuals.people.models import Person
from mutuals.people.names import fold
from mutuals.people.visibility import visible_to as visible_people

PLACE = 66  # among the groups of `mutuals --help`
_TEST = "FIELD:OP:VALUE or JSON; several must all hold"


def register(groups: Any) -> None:
    """Add `segments` and its verbs."""
    verbs = groups.add_parser("segments", help="groups of people that are kept up to date").add_subparsers(
        required=True, metavar="VERB"
    )
    parser = verb(verbs, "list", listed, "segments, the newest first")
    parser.add_argument("--find", default="", metavar="WORDS", help="a part of the name")
    parser.add_argument("--limit", type=int, default=50)
    verb(verbs, "show", show, "one segment, and how far it is").add_argument("segment", type=int)
    parser = verb(
        verbs, "preview", previewed, "how many people a condition has, and the first of them",
        examples=["mutuals segments preview --where city:is:Porto --where orders:over:3"],
    )  # fmt: skip
    parser.add_argument("--where", action="append", default=[], metavar="TEST", help=_TEST)
    parser = verb(
        verbs, "add", add, "make a segment of a condition, or of people who are picked by hand",
        examples=["mutuals segments add Porto --where city:is:Porto", "mutuals segments add Panel --people 12 15"],
    )  # fmt: skip
    parser.add_argument("name")
    parser.add_argument("--where", action="append", default=[], metavar="TEST", help=_TEST)
    parser.add_argument("--people", nargs="+", type=int, default=[], metavar="NUMBER")
    parser.add_argument("--words", default="", help="what it is for")
    parser.add_argument("--private", action="store_true", help="nobody else sees it")
    parser = verb(verbs, "change", change, "another name, words or condition")
    parser.add_argument("segment", type=int)
    parser.add_argument("--name")
    parser.add_argument("--words")
    parser.add_argument("--where", action="append", default=[], metavar="TEST", help=_TEST)
    parser = verb(verbs, "people", people, "who is in it, by number")
    parser.add_argument("segment", type=int)
    parser.add_argument("--after", type=int, default=0, metavar="NUMBER", help="go on behind this person")
    parser.add_argument("--limit", type=int, default=50)
    parser = verb(verbs, "why", why, "whether somebody is in it, and what speaks for it")
    parser.add_argument("segment", type=int)
    parser.add_argument("person", type=int)
    for name, act, words in (("put", put, "put people in by hand"), ("take", take, "take people out again")):
        parser = verb(verbs, name, act, words)
        parser.add_argument("segment", type=int)
        parser.add_argument("people", nargs="+", type=int, metavar="PERSON")
    verb(verbs, "stop", stop, "end a look at everybody in the middle").add_argument("segment", type=int)
    verb(verbs, "look", look, "go on with it, or look at everybody anew").add_argument("segment", type=int)
    verb(verbs, "trash", trash, "into the trash").add_argument("segment", type=int)
    verb(verbs, "restore", restore, "out of the trash").add_argument("segment", type=int)


def _line(row: Segment) -> dict[str, Any]:
    told = {"id": row.pk, "name": row.name, "state": row.state, "members": row.members, "who": preview.sentence_of(row)}
    if row.state in ("building", "stopped"):
        told |= {"done": row.done, "total": row.total}
    if row.why_not:
        told["why_not"] = row.why_not
    return told


def listed(args: argparse.Namespace) -> list[dict[str, Any]]:
    """Segments."""
    rows = queries.listed(me(args), text=fold(args.find.strip()), limit=max(1, min(args.limit, 500)))
    return [_line(row) for row in rows]


def show(args: argparse.Namespace) -> dict[str, Any]:
    """One segment."""
    row = _segment(args)
    more = {"words": row.words, "owner": str(row.owner or ""), "shared": row.is_shared, "condition": row.condition}
    return {**_line(row), **more, "built_at": row.built_at, "build_ms": row.build_ms, "next_look_at": row.next_look_at}


def previewed(args: argparse.Namespace) -> dict[str, Any]:
    """How many, and who."""
    told = _condition(args.where) or All()
    seen = preview.preview(me(args), told, now=clock.now())
    first = [f"{row} ({row.pk})" for row in seen.rows or ()]
    return {"who": preview.sentence(told), "count": seen.count, "exact": seen.is_exact, "first": first}


def add(args: argparse.Namespace) -> dict[str, Any]:
    """The segment."""
    made = segments.add(
        by=me(args), now=clock.now(), name=args.name, condition=_condition(args.where), people=args.people,
        words=args.words, is_shared=not args.private,
    )  # fmt: skip
    return _line(made)


def change(args: argparse.Namespace) -> dict[str, Any]:
    """The segment."""
    told = {"name": args.name, "words": args.words, "condition": _condition(args.where)}
    changes = {name: value for name, value in told.items() if value is not None}
    return _line(segments.change(_segment(args), by=me(args), changes=changes, now=clock.now()))


def people(args: argparse.Namespace) -> list[dict[str, Any]]:
    """Members."""
    limit = max(1, min(args.limit, 500))
    rows = queries.page_of_members(me(args), _segment(args), after=args.after, limit=limit)
    return [{"id": row.pk, "name": str(row), "since": since} for row, since in rows]


def why(args: argparse.Namespace) -> dict[str, Any]:
    """What speaks for it."""
    row, person = _segment(args), _person(args)
    told = preview.why(row, person, viewer=me(args), now=clock.now())
    reasons = [
        {"part": one.words, "holds": one.holds, "value": one.value, "records": [it.key for it in one.records]}
        for one in told
    ]
    return {"member": queries.is_member(row, person), "reasons": reasons}


def put(args: argparse.Namespace) -> dict[str, Any]:
    """How many were put in."""
    return {"changed": segments.put_in(_segment(args), args.people, by=me(args), now=clock.now())}


def take(args: argparse.Namespace) -> dict[str, Any]:
    """How many were taken out."""
    return {"changed": segments.take_out(_segment(args), args.people, by=me(args), now=clock.now())}


def stop(args: argparse.Namespace) -> dict[str, Any]:
    """The segment."""
    return _line(segments.stop(_segment(args), by=me(args)))


def look(args: argparse.Namespace) -> dict[str, Any]:
    """The segment."""
    return _line(segments.look_again(_segment(args), by=me(args), now=clock.now()))


def trash(args: argparse.Namespace) -> dict[str, Any]:
    """The segment."""
    return _line(segments.trash(_segment(args), by=me(args), now=clock.now()))


def restore(args: argparse.Namespace) -> dict[str, Any]:
    """The segment."""
    return _line(segments.restore(_segment(args), by=me(args), now=clock.now()))


def _condition(parts: list[str]) -> Any:
    if len(parts) == 1:
        return read(parts[0])
    return from_query(parts) if parts else None


def _segment(args: argparse.Namespace) -> Segment:
    row = queries.with_gone(me(args)).filter(pk=args.segment).first()
    if row is None:
        raise Missing(f"There is no segment {args.segment}.")
    return row


def _person(args: argparse.Namespace) -> Person:
    row = visible_people(me(args)).filter(cluster=args.person).first()
    if row is None:
        raise Missing(f"There is no customer {args.person}.")
    return row
