"""`mutuals export`: lists and everything as files."""

from __future__ import annotations

import argparse
import shutil
import time
from pathlib import Path
from typing import Any

from mutuals.base import clock, files
from mutuals.base.filters import from_query
from mutuals.base.refusals import Refusal
from mutuals.cli._line import Line
from mutuals.cli._say import Missing, me, verb
from mutuals.insights import exports, exports_lists, exports_run
from mutuals.insights.models import Export, ExportForm, ExportState
from mutuals.staff.models import User

PLACE = 46  # among the groups of `mutuals --help`
_FORMS = [one for one in ExportForm.values if one != ExportForm.ZIP]


def register(groups: Any) -> None:
    """Add `export` and its verbs."""
    verbs = groups.add_parser("export", help="lists and everything as files").add_subparsers(
        required=True, metavar="VERB"
    )
    verb(verbs, "lists", lists, "what can be taken out")
    parser = verb(
        verbs, "list", one_list, "a list as a file",
        examples=[
            "mutuals export list person --where city:is:Porto --form xlsx --out people.xlsx",
            "mutuals export list order --where total:over:100 --form parquet --out orders.parquet",
            "mutuals export list organisation --form vcard",
        ],
        more="With --out it is written while you wait; without, by the worker: look with `mutuals export show`.",
    )  # fmt: skip
    parser.add_argument("record", help="person, order, deal, case, task, interaction …")
    parser.add_argument("--form", choices=_FORMS, default="csv")
    parser.add_argument(
        "--where", action="append", default=[], metavar="TEST", help="FIELD:OP:VALUE or JSON; several must all hold"
    )
    parser.add_argument(
        "--columns", default="", metavar="NAMES", help="parted by commas; * = all (those that are usual)"
    )
    parser.add_argument("--sort", default="", help="one of the list's orders")
    parser.add_argument("--out", type=Path, help="the file to write")
    parser = verb(verbs, "everything", everything, "all that is kept here, as one ZIP; for admins")
    parser.add_argument("--out", type=Path, help="the ZIP to write")
    parser = verb(verbs, "show", show, "your newest exports, or one of them")
    parser.add_argument("id", type=int, nargs="?")
    parser = verb(verbs, "fetch", fetch, "the file of an export that is ready")
    parser.add_argument("id", type=int)
    parser.add_argument("--out", type=Path, required=True, help="the file to write")
    verb(verbs, "withdraw", withdraw, "not wanted any more: its file goes").add_argument("id", type=int)


def lists(args: argparse.Namespace) -> list[dict[str, Any]]:
    """The lists that can be taken out, with their columns and orders."""
    viewer = me(args)
    return [
        {
            "record": of.record,
            "columns": ", ".join(one.name for one in of.visible_columns(viewer)),
            "sorts": ", ".join(one.name for one in of.sorts),
        }
        for of in exports_lists.of(viewer)
    ]


def one_list(args: argparse.Namespace) -> dict[str, Any]:
    """Ask for a list, and write it where --out says so."""
    by = me(args)
    names = [one.strip() for one in args.columns.split(",") if one.strip()]
    where = from_query(args.where) if args.where else None
    row = exports.make(args.record, by=by, now=clock.now(), form=args.form, where=where, columns=names, sort=args.sort)
    return _waited(row, by, args)


def everything(args: argparse.Namespace) -> dict[str, Any]:
    """Ask for everything, and write it where --out says so."""
    by = me(args)
    return _waited(exports.make_all(by=by, now=clock.now()), by, args)


def show(args: argparse.Namespace) -> Any:
    """One line each, or all of one."""
    if args.id is None:
        return [_line(row) for row in exports.visible_to(me(args))[:50]]
    row = _found(args)
    return _line(row) | {"by": str(row.by), "zone": row.zone, "tables": row.counts, "error": row.error}


def fetch(args: argparse.Namespace) -> dict[str, Any]:
    """Write the file."""
    return _fetched(_found(args), me(args), args.out)


def withdraw(args: argparse.Namespace) -> dict[str, Any]:
    """Its file goes."""
    return _line(exports.withdraw(_found(args), by=me(args), now=clock.now()))


def _waited(row: Export, by: User, args: argparse.Namespace) -> dict[str, Any]:
    if args.out is None:
        return _line(row)
    line = Line(quiet=args.json)
    exports_run.run_now(row.pk)
    row.refresh_from_db()
    while row.state in exports.LIVE:  # a worker was quicker
        line.draw("Written", row.rows, row.total or 0)
        time.sleep(1)
        row.refresh_from_db()
    line.end()
    if row.state != ExportState.READY:
        raise Refusal(row.error)
    return _fetched(row, by, args.out)


def _fetched(row: Export, by: User, out: Path) -> dict[str, Any]:
    blob = exports.fetch(row, by=by)
    shutil.copyfile(files.path(blob.sha256), out)
    return {"id": row.pk, "written": str(out), "rows": row.rows, "bytes": blob.size}


def _line(row: Export) -> dict[str, Any]:
    return {
        "id": row.pk, "what": row.words, "form": row.form, "state": row.state, "rows": row.rows, "of": row.total,
        "bytes": row.size, "kept until": row.expires_at,
    }  # fmt: skip


def _found(args: argparse.Namespace) -> Export:
    row = exports.visible_to(me(args)).filter(pk=args.id).first()
    if row is None:
        raise Missing(f"There is no export {args.id}.")
    return row
