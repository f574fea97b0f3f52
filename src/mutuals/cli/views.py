"""`mutuals bulk`, `mutuals batches` and `mutuals views`: many rows written at once, undone, and lists under a name."""

from __future__ import annotations

import argparse
from typing import Any

from mutuals.base import clock, lists, undo
from mutuals.base.filters import from_query
from mutuals.base.lists import Unseen
from mutuals.base.models import Batch
from mutuals.cli._say import Missing, me, verb
from mutuals.rules.engine import zone_of
from mutuals.staff import bulk, saved
from mutuals.staff.permissions import require

PLACE = 46  # among the groups of `mutuals --help`
_EXAMPLES = (
    "mutuals bulk deal --where owner:is:3 --set owner=5",
    "mutuals bulk deal --id 12 --id 13 --set step=lost --because 'Too dear'",
)


def register(groups: Any) -> None:
    """Add them."""
    more = (
        "Fields and values are those of the list; what is not known is answered with what there is. It can be undone."
    )
    parser = verb(groups, "bulk", write, "write into many rows of a list", examples=_EXAMPLES, more=more)
    parser.add_argument("record", help="deal, idea, organisation …")
    parser.add_argument(
        "--where", action="append", default=[], metavar="TEST", help="FIELD:OP:VALUE or JSON; all must hold"
    )
    parser.add_argument("--id", action="append", default=[], type=int, metavar="NUMBER", help="these rows instead")
    parser.add_argument(
        "--set", action="append", required=True, metavar="FIELD=VALUE", help="what to write; empty = none"
    )
    parser.add_argument("--because", default="", help="where a step asks why")
    verbs = groups.add_parser("batches", help="what was written into many rows, and the way back").add_subparsers(
        required=True, metavar="VERB"
    )
    verb(verbs, "list", listed, "the newest first").add_argument("--limit", type=int, default=50)
    verb(verbs, "show", show, "one, with what was refused and kept").add_argument("batch", type=int)
    verb(verbs, "undo", take_back, "undo one; what somebody changed since stays").add_argument("batch", type=int)
    parser = verb(groups, "views", views, "lists under a name: one's own and shared ones")
    parser.add_argument("record", help="deal, idea, order …")


def write(args: argparse.Namespace) -> Any:
    """The batch, and how far it has come."""
    by, now = me(args), clock.now()
    try:
        of = lists.listing(args.record)
    except Unseen as error:
        raise Missing(str(error)) from error
    require(by, of.right)
    require(by, "list.edit")
    editing = undo.editing_of(of)
    changes: dict[str, Any] = {}
    for told in args.set:
        name, _, value = told.partition("=")
        entry = editing.entry(name.strip())
        changes[entry.name] = entry.read(value, by)
    if bool(args.where) is bool(args.id):
        raise Missing("Say which rows: by --where, or by --id.")
    ids = list(args.id)
    if args.where:
        ids = bulk.matching(of, lists.Asked(by, zone_of(by), now, where=from_query(args.where)))
    return _told(bulk.write(of, ids, changes, by=by, now=now, because=args.because))


def listed(args: argparse.Namespace) -> Any:
    """One's own, or everybody's for who sees the journal."""
    by = me(args)
    require(by, "list.edit")
    return [_line(row) for row in bulk.visible_to(by)[: max(1, min(args.limit, 200))]]


def show(args: argparse.Namespace) -> Any:
    """One of them."""
    return _told(_found(args))


def take_back(args: argparse.Namespace) -> Any:
    """What became of it."""
    return _told(bulk.take_back(_found(args), by=me(args), now=clock.now()))


def views(args: argparse.Namespace) -> Any:
    """Names and addresses."""
    by = me(args)
    require(by, "list.view")
    return [
        {"id": row.pk, "name": row.name, "query": row.query, "shared": row.shared, "own": row.owner_id == by.pk}
        for row in saved.visible_to(by, args.record)
    ]


def _found(args: argparse.Namespace) -> Batch:
    by = me(args)
    require(by, "list.edit")
    row = bulk.visible_to(by).filter(pk=args.batch).first()
    if row is None:
        raise Missing(f"There is no batch {args.batch}.")
    return row


def _line(row: Batch) -> dict[str, Any]:
    return {"id": row.pk, "what": row.words, "at": row.at, "state": row.state, "done": row.done, "refused": row.refused}


def _told(row: Batch) -> dict[str, Any]:
    return _line(row) | {
        "total": row.total,
        "rows refused": [{"row": one.about, "why": one.said} for one in undo.refused(row)],
        "rows kept": [{"row": one.about} | dict(one.kept or {}) for one in undo.kept(row)],
    }
