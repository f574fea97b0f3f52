"""What lists of the terminal have in common: a condition, an order, and where to go on."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from django.db.models import QuerySet

from mutuals.base import clock, lists
from mutuals.base.filters import from_query
from mutuals.cli._say import me
from mutuals.rules.engine import zone_of
from mutuals.staff.models import User


def asks(parser: argparse.ArgumentParser, *, limit: int = 50) -> None:
    """The words that every list takes."""
    parser.add_argument(
        "--where", action="append", default=[], metavar="TEST", help="FIELD:OP:VALUE or JSON; several must all hold"
    )
    parser.add_argument("--sort", default="", help="one of the list's orders; what is not known is answered with them")
    parser.add_argument("--after", default="", metavar="CURSOR", help="the next of the page before, told beside it")
    parser.add_argument("--limit", type=int, default=limit, help=f"at most 200 ({limit})")


def rows_of(args: argparse.Namespace, record: str, rows: QuerySet[Any], *, sort: str = "") -> list[Any]:
    """A page of `rows`, all of which the caller may see; the cursor after it goes to standard error."""
    viewer: User = me(args)
    where = from_query(args.where) if args.where else None
    asked = lists.Asked(viewer, zone_of(viewer), clock.now(), where=where, sort=args.sort or sort)
    page = lists.walk_among(lists.listing(record), rows, asked, after=args.after, limit=args.limit)
    if page.next:
        print(f"next: {page.next}", file=sys.stderr)
    return list(page.rows)
