"""`mutuals journal`: who did what to what, and when."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mutuals.base import audit, journal
from mutuals.base.refusals import Refusal
from mutuals.cli._say import me, verb
from mutuals.staff.permissions import require

PLACE = 29  # among the groups of `mutuals --help`


def register(groups: Any) -> None:
    """Add the group."""
    verbs = groups.add_parser("journal", help="who did what to what, and when").add_subparsers(
        required=True, metavar="VERB"
    )
    parser = verb(
        verbs, "list", show, "entries, newest first; before and after where they are told",
        examples=["mutuals journal list --kind 'deal.*' --by staff:3 --since 2026-11-01 --out journal.csv"],
    )  # fmt: skip
    parser.add_argument("--by", default="", help="who: staff:3")
    parser.add_argument("--kind", default="", help="deal.won, or deal.*")
    parser.add_argument("--about", default="", help="person:12")
    parser.add_argument("--came", default="", choices=["", *audit.CAME], help="which way it came")
    parser.add_argument("--since", default="", help="a day or a moment, of UTC where it names no zone")
    parser.add_argument("--until", default="", help="the same; not in it any more")
    parser.add_argument("--limit", type=int, default=50, help="at most 1,000 (50)")
    parser.add_argument("--out", type=Path, help="all that fits as a CSV")


def show(args: argparse.Namespace) -> Any:
    """A line each, or what was written."""
    by = me(args)
    require(by, "journal.view")
    looked = audit.Looked(
        by=args.by, kind=args.kind, about=args.about, came=args.came, since=_moment(args.since),
        until=_moment(args.until),
    )  # fmt: skip
    if args.out is not None:
        with args.out.open("w", encoding="utf-8", newline="") as out:
            out.writelines(audit.lines(looked, told=_text))
        journal.note("journal.exported", "machine:journal", by=by)
        return {"written": str(args.out)}
    return [
        {
            "id": row.pk, "at": row.at, "kind": row.kind, "by": row.by, "about": row.about,
            "changes": "; ".join(f"{name}: {_text(was)} > {_text(now)}" for name, was, now in audit.changes_of(row)),
        }
        for row in audit.entries(looked)[: min(max(args.limit, 1), 1_000)]
    ]  # fmt: skip


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refusal(f"{text[:40]} is no day or moment; write 2026-11-23.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
