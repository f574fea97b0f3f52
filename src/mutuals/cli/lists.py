"""`mutuals list`: any list of the house by condition, order and columns; as a table, as JSON, or as CSV."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from typing import Any

from mutuals.base import clock, lists
from mutuals.base.filters import from_query
from mutuals.base.lists import Column, Listing, Unseen
from mutuals.cli._say import Missing, me, verb
from mutuals.rules.engine import zone_of
from mutuals.staff.models import User
from mutuals.staff.permissions import require

PLACE = 45  # among the groups of `mutuals --help`
_EXAMPLES = (
    "mutuals list order --where total:over:100 --where status:is:paid --sort placed",
    "mutuals list organisation --where city:is:Porto --columns domain,people",
    "mutuals list order --group status",
    "mutuals list product --csv > products.csv",
)


def register(groups: Any) -> None:
    """Add `list`."""
    more = "Each list has its own fields, orders and columns; what is not known is answered with what there is."
    parser = verb(groups, "list", show, "any list of the house, by a condition", examples=_EXAMPLES, more=more)
    parser.add_argument("record", help="order, organisation, person, product …")
    parser.add_argument(
        "--where", action="append", default=[], metavar="TEST", help="FIELD:OP:VALUE or JSON; several must all hold"
    )
    parser.add_argument("--sort", default="", help="one of the list's orders")
    parser.add_argument("--columns", default="", metavar="NAMES", help="parted by commas (those that are usual)")
    parser.add_argument("--group", default="", metavar="COLUMN", help="count by the values of a column instead")
    parser.add_argument("--limit", type=int, default=50, help="at most 200 (50)")
    parser.add_argument("--after", default="", metavar="CURSOR", help="the next of the page before")
    parser.add_argument(
        "--csv", action="store_true", help="print the whole list as CSV; for those who may export lists"
    )


def show(args: argparse.Namespace) -> Any:
    """A page of the list, its groups, or nothing after the lines of CSV."""
    viewer = me(args)
    try:
        of = lists.listing(args.record)
    except Unseen as error:
        raise Missing(str(error)) from error
    require(viewer, of.right)
    columns = _columns(of, args.columns, viewer)
    where = from_query(args.where) if args.where else None
    asked = lists.Asked(viewer, zone_of(viewer), clock.now(), where=where, sort=args.sort)
    if args.csv:
        for line in lists.csv_lines(of, asked, columns):
            sys.stdout.write(line)
        return None
    if args.group:
        return [
            {args.group: one.value, of.words[1]: one.count} | {_named(sum_): sum_.amount for sum_ in one.sums}
            for one in lists.grouped(of, asked, args.group, columns)
        ]
    page = lists.walk(of, asked, after=args.after, limit=args.limit)
    count, is_exact = lists.count(of, asked, page=page)
    sums = lists.sums(of, asked, columns) if is_exact and count else []
    return {
        "list": lists.sentence(of, where, viewer),
        "count": count,
        "exact": is_exact,
        "sums": [{"column": one.column, "amount": one.amount, "currency": one.currency} for one in sums or []],
        "rows": [_row(of, [of.title, *columns], row, as_json=args.json) for row in page.rows],
        "next": page.next or None,
    }


def _columns(of: Listing, told: str, viewer: User) -> list[Column]:
    names = [one.strip() for one in told.split(",") if one.strip()]
    known = [one.name for one in of.visible_columns(viewer)]
    if strange := [name for name in names if name not in known]:
        raise Missing(f"There is no column {strange[0]}. There are: {', '.join(known)}.")
    return of.chosen(names, viewer)


def _row(of: Listing, columns: list[Column], row: Any, *, as_json: bool) -> dict[str, Any]:
    told: dict[str, Any] = {"id": row.pk}
    for column in columns:
        value = of.value(column, row)
        is_plain = (
            value is None or isinstance(value, int | list | tuple | datetime) or (as_json and not _is_words(value))
        )
        told[column.name] = value if is_plain else str(value)
    return told


def _is_words(value: Any) -> bool:
    return isinstance(value, lists.Ref)


def _named(one: lists.Sum) -> str:
    return f"{one.column} {one.currency}".strip()
